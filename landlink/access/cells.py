"""Demand (服务需求): residents and settled people on cells, in whole persons that sum to each district's figures."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import rasterio as rio  # type: ignore[import-untyped]
from rasterio.features import rasterize  # type: ignore[import-untyped]
from scipy.spatial import cKDTree

from landlink import raster
from landlink.apportion import apportion
from landlink.errors import DataError, Fault
from landlink.schema import PEOPLE

# Side of a cell, m, unless another is asked for.
CELL_M = 200.0
# Share of a population raster's persons that may lie outside every district, as along a coast.
OUTSIDE = 0.05
# Parts of a person to which the density of cells is resolved.
_PARTS = 1_000

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Anchor:
    """Facilities that a share of the settled people live near, such as affordable housing or jobs.

    Parameters
    ----------
    facilities
        Points with ``capacity`` (persons housed, jobs), in the plane of the cells.
    share
        Share of each district's settled people, 0 to 1.
    reach_m
        Distance, m, beyond which no one is drawn; the pull falls linearly to it.
    """

    facilities: gpd.GeoDataFrame
    share: float
    reach_m: float


def cells(
    population: Path, districts: gpd.GeoDataFrame, residents: "pd.Series[int]", *, cell_m: float = CELL_M
) -> pd.DataFrame:
    """Residents on the cells of a grid: spread as a population raster has them, in number as the statistics have them.

    Parameters
    ----------
    population
        Raster of persons a cell, in any CRS and of any cell size.
    districts
        ``code`` and polygons, in a plane in metres.
    residents
        Persons by district code.
    cell_m
        Side of the cells, m.

    Returns
    -------
    One row a cell with residents: ``cell`` (its number on the grid), ``code`` (the district of its middle), ``x``,
    ``y`` (of the middle, m), ``residents``; the residents of a district's cells sum to the district's exactly.

    Raises
    ------
    DataError
        The raster cannot be used, has negative persons, more than a twentieth of them outside every district, or none
        in a district that has residents.
    """
    grid = grid_of(districts, cell_m)
    with tempfile.TemporaryDirectory(prefix="landlink-") as name:
        summed = raster.to_grid(population, grid, Path(name) / "cells.tif", resampling="sum")
        with rio.open(summed) as source:
            density: Floats = source.read(1, masked=True).filled(0).astype("float64")
    shapes = [(shape, number) for number, shape in enumerate(districts.geometry, start=1)]
    district = rasterize(shapes, out_shape=density.shape, transform=grid.transform, dtype="int32")
    _check_density(density, district, population.name)
    x = grid.transform.c + (np.arange(grid.width) + 0.5) * cell_m
    y = grid.transform.f - (np.arange(grid.height) + 0.5) * cell_m
    parts = []
    for number, code in enumerate(districts["code"], start=1):
        rows, columns = np.nonzero((district == number) & (density > 0))
        total = int(residents[code])
        if total and not len(rows):
            raise DataError(Fault("demand.empty", {"code": code, "residents": total}, population.name))
        persons = density[rows, columns]
        claims = np.ceil(persons * (_PARTS * max(total, 1) / max(persons.sum(), 1e-9))).astype("int64")
        columns_of_district = {
            "cell": rows * grid.width + columns,
            "code": code,
            "x": x[columns],
            "y": y[rows],
            "residents": apportion(claims, total),
        }
        parts.append(pd.DataFrame(columns_of_district))
    table = pd.concat(parts, ignore_index=True)
    return table[table["residents"] > 0].reset_index(drop=True)


def grid_of(districts: gpd.GeoDataFrame, cell_m: float) -> raster.Grid:
    """Grid of the cells that :func:`cells` returns.

    Examples
    --------
    >>> districts = gpd.GeoDataFrame(geometry=gpd.points_from_xy([120, 930], [50, 610]), crs="EPSG:4547")
    >>> grid = grid_of(districts, 200)
    >>> grid.width, grid.height
    (5, 4)
    """
    return raster.Grid.over(districts.total_bounds, cell_m, districts.crs)


def on_grid(grid: raster.Grid, cells: pd.DataFrame, values: npt.ArrayLike) -> Floats:
    """Values by cell as an array on the grid, rows from north to south; NaN where there is no cell.

    Examples
    --------
    >>> grid = raster.Grid.over((0, 0, 400, 400), 200, "EPSG:4547")
    >>> on_grid(grid, pd.DataFrame({"cell": [0, 3]}), [5, 7])
    array([[ 5., nan],
           [nan,  7.]])
    """
    array = np.full(grid.height * grid.width, np.nan)
    array[cells["cell"].to_numpy()] = values
    return array.reshape(grid.height, grid.width)


def settle(cells: pd.DataFrame, settled: "pd.Series[int]", anchors: Sequence[Anchor] = ()) -> "pd.Series[int]":
    """Settled people by cell: spread as residents are, and a share of them near anchors.

    Parameters
    ----------
    cells
        As :func:`cells` returns them.
    settled
        Persons by district code, no more than the district's residents.
    anchors
        What draws people; the share of an anchor without a facility in reach of a district is spread as residents are.

    Returns
    -------
    Whole persons, in the order of the cells, no more than a cell's residents; a district's sum is exact.

    Raises
    ------
    DataError
        Shares are negative or sum to more than 1, or a district has more settled people than residents.

    Examples
    --------
    >>> cells = pd.DataFrame({"code": ["440106", "440106"], "residents": [300, 100]})
    >>> settle(cells, pd.Series({"440106": 40})).tolist()
    [30, 10]
    """
    shares = [anchor.share for anchor in anchors]
    if any(share < 0 for share in shares) or fsum(shares) > 1:
        raise DataError(Fault("demand.shares", {"shares": " + ".join(f"{share:g}" for share in shares)}))
    pulls = [_pull(cells, anchor) for anchor in anchors]
    persons = np.zeros(len(cells), dtype="int64")
    for code, rows in cells.groupby("code", sort=False).indices.items():
        residents = cells["residents"].to_numpy()[rows]
        total = int(settled[code])
        if total > residents.sum():
            values = {"code": code, "settled": total, "residents": int(residents.sum())}
            raise DataError(Fault("demand.above_residents", values))
        # Share of the district's settled people that each cell draws: even over residents, moved towards the anchors.
        share = residents / residents.sum()
        for anchor, pull in zip(anchors, pulls, strict=True):
            if pull[rows].any():
                share = share + anchor.share * (pull[rows] / pull[rows].sum() - residents / residents.sum())
        weights = np.where(share > 0, share, 0) / np.maximum(residents, 1)
        drawing = weights > 0
        persons[rows[drawing]] = apportion(residents[drawing], total, weights=weights[drawing])
        # Cells near the anchors hold no more than their residents; the others are spread as residents are.
        room = residents - persons[rows]
        persons[rows] += apportion(room, total - int(persons[rows].sum()))
    return pd.Series(persons, index=cells.index, name="settled")


def users(cells: pd.DataFrame, group: str, persons: "pd.Series[int]") -> "pd.Series[int]":
    """Persons of a group who count for a facility, such as the aged, in whole persons by cell.

    Parameters
    ----------
    cells
        With the group's column.
    group
        ``residents`` or ``settled``.
    persons
        Who count, by district code; no more than the group's persons.

    Examples
    --------
    Of a district's ten residents, seven and three on two cells, four count.

    >>> cells_of_city = pd.DataFrame({"code": ["440106", "440106", "440112"], "residents": [7, 3, 5]})
    >>> users(cells_of_city, "residents", pd.Series({"440106": 4, "440112": 5})).tolist()
    [3, 1, 5]
    """
    if group not in PEOPLE:
        raise ValueError(f"no group {group}")
    counted = np.zeros(len(cells), dtype="int64")
    for code, rows in cells.groupby("code", sort=False).indices.items():
        counted[rows] = apportion(cells[group].to_numpy()[rows], int(persons[code]))
    return pd.Series(counted, index=cells.index, name=group)


def _check_density(density: Floats, district: npt.NDArray[np.int32], file: str) -> None:
    if (density < 0).any():
        raise DataError(Fault("demand.negative", {"value": f"{density.min():g}"}, file))
    total, outside = float(density.sum()), float(density[district == 0].sum())
    if outside > OUTSIDE * total:
        raise DataError(Fault("demand.outside", {"share": f"{100 * outside / total:.1f}"}, file))


def _pull(cells: pd.DataFrame, anchor: Anchor) -> Floats:
    """Capacity of an anchor that falls to each cell: each facility shares its own among the cells in reach."""
    points = np.column_stack([anchor.facilities.geometry.x, anchor.facilities.geometry.y])
    tree = cKDTree(cells[["x", "y"]].to_numpy())
    near = cKDTree(points).sparse_distance_matrix(tree, anchor.reach_m, output_type="ndarray")
    strength = (1 - near["v"] / anchor.reach_m) * cells["residents"].to_numpy()[near["j"]]
    total = np.bincount(near["i"], strength, minlength=len(points))
    capacity = anchor.facilities["capacity"].to_numpy(dtype="float64")
    with np.errstate(invalid="ignore"):
        share = np.nan_to_num(strength / total[near["i"]]) * capacity[near["i"]]
    return np.bincount(near["j"], share, minlength=len(cells)).astype("float64")
