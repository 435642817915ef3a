"""Writing results: every file of a result or none."""

import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pandas as pd

from landlink.errors import Fault, OutputError


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """CSV in UTF-8 with BOM, so that Excel opens it as Chinese; a whole float is written without a point."""
    shown = frame.copy()
    for name in shown.select_dtypes("float64"):
        shown[name] = shown[name].map(lambda value: "" if pd.isna(value) else f"{value:.15g}")
    content: str = shown.to_csv(index=False, lineterminator="\r\n")
    return b"\xef\xbb\xbf" + content.encode()


def write_files(folder: Path, files: Mapping[str, bytes | Callable[[Path], None]]) -> list[Path]:
    """Write all the files of a result, or none.

    Everything is first written to a temporary folder beside the target, then moved into place, once each
    existing file has proved to be replaceable.

    Parameters
    ----------
    folder
        Target folder; made where it is missing.
    files
        By file name: the content, or a function that writes the file at a path.

    Raises
    ------
    OutputError
        The folder or a file in it cannot be written; nothing has been changed.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".landlink-", dir=folder))
    except OSError as error:
        raise _folder_error(folder, error) from None
    name = folder.name
    try:
        for name, content in files.items():
            if callable(content):
                content(staging / name)
            else:
                (staging / name).write_bytes(content)
        for name in files:
            _prove_replaceable(folder / name)
        for name in files:
            (staging / name).replace(folder / name)
    except OutputError:  # an OSError that says more
        raise
    except OSError as error:
        raise _file_error(Path(str(error.filename or name)).name, error) from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return [folder / name for name in files]


def check_writable(folder: Path, names: Iterable[str] = ()) -> None:
    """Refuse a target that :func:`write_files` could not write, before the result is computed.

    Parameters
    ----------
    folder
        Target folder; where it is missing, it is not made yet.
    names
        Files that will be written there.

    Raises
    ------
    OutputError
        The folder or a file in it cannot be written.
    """
    try:
        parent = next((path for path in (folder, *folder.absolute().parents) if path.exists()), folder)
        with tempfile.TemporaryDirectory(prefix=".landlink-", dir=parent):
            pass
    except OSError as error:
        raise _folder_error(folder, error) from None
    for name in names:
        try:
            _prove_replaceable(folder / name)
        except OSError as error:
            raise _file_error(name, error) from None


def _folder_error(folder: Path, error: OSError) -> OutputError:
    return OutputError(Fault("output.folder", {"path": folder, "reason": error.strerror or error}))


def _file_error(name: str, error: OSError) -> OutputError:
    return OutputError(Fault("output.file", {"reason": error.strerror or error}, name))


def _prove_replaceable(path: Path) -> None:
    """Raise where a file is open elsewhere (Windows) or is a folder."""
    if path.exists():
        with path.open("r+b"):
            pass
