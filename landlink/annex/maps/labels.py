"""Where names stand on a map: inside their districts where there is room, else beside, with a line to the district."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import shapely

# Millimetres: between labels; steps between places tried inside a district, and outside of it.
_GAP, _INSIDE_STEP, _OUTSIDE_STEP = 0.8, 1.5, 2.5
# What a place costs, in mm of distance: for each mark that it hides, and all of it lying on other districts.
_MARK_COST, _LAND_COST = 6.0, 30.0
_MOST_TRIED = 4_000
# Sizes of the type that are tried inside a district, and the one outside.
_INSIDE_SIZES, _OUTSIDE_SIZE = (1.0, 0.88, 0.76), 0.88
# Detail of the outlines that placing can do without.
_TOLERANCE = 0.3


@dataclass(frozen=True, slots=True)
class Label:
    """What is to be placed: the part of the district that is seen, and the text's width and height in mm."""

    code: str
    shape: shapely.Geometry
    width: float
    height: float
    leader: bool = True


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a label stands: its middle, the share of its size, and the line to it where it stands outside."""

    code: str
    x: float
    y: float
    box: shapely.Polygon
    size: float = 1.0
    leader: shapely.LineString | None = None


def place(
    labels: Sequence[Label],
    window: shapely.Polygon,
    taken: Iterable[shapely.Polygon] = (),
    marks: Sequence[tuple[float, float]] = (),
) -> dict[str, Placed]:
    """Place labels without overlap.

    A label stands inside its district, as near as can be to where the district is widest. One without room there is
    placed outside, as near as can be, preferably outside of all districts; one that is not to have a line
    (``leader``), or that has no room anywhere, is left out.

    Parameters
    ----------
    labels
        In the order in which they choose.
    window
        Part of the page that labels must lie in.
    taken
        Boxes that no label may touch.
    marks
        Points that had better stay free.

    Returns
    -------
    The places by code.
    """
    points = shapely.points(np.asarray(marks, dtype=float).reshape(-1, 2))
    shapes = shapely.simplify([label.shape for label in labels], _TOLERANCE)
    labels = [replace(label, shape=shape) for label, shape in zip(labels, shapes, strict=True)]
    busy = list(taken)
    placed: dict[str, Placed] = {}
    outside = []
    for label in labels:
        tried = (_inside(label, size, window, busy, points) for size in _INSIDE_SIZES)
        found = next((found for found in tried if found is not None), None)
        if found is None:
            outside.append(label)
            continue
        placed[label.code] = found
        busy.append(found.box)
    land = shapely.union_all([label.shape for label in labels])
    shapely.prepare(land)
    lines: list[shapely.LineString] = []
    for label in (label for label in outside if label.leader):
        found = _outside(label, window, busy, lines, land, points)
        if found is None or found.leader is None:
            continue
        placed[label.code] = found
        busy.append(found.box)
        lines.append(found.leader)
    return placed


def beside(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    window: shapely.Polygon,
    taken: Iterable[shapely.Polygon],
    radius: float,
) -> list[shapely.Polygon | None]:
    """Place short texts beside marks without overlap; None for one that has no room.

    Parameters
    ----------
    points
        The marks, which no text may hide.
    sizes
        Width and height of each text in mm.
    window, taken
        As of :func:`place`.
    radius
        Half a mark's size.
    """
    marks = [shapely.box(x - radius, y - radius, x + radius, y + radius) for x, y in points]
    busy = [*taken, *marks]
    found: list[shapely.Polygon | None] = []
    for (x, y), (wide, high) in zip(points, sizes, strict=True):
        sides = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)]
        middles = np.array([(x + a * (radius + wide / 2 + 0.3), y + b * (radius + high / 2 + 0.3)) for a, b in sides])
        xs, ys = middles.T
        boxes = shapely.box(xs - wide / 2, ys - high / 2, xs + wide / 2, ys + high / 2)
        free = shapely.contains(window, boxes) & _clear(boxes, busy)
        found.append(boxes[int(np.argmax(free))] if free.any() else None)
        if free.any():
            busy.append(found[-1])
    return found


def middle(shape: shapely.Geometry) -> shapely.Point:
    """Middle of the largest circle within a shape."""
    return shapely.get_point(shapely.maximum_inscribed_circle(shape, 0.5), 0)


def _inside(
    label: Label, size: float, window: shapely.Polygon, busy: Sequence[shapely.Polygon], marks: Sequence[shapely.Point]
) -> Placed | None:
    label = replace(label, width=label.width * size, height=label.height * size)
    seen = shapely.intersection(label.shape, window)
    if shapely.is_empty(seen) or shapely.area(seen) < label.width * label.height:
        return None
    widest = middle(seen)
    xs, ys = _tried(shapely.bounds(seen), _INSIDE_STEP)
    xs, ys = np.r_[widest.x, xs], np.r_[widest.y, ys]
    boxes = _boxes(xs, ys, label, _GAP / 2)
    shapely.prepare(seen)
    free = shapely.contains(seen, boxes) & _clear(boxes, busy)
    if not free.any():
        return None
    cost = np.hypot(xs - widest.x, ys - widest.y) + _MARK_COST * _hidden(boxes, marks)
    best = int(np.argmin(np.where(free, cost, np.inf)))
    return Placed(label.code, float(xs[best]), float(ys[best]), _boxes(xs[[best]], ys[[best]], label)[0], size)


def _outside(
    label: Label,
    window: shapely.Polygon,
    busy: Sequence[shapely.Polygon],
    lines: Sequence[shapely.LineString],
    land: shapely.Geometry,
    marks: Sequence[shapely.Point],
) -> Placed | None:
    seen = shapely.intersection(label.shape, window)
    if shapely.is_empty(seen):
        return None
    start = middle(seen)
    size = _OUTSIDE_SIZE
    label = replace(label, width=label.width * size, height=label.height * size)
    xs, ys = _tried(shapely.bounds(window), _OUTSIDE_STEP)
    boxes = _boxes(xs, ys, label, _GAP)
    free = shapely.contains(window, boxes) & _clear(boxes, [*busy, *lines]) & ~shapely.intersects(boxes, seen)
    xs, ys, boxes = xs[free], ys[free], boxes[free]
    if not len(boxes):
        return None
    leaders = shapely.shortest_line(start, _boxes(xs, ys, label, _GAP / 2))
    crossing = _crossed(leaders, [*busy, *lines])
    sides = [(xs + x * label.width / 2, ys + y * label.height / 2) for x in (-1, 0, 1) for y in (-1, 0, 1)]
    on_land = np.mean([shapely.contains_xy(land, *points) for points in sides], axis=0)
    cost = shapely.length(leaders) + _LAND_COST * on_land + _MARK_COST * _hidden(boxes, marks) + 1_000 * crossing
    best = int(np.argmin(cost))
    box = _boxes(xs[[best]], ys[[best]], label)[0]
    return Placed(label.code, float(xs[best]), float(ys[best]), box, size, leaders[best])


def _tried(bounds: Sequence[float], step: float) -> tuple[np.ndarray, np.ndarray]:
    """Points of a grid over a box, wider where there would be too many."""
    left, bottom, right, top = bounds
    step = max(step, float(np.sqrt((right - left) * (top - bottom) / _MOST_TRIED)))
    grid = np.array(list(product(np.arange(left, right + step, step), np.arange(bottom, top + step, step))))
    return grid[:, 0], grid[:, 1]


def _boxes(xs: np.ndarray, ys: np.ndarray, label: Label, gap: float = 0.0) -> np.ndarray:
    wide, high = label.width / 2 + gap, label.height / 2 + gap
    found: np.ndarray = shapely.box(xs - wide, ys - high, xs + wide, ys + high)
    return found


def _clear(boxes: np.ndarray, busy: Sequence[shapely.Geometry]) -> np.ndarray:
    return ~_crossed(boxes, busy)


def _crossed(shapes: np.ndarray, busy: Sequence[shapely.Geometry]) -> np.ndarray:
    found = np.zeros(len(shapes), dtype=bool)
    for other in busy:
        found |= shapely.intersects(shapes, other)
    return found


def _hidden(boxes: np.ndarray, marks: Sequence[shapely.Point]) -> np.ndarray:
    """How many marks each box hides."""
    count = np.zeros(len(boxes))
    if len(marks):
        hiding, _ = shapely.STRtree(marks).query(boxes, predicate="dwithin", distance=1.5)
        np.add.at(count, hiding, 1)
    return count
