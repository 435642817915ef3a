"""What a map shows beneath its names beside districts: zones, parcels and cells, each class as one shape."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from matplotlib.colors import to_rgba
from pyproj import CRS, Transformer

from landlink.annex.maps.canvas import Canvas
from landlink.annex.maps.frame import Box, Frame
from landlink.crs import CGCS2000

# Details below this are not seen, mm on an A3 sheet.
_SEEN = 0.06
# Shapes with more points than this are drawn as a picture within the vector page.
_MOST_POINTS = 150_000
# Pixels a mm of an A3 sheet.
_PIXELS = 8
# Knots of the net, to a side of the map, by which points on the page are found in a plane.
_KNOTS = 24

Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class ShapeUnderlay:
    """Shapes of one class.

    Parameters
    ----------
    shape
        In degrees.
    face, edge, hatch
        Colours and pattern; ``none`` where there is none.
    width, dashes
        Of the edge, points.
    """

    shape: shapely.Geometry
    face: str = "none"
    edge: str = "none"
    hatch: str = ""
    width: float = 0.5
    dashes: tuple[float, ...] = ()

    def draw(self, canvas: Canvas, frame: Frame, clip: Box, zorder: float) -> None:
        """Draw the shapes on a map."""
        (shape,) = frame.on_page([self.shape])
        shape = shapely.simplify(shape, _SEEN, preserve_topology=False)
        canvas.area(
            shape,
            face=self.face,
            edge=self.edge,
            width=self.width,
            dashes=self.dashes,
            hatch=self.hatch,
            clip=clip,
            zorder=zorder,
            picture=int(shapely.get_num_coordinates(shape)) > _MOST_POINTS,
        )


@dataclass(frozen=True, slots=True)
class CellUnderlay:
    """Square cells of a plane.

    Parameters
    ----------
    classes
        Class of each cell, rows from south to north; one beyond the last colour where there is no cell.
    colors
        By class.
    west, south
        Middle of the first cell, m.
    side
        Side of the cells, m.
    crs
        Their plane.
    """

    classes: npt.NDArray[np.uint8]
    colors: tuple[str, ...]
    west: float
    south: float
    side: float
    crs: CRS

    def draw(self, canvas: Canvas, frame: Frame, clip: Box, zorder: float) -> None:
        """Draw the cells on a map as an image."""
        # Outside the cells is nothing: a margin of that takes what lies farther away too.
        with_margin = np.pad(self.classes, 1, constant_values=len(self.colors))
        cells = _cells_of_pixels(frame, clip, self.crs, (self.west, self.south, self.side), self.classes.shape)
        shades = np.array([*(to_rgba(color) for color in self.colors), (1, 1, 1, 0)])
        canvas.image((shades * 255).astype(np.uint8)[with_margin.ravel()[cells]], clip, zorder=zorder)


Underlay = ShapeUnderlay | CellUnderlay


@lru_cache(maxsize=2)
def _cells_of_pixels(
    frame: Frame, clip: Box, crs: CRS, grid: tuple[float, float, float], shape: tuple[int, int]
) -> npt.NDArray[np.int32]:
    """Index of each pixel's cell among cells with a margin of one; sheets of the same window and cells share it.

    Parameters
    ----------
    grid
        West, south and side of the cells, m.
    shape
        Rows and columns of the cells.
    """
    left, bottom, right, top = clip
    across, up = (
        (np.arange(round((high - low) * _PIXELS)) + 0.5) / _PIXELS + low for low, high in ((left, right), (bottom, top))
    )
    west, south, side = grid
    x, y = _in_plane(frame, crs, across, up)
    row_count, column_count = shape
    rows, columns = (
        np.clip(np.round((coordinate - first) / side) + 1, 0, count + 1).astype(np.int32)
        for coordinate, first, count in ((y, south, row_count), (x, west, column_count))
    )
    return rows * np.int32(column_count + 2) + columns


def _in_plane(frame: Frame, crs: CRS, across: Floats, up: Floats) -> tuple[Floats, Floats]:
    """Coordinates in a plane of points on the page: both are so alike that a coarse net will do."""
    net = np.linspace(across[0], across[-1], _KNOTS), np.linspace(up[0], up[-1], _KNOTS)
    lons, lats = frame.in_degrees(*np.meshgrid(*net))
    to_plane = Transformer.from_crs(CGCS2000, crs, always_xy=True).transform
    of_columns, of_rows = (
        np.array([np.interp(points, knots, unit) for unit in np.eye(_KNOTS)])
        for points, knots in zip((across, up), net, strict=True)
    )
    x, y = (of_rows.T @ coordinate @ of_columns for coordinate in to_plane(lons, lats))
    return x, y


def collected(shapes: Sequence[shapely.Geometry] | Shapes, crs: CRS | str) -> shapely.Geometry:
    """Polygons of a plane, or its lines where it has no polygons, as one shape in degrees."""
    parts = shapely.get_parts(shapely.get_parts(np.asarray(shapes, dtype=object)))
    kinds = shapely.get_type_id(parts)
    polygons, lines = (parts[kinds == kind] for kind in (shapely.GeometryType.POLYGON, shapely.GeometryType.LINESTRING))
    joined = shapely.multipolygons(polygons) if len(polygons) or not len(lines) else shapely.multilinestrings(lines)
    to_degrees = Transformer.from_crs(crs, CGCS2000, always_xy=True).transform
    return shapely.transform(joined, lambda points: np.column_stack(to_degrees(points[:, 0], points[:, 1])))


def inside(shapes: Sequence[shapely.Geometry] | Shapes, crs: CRS | str, area: shapely.Geometry) -> shapely.Geometry:
    """What of a plane's polygons or lines lies within an area in degrees, as one shape in degrees."""
    to_plane = Transformer.from_crs(CGCS2000, crs, always_xy=True).transform
    window = shapely.transform(area, lambda points: np.column_stack(to_plane(points[:, 0], points[:, 1])))
    shapely.prepare(window)
    polygons = np.asarray(shapes, dtype=object)
    met = polygons[shapely.intersects(polygons, window)]
    within = shapely.contains_properly(window, met)
    return collected(np.concatenate([met[within], shapely.intersection(met[~within], window)]), crs)


def cell_underlay(
    cells: pd.DataFrame, classes: npt.NDArray[np.int64], colors: Sequence[str], crs: CRS | str
) -> CellUnderlay | None:
    """Square cells of a plane, each in the colour of its class; None without cells.

    Parameters
    ----------
    cells
        ``x`` and ``y`` of their middles, m.
    classes
        Class of each cell.
    colors
        By class.
    """
    if cells.empty:
        return None
    x, y = cells["x"].to_numpy(), cells["y"].to_numpy()
    steps = [np.diff(np.unique(coordinate.round(3))) for coordinate in (x, y)]
    side = float(min((step.min() for step in steps if len(step)), default=1.0))
    columns, rows = (np.round((coordinate - coordinate.min()) / side).astype(int) for coordinate in (x, y))
    grid = np.full((rows.max() + 1, columns.max() + 1), len(colors), dtype=np.uint8)
    grid[rows, columns] = classes
    return CellUnderlay(grid, tuple(colors), float(x.min()), float(y.min()), side, CRS(crs))
