"""The second annex: each district's land needs by facility in clause 7's order, and what of them is granted."""

from collections.abc import Iterator, Sequence

from openpyxl.worksheet.worksheet import Worksheet

from landlink.annex.workbook.basis_sheet import Inputs
from landlink.annex.workbook.formulas import half_up, quoted, step_value, whole_above
from landlink.annex.workbook.guards import bound, mark, mark_changed
from landlink.annex.workbook.layout import NEEDS, NEEDS_FIRST, NEEDS_HEAD, QUOTA, Layout, letter
from landlink.annex.workbook.page import A4, FOUR, GENERAL, WHOLE, Page, Role
from landlink.plan.plan import Plan
from landlink.present.labels import MARK
from landlink.texts import text

_SUMS = ("land_ha", "granted_ha", "deficit_ha", "land_m2", "granted_m2", "deficit_m2")
_IN_M2 = {"land_ha": "land_m2", "granted_ha": "granted_m2", "deficit_ha": "deficit_m2"}
_SHOWN = {"person": WHOLE, "ha": FOUR, "m2": WHOLE, "m2/unit": "#,##0.0###"}


def write_needs(
    worksheet: Worksheet,
    plan: Plan,
    layout: Layout,
    inputs: Inputs,
    marked: frozenset[str],
    *,
    head: str,
    notes: Sequence[str],
) -> None:
    """Write the second annex: a block a district with its subtotal, then sums by facility and over all."""
    lang = layout.lang
    page = Page(worksheet, lang, [column.width for column in NEEDS])
    names = {"city": plan.city_title[lang], "year": plan.options.year}
    page.title(text("annex.needs.title", lang, **names), head, text("annex.print.unit_ha", lang))
    _headings(page, layout, marked)
    surplus = {(row["code"], row["facility"]): row for row in plan.surplus.to_dict("records")}
    for code in layout.codes:
        for facility in plan.facilities:
            found = surplus.get((code, facility.id))
            row = layout.needs_row(code, facility.id)
            formulas = _formulas(layout, inputs, code, facility.id)
            labels = {"facility": facility.title[lang], "unit": facility.unit[lang]}
            for column in NEEDS:
                place = f"{letter(NEEDS, column.name)}{row}"
                if column.name in labels:
                    page.put(place, labels[column.name], "label", side="left" if column.name == "facility" else None)
                elif column.name == "surplus_units":
                    known = found is None or found["status"] == "official"
                    page.put(
                        place,
                        None if found is None else int(found["surplus_units"]),
                        "input" if known else "doubted",
                        WHOLE,
                    )
                else:
                    role: Role = "label" if column.kind == "label" else "figure"
                    shown = GENERAL if column.name == "district" else _SHOWN.get(column.unit, WHOLE)
                    page.put(place, f"={formulas[column.name]}", role, shown)
            worksheet.row_dimensions[row].height = 15
        _subtotal(page, layout, code)
    last = layout.needs_block(layout.codes[-1])[1] + 1
    for name in ("deficit_ha", "deficit_m2"):
        mark(worksheet, f"{letter(NEEDS, name)}{NEEDS_FIRST}:{letter(NEEDS, name)}{last}", "greaterThan")
    surplus_units = letter(NEEDS, "surplus_units")
    bound(worksheet, f"{surplus_units}{NEEDS_FIRST}:{surplus_units}{last}", lang, "whole")
    for code, name, row in facility_rows(layout):
        cell = f"{surplus_units}{row}"
        mark_changed(worksheet, cell, f"LEN({inputs.changed.get((name, code), cell)})>0")
    row = _sums(page, plan, layout)
    page.notes(row + 1, notes)
    page.print_setup(A4, head, repeat=NEEDS_HEAD, freeze=f"C{NEEDS_FIRST}")


def total_rows(layout: Layout) -> tuple[int, int]:
    """First row of the sums by facility, and the row of the grand total."""
    first = layout.needs_block(layout.codes[-1])[1] + 2
    return first, first + len(layout.facilities)


def _headings(page: Page, layout: Layout, marked: frozenset[str]) -> None:
    lang, (first, last) = layout.lang, NEEDS_HEAD
    for column in NEEDS:
        name = letter(NEEDS, column.name)
        source = _IN_M2.get(column.name, column.name)
        own = column.name in ("surplus_units", "unit", "land_per_unit")
        label = text(f"annex.column.{column.name}" if own else f"model.column.{source}", lang)
        page.put(f"{name}{first}", f"{label}{MARK if source in marked else ''}", "head")
        page.put(f"{name}{last}", text(f"model.unit.{column.unit or 'none'}", lang) or "—", "head")
    page.worksheet.row_dimensions[first].height = 20 if lang == "zh" else 32
    page.worksheet.row_dimensions[last].height = 16


def _formulas(layout: Layout, inputs: Inputs, code: str, facility: str) -> dict[str, str]:
    """Formula of each column of a row (landlink.needs.land, column by column)."""
    row, (first, _) = layout.needs_row(code, facility), layout.needs_block(code)
    here = {column.name: f"{letter(NEEDS, column.name)}{row}" for column in NEEDS}
    source = {
        name: layout.address("calculation", letter(QUOTA, name), layout.quota_row(code))
        for name in ("district", "settled", "budget_m2")
    }

    def cell(field: str, default: str) -> str:
        return inputs.number(f"facility.{facility}.{field}", default)

    persons, share = source["settled"], cell("share_pct", "")
    wanted = whole_above(f"{here['persons']}*{cell('per_1000', '0')}/1000")
    demand = f"MAX(0,{wanted}-{here['surplus_units']})"
    module, least, most = cell("module_units", "1"), cell("min_units", "1"), cell("max_units", "")
    module, least = (name if name == "1" else f"INT({name})" for name in (module, least))
    units = demand if module == "1" else f"{whole_above(f'{demand}/{module}')}*{module}"
    buildings = f"{whole_above(f'{units}/{most}')}*{least}" if most else least
    needed = f"IF({demand}=0,0,MAX({units},{buildings}))"
    # What the facilities before have taken, granted or not.
    land, column = here["land_m2"], letter(NEEDS, "land_m2")
    left = source["budget_m2"] + (f"-SUM({column}${first}:{column}{row - 1})" if row > first else "")
    return {
        "district": source["district"],
        "persons": half_up(f"{persons}*{share}/100") if share else persons,
        "units": needed,
        "land_per_unit": land_per_unit(layout, inputs, code, facility, here["units"]),
        "land_ha": f"{land}/10000",
        "granted_ha": f"{here['granted_m2']}/10000",
        "deficit_ha": f"{here['deficit_m2']}/10000",
        "land_m2": half_up(f"{here['units']}*{here['land_per_unit']}"),
        "granted_m2": f"MAX(0,MIN({land},{left}))",
        "deficit_m2": f"{land}-{here['granted_m2']}",
    }


def land_per_unit(layout: Layout, inputs: Inputs, code: str, facility: str, units: str) -> str:
    """Formula of the land of a unit in m², by the size that a cell holds and by where the district lies."""
    per_unit = _land_per_unit(inputs, facility, units)
    if per_unit[True] == per_unit[False]:
        return per_unit[False]
    central = layout.address("calculation", letter(QUOTA, "central"), layout.quota_row(code))
    return f"IF({central}={quoted(text('annex.print.yes', layout.lang))},{per_unit[True]},{per_unit[False]})"


def _land_per_unit(inputs: Inputs, facility: str, units: str) -> dict[bool, str]:
    """Land of a unit outside and inside the central area."""

    def found(field: str) -> str:
        name = f"facility.{facility}.{field}"
        if name in inputs.steps:
            return step_value(units, inputs.steps[name])
        return inputs.values.get(name, "")

    floor, far = found("floor_per_unit"), found("far")
    outside = found("land_per_unit") or f"{floor}/{far}"
    return {False: outside, True: found("land_per_unit_central") or outside}


def _subtotal(page: Page, layout: Layout, code: str) -> None:
    first, last = layout.needs_block(code)
    row = last + 1
    for column in NEEDS:
        name = letter(NEEDS, column.name)
        value: str | None = f"=SUM({name}{first}:{name}{last})" if column.name in _SUMS else "—"
        if column.name == "district":
            value = f"={name}{last}"
        elif column.name == "facility":
            value = text("annex.print.subtotal", layout.lang)
        page.put(f"{name}{row}", value, "total", _SHOWN[column.unit] if column.name in _SUMS else GENERAL)
    page.worksheet.row_dimensions[row].height = 17


def _sums(page: Page, plan: Plan, layout: Layout) -> int:
    """Sums by facility over all districts, and over all facilities; return the next row."""
    first, total = total_rows(layout)
    end = first - 1
    for row, facility in enumerate(plan.facilities, first):
        for column in NEEDS:
            name = letter(NEEDS, column.name)
            place = f"{name}{row}"
            value: str | None = "—"
            if column.name in (*_SUMS, "persons", "units"):
                value = f"=SUMIF($B${NEEDS_FIRST}:$B${end},$B{row},{name}${NEEDS_FIRST}:{name}${end})"
            elif column.name == "district":
                value = text("annex.print.city", layout.lang)
            elif column.name in ("facility", "unit"):
                value = (facility.title if column.name == "facility" else facility.unit)[layout.lang]
            counted = column.name in (*_SUMS, "persons", "units")
            shown = _SHOWN.get(column.unit, WHOLE) if counted else GENERAL
            page.put(place, value, "figure", shown, side="left" if column.name == "facility" else None)
    for column in NEEDS:
        name = letter(NEEDS, column.name)
        value = f"=SUM({name}{first}:{name}{total - 1})" if column.name in _SUMS else "—"
        if column.name == "district":
            value = text("annex.print.total", layout.lang)
        page.put(f"{name}{total}", value, "total", _SHOWN[column.unit] if column.name in _SUMS else GENERAL)
    page.worksheet.row_dimensions[total].height = 20
    return total + 1


def facility_rows(layout: Layout) -> Iterator[tuple[str, str, int]]:
    """District, facility and row of each line of the second annex."""
    for code in layout.codes:
        for facility in layout.facilities:
            yield code, facility, layout.needs_row(code, facility)
