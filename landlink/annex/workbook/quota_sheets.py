"""The first annex in ha, with the district facts as its inputs, and the calculation in m² behind it."""

from collections.abc import Sequence
from decimal import Decimal

from openpyxl.worksheet.worksheet import Worksheet

from landlink.annex.workbook.basis_sheet import Inputs, entered
from landlink.annex.workbook.formulas import blank_or, half_up, m2, quoted, shown_ha, step_value
from landlink.annex.workbook.guards import bound, mark, mark_changed
from landlink.annex.workbook.layout import NEEDS, QUOTA, QUOTA_FIRST, QUOTA_HEAD, Layout, letter
from landlink.annex.workbook.page import A3, GENERAL, HECTARES, TEXT, TWO, WHOLE, Page, Role
from landlink.plan.plan import Plan
from landlink.present.labels import MARK
from landlink.present.tables import fact_status
from landlink.schema import RESULTS
from landlink.texts import listed, text

_SHOWN = {"m2": TWO, "m2/person": TWO, "pct": TWO, "person": WHOLE, "": GENERAL}
# Names by which formulas, and whoever reads them, call the totals of the first annex.
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
_AVERAGED = ("urban_share_pct", "per_capita_stock_m2", "standard_m2")


def write_annex_1(
    worksheet: Worksheet,
    plan: Plan,
    layout: Layout,
    inputs: Inputs,
    marked: frozenset[str],
    *,
    head: str,
    notes: Sequence[str],
) -> None:
    """Write the first annex: inputs in persons, % and ha; all else is read from the calculation.

    Parameters
    ----------
    marked
        Columns that rest on figures that are not official.
    notes
        What stands below the table.
    """
    lang = layout.lang
    page = Page(worksheet, lang, [column.width for column in QUOTA], 10)
    page.title(text("annex.quota.title", lang, **_names(plan, layout)), head, text("annex.print.unit_ha", lang))
    _headings(page, layout, marked, "ha")
    facts = plan.base.table.set_index("code")
    names = plan.names(lang)
    status = fact_status(plan)
    for code in layout.codes:
        row = layout.quota_row(code)
        worksheet.row_dimensions[row].height = 24
        for column in QUOTA:
            place = f"{letter(QUOTA, column.name)}{row}"
            computed = layout.address("calculation", letter(QUOTA, column.name), row)
            if column.name == "code":
                page.put(place, code, "label", TEXT)
            elif column.name == "district":
                page.put(place, names[code], "label")
            elif column.name == "central_settled" and not plan.central_layer:
                page.put(place, f"={computed}", "figure", WHOLE)
            elif column.kind == "input":
                value = facts.loc[code, column.name]
                doubted = status.get((code, column.name), "official") != "official"
                shown = HECTARES if column.unit == "m2" else _SHOWN[column.unit]
                page.put(place, entered(value, column.unit), "doubted" if doubted else "input", shown)
            elif column.unit == "m2":
                page.put(place, f"={shown_ha(computed, _all_rows(layout, column.name))}", "figure", TWO)
            else:
                page.put(place, f"={computed}", "figure", _SHOWN[column.unit])
    _total(page, layout)
    for name, column_name in _NAMED.items():
        page.define(name, f"{letter(QUOTA, column_name)}{layout.quota_rows[1] + 1}")
    _guard(worksheet, layout, inputs)
    row = layout.quota_rows[1] + 3
    page.put(f"A{row}", 1234, "input", WHOLE)
    page.put(f"B{row}", 1234, "doubted", WHOLE)
    page.merged(row, f"  {text('annex.note.legend', lang, mark=MARK)}", "plain", first=3)
    page.notes(row + 1, notes)
    page.print_setup(A3, head, repeat=QUOTA_HEAD, freeze=f"C{QUOTA_FIRST}")


def _guard(worksheet: Worksheet, layout: Layout, inputs: Inputs) -> None:
    """Bound the inputs; colour those that were changed, and what is cut or lacking."""
    first, last = layout.quota_rows
    for column in QUOTA:
        cells = f"{letter(QUOTA, column.name)}{first}:{letter(QUOTA, column.name)}{last}"
        if column.kind == "input":
            whole = column.unit == "person"
            most = Decimal(100) if column.unit == "pct" else None
            bound(worksheet, cells, layout.lang, "whole" if whole else "decimal", most=most)
            changed = inputs.changed.get((column.name, layout.codes[0]))
            if changed:
                # Districts have one order here and there.
                mark_changed(worksheet, cells, f"LEN({changed.replace('$', '')})>0")
        elif column.name in ("cut_m2", "deficit_m2"):
            mark(worksheet, cells, "greaterThan")


def _all_rows(layout: Layout, name: str) -> str:
    """Cells of a column of the calculation."""
    first, last = layout.quota_rows
    column = letter(QUOTA, name)
    return f"{layout.address('calculation', column, first)}:${column}${last}"


def _names(plan: Plan, layout: Layout) -> dict[str, object]:
    return {"city": plan.city_title[layout.lang], "year": plan.options.year}


def _headings(page: Page, layout: Layout, marked: frozenset[str], unit: str) -> None:
    """Two rows of headings, groups above columns, and a row of units."""
    lang, (first, last) = layout.lang, QUOTA_HEAD
    start = 1
    for place, column in enumerate(QUOTA, 1):
        name = letter(QUOTA, column.name)
        page.put(f"{name}{first}", None, "head")
        mark = MARK if column.name in marked else ""
        page.put(f"{name}{first + 1}", f"{column_label(column.name, layout)}{mark}", "head")
        symbol = unit if column.unit == "m2" else column.unit
        page.put(f"{name}{last}", text(f"model.unit.{symbol or 'none'}", lang) or "—", "head")
        if place == len(QUOTA) or QUOTA[place].group != column.group:
            page.merged(first, text(f"annex.group.{column.group}", lang), "head", first=start, last=place)
            start = place + 1
    page.worksheet.row_dimensions[first].height = 20
    page.worksheet.row_dimensions[first + 1].height = 46 if lang == "zh" else 58
    page.worksheet.row_dimensions[last].height = 18


def column_label(name: str, layout: Layout) -> str:
    """Name of a column as the annexes show it."""
    if name == "central":
        return text("annex.column.central", layout.lang)
    kind = "column" if name in RESULTS["quota"].names + RESULTS["ledger"].names else "item"
    return text(f"model.{kind}.{name}", layout.lang)


def _total(page: Page, layout: Layout) -> None:
    """Row of sums; an input that is not known everywhere has none."""
    first, last = layout.quota_rows
    row = last + 1
    page.worksheet.row_dimensions[row].height = 22
    for column in QUOTA:
        name = letter(QUOTA, column.name)
        cells = f"{name}{first}:{name}{last}"
        value: str | None = f"=SUM({cells})"
        if column.name == "code":
            value = None
        elif column.name == "district":
            value = text("annex.print.total", layout.lang)
        elif column.unit == "" or column.name in _AVERAGED:
            value = "—"
        elif column.name in ("new_capacity_m2", "stock_available_m2"):
            value = f'=IF(COUNT({cells})<ROWS({cells}),"—",SUM({cells}))'
        page.put(f"{name}{row}", value, "total", _SHOWN[column.unit] if value != "—" else GENERAL)


def write_calculation(worksheet: Worksheet, plan: Plan, layout: Layout, inputs: Inputs, *, head: str) -> None:
    """Write the calculation: the first annex's rows and columns in m², each computed from its inputs."""
    lang = layout.lang
    page = Page(worksheet, lang, [column.width + 1.5 for column in QUOTA], 10)
    page.title(text("annex.calculation.title", lang, **_names(plan, layout)), head, text("annex.print.unit_m2", lang))
    _headings(page, layout, frozenset(), "m2")
    shown = {**_SHOWN, "m2": WHOLE}
    for code in layout.codes:
        row = layout.quota_row(code)
        worksheet.row_dimensions[row].height = 20
        formulas = _formulas(plan, layout, inputs, code)
        for column in QUOTA:
            place = f"{letter(QUOTA, column.name)}{row}"
            role: Role = "label" if column.kind == "label" else "figure"
            page.put(place, f"={formulas[column.name]}", role, shown[column.unit])
    _total(page, layout)
    for column in QUOTA:
        cell = worksheet[f"{letter(QUOTA, column.name)}{layout.quota_rows[1] + 1}"]
        cell.number_format = shown[column.unit]
    page.notes(layout.quota_rows[1] + 3, [text("annex.note.calculation", lang)])
    page.print_setup(A3, head, repeat=QUOTA_HEAD, freeze=f"C{QUOTA_FIRST}")


def _formulas(plan: Plan, layout: Layout, inputs: Inputs, code: str) -> dict[str, str]:
    """Formula of each column of a district's row (landlink.linkage.quota and landlink.needs.land, column by column)."""
    row = layout.quota_row(code)
    here = {column.name: f"{letter(QUOTA, column.name)}{row}" for column in QUOTA}
    given = {column.name: layout.address("quota", letter(QUOTA, column.name), row) for column in QUOTA}
    lang = layout.lang
    yes = quoted(text("annex.print.yes", lang))
    if plan.central_layer:
        central = yes if code in plan.central else '""'
        inside = f"MIN({here['settled']},{given['central_settled']})"
    else:
        central = f'IF(ISNUMBER(SEARCH({here["code"]},central_districts)),{yes},"")'
        inside = f"IF({here['central']}={yes},{here['settled']},0)"
    steps = inputs.steps.get("linkage.standard")
    standard = (
        step_value(here["urban_land_m2"], steps, here["urban_residents"])
        if steps
        else inputs.values["linkage.standard"]
    )
    settled, entitled = here["settled"], here["entitlement_m2"]
    inner = here["central_settled"]
    part = f"IF({settled}=0,0,{half_up(f'{entitled}*{inner}/MAX(1,{settled})')})"
    rest = half_up(f"({entitled}-({part}))*stock_offset_share")
    available, need = here["stock_available_m2"], here["stock_need_m2"]
    balanced = layout.address("balance", "O", layout.balance_row(code))
    upper = layout.address("balance", "D", layout.balance_row(code))
    by_capacity, by_cap = f"{here['demand_m2']}>{upper}", f"{upper}>{here['quota_m2']}"
    capacity, cap = (text(f"model.cut.{name}", lang) for name in ("capacity", "city cap"))
    both = quoted(listed((capacity, cap), lang))
    below = layout.needs_block(code)[1] + 1
    sums = {
        name: layout.address("needs", letter(NEEDS, column), below)
        for name, column in (("need_m2", "land_m2"), ("granted_m2", "granted_m2"), ("deficit_m2", "deficit_m2"))
    }
    return {
        "code": given["code"],
        "district": given["district"],
        "central": central,
        "settled": given["settled"],
        "central_settled": inside,
        "residents": given["residents"],
        "urban_share_pct": given["urban_share_pct"],
        "urban_residents": half_up(f"{here['residents']}*{here['urban_share_pct']}/100"),
        "urban_land_m2": m2(given["urban_land_m2"]),
        "per_capita_stock_m2": f"{here['urban_land_m2']}/{here['urban_residents']}",
        "standard_m2": f"({standard})*(100+standard_adjustment_pct)/100",
        "entitlement_m2": half_up(f"{settled}*({standard})*(100+standard_adjustment_pct)/100"),
        "stock_need_m2": f"{part}+{here['stock_offset_m2']}",
        "stock_offset_m2": f'IF({available}="",{rest},MIN({rest},MAX(0,{available}-({part}))))',
        "demand_m2": f"{entitled}-{need}",
        "new_capacity_m2": blank_or(given["new_capacity_m2"], m2(given["new_capacity_m2"])),
        "quota_m2": balanced,
        "cut_m2": f"{here['demand_m2']}-{here['quota_m2']}",
        "cut_by": f"IF(AND({by_capacity},{by_cap}),{both},"
        f'IF({by_capacity},{quoted(capacity)},IF({by_cap},{quoted(cap)},"")))',
        "stock_available_m2": blank_or(given["stock_available_m2"], m2(given["stock_available_m2"])),
        "stock_met_m2": f'IF({available}="",{need},MIN({need},{available}))',
        "budget_m2": f"{here['quota_m2']}+{here['stock_met_m2']}",
        **sums,
        "unassigned_m2": f"{here['budget_m2']}-{here['granted_m2']}",
    }
