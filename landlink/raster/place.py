"""Rasters on a given grid: distance to shapes, and other rasters brought to it."""

import math
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import rasterio as rio  # type: ignore[import-untyped]
import shapely
from rasterio import coords, warp
from rasterio.enums import Resampling  # type: ignore[import-untyped]
from rasterio.features import rasterize  # type: ignore[import-untyped]
from rasterio.vrt import WarpedVRT  # type: ignore[import-untyped]
from rasterio.windows import Window  # type: ignore[import-untyped]

from landlink.raster.grid import EXACT, NODATA, Floats, Grid, check_raster, in_crs, opened, reading, windows_of
from landlink.raster.store import write

# Cells of a side of a window whose distances are found at once, and of what is warped at once.
_NEAR_SIDE, _WARPED_SIDE = 256, 4096
# Cells of a side of a block that is looked at as a whole: as to an area, and as to what is nearest.
_BLOCK, _NEAR_BLOCK = 16, 8
# Pairs of a block and a segment whose distances are found at once; segments that are few for a block; blocks that show
# whether they are few for most; m that leave no doubt of rounding.
_PAIRS, _FEW, _SAMPLE, _SURE = 20_000, 240, 16, 0.01
AREAL = 2

Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
Asked = tuple[Window, tuple[Floats, Floats, Bools]]


def distance(
    out: Path, grid: Grid, shapes: gpd.GeoDataFrame, *, limit_m: float, within: gpd.GeoDataFrame | None = None
) -> Path:
    """Distance in m from each cell's centre to the nearest shape, in the plane of the grid.

    Parameters
    ----------
    out
        GeoTIFF to write: float64, m; 0 within a polygon, the limit wherever no shape is nearer.
    grid
        Cells, in a plane CRS in metres.
    shapes
        Points, lines and polygons in any CRS.
    limit_m
        Distance in m up to which shapes are looked for.
    within
        Polygons outside which cells are left without data; where they are not given, every cell has data.

    Raises
    ------
    CrsError
        The shapes have no CRS.
    OutputError
        The output cannot be written; nothing is left of it.
    """
    if not (limit_m > 0 and math.isfinite(limit_m)):
        raise ValueError(f"a limit of {limit_m} m")
    parts = shapely.get_parts(shapely.get_parts(shapely.force_2d(in_crs(shapes, grid.crs))))
    tree = shapely.STRtree(parts[np.isfinite(shapely.bounds(parts)).all(axis=1)])
    area = None if within is None else shapely.union_all(in_crs(within, grid.crs))
    shapely.prepare(area)
    # A prepared area builds its index as it is asked, which two threads must not do at once: only this one asks it.
    windows = ((window, _centres(grid, window, area)) for window in windows_of(grid, _NEAR_SIDE))
    found = _ahead(lambda asked: (asked[0], _nearest(tree, *asked[1], limit_m)), windows)
    return write(out, grid.profile("float64", None if area is None else NODATA), found)


def _ahead(work: Callable[[Asked], tuple[Window, Floats]], windows: Iterable[Asked]) -> Iterator[tuple[Window, Floats]]:
    """Results in the windows' order, worked out by all processors a few windows ahead of what is taken."""
    waiting: deque[Future[tuple[Window, Floats]]] = deque()
    processors = os.cpu_count() or 1
    with ThreadPoolExecutor(processors) as pool:
        for window in windows:
            waiting.append(pool.submit(work, window))
            if len(waiting) > 2 * processors:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def burn(out: Path, grid: Grid, shapes: gpd.GeoDataFrame) -> Path:
    """Tell which cells' centres lie in shapes.

    Parameters
    ----------
    out
        GeoTIFF to write: float32, 1 where a centre lies in a shape, else 0.
    grid
        Cells.
    shapes
        Polygons in any CRS.

    Raises
    ------
    CrsError
        The shapes have no CRS.
    OutputError
        The output cannot be written; nothing is left of it.
    """
    parts = shapely.get_parts(in_crs(shapes, grid.crs))
    tree = shapely.STRtree(parts)

    def windows() -> Iterator[tuple[Window, Floats]]:
        for window in windows_of(grid):
            part = grid.part(window.col_off, window.row_off, window.width, window.height)
            near = parts[tree.query(shapely.box(*part.bounds))]
            size = (part.height, part.width)
            burnt = rasterize(near, out_shape=size, transform=part.transform) if len(near) else np.zeros(size)
            yield window, np.asarray(burnt, dtype="float64")

    return write(out, grid.profile("float32", None), windows())


def to_grid(path: Path, grid: Grid, out: Path, *, resampling: str = "bilinear") -> Path:
    """Bring a raster to a grid.

    Parameters
    ----------
    path
        Raster of one band in any CRS.
    out
        GeoTIFF to write on the grid, nodata outside the raster: of the raster's type with ``nearest`` and ``mode``
        where that has nodata, float64 with ``sum``, float32 or what holds the raster's values otherwise.
    resampling
        A method of GDAL's; ``sum`` shares each cell's value out by area, so that totals such as population are kept.

    Raises
    ------
    DataError
        :func:`check_raster` refuses the raster (its unit may be the degree), or part of the file cannot be read.
    OutputError
        The output cannot be written; nothing is left of it.
    """
    check_raster(path, metres=False)
    method = Resampling[resampling]
    with opened(path) as source:
        dtype, nodata, scaled = source.dtypes[0], source.nodata, (source.scales[0], source.offsets[0]) != (1, 0)
    if method not in {Resampling.nearest, Resampling.mode} or nodata is None or scaled:
        exact = np.result_type(dtype, "float32").name
        dtype, nodata = "float64" if method == Resampling.sum else exact, NODATA
    return write(out, grid.profile(dtype, nodata), _warped(path, grid, method))


def _centres(grid: Grid, window: Window, area: shapely.Geometry | None) -> tuple[Floats, Floats, Bools]:
    """Where a window's cells have their centres, and which of them lie in an area."""
    part = grid.part(window.col_off, window.row_off, window.width, window.height)
    a, _, west, _, e, north = tuple(part.transform)[:6]
    x, y = np.meshgrid(west + (np.arange(part.width) + 0.5) * a, north + (np.arange(part.height) + 0.5) * e)
    return x, y, np.ones(x.size, dtype=bool) if area is None else _inside(area, x, y).ravel()


def _inside(area: shapely.Geometry, x: Floats, y: Floats) -> Bools:
    """Tell which points of a window lie in an area, one by one in those blocks alone that its outline meets."""
    rows, columns = (np.arange(0, size, _BLOCK) for size in x.shape)
    lower, right = (np.minimum(start + _BLOCK, size) - 1 for start, size in zip((rows, columns), x.shape, strict=True))
    west, east = x[0, columns], x[0, right]
    south, north = y[lower, 0], y[rows, 0]
    boxes = shapely.box(west, south[:, None], east, north[:, None])
    inside = shapely.contains_properly(area, boxes)
    whole = np.repeat(np.repeat(inside, _BLOCK, axis=0), _BLOCK, axis=1)[: x.shape[0], : x.shape[1]]
    met = shapely.intersects(area, boxes) & ~inside
    cut = np.repeat(np.repeat(met, _BLOCK, axis=0), _BLOCK, axis=1)[: x.shape[0], : x.shape[1]]
    whole[cut] = shapely.contains_xy(area, x[cut], y[cut])
    return whole


def _nearest(tree: shapely.STRtree, x: Floats, y: Floats, wanted: Bools, limit: float) -> Floats:
    """Distances of cell centres, of those wanted, from the parts of shapes in a tree."""
    far = np.full(x.shape, float(limit))
    # The shape nearest to any point within r of the middle, whose own nearest is at d, is within d + 2 r of the middle.
    middle, radius = np.array([x[0, 0] + x[-1, -1], y[0, 0] + y[-1, -1]]) / 2, math.hypot(np.ptp(x), np.ptp(y)) / 2
    least = tree.query_nearest(shapely.Point(middle), return_distance=True)[1]
    if len(least) and least[0] <= limit + radius and wanted.any():
        reach = min(limit + radius, least[0] + 2 * radius) + 1
        parts = tree.geometries[tree.query(shapely.Point(middle), predicate="dwithin", distance=reach)]
        start, end = _segments(parts)
        met = ((np.maximum(start, end) >= middle - reach) & (np.minimum(start, end) <= middle + reach)).all(axis=1)
        _approach(far, x[0], y[:, 0], wanted.reshape(x.shape), start[met], end[met])
        areas = parts[shapely.get_dimensions(parts) == AREAL]
        if len(areas):
            places = np.flatnonzero(wanted)
            points = shapely.STRtree(shapely.points(x.ravel()[places], y.ravel()[places]))
            far.flat[places[points.query(areas, predicate="intersects")[1]]] = 0
    far[~wanted.reshape(x.shape)] = np.nan
    return far


def _approach(far: Floats, x: Floats, y: Floats, wanted: Bools, start: Floats, end: Floats) -> None:
    """Lower distances to those from segments.

    Blocks of cells ask those segments alone that can be nearest to one of their cells; where these are many, each cell
    asks the tree.

    Parameters
    ----------
    far
        Distances so far, rows × columns, changed in place.
    x, y
        Of the columns' and the rows' centres.
    wanted
        Cells that are asked for; others may be left as they are.
    start, end
        Of the segments, each × (x, y).
    """
    row, column = (places.ravel() for places in np.mgrid[0 : len(y) : _NEAR_BLOCK, 0 : len(x) : _NEAR_BLOCK])
    rows = np.minimum(row[:, None] + np.arange(_NEAR_BLOCK), len(y) - 1)[:, :, None]
    columns = np.minimum(column[:, None] + np.arange(_NEAR_BLOCK), len(x) - 1)[:, None, :]
    asked = wanted[rows, columns].any(axis=(1, 2))
    rows, columns = rows[asked], columns[asked]
    tree = shapely.STRtree(shapely.linestrings(np.stack([start, end], axis=1)))
    across, down = x[columns[:, 0]], y[rows[:, :, 0]]
    some = np.linspace(0, len(rows) - 1, _SAMPLE).astype("int64")
    many = np.full(len(rows), len(_candidates(tree, across[some], down[some])[0]) > _FEW * _SAMPLE)
    if not many.any():
        block, segment = _candidates(tree, across, down)
        many = np.bincount(block, minlength=len(rows)) > _FEW
        few = np.flatnonzero(~many[block])
        for pairs in np.array_split(few, len(few) // _PAIRS + 1):
            at, by = block[pairs], segment[pairs]
            found = _squared(x[columns[at]], y[rows[at]], start[by], end[by])
            first = np.flatnonzero(np.diff(at, prepend=-1))
            cells = rows[at[first]], columns[at[first]]
            far[cells] = np.minimum(far[cells], np.sqrt(np.minimum.reduceat(found, first)))
    each = np.zeros(far.shape, dtype=bool)
    each[rows[many], columns[many]] = True
    own = np.nonzero(each & wanted)
    (cell, _), met = tree.query_nearest(shapely.points(x[own[1]], y[own[0]]), all_matches=False, return_distance=True)
    cells = own[0][cell], own[1][cell]
    far[cells] = np.minimum(far[cells], met)


def _candidates(tree: shapely.STRtree, x: Floats, y: Floats) -> tuple[Places, Places]:
    """Pairs of a block and a segment that may be nearest to one of its cells, in order of the blocks.

    Parameters
    ----------
    x, y
        Of the blocks' columns and rows, blocks × cells.
    """
    middles = shapely.points((x[:, 0] + x[:, -1]) / 2, (y[:, 0] + y[:, -1]) / 2)
    diameter = np.hypot(x[:, -1] - x[:, 0], y[:, -1] - y[:, 0])
    least = tree.query_nearest(middles, all_matches=False, return_distance=True)[1]
    block, segment = tree.query(middles, predicate="dwithin", distance=least + diameter + _SURE)
    return block, segment


def _squared(x: Floats, y: Floats, start: Floats, end: Floats) -> Floats:
    """Squares of the distances of points from a segment each.

    Parameters
    ----------
    x, y
        Segments × 1 × columns, and segments × rows × 1.
    """
    (west, south), (right, up) = start.T[..., None, None], (end - start).T[..., None, None]
    length = right * right + up * up
    along = ((x - west) * right + (y - south) * up) / np.where(length > 0, length, 1)
    np.clip(along, 0, 1, out=along)
    found: Floats = (x - west - along * right) ** 2 + (y - south - along * up) ** 2
    return found


def _segments(parts: npt.NDArray[np.object_]) -> tuple[Floats, Floats]:
    """Ends of the segments that parts are drawn with; a point is a segment of no length."""
    dimension = shapely.get_dimensions(parts)
    lines = np.concatenate([shapely.get_rings(parts[dimension == AREAL]), parts[dimension == 1]])
    vertices, line = shapely.get_coordinates(lines, return_index=True)
    points = shapely.get_coordinates(parts[dimension == 0])
    joined = line[1:] == line[:-1]
    return np.concatenate([vertices[:-1][joined], points]), np.concatenate([vertices[1:][joined], points])


def _warped(path: Path, grid: Grid, method: Resampling) -> Iterator[tuple[Window, Floats]]:
    """Windows of the grid that the raster reaches, with their values; each is warped with a margin, and whole at once.

    So no value depends on where windows end, and GDAL loses nothing there: it does where it warps block by block.
    """
    with rio.open(path) as source:
        reached = warp.transform_bounds(source.crs, grid.crs, *source.bounds)
        # Cells of the grid to a cell of the raster, across and down.
        across = (reached[2] - reached[0]) / source.width / grid.transform.a
        down = (reached[1] - reached[3]) / source.height / grid.transform.e
        margin = math.ceil(max(1, across, down)) + 1
        unmarked = source.nodata is None and source.dtypes[0].startswith("float")
        options = {
            "resampling": method,
            "src_nodata": np.nan if unmarked else source.nodata,
            "nodata": np.nan,
            "dtype": "float64",
            "tolerance": EXACT,
            "XSCALE": across,
            "YSCALE": down,
        }
        for window in windows_of(grid, max(int(_WARPED_SIDE * min(across, down)), 1)):
            size = window.width + 2 * margin, window.height + 2 * margin
            part = grid.part(window.col_off - margin, window.row_off - margin, *size)
            if coords.disjoint_bounds(reached, part.bounds):
                continue
            place = {"crs": part.crs, "transform": part.transform, "width": part.width, "height": part.height}
            with reading(path), WarpedVRT(source, **place, **options) as around:
                values = around.read(1)[margin:-margin, margin:-margin]
            yield window, values * source.scales[0] + source.offsets[0]
