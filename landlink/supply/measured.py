"""Measured supply (实测可供用地): developable area by district and source, that of real land apart from synthetic."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from landlink.city import City
from landlink.city.land import Land, load_land
from landlink.schema import CONSTRAINT_LAYER, CONSTRAINT_RULES, STATUSES, SYNTHETIC, USABLE_SOURCES, worst
from landlink.supply.developable import developable
from landlink.supply.find import Supply, zones
from landlink.supply.saved import MEASURED_COLUMNS


def measured(supply: Land | Supply) -> pd.DataFrame:
    """Measure gross supply by district and source of land, whole m².

    Real parcels are measured by themselves, under the constraints that are real, so that no synthetic parcel or
    constraint changes their area, not even in its last digit. What is synthetic stands in a column of its own.

    Parameters
    ----------
    supply
        Land, or its supply, whose developable areas are taken where nothing synthetic is in them.

    Returns
    -------
    One row a district of the city and usable source, in order of code and of the sources:

    ``code``, ``land_source``
        District and source of land.
    ``gross_m2``
        Developable area (int64) of parcels that are not synthetic under constraints that are not. It is what could be
        had at most: land that is lived on is not available for that.
    ``synthetic_m2``
        Developable area (int64) of synthetic parcels under all constraints.
    ``complete``
        True if the city declares the district's parcels complete.
    ``status``
        What ``gross_m2`` rests on: the least official status of its parcels and of the constraints on them.

    Raises
    ------
    DataError
        The elevation model cannot be used.

    Notes
    -----
    DESIGN, "Stock first". 增减挂钩 counts only as a voluntary exit within a collective (clause 9); see
    :func:`landlink.supply.developable.counts`.

    Examples
    --------
    >>> from landlink.city import load_city, load_land
    >>> table = measured(load_land(load_city("guangzhou")))
    >>> len(table), table["synthetic_m2"].sum()
    (44, np.int64(0))
    """
    land = supply if isinstance(supply, Land) else supply.land
    made_up = (land.parcels["status"] == SYNTHETIC).to_numpy()
    real = real_land(land)
    if isinstance(supply, Supply):
        parcels = supply.developable.parcels
    elif real is land:
        parcels = _developed(land)
    else:
        parcels = _developed(replace(land, parcels=land.parcels[made_up].reset_index(drop=True)))
    gross = parcels if real is land else _developed(real)
    index = pd.MultiIndex.from_product([land.city.codes, USABLE_SOURCES], names=["code", "land_source"])
    table = pd.DataFrame(
        {
            "gross_m2": _sums(gross[gross["status"] != SYNTHETIC], index),
            "synthetic_m2": _sums(parcels[parcels["status"] == SYNTHETIC], index),
        }
    ).reset_index()
    table["complete"] = table["code"].isin(land.city.complete)
    table["status"] = _status(real, index)
    return table[list(MEASURED_COLUMNS)]


def measured_of(city: City, *, accept_questions: bool = False) -> pd.DataFrame:
    """Measured supply of a city, of whose land only parcels, constraints and heights are read.

    Parameters
    ----------
    accept_questions
        Accept values that are questioned as right.

    Returns
    -------
    As :func:`measured` returns it.

    Raises
    ------
    DataError
        Something is wrong with the parcels or the constraints.
    """
    rasters = {rule.raster for rule in CONSTRAINT_RULES.values()}
    layers = {
        name: resource
        for name, resource in city.land.items()
        if name == "parcels" or name in rasters or name.startswith(CONSTRAINT_LAYER)
    }
    return measured(load_land(replace(city, land=layers), accept_questions=accept_questions))


def real_land(land: Land) -> Land:
    """Land without its synthetic parcels, zones and constraints; the same object where it has none.

    A constraint is synthetic if its row of the table, all its zones or the raster that its zones are drawn from are.
    """
    statuses = {name: _statuses(land, name) for name in land.zones}
    rows = land.constraints
    made_up = np.array([_is_synthetic(land, row, statuses) for row in rows.to_dict("records")], dtype=bool)
    kept = {
        name: layer[(statuses[name] != SYNTHETIC).to_numpy()].reset_index(drop=True)
        for name, layer in land.zones.items()
        if name not in set(rows.loc[made_up, "constraint"])
    }
    real = (land.parcels["status"] != SYNTHETIC).to_numpy()
    if real.all() and not made_up.any() and all(len(kept[name]) == len(land.zones[name]) for name in kept):
        return land
    parcels = land.parcels[real].reset_index(drop=True)
    return replace(land, parcels=parcels, constraints=rows[~made_up].reset_index(drop=True), zones=kept)


def _statuses(land: Land, constraint: str) -> "pd.Series[str]":
    """Status of each zone: its own, else that of the layer in the manifest."""
    layer = land.zones[constraint]
    resource = land.city.land.get(f"constraint-{constraint}")
    stated = "" if resource is None else resource.origin.get("status", "")
    if "status" not in layer:
        return pd.Series(stated, index=layer.index)
    own = layer["status"].fillna("").astype(str).str.strip()
    return own.where(own != "", stated)


def _is_synthetic(land: Land, row: dict[str, object], statuses: "dict[str, pd.Series[str]]") -> bool:
    """True if a constraint, all its zones or the raster behind it are synthetic."""
    name, rule = str(row["constraint"]), CONSTRAINT_RULES[str(row["rule"])]
    zones_of = statuses.get(name)
    raster = land.city.land.get(rule.raster) if rule.raster else None
    return (
        row["status"] == SYNTHETIC
        or (zones_of is not None and len(zones_of) > 0 and bool((zones_of == SYNTHETIC).all()))
        or (raster is not None and raster.origin.get("status") == SYNTHETIC)
    )


def _developed(land: Land) -> gpd.GeoDataFrame:
    """Developable area of each parcel of a land."""
    return developable(land.parcels, land.constraints, zones(land)).parcels


def _status(real: Land, index: pd.MultiIndex) -> list[str]:
    """Least official status of the parcels of each district and source, and of all constraints."""
    of_constraints = [status for status in real.constraints["status"] if status in STATUSES]
    of_parcels = real.parcels.groupby(["code", "land_source"])["status"].agg(worst)
    return [worst([*of_constraints, status]) for status in of_parcels.reindex(index, fill_value=STATUSES[0])]


def _sums(parcels: pd.DataFrame, index: pd.MultiIndex) -> "pd.Series[int]":
    """Developable area by district and source, 0 where there is none."""
    return parcels.groupby(["code", "land_source"])["developable_m2"].sum().reindex(index, fill_value=0).astype("int64")
