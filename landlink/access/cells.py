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

CELL_M = 200.0
# Share of a population raster's persons that may lie outside every district, as along a coast.
OUTSIDE = 0.05
# Parts of a person to which the density of cells is told apart.
_PARTS = 1_000

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Anchor:
    """Places that a share of the settled people live near, such as affordable housing or jobs.

    Parameters
    ----------
    places
        Points with ``capacity`` (dwellings' persons, jobs), in the plane of the cells.
    share
        Share of each district's settled people, 0 to 1.
    reach_m
        Distance, m, at which no one is drawn any more; the pull falls linearly to it.
    """

    places: gpd.GeoDataFrame
    share: float
    reach_m: float


def cells(
    population: Path, districts: gpd.GeoDataFrame, residents: "pd.Series[int]", *, cell_m: float = CELL_M
) -> pd.DataFrame:
    """Residents on the cells of a grid: where a population raster has them, as many as the statistics say.

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
    A row a cell that has residents: ``cell`` (its number on the grid), ``code`` (the district of its middle), ``x``,
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
    shapes = [(shape, place + 1) for place, shape in enumerate(districts.geometry)]
    place = rasterize(shapes, out_shape=density.shape, transform=grid.transform, dtype="int32")
    _check_density(density, place, population.name)
    x = grid.transform.c + (np.arange(grid.width) + 0.5) * cell_m
    y = grid.transform.f - (np.arange(grid.height) + 0.5) * cell_m
    found = []
    for number, code in enumerate(districts["code"], start=1):
        rows, columns = np.nonzero((place == number) & (density > 0))
        total = int(residents[code])
        if total and not len(rows):
            raise DataError(Fault("demand.empty", {"code": code, "residents": total}, population.name))
        here = density[rows, columns]
        claims = np.ceil(here * (_PARTS * max(total, 1) / max(here.sum(), 1e-9))).astype("int64")
        frame = {
            "cell": rows * grid.width + columns,
            "code": code,
            "x": x[columns],
            "y": y[rows],
            "residents": apportion(claims, total),
        }
        found.append(pd.DataFrame(frame))
    table = pd.concat(found, ignore_index=True)
    return table[table["residents"] > 0].reset_index(drop=True)


def grid_of(districts: gpd.GeoDataFrame, cell_m: float) -> raster.Grid:
    """Grid that the cells of :func:`cells` lie on."""
    return raster.Grid.over(districts.total_bounds, cell_m, districts.crs)


def on_grid(grid: raster.Grid, there: pd.DataFrame, values: npt.ArrayLike) -> Floats:
    """Values by cell as an array on the grid, rows from north to south; NaN where there is no cell."""
    found = np.full(grid.height * grid.width, np.nan)
    found[there["cell"].to_numpy()] = values
    return found.reshape(grid.height, grid.width)


def settle(there: pd.DataFrame, settled: "pd.Series[int]", anchors: Sequence[Anchor] = ()) -> "pd.Series[int]":
    """Settled people by cell: as residents are spread, and a share of them near anchors.

    Parameters
    ----------
    there
        Cells, as :func:`cells` returns them.
    settled
        Persons by district code, no more than the district's residents.
    anchors
        What draws people; a share that finds no place within reach of a district's cells is spread as residents are.

    Returns
    -------
    Whole persons, in the order of the cells, no more than a cell's residents; a district's sum is exact.

    Raises
    ------
    DataError
        Shares are negative or above 1 together, or a district has more settled people than residents.
    """
    shares = [anchor.share for anchor in anchors]
    if any(share < 0 for share in shares) or fsum(shares) > 1:
        raise DataError(Fault("demand.shares", {"shares": " + ".join(f"{share:g}" for share in shares)}))
    pulls = [_pull(there, anchor) for anchor in anchors]
    found = np.zeros(len(there), dtype="int64")
    for code, rows in there.groupby("code", sort=False).indices.items():
        residents = there["residents"].to_numpy()[rows]
        total = int(settled[code])
        if total > residents.sum():
            values = {"code": code, "settled": total, "residents": int(residents.sum())}
            raise DataError(Fault("demand.above_residents", values))
        # People a cell is to have, beside those who live there: what draws them, over what spreads them evenly.
        wanted = residents / residents.sum()
        for anchor, pull in zip(anchors, pulls, strict=True):
            if pull[rows].any():
                wanted = wanted + anchor.share * (pull[rows] / pull[rows].sum() - residents / residents.sum())
        weights = np.where(wanted > 0, wanted, 0) / np.maximum(residents, 1)
        drawn = weights > 0
        found[rows[drawn]] = apportion(residents[drawn], total, weights=weights[drawn])
        # Those for whom there is no room near the anchors live as the others do.
        left = residents - found[rows]
        found[rows] += apportion(left, total - int(found[rows].sum()))
    return pd.Series(found, index=there.index, name="settled")


def users(there: pd.DataFrame, group: str, persons: "pd.Series[int]") -> "pd.Series[int]":
    """Those of a group who count for a facility, such as the aged, in whole persons by cell.

    Parameters
    ----------
    there
        Cells with the group's column.
    group
        ``residents`` or ``settled``.
    persons
        Who count, by district code; no more than the group's persons.
    """
    if group not in PEOPLE:
        raise ValueError(f"no group {group}")
    found = np.zeros(len(there), dtype="int64")
    for code, rows in there.groupby("code", sort=False).indices.items():
        found[rows] = apportion(there[group].to_numpy()[rows], int(persons[code]))
    return pd.Series(found, index=there.index, name=group)


def _check_density(density: Floats, place: npt.NDArray[np.int32], file: str) -> None:
    if (density < 0).any():
        raise DataError(Fault("demand.negative", {"value": f"{density.min():g}"}, file))
    total, outside = float(density.sum()), float(density[place == 0].sum())
    if outside > OUTSIDE * total:
        raise DataError(Fault("demand.outside", {"share": f"{100 * outside / total:.1f}"}, file))


def _pull(there: pd.DataFrame, anchor: Anchor) -> Floats:
    """How strongly an anchor's places draw people to each cell: each place shares its capacity among those in reach."""
    points = np.column_stack([anchor.places.geometry.x, anchor.places.geometry.y])
    tree = cKDTree(there[["x", "y"]].to_numpy())
    near = cKDTree(points).sparse_distance_matrix(tree, anchor.reach_m, output_type="ndarray")
    strength = (1 - near["v"] / anchor.reach_m) * there["residents"].to_numpy()[near["j"]]
    whole = np.bincount(near["i"], strength, minlength=len(points))
    capacity = anchor.places["capacity"].to_numpy(dtype="float64")
    with np.errstate(invalid="ignore"):
        given = np.nan_to_num(strength / whole[near["i"]]) * capacity[near["i"]]
    return np.bincount(near["j"], given, minlength=len(there)).astype("float64")
