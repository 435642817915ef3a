"""A city's land (土地): parcels, constraints and the other layers that supply is computed from, read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from landlink.city import landuse
from landlink.city.city import City
from landlink.city.manifest import COMPLETE, Resource
from landlink.crs import plane_of, to_plane
from landlink.errors import DataError, Fault
from landlink.schema import CONSTRAINT_LAYER, CONSTRAINT_RULES, LAND_LAYERS, LAND_RASTERS, SYNTHETIC, VOLUNTARY_SOURCES


@dataclass(frozen=True, slots=True)
class Land:
    """Layers of a city's land, in the city's plane.

    Parameters
    ----------
    city
        The city that the land is part of.
    crs
        Gauss-Krüger plane of all layers.
    districts
        Boundaries: ``code`` and polygons.
    parcels
        As the table ``parcels`` of :data:`landlink.schema.INPUTS`, with polygons.
    constraints
        The table ``constraints``, in order of ``order`` and name.
    zones
        Shapes of each constraint that has a layer, by constraint.
    layers
        Roads, stations and facilities, where the city has them.
    rasters
        Paths of the elevation model (``dem``) and the population raster (``population-raster``), where it has them.
    questions
        Values that look wrong and have been accepted.
    """

    city: City
    crs: CRS
    districts: gpd.GeoDataFrame
    parcels: gpd.GeoDataFrame
    constraints: pd.DataFrame
    zones: Mapping[str, gpd.GeoDataFrame]
    layers: Mapping[str, gpd.GeoDataFrame]
    rasters: Mapping[str, Path]
    questions: tuple[Fault, ...]


def has_land(city: City) -> bool:
    """True if a city names parcels and constraints.

    Examples
    --------
    >>> from landlink.city import load_city
    >>> has_land(load_city("guangzhou"))
    True
    """
    return "parcels" in city.land and "constraints" in city.tables


def load_land(city: City, *, accept_questions: bool = False) -> Land:
    """Read the layers of a city's land and check all of them.

    Parameters
    ----------
    accept_questions
        Accept values that are questioned as right.

    Raises
    ------
    DataError
        The city has no parcels or constraints, or something is wrong with them: everything, at once.
    """
    missing = [name for name, named in (("parcels", city.land), ("constraints", city.tables)) if name not in named]
    if missing:
        raise DataError([Fault("package.resource_missing", {"name": name}) for name in missing])
    crs = plane_of(city.districts)
    faults: list[Fault] = []
    layers: dict[str, gpd.GeoDataFrame] = {}
    for name, resource in city.land.items():
        if name in LAND_RASTERS:
            if not resource.path.exists():
                faults.append(Fault("file.missing", {"path": resource.path}, resource.file))
            continue
        try:
            polygons = name == LAND_LAYERS[0]
            layers[name] = to_plane(resource.checked_shapes(polygons=polygons), crs, resource.file)
            faults.extend(layers[name].attrs.get("questions", ()))
        except DataError as error:
            faults.extend(error.faults)
    if "parcels" in layers:
        faults.extend(_parcel_faults(layers["parcels"], city))
    table = city.tables["constraints"].sort_values(["order", "constraint"])
    faults.extend(_constraint_faults(table, city, layers))
    if any(not (fault.question and accept_questions) for fault in faults):
        raise DataError(faults)
    return Land(
        city,
        crs,
        to_plane(city.districts[["code", "geometry"]], crs),
        layers["parcels"].reset_index(drop=True),
        table.reset_index(drop=True),
        {name.removeprefix(CONSTRAINT_LAYER): layers[name] for name in layers if name.startswith(CONSTRAINT_LAYER)},
        {name: layers[name] for name in LAND_LAYERS[1:] if name in layers},
        {name: city.land[name].path for name in LAND_RASTERS if name in city.land},
        tuple(faults),
    )


def _parcel_faults(parcels: gpd.GeoDataFrame, city: City) -> list[Fault]:
    file = city.land["parcels"].file
    unknown = parcels.loc[~parcels["code"].isin(city.codes), "code"]
    faults = [
        Fault("table.district_unknown", {"code": code, "boundaries": "districts"}, file, row=int(row), column="code")
        for row, code in zip(unknown.index, unknown, strict=True)
    ]
    for system, code in landuse.unknown(parcels["code_system"], parcels["land_use"]):
        rows = parcels.index[(parcels["code_system"] == system) & (parcels["land_use"] == code)]
        values = {"code": code, "system": system, "count": len(rows)}
        faults.append(Fault("land.use_unknown", values, file, row=int(rows[0]), column="land_use", question=True))
    return [*faults, *_complete_faults(parcels, city, file), *_exit_faults(parcels, file)]


def _complete_faults(parcels: gpd.GeoDataFrame, city: City, file: str) -> list[Fault]:
    """Faults of districts that are declared complete and have synthetic parcels, one a district."""
    made_up = parcels[(parcels["status"] == SYNTHETIC) & parcels["code"].isin(city.complete)]
    return [
        Fault(
            "land.complete_synthetic",
            {"code": code, "count": len(rows), "parcel": rows["parcel"].iloc[0], "key": COMPLETE},
            file,
            row=int(rows.index[0]),
            column="status",
        )
        for code, rows in made_up.groupby("code")
    ]


def _exit_faults(parcels: gpd.GeoDataFrame, file: str) -> list[Fault]:
    """Question parcels of 增减挂钩 that do not say whether they are left within a collective: they are no supply."""
    linked = parcels[parcels["land_source"].isin(VOLUNTARY_SOURCES)]
    stated = (linked["voluntary_exit"] == "no") | (
        (linked["voluntary_exit"] == "yes") & (linked["collective"].str.strip() != "")
    )
    rows = linked.index[~stated]
    if rows.empty:
        return []
    values = {"count": len(rows)}
    return [Fault("land.exit_unstated", values, file, row=int(rows[0]), column="voluntary_exit", question=True)]


def _constraint_faults(table: pd.DataFrame, city: City, layers: Mapping[str, gpd.GeoDataFrame]) -> list[Fault]:
    """Faults of constraints that lack the value or the layer of their rule, and of layers without a constraint."""
    file = table.attrs.get("file", "constraints")
    faults = []
    for row, constraint in zip(table.index.tolist(), table.to_dict("records"), strict=True):
        name, rule = constraint["constraint"], CONSTRAINT_RULES[constraint["rule"]]
        layer = f"{CONSTRAINT_LAYER}{name}"
        has_value = not pd.isna(constraint["value"])
        if rule.value and not has_value:
            values = {"name": name, "rule": constraint["rule"]}
            faults.append(Fault("land.value_missing", values, file, row=row, column="value"))
        if rule.layer and layer not in city.land:
            faults.append(Fault("land.layer_missing", {"name": name, "layer": layer}, file, row=row))
        if rule.raster and rule.raster not in city.land:
            faults.append(Fault("land.layer_missing", {"name": name, "layer": rule.raster}, file, row=row))
        if rule.layer and layer in layers:
            areal = layers[layer].geom_type.isin(("Polygon", "MultiPolygon")).all()
            if not areal and (not rule.buffer or not has_value or constraint["value"] == 0):
                faults.append(Fault("land.buffer_missing", {"name": name}, file, row=row, column="value"))
    with_layer = [name for name, rule in CONSTRAINT_RULES.items() if rule.layer]
    constrained = set(table.loc[table["rule"].isin(with_layer), "constraint"])
    zones = [name for name in city.land if name.startswith(CONSTRAINT_LAYER)]
    faults.extend(
        Fault("land.rule_missing", {"layer": name}, file)
        for name in zones
        if name.removeprefix(CONSTRAINT_LAYER) not in constrained
    )
    return faults


def credits_of(city: City) -> dict[str, str]:
    """Whom maps that show a layer must name, by layer; those that nobody need be named for are left out.

    Examples
    --------
    >>> from landlink.city import load_city
    >>> from landlink.texts import pick
    >>> pick(credits_of(load_city("guangzhou"))["stations"], "en")
    '© OpenStreetMap contributors, ODbL 1.0'
    """
    return {name: resource.credit for name, resource in city.land.items() if resource.credit}


def has_people(city: City) -> bool:
    """True if a city names residents on cells and existing facilities, which service and siting rest on."""
    return "population-raster" in city.land and "facilities" in city.land


def resource_origin(resource: Resource) -> dict[str, str]:
    """Source, date, status and confidence of a layer by its manifest; empty where that does not say."""
    return {key: resource.origin.get(key, "") for key in ("source", "date", "status", "confidence")}
