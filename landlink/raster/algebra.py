"""Map algebra (栅格计算): slope, rasters worked out cell by cell, and the areas of cells that meet a condition."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import rasterio as rio  # type: ignore[import-untyped]
import shapely
from rasterio import Affine, features
from rasterio.windows import Window  # type: ignore[import-untyped]

from landlink.raster.grid import Floats, Grid, check_raster, opened, values_of, windows_of
from landlink.raster.output import write


def slope(dem: Path, out: Path) -> Path:
    """Slope (坡度) in degrees after Horn (1981), from the eight neighbours of each cell, as gdaldem computes it.

    Parameters
    ----------
    dem
        Elevation in m, in a plane CRS in metres.
    out
        GeoTIFF to write: float32, degrees, nodata at the edge and wherever one of the 3 × 3 cells has none or is
        infinite.

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
    """Work a raster out of others of the same grid, cell by cell.

    A cell has no data where one of the inputs has none or is infinite, or where the function gives no finite number.

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
        From values, NaN where there are none, to which of them are wanted; cells without data and infinite ones
        never are.

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
            shapes = features.shapes(wanted.astype("uint8"), wanted, transform=Affine.translation(*start))
            pieces = np.array([shapely.geometry.shape(piece) for piece, _ in shapes], dtype=object)
            bounds, stop = shapely.bounds(pieces), np.add(start, (window.width, window.height))
            edge = (bounds[:, :2] == start).any(axis=1) | (bounds[:, 2:] == stop).any(axis=1)
            whole.extend(pieces[~edge])
            cut.extend(pieces[edge])
    merged = shapely.union_all(shapely.make_valid(np.array(cut, dtype=object)))
    cells = shapely.get_parts(np.append(shapely.make_valid(np.array(whole, dtype=object)), merged))
    left, top, right, bottom = shapely.bounds(cells).T
    to_xy = grid.transform
    ordered = cells[np.lexsort((bottom, right, left, top))]
    polygons = shapely.transform(ordered, lambda cells: cells * (to_xy.a, to_xy.e) + (to_xy.c, to_xy.f))
    return gpd.GeoDataFrame(geometry=shapely.normalize(polygons), crs=grid.crs)


def _horn(z: Floats, size_x: float, size_y: float) -> Floats:
    down, across = z[:-2] + 2 * z[1:-1] + z[2:], z[:, :-2] + 2 * z[:, 1:-1] + z[:, 2:]
    rise = np.hypot((down[:, 2:] - down[:, :-2]) / (8 * size_x), (across[2:] - across[:-2]) / (8 * size_y))
    return np.where(np.isnan(z[1:-1, 1:-1]), np.nan, np.degrees(np.arctan(rise)))
