"""History of benchmarks: every recorded figure with its day, version and machine, in ``history.csv`` beside it."""

import csv
import datetime as dt
import os
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

HISTORY = Path(__file__).with_name("history.csv")
COLUMNS = ("day", "version", "python", "cores", "benchmark", "figure", "value", "target")


def record(benchmark: str, figures: Mapping[str, tuple[float, float | None]]) -> None:
    """Append figures to the history.

    Parameters
    ----------
    benchmark
        Name of the benchmark.
    figures
        Value and target of each figure, as ratios wherever a peer was measured in the same run.
    """
    new = not HISTORY.exists()
    where = (
        dt.datetime.now(tz=dt.UTC).date(),
        version("landlink"),
        platform.python_version(),
        os.cpu_count(),
    )
    with HISTORY.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        if new:
            writer.writerow(COLUMNS)
        for name, (value, target) in figures.items():
            writer.writerow([*where, benchmark, name, f"{value:.4g}", "" if target is None else f"{target:g}"])
