"""The sheet of the next step: distances, base pairs, and existing land scaled to the city's built-up area."""

import pandas as pd
from openpyxl.worksheet.worksheet import Worksheet

from landlink.annex.workbook.contents import Contents
from landlink.annex.workbook.page import FORMAT_OF, FOUR, GENERAL, TEXT
from landlink.annex.workbook.table_page import FIRST, TablePage
from landlink.columns import Column
from landlink.linkage.views import VIEWS
from landlink.present.labels import MARK, shown_unit
from landlink.present.steps import built_up_text, shown_view, view
from landlink.texts import Lang, text

# Columns that are the policy's own.
_OF_POLICY = ("bound_m2", "next_standard_m2")
_WIDTHS = [8, 12, 13, 13, 26, 13, 13, 14, 14, 14, 10]
# Formats of numbers by unit; areas are in ha, exact to the m².
_FORMATS = {**FORMAT_OF, "m2": FOUR, "year": "0"}


def write_steps(worksheet: Worksheet, contents: Contents) -> None:
    """Write each district's distance to the next step, its base pair, and what the built-up area would change."""
    plan, lang = contents.plan, contents.lang
    page = TablePage(worksheet, contents, "steps", _WIDTHS)
    marked = "per_capita_stock_m2" in contents.doubted("quota")
    page.begin(text("annex.print.unit_ha", lang), _headings("steps", lang, marked=marked))
    row = _rows(page, contents, "steps", FIRST)
    blocks = ["base", *([] if plan.scaled.empty else ["scaled"])]
    for name in blocks:
        page.merged(row + 1, text(f"annex.steps.{name}", lang), "head", last=len(VIEWS[name].columns))
        page.headings(row + 2, _headings(name, lang, marked=marked))
        row = _rows(page, contents, name, row + 4)
    said = built_up_text(plan, lang)
    notes = [text(f"annex.steps.note.{name}", lang) for name in ("steps", "values")]
    mark = [text("annex.note.mark", lang, mark=MARK)] if marked else []
    page.end(row + 1, [*notes, *([said] if said else []), *mark])


def _headings(name: str, lang: Lang, *, marked: bool) -> list[tuple[str, str]]:
    """Label and unit of each column of a view.

    Parameters
    ----------
    marked
        Existing land or residents are not official: what rests on them is marked.
    """
    headings = []
    for column in VIEWS[name].columns:
        mark = MARK if marked and column.unit not in ("", "year") and column.name not in _OF_POLICY else ""
        unit = "" if column.unit == "year" else shown_unit(column)
        headings.append((text(f"model.column.{column.name}", lang) + mark, unit))
    return headings


def _rows(page: TablePage, contents: Contents, name: str, row: int) -> int:
    """Write a view's rows from a row on; return the next free row."""
    table = view(contents.plan, name)
    columns = VIEWS[name].columns
    shown = {column.name: shown_view(table[column.name], column, page.lang) for column in columns}
    shown["district"] = table["code"].map(page.names)
    for values in zip(*(shown[column.name] for column in columns), strict=True):
        page.row(row, [_cell(value, column) for value, column in zip(values, columns, strict=True)])
        row += 1
    return row


def _cell(value: object, column: Column) -> tuple[object, str]:
    """Value of a cell and its number format."""
    if column.kind == "text":
        return value, TEXT if column.name == "code" else GENERAL
    if pd.isna(value):
        return "—", GENERAL
    return (float(str(value)) if column.kind == "float" or column.unit == "m2" else int(str(value))), _FORMATS[
        column.unit
    ]
