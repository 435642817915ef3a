"""The third annex: the parcels chosen for facilities, whom they serve, and what of the granted land they take."""

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd
from openpyxl.worksheet.worksheet import Worksheet

from landlink.annex.workbook.contents import Contents
from landlink.annex.workbook.layout import PROVISION, SITES, Column, Layout, letter
from landlink.annex.workbook.page import A4, FOUR, GENERAL, TEXT, WHOLE, Page, Role, numbered, unit_heading
from landlink.annex.workbook.twins import Row, formula, value_notes
from landlink.present.labels import status_label
from landlink.present.tables import proof
from landlink.siting.sites import Siting
from landlink.texts import text

_HEAD = (3, 4)  # first and last row of the headings
_FIRST = 5  # first row below them
_FORMATS = {"person": WHOLE, "ha": FOUR, "m2": WHOLE, "m": WHOLE}
# Number formats of columns whose unit does not say it; ids of parcels are text although they may look like numbers.
_FORMATS_OF = {"units": WHOLE, "score": "0.000", "parcel": TEXT, "instead": TEXT}
# Columns with a total.
_SUMMED = ("served", "site_ha", "site_m2")


def write_sites(worksheet: Worksheet, contents: Contents) -> None:
    """Write the third annex: a row a site, and below it a row a district and facility."""
    siting, lang = contents.plan.siting, contents.lang
    if siting is None:
        raise ValueError("a plan without sites has no sheet of them")
    page = Page(worksheet, lang, [column.width for column in SITES])
    page.title(contents.title("sites"), contents.head, text("annex.print.unit_ha", lang))
    _headings(page, contents.layout, SITES, _HEAD[0])
    sites = siting.sites.drop(columns="geometry").to_dict("records")
    for number, site in enumerate(sites, _FIRST):
        row = Row(contents, SITES, number, site["code"], site["facility"])
        _write_row(page, row, "sites", _site_texts(row, site))
        worksheet.row_dimensions[number].height = 15
    total = _FIRST + len(sites)
    _total(page, contents.layout, SITES, total, _FIRST, _SUMMED)
    page.define("total_served", f"{letter(SITES, 'served')}{total}")
    page.define("total_site_ha", f"{letter(SITES, 'site_ha')}{total}")
    last = _provision(page, contents, siting, (_FIRST, max(total - 1, _FIRST)))
    page.notes(last + 1, _notes(contents, siting))
    page.print_setup(A4, contents.head, repeat=_HEAD, freeze=f"C{_FIRST}")


def _notes(contents: Contents, siting: Siting) -> list[str]:
    """How good the choice is proven to be, and what it rests on."""
    text, lang = contents.edition.text, contents.lang
    notes = [
        text("annex.sites.note.proven", **proof(siting, lang)),
        text("annex.sites.note.candidates", candidates=siting.candidates, parcels=siting.parcels),
        text("annex.sites.note.instead"),
        text("annex.sites.note.status", status=status_label(siting.data_status, lang)),
        *value_notes(("sites", "provision"), lang),
        contents.basis_note(),
    ]
    return numbered(notes, lang)


def _site_texts(row: Row, site: Mapping[str, Any]) -> dict[str, Any]:
    """A site's row, with the names of facility, unit and source of land."""
    lang, facility = row.contents.lang, row.contents.plan.rules.standard(row.facility).facility
    return {
        **site,
        "facility": facility.title[lang],
        "unit": facility.unit[lang],
        "land_source": text(f"model.land_source.{site['land_source']}", lang),
        "site_ha": f"={row['site_m2']}/10000",
    }


def _write_row(page: Page, row: Row, table: str, values: Mapping[str, Any]) -> None:
    """Write a row: formulas, and the values of columns that have none."""
    for column in row.columns:
        live = formula((table,), column.name, row)
        value = values[column.name] if live is None else f"={live}"
        number_format = _FORMATS.get(column.unit) or _FORMATS_OF.get(column.name, GENERAL)
        role: Role = "label" if number_format == GENERAL else "figure"
        page.put(row[column.name], None if pd.isna(value) else value, role, number_format)


def _provision(page: Page, contents: Contents, siting: Siting, sites: tuple[int, int]) -> int:
    """Rows by district and facility; return the row of their total.

    Parameters
    ----------
    sites
        First and last row of the sites.
    """
    layout, lang, titles = contents.layout, contents.lang, contents.edition.titles
    head = _FIRST + len(siting.sites) + 2
    page.merged(head, text("annex.sites.provision", lang), "head")
    _headings(page, layout, PROVISION, head + 1)
    first = head + 3
    for number, record in enumerate(siting.provision.to_dict("records"), first):
        row = Row(contents, PROVISION, number, record["code"], record["facility"], sites=sites)
        reason = record["unsited_by"]
        texts = {
            "facility": titles[record["facility"]],
            "unsited_by": text(f"model.unsited.{reason}", lang) if reason else "—",
        }
        _write_row(page, row, "provision", {**record, **texts})
    total = first + len(siting.provision)
    _total(page, layout, PROVISION, total, first, [column.name for column in PROVISION if column.unit])
    return total


def _headings(page: Page, layout: Layout, columns: tuple[Column, ...], row: int) -> None:
    for column in columns:
        name = letter(columns, column.name)
        source = {"site_ha": "site_m2"}.get(column.name, column.name)
        label = text("annex.column.unit" if column.name == "unit" else f"model.column.{source}", layout.lang)
        page.put(f"{name}{row}", label, "head")
        page.put(f"{name}{row + 1}", unit_heading(column.unit, layout.lang), "head")
    page.worksheet.row_dimensions[row].height = 30
    page.worksheet.row_dimensions[row + 1].height = 16


def _total(
    page: Page, layout: Layout, columns: tuple[Column, ...], row: int, first: int, summed: Collection[str]
) -> None:
    """Write a row of sums; a dash where a column has none, or no rows."""
    for index, column in enumerate(columns):
        name = letter(columns, column.name)
        value = f"=SUM({name}{first}:{name}{row - 1})" if column.name in summed and row > first else "—"
        if index == 0:
            value = text("annex.print.total", layout.lang)
        number_format = _FORMATS.get(column.unit, GENERAL) if column.name in summed else GENERAL
        page.put(f"{name}{row}", value, "total", number_format)
    page.worksheet.row_dimensions[row].height = 17
