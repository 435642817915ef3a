"""The balancing as formulas: a bounded divisor method whose divisor is found by bisection (landlink.balance)."""

from openpyxl.worksheet.worksheet import Worksheet

from landlink.annex.formulas import quoted
from landlink.annex.layout import (
    BALANCE,
    BALANCE_FIRST,
    BALANCE_HEAD,
    BISECTIONS,
    QUOTA,
    Layout,
    letter,
)
from landlink.annex.sheet import A4, GENERAL, TEXT, TWO, WHOLE, Page
from landlink.plan import Plan
from landlink.policy import RULES
from landlink.texts import text

# Weights are counted in ten-thousandths, so that claims times weights are whole and equal ones compare as equal.
SCALE = 10_000
# Relative; what lies within of the divisor is left to the ranks, as binary noise could decide it otherwise.
NOISE = "1E-12"
_DIVISOR = '0.000000E+00'


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
        ("total", 'IF(C5="",C4,MIN(C4,C5))'.replace("C4", "C5").replace('IF(C5="",C5,MIN(C5,C5))', "")
         or 'IF(C6="",C5,MIN(C5,C6))', WHOLE),
        ("floors", f"SUM({_column(layout, 'floor')})", WHOLE),
    )
    for row, (name, formula, shown) in enumerate(rows, 4):
        page.merged(row, text(f"annex.balance.total.{name}", lang), "plain", last=2)
        page.put(f"C{row}", f"={formula}", "figure", shown)
    page.put("J3", text("annex.balance.total.rules", lang), "plain", left=True)
    for row, rule in enumerate(RULES, 4):
        page.put(f"J{row}", text(f"model.rule.{rule}", lang), "label", left=True)
