"""The balancing as formulas: a bounded divisor method whose divisor is found by bisection (landlink.apportion)."""

from collections.abc import Mapping
from dataclasses import dataclass

from openpyxl.worksheet.worksheet import Worksheet

from landlink.annex.workbook.contents import Contents
from landlink.annex.workbook.formulas import by_choice
from landlink.annex.workbook.layout import (
    BALANCE,
    BALANCE_FIRST,
    BALANCE_HEAD,
    QUOTA,
    Layout,
    cells,
    letter,
)
from landlink.annex.workbook.page import A4, GENERAL, TEXT, TWO, WHOLE, Page, Role, unit_heading
from landlink.policy import BALANCING_RULES
from landlink.texts import text

# Halvings of the interval in which the divisor lies: more would not change a double.
BISECTIONS = 80
# Weights are counted in ten-thousandths, so that claims times weights are whole and equal ones compare as equal.
SCALE = 10_000
# Relative; a quotient this near to the divisor is left to the ranks, as binary noise could decide it otherwise.
NOISE = "1E-12"
_DIVISOR_FORMAT = "0.00000000E+00"  # nine digits, so that the later halvings show
_FORMATS = {"code": TEXT, "district": GENERAL, "quotient": TWO}
# Cells above the table.
_RULE = "$C$4"  # the rule in force
_TO_SHARE = "$C$7"  # land to share out, m²
_FLOORS = "$C$8"  # sum of what is guaranteed, m²
_FIRST_RULE = ("J", 4)  # column and row of the first rule's name


@dataclass(frozen=True, slots=True)
class RuleTwin:
    """A balancing rule in Excel: how it weighs a district's claim, and what of it it guarantees.

    Parameters
    ----------
    weight
        Weight × :data:`SCALE`; ``{code}`` stands for the cell of the district's code.
    floor
        Land that is guaranteed, m²; ``{upper}`` stands for the cell of the claim within capacity.
    """

    weight: str
    floor: str = "0"


_EQUAL = f"{SCALE}"
_BY_PRIORITY = f"IF(ISNUMBER(SEARCH({{code}},priority_districts)),ROUND(priority_weight*{SCALE},0),{SCALE})"
_GUARANTEED = "INT(ROUND({upper}*guaranteed_share,6))"
# By the names of landlink.policy.BALANCING_RULES; what each does is in landlink.linkage.balance.
RULE_TWINS: Mapping[str, RuleTwin] = {
    "proportional": RuleTwin(_EQUAL),
    "weighted": RuleTwin(_BY_PRIORITY),
    "floor": RuleTwin(_BY_PRIORITY, _GUARANTEED),
}


def write_balance(worksheet: Worksheet, contents: Contents) -> None:
    """Write the sheet: rule and totals, one row a district, and below them the bisection."""
    layout, lang = contents.layout, contents.lang
    page = Page(worksheet, lang, [column.width for column in BALANCE])
    page.title(contents.title("balance"), contents.head, text("annex.print.unit_m2", lang))
    _totals(page, layout)
    first, last = BALANCE_HEAD
    for column in BALANCE:
        name = letter(BALANCE, column.name)
        page.put(f"{name}{first}", text(f"annex.balance.{column.name}", lang), "head")
        page.put(f"{name}{last}", unit_heading(column.unit, lang), "head")
    worksheet.row_dimensions[first].height = 42 if lang == "zh" else 54
    quotas = contents.plan.quota.set_index("code")["quota_m2"]
    for code in layout.codes:
        _district(page, layout, code, int(quotas[code]))
    _sums(page, layout)
    _bisection(page, layout)
    row = page.notes(bisection_rows(layout)[1] + 2, [text("annex.note.balance", lang)])
    page.print_setup(A4, contents.head, repeat=(first, last), freeze=f"C{BALANCE_FIRST}")
    worksheet.print_area = f"A1:{letter(BALANCE, 'in_plan')}{row - 1}"


def bisection_rows(layout: Layout) -> tuple[int, int]:
    """First and last row of the bisection."""
    first = layout.balance_rows[1] + 4
    return first, first + BISECTIONS - 1


def rule_names(layout: Layout) -> list[str]:
    """Addresses of the names of the balancing rules, in their order, as other sheets' formulas give them."""
    column, first = _FIRST_RULE
    return [layout.address("balance", column, first + number) for number in range(len(BALANCING_RULES))]


def is_plans(layout: Layout) -> str:
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
    for row, (name, formula, number_format) in enumerate(rows, 4):
        page.merged(row, text(f"annex.balance.sum.{name}", lang), "plain", last=2)
        page.merged(row, f"={formula}", "figure", first=3, last=4)
        page.worksheet[f"C{row}"].number_format = number_format
    column, first = _FIRST_RULE
    page.put(f"{column}{first - 1}", text("annex.balance.sum.rules", lang), "plain", align="left")
    for row, rule in enumerate(BALANCING_RULES, first):
        page.merged(row, text(f"model.rule.{rule}", lang), "plain", first=10, last=12)


def _sums(page: Page, layout: Layout) -> None:
    total = layout.balance_rows[1] + 1
    for column in BALANCE:
        name = letter(BALANCE, column.name)
        is_summed = column.unit == "m2" or column.name == "open"
        value: str | None = f"=SUM({cells(BALANCE, column.name, layout.balance_rows)})" if is_summed else "—"
        if column.name in ("code", "district"):
            value = text("annex.print.total", layout.lang) if column.name == "district" else None
        page.put(f"{name}{total}", value, "total", WHOLE if value != "—" else GENERAL)


def _district(page: Page, layout: Layout, code: str, quota_m2: int) -> None:
    """A district's row: its bounds and claim by the rule, and what the divisors and the ranks give it."""
    formulas = _formulas(layout, code)
    row = layout.balance_row(code)
    for column in BALANCE:
        value = quota_m2 if column.name == "in_plan" else f"={formulas[column.name]}"
        role: Role = "label" if column.kind == "label" else "figure"
        page.put(f"{letter(BALANCE, column.name)}{row}", value, role, _FORMATS.get(column.name, WHOLE))
    page.worksheet.row_dimensions[row].height = 17


def _formulas(layout: Layout, code: str) -> dict[str, str]:
    """Formula of each column of a district's row."""
    row = layout.balance_row(code)
    cell = {column.name: f"{letter(BALANCE, column.name)}{row}" for column in BALANCE}
    calculated = {
        name: layout.address("calculation", letter(QUOTA, name), layout.quota_row(code))
        for name in ("code", "district", "demand_m2", "new_capacity_m2", "supply_m2")
    }
    quotients, claims, opens = (_column(layout, name) for name in ("quotient", "claim", "open"))
    ahead = (
        f"({quotients}>{cell['quotient']})+({quotients}={cell['quotient']})*(({claims}>{cell['claim']})"
        f"+({claims}={cell['claim']})*(ROW({quotients})<ROW()))"
    )
    short, last = _short(), bisection_rows(layout)[1]
    rest = f"{_TO_SHARE}-SUM({_column(layout, 'base')})"
    return {
        "code": calculated["code"],
        "district": calculated["district"],
        "demand_m2": calculated["demand_m2"],
        # Bounds that are not known are blank texts, which MIN leaves out.
        "upper": f"MIN({cell['demand_m2']},{calculated['new_capacity_m2']},{calculated['supply_m2']})",
        "weight": _by_rule({name: twin.weight.format(**cell) for name, twin in RULE_TWINS.items()}),
        "floor": _by_rule({name: twin.floor.format(**cell) for name, twin in RULE_TWINS.items()}),
        "lowest": f"IF({short},0,{cell['floor']})",
        "highest": f"IF({short},{cell['floor']},{cell['upper']})",
        "claim": f"IF({short},{cell['floor']}*{SCALE},{cell['demand_m2']}*{cell['weight']})",
        "base": _within(cell, f"INT({cell['claim']}/($C${last}*(1+{NOISE}))+0.5)"),
        "next": _within(cell, f"INT({cell['claim']}/($B${last}*(1-{NOISE}))+0.5)"),
        "open": f"{cell['next']}-{cell['base']}",
        "quotient": f"{cell['claim']}/(2*{cell['base']}+1)",
        "rank": f'IF({cell["open"]}=0,"",1+SUMPRODUCT({opens}*({ahead})))',
        "quota_m2": f"{cell['base']}+IF({cell['open']}=0,0,IF({cell['rank']}<={rest},1,0))",
    }


def _rule_cells() -> list[tuple[str, str]]:
    """Each rule, and the cell of its name on this sheet."""
    column, first = _FIRST_RULE
    return [(rule, f"${column}${row}") for row, rule in enumerate(BALANCING_RULES, first)]


def _by_rule(values: Mapping[str, str]) -> str:
    """Value that goes with the rule in force."""
    return by_choice(_RULE, [(cell, values[rule]) for rule, cell in _rule_cells()])


def _short() -> str:
    """Condition that the rule guarantees land, and more than there is: then that is shared in proportion to it."""
    guaranteeing = [f"{_RULE}={cell}" for rule, cell in _rule_cells() if RULE_TWINS[rule].floor != "0"]
    any_of_them = guaranteeing[0] if len(guaranteeing) == 1 else f"OR({','.join(guaranteeing)})"
    return f"AND({any_of_them},{_TO_SHARE}<={_FLOORS})"


def _within(cell: Mapping[str, str], units: str) -> str:
    return f"MAX({cell['lowest']},MIN({cell['highest']},{units}))"


def _bisection(page: Page, layout: Layout) -> None:
    """Rows that each halve, on a logarithmic scale, the interval in which the divisor lies."""
    first, last = bisection_rows(layout)
    for column, name in zip("ABCDE", ("step", "low", "high", "divisor", "shared"), strict=True):
        page.put(f"{column}{first - 1}", text(f"annex.balance.{name}", layout.lang), "head")
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
            else (
                f"IF(E{row - 1}>={_TO_SHARE},D{row - 1},B{row - 1})",
                f"IF(E{row - 1}<={_TO_SHARE},D{row - 1},C{row - 1})",
            )
        )
        page.put(f"A{row}", row - first + 1, "label", WHOLE)
        page.put(f"B{row}", f"={low}", "figure", _DIVISOR_FORMAT)
        page.put(f"C{row}", f"={high}", "figure", _DIVISOR_FORMAT)
        page.put(f"D{row}", f"=MIN(C{row},MAX(B{row},SQRT(B{row})*SQRT(C{row})))", "figure", _DIVISOR_FORMAT)
        page.put(f"E{row}", f"={shared}", "figure", WHOLE)
