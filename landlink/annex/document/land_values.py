"""What a document can say of land, sites and service, where a plan and its material have them."""

from typing import Any

import pandas as pd

from landlink.annex.material import Material
from landlink.plan.plan import Plan
from landlink.present.tables import proof
from landlink.schema import USABLE_SOURCES, worst
from landlink.siting.sites import Siting
from landlink.supply.developable import lost
from landlink.texts import Lang, pick, text
from landlink.units import exact_ha


def land_values(plan: Plan, lang: Lang, district: str | None, material: Material | None) -> dict[str, Any]:
    """Return supply, sites and service as texts; what is not known is empty."""
    made: dict[str, Any] = {"supply": [], "supply_total": {}, "supply_area": "", "constraints": [], "services": []}
    made |= {"sites": [], "sites_total": {}, "proof": {}}
    if material is not None and material.parcels is not None:
        made |= _supply(plan, material, material.parcels, lang, district)
    if plan.siting is not None:
        made |= _sites(plan, plan.siting, lang, district)
    if material is not None:
        made["services"] = _services(plan, material, lang, district)
    return made


def _supply(plan: Plan, material: Material, parcels: pd.DataFrame, lang: Lang, district: str | None) -> dict[str, Any]:
    """Developable land by district and source, and what the constraints take."""
    codes = list(plan.quota["code"])
    sums = parcels.pivot_table(index="code", columns="land_source", values="developable_m2", aggfunc="sum")
    areas = sums.reindex(index=codes, columns=list(USABLE_SOURCES)).fillna(0).astype("int64")
    areas["total"] = areas.sum(axis=1)
    names = plan.names(lang)
    shown = areas.map(lambda area: f"{exact_ha(area):,}")
    shown["name"] = [names[code] for code in codes]
    total = {name: f"{exact_ha(areas[name].sum()):,}" for name in areas}
    total["name"] = text("document.city" if district else "document.total", lang)
    if district is not None:
        shown, parcels = shown.loc[[district]], parcels[parcels["code"] == district]
    return {
        "supply": shown.to_dict("records"),
        "supply_total": total,
        "supply_area": f"{exact_ha(parcels['developable_m2'].sum()):,}",
        "constraints": [
            {
                "name": pick(row["title"], lang),
                "lost": f"{exact_ha(parcels[lost(row['constraint'])].sum()):,}",
                "status": text(f"model.status.{row['status']}", lang),
            }
            for row in material.constraints.to_dict("records")
            if lost(row["constraint"]) in parcels
        ],
    }


def _sites(plan: Plan, siting: Siting, lang: Lang, district: str | None) -> dict[str, Any]:
    """Sites by kind of facility."""
    sites = siting.sites if district is None else siting.sites[siting.sites["code"] == district]
    rows = [
        {
            "name": facility.title[lang],
            "unit": facility.unit[lang],
            "count": f"{len(own):,}",
            "units": f"{int(own['units'].sum()):,}",
            "served": f"{int(own['served'].sum()):,}",
            "area": f"{exact_ha(own['site_m2'].sum()):,}",
        }
        for facility in plan.facilities
        if len(own := sites[sites["facility"] == facility.id])
    ]
    total = {
        "name": text("document.total", lang),
        "unit": "",
        "units": "",
        "count": f"{len(sites):,}",
        "served": "",  # one person is served by several kinds
        "area": f"{exact_ha(sites['site_m2'].sum()):,}",
    }
    return {"sites": rows, "sites_total": total, "proof": proof(siting, lang)}


def _services(plan: Plan, material: Material, lang: Lang, district: str | None) -> list[dict[str, str]]:
    """Coverage of settled people by each kind of facility, where there are any."""
    own = material.coverage[material.coverage["code"] == (district or "")].set_index("facility")
    titles = plan.titles(lang)
    return [
        {
            "name": titles[service.facility],
            "radius": f"{service.radius_m:,.0f}",
            "before": f"{100 * own.loc[service.facility, 'before']:.1f}",
            "after": f"{100 * own.loc[service.facility, 'after']:.1f}",
        }
        for service in material.services
        if service.facility in own.index
    ]


def land_status(plan: Plan, material: Material | None) -> dict[str, str]:
    """The least official status of supply, sites and service, where they are known."""
    found = {}
    if material is not None and material.parcels is not None:
        found["supply"] = material.land_status
    if plan.siting is not None:
        found["sites"] = worst([plan.siting.data_status, *plan.siting.sites["status"]])
    if material is not None and material.services:
        found["services"] = worst(service.status for service in material.services)
    return found
