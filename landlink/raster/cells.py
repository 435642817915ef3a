"""What cells hold: statistics in polygons, slope, and the areas of cells that meet a condition."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import rasterio as rio  # type: ignore[import-untyped]
import shapely
from exactextract import exact_extract  # type: ignore[import-untyped]
from exactextract.raster import RasterioRasterSource  # type: ignore[import-untyped]
from rasterio import Affine, features
from rasterio.windows import Window  # type: ignore[import-untyped]

from landlink.raster.grid import Floats, Grid, check_raster, in_crs, opened, reading, values_of, windows_of
from landlink.raster.store import write

# Cells that exactextract reads at once.
_ZONAL_CELLS = 4_000_000


def zonal(path: Path, polygons: gpd.GeoDataFrame, stats: Sequence[str] = ("mean",)) -> pd.DataFrame:
    """Statistics of a raster's cells in each polygon; see :func:`zonal_each`."""
    (found,) = zonal_each([path], polygons, stats)
    return found


def zonal_each(
    paths: Sequence[Path], polygons: gpd.GeoDataFrame, stats: Sequence[str] = ("mean",)
) -> list[pd.DataFrame]:
    """Statistics of several rasters' cells in each polygon, every cell weighted by the share of it that is covered.

    Parameters
    ----------
    paths
        Rasters of one band on one grid in any CRS; cells without data do not count.
    polygons
        Polygons in any CRS; their vertices are brought to the rasters' CRS.
    stats
        What exactextract gives as a number: ``count`` (cells), ``sum``, ``mean``, ``min``, ``max``, ``median``,
        ``stdev``, ``quantile(q=0.9)`` (its column is ``quantile_90``), ``majority`` and so on.

    Returns
    -------
    By raster: one row a polygon, indexed as the polygons, a float64 column for each of the statistics, in units of the
    raster. Where no cell with data is covered ``count`` is 0 and all else NaN.

    Raises
    ------
    DataError
        :func:`check_raster` refuses a raster (its unit may be the degree), they are not on one grid, or part of a file
        cannot be read.
    CrsError
        The polygons have no CRS.
    """
    if not paths:
        return []
    for path in paths:
        check_raster(path, like=paths[0], metres=False)
    grids = [Grid.of(path) for path in paths]
    grid = grids[0]
    shapes = in_crs(polygons, grid.crs)
    west, south, east, north = shapely.total_bounds([shapely.box(*one.bounds) for one in grids])
    bounds = shapely.bounds(shapes)
    inside = (bounds[:, :2] < (east, north)).all(axis=1) & (bounds[:, 2:] > (west, south)).all(axis=1)
    inside &= np.isfinite(bounds).all(axis=1)
    low, high = np.maximum(bounds[inside, :2], (west, south)), np.minimum(bounds[inside, 2:], (east, north))
    with ExitStack() as stack:
        sources = [stack.enter_context(opened(path)) for path in paths]
        block = np.array(sources[0].block_shapes[0][::-1]) * (grid.transform.a, -grid.transform.e)
        rows = exact_extract(
            [_Source(source, name=str(place)) for place, source in enumerate(sources)],
            gpd.GeoDataFrame({"place": np.flatnonzero(inside)}, geometry=shapes[inside], crs=sources[0].crs.to_wkt()),
            list(dict.fromkeys(["count", *stats])),
            include_cols=["place"],
            strategy="raster-sequential" if _overlapping(low, high, block) else "feature-sequential",
            max_cells_in_memory=_ZONAL_CELLS // len(paths),
            output="pandas",
        )
    found = rows.set_index("place").reindex(range(len(polygons))).astype("float64").set_index(polygons.index)
    # A statistic's columns follow each other by raster, with its name before them where there are several.
    each = [(f"{place}_", found.iloc[:, place :: len(paths)]) for place in range(len(paths))]
    return [
        _counted(own.set_axis(own.columns.str.removeprefix(name), axis=1), keep="count" in stats) for name, own in each
    ]


def slope(dem: Path, out: Path) -> Path:
    """Slope (坡度) in degrees after Horn (1981), from the eight neighbours of each cell, as gdaldem computes it.

    Parameters
    ----------
    dem
        Elevation in m, in a plane CRS in metres.
    out
        GeoTIFF to write: float32, degrees, nodata at the edge and wherever one of the 3 × 3 cells has none.

    Raises
    ------
    DataError
        :func:`check_raster` refuses the elevation, or part of the file cannot be read.
    OutputError
        The output cannot be written; nothing is left of it.
    """
    check_raster(dem)
    grid = Grid.of(dem)

    def steep() -> Iterator[tuple[Window, Floats]]:
        with rio.open(dem) as source:
            for window in windows_of(grid):
                if not np.isnan(z := values_of(source, window, halo=1)).all():
                    yield window, _horn(z, grid.transform.a, -grid.transform.e)

    return write(out, grid.profile(), steep())


def combine(paths: Sequence[Path], function: Callable[[list[Floats]], Floats], out: Path) -> Path:
    """Work a raster out of others of the same grid, cell by cell; a cell without data in one of them has none.

    Parameters
    ----------
    paths
        At least one.
    function
        Values of the output from those of the inputs, window by window, as float64.
    out
        Target file (float32).

    Raises
    ------
    DataError
        :func:`check_raster` refuses a file, or they are not on one grid.
    OutputError
        The output cannot be written; nothing is left of it.
    """
    for path in paths:
        check_raster(path, like=paths[0], metres=False)
    grid = Grid.of(paths[0])

    def windows() -> Iterator[tuple[Window, Floats]]:
        with ExitStack() as stack:
            sources = [stack.enter_context(opened(path)) for path in paths]
            for window in windows_of(grid):
                values = [values_of(source, window) for source in sources]
                missing = np.logical_or.reduce([np.isnan(value) for value in values])
                yield window, np.where(missing, np.nan, function(values))

    return write(out, grid.profile(), windows())


def polygonise(path: Path, condition: Callable[[Floats], npt.NDArray[np.bool_]]) -> gpd.GeoDataFrame:
    """Areas of the cells that meet a condition, such as ``lambda slope: slope > 25``.

    Parameters
    ----------
    path
        Raster of one band.
    condition
        From values, NaN where there are none, to which of them are wanted; cells without data never are.

    Returns
    -------
    Polygons in the raster's CRS, one for all cells that touch along an edge, with holes, from north-west to south-east.

    Raises
    ------
    DataError
        :func:`check_raster` refuses the raster (its unit may be the degree), or part of the file cannot be read.
    """
    check_raster(path, metres=False)
    grid = Grid.of(path)
    whole: list[shapely.Geometry] = []
    cut: list[shapely.Geometry] = []
    with opened(path) as source:
        for window in windows_of(grid):
            values = values_of(source, window)
            wanted = condition(values) & ~np.isnan(values)
            # In columns and rows, which are whole numbers: pieces on both sides of a window's edge meet exactly.
            start = (window.col_off, window.row_off)
            drawn = features.shapes(wanted.astype("uint8"), wanted, transform=Affine.translation(*start))
            pieces = np.array([shapely.geometry.shape(piece) for piece, _ in drawn], dtype=object)
            bounds, stop = shapely.bounds(pieces), np.add(start, (window.width, window.height))
            edge = (bounds[:, :2] == start).any(axis=1) | (bounds[:, 2:] == stop).any(axis=1)
            whole.extend(pieces[~edge])
            cut.extend(pieces[edge])
    merged = shapely.union_all(shapely.make_valid(np.array(cut, dtype=object)))
    cells = shapely.get_parts(np.append(shapely.make_valid(np.array(whole, dtype=object)), merged))
    left, top, right, bottom = shapely.bounds(cells).T
    to_xy = grid.transform
    ordered = cells[np.lexsort((bottom, right, left, top))]
    placed = shapely.transform(ordered, lambda at: at * (to_xy.a, to_xy.e) + (to_xy.c, to_xy.f))
    return gpd.GeoDataFrame(geometry=shapely.normalize(placed), crs=grid.crs)


def _horn(z: Floats, size_x: float, size_y: float) -> Floats:
    down, across = z[:-2] + 2 * z[1:-1] + z[2:], z[:, :-2] + 2 * z[:, 1:-1] + z[:, 2:]
    rise = np.hypot((down[:, 2:] - down[:, :-2]) / (8 * size_x), (across[2:] - across[:-2]) / (8 * size_y))
    return np.where(np.isnan(z[1:-1, 1:-1]), np.nan, np.degrees(np.arctan(rise)))


class _Source(RasterioRasterSource):  # type: ignore[misc]
    """Raster that exactextract reads; what goes wrong is told as a fault of its file."""

    def read_window(self, *window: int) -> npt.NDArray[np.generic]:
        with reading(Path(self.ds.name)):
            values: npt.NDArray[np.generic] = super().read_window(*window)
        return values


def _counted(found: pd.DataFrame, *, keep: bool) -> pd.DataFrame:
    """Statistics with a count of 0, and nothing else, where no cell with data is covered."""
    count = found["count"].fillna(0.0)
    rest = found.drop(columns="count").where(count > 0)
    return rest.assign(count=count)[found.columns] if keep else rest


def _overlapping(low: Floats, high: Floats, block: Floats) -> bool:
    """Whether reading the blocks of each polygon reads more than reading all that lies around them once."""
    if not len(low):
        return False
    each = np.prod(high - low + block, axis=1).sum()
    return bool(each > np.prod(high.max(axis=0) - low.min(axis=0) + block))
