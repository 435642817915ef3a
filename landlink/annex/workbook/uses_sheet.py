"""The eighth annex: each district's land by class of use, where the city gives shares of the entitlement."""

from openpyxl.worksheet.worksheet import Worksheet
from pandas import isna

from landlink.annex.workbook.contents import Contents
from landlink.annex.workbook.layout import USES, USES_FIRST, USES_HEAD
from landlink.annex.workbook.page import A4, FOUR, SHARE, TEXT, WHOLE, Page, numbered
from landlink.annex.workbook.parts import write_headings, write_sums
from landlink.annex.workbook.twins import Row, formula, value_notes
from landlink.texts import text

# Columns that show another's figure in ha.
_IN_HA = {f"{name}_ha": f"{name}_m2" for name in ("target", "livelihood", "other")}
_FORMATS = {"ha": FOUR, "m2": WHOLE, "pct": SHARE}


def write_uses(worksheet: Worksheet, contents: Contents) -> None:
    """Write the sheet: a row a district and class, then the sums by class and over all."""
    plan, layout, lang = contents.plan, contents.layout, contents.lang
    page = Page(worksheet, lang, [column.width for column in USES])
    page.title(contents.title("uses"), contents.head, text("annex.print.unit_ha", lang))
    write_headings(page, USES, USES_HEAD, contents.doubted("uses"), _IN_HA, height=32)
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
    titles = {use: text(f"model.use_class.{use}", lang) for use in layout.classes}
    rows = (USES_FIRST, layout.uses_row(layout.codes[-1], layout.classes[-1]))
    last = write_sums(page, USES, "use_class", titles, rows, _IN_HA, _FORMATS, align="left")
    own = [text("annex.uses.note.counted", lang), text("annex.note.exact", lang), *value_notes(("uses",), lang)]
    page.notes(last + 2, numbered([*contents.plan_notes(), *own, contents.basis_note()], lang))
    page.print_setup(A4, contents.head, repeat=USES_HEAD, freeze=f"D{USES_FIRST}")
