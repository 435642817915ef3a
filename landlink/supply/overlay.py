"""Taking zones out of parcels, or parcels out of zones, exactly and at a million parcels: the overlay kernel.

Most parcels lie wholly within or without a zone: a spatial index and prepared predicates tell so without making a
geometry. Only the parcels that a zone's edge cuts are overlaid, in threads, and against a large zone only with the part
of it around them.
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
Places = npt.NDArray[np.int64]
Part = TypeVar("Part")
Result = TypeVar("Result")

# Segments in a quarter of a buffer's circle.
ROUND = 16
# Pairs handed to a thread at once.
_TESTED, _CUT = 50_000, 4_000
# A zone of more vertices than this is cut to the neighbourhood of the shapes that it meets; so far do not so few.
_LARGE, _FEW = 1024, 6
# The neighbourhood's margin in units of the coordinates: its own edges stay clear of the shapes.
_MARGIN = 1.0


@dataclass(frozen=True, slots=True)
class Meeting:
    """How shapes and zones meet.

    Parameters
    ----------
    within
        By shape: it lies wholly inside one zone.
    shape, zone
        Pairs of a shape's place and a zone, or as much of a zone as lies around the shape, whose edge cuts it. The
        pairs stand in order of the shapes.
    """

    within: Mask
    shape: Places
    zone: Shapes

    def of(self, places: Places) -> "Meeting":
        """The same for some of the shapes, in ascending order of their places."""
        new = np.full(len(self.within), -1)
        new[places] = np.arange(len(places))
        chosen = new[self.shape] >= 0
        return Meeting(self.within[places], new[self.shape[chosen]], self.zone[chosen])

    @property
    def met(self) -> Mask:
        """By shape: some zone has a part of it."""
        met = self.within.copy()
        met[self.shape] = True
        return met


def meet(shapes: Shapes, zones: Shapes, *, threads: int | None = None) -> Meeting:
    """Find out which shapes lie in zones, and which ones zones cut.

    Parameters
    ----------
    shapes
        Valid polygons and multipolygons in a plane.
    zones
        Valid polygons and multipolygons in the same plane, overlapping or not.
    threads
        Threads to work in; as many as there are processors where it is not given.
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
    """Take the zones out of the shapes.

    Parameters
    ----------
    shapes
        The shapes of the meeting, or what other zones have left of them.

    Returns
    -------
    What is left; a shape that no zone meets is the same object, one that lies in a zone is empty.
    """
    left = shapes.copy()
    left[meeting.within] = shapely.Polygon()
    rank = _rank(meeting.shape)
    for turn in range(int(rank.max(initial=-1)) + 1):
        chosen = rank == turn
        places, zones = meeting.shape[chosen], meeting.zone[chosen]
        for part, cut in _parallel(
            lambda part, places=places, zones=zones: shapely.difference(left[places[part]], zones[part]),  # type: ignore[misc]
            _slices(len(places), _CUT),
            threads,
        ):
            left[places[part]] = cut
    return left


def keep(shapes: Shapes, meeting: Meeting, *, threads: int | None = None) -> Shapes:
    """Keep of the shapes what lies in the zones: what :func:`remove` takes away."""
    left = np.full(len(shapes), shapely.Polygon(), dtype=object)
    left[meeting.within] = shapes[meeting.within]
    places, start = np.unique(meeting.shape, return_index=True)
    one = np.diff(start, append=len(meeting.shape)) == 1
    zones = meeting.zone[start]
    for place in np.flatnonzero(~one):
        last = start[place + 1] if place + 1 < len(start) else len(meeting.shape)
        zones[place] = shapely.union_all(meeting.zone[start[place] : last])
    for part, cut in _parallel(
        lambda part: shapely.intersection(shapes[places[part]], zones[part]), _slices(len(places), _CUT), threads
    ):
        left[places[part]] = _areal(cut)
    return left


def _areal(shapes: Shapes) -> Shapes:
    """Shapes without the lines and points that touching leaves."""
    other = ~np.isin(shapely.get_type_id(shapes), (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    for place in np.flatnonzero(other):
        parts = shapely.get_parts(shapes[place])
        shapes[place] = shapely.union_all(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])
    return shapes


def _rank(sorted_places: Places) -> Places:
    """How many equal places stand before each in a sorted array."""
    places = np.arange(len(sorted_places))
    first = np.diff(sorted_places, prepend=-1) != 0
    rank: Places = places - np.maximum.accumulate(np.where(first, places, 0))
    return rank


def _around(shapes: Shapes, zones: Shapes, zone: Places, shape: Places, threads: int | None) -> Shapes:
    """For each pair the zone, or of a large zone the part that lies around the shape."""
    local = zones[zone]
    start = np.flatnonzero(np.diff(zone, prepend=-1))
    stop = np.append(start[1:], len(zone))
    large = shapely.get_num_coordinates(zones[zone[start]]) > _LARGE
    bounds = shapely.bounds(shapes[shape])

    def divide(group: int) -> None:
        pairs = np.arange(start[group], stop[group])
        for some, part in _divided(local[pairs[0]], bounds, pairs):
            local[some] = part

    for _ in _parallel(divide, np.flatnonzero(large).tolist(), threads):
        pass
    return local


def _divided(
    zone: shapely.Geometry, bounds: npt.NDArray[np.float64], pairs: Places
) -> Iterator[tuple[Places, shapely.Geometry]]:
    """Parts of a zone with the pairs that each suffices for: halved across the longer side until they are small."""
    if shapely.get_num_coordinates(zone) <= _LARGE or len(pairs) <= _FEW:
        yield pairs, zone
        return
    own = bounds[pairs]
    middle = own[:, :2] + own[:, 2:]
    order = np.argsort(middle[:, int(np.argmax(np.ptp(middle, axis=0)))], kind="stable")
    for half in np.array_split(pairs[order], 2):
        west, south = bounds[half, :2].min(axis=0) - _MARGIN
        east, north = bounds[half, 2:].max(axis=0) + _MARGIN
        near = _areal(np.array([shapely.intersection(zone, shapely.box(west, south, east, north))]))
        yield from _divided(near[0], bounds, half)


def _slices(count: int, size: int, groups: Places | None = None) -> list[slice]:
    """Slices of about a size; where groups are given, sorted, none of them falls into two slices."""
    starts = np.arange(0, count, size)
    if groups is not None:
        starts = np.unique(np.searchsorted(groups, groups[starts]))
    return [slice(start, stop) for start, stop in pairwise([*starts.tolist(), count])]


def _parallel(
    work: Callable[[Part], Result], parts: Sequence[Part], threads: int | None
) -> Iterator[tuple[Part, Result]]:
    """Results in order of the parts; shapely lets go of the interpreter's lock while it works."""
    if len(parts) < 2 or threads == 1:  # noqa: PLR2004
        yield from ((part, work(part)) for part in parts)
        return
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        yield from zip(parts, pool.map(work, parts), strict=True)
