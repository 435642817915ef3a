"""Shapes as rasters on a grid: the distance to them, and the cells that they cover."""

import math
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from rasterio.features import rasterize  # type: ignore[import-untyped]
from rasterio.windows import Window  # type: ignore[import-untyped]

from landlink.raster.grid import NODATA, Floats, Grid, in_crs, windows_of
from landlink.raster.output import write

# Cells along a side of a window whose distances are computed at once.
_WINDOW = 256
# Cells along a side of a block that is tested against an area in one go.
_AREA_BLOCK = 16
# Cells along a side of a block whose nearest segments are searched together.
_NEAR_BLOCK = 8
# Pairs of a block and a segment whose distances are computed at once.
_PAIRS = 20_000
# Segments near a block up to which its cells compute all their distances; beyond, each cell queries the tree.
_FEW = 240
# Blocks that are sampled to see whether most have few segments near.
_SAMPLE = 16
# Margin of a search, m, so that rounding leaves no segment out.
_MARGIN = 0.01
# Dimension of polygons.
_AREAL = 2

Bools = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]
# A window, x and y of its cells' centres, and a mask of the cells to compute.
Task = tuple[Window, tuple[Floats, Floats, Bools]]


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
    # A prepared area builds its index at first use, which two threads must not do at once: only this one queries it.
    tasks = ((window, _centres(grid, window, area)) for window in windows_of(grid, _WINDOW))
    distances = _ahead(lambda task: (task[0], _nearest(tree, *task[1], limit_m)), tasks)
    return write(out, grid.profile("float64", None if area is None else NODATA), distances)


def burn(out: Path, grid: Grid, shapes: gpd.GeoDataFrame) -> Path:
    """Raster of the cells whose centres lie in shapes.

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


def _ahead(work: Callable[[Task], tuple[Window, Floats]], tasks: Iterable[Task]) -> Iterator[tuple[Window, Floats]]:
    """Results in the tasks' order, computed on all processors a few tasks ahead of the consumer."""
    waiting: deque[Future[tuple[Window, Floats]]] = deque()
    processors = os.cpu_count() or 1
    with ThreadPoolExecutor(processors) as pool:
        for task in tasks:
            waiting.append(pool.submit(work, task))
            if len(waiting) > 2 * processors:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _centres(grid: Grid, window: Window, area: shapely.Geometry | None) -> tuple[Floats, Floats, Bools]:
    """Centres of a window's cells, x and y, and which of them lie in an area."""
    part = grid.part(window.col_off, window.row_off, window.width, window.height)
    a, _, west, _, e, north = tuple(part.transform)[:6]
    x, y = np.meshgrid(west + (np.arange(part.width) + 0.5) * a, north + (np.arange(part.height) + 0.5) * e)
    return x, y, np.ones(x.size, dtype=bool) if area is None else _inside(area, x, y).ravel()


def _inside(area: shapely.Geometry, x: Floats, y: Floats) -> Bools:
    """Points of a window that lie in an area; only in blocks that its outline crosses are they tested one by one."""
    rows, columns = (np.arange(0, size, _AREA_BLOCK) for size in x.shape)
    lower, right = (
        np.minimum(start + _AREA_BLOCK, size) - 1 for start, size in zip((rows, columns), x.shape, strict=True)
    )
    west, east = x[0, columns], x[0, right]
    south, north = y[lower, 0], y[rows, 0]
    boxes = shapely.box(west, south[:, None], east, north[:, None])
    contained = shapely.contains_properly(area, boxes)
    inside = _by_cell(contained, x.shape)
    crossed = _by_cell(shapely.intersects(area, boxes) & ~contained, x.shape)
    inside[crossed] = shapely.contains_xy(area, x[crossed], y[crossed])
    return inside


def _by_cell(blocks: Bools, shape: tuple[int, ...]) -> Bools:
    """What holds for blocks of a window, for each of its cells."""
    return np.repeat(np.repeat(blocks, _AREA_BLOCK, axis=0), _AREA_BLOCK, axis=1)[: shape[0], : shape[1]]


def _nearest(tree: shapely.STRtree, x: Floats, y: Floats, wanted: Bools, limit: float) -> Floats:
    """Distances of the wanted cell centres from the parts of shapes in a tree; NaN for the others."""
    distances = np.full(x.shape, float(limit))
    # The shape nearest to any point within r of the middle, whose own nearest is at d, is within d + 2 r of the middle.
    middle, radius = np.array([x[0, 0] + x[-1, -1], y[0, 0] + y[-1, -1]]) / 2, math.hypot(np.ptp(x), np.ptp(y)) / 2
    least = tree.query_nearest(shapely.Point(middle), return_distance=True)[1]
    if len(least) and least[0] <= limit + radius and wanted.any():
        reach = min(limit + radius, least[0] + 2 * radius) + 1
        parts = tree.geometries[tree.query(shapely.Point(middle), predicate="dwithin", distance=reach)]
        start, end = _segments(parts)
        near = ((np.maximum(start, end) >= middle - reach) & (np.minimum(start, end) <= middle + reach)).all(axis=1)
        _lower_to_segments(distances, x[0], y[:, 0], wanted.reshape(x.shape), start[near], end[near])
        areas = parts[shapely.get_dimensions(parts) == _AREAL]
        if len(areas):
            cells = np.flatnonzero(wanted)
            points = shapely.STRtree(shapely.points(x.ravel()[cells], y.ravel()[cells]))
            distances.flat[cells[points.query(areas, predicate="intersects")[1]]] = 0
    distances[~wanted.reshape(x.shape)] = np.nan
    return distances


def _lower_to_segments(distances: Floats, x: Floats, y: Floats, wanted: Bools, start: Floats, end: Floats) -> None:
    """Lower distances to those from segments.

    A block of cells computes the distances from those segments alone that can be nearest to one of its cells; where
    these are many, each cell queries the tree.

    Parameters
    ----------
    distances
        Distances so far, rows × columns, changed in place.
    x, y
        Of the columns' and the rows' centres.
    wanted
        Cells whose distances are needed; others may be left as they are.
    start, end
        Of the segments, each × (x, y).
    """
    row, column = (index.ravel() for index in np.mgrid[0 : len(y) : _NEAR_BLOCK, 0 : len(x) : _NEAR_BLOCK])
    rows = np.minimum(row[:, None] + np.arange(_NEAR_BLOCK), len(y) - 1)[:, :, None]
    columns = np.minimum(column[:, None] + np.arange(_NEAR_BLOCK), len(x) - 1)[:, None, :]
    needed = wanted[rows, columns].any(axis=(1, 2))
    rows, columns = rows[needed], columns[needed]
    tree = shapely.STRtree(shapely.linestrings(np.stack([start, end], axis=1)))
    across, down = x[columns[:, 0]], y[rows[:, :, 0]]
    sample = np.linspace(0, len(rows) - 1, _SAMPLE).astype("int64")
    crowded = np.full(len(rows), len(_candidates(tree, across[sample], down[sample])[0]) > _FEW * _SAMPLE)
    if not crowded.any():
        block, segment = _candidates(tree, across, down)
        crowded = np.bincount(block, minlength=len(rows)) > _FEW
        few = np.flatnonzero(~crowded[block])
        for pairs in np.array_split(few, len(few) // _PAIRS + 1):
            blocks, segments = block[pairs], segment[pairs]
            squares = _squared(x[columns[blocks]], y[rows[blocks]], start[segments], end[segments])
            first = np.flatnonzero(np.diff(blocks, prepend=-1))
            cells = rows[blocks[first]], columns[blocks[first]]
            distances[cells] = np.minimum(distances[cells], np.sqrt(np.minimum.reduceat(squares, first)))
    single = np.zeros(distances.shape, dtype=bool)
    single[rows[crowded], columns[crowded]] = True
    chosen = np.nonzero(single & wanted)
    points = shapely.points(x[chosen[1]], y[chosen[0]])
    (cell, _), nearest = tree.query_nearest(points, all_matches=False, return_distance=True)
    cells = chosen[0][cell], chosen[1][cell]
    distances[cells] = np.minimum(distances[cells], nearest)


def _candidates(tree: shapely.STRtree, x: Floats, y: Floats) -> tuple[Indices, Indices]:
    """Pairs of a block and a segment that may be nearest to one of its cells, in order of the blocks.

    Parameters
    ----------
    x, y
        Of the blocks' columns and rows, blocks × cells.
    """
    middles = shapely.points((x[:, 0] + x[:, -1]) / 2, (y[:, 0] + y[:, -1]) / 2)
    diameter = np.hypot(x[:, -1] - x[:, 0], y[:, -1] - y[:, 0])
    least = tree.query_nearest(middles, all_matches=False, return_distance=True)[1]
    block, segment = tree.query(middles, predicate="dwithin", distance=least + diameter + _MARGIN)
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
    squares: Floats = (x - west - along * right) ** 2 + (y - south - along * up) ** 2
    return squares


def _segments(parts: npt.NDArray[np.object_]) -> tuple[Floats, Floats]:
    """Ends of the segments that parts are drawn with; a point is a segment of no length."""
    dimension = shapely.get_dimensions(parts)
    lines = np.concatenate([shapely.get_rings(parts[dimension == _AREAL]), parts[dimension == 1]])
    vertices, line = shapely.get_coordinates(lines, return_index=True)
    points = shapely.get_coordinates(parts[dimension == 0])
    joined = line[1:] == line[:-1]
    return np.concatenate([vertices[:-1][joined], points]), np.concatenate([vertices[1:][joined], points])
