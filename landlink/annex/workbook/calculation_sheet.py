"""The calculation in m² behind the first annex: a row a district, each column computed from its inputs."""

from openpyxl.worksheet.worksheet import Worksheet

from landlink.annex.workbook.contents import Contents
from landlink.annex.workbook.layout import QUOTA, QUOTA_FIRST, QUOTA_HEAD, letter
from landlink.annex.workbook.page import A3, FORMAT_OF, Page, Role
from landlink.annex.workbook.quota_sheet import write_headings, write_total
from landlink.annex.workbook.twins import Row, formula, value_notes
from landlink.schema import LISTED
from landlink.texts import text

_TABLES = ("base", "quota", "ledger")


def write_calculation(worksheet: Worksheet, contents: Contents) -> None:
    """Write the first annex's rows and columns in m²: formulas, and the plan's value of a column that has none."""
    plan, layout, lang = contents.plan, contents.layout, contents.lang
    page = Page(worksheet, lang, [column.width + 1.5 for column in QUOTA], 10)
    page.title(contents.title("calculation"), contents.head, text("annex.print.unit_m2", lang))
    write_headings(page, layout, frozenset(), "m2")
    rows = {row["code"]: row for row in plan.by_district.to_dict("records")}
    for code in layout.codes:
        number = layout.quota_row(code)
        worksheet.row_dimensions[number].height = 20
        row = Row(contents, QUOTA, number, code)
        for column in QUOTA:
            live = formula(_TABLES, column.name, row)
            value = f"={live}" if live is not None else _plain(rows[code][column.name])
            role: Role = "label" if column.kind == "label" else "figure"
            page.put(row[column.name], value, role, FORMAT_OF[column.unit])
    write_total(page, layout)
    for column in QUOTA:
        cell = worksheet[f"{letter(QUOTA, column.name)}{layout.quota_rows[1] + 1}"]
        cell.number_format = FORMAT_OF[column.unit]
    notes = [text("annex.note.calculation", lang), *value_notes(("quota", "ledger"), lang)]
    page.notes(layout.quota_rows[1] + 3, notes)
    page.print_setup(A3, contents.head, repeat=QUOTA_HEAD, freeze=f"C{QUOTA_FIRST}")


def _plain(value: object) -> object:
    """Value as a cell holds it."""
    return LISTED.join(value) if isinstance(value, tuple) else value
