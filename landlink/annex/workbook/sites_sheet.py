"""The third annex: the parcels chosen for facilities, whom they serve, and what of the granted land they take."""

from collections.abc import Sequence

import pandas as pd
from openpyxl.worksheet.worksheet import Worksheet

from landlink.annex.workbook.basis_sheet import Inputs
from landlink.annex.workbook.layout import NEEDS, PROVISION, SITES, Column, Layout, letter
from landlink.annex.workbook.needs_sheet import land_per_unit
from landlink.annex.workbook.page import A4, FOUR, GENERAL, TEXT, WHOLE, Page
from landlink.plan.plan import Plan
from landlink.present.tables import proof
from landlink.siting.sites import Siting
from landlink.texts import text

_HEAD = (3, 4)
_FIRST = 5
_SHOWN = {"person": WHOLE, "ha": FOUR, "m2": WHOLE, "m": "#,##0"}


def write_sites(
    worksheet: Worksheet,
    plan: Plan,
    layout: Layout,
    inputs: Inputs,
    siting: Siting,
    *,
    head: str,
    notes: Sequence[str],
) -> None:
    """Write the third annex: a row a site, and below it a row a district and facility."""
    lang = layout.lang
    page = Page(worksheet, lang, [column.width for column in SITES])
    names = {"city": plan.city_title[lang], "year": plan.options.year}
    page.title(text("annex.sites.title", lang, **names), head, text("annex.print.unit_ha", lang))
    _headings(page, layout, SITES, _HEAD[0])
    facilities = {facility.id: facility for facility in plan.facilities}
    sites = siting.sites.drop(columns="geometry").to_dict("records")
    for row, site in enumerate(sites, _FIRST):
        here = {column.name: f"{letter(SITES, column.name)}{row}" for column in SITES}
        facility = facilities[site["facility"]]
        area = land_per_unit(layout, inputs, site["code"], facility.id, here["units"])
        ratio = inputs.number(f"facility.{facility.id}.per_1000", "0")
        values = {
            **site,
            "facility": facility.title[lang],
            "unit": facility.unit[lang],
            "land_source": text(f"model.land_source.{site['land_source']}", lang),
            "capacity_persons": f"=ROUNDDOWN(ROUND({here['units']}*1000/{ratio},6),0)",
            "site_m2": f"=ROUND(ROUND({here['units']}*{area},6),0)",
            "site_ha": f"={here['site_m2']}/10000",
        }
        for column in SITES:
            shown = _SHOWN.get(column.unit, WHOLE if column.name == "units" else GENERAL)
            shown = "0.000" if column.name == "score" else TEXT if column.name in ("parcel", "instead") else shown
            value = values[column.name]
            page.put(
                here[column.name], None if pd.isna(value) else value, "label" if shown == GENERAL else "figure", shown
            )
        worksheet.row_dimensions[row].height = 15
    total = _FIRST + len(sites)
    _total(page, layout, SITES, total, _FIRST, ("served", "site_ha", "site_m2"))
    page.define("total_served", f"{letter(SITES, 'served')}{total}")
    page.define("total_site_ha", f"{letter(SITES, 'site_ha')}{total}")
    first = _provision(page, plan, layout, siting, total + 2, (_FIRST, max(total - 1, _FIRST)))
    page.notes(first + 1, notes)
    page.print_setup(A4, head, repeat=_HEAD, freeze=f"C{_FIRST}")


def siting_notes(plan: Plan, siting: Siting, layout: Layout) -> list[str]:
    """Notes below the third annex: how good the choice is proven to be, and what it rests on."""
    lang = layout.lang
    notes = [
        text("annex.sites.note.proven", lang, **proof(siting, lang)),
        text("annex.sites.note.candidates", lang, candidates=siting.candidates, parcels=siting.parcels),
        text("annex.sites.note.instead", lang),
        text("annex.sites.note.status", lang, status=text(f"model.status.{siting.data_status}", lang)),
        text(
            "annex.note.basis",
            lang,
            sheet=layout.sheet("basis"),
            fingerprint=plan.fingerprint[:16],
            version=plan.version,
        ),
    ]
    return [text("annex.note.numbered", lang, place=place, note=note) for place, note in enumerate(notes, 1)]


def _provision(page: Page, plan: Plan, layout: Layout, siting: Siting, row: int, sites: tuple[int, int]) -> int:
    """Rows by district and facility; return the row of their total."""
    lang = layout.lang
    page.merged(row, text("annex.sites.provision", lang), "head")
    _headings(page, layout, PROVISION, row + 1)
    titles = plan.titles(lang)
    first = row + 3
    of_site = {name: letter(SITES, name) for name in ("district", "facility", "site_m2")}
    ranges = {name: f"${column}${sites[0]}:${column}${sites[1]}" for name, column in of_site.items()}
    for place, given in enumerate(siting.provision.to_dict("records"), first):
        here = {column.name: f"{letter(PROVISION, column.name)}{place}" for column in PROVISION}
        need = layout.needs_row(given["code"], given["facility"])
        values = {
            **given,
            "facility": titles[given["facility"]],
            "unserved": f"={here['persons']}-{here['served_existing']}-{here['served_new']}",
            "granted_m2": f"={layout.address('needs', letter(NEEDS, 'granted_m2'), need)}",
            "sited_m2": f"=SUMIFS({ranges['site_m2']},{ranges['district']},{here['district']},"
            f"{ranges['facility']},{here['facility']})",
            "unsited_m2": f"={here['granted_m2']}-{here['sited_m2']}",
            "unsited_by": text(f"model.unsited.{given['unsited_by']}", lang) if given["unsited_by"] else "—",
        }
        for column in PROVISION:
            shown = _SHOWN.get(column.unit, GENERAL)
            page.put(here[column.name], values[column.name], "label" if shown == GENERAL else "figure", shown)
    total = first + len(siting.provision)
    _total(page, layout, PROVISION, total, first, tuple(column.name for column in PROVISION if column.unit))
    return total


def _headings(page: Page, layout: Layout, columns: tuple[Column, ...], row: int) -> None:
    for column in columns:
        name = letter(columns, column.name)
        source = {"site_ha": "site_m2"}.get(column.name, column.name)
        label = text("annex.column.unit" if column.name == "unit" else f"model.column.{source}", layout.lang)
        page.put(f"{name}{row}", label, "head")
        page.put(f"{name}{row + 1}", text(f"model.unit.{column.unit or 'none'}", layout.lang) or "—", "head")
    page.worksheet.row_dimensions[row].height = 30
    page.worksheet.row_dimensions[row + 1].height = 16


def _total(
    page: Page, layout: Layout, columns: tuple[Column, ...], row: int, first: int, summed: tuple[str, ...]
) -> None:
    for place, column in enumerate(columns):
        name = letter(columns, column.name)
        value: str | None = f"=SUM({name}{first}:{name}{row - 1})" if column.name in summed and row > first else "—"
        if place == 0:
            value = text("annex.print.total", layout.lang)
        page.put(f"{name}{row}", value, "total", _SHOWN.get(column.unit, GENERAL) if column.name in summed else GENERAL)
    page.worksheet.row_dimensions[row].height = 17
