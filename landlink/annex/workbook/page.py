"""How the sheets look and print: fonts, fills, borders, number formats, heights of rows, paper."""

import math
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import absolute_coordinate, get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from landlink.texts import Lang, text

# What a cell is: `input` can be changed, `doubted` too and is not official.
Role = Literal["title", "unit", "head", "label", "figure", "input", "doubted", "total", "note", "plain"]
Align = Literal["left", "center", "right"]

# Number formats.
WHOLE = "#,##0"  # persons, units, m²
TWO = "#,##0.00"  # ha as tables show them
FOUR = "#,##0.0000"  # ha to the m²
GENERAL = "General"
TEXT = "@"
# An input in ha shows all it holds, to the m².
HECTARES = "#,##0.00##"
SHARE = "0.####"
# Number format of a figure by its unit; of areas in ha as they are shown, to 0.01 ha.
FORMAT_OF = {"m2": WHOLE, "ha": TWO, "m2/person": TWO, "pct": TWO, "person": WHOLE, "": GENERAL}

A3 = 8  # Excel's number of the paper
A4 = 9  # Excel's number of the paper

# The character set by which a font that is missing is replaced by another Chinese one.
_GB2312 = 134
# Fonts of cells and of headings.
_FONTS = {"zh": ("宋体", "黑体"), "en": ("Arial", "Arial")}
# Inputs are blue, as models of finance have them.
_BLUE = "0000FF"
# Ground of cells by role.
_FILLS = {"head": "DCE6F1", "total": "F2F2F2", "input": "FFF8DC", "doubted": "FFF8DC"}
# Roles of cells with a border.
_BOXED = ("head", "label", "figure", "input", "doubted", "total")
_THIN = Side(style="thin", color="808080")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_MM_PER_INCH = 25.4  # mm
# Height of a line of text, points.
_LINE = 12.5
# Room above and below the lines of a row, points.
_ROOM = 3
# Size of the characters in which widths of columns are counted, points.
_SIZE_OF_WIDTHS = 11
# Width of a Latin character in a font whose Chinese ones are 2 wide.
_LATIN = 1.1
# Share of a column's width that its text may take.
_FILLED = 0.92


class Page:
    """A sheet that is being written.

    Parameters
    ----------
    worksheet
        Empty sheet.
    lang
        Language of texts and fonts.
    widths
        Width of each column in characters.
    size
        Font size of the cells in points.
    """

    def __init__(self, worksheet: Worksheet, lang: Lang, widths: Sequence[float], size: float = 9) -> None:
        self.worksheet, self.lang, self.widths, self.size = worksheet, lang, tuple(widths), size
        for number, width in enumerate(self.widths, 1):
            worksheet.column_dimensions[get_column_letter(number)].width = width
        worksheet.sheet_view.showGridLines = False
        body, head = _FONTS[lang]
        charset = {"charset": _GB2312} if lang == "zh" else {}
        self._fonts = {
            "title": Font(name=head, size=16, bold=True, **charset),
            "head": Font(name=head, size=size, bold=True, **charset),
            "total": Font(name=body, size=size, bold=True, **charset),
            "input": Font(name=body, size=size, color=_BLUE, **charset),
            "doubted": Font(name=body, size=size, color=_BLUE, italic=True, **charset),
            "": Font(name=body, size=size, **charset),
        }

    @property
    def plain(self) -> Font:
        """Font of a cell that nothing sets apart."""
        return self._fonts[""]

    @property
    def last(self) -> int:
        """Number of columns."""
        return len(self.widths)

    def put(
        self, cell: str, value: Any, role: Role = "figure", number_format: str = GENERAL, *, align: Align | None = None
    ) -> None:
        """Write a cell; where no alignment is given texts stand in the middle and figures to the right."""
        target = self.worksheet[cell]
        is_text = number_format in (GENERAL, TEXT)
        target.value = value
        target.number_format = number_format
        target.font = self._fonts.get(role, self._fonts[""])
        if role in _BOXED:
            target.border = _BOX
        if role in ("input", "doubted"):
            target.protection = Protection(locked=False)
        if role in _FILLS:
            target.fill = PatternFill("solid", fgColor=_FILLS[role])
        if align is None:
            align = "center" if role != "unit" and (role in ("title", "head") or is_text) else "right"
        target.alignment = Alignment(align, "center", wrap_text=role != "unit" and is_text)

    def define(self, name: str, cell: str) -> None:
        """Give a cell a name for formulas and readers."""
        address = f"{quote_sheetname(self.worksheet.title)}!{absolute_coordinate(cell)}"
        self.worksheet.parent.defined_names[name] = DefinedName(name, attr_text=address)

    def merged(self, row: int, value: Any, role: Role, *, first: int = 1, last: int | None = None) -> None:
        """Write one text across the sheet, or across some of its columns."""
        last = last or self.last
        self.put(f"{get_column_letter(first)}{row}", value, role, align="left" if role in ("note", "plain") else None)
        if last > first:
            self.worksheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=last)

    def title(self, value: str, subtitle: str, unit: str) -> None:
        """Title above the table; below it what it rests on, and at the upper right the unit."""
        self.merged(1, value, "title")
        self.worksheet.row_dimensions[1].height = 30
        right = max(self.last // 3, 3)
        self.merged(2, subtitle, "plain", last=self.last - right)
        self.merged(2, unit, "unit", first=self.last - right + 1)
        self.worksheet.row_dimensions[2].height = 17

    def notes(self, row: int, values: Iterable[str]) -> int:
        """Write notes below a table, one to a row; return the next free row."""
        for value in values:
            self.merged(row, value, "note")
            # A formula's text is about as long as what it shows.
            self.worksheet.row_dimensions[row].height = _LINE * self._lines(value, math.fsum(self.widths)) + _ROOM
            row += 1
        return row

    def fit(self, row: int, cells: Sequence[tuple[str, float]], least: float = 15) -> None:
        """Make a row high enough for its texts, each with the width it has."""
        lines = max((self._lines(value, width) for value, width in cells), default=1)
        self.worksheet.row_dimensions[row].height = max(least, _LINE * lines + _ROOM)

    def print_setup(self, paper: int, head: str, *, repeat: tuple[int, int], freeze: str) -> None:
        """Landscape, as wide as the paper, with repeated header rows, title and page numbers; formulas are locked.

        Parameters
        ----------
        paper
            :data:`A3` or :data:`A4`.
        head
            Text above each page.
        repeat
            First and last row of the headings.
        freeze
            Cell that stays in place with what is above and left of it.
        """
        sheet = self.worksheet
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = paper
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_options.horizontalCentered = True
        margins = sheet.page_margins
        margins.left = margins.right = 10 / _MM_PER_INCH
        margins.top = margins.bottom = 16 / _MM_PER_INCH
        margins.header = margins.footer = 7 / _MM_PER_INCH
        sheet.print_title_rows = f"{repeat[0]}:{repeat[1]}"
        sheet.freeze_panes = freeze
        sheet.print_area = f"A1:{get_column_letter(self.last)}{sheet.max_row}"
        self._protect()
        sheet.oddHeader.left.text = head.replace("&", "&&")
        sheet.oddHeader.right.text = "&A"
        sheet.oddFooter.center.text = text("annex.print.page", self.lang)
        for part in (sheet.oddHeader.left, sheet.oddHeader.right, sheet.oddFooter.center):
            part.size = 9

    def _protect(self) -> None:
        """Lock all cells but the inputs, without a password; columns can still be sized and rows filtered."""
        protection = self.worksheet.protection
        protection.sheet = True
        for action in ("formatCells", "formatColumns", "formatRows", "autoFilter", "sort"):
            setattr(protection, action, False)

    def _lines(self, value: str, width: float) -> int:
        """Lines that a text takes in a column of a width in characters."""
        taken = math.fsum(2 if unicodedata.east_asian_width(character) in "WF" else _LATIN for character in value)
        return max(1, math.ceil(taken / (width * _FILLED * _SIZE_OF_WIDTHS / self.size)))


def numbered(notes: Iterable[str], lang: Lang) -> list[str]:
    """Notes below a table, numbered from 1."""
    return [text("annex.note.numbered", lang, number=number, note=note) for number, note in enumerate(notes, 1)]


def unit_heading(unit: str, lang: Lang) -> str:
    """Unit as a heading shows it; a dash where there is none."""
    return text(f"model.unit.{unit or 'none'}", lang) or "—"
