"""The sheet of derivations: every computed figure with its formula, inputs and clause."""

from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from landlink.annex.derivations import figures
from landlink.annex.workbook.layout import Layout
from landlink.annex.workbook.page import A3, WHOLE, Page
from landlink.plan.derivation import Explainer, Node
from landlink.plan.plan import Plan
from landlink.texts import text

_WIDTHS = (12, 11, 18, 22, 14, 10, 44, 60, 30, 9)
_HEADS = ("table", "district", "row", "figure", "value", "unit", "formula", "inputs", "clause", "status")
_HEAD = 3
_VALUE = _HEADS.index("value") + 1


def write_derivations(worksheet: Worksheet, plan: Plan, layout: Layout, *, head: str) -> None:
    """Write one row a figure; plain cells, as there are thousands."""
    lang = layout.lang
    page = Page(worksheet, lang, _WIDTHS)
    page.title(text("annex.derivations.title", lang), head, "")
    for place, name in enumerate(_HEADS):
        page.put(f"{chr(65 + place)}{_HEAD}", text(f"annex.derivations.{name}", lang), "head")
    names = plan.names(lang)
    titles = plan.titles(lang)
    last, wrapped = _HEAD, Alignment(vertical="top", wrap_text=True)
    for last, (key, node) in enumerate(figures(plan, Explainer(plan, lang), None), _HEAD + 1):
        told = (
            text(f"model.table.{key['table']}", lang),
            names[key["code"]],
            " ".join(part for part in (titles.get(key.get("facility", "")), key.get("site")) if part),
            node.label,
            _value(node),
            node.unit,
            node.formula,
            "；".join(_input(one) for one in node.inputs),
            node.clause,
            text(f"model.status.{node.status}", lang),
        )
        for place, value in enumerate(told, 1):
            cell = worksheet.cell(last, place, value)
            cell.font, cell.alignment = page.plain, wrapped
        worksheet.cell(last, _VALUE).number_format = "#,##0.####" if isinstance(_value(node), float) else WHOLE
        page.fit(last, [(str(value), width) for value, width in zip(told, _WIDTHS, strict=True)])
    worksheet.auto_filter.ref = f"A{_HEAD}:{chr(64 + len(_HEADS))}{last}"
    page.print_setup(A3, head, repeat=(_HEAD, _HEAD), freeze=f"E{_HEAD + 1}")


def _value(node: Node) -> float | int | str:
    """Value as a number where it is one, so that it can be sorted and reckoned with."""
    if node.value is None or isinstance(node.value, str):
        return node.shown
    return int(node.value) if float(node.value).is_integer() else float(node.value)


def _input(node: Node) -> str:
    return f"{node.label} = {node.shown} {node.unit}".rstrip()
