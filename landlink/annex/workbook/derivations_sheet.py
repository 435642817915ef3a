"""The sheet of derivations: every computed figure with its formula, inputs and clause."""

from collections.abc import Mapping

from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from landlink.annex.derivations import figures
from landlink.annex.edition import Edition
from landlink.annex.workbook.contents import Contents
from landlink.annex.workbook.page import A3, WHOLE, Page
from landlink.plan.derivation import Node
from landlink.present.labels import status_label
from landlink.texts import text

# Columns and their widths in characters.
_COLUMNS = {
    "table": 12,
    "district": 11,
    "row": 18,
    "figure": 22,
    "value": 14,
    "unit": 10,
    "formula": 44,
    "inputs": 60,
    "clause": 30,
    "status": 9,
}
_HEAD = 3  # row of the headings
_FRACTION = "#,##0.####"


def write_derivations(worksheet: Worksheet, contents: Contents) -> None:
    """Write one row a figure; plain cells, as there are thousands."""
    edition, lang, widths = contents.edition, contents.lang, tuple(_COLUMNS.values())
    page = Page(worksheet, lang, widths)
    page.title(text("annex.derivations.title", lang), contents.head, "")
    for index, name in enumerate(_COLUMNS):
        page.put(f"{chr(ord('A') + index)}{_HEAD}", text(f"annex.derivations.{name}", lang), "head")
    row, wrapped = _HEAD, Alignment(vertical="top", wrap_text=True)
    for row, (key, node) in enumerate(figures(edition), _HEAD + 1):
        values = {
            "table": text(f"model.table.{key['table']}", lang),
            "district": edition.names[key["code"]],
            "row": " ".join(part for part in _row(key, edition) if part),
            "figure": node.label,
            "value": _value(node),
            "unit": node.unit,
            "formula": node.formula,
            "inputs": "；".join(_input(part) for part in node.inputs),
            "clause": node.clause,
            "status": status_label(node.status, lang),
        }
        for number, name in enumerate(_COLUMNS, 1):
            cell = worksheet.cell(row, number, values[name])
            cell.font, cell.alignment = page.plain, wrapped
            if name == "value":
                cell.number_format = _FRACTION if isinstance(values[name], float) else WHOLE
        page.fit(row, [(str(values[name]), width) for name, width in _COLUMNS.items()])
    worksheet.auto_filter.ref = f"A{_HEAD}:{chr(ord('A') + len(_COLUMNS) - 1)}{row}"
    page.print_setup(A3, contents.head, repeat=(_HEAD, _HEAD), freeze=f"E{_HEAD + 1}")


def _row(key: Mapping[str, str], edition: Edition) -> tuple[str, ...]:
    """What a figure's row is known by beside its district."""
    source = text(f"model.land_source.{key['source']}", edition.lang) if "source" in key else ""
    use = text(f"model.use_class.{key['use_class']}", edition.lang) if "use_class" in key else ""
    return edition.titles.get(key.get("facility", ""), ""), source, use, key.get("site", "")


def _value(node: Node) -> float | int | str:
    """Value as a number where it is one, so that it can be sorted and computed with."""
    if node.value is None or isinstance(node.value, str):
        return node.shown
    return int(node.value) if float(node.value).is_integer() else float(node.value)


def _input(node: Node) -> str:
    return f"{node.label} = {node.shown} {node.unit}".rstrip()
