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

from landlink.annex.maps.canvas import Ink
from landlink.annex.maps.frame import Box, Frame
from landlink.crs import CGCS2000

# Details below this, mm on an A3 sheet, are not seen.
_SEEN = 0.06
# Shapes with more points than this are drawn as a picture within the vector page.
_MOST_POINTS = 150_000

# Pixels a mm of an A3 sheet, and knots of the net by which points on the page are found in a plane.
_PIXELS, _NET = 8, 24

Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Ground:
    """Shapes of one class.

    Parameters
    ----------
    shape
        In degrees.
    face, edge, hatch
        Colours and pattern; ``none`` where there is none.
    width, dashes
        Of the edge.
    """

    shape: shapely.Geometry
    face: str = "none"
    edge: str = "none"
    hatch: str = ""
    width: float = 0.5
    dashes: tuple[float, ...] = ()

    def draw(self, ink: Ink, frame: Frame, clip: Box, zorder: float) -> None:
        """Draw it on a map."""
        (placed,) = frame.on_page([self.shape])
        placed = shapely.simplify(placed, _SEEN, preserve_topology=False)
        many = int(shapely.get_num_coordinates(placed)) > _MOST_POINTS
        ink.area(
            placed, face=self.face, edge=self.edge, width=self.width, dashes=self.dashes, hatch=self.hatch,
            clip=clip, zorder=zorder, picture=many,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
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

    def draw(self, ink: Ink, frame: Frame, clip: Box, zorder: float) -> None:
        """Draw them on a map as an image."""
        # Below, above and beside the cells is nothing: a margin of that takes what lies farther away too.
        around = np.pad(self.classes, 1, constant_values=len(self.colors))
        place = _cells_of(frame, clip, self.crs, (self.west, self.south, self.side), self.classes.shape)
        shades = np.array([*(to_rgba(color) for color in self.colors), (1, 1, 1, 0)])
        ink.image((shades * 255).astype(np.uint8)[around.ravel()[place]], clip, zorder=zorder)


@lru_cache(maxsize=2)
def _cells_of(
    frame: Frame, clip: Box, crs: CRS, cells: tuple[float, float, float], shape: tuple[int, int]
) -> npt.NDArray[np.int32]:
    """Place of each pixel's cell among cells with a margin of one; sheets of the same window and cells share it."""
    left, bottom, right, top = clip
    across, up = (
        (np.arange(round((high - low) * _PIXELS)) + 0.5) / _PIXELS + low for low, high in ((left, right), (bottom, top))
    )
    west, south, side = cells
    x, y = _in_plane(frame, crs, across, up)
    high, wide = shape
    rows, columns = (
        np.clip(np.round((along - first) / side) + 1, 0, count + 1).astype(np.int32)
        for along, first, count in ((y, south, high), (x, west, wide))
    )
    return rows * np.int32(wide + 2) + columns


def _in_plane(frame: Frame, crs: CRS, across: Floats, up: Floats) -> tuple[Floats, Floats]:
    """Coordinates in a plane of points on the page: both are so alike that a coarse net will do."""
    net = np.linspace(across[0], across[-1], _NET), np.linspace(up[0], up[-1], _NET)
    lons, lats = frame.in_degrees(*np.meshgrid(*net))
    to_plane = Transformer.from_crs(CGCS2000, crs, always_xy=True).transform
    weights = [
        np.array([np.interp(at, knots, unit) for unit in np.eye(_NET)])
        for at, knots in zip((across, up), net, strict=True)
    ]
    x, y = (weights[1].T @ coordinate @ weights[0] for coordinate in to_plane(lons, lats))
    return x, y


def collected(shapes: Sequence[shapely.Geometry] | Shapes, crs: CRS | str) -> shapely.Geometry:
    """Polygons of a plane as one shape in degrees."""
    polygons = shapely.get_parts(np.asarray(shapes, dtype=object))
    polygons = polygons[shapely.get_type_id(polygons) == shapely.GeometryType.POLYGON]
    return _in_degrees(shapely.multipolygons(polygons), crs)


def inside(shapes: Sequence[shapely.Geometry] | Shapes, crs: CRS | str, area: shapely.Geometry) -> shapely.Geometry:
    """What of a plane's polygons lies within an area in degrees, as one shape in degrees."""
    to_plane = Transformer.from_crs(CGCS2000, crs, always_xy=True).transform
    there = shapely.transform(area, lambda points: np.column_stack(to_plane(points[:, 0], points[:, 1])))
    shapely.prepare(there)
    given = np.asarray(shapes, dtype=object)
    met = given[shapely.intersects(given, there)]
    within = shapely.contains_properly(there, met)
    return collected(np.concatenate([met[within], shapely.intersection(met[~within], there)]), crs)


def picture(
    cells: pd.DataFrame, place: npt.NDArray[np.int64], colors: Sequence[str], crs: CRS | str
) -> "Picture | None":
    """Square cells of a plane, each in the colour of its class; None without cells.

    Parameters
    ----------
    cells
        ``x`` and ``y`` of their middles, m.
    place
        Class of each.
    colors
        By class.
    """
    if cells.empty:
        return None
    x, y = cells["x"].to_numpy(), cells["y"].to_numpy()
    steps = [np.diff(np.unique(along.round(3))) for along in (x, y)]
    side = float(min((step.min() for step in steps if len(step)), default=1.0))
    columns, rows = (np.round((along - along.min()) / side).astype(int) for along in (x, y))
    classes = np.full((rows.max() + 1, columns.max() + 1), len(colors), dtype=np.uint8)
    classes[rows, columns] = place
    return Picture(classes, tuple(colors), float(x.min()), float(y.min()), side, CRS(crs))


def _in_degrees(shape: shapely.Geometry, crs: CRS | str) -> shapely.Geometry:
    to_degrees = Transformer.from_crs(crs, CGCS2000, always_xy=True).transform
    return shapely.transform(shape, lambda points: np.column_stack(to_degrees(points[:, 0], points[:, 1])))
