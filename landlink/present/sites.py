"""Sites and provision as people read them: tables with headings, areas of the provision in 公顷, shares in percent."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from landlink.plan.plan import Plan
from landlink.present.labels import marked_unit
from landlink.present.tables import proof
from landlink.schema import RESULTS
from landlink.siting.sites import Siting
from landlink.texts import Lang, text
from landlink.units import ha

SITES_SHOWN = (
    "site",
    "district",
    "facility",
    "parcel",
    "units",
    "served",
    "mean_m",
    "site_m2",
    "land_source",
    "score",
    "instead",
)
PROVISION_SHOWN = (
    "district",
    "facility",
    "persons",
    "served_existing",
    "served_new",
    "unserved",
    "granted_m2",
    "sited_m2",
)
_IN_POPUP = ("units", "served", "mean_m", "site_m2", "land_source", "score")
_UNITS = {"mean_m": " m", "site_m2": " m²"}


class Metric(NamedTuple):
    """A headline figure: label, value, and what stands below it."""

    label: str
    value: str
    detail: str = ""


def headline(siting: Siting, lang: Lang) -> list[Metric]:
    """Figures of a choice of sites: number, area in ha, persons served and their share, proven gap."""
    sums = siting.provision[["persons", "served_existing", "served_new"]].sum()
    persons = max(int(sums["persons"]), 1)
    unit = marked_unit("ha", siting.data_status, lang)
    area = text("model.unit.beside", lang, name=text("model.column.site_m2", lang), unit=unit)
    return [
        Metric(text("ui.siting.sites", lang), f"{len(siting.sites):,}"),
        Metric(area, f"{ha(int(siting.sites['site_m2'].sum())):,}"),
        *(
            Metric(text(f"model.column.{name}", lang), f"{sums[name]:,}", f"{100 * sums[name] / persons:.1f} %")
            for name in ("served_existing", "served_new")
        ),
        Metric(text("ui.siting.gap", lang), f"{100 * siting.gap:.2f} %", proof(siting, lang)["status"]),
    ]


def progress(name: str, value: float) -> str:
    """A figure of a solve's progress: ``gap`` in percent, others as they are; a dash before there is one.

    Examples
    --------
    >>> progress("gap", 0.0123), progress("bound", 1234.56), progress("objective", float("inf"))
    ('1.23 %', '1,234.6', '—')
    """
    if not math.isfinite(value):
        return "—"
    return f"{100 * value:.2f} %" if name == "gap" else f"{value:,.1f}"


def sites_table(plan: Plan, siting: Siting, lang: Lang) -> pd.DataFrame:
    """Sites, one row each."""
    rows = [
        {name: site_value(plan, name, site, lang) for name in SITES_SHOWN} for site in siting.sites.to_dict("records")
    ]
    headings = {name: text(f"model.column.{name}", lang) for name in SITES_SHOWN}
    return pd.DataFrame(rows, columns=list(SITES_SHOWN)).rename(columns=headings)


def provision_table(plan: Plan, siting: Siting, lang: Lang, district: str | None = None) -> pd.DataFrame:
    """Who is served by what, by district and facility, with areas in ha; of one district or of all."""
    provision = siting.provision
    provision = provision if district is None else provision[provision["code"] == district]
    rows = provision.to_dict("records")
    table = pd.DataFrame({name: [site_value(plan, name, row, lang) for row in rows] for name in PROVISION_SHOWN})
    areas = [name for name in PROVISION_SHOWN if RESULTS["provision"][name].unit == "m2"]
    table[areas] = table[areas].map(lambda area: float(ha(int(area))))
    table["unsited_by"] = [
        text(f"model.unsited.{row['unsited_by']}", lang) if row["unsited_by"] else "" for row in rows
    ]
    return table.rename(columns={name: text(f"model.column.{name}", lang) for name in table.columns})


def popup_rows(plan: Plan, site: Mapping[str, Any], lang: Lang) -> list[tuple[str, str]]:
    """Names and values of a site's popup."""
    return [
        (text("model.column.district", lang), plan.names(lang)[site["code"]]),
        (text("model.column.parcel", lang), str(site["parcel"])),
        *((text(f"model.column.{name}", lang), _with_unit(plan, name, site, lang)) for name in _IN_POPUP),
        (text("model.column.instead", lang), str(site["instead"]) or "—"),
    ]


def next_best(site: Mapping[str, Any], lang: Lang) -> str:
    """The parcel that would replace a site best, and what that would cost in persons and metres."""
    if not site["instead"]:
        return text("ui.siting.no_next", lang)
    persons, metres = f"{int(site['instead_unserved']):+,}", f"{float(site['instead_m']):+,.0f}"
    return text("ui.siting.next_best", lang, parcel=site["instead"], persons=persons, metres=metres)


def site_value(plan: Plan, name: str, row: Mapping[str, Any], lang: Lang) -> object:
    """Value of a column in a row of the sites or the provision, as a table shows it."""
    if name == "district":
        return plan.names(lang)[row["code"]]
    if name == "facility":
        return plan.titles(lang)[row["facility"]]
    if name in ("units", "land_source", "score", "mean_m"):
        return _with_unit(plan, name, row, lang)
    return row[name]


def _with_unit(plan: Plan, name: str, site: Mapping[str, Any], lang: Lang) -> str:
    value = site[name]
    if name == "land_source":
        return text(f"model.land_source.{value}", lang)
    if name == "units":
        return f"{value:,} {plan.rules.standard(site['facility']).facility.unit[lang]}"
    if pd.isna(value):
        return "—"
    return f"{value:.3f}" if name == "score" else f"{value:,.0f}{_UNITS.get(name, '')}"
