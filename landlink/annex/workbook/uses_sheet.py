"""The eighth annex: each district's land by class of use, where the city gives shares of the entitlement."""

from openpyxl.worksheet.worksheet import Worksheet
from pandas import isna

from landlink.annex.workbook.contents import Contents
from landlink.annex.workbook.layout import USES, USES_FIRST, USES_HEAD, cells, letter
from landlink.annex.workbook.page import A4, FOUR, GENERAL, SHARE, TEXT, WHOLE, Align, Page, numbered, unit_heading
from landlink.annex.workbook.twins import Row, formula, value_notes
from landlink.present.labels import MARK
from landlink.texts import text

# Columns that show another's figure in ha.
_IN_HA = {f"{name}_ha": f"{name}_m2" for name in ("target", "livelihood", "other")}
_FORMATS = {"ha": FOUR, "m2": WHOLE, "pct": SHARE}


def write_uses(worksheet: Worksheet, contents: Contents) -> None:
    """Write the sheet: a row a district and class, then the sums by class and over all."""
    plan, layout, lang = contents.plan, contents.layout, contents.lang
    page = Page(worksheet, lang, [column.width for column in USES])
    page.title(contents.title("uses"), contents.head, text("annex.print.unit_ha", lang))
    _headings(page, contents)
    values = {(row["code"], row["use_class"]): row for row in plan.uses.to_dict("records")}
    for code in layout.codes:
        for use in layout.classes:
            row = Row(contents, USES, layout.uses_row(code, use), code, use_class=use)
            for column in USES:
                name = column.name
                if name == "code":
                    page.put(row[name], code, "label", TEXT)
                elif name == "district":
                    page.put(row[name], f"={row.calculated('district')}", "label")
                elif name == "use_class":
                    page.put(row[name], text(f"model.use_class.{use}", lang), "label", align="left")
                elif name == "share_pct":
                    share = values[code, use][name]
                    page.put(row[name], None if isna(share) else share, "figure", SHARE)
                elif name in _IN_HA:
                    page.put(row[name], f"={row[_IN_HA[name]]}/10000", "figure", FOUR)
                else:
                    live = formula(("uses",), name, row)
                    page.put(row[name], values[code, use][name] if live is None else f"={live}", "figure", WHOLE)
            worksheet.row_dimensions[row.number].height = 15
    last = _sums(page, contents)
    own = [text("annex.uses.note.counted", lang), text("annex.note.exact", lang), *value_notes(("uses",), lang)]
    page.notes(last + 2, numbered([*contents.plan_notes(), *own, contents.basis_note()], lang))
    page.print_setup(A4, contents.head, repeat=USES_HEAD, freeze=f"D{USES_FIRST}")


def _headings(page: Page, contents: Contents) -> None:
    lang, (first, last) = contents.lang, USES_HEAD
    marked = contents.doubted("uses")
    for column in USES:
        name, source = letter(USES, column.name), _IN_HA.get(column.name, column.name)
        label = text(f"model.column.{source}", lang)
        page.put(f"{name}{first}", f"{label}{MARK if source in marked else ''}", "head")
        page.put(f"{name}{last}", unit_heading(column.unit, lang), "head")
    page.worksheet.row_dimensions[first].height = 32
    page.worksheet.row_dimensions[last].height = 16


def _sums(page: Page, contents: Contents) -> int:
    """Write a row of sums of each class and one of all; return the last row."""
    layout, lang = contents.layout, contents.lang
    end = layout.uses_row(layout.codes[-1], layout.classes[-1])
    rows = (USES_FIRST, end)
    kinds, label_column = cells(USES, "use_class", rows), letter(USES, "use_class")
    for number, use in enumerate((*layout.classes, None), end + 1):
        label = text("annex.print.total", lang) if use is None else text(f"model.use_class.{use}", lang)
        for column in USES:
            summed = cells(USES, column.name, rows)
            value: str | None = None
            if column.name == "use_class":
                value = label
            elif column.unit in ("ha", "m2"):
                value = f"=SUM({summed})" if use is None else f"=SUMIFS({summed},{kinds},{label_column}{number})"
            number_format = _FORMATS.get(column.unit, GENERAL)
            align: Align | None = "left" if column.name == "use_class" else None
            page.put(f"{letter(USES, column.name)}{number}", value, "total", number_format, align=align)
    return end + len(layout.classes) + 1
