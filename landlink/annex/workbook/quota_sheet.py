"""The first annex: quotas and land ledger in ha, with the district facts as inputs."""

from decimal import Decimal
from fractions import Fraction

import pandas as pd
from openpyxl.worksheet.worksheet import Worksheet

from landlink.annex.workbook.balance_sheet import is_plans
from landlink.annex.workbook.basis_sheet import entered
from landlink.annex.workbook.contents import Contents
from landlink.annex.workbook.formulas import blank_or, half_up, quoted, shown_ha
from landlink.annex.workbook.guards import allow_numbers, highlight, highlight_changed
from landlink.annex.workbook.layout import QUOTA, QUOTA_FIRST, QUOTA_HEAD, Column, Inputs, Layout, cells, letter
from landlink.annex.workbook.page import (
    A3,
    FORMAT_OF,
    GENERAL,
    HECTARES,
    TEXT,
    TWO,
    WHOLE,
    Page,
    numbered,
    unit_heading,
)
from landlink.present.labels import MARK, figure_label
from landlink.present.tables import fact_status
from landlink.schema import FACTS, RESULTS
from landlink.texts import text

# Names by which formulas, and whoever reads them, call the totals.
_NAMED = {
    "total_settled": "settled",
    "total_entitlement_ha": "entitlement_m2",
    "total_demand_ha": "demand_m2",
    "total_quota_ha": "quota_m2",
    "total_stock_need_ha": "stock_need_m2",
    "total_need_ha": "need_m2",
    "total_granted_ha": "granted_m2",
    "total_deficit_ha": "deficit_m2",
}
# Columns that may be unknown.
_UNKNOWN = frozenset(
    (
        *(column.name for table in ("quota", "ledger") for column in RESULTS[table].columns if not column.required),
        *(fact.name for fact in FACTS.values() if not fact.required),
    )
)
# Columns with these units add up; shares and figures a head do not.
_SUMMED = ("m2", "person")
# What is cut, lacking or not verified stands out where it is above zero.
_HIGHLIGHTED = ("cut_m2", "stock_short_m2", "stock_unverified_m2", "deficit_m2")


def write_quota(worksheet: Worksheet, contents: Contents) -> None:
    """Write the first annex: inputs in persons, % and ha; all else is read from the calculation."""
    plan, layout, lang = contents.plan, contents.layout, contents.lang
    page = Page(worksheet, lang, [column.width for column in QUOTA], 10)
    page.title(contents.title("quota"), contents.head, text("annex.print.unit_ha", lang))
    write_headings(page, layout, contents.doubted("quota", "ledger") | contents.doubted_facts(), "ha")
    facts, ratio = plan.base.table.set_index("code"), plan.base.central_ratio
    names = contents.edition.names
    status = fact_status(plan)
    for code in layout.codes:
        row = layout.quota_row(code)
        worksheet.row_dimensions[row].height = 24
        page.put(f"{letter(QUOTA, 'code')}{row}", code, "label", TEXT)
        page.put(f"{letter(QUOTA, 'district')}{row}", names[code], "label")
        for column in QUOTA[2:]:
            if column.kind == "input" and (column.name != "central_settled" or plan.central_layer):
                official = status.get((code, column.name), "official") == "official"
                value: float | str | None = entered(facts.loc[code, column.name], column.unit)
                if column.name == "central_settled" and ratio is not None:
                    value = _persons_inside(facts.loc[code], ratio[code], row)
                _input(page, column, row, value, official=official)
            else:
                _computed(page, layout, column, row)
    write_total(page, layout)
    for name, column_name in _NAMED.items():
        page.define(name, f"{letter(QUOTA, column_name)}{layout.quota_rows[1] + 1}")
    _guard(worksheet, layout, contents.inputs)
    row = layout.quota_rows[1] + 3
    page.put(f"A{row}", 1234, "input", WHOLE)
    page.put(f"B{row}", 1234, "doubted", WHOLE)
    page.merged(row, f"  {text('annex.note.legend', lang, mark=MARK)}", "plain", first=3)
    page.notes(row + 1, _notes(contents))
    page.print_setup(A3, contents.head, repeat=QUOTA_HEAD, freeze=f"C{QUOTA_FIRST}")


def _notes(contents: Contents) -> list[str]:
    """Notes below the table; the last says whether the quotas shown are the plan's."""
    text, layout = contents.edition.text, contents.layout
    rounding = text("annex.note.rounding", sheet=layout.sheet("calculation"))
    notes = numbered([*contents.plan_notes(), rounding, contents.basis_note()], contents.lang)
    names = {"fingerprint": contents.fingerprint, "sheet": layout.sheet("basis")}
    same, differs, changed = (quoted(text(f"annex.note.{kind}", **names)) for kind in ("same", "differs", "changed"))
    check = f"=IF(changed_inputs>0,changed_inputs&{changed},IF({is_plans(layout)},{same},{differs}))"
    return [*notes, check]


def _persons_inside(facts: "pd.Series[int]", ratio: Fraction, row: int) -> str:
    """Persons inside the central area's layer, who follow the settled population until they are entered themselves."""
    cell = f"{letter(QUOTA, 'settled')}{row}"
    part = half_up(f"{cell}*{ratio.numerator}/{ratio.denominator}")
    return f"=IF({cell}={facts['settled']},{facts['central_settled']},{part})"


def _input(page: Page, column: Column, row: int, value: float | str | None, *, official: bool) -> None:
    """A district fact that can be changed; areas in ha."""
    number_format = HECTARES if column.unit == "m2" else FORMAT_OF[column.unit]
    cell = f"{letter(QUOTA, column.name)}{row}"
    page.put(cell, value, "input" if official else "doubted", number_format)


def _computed(page: Page, layout: Layout, column: Column, row: int) -> None:
    """A figure of the calculation; areas in ha with two decimals that add up."""
    name = letter(QUOTA, column.name)
    source = layout.address("calculation", name, row)
    if column.unit == "m2" and column.name in _UNKNOWN:
        page.put(f"{name}{row}", f"={blank_or(source, f'{source}/10000')}", "figure", TWO)
    elif column.unit == "m2":
        first, last = layout.quota_rows
        column_of_all = f"{layout.address('calculation', name, first)}:${name}${last}"
        page.put(f"{name}{row}", f"={shown_ha(source, column_of_all)}", "figure", TWO)
    else:
        page.put(f"{name}{row}", f"={source}", "figure", FORMAT_OF[column.unit])


def _guard(worksheet: Worksheet, layout: Layout, inputs: Inputs) -> None:
    """Bound the inputs; colour those that were changed, and what is cut or lacking."""
    for column in QUOTA:
        rows = cells(QUOTA, column.name, layout.quota_rows)
        if column.kind == "input":
            most = Decimal(100) if column.unit == "pct" else None
            allow_numbers(worksheet, rows, layout.lang, "whole" if column.unit == "person" else "decimal", most=most)
            changed = inputs.changed.get((column.name, layout.codes[0]))
            if changed:
                # Districts have the same order here as on the sheet of parameters.
                highlight_changed(worksheet, rows, f"LEN({changed.replace('$', '')})>0")
        elif column.name in _HIGHLIGHTED:
            highlight(worksheet, rows, "greaterThan")


def write_headings(page: Page, layout: Layout, marked: frozenset[str], area_unit: str) -> None:
    """Write two rows of headings, groups above columns, and a row of units.

    Parameters
    ----------
    marked
        Columns that rest on figures that are not official.
    area_unit
        Unit of areas on the sheet, ``ha`` or ``m2``.
    """
    lang, (first, last) = layout.lang, QUOTA_HEAD
    start = 1
    for number, column in enumerate(QUOTA, 1):
        name = letter(QUOTA, column.name)
        page.put(f"{name}{first}", None, "head")
        mark = MARK if column.name in marked else ""
        page.put(f"{name}{first + 1}", f"{column_label(column.name, layout)}{mark}", "head")
        page.put(f"{name}{last}", unit_heading(area_unit if column.unit == "m2" else column.unit, lang), "head")
        if number == len(QUOTA) or QUOTA[number].group != column.group:
            page.merged(first, text(f"annex.group.{column.group}", lang), "head", first=start, last=number)
            start = number + 1
    page.worksheet.row_dimensions[first].height = 20
    page.worksheet.row_dimensions[first + 1].height = 46 if lang == "zh" else 58
    page.worksheet.row_dimensions[last].height = 18


def column_label(name: str, layout: Layout) -> str:
    """Label of a column."""
    return text("annex.column.central", layout.lang) if name == "central" else figure_label(name, layout.lang)


def write_total(page: Page, layout: Layout) -> None:
    """Write the row of sums; an input that is not known everywhere has none."""
    row = layout.quota_rows[1] + 1
    page.worksheet.row_dimensions[row].height = 22
    for column in QUOTA:
        summed = cells(QUOTA, column.name, layout.quota_rows)
        value: str | None = "—"
        if column.name == "code":
            value = None
        elif column.name == "district":
            value = text("annex.print.total", layout.lang)
        elif column.name in _UNKNOWN:
            value = f'=IF(COUNT({summed})<ROWS({summed}),"—",SUM({summed}))'
        elif column.unit in _SUMMED:
            value = f"=SUM({summed})"
        number_format = (TWO if column.unit == "m2" else FORMAT_OF[column.unit]) if value != "—" else GENERAL
        page.put(f"{letter(QUOTA, column.name)}{row}", value, "total", number_format)
