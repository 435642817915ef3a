"""Planners' tables from Excel or CSV: the header is detected, cells become plain text, units are converted."""

from pathlib import Path

from landlink.errors import DataError, Fault
from landlink.files.tables.books import read_text, read_workbook
from landlink.files.tables.guesses import SYNONYMS, guess
from landlink.files.tables.table import Sheet, find_table
from landlink.files.tables.units import UNITS, convert

__all__ = ["BOOKS", "SYNONYMS", "TEXTS", "UNITS", "Sheet", "convert", "guess", "read_sheet"]

BOOKS = (".xlsx", ".xlsm")
TEXTS = (".csv", ".tsv", ".txt")


def read_sheet(path: Path, *, sheet: str | None = None) -> Sheet:
    """Read a table from an Excel workbook or a text file as planners write them.

    Titles, units, numbering and notes around the table are recognised; merged cells are filled down; numbers are
    plain digits, ``%`` standing in the unit.

    Parameters
    ----------
    sheet
        Name of the sheet; not needed where only one visible sheet holds anything.

    Raises
    ------
    DataError
        Every fault of the file, the header, and cells with errors or with formulas that were never calculated.
    """
    kind = path.suffix.lower()
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise DataError(Fault("file.missing", {"path": path}, path.name)) from None
    except OSError as error:
        raise DataError(Fault("sheet.unreadable", {"reason": error.strerror or error}, path.name)) from None
    if kind == ".xls":
        raise DataError(Fault("sheet.xls", file=path.name))
    if kind in BOOKS:
        return find_table(read_workbook(raw, path.name, sheet))
    if kind in TEXTS:
        if sheet:
            raise DataError(Fault("sheet.unknown", {"name": sheet, "have": "—"}, path.name))
        return find_table(read_text(raw, path.name))
    raise DataError(Fault("sheet.format", {"suffix": kind or "—", "known": " ".join(BOOKS + TEXTS)}, path.name))
