"""Workbooks and text files as grids of plain text."""

import csv
import io
import re
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from landlink.errors import DataError, Fault
from landlink.files.tables.cells import UNCACHED, Grid, decimal

# Excel keeps fifteen digits: numbers from here on may have lost some.
_EXACT = 10**15
# What openpyxl raises for a broken workbook.
_BROKEN = (zipfile.BadZipFile, zlib.error, LookupError, ValueError, TypeError, AttributeError, EOFError, SyntaxError)


def read_text(raw: bytes, file: str) -> Grid:
    """Read CSV or TSV of any encoding that Excel writes; a row is a record, as Excel counts."""
    if not raw.strip():
        raise DataError(Fault("file.empty", file=file))
    content = _decoded(raw)
    if content is None:
        raise DataError(Fault("file.encoding", file=file))
    lines = content.splitlines()
    delimiter = max("\t,;", key=lambda character: sum(character in line for line in lines))
    grid = Grid(file)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    try:
        for row, cells in enumerate(reader, 1):
            for column, cell in enumerate(cells, 1):
                grid.put(row, column, re.sub(r'^="(.*)"$', r"\1", cell))
    except csv.Error as error:
        raise DataError(Fault("file.not_csv", {"reason": error}, file, row=reader.line_num)) from None
    return grid


def _decoded(raw: bytes) -> str | None:
    encodings = ["utf-8-sig", "gb18030"]
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in raw:
        encodings = ["utf-16-le" if raw[1::2].count(0) > raw[::2].count(0) else "utf-16-be"]
    for encoding in encodings:
        try:
            content = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        odd = any(unicodedata.category(letter) == "Cn" or letter == "\0" for letter in set(content))
        return None if odd else content
    return None


def read_workbook(raw: bytes, file: str, sheet_name: str | None) -> Grid:
    """Read a sheet of a workbook, formulas by the values that are stored with them."""
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise DataError(Fault("sheet.protected", file=file))
    book = _load(raw, file, values=True)
    sheet = _choose(book.worksheets, file, sheet_name)
    calculates, on_opening = _calculation(raw)
    formulas = _cells(_load(raw, file, values=False)[sheet.title]) if calculates else {}
    grid = Grid(file, sheet.title)
    # Cells that a program without calculation wrote hold 0 where Excel is asked to calculate on opening.
    never = (None, 0) if on_opening else (None,)
    for (row, column), cell in sorted(_cells(sheet).items()):
        is_formula = formulas and formulas[row, column].data_type == "f"
        if is_formula and cell.value in never and cell.data_type not in ("str", "b"):
            grid.put(row, column, UNCACHED)
        elif cell.value is not None:
            grid.put(row, column, _shown(cell.value, cell.number_format))
            if isinstance(cell.value, int | float) and abs(cell.value) >= _EXACT:
                grid.inexact.add((row, column))
    grid.merges = [(area.min_row, area.min_col, area.max_row, area.max_col) for area in sheet.merged_cells.ranges]
    grid.hidden_rows.update(row for row, dimension in sheet.row_dimensions.items() if dimension.hidden)
    for dimension in sheet.column_dimensions.values():
        grid.hidden_columns.update(range(dimension.min, dimension.max + 1) if dimension.hidden else ())
    return grid


def _load(raw: bytes, file: str, *, values: bool) -> Any:
    import openpyxl  # noqa: PLC0415 - only workbooks need it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of formatting that it does not keep
            return openpyxl.load_workbook(io.BytesIO(raw), data_only=values)
    except _BROKEN as error:
        raise DataError(Fault("sheet.unreadable", {"reason": str(error).strip()}, file)) from None


def _calculation(raw: bytes) -> tuple[bool, bool]:
    """True if a workbook has formulas, and true if Excel is asked to calculate them all on opening."""
    with zipfile.ZipFile(io.BytesIO(raw)) as parts:
        pages = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
        formulas = any(re.search(rb"<(\w+:)?f[\s/>]", parts.read(name)) for name in pages)
        books = [name for name in parts.namelist() if name.endswith("workbook.xml")]
        return formulas, any(re.search(rb'fullCalcOnLoad="(1|true)"', parts.read(name)) for name in books)


def _cells(sheet: Any) -> Any:
    return sheet._cells  # noqa: SLF001 - all else visits a million rows where one stray cell is formatted


def _choose(sheets: Sequence[Any], file: str, name: str | None) -> Any:
    """The sheet of a name, or the only visible one that is not empty."""
    filled = [sheet for sheet in sheets if any(cell.value is not None for cell in _cells(sheet).values())]
    if name is not None:
        named = [sheet for sheet in sheets if sheet.title == name]
        if not named:
            titles = ", ".join(sheet.title for sheet in sheets)
            raise DataError(Fault("sheet.unknown", {"name": name, "have": titles}, file))
        filled = [sheet for sheet in filled if sheet in named]
    if not filled:
        raise DataError(Fault("sheet.empty", file=file, layer=name or ""))
    visible = [sheet for sheet in filled if sheet.sheet_state == "visible" or name is not None]
    if len(visible) != 1:
        names = ", ".join(sheet.title for sheet in visible or filled)
        raise DataError(Fault("sheet.choose", {"names": names}, file))
    return visible[0]


def _shown(value: object, form: str) -> str:
    """Value of a cell as text, a share as % where it is shown so, a code with the zeros it is shown with."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        number = Decimal(value) if isinstance(value, int) else Decimal(f"{value:.15g}")
        if "%" in re.sub(r'"[^"]*"|\\.', "", form):
            return decimal(number * 100) + "%"
        return decimal(number).zfill(len(form) if re.fullmatch("0+", form) else 0)
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)
