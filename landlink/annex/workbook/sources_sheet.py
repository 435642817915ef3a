"""The seventh annex: each district's entitlement laid on the sources of land, with stock land's figures as inputs."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from landlink.annex.workbook.basis_sheet import entered
from landlink.annex.workbook.contents import Contents
from landlink.annex.workbook.guards import allow_numbers, highlight, highlight_changed
from landlink.annex.workbook.layout import SOURCES, SOURCES_FIRST, SOURCES_HEAD, Column, cells
from landlink.annex.workbook.page import (
    A3,
    FOUR,
    GENERAL,
    HECTARES,
    SHARE,
    TEXT,
    WHOLE,
    Page,
    Role,
    numbered,
)
from landlink.annex.workbook.parts import write_headings, write_sums
from landlink.annex.workbook.twins import Row, formula
from landlink.present.tables import fact_status
from landlink.schema import NEW_SOURCE, STOCK_SOURCES, USABLE_SOURCES, available, release_share
from landlink.texts import text

# Columns that show another's figure in ha.
_IN_HA = {f"{name}_ha": f"{name}_m2" for name in ("need", "met", "short", "unverified")}
# Columns whose labels are the annex's own.
_LABELLED = ("stated_ha", "release_share")
_FORMATS = {"ha": FOUR, "m2": WHOLE, "": GENERAL}


def write_sources(worksheet: Worksheet, contents: Contents) -> None:
    """Write the sheet: a row a district and source, then the sums by source and over all."""
    plan, layout, lang = contents.plan, contents.layout, contents.lang
    page = Page(worksheet, lang, [column.width for column in SOURCES])
    page.title(contents.title("sources"), contents.head, text("annex.print.unit_ha", lang))
    write_headings(page, SOURCES, SOURCES_HEAD, contents.doubted("sources"), _IN_HA, own=_LABELLED, height=32)
    values = {(row["code"], row["land_source"]): row for row in plan.sources.to_dict("records")}
    facts = plan.base.table.set_index("code")
    status = fact_status(plan)
    for code in layout.codes:
        for source in USABLE_SOURCES:
            row = Row(contents, SOURCES, layout.sources_row(code, source), code, source=source)
            for column in SOURCES:
                _cell(page, row, column, values[code, source], facts.loc[code], status)
            worksheet.row_dimensions[row.number].height = 15
    titles = {source: text(f"model.land_source.{source}", lang) for source in USABLE_SOURCES}
    rows = (SOURCES_FIRST, layout.sources_row(layout.codes[-1], USABLE_SOURCES[-1]))
    last = write_sums(page, SOURCES, "land_source", titles, rows, _IN_HA, _FORMATS)
    _guard(worksheet, contents)
    notes = [*contents.plan_notes(), text("annex.sources.note.order", lang), text("annex.note.exact", lang)]
    page.notes(last + 2, numbered([*notes, contents.basis_note()], lang))
    page.print_setup(A3, contents.head, repeat=SOURCES_HEAD, freeze=f"D{SOURCES_FIRST}")


def _cell(
    page: Page,
    row: Row,
    column: Column,
    values: Mapping[str, Any],
    facts: Mapping[str, Any],
    status: Mapping[tuple[str, str], str],
) -> None:
    """One cell: the district, what has been measured, an input, or a formula.

    Parameters
    ----------
    values
        The plan's row.
    facts
        The district's facts.
    status
        Status of each fact by code and item.
    """
    name, lang = column.name, row.layout.lang
    if name == "code":
        page.put(row[name], row.code, "label", TEXT)
    elif name == "district":
        page.put(row[name], f"={row.calculated('district')}", "label")
    elif name == "land_source":
        page.put(row[name], text(f"model.land_source.{row.source}", lang), "label")
    elif name == "complete":
        page.put(row[name], text(f"annex.print.{values[name]}", lang), "label")
    elif name in ("measured_m2", "synthetic_m2"):
        page.put(row[name], entered(values[name], "m"), "figure", WHOLE)
    elif column.kind == "input" and row.source != NEW_SOURCE:
        item = available(row.source) if name == "stated_ha" else release_share(row.source)
        role: Role = "input" if status.get((row.code, item), "official") == "official" else "doubted"
        unit = "m2" if name == "stated_ha" else "share"
        page.put(row[name], entered(facts[item], unit), role, HECTARES if unit == "m2" else SHARE)
    elif name == "stated_ha":
        capacity = row.layout.fact("new_capacity_m2", row.code)
        page.put(row[name], f'=IF({capacity}="","",{capacity})', "figure", HECTARES)
    elif name == "release_share":
        page.put(row[name], None, "label")
    elif name in _IN_HA:
        page.put(row[name], f"={row[_IN_HA[name]]}/10000", "figure", FOUR)
    else:
        live = formula(("sources",), name, row)
        value = values[name] if live is None else f"={live}"
        page.put(row[name], value, "figure", _FORMATS.get(column.unit, WHOLE))


def _guard(worksheet: Worksheet, contents: Contents) -> None:
    """Bound the inputs; colour those that were changed, and what is short or not verified."""
    layout, changed = contents.layout, contents.inputs.changed
    end = layout.sources_row(layout.codes[-1], USABLE_SOURCES[-1])
    for name in ("short_ha", "unverified_ha"):
        highlight(worksheet, cells(SOURCES, name, (SOURCES_FIRST, end)), "greaterThan")
    for code in layout.codes:
        for source in STOCK_SOURCES:
            for item in (available(source), release_share(source)):
                cell = layout.fact(item, code).rpartition("!")[2].replace("$", "")
                most = Decimal(1) if item == release_share(source) else None
                allow_numbers(worksheet, cell, layout.lang, "decimal", most=most)
                if (item, code) in changed:
                    highlight_changed(worksheet, cell, f"LEN({changed[item, code]})>0")
