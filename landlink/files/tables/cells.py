"""Cells as plain text, and the grid that holds them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from landlink.errors import Fault

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x2212: ord("-")}
LETTERS = {code: half for code, half in _WIDE.items() if chr(half).isalnum()}
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_ABSENT = re.compile(r"[-—–―−/…]+|\.{3,}")
_SEPARATED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?%?")
_SCIENTIFIC = re.compile(r"[+-]?\d(\.\d+)?[eE]\+\d{1,2}")
_ERROR = re.compile(r"#(REF!|DIV/0!|VALUE!|NAME\?|N/A|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA|#+)|Err:\d{3}")
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)%?")
_PADDED = re.compile(r"[\u4e00-\u9fff](\s+[\u4e00-\u9fff])+")
UNCACHED = "\0formula"
_QUESTIONS = {
    "sheet.digits_lost",
    "sheet.hidden",
    "sheet.merged_number",
    "sheet.total_differs",
    "sheet.total_inside",
    "sheet.unit_line",
}


@dataclass(slots=True)
class Grid:
    """A sheet's cells by row and column from 1, and what is wrong with single ones."""

    file: str
    name: str = ""
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    width: int = 0
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    bad: dict[tuple[int, int], str] = field(default_factory=dict)
    inexact: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)

    def put(self, row: int, column: int, raw: str) -> None:
        """Add a cell as plain text, and note an error or lost digits."""
        cell = _plain(raw)
        if cell == UNCACHED or _ERROR.fullmatch(cell):
            self.bad[row, column], cell = cell, "0"
        elif _SCIENTIFIC.fullmatch(cell):
            self.inexact.add((row, column))
            cell = decimal(Decimal(cell))
        if cell:
            self.rows.setdefault(row, {})[column] = cell
            self.width = max(self.width, column)

    def column(self, column: int, rows: Iterable[int]) -> list[str]:
        """Cells of a column that are not empty."""
        return [self.rows[row][column] for row in rows if column in self.rows[row]]

    def fault(self, fault: str, row: int | None = None, column: str = "", **values: object) -> Fault:
        """Fault of a row or column of the sheet."""
        return Fault(fault, values, self.file, self.name, row, column, fault in _QUESTIONS)


def decimal(value: Decimal) -> str:
    """Digits of a number, without exponent and trailing zeros.

    Examples
    --------
    >>> decimal(Decimal("1.50E+3")), decimal(Decimal("-0.0"))
    ('1500', '0')
    """
    shown = f"{value:f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return "0" if shown in ("-0", "") else shown


def _plain(raw: str) -> str:
    """A cell without spaces around it, wide letters and digits, thousands separators, and marks of an empty cell."""
    cell = raw.translate(_INVISIBLE).strip()
    half = cell.translate(_WIDE)
    cell = half if half.isascii() else cell.translate(LETTERS)
    if _ABSENT.fullmatch(cell):
        return ""
    if _SEPARATED.fullmatch(cell):
        return cell.replace(",", "")
    return re.sub(r"\s+", "", cell) if _PADDED.fullmatch(cell) else cell


def letters(column: int) -> str:
    """Letters of a column in Excel.

    Examples
    --------
    >>> letters(28)
    'AB'
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
