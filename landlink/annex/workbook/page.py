"""How the sheets look: fonts, fills, borders and number formats, and how they print."""

import math
import unicodedata
from collections.abc import Sequence
from typing import Any, Literal

from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import absolute_coordinate, get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from landlink.texts import Lang, text

Role = Literal["title", "unit", "head", "label", "figure", "input", "doubted", "total", "note", "plain"]
Side_ = Literal["left", "center", "right"]
WHOLE, TWO, FOUR, GENERAL, TEXT = "#,##0", "#,##0.00", "#,##0.0000", "General", "@"
HECTARES = "#,##0.00##"  # an input in ha shows all it holds, to the m²
A3, A4 = 8, 9

_GB2312 = 134  # the character set by which a font that is missing is replaced by another Chinese one
_FONTS = {"zh": ("宋体", "黑体"), "en": ("Arial", "Arial")}
_BLUE, _PALE, _HEAD, _TOTAL = "0000FF", "FFF8DC", "DCE6F1", "F2F2F2"
_THIN = Side(style="thin", color="808080")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_MM = 25.4
_LINE = 12.5  # points of a line of text
_SIZE_OF_WIDTHS = 11  # points of the characters in which widths of columns are counted


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
        for place, width in enumerate(self.widths, 1):
            worksheet.column_dimensions[get_column_letter(place)].width = width
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
        self, place: str, value: Any, role: Role = "figure", shown: str = GENERAL, *, side: Side_ | None = None
    ) -> None:
        """Write a cell; where no side is given texts stand in the middle and figures to the right."""
        cell = self.worksheet[place]
        cell.value = value
        cell.number_format = shown
        cell.font = self._fonts.get(role, self._fonts[""])
        if role in ("head", "label", "figure", "input", "doubted", "total"):
            cell.border = _BOX
        if role in ("input", "doubted"):
            cell.protection = Protection(locked=False)
        fill = {"head": _HEAD, "total": _TOTAL, "input": _PALE, "doubted": _PALE}.get(role)
        if fill:
            cell.fill = PatternFill("solid", fgColor=fill)
        if side is None:
            middle = role != "unit" and (role in ("title", "head") or shown in (GENERAL, TEXT))
            side = "center" if middle else "right"
        cell.alignment = Alignment(side, "center", wrap_text=role != "unit" and shown in (GENERAL, TEXT))

    def define(self, name: str, place: str) -> None:
        """Give a cell a name for formulas and readers."""
        address = f"{quote_sheetname(self.worksheet.title)}!{absolute_coordinate(place)}"
        self.worksheet.parent.defined_names[name] = DefinedName(name, attr_text=address)

    def merged(self, row: int, value: Any, role: Role, *, first: int = 1, last: int | None = None) -> None:
        """Write one text across the sheet, or across some of its columns."""
        last = last or self.last
        start = f"{get_column_letter(first)}{row}"
        self.put(start, value, role, side="left" if role in ("note", "plain") else None)
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

    def notes(self, row: int, values: Sequence[str]) -> int:
        """Write notes below a table, one to a row; return the next free row."""
        for value in values:
            self.merged(row, value, "note")
            # A formula's text is about as long as what it shows.
            self.worksheet.row_dimensions[row].height = _LINE * self._lines(value, sum(self.widths)) + 3
            row += 1
        return row

    def fit(self, row: int, cells: Sequence[tuple[str, float]], least: float = 15) -> None:
        """Make a row high enough for its texts, each with the width it has."""
        lines = max((self._lines(value, width) for value, width in cells), default=1)
        self.worksheet.row_dimensions[row].height = max(least, _LINE * lines + 3)

    def print_setup(self, paper: int, head: str, *, repeat: tuple[int, int], freeze: str) -> None:
        """Landscape, as wide as the paper, with repeated header rows, title and page numbers; formulas are locked."""
        sheet = self.worksheet
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = paper
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_options.horizontalCentered = True
        margins = sheet.page_margins
        margins.left = margins.right = 10 / _MM
        margins.top = margins.bottom = 16 / _MM
        margins.header = margins.footer = 7 / _MM
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
        for allowed in ("formatCells", "formatColumns", "formatRows", "autoFilter", "sort"):
            setattr(protection, allowed, False)

    def _lines(self, value: str, width: float) -> int:
        """Lines that a text takes in a width; a Chinese character takes two places."""
        places = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1.1 for sign in value)
        return max(1, math.ceil(places / (width * 0.92 * _SIZE_OF_WIDTHS / self.size)))
