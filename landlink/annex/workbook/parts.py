"""What sheets of districts and their parts (facilities, sources of land, classes of use) have in common."""

from collections.abc import Container, Mapping

from landlink.annex.workbook.layout import Column, cells, letter
from landlink.annex.workbook.page import GENERAL, Align, Page, unit_heading
from landlink.present.labels import MARK
from landlink.texts import text

# Height of the row of units, points.
_UNITS_HEIGHT = 16


def write_headings(
    page: Page,
    columns: tuple[Column, ...],
    rows: tuple[int, int],
    marked: Container[str],
    in_ha: Mapping[str, str],
    *,
    own: Container[str] = (),
    height: float,
) -> None:
    """Write a row of labels and one of units.

    Parameters
    ----------
    rows
        Their numbers.
    marked
        Columns that rest on figures that are not official.
    in_ha
        Columns that show another's figure in ha, which has the same label.
    own
        Columns whose labels are the annex's own.
    height
        Height of the labels, points.
    """
    first, last = rows
    for column in columns:
        name, source = letter(columns, column.name), in_ha.get(column.name, column.name)
        label = text(f"annex.column.{source}" if source in own else f"model.column.{source}", page.lang)
        page.put(f"{name}{first}", f"{label}{MARK if source in marked else ''}", "head")
        page.put(f"{name}{last}", unit_heading(column.unit, page.lang), "head")
    page.worksheet.row_dimensions[first].height = height
    page.worksheet.row_dimensions[last].height = _UNITS_HEIGHT


def write_sums(
    page: Page,
    columns: tuple[Column, ...],
    part: str,
    titles: Mapping[str, str],
    rows: tuple[int, int],
    in_ha: Mapping[str, str],
    formats: Mapping[str, str],
    *,
    align: Align | None = None,
) -> int:
    """Write a row of sums of each part of the districts, and one of all, below the rows; return the last row.

    Parameters
    ----------
    part
        Column that names the part of a row.
    titles
        Parts as that column names them.
    rows
        First and last row to be summed.
    in_ha
        Columns in ha that are summed, with those in m² that they show.
    formats
        Number format by unit.
    align
        Alignment of the parts' names.
    """
    kinds, part_letter = cells(columns, part, rows), letter(columns, part)
    last = rows[1] + len(titles) + 1
    for number, title in enumerate((*titles.values(), text("annex.print.total", page.lang)), rows[1] + 1):
        for column in columns:
            summed = cells(columns, column.name, rows)
            value: str | None = None
            if column.name == part:
                value = title
            elif column.name in in_ha or column.name in in_ha.values():
                by_part = f"=SUMIFS({summed},{kinds},{part_letter}{number})"
                value = f"=SUM({summed})" if number == last else by_part
            number_format = formats.get(column.unit, GENERAL)
            of_part = align if column.name == part else None
            page.put(f"{letter(columns, column.name)}{number}", value, "total", number_format, align=of_part)
    return last
