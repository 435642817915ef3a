"""Heights and residents of the example on grids."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from rasterio.features import rasterize  # type: ignore[import-untyped]

from landlink.example.fields import Floats, Scene, Waves
from landlink.raster import Grid

# Cell of the elevation model, m.
DEM_M = 90.0
# Cell of the population raster, m.
POPULATION_M = 100.0
# Density of villages, which everywhere adds to that of the towns.
LEAST = 0.004


def dem(scene: Scene) -> tuple[Floats, Grid]:
    """Heights, m: the hills of the scene with ridges, and a plain a few metres above the sea."""
    grid = Grid.over(scene.districts.total_bounds, DEM_M, scene.districts.crs)
    x, y = _middles(grid)
    rng = scene.rng(30)
    hills = scene.hills(x, y)
    ridges = Waves.of_length(1_200, rng, 16).sample(x, y) + 0.4 * Waves.of_length(450, rng, 16).sample(x, y)
    plain = 6 + 3 * Waves.of_length(9_000, rng, 12).sample(x, y)
    return np.asarray((plain + hills * (1 + 0.22 * ridges)).round(1)), grid


def population(scene: Scene, residents: "pd.Series[int]") -> tuple[npt.NDArray[np.int32], Grid]:
    """Residents by cell; the cells whose middle lies in a district sum to its residents exactly.

    Parameters
    ----------
    residents
        By district code.
    """
    grid = Grid.over(scene.districts.total_bounds, POPULATION_M, scene.districts.crs)
    x, y = _middles(grid)
    density = scene.urban(x, y) ** 1.6 + LEAST
    district = _districts(scene.districts, grid)
    people = np.zeros(density.shape, dtype=np.int32)
    for number, code in enumerate(scene.districts["code"], start=1):
        cells = district == number
        people[cells] = _shared(density[cells], int(residents[code]))
    return people, grid


def _middles(grid: Grid) -> tuple[Floats, Floats]:
    """Coordinates x and y of the cells' middles."""
    west, north, cell = grid.transform.c, grid.transform.f, grid.transform.a
    x = west + (np.arange(grid.width) + 0.5) * cell
    y = north - (np.arange(grid.height) + 0.5) * cell
    columns, rows = np.meshgrid(x, y)
    return columns, rows


def _districts(districts: gpd.GeoDataFrame, grid: Grid) -> npt.NDArray[np.int32]:
    """Number from 1 of the district that the middle of each cell lies in; 0 outside."""
    shapes = [(shape, number) for number, shape in enumerate(districts.geometry, start=1)]
    size = (grid.height, grid.width)
    return np.asarray(rasterize(shapes, out_shape=size, transform=grid.transform, dtype="int32"))


def _shared(weights: Floats, total: int) -> npt.NDArray[np.int64]:
    """A total apportioned by weights in whole units, the largest remainders rounded up."""
    quotas = weights / weights.sum() * total
    shares: npt.NDArray[np.int64] = np.floor(quotas).astype(np.int64)
    missing = total - int(shares.sum())
    shares[np.argsort(shares - quotas, kind="stable")[:missing]] += 1
    return shares
