"""The overlay kernel: parcels without zones, or within them, exactly and for a million parcels.

Most parcels lie wholly inside or outside a zone, which a spatial index and prepared predicates show without creating a
geometry. Only parcels that a zone's edge cuts are overlaid, in threads, and for a large zone with the part of it that
lies around them.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import shapely

Shapes = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]
Part = TypeVar("Part")
Result = TypeVar("Result")

# Segments in a quarter of a buffer's circle.
ROUND = 16
# Pairs that a thread tests at once.
_TESTED = 50_000
# Pairs that a thread overlays at once.
_CUT = 4_000
# Vertices of a zone above which it is clipped to the neighbourhood of the shapes that it meets.
_LARGE = 1024
# Shapes up to which a neighbourhood is not divided further.
_FEW = 6
# Margin of a neighbourhood, m, so that its edges do not touch the shapes.
_MARGIN = 1.0


@dataclass(frozen=True, slots=True)
class Meeting:
    """Shapes inside zones, and pairs of a shape and a zone whose edge cuts it.

    Parameters
    ----------
    within
        By shape: whether it lies wholly inside one zone.
    shape, zone
        By pair, in order of the shapes: the index of the shape, and the zone or the part of it around the shape.
    """

    within: Mask
    shape: Indices
    zone: Shapes

    def of(self, rows: Indices) -> "Meeting":
        """Meeting of some of the shapes, by their indices in ascending order.

        Examples
        --------
        >>> meeting = Meeting(np.array([True, False, False]), np.array([2]), np.array([shapely.box(0, 0, 1, 1)]))
        >>> meeting.of(np.array([1, 2])).met.tolist()
        [False, True]
        """
        renumbered = np.full(len(self.within), -1)
        renumbered[rows] = np.arange(len(rows))
        chosen = renumbered[self.shape] >= 0
        return Meeting(self.within[rows], renumbered[self.shape[chosen]], self.zone[chosen])

    @property
    def met(self) -> Mask:
        """By shape: whether a zone covers a part of it.

        Examples
        --------
        >>> meeting = Meeting(np.array([True, False, False]), np.array([2]), np.array([shapely.box(0, 0, 1, 1)]))
        >>> meeting.met.tolist()
        [True, False, True]
        """
        met = self.within.copy()
        met[self.shape] = True
        return met


def meet(shapes: Shapes, zones: Shapes, *, threads: int | None = None) -> Meeting:
    """Determine which shapes lie inside zones, and which ones their edges cut.

    Parameters
    ----------
    shapes
        Valid polygons and multipolygons in a plane.
    zones
        Valid polygons and multipolygons in the same plane, overlapping or not.
    threads
        Number of threads; that of processors where it is not given.

    Examples
    --------
    >>> parcels = shapely.box([0, 10, 20], 0, [9, 19, 29], 9)
    >>> meeting = meet(parcels, np.array([shapely.box(-1, -1, 15, 10)]))
    >>> meeting.within.tolist(), meeting.shape.tolist()
    ([True, False, False], [1])
    """
    zones = shapely.get_parts(zones)
    zones = zones[~shapely.is_empty(zones)]
    zone, shape = shapely.STRtree(shapes).query(zones)
    shapely.prepare(zones)

    def test(part: slice) -> tuple[Mask, Mask]:
        a, b = zones[zone[part]], shapes[shape[part]]
        inside: Mask = shapely.contains_properly(a, b)
        cut = ~inside
        cut[cut] = shapely.intersects(a[cut], b[cut])
        return inside, cut

    within = np.zeros(len(shapes), dtype=bool)
    cut = np.zeros(len(zone), dtype=bool)
    # A prepared geometry builds its index at first use, which two threads must not do at once: a zone has one thread.
    for part, (inside, crossed) in _parallel(test, _slices(len(zone), _TESTED, zone), threads):
        within[shape[part][inside]] = True
        cut[part] = crossed
    cut &= ~within[shape]
    zone, shape = zone[cut], shape[cut]
    local = _around(shapes, zones, zone, shape, threads)
    order = np.argsort(shape, kind="stable")
    return Meeting(within, shape[order], local[order])


def remove(shapes: Shapes, meeting: Meeting, *, threads: int | None = None) -> Shapes:
    """Shapes without the zones.

    Parameters
    ----------
    shapes
        Shapes of the meeting, or what other zones have left of them.

    Returns
    -------
    What is left of each; a shape that no zone meets is the same object, one inside a zone is empty.

    Examples
    --------
    >>> parcels = shapely.box([0, 10, 20], 0, [9, 19, 29], 9)
    >>> shapely.area(remove(parcels, meet(parcels, np.array([shapely.box(-1, -1, 15, 10)])))).tolist()
    [0.0, 36.0, 81.0]
    """
    left = shapes.copy()
    left[meeting.within] = shapely.Polygon()
    rank = _rank(meeting.shape)
    for turn in range(int(rank.max(initial=-1)) + 1):
        chosen = rank == turn
        rows, zones = meeting.shape[chosen], meeting.zone[chosen]
        for part, cut in _parallel(
            lambda part, rows=rows, zones=zones: shapely.difference(left[rows[part]], zones[part]),  # type: ignore[misc]
            _slices(len(rows), _CUT),
            threads,
        ):
            left[rows[part]] = cut
    return left


def keep(shapes: Shapes, meeting: Meeting, *, threads: int | None = None) -> Shapes:
    """Parts of the shapes inside the zones: what :func:`remove` takes away.

    Examples
    --------
    >>> parcels = shapely.box([0, 10, 20], 0, [9, 19, 29], 9)
    >>> shapely.area(keep(parcels, meet(parcels, np.array([shapely.box(-1, -1, 15, 10)])))).tolist()
    [81.0, 45.0, 0.0]
    """
    kept = np.full(len(shapes), shapely.Polygon(), dtype=object)
    kept[meeting.within] = shapes[meeting.within]
    rows, start = np.unique(meeting.shape, return_index=True)
    stop = np.append(start[1:], len(meeting.shape))
    zones = meeting.zone[start]
    for index in np.flatnonzero(stop - start > 1):
        zones[index] = shapely.union_all(meeting.zone[start[index] : stop[index]])
    for part, cut in _parallel(
        lambda part: shapely.intersection(shapes[rows[part]], zones[part]), _slices(len(rows), _CUT), threads
    ):
        kept[rows[part]] = _areal(cut)
    return kept


def _areal(shapes: Shapes) -> Shapes:
    """Shapes without the lines and points that remain where zones touch."""
    other = ~np.isin(shapely.get_type_id(shapes), (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    for index in np.flatnonzero(other):
        parts = shapely.get_parts(shapes[index])
        shapes[index] = shapely.union_all(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])
    return shapes


def _rank(values: Indices) -> Indices:
    """Number of equal values before each in a sorted array."""
    index = np.arange(len(values))
    first = np.diff(values, prepend=-1) != 0
    rank: Indices = index - np.maximum.accumulate(np.where(first, index, 0))
    return rank


def _around(shapes: Shapes, zones: Shapes, zone: Indices, shape: Indices, threads: int | None) -> Shapes:
    """Zone of each pair, or of a large zone the part that lies around the shape."""
    local = zones[zone]
    start = np.flatnonzero(np.diff(zone, prepend=-1))
    stop = np.append(start[1:], len(zone))
    large = shapely.get_num_coordinates(zones[zone[start]]) > _LARGE
    bounds = shapely.bounds(shapes[shape])

    def divide(group: int) -> None:
        pairs = np.arange(start[group], stop[group])
        for members, part in _divided(local[pairs[0]], bounds, pairs):
            local[members] = part

    for _ in _parallel(divide, np.flatnonzero(large).tolist(), threads):
        pass
    return local


def _divided(
    zone: shapely.Geometry, bounds: npt.NDArray[np.float64], pairs: Indices
) -> Iterator[tuple[Indices, shapely.Geometry]]:
    """Parts of a zone with the pairs that each is enough for: halved across the longer side until they are small."""
    if shapely.get_num_coordinates(zone) <= _LARGE or len(pairs) <= _FEW:
        yield pairs, zone
        return
    middle = bounds[pairs, :2] + bounds[pairs, 2:]
    order = np.argsort(middle[:, int(np.argmax(np.ptp(middle, axis=0)))], kind="stable")
    for half in np.array_split(pairs[order], 2):
        west, south = bounds[half, :2].min(axis=0) - _MARGIN
        east, north = bounds[half, 2:].max(axis=0) + _MARGIN
        clipped = _areal(np.array([shapely.intersection(zone, shapely.box(west, south, east, north))]))
        yield from _divided(clipped[0], bounds, half)


def _slices(count: int, size: int, groups: Indices | None = None) -> list[slice]:
    """Slices of about a size; none of the groups, where sorted ones are given, is divided between two slices."""
    starts = np.arange(0, count, size)
    if groups is not None:
        starts = np.unique(np.searchsorted(groups, groups[starts]))
    return [slice(start, stop) for start, stop in pairwise([*starts.tolist(), count])]


def _parallel(
    work: Callable[[Part], Result], parts: Sequence[Part], threads: int | None
) -> Iterator[tuple[Part, Result]]:
    """Results in order of the parts, in threads, as shapely releases the interpreter's lock."""
    if len(parts) < 2 or threads == 1:  # noqa: PLR2004
        yield from ((part, work(part)) for part in parts)
        return
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        yield from zip(parts, pool.map(work, parts), strict=True)
