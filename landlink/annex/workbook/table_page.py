"""A sheet of one table whose columns are not those of a result: two rows of headings, rows of values, notes."""

from collections.abc import Sequence

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from landlink.annex.workbook.contents import Contents
from landlink.annex.workbook.layout import QUOTA, letter
from landlink.annex.workbook.page import A4, GENERAL, TEXT, Page, Role, numbered, unit_heading

# First row below the headings.
FIRST = 5
_HEADING_HEIGHT = 30  # points: least height of a row of headings, two lines
_ROW_HEIGHT = 16  # points: least height of a row of values, one line


class TablePage(Page):
    """A sheet of one table that is being written.

    Parameters
    ----------
    name
        The sheet's: its title is ``annex.<name>.title``.
    widths
        Width of each column in characters.
    """

    def __init__(self, worksheet: Worksheet, contents: Contents, name: str, widths: Sequence[float]) -> None:
        super().__init__(worksheet, contents.lang, widths)
        self.layout, self.head, self.heading = contents.layout, contents.head, contents.title(name)
        self.names = contents.edition.names

    def begin(self, unit: str, columns: Sequence[tuple[str, str]]) -> None:
        """Write title and headings.

        Parameters
        ----------
        unit
            Text at the upper right.
        columns
            Label and unit of each column.
        """
        self.title(self.heading, self.head, unit)
        self.headings(FIRST - 2, columns)

    def headings(self, row: int, columns: Sequence[tuple[str, str]]) -> None:
        """Write two rows of headings: label and unit of each column."""
        for number, (label, unit) in enumerate(columns, 1):
            name = get_column_letter(number)
            self.put(f"{name}{row}", label, "head")
            self.put(f"{name}{row + 1}", unit_heading(unit, self.lang), "head")
        self.fit(row, [(label, self.widths[index]) for index, (label, _) in enumerate(columns)], _HEADING_HEIGHT)

    def row(self, row: int, values: Sequence[tuple[object, str]], role: Role | None = None) -> None:
        """Write a row of values, each with its number format; text stands in the middle."""
        texts = []
        for number, (value, number_format) in enumerate(values, 1):
            own_role: Role = role or ("label" if number_format in (GENERAL, TEXT) else "figure")
            self.put(f"{get_column_letter(number)}{row}", value, own_role, number_format)
            if isinstance(value, str) and not value.startswith("="):
                texts.append((value, self.widths[number - 1]))
        self.fit(row, texts, _ROW_HEIGHT)

    def calculated(self, code: str, column: str) -> str:
        """Cell of a district in the calculation, in the unit of the plan."""
        return self.layout.address("calculation", letter(QUOTA, column), self.layout.quota_row(code))

    def end(self, row: int, notes: Sequence[str]) -> None:
        """Write the notes from a row on, and set the page."""
        self.notes(row, numbered(notes, self.lang))
        self.print_setup(A4, self.head, repeat=(FIRST - 2, FIRST - 1), freeze=f"C{FIRST}")
