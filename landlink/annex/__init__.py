"""The documents that go with a plan: the workbook of tables and the GeoPackage of layers."""

from functools import partial
from pathlib import Path

from landlink.annex import workbook
from landlink.annex.layers import write_geopackage
from landlink.formats import write_files
from landlink.plan import Plan
from landlink.texts import Lang, text

__all__ = ["write_annex", "write_geopackage"]


def write_annex(plan: Plan, folder: str | Path, lang: Lang = "zh") -> list[Path]:
    """Write the workbook and the GeoPackage of a plan, both or neither.

    Parameters
    ----------
    folder
        Target folder; made where it is missing.
    lang
        Language of texts, field aliases and file names.

    Raises
    ------
    OutputError
        The folder or a file in it cannot be written; nothing has been changed.
    """
    return write_files(
        Path(folder),
        {
            text("annex.file.workbook", lang): workbook.workbook(plan, lang),
            text("annex.file.geopackage", lang): partial(_geopackage, plan, lang),
        },
    )


def _geopackage(plan: Plan, lang: Lang, path: Path) -> None:
    write_geopackage(plan, path, lang)
