"""Where names stand on a map: inside their districts where there is room, else beside, with a line to the district."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import numpy.typing as npt
import shapely

# Distance between names, mm.
_GAP = 0.8
_INSIDE_STEP = 1.5  # mm: between the positions that are tried inside a district
_OUTSIDE_STEP = 2.5  # mm: between those outside, of which there are more
# Most positions that are tried: above, they are tried farther apart.
_MOST_TRIED = 4_000
# Cost of hiding a mark, as mm of distance from the best position.
_MARK_COST = 6.0
# Cost of lying wholly on other districts, as mm of the line to the own one.
_LAND_COST = 30.0
# Cost of a line that crosses names or other lines, as mm of its length: only where there is no other way.
_CROSSING_COST = 1_000.0
# A mark nearer than this to a name counts as hidden, mm.
_HIDING = 1.5
# Distance between a mark and the text beside it, mm.
_BESIDE = 0.3
_INSIDE_SIZES = (1.0, 0.88, 0.76)  # shares of the wanted size that are tried inside a district, in turn
_OUTSIDE_SIZE = 0.88  # share of the wanted size outside, where a line leads to the name
# Detail of the outlines that placing can do without, mm.
_TOLERANCE = 0.3
# Precision of the middle of a shape, mm.
_MIDDLE = 0.5

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Name:
    """A name that is to be placed.

    Parameters
    ----------
    code
        Code of the district.
    shape
        The district on the page.
    width, height
        Of the text, mm.
    leader
        The name may stand outside, with a line to its district.
    """

    code: str
    shape: shapely.Geometry
    width: float
    height: float
    leader: bool = True

    def scaled(self, size: float) -> "Name":
        """The name in a share of its size."""
        return replace(self, width=self.width * size, height=self.height * size)


@dataclass(frozen=True, slots=True)
class PlacedName:
    """Where a name stands.

    Parameters
    ----------
    x, y
        Its middle, mm.
    box
        What it covers.
    size
        Share of its wanted size.
    leader
        Line to it from its district; None where it stands inside.
    """

    code: str
    x: float
    y: float
    box: shapely.Polygon
    size: float = 1.0
    leader: shapely.LineString | None = None


def place_names(
    names: Sequence[Name],
    window: shapely.Polygon,
    taken: Iterable[shapely.Polygon] = (),
    marks: Sequence[tuple[float, float]] = (),
) -> dict[str, PlacedName]:
    """Place names without overlap.

    A name stands inside its district, as near as can be to where the district is widest. One without room is placed
    outside, as near as can be, preferably outside of all districts; one that is not to have a line (``leader``), or
    that has no room anywhere, is left out.

    Parameters
    ----------
    names
        In the order in which they choose.
    window
        Part of the page that names must lie in.
    taken
        Boxes that no name may touch.
    marks
        Points that had better stay free.

    Returns
    -------
    Placed names by code.
    """
    points = shapely.points(np.asarray(marks, dtype=float).reshape(-1, 2))
    shapes = shapely.simplify([name.shape for name in names], _TOLERANCE)
    names = [replace(name, shape=shape) for name, shape in zip(names, shapes, strict=True)]
    busy = list(taken)
    placed: dict[str, PlacedName] = {}
    outside = []
    for name in names:
        tries = (_inside(name, size, window, busy, points) for size in _INSIDE_SIZES)
        position = next((position for position in tries if position is not None), None)
        if position is None:
            outside.append(name)
            continue
        placed[name.code] = position
        busy.append(position.box)
    land = shapely.union_all([name.shape for name in names])
    shapely.prepare(land)
    lines: list[shapely.LineString] = []
    for name in (name for name in outside if name.leader):
        position = _outside(name, window, busy, lines, land, points)
        if position is None or position.leader is None:
            continue
        placed[name.code] = position
        busy.append(position.box)
        lines.append(position.leader)
    return placed


def place_beside(
    marks: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    window: shapely.Polygon,
    taken: Iterable[shapely.Polygon],
    radius: float,
) -> list[shapely.Polygon | None]:
    """Place short texts beside marks without overlap.

    Parameters
    ----------
    marks
        Points, none of which a text may hide.
    sizes
        Width and height of each mark's text in mm.
    window, taken
        As of :func:`place_names`.
    radius
        Half a mark's size, mm.

    Returns
    -------
    Box of each text; None of one that has no room.
    """
    busy = [*taken, *(shapely.box(x - radius, y - radius, x + radius, y + radius) for x, y in marks)]
    sides = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)]
    placed: list[shapely.Polygon | None] = []
    for (x, y), (width, height) in zip(marks, sizes, strict=True):
        right, up = radius + width / 2 + _BESIDE, radius + height / 2 + _BESIDE
        xs, ys = np.array([(x + across * right, y + along * up) for across, along in sides]).T
        boxes = shapely.box(xs - width / 2, ys - height / 2, xs + width / 2, ys + height / 2)
        free = shapely.contains(window, boxes) & ~_touched(boxes, busy)
        placed.append(boxes[int(np.argmax(free))] if free.any() else None)
        if free.any():
            busy.append(placed[-1])
    return placed


def middle(shape: shapely.Geometry) -> shapely.Point:
    """Middle of the largest circle within a shape."""
    return shapely.get_point(shapely.maximum_inscribed_circle(shape, _MIDDLE), 0)


def _inside(
    name: Name, size: float, window: shapely.Polygon, busy: Sequence[shapely.Polygon], marks: Shapes
) -> PlacedName | None:
    """Position inside the district, in a share of the wanted size; None where there is no room."""
    name = name.scaled(size)
    visible = shapely.intersection(name.shape, window)
    if shapely.is_empty(visible) or shapely.area(visible) < name.width * name.height:
        return None
    widest = middle(visible)
    xs, ys = _positions(shapely.bounds(visible), _INSIDE_STEP)
    xs, ys = np.r_[widest.x, xs], np.r_[widest.y, ys]
    boxes = _boxes(xs, ys, name, _GAP / 2)
    shapely.prepare(visible)
    free = shapely.contains(visible, boxes) & ~_touched(boxes, busy)
    if not free.any():
        return None
    cost = np.hypot(xs - widest.x, ys - widest.y) + _MARK_COST * _hidden_marks(boxes, marks)
    best = int(np.argmin(np.where(free, cost, np.inf)))
    return PlacedName(name.code, float(xs[best]), float(ys[best]), _boxes(xs[[best]], ys[[best]], name)[0], size)


def _outside(
    name: Name,
    window: shapely.Polygon,
    busy: Sequence[shapely.Polygon],
    lines: Sequence[shapely.LineString],
    land: shapely.Geometry,
    marks: Shapes,
) -> PlacedName | None:
    """Position outside the district, with a line to it; None where there is no room.

    Parameters
    ----------
    lines
        Lines to names placed before.
    land
        All districts.
    """
    visible = shapely.intersection(name.shape, window)
    if shapely.is_empty(visible):
        return None
    start = middle(visible)
    name = name.scaled(_OUTSIDE_SIZE)
    xs, ys = _positions(shapely.bounds(window), _OUTSIDE_STEP)
    boxes = _boxes(xs, ys, name, _GAP)
    free = shapely.contains(window, boxes) & ~_touched(boxes, [*busy, *lines]) & ~shapely.intersects(boxes, visible)
    xs, ys, boxes = xs[free], ys[free], boxes[free]
    if not len(boxes):
        return None
    leaders = shapely.shortest_line(start, _boxes(xs, ys, name, _GAP / 2))
    crossing = _touched(leaders, [*busy, *lines])
    points = [(xs + x * name.width / 2, ys + y * name.height / 2) for x in (-1, 0, 1) for y in (-1, 0, 1)]
    on_land = np.mean([shapely.contains_xy(land, *point) for point in points], axis=0)
    cost = shapely.length(leaders) + _LAND_COST * on_land + _MARK_COST * _hidden_marks(boxes, marks)
    best = int(np.argmin(cost + _CROSSING_COST * crossing))
    box = _boxes(xs[[best]], ys[[best]], name)[0]
    return PlacedName(name.code, float(xs[best]), float(ys[best]), box, _OUTSIDE_SIZE, leaders[best])


def _positions(bounds: Sequence[float], step: float) -> tuple[Floats, Floats]:
    """Points of a grid over a box, wider where there would be too many."""
    left, bottom, right, top = bounds
    step = max(step, float(np.sqrt((right - left) * (top - bottom) / _MOST_TRIED)))
    grid = np.array(list(product(np.arange(left, right + step, step), np.arange(bottom, top + step, step))))
    return grid[:, 0], grid[:, 1]


def _boxes(xs: Floats, ys: Floats, name: Name, gap: float = 0.0) -> Shapes:
    """Boxes of a name at positions, with a gap around it."""
    right, up = name.width / 2 + gap, name.height / 2 + gap
    boxes: Shapes = shapely.box(xs - right, ys - up, xs + right, ys + up)
    return boxes


def _touched(shapes: Shapes, others: Sequence[shapely.Geometry]) -> Flags:
    """Which shapes touch one of others."""
    touched = np.zeros(len(shapes), dtype=bool)
    for other in others:
        touched |= shapely.intersects(shapes, other)
    return touched


def _hidden_marks(boxes: Shapes, marks: Shapes) -> Floats:
    """Number of marks that each box hides."""
    count = np.zeros(len(boxes))
    if len(marks):
        hiding, _ = shapely.STRtree(marks).query(boxes, predicate="dwithin", distance=_HIDING)
        np.add.at(count, hiding, 1)
    return count
