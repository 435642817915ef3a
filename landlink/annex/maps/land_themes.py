"""What the map sheets show of land and service: supply with its constraints, suitability, access before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from landlink.access.service import Service
from landlink.annex.maps.map_body import city_outline
from landlink.annex.maps.themes import Entry, Theme
from landlink.annex.maps.underlays import Ground, Picture, collected, inside, picture
from landlink.annex.material import Material
from landlink.plan.plan import Plan
from landlink.present import colors
from landlink.present.classes import SCORE_EDGES, class_labels, class_of
from landlink.schema import USABLE_SOURCES
from landlink.texts import Lang, pick, text
from landlink.units import exact_ha

_GROUND = "#fbfaf5"
# Face, hatch and its colour of constraints by name, as plans of the field have them; others take a pattern in turn.
_OF_ZONE = {
    "farmland": ("#fbf3c0", "", "none"),
    "ecology": ("#d6ecd0", "", "none"),
    "water": ("#cfe6f5", "", "none"),
    "hazard": ("none", "xxxx", "#a33b2a"),
    "heritage": ("none", "....", "#6a3d9a"),
}
_OTHER_ZONES = (("none", "\\\\\\\\", "#7a6a4f"), ("none", "||||", "#4f6a7a"), ("none", "++++", "#7a4f6a"))
# Classes of access as shares of the standard.
_OF_STANDARD = (0.5, 1.0, 2.0)


def supply(plan: Plan, material: Material, parcels: gpd.GeoDataFrame, lang: Lang, district: str | None) -> Theme:
    """Developable land by source, over the constraints."""
    area = _area(plan, district)
    own = _own(parcels, district)
    usable = own[own["developable_m2"] > 0]
    grounds, legend = _zones(material, lang, area)
    for source in USABLE_SOURCES:
        shapes = usable.loc[usable["land_source"] == source].geometry.to_numpy()
        if len(shapes):
            grounds.append(Ground(collected(shapes, parcels.crs), face=colors.SOURCES[source]))
            label = text("maps.legend.source", lang, source=text(f"model.land_source.{source}", lang))
            legend.append(Entry("area", label, colors.SOURCES[source]))
    sums = parcels.groupby("code")["developable_m2"].sum().reindex(plan.districts["code"], fill_value=0)
    total = int(own["developable_m2"].sum())
    return Theme(
        text("maps.heading.supply", lang),
        _plain(plan),
        legend,
        remarks=(text("maps.remark.supply", lang, area=f"{exact_ha(total):,}", count=f"{len(usable):,}"),),
        column=text("maps.table.supply", lang),
        cells={code: f"{exact_ha(area):,}" for code, area in sums.items()},
        status=material.land_status,
        grounds=grounds,
    )


def suitability(plan: Plan, material: Material, parcels: gpd.GeoDataFrame, lang: Lang, district: str | None) -> Theme:
    """Score of developable land in five equal classes."""
    scored = parcels[(parcels["developable_m2"] > 0) & parcels["score"].notna()]
    own = _own(scored, district)
    shades = colors.ramp(colors.SUITABILITY, len(SCORE_EDGES) - 1)
    classes = class_of(own["score"], SCORE_EDGES)
    grounds = [
        Ground(collected(own.loc[classes == number].geometry.to_numpy(), parcels.crs), face=color)
        for number, color in enumerate(shades)
    ]
    means = (
        scored.assign(weighted=scored["score"] * scored["developable_m2"])
        .groupby("code")[["weighted", "developable_m2"]]
        .sum()
        .reindex(plan.districts["code"])
    )
    mean = means["weighted"] / means["developable_m2"]
    return Theme(
        text("maps.heading.suitability", lang),
        _plain(plan),
        [Entry("area", label, color) for label, color in zip(class_labels(SCORE_EDGES, 1), shades, strict=True)],
        remarks=(text("maps.remark.suitability", lang), text("maps.remark.classes", lang)),
        column=text("maps.table.suitability", lang),
        cells={code: "–" if pd.isna(value) else f"{value:.3f}" for code, value in mean.items()},
        status=material.land_status,
        grounds=grounds,
    )


def access(plan: Plan, material: Material, service: Service, crs: CRS, lang: Lang, district: str | None) -> Theme:
    """Access to one kind of facility in classes by its standard, before and, where it has sites, after."""
    facility = next(known for known in plan.facilities if known.id == service.facility)
    edges = [share * service.standard for share in _OF_STANDARD]
    bounds = [f"{edge:g}" for edge in edges]
    spans = [
        text("maps.legend.no_access", lang),
        text("maps.legend.below", lang, bound=bounds[0]),
        *(f"{low}–{high}" for low, high in pairwise(bounds)),
        text("maps.legend.above", lang, bound=bounds[-1]),
    ]
    shades = [colors.NO_ACCESS, *colors.ramp(colors.ACCESS, len(edges) + 1)]
    cells = service.cells[service.cells[["residents", "settled"]].sum(axis=1) > 0]
    cells = cells if district is None else cells[cells["code"] == district]
    covered = _covered(plan, service, material.coverage)
    unit = text("maps.unit.access", lang, unit=facility.unit[lang])
    told = {"radius": f"{service.radius_m:,.0f}", "standard": f"{service.standard:g}", "unit": unit}
    views = [
        Theme(
            text("maps.heading.access", lang, unit=unit),
            _plain(plan),
            [Entry("area", span, color) for span, color in zip(spans, shades, strict=True)],
            remarks=(text("maps.remark.access", lang, **told),),
            column=text("maps.table.access" if service.sites else "maps.table.access_before", lang),
            cells=covered,
            status=service.status,
            grounds=_cells(cells, cells[f"access_{when}"], edges, shades, crs),
            caption=caption if service.sites else "",
        )
        for when, caption in (
            ("before", text("maps.caption.before", lang)),
            ("after", text("maps.caption.after", lang)),
        )
    ]
    return replace(views[0], second=views[1]) if service.sites else views[0]


def _cells(
    cells: pd.DataFrame, values: pd.Series, edges: Sequence[float], shades: Sequence[str], crs: CRS
) -> list[Picture]:
    """Cells by class of access."""
    place = np.where(values > 0, 1 + np.searchsorted(edges, values, side="right"), 0)
    drawn = picture(cells, place, shades, crs)
    return [] if drawn is None else [drawn]


def _covered(plan: Plan, service: Service, coverage: pd.DataFrame) -> Mapping[str, str]:
    """Share of settled people with a facility within the radius, before and after, by district."""
    own = coverage[coverage["facility"] == service.facility].set_index("code")
    found = {}
    for code in plan.districts["code"]:
        shares = own.loc[code, ["before", "after"][: 2 if service.sites else 1]] if code in own.index else []
        found[code] = " → ".join(f"{100 * share:.1f}" for share in shares) or "–"
    return found


def _zones(material: Material, lang: Lang, area: shapely.Geometry) -> tuple[list[Ground], list[Entry]]:
    """Constraints within an area: those that take their zones as areas, others as lines."""
    grounds: list[Ground] = []
    legend: list[Entry] = []
    others = iter(_OTHER_ZONES * 9)
    for row in material.constraints.to_dict("records"):
        zone = material.zones.get(row["constraint"])
        if zone is None:
            continue
        title = pick(row["title"], lang)
        if row["rule"] in ("inside", "warn"):
            color, dashes = ("#8a1c1c", ()) if row["rule"] == "inside" else ("#444444", (3.0, 2.0))
            shape = inside(zone.geometry.to_numpy(), zone.crs, area)
            grounds.append(Ground(shape, edge=color, width=0.9 if row["rule"] == "inside" else 0.6, dashes=dashes))
            legend.append(Entry("line", title, color, dashes=dashes))
        else:
            face, hatch, edge = _OF_ZONE.get(row["constraint"]) or next(others)
            shape = inside(zone.geometry.to_numpy(), zone.crs, area)
            grounds.append(Ground(shape, face=face, hatch=hatch, edge=edge, width=0.3))
            legend.append(Entry("area", title, face, hatch=hatch, edge=edge))
    # Areas lie below lines.
    return sorted(grounds, key=lambda ground: ground.face == "none"), legend


def _own(parcels: gpd.GeoDataFrame, district: str | None) -> gpd.GeoDataFrame:
    return parcels if district is None else parcels[parcels["code"] == district]


def _area(plan: Plan, district: str | None) -> shapely.Geometry:
    """The city's shape, or a district's, in degrees."""
    shapes = plan.districts.set_index("code").geometry
    return city_outline(tuple(shapes)) if district is None else shapes[district]


def _plain(plan: Plan) -> Mapping[str, str]:
    return dict.fromkeys(plan.districts["code"], _GROUND)
