"""Writing a plan with its sites, and who goes where, every file or none."""

from pathlib import Path

from landlink.files import csv_bytes, write_files
from landlink.plan.archive import plan_files
from landlink.plan.plan import Plan
from landlink.siting.request import Chosen

CATCHMENTS = "catchments.csv"


def save_sites(plan: Plan, chosen: Chosen, folder: Path) -> list[Path]:
    """Write the files of :func:`landlink.plan.archive.save_plan` for the plan with its sites, and ``catchments.csv``.

    Raises
    ------
    OutputError
        The folder or a file in it cannot be written; nothing has been changed.
    """
    catchments = chosen.catchments.drop(columns="kind").round({"x": 1, "y": 1, "metres": 1})
    return write_files(folder, {**plan_files(plan.with_siting(chosen.siting)), CATCHMENTS: csv_bytes(catchments)})
