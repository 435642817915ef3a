"""What the map sheets show of land and service: supply with its constraints, suitability, access before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import cycle, pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from landlink.access.service import Service
from landlink.annex.edition import Edition
from landlink.annex.maps.map_body import city_outline
from landlink.annex.maps.themes import LegendEntry, Theme, plain
from landlink.annex.maps.underlays import CellUnderlay, ShapeUnderlay, cell_underlay, collected, inside
from landlink.annex.material import Material
from landlink.present import colors
from landlink.present.classes import SCORE_EDGES, class_labels, class_of
from landlink.schema import CONSTRAINT_LAYER, USABLE_SOURCES
from landlink.texts import pick
from landlink.units import exact_ha

# Face, hatch and its colour of constraints by name, as plans of the field have them.
_ZONE_STYLES = {
    "farmland": ("#fbf3c0", "", "none"),
    "ecology": ("#d6ecd0", "", "none"),
    "water": ("#cfe6f5", "", "none"),
    "hazard": ("none", "xxxx", "#a33b2a"),
    "heritage": ("none", "....", "#6a3d9a"),
}
# Patterns that other constraints take in turn.
_OTHER_ZONE_STYLES = (("none", "\\\\\\\\", "#7a6a4f"), ("none", "||||", "#4f6a7a"), ("none", "++++", "#7a4f6a"))
# Colour, width in points and dashes of constraints that are drawn as lines, by rule.
_LINE_STYLES: Mapping[str, tuple[str, float, tuple[float, ...]]] = {
    "inside": ("#8a1c1c", 0.9, ()),
    "warn": ("#444444", 0.6, (3.0, 2.0)),
}
# Width of the edge of a zone, points.
_ZONE_EDGE = 0.3
# Bounds of the classes of access as shares of the standard.
_ACCESS_EDGES = (0.5, 1.0, 2.0)


def supply(edition: Edition) -> Theme:
    """Developable land by source, over the constraints."""
    material, parcels = land_of(edition)
    of_edition = edition.rows(parcels)
    usable = of_edition[of_edition["developable_m2"] > 0]
    zones, legend = _zones(edition, material)
    underlays: list[ShapeUnderlay] = list(zones)
    for source in USABLE_SOURCES:
        shapes = usable.loc[usable["land_source"] == source].geometry.to_numpy()
        if len(shapes):
            underlays.append(ShapeUnderlay(collected(shapes, parcels.crs), face=colors.SOURCES[source]))
            label = edition.text("maps.legend.source", source=edition.text(f"model.land_source.{source}"))
            legend.append(LegendEntry("area", label, colors.SOURCES[source]))
    codes = edition.plan.districts["code"]
    sums = parcels.groupby("code")["developable_m2"].sum().reindex(codes, fill_value=0)
    area = f"{exact_ha(int(of_edition['developable_m2'].sum())):,}"
    return Theme(
        edition.text("maps.heading.supply"),
        plain(edition),
        legend,
        remarks=(edition.text("maps.remark.supply", area=area, count=f"{len(usable):,}"),),
        column=edition.text("maps.table.supply"),
        cells={code: f"{exact_ha(area):,}" for code, area in sums.items()},
        status=material.land_status,
        underlays=underlays,
        credits=_credits(edition, ["parcels", *(f"{CONSTRAINT_LAYER}{name}" for name in material.zones)]),
    )


def suitability(edition: Edition) -> Theme:
    """Score of developable land in five equal classes."""
    material, parcels = land_of(edition)
    scored = parcels[(parcels["developable_m2"] > 0) & parcels["score"].notna()]
    of_edition = edition.rows(scored)
    shades = colors.ramp(colors.SUITABILITY, len(SCORE_EDGES) - 1)
    classes = class_of(of_edition["score"], SCORE_EDGES)
    underlays = [
        ShapeUnderlay(collected(of_edition.loc[classes == number].geometry.to_numpy(), parcels.crs), face=shade)
        for number, shade in enumerate(shades)
    ]
    weighted = scored.assign(weighted=scored["score"] * scored["developable_m2"])
    sums = weighted.groupby("code")[["weighted", "developable_m2"]].sum().reindex(edition.plan.districts["code"])
    means = sums["weighted"] / sums["developable_m2"]
    labels = class_labels(SCORE_EDGES, 1)
    return Theme(
        edition.text("maps.heading.suitability"),
        plain(edition),
        [LegendEntry("area", label, shade) for label, shade in zip(labels, shades, strict=True)],
        remarks=(edition.text("maps.remark.suitability"), edition.text("maps.remark.classes")),
        column=edition.text("maps.table.suitability"),
        cells={code: "–" if pd.isna(mean) else f"{mean:.3f}" for code, mean in means.items()},
        status=material.land_status,
        underlays=underlays,
        credits=_credits(edition, list(material.credits)),
    )


def access(edition: Edition, facility: str) -> Theme:
    """Access to one kind of facility in classes by its standard, before and, where it has sites, after."""
    material, parcels = land_of(edition)
    service = next(service for service in material.services if service.facility == facility)
    counted_in = edition.plan.rules.standard(facility).facility.unit[edition.lang]
    unit = edition.text("maps.unit.access", unit=counted_in)
    edges = [share * service.standard for share in _ACCESS_EDGES]
    shades = [colors.NO_ACCESS, *colors.ramp(colors.ACCESS, len(edges) + 1)]
    cells = edition.rows(service.cells[service.cells[["residents", "settled"]].sum(axis=1) > 0])
    values = {"radius": f"{service.radius_m:,.0f}", "standard": f"{service.standard:g}", "unit": unit}
    before = Theme(
        edition.text("maps.heading.access", unit=unit),
        plain(edition),
        [
            LegendEntry("area", label, shade)
            for label, shade in zip(_access_labels(edition, edges), shades, strict=True)
        ],
        remarks=(edition.text("maps.remark.access", **values),),
        column=edition.text("maps.table.access" if service.sites else "maps.table.access_before"),
        cells=_coverage(edition, service, material.coverage),
        status=service.status,
        underlays=_cells(cells, cells["access_before"], edges, shades, parcels.crs),
    )
    if not service.sites:
        return before
    after = replace(
        before,
        underlays=_cells(cells, cells["access_after"], edges, shades, parcels.crs),
        caption=edition.text("maps.caption.after"),
    )
    return replace(before, caption=edition.text("maps.caption.before"), second=after)


def land_of(edition: Edition) -> tuple[Material, gpd.GeoDataFrame]:
    """Material and parcels of an edition that has them."""
    material = edition.material
    if material is None or material.parcels is None:
        raise ValueError("sheets of land and service need parcels")
    return material, material.parcels


def _credits(edition: Edition, layers: Sequence[str]) -> list[str]:
    """Whom a sheet must name for the layers it shows or rests on, each once."""
    material, _ = land_of(edition)
    named = [pick(material.credits[name], edition.lang) for name in layers if name in material.credits]
    return list(dict.fromkeys(named))


def _access_labels(edition: Edition, edges: Sequence[float]) -> list[str]:
    """Labels of the classes of access, the one without any first."""
    bounds = [f"{edge:g}" for edge in edges]
    return [
        edition.text("maps.legend.no_access"),
        edition.text("maps.legend.below", bound=bounds[0]),
        *(f"{low}–{high}" for low, high in pairwise(bounds)),
        edition.text("maps.legend.above", bound=bounds[-1]),
    ]


def _cells(
    cells: pd.DataFrame, values: pd.Series, edges: Sequence[float], shades: Sequence[str], crs: CRS
) -> list[CellUnderlay]:
    """Cells by class of access; the first class has none."""
    classes = np.where(values > 0, 1 + np.searchsorted(edges, values, side="right"), 0)
    underlay = cell_underlay(cells, classes, shades, crs)
    return [] if underlay is None else [underlay]


def _coverage(edition: Edition, service: Service, coverage: pd.DataFrame) -> Mapping[str, str]:
    """Share of settled people with a facility within the radius, before and after, by district."""
    shares = coverage[coverage["facility"] == service.facility].set_index("code")
    columns = ["before", "after"] if service.sites else ["before"]
    return {
        code: " → ".join(f"{100 * share:.1f}" for share in (shares.loc[code, columns] if code in shares.index else []))
        or "–"
        for code in edition.plan.districts["code"]
    }


def _zones(edition: Edition, material: Material) -> tuple[list[ShapeUnderlay], list[LegendEntry]]:
    """Constraints within the edition's territory: those that take their zones as areas, others as lines above them."""
    underlays: list[ShapeUnderlay] = []
    legend: list[LegendEntry] = []
    other_styles = cycle(_OTHER_ZONE_STYLES)
    territory = _territory(edition)
    for row in material.constraints.to_dict("records"):
        zone = material.zones.get(row["constraint"])
        if zone is None:
            continue
        title = pick(row["title"], edition.lang)
        shape = inside(zone.geometry.to_numpy(), zone.crs, territory)
        if row["rule"] in _LINE_STYLES:
            color, width, dashes = _LINE_STYLES[row["rule"]]
            underlays.append(ShapeUnderlay(shape, edge=color, width=width, dashes=dashes))
            legend.append(LegendEntry("line", title, color, dashes=dashes))
        else:
            face, hatch, edge = _ZONE_STYLES.get(row["constraint"]) or next(other_styles)
            underlays.append(ShapeUnderlay(shape, face=face, hatch=hatch, edge=edge, width=_ZONE_EDGE))
            legend.append(LegendEntry("area", title, face, hatch=hatch, edge=edge))
    return sorted(underlays, key=lambda underlay: underlay.face == "none"), legend


def _territory(edition: Edition) -> shapely.Geometry:
    """The city's shape, or the district's, in degrees."""
    shapes = edition.plan.districts.set_index("code").geometry
    return city_outline(tuple(shapes)) if edition.district is None else shapes[edition.district]
