"""The second annex: each district's land needs by facility in clause 7's order, and what of them is granted."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from landlink.annex.workbook.contents import Contents
from landlink.annex.workbook.guards import allow_numbers, highlight, highlight_changed
from landlink.annex.workbook.layout import NEEDS, NEEDS_FIRST, NEEDS_HEAD, Column, Inputs, Layout, cells, letter
from landlink.annex.workbook.page import A4, FOUR, GENERAL, WHOLE, Align, Page, Role, numbered
from landlink.annex.workbook.parts import write_headings
from landlink.annex.workbook.twins import Row, formula, value_notes
from landlink.plan.plan import Plan
from landlink.present.labels import groups_label
from landlink.texts import text

# Columns that show another's figure in ha.
_IN_HA = {
    "land_ha": "land_m2",
    "granted_ha": "granted_m2",
    "unverified_ha": "unverified_m2",
    "deficit_ha": "deficit_m2",
}
# Columns whose labels are the annex's own.
_LABELLED = ("surplus_units", "unit", "land_per_unit")
# Units of the columns that add up over facilities and districts.
_SUMMED = ("ha", "m2")
# Columns that add up over districts alone: a person counts for several facilities.
_SUMMED_BY_FACILITY = ("persons", "units")
_FORMATS = {"person": WHOLE, "ha": FOUR, "m2": WHOLE, "m2/unit": "#,##0.0###"}


def write_needs(worksheet: Worksheet, contents: Contents) -> None:
    """Write the second annex: a block a district with its subtotal, then sums by facility and over all."""
    plan, layout, lang = contents.plan, contents.layout, contents.lang
    page = Page(worksheet, lang, [column.width for column in NEEDS])
    page.title(contents.title("needs"), contents.head, text("annex.print.unit_ha", lang))
    height = 20 if lang == "zh" else 32
    write_headings(page, NEEDS, NEEDS_HEAD, contents.doubted("needs"), _IN_HA, own=_LABELLED, height=height)
    surplus = {(row["code"], row["facility"]): row for row in plan.surplus.to_dict("records")}
    values = {(row["code"], row["facility"]): row for row in plan.needs.to_dict("records")}
    for code, facility, number in facility_rows(layout):
        row = Row(contents, NEEDS, number, code, facility)
        _facility(page, row, values[code, facility], surplus.get((code, facility)))
        worksheet.row_dimensions[number].height = 15
    for code in layout.codes:
        _subtotal(page, layout, code)
    _guard(worksheet, layout, contents.inputs)
    next_row = _sums(page, plan, layout)
    page.notes(next_row + 1, _notes(contents))
    page.print_setup(A4, contents.head, repeat=NEEDS_HEAD, freeze=f"C{NEEDS_FIRST}")


def _notes(contents: Contents) -> list[str]:
    text, lang = contents.edition.text, contents.lang
    order = text("annex.note.order", order=groups_label(contents.plan, lang))
    fixed = value_notes(("needs",), lang)
    return numbered([*contents.plan_notes(), order, text("annex.note.exact"), *fixed, contents.basis_note()], lang)


def total_rows(layout: Layout) -> tuple[int, int]:
    """First row of the sums by facility, and the row of the grand total."""
    first = _last(layout) + 1
    return first, first + len(layout.facilities)


def facility_rows(layout: Layout) -> Iterator[tuple[str, str, int]]:
    """District, facility and row of each line of the second annex."""
    for code in layout.codes:
        for facility in layout.facilities:
            yield code, facility, layout.needs_row(code, facility)


def _last(layout: Layout) -> int:
    """Row of the last district's subtotal."""
    return layout.needs_block(layout.codes[-1])[1] + 1


def _facility(page: Page, row: Row, values: Mapping[str, Any], surplus: Mapping[str, Any] | None) -> None:
    """A district's facility: formulas, its surplus capacity as an input, and the plan's value of other columns.

    Parameters
    ----------
    values
        The plan's row.
    surplus
        Row of the surplus capacity; None where the plan has none.
    """
    facility = row.contents.plan.rules.standard(row.facility).facility
    labels = {"facility": facility.title[row.layout.lang], "unit": facility.unit[row.layout.lang]}
    for column in NEEDS:
        name = column.name
        if name in labels:
            page.put(row[name], labels[name], "label", align="left" if name == "facility" else None)
        elif name == "surplus_units":
            official = surplus is None or surplus["status"] == "official"
            units = None if surplus is None else int(surplus["surplus_units"])
            page.put(row[name], units, "input" if official else "doubted", WHOLE)
        else:
            role: Role = "label" if column.kind == "label" else "figure"
            number_format = GENERAL if name == "district" else _FORMATS.get(column.unit, WHOLE)
            page.put(row[name], _value(row, name, values), role, number_format)


def _value(row: Row, name: str, values: Mapping[str, Any]) -> object:
    if name == "district":
        return f"={row.calculated('district')}"
    if name in _IN_HA:
        return f"={row[_IN_HA[name]]}/10000"
    live = formula(("needs",), name, row)
    return values[name] if live is None else f"={live}"


def _guard(worksheet: Worksheet, layout: Layout, inputs: Inputs) -> None:
    """Colour what is lacking; bound the surplus capacities, and colour those that were changed."""
    rows = (NEEDS_FIRST, _last(layout))
    for name in ("deficit_ha", "deficit_m2"):
        highlight(worksheet, cells(NEEDS, name, rows), "greaterThan")
    allow_numbers(worksheet, cells(NEEDS, "surplus_units", rows), layout.lang, "whole")
    for code, facility, row in facility_rows(layout):
        cell = f"{letter(NEEDS, 'surplus_units')}{row}"
        highlight_changed(worksheet, cell, f"LEN({inputs.changed.get((facility, code), cell)})>0")


def _subtotal(page: Page, layout: Layout, code: str) -> None:
    first, last = layout.needs_block(code)

    def value(column: Column) -> str:
        if column.name == "district":
            return f"={letter(NEEDS, column.name)}{last}"
        if column.name == "facility":
            return text("annex.print.subtotal", layout.lang)
        return f"=SUM({cells(NEEDS, column.name, (first, last))})" if column.unit in _SUMMED else "—"

    _total(page, last + 1, 17, value)


def _sums(page: Page, plan: Plan, layout: Layout) -> int:
    """Sums by facility over all districts, and over all facilities; return the next row."""
    first, total = total_rows(layout)
    end = first - 1
    for row, facility in enumerate(plan.facilities, first):
        texts = {
            "district": text("annex.print.city", layout.lang),
            "facility": facility.title[layout.lang],
            "unit": facility.unit[layout.lang],
        }
        for column in NEEDS:
            name = letter(NEEDS, column.name)
            is_summed = column.unit in _SUMMED or column.name in _SUMMED_BY_FACILITY
            value = texts.get(column.name, "—")
            if is_summed:
                value = f"=SUMIF($B${NEEDS_FIRST}:$B${end},$B{row},{name}${NEEDS_FIRST}:{name}${end})"
            number_format = _FORMATS.get(column.unit, WHOLE) if is_summed else GENERAL
            align: Align | None = "left" if column.name == "facility" else None
            page.put(f"{name}{row}", value, "figure", number_format, align=align)

    def value_of(column: Column) -> str:
        if column.name == "district":
            return text("annex.print.total", layout.lang)
        return f"=SUM({cells(NEEDS, column.name, (first, total - 1))})" if column.unit in _SUMMED else "—"

    _total(page, total, 20, value_of)
    return total + 1


def _total(page: Page, row: int, height: float, value: Callable[[Column], str]) -> None:
    """Write a row of sums."""
    for column in NEEDS:
        number_format = _FORMATS[column.unit] if column.unit in _SUMMED else GENERAL
        page.put(f"{letter(NEEDS, column.name)}{row}", value(column), "total", number_format)
    page.worksheet.row_dimensions[row].height = height
