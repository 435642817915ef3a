"""What a document can say of land, sites and service, where a plan and its material have them."""

from typing import Any

import pandas as pd

from landlink.annex.edition import Edition
from landlink.annex.material import Material
from landlink.present.labels import status_label
from landlink.present.tables import proof
from landlink.schema import USABLE_SOURCES, worst
from landlink.siting.sites import Siting
from landlink.supply.developable import lost
from landlink.texts import pick
from landlink.units import exact_ha

Values = dict[str, Any]


def land_values(edition: Edition) -> Values:
    """Supply, sites and service as texts by the names that templates call them; empty where they are not known."""
    material, siting = edition.material, edition.plan.siting
    context: Values = {"supply": [], "supply_total": {}, "supply_area": "", "constraints": [], "services": []}
    context |= {"sites": [], "sites_total": {}, "proof": {}}
    if material is not None and material.parcels is not None:
        context |= _supply(edition, material, material.parcels)
    if siting is not None:
        context |= _sites(edition, siting)
    if material is not None:
        context["services"] = _services(edition, material)
    return context


def land_status(edition: Edition) -> dict[str, str]:
    """The least official status of supply, sites and service, where they are known."""
    material, siting = edition.material, edition.plan.siting
    status = {}
    if material is not None and material.parcels is not None:
        status["supply"] = material.land_status
    if siting is not None:
        status["sites"] = worst([siting.data_status, *siting.sites["status"]])
    if material is not None and material.services:
        status["services"] = worst(service.status for service in material.services)
    return status


def _supply(edition: Edition, material: Material, parcels: pd.DataFrame) -> Values:
    """Developable land by district and source, and what the constraints take."""
    codes = list(edition.plan.quota["code"])
    sums = parcels.pivot_table(index="code", columns="land_source", values="developable_m2", aggfunc="sum")
    areas = sums.reindex(index=codes, columns=list(USABLE_SOURCES)).fillna(0).astype("int64")
    areas["total"] = areas.sum(axis=1)
    shown = areas.map(_ha)
    shown["name"] = [edition.names[code] for code in codes]
    total = {name: _ha(areas[name].sum()) for name in areas}
    total["name"] = edition.text("document.city" if edition.district else "document.total")
    if edition.district is not None:
        shown = shown.loc[[edition.district]]
    of_edition = edition.rows(parcels)
    return {
        "supply": shown.to_dict("records"),
        "supply_total": total,
        "supply_area": _ha(of_edition["developable_m2"].sum()),
        "constraints": [
            {
                "name": pick(constraint["title"], edition.lang),
                "lost": _ha(of_edition[lost(constraint["constraint"])].sum()),
                "status": status_label(constraint["status"], edition.lang),
            }
            for constraint in material.constraints.to_dict("records")
            if lost(constraint["constraint"]) in of_edition
        ],
    }


def _sites(edition: Edition, siting: Siting) -> Values:
    """Sites by kind of facility."""
    sites = edition.rows(siting.sites)
    rows = []
    for facility in edition.plan.facilities:
        chosen = sites[sites["facility"] == facility.id]
        if len(chosen):
            rows.append(
                {
                    "name": facility.title[edition.lang],
                    "unit": facility.unit[edition.lang],
                    "count": f"{len(chosen):,}",
                    "units": f"{int(chosen['units'].sum()):,}",
                    "served": f"{int(chosen['served'].sum()):,}",
                    "area": _ha(chosen["site_m2"].sum()),
                }
            )
    total = {
        "name": edition.text("document.total"),
        "unit": "",
        "units": "",
        "count": f"{len(sites):,}",
        "served": "",  # one person is served by several kinds
        "area": _ha(sites["site_m2"].sum()),
    }
    return {"sites": rows, "sites_total": total, "proof": proof(siting, edition.lang)}


def _services(edition: Edition, material: Material) -> list[dict[str, str]]:
    """Coverage of settled people by each kind of facility, where there are any."""
    coverage = material.coverage
    shares = coverage[coverage["code"] == (edition.district or "")].set_index("facility")
    return [
        {
            "name": edition.titles[service.facility],
            "radius": f"{service.radius_m:,.0f}",
            "before": f"{100 * shares.loc[service.facility, 'before']:.1f}",
            "after": f"{100 * shares.loc[service.facility, 'after']:.1f}",
        }
        for service in material.services
        if service.facility in shares.index
    ]


def _ha(area_m2: int) -> str:
    """Area in ha, exact to the m²."""
    return f"{exact_ha(area_m2):,}"
