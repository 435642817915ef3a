"""The balancing as formulas: a bounded divisor method whose divisor is found by bisection (landlink.apportion)."""

from openpyxl.worksheet.worksheet import Worksheet

from landlink.annex.workbook.layout import (
    BALANCE,
    BALANCE_FIRST,
    BALANCE_HEAD,
    BISECTIONS,
    QUOTA,
    Layout,
    letter,
)
from landlink.annex.workbook.page import A4, GENERAL, TEXT, TWO, WHOLE, Page, Role
from landlink.plan.plan import Plan
from landlink.policy import BALANCING_RULES
from landlink.texts import text

# Weights are counted in ten-thousandths, so that claims times weights are whole and equal ones compare as equal.
SCALE = 10_000
# Relative; what lies within of the divisor is left to the ranks, as binary noise could decide it otherwise.
NOISE = "1E-12"
_DIVISOR = "0.00000000E+00"


def write_balance(worksheet: Worksheet, plan: Plan, layout: Layout, *, head: str) -> None:
    """Write the sheet: rule and totals, one row a district, and below them the bisection."""
    lang = layout.lang
    page = Page(worksheet, lang, [column.width for column in BALANCE])
    names = {"city": plan.city_title[lang], "year": plan.options.year}
    page.title(text("annex.balance.title", lang, **names), head, text("annex.print.unit_m2", lang))
    _totals(page, layout)
    first, last = BALANCE_HEAD
    for column in BALANCE:
        name = letter(BALANCE, column.name)
        page.put(f"{name}{first}", text(f"annex.balance.{column.name}", lang), "head")
        page.put(f"{name}{last}", text(f"model.unit.{column.unit or 'none'}", lang) or "—", "head")
    worksheet.row_dimensions[first].height = 42 if lang == "zh" else 54
    granted = plan.quota.set_index("code")["quota_m2"]
    for code in layout.codes:
        _district(page, layout, code, int(granted[code]))
    total = layout.balance_rows[1] + 1
    for column in BALANCE:
        name = letter(BALANCE, column.name)
        cells = f"{name}{layout.balance_rows[0]}:{name}{layout.balance_rows[1]}"
        value: str | None = f"=SUM({cells})" if column.unit == "m2" or column.name == "open" else "—"
        if column.name in ("code", "district"):
            value = text("annex.print.total", lang) if column.name == "district" else None
        page.put(f"{name}{total}", value, "total", WHOLE if value != "—" else GENERAL)
    _bisection(page, layout)
    row = page.notes(bisection_rows(layout)[1] + 2, [text("annex.note.balance", lang)])
    page.print_setup(A4, head, repeat=(first, last), freeze=f"C{BALANCE_FIRST}")
    worksheet.print_area = f"A1:{letter(BALANCE, 'in_plan')}{row - 1}"


def bisection_rows(layout: Layout) -> tuple[int, int]:
    """First and last row of the bisection."""
    first = layout.balance_rows[1] + 4
    return first, first + BISECTIONS - 1


def check(layout: Layout) -> str:
    """Condition that the balancing still gives each district what the plan gave it."""
    first, last = layout.balance_rows
    now, then = (
        f"{layout.address('balance', letter(BALANCE, name), first)}:${letter(BALANCE, name)}${last}"
        for name in ("quota_m2", "in_plan")
    )
    return f"SUMPRODUCT(ABS({now}-{then}))=0"


def _column(layout: Layout, name: str) -> str:
    first, last = layout.balance_rows
    column = letter(BALANCE, name)
    return f"${column}${first}:${column}${last}"


def _totals(page: Page, layout: Layout) -> None:
    """Rule in force, sums and the total to share; at the right the rules there are."""
    lang = layout.lang
    rows = (
        ("rule", "balancing_rule", GENERAL),
        ("claims", f"SUM({_column(layout, 'upper')})", WHOLE),
        ("cap", 'IF(city_cap_ha="","",ROUND(ROUND(city_cap_ha*10000,4),0))', WHOLE),
        ("given", 'IF(C6="",C5,MIN(C5,C6))', WHOLE),
        ("floors", f"SUM({_column(layout, 'floor')})", WHOLE),
    )
    for row, (name, formula, shown) in enumerate(rows, 4):
        page.merged(row, text(f"annex.balance.sum.{name}", lang), "plain", last=2)
        page.merged(row, f"={formula}", "figure", first=3, last=4)
        page.worksheet[f"C{row}"].number_format = shown
    page.put("J3", text("annex.balance.sum.rules", lang), "plain", side="left")
    for row, rule in enumerate(BALANCING_RULES, 4):
        page.merged(row, text(f"model.rule.{rule}", lang), "plain", first=10, last=12)


def _district(page: Page, layout: Layout, code: str, granted: int) -> None:
    """A district's row: its bounds and claim by the rule, and what the divisors and the ranks give it."""
    row = layout.balance_row(code)
    here = {column.name: f"{letter(BALANCE, column.name)}{row}" for column in BALANCE}
    source = {
        name: layout.address("calculation", letter(QUOTA, name), layout.quota_row(code))
        for name in ("code", "district", "demand_m2", "new_capacity_m2")
    }
    given, short = "$C$7", "AND($C$4=$J$6,$C$7<=$C$8)"
    last = bisection_rows(layout)[1]
    order = _column(layout, "quotient"), _column(layout, "claim"), _column(layout, "open")
    earlier = f"(ROW({order[0]})<ROW())"
    ahead = (
        f"({order[0]}>{here['quotient']})+({order[0]}={here['quotient']})*(({order[1]}>{here['claim']})"
        f"+({order[1]}={here['claim']})*{earlier})"
    )
    weight = (
        f"IF($C$4=$J$4,{SCALE},IF(ISNUMBER(SEARCH({here['code']},priority_districts)),"
        f"ROUND(priority_weight*{SCALE},0),{SCALE}))"
    )
    formulas = {
        "code": source["code"],
        "district": source["district"],
        "demand_m2": source["demand_m2"],
        "upper": f'IF({source["new_capacity_m2"]}="",{here["demand_m2"]},'
        f"MIN({here['demand_m2']},{source['new_capacity_m2']}))",
        "weight": weight,
        "floor": f"IF($C$4=$J$6,INT(ROUND({here['upper']}*guaranteed_share,6)),0)",
        "lowest": f"IF({short},0,{here['floor']})",
        "highest": f"IF({short},{here['floor']},{here['upper']})",
        "claim": f"IF({short},{here['floor']}*{SCALE},{here['demand_m2']}*{here['weight']})",
        "base": _within(here, f"INT({here['claim']}/($C${last}*(1+{NOISE}))+0.5)"),
        "next": _within(here, f"INT({here['claim']}/($B${last}*(1-{NOISE}))+0.5)"),
        "open": f"{here['next']}-{here['base']}",
        "quotient": f"{here['claim']}/(2*{here['base']}+1)",
        "rank": f'IF({here["open"]}=0,"",1+SUMPRODUCT({order[2]}*({ahead})))',
        "quota_m2": f"{here['base']}+IF({here['open']}=0,0,"
        f"IF({here['rank']}<={given}-SUM({_column(layout, 'base')}),1,0))",
        "in_plan": "",
    }
    shown = {"code": TEXT, "district": GENERAL, "quotient": TWO}
    for column in BALANCE:
        value = granted if column.name == "in_plan" else f"={formulas[column.name]}"
        role: Role = "label" if column.kind == "label" else "figure"
        page.put(here[column.name], value, role, shown.get(column.name, WHOLE))
    page.worksheet.row_dimensions[row].height = 17


def _within(here: dict[str, str], units: str) -> str:
    return f"MAX({here['lowest']},MIN({here['highest']},{units}))"


def _bisection(page: Page, layout: Layout) -> None:
    """Rows that each halve, on a logarithmic scale, the interval in which the divisor lies."""
    first, last = bisection_rows(layout)
    for place, name in zip("ABCDE", ("step", "low", "high", "divisor", "shared"), strict=True):
        page.put(f"{place}{first - 1}", text(f"annex.balance.{name}", layout.lang), "head")
    page.worksheet.row_dimensions[first - 1].height = 30
    claim, lowest, highest = (_column(layout, name) for name in ("claim", "lowest", "highest"))
    for row in range(first, last + 1):
        units = f"INT({claim}/D{row}+0.5)"
        shared = (
            f"SUMPRODUCT(({units}<{lowest})*{lowest}+({units}>={lowest})*({units}<={highest})*{units}"
            f"+({units}>{highest})*{highest})"
        )
        # At half the smallest weight every claim has all it may have, at four times the greatest only its floor.
        low, high = (
            (f"{SCALE // 2}", f"4*MAX({claim})+{4 * SCALE}")
            if row == first
            else (f"IF(E{row - 1}>=$C$7,D{row - 1},B{row - 1})", f"IF(E{row - 1}<=$C$7,D{row - 1},C{row - 1})")
        )
        page.put(f"A{row}", row - first + 1, "label", WHOLE)
        page.put(f"B{row}", f"={low}", "figure", _DIVISOR)
        page.put(f"C{row}", f"={high}", "figure", _DIVISOR)
        page.put(f"D{row}", f"=MIN(C{row},MAX(B{row},SQRT(B{row})*SQRT(C{row})))", "figure", _DIVISOR)
        page.put(f"E{row}", f"={shared}", "figure", WHOLE)
