"""Who is to be served, and what serves them already: a plan's people on cells, and a city's facilities in persons."""

from collections.abc import Iterable

import geopandas as gpd
import pandas as pd

from landlink.access.cells import CELL_M, Anchor, cells, settle, users
from landlink.city.land import Land
from landlink.errors import DataError, Fault
from landlink.plan.plan import Plan

# Kinds of place that draw settled people, by what they offer.
DRAWN_BY = {"housing": "affordable_housing", "jobs": "employment"}
# Distance at which a place draws no one any more, m: a quarter of an hour by bicycle.
REACH_M = 3_000.0


def people(
    plan: Plan, land: Land, *, cell_m: float = CELL_M, housing_share: float = 0.0, jobs_share: float = 0.0
) -> pd.DataFrame:
    """Residents and settled people of a plan on cells.

    Parameters
    ----------
    cell_m
        Side of the cells, m.
    housing_share, jobs_share
        Shares of the settled people who live near affordable housing and near jobs of the layer ``facilities``; the
        others are spread as residents are.

    Returns
    -------
    ``cell``, ``code``, ``x``, ``y`` (m, in the land's plane), ``residents``, ``settled``: whole persons, whose sums by
    district are the plan's.

    Raises
    ------
    DataError
        The city has no population raster, or other districts than the plan; a share is drawn by nothing.
    """
    check_districts(plan, land.districts["code"])
    if "population-raster" not in land.rasters:
        raise DataError(Fault("package.resource_missing", {"name": "population-raster"}))
    anchors = [
        Anchor(_drawing(land, DRAWN_BY[name]), share, REACH_M)
        for name, share in (("housing", housing_share), ("jobs", jobs_share))
        if share
    ]
    base = plan.base.table.set_index("code")
    there = cells(land.rasters["population-raster"], land.districts, base["residents"].astype("int64"), cell_m=cell_m)
    return there.assign(settled=settle(there, plan.quota.set_index("code")["settled"], anchors))


def counted(plan: Plan, there: pd.DataFrame, facility: str, group: str) -> "pd.Series[int]":
    """Persons of a group who count for a facility, by cell: the aged for elder care, all for a school.

    Parameters
    ----------
    there
        As :func:`people` returns them.
    group
        ``residents`` or ``settled``.
    """
    standard = plan.rules.standard(facility)
    totals = there.groupby("code")[group].sum()
    persons = pd.Series({code: standard.persons(int(total)) for code, total in totals.items()}, dtype="int64")
    return users(there, group, persons)


def existing(land: Land, facility: str) -> gpd.GeoDataFrame:
    """Existing facilities of a kind, with their capacities in units; empty where the city has no such layer.

    Raises
    ------
    DataError
        A facility has no capacity.
    """
    layer = land.layers.get("facilities")
    if layer is None:
        return gpd.GeoDataFrame({"capacity": pd.Series(dtype="int64")}, geometry=[], crs=land.crs)
    found = layer[layer["facility"] == facility]
    lacking = found[found["capacity"].isna()]
    if len(lacking):
        values = {"facility": facility, "count": len(lacking), "name": lacking["name"].iloc[0]}
        file = land.city.land["facilities"].file
        raise DataError(Fault("people.capacity_missing", values, file, row=int(lacking.index[0]), column="capacity"))
    return found.assign(capacity=found["capacity"].astype("int64"), geometry=found.representative_point())


def check_districts(plan: Plan, codes: Iterable[str]) -> None:
    """See that a city's districts are those of a plan.

    Raises
    ------
    DataError
        Their codes differ.
    """
    own, other = set(plan.quota["code"]), set(codes)
    if own != other:
        values = {"plan": ", ".join(sorted(own - other)) or "—", "city": ", ".join(sorted(other - own)) or "—"}
        raise DataError(Fault("people.other_city", values))


def _drawing(land: Land, kind: str) -> gpd.GeoDataFrame:
    found = existing(land, kind)
    if found.empty:
        raise DataError(Fault("people.drawn_by_nothing", {"facility": kind}))
    return found
