"""Solving in a process of its own, so that the caller goes on, watches the solve and may stop it.

``python -m landlink.siting.worker FOLDER`` reads ``task.pickle`` in it, keeps ``progress.json`` up to date, stops
with its best answer once a file ``stop`` exists, and leaves ``chosen.pickle``, or ``faults.pickle`` if no answer meets
all conditions.
"""

import json
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from landlink.errors import DataError, Fault, LandlinkError
from landlink.siting.limits import Progress
from landlink.siting.request import Chosen, Task
from landlink.siting.result import conclude
from landlink.siting.solver import allocate

# Files that the two processes exchange.
_TASK = "task.pickle"
_PROGRESS = "progress.json"
_STOP = "stop"
_CHOSEN = "chosen.pickle"
_FAULTS = "faults.pickle"
_STDERR = "stderr.txt"
# Seconds between two checks for the file that stops a solve.
_PAUSE = 0.5


class Solve:
    """A solve that runs beside this process.

    Parameters
    ----------
    task
        What is to be solved.
    folder
        Empty folder through which both processes exchange files.
    limits
        ``time_limit``, ``gap``, ``seed``, ``threads`` and ``iterations`` of :func:`landlink.siting.solver.allocate`.
    """

    def __init__(self, task: Task, folder: Path, limits: Mapping[str, Any]) -> None:
        self.folder, self.started = folder, time.time()
        self.trace: list[Progress] = []
        (folder / _TASK).write_bytes(pickle.dumps((task, dict(limits))))
        command = [sys.executable, "-m", __name__, str(folder)]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, [_root(), os.environ.get("PYTHONPATH")])),
        }
        with (folder / _STDERR).open("wb") as stderr:
            self._process = subprocess.Popen(  # noqa: S603 - this program itself
                command, env=environment, stdout=subprocess.DEVNULL, stderr=stderr
            )

    @property
    def running(self) -> bool:
        """True until the process has ended."""
        return self._process.poll() is None

    def progress(self) -> Progress | None:
        """Latest progress; None before the first report. All reports are kept in ``trace``."""
        try:
            latest = Progress(**json.loads((self.folder / _PROGRESS).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        if not self.trace or self.trace[-1] != latest:
            self.trace.append(latest)
        return latest

    def stop(self) -> None:
        """Ask it to end with its best answer."""
        (self.folder / _STOP).touch()

    def result(self) -> Chosen:
        """Wait for the sites.

        Raises
        ------
        DataError
            There is no choice that meets all conditions, or the process was ended from outside.
        """
        self._process.wait()
        if (self.folder / _CHOSEN).exists():
            chosen: Chosen = pickle.loads((self.folder / _CHOSEN).read_bytes())  # noqa: S301 - written by ourselves
            return chosen
        if (self.folder / _FAULTS).exists():
            faults: Sequence[Fault] = pickle.loads((self.folder / _FAULTS).read_bytes())  # noqa: S301
            raise DataError(faults)
        stderr = (self.folder / _STDERR).read_text(encoding="utf-8", errors="replace").strip().splitlines()
        reason = stderr[-1] if stderr else f"exit {self._process.returncode}"
        raise DataError(Fault("sites.ended", {"reason": reason}))


def run(folder: Path) -> None:
    """Solve what a folder holds."""
    task, limits = pickle.loads((folder / _TASK).read_bytes())  # noqa: S301 - written by ourselves
    written = 0.0

    def watch(progress: Progress) -> bool:
        nonlocal written
        if time.monotonic() - written >= _PAUSE:
            written = time.monotonic()
            _write_whole(folder / _PROGRESS, json.dumps(asdict(progress)).encode())
        return (folder / _STOP).exists()

    try:
        chosen = conclude(task, allocate(task.problem, weights=task.wish.weights, watch=watch, **limits))
        _write_whole(folder / _CHOSEN, pickle.dumps(chosen))
    except LandlinkError as error:
        _write_whole(folder / _FAULTS, pickle.dumps(error.faults))


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.replace(path)


def _root() -> str:
    """Folder that the package lies in."""
    return str(Path(__file__).resolve().parents[2])


if __name__ == "__main__":
    run(Path(sys.argv[1]))
