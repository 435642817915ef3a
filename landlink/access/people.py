"""Who is to be served, and what serves them already: people on cells, and a city's facilities with their capacities."""

import geopandas as gpd
import pandas as pd

from landlink.access.cells import CELL_M, Anchor, cells, settle, users
from landlink.city.land import Land
from landlink.errors import DataError, Fault
from landlink.policy import Standard

# Kinds of facility that draw settled people, by what they offer.
DRAWN_BY = {"housing": "affordable_housing", "jobs": "employment"}
# Distance, m, beyond which a facility draws nobody: a quarter of an hour by bicycle.
REACH_M = 3_000.0


def people(
    land: Land,
    residents: "pd.Series[int]",
    settled: "pd.Series[int]",
    *,
    cell_m: float = CELL_M,
    housing_share: float = 0.0,
    jobs_share: float = 0.0,
) -> pd.DataFrame:
    """Residents and settled people on cells.

    Parameters
    ----------
    land
        Of which the districts, the population raster and the layer ``facilities`` are read.
    residents, settled
        Persons by district code; settled people are among the residents.
    cell_m
        Side of the cells, m.
    housing_share, jobs_share
        Shares of the settled people who live near affordable housing and near jobs of the layer ``facilities``; the
        others are spread as residents are.

    Returns
    -------
    ``cell``, ``code``, ``x``, ``y`` (m, in the land's plane), ``residents``, ``settled``: whole persons, whose sums by
    district are those given.

    Raises
    ------
    DataError
        The city has no population raster; a share is drawn by nothing.
    """
    if "population-raster" not in land.rasters:
        raise DataError(Fault("package.resource_missing", {"name": "population-raster"}))
    anchors = [
        Anchor(_drawing(land, DRAWN_BY[name]), share, REACH_M)
        for name, share in (("housing", housing_share), ("jobs", jobs_share))
        if share
    ]
    table = cells(land.rasters["population-raster"], land.districts, residents.astype("int64"), cell_m=cell_m)
    return table.assign(settled=settle(table, settled, anchors))


def counted(cells: pd.DataFrame, standard: Standard, group: str) -> "pd.Series[int]":
    """Persons of a group who count for a facility, by cell: the aged for elder care, all for a school.

    Parameters
    ----------
    cells
        As :func:`people` returns them.
    group
        ``residents`` or ``settled``.

    Examples
    --------
    Elder care counts the aged: 114 of 1,000 residents by this policy.

    >>> from landlink.policy import load_policy
    >>> standard = load_policy("guangzhou-2018").on("2020-01-01").standard("elder_care")
    >>> cells = pd.DataFrame({"code": ["440106", "440106"], "residents": [600, 400]})
    >>> standard.persons(1000), counted(cells, standard, "residents").tolist()
    (114, [68, 46])
    """
    totals = cells.groupby("code")[group].sum()
    persons = pd.Series({code: standard.persons(int(total)) for code, total in totals.items()}, dtype="int64")
    return users(cells, group, persons)


def existing(land: Land, facility: str) -> gpd.GeoDataFrame:
    """Existing facilities of a kind as points, with their capacities in units; empty where the city has no such layer.

    Raises
    ------
    DataError
        A facility has no capacity.
    """
    layer = land.layers.get("facilities")
    if layer is None:
        return gpd.GeoDataFrame({"capacity": pd.Series(dtype="int64")}, geometry=[], crs=land.crs)
    facilities = layer[layer["facility"] == facility]
    lacking = facilities[facilities["capacity"].isna()]
    if len(lacking):
        values = {"facility": facility, "count": len(lacking), "name": lacking["name"].iloc[0]}
        file = land.city.land["facilities"].file
        raise DataError(Fault("people.capacity_missing", values, file, row=int(lacking.index[0]), column="capacity"))
    points = facilities.representative_point()
    return facilities.assign(capacity=facilities["capacity"].astype("int64"), geometry=points)


def _drawing(land: Land, facility: str) -> gpd.GeoDataFrame:
    facilities = existing(land, facility)
    if facilities.empty:
        raise DataError(Fault("people.drawn_by_nothing", {"facility": facility}))
    return facilities
