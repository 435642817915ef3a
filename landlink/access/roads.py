"""Pairs along a road network: cheapest ways, with one-way roads, from and to the points of roads next to places."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from landlink.access.inputs import Floats, Places, coordinates, positive, reaching, same_plane
from landlink.access.pairs import Pairs, Unit
from landlink.errors import DataError, Fault

# Whether a road may be used along its line, and against it, by what its column says; nothing said is both.
ONEWAY = {
    "both": (True, True),
    "no": (True, True),
    "forward": (True, False),
    "yes": (True, False),
    "backward": (False, True),
    "-1": (False, True),
}

# Vertices that agree to this many decimals of a metre are one; so short a piece of road can be walked both ways.
_DECIMALS, _TOUCHING = 3, 1e-3
# Costs held at once, each 8 bytes: of the sources of a block to all nodes and targets.
_HELD = 16_000_000

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def network(
    demand: Places,
    sites: Places,
    roads: gpd.GeoDataFrame,
    limit: float,
    *,
    snap_m: float,
    oneway: str | None = None,
    speed: str | None = None,
    walk_kmh: float = 4.0,
) -> Pairs:
    """Pairs by the cheapest way along roads, from demand cell to site.

    A place joins the nearest point of the nearest road, between its ends too, over a straight leg. Roads meet where
    they share a vertex (to the millimetre), be it an end or not; roads that cross without one, as at a bridge, do not.

    Parameters
    ----------
    demand, sites
        Layers in one plane in metres, or arrays of x and y; a point within stands for what is no point.
    roads
        Lines, in the same plane.
    limit
        Greatest cost, legs included: metres, or minutes where there is a speed. A pair at the limit is reachable.
    snap_m
        Longest leg, m. A place farther from every road reaches nothing and is not reached.
    oneway
        Column of roads: ``both``, ``forward`` (along the line) or ``backward``, or OpenStreetMap's ``no``, ``yes`` and
        ``-1``; both where it says nothing.
    speed
        Column of roads: km/h; costs become minutes.
    walk_kmh
        Speed on the legs where costs are minutes. GB 50180-2018 takes 1,000 m for a quarter of an hour's walk.

    Raises
    ------
    DataError
        A place is missing, a road is no line, a column is missing, a direction is unknown, a speed or an option is not
        above 0.
    CrsError
        The layers are not in one plane in metres.

    Notes
    -----
    Dijkstra's algorithm runs up to the limit from the sites or the demand cells, whichever are fewer. What it holds at
    once is bounded, whatever their number.
    """
    same_plane({"demand": demand, "sites": sites, "roads": roads})
    cells, there = coordinates("demand", demand), coordinates("sites", sites)
    positive("limit", limit)
    lines = _Lines.of(roads, oneway, speed)
    leg_cost = 1.0 if speed is None else _minutes(positive("walk_kmh", walk_kmh))
    joined = _join([cells, there], lines, positive("snap_m", snap_m), leg_cost)
    from_sites = len(joined[1].place) <= len(joined[0].place)
    sources, targets = reversed(joined) if from_sites else joined
    # From the sites, ways are looked for backwards.
    graph = _Graph.of(lines.reversed() if from_sites else lines, sources)
    source, target, cost = _ways(graph, sources, targets, limit)
    cell, site = (target, source) if from_sites else (source, target)
    unit: Unit = "m" if speed is None else "min"
    return Pairs.from_table(cell, site, cost, (len(cells), len(there)), limit=limit, unit=unit)


@dataclass(frozen=True, slots=True)
class _Lines:
    """Roads as single lines.

    Parameters
    ----------
    points
        Vertices of all lines in order, x and y.
    line
        By vertex: its line.
    chainage
        By vertex: metres along all the lines laid end to end, a metre apart.
    number
        By vertex: the same where lines share it.
    node
        By vertex: it is an end or shared.
    forward, backward
        By line: it may be used along, and against it.
    pace
        By line: cost of a metre.
    """

    points: Floats
    line: Ints
    chainage: Floats
    number: Ints
    node: Mask
    forward: Mask
    backward: Mask
    pace: Floats

    @classmethod
    def of(cls, roads: gpd.GeoDataFrame, oneway: str | None, speed: str | None) -> "_Lines":
        kinds = shapely.get_type_id(roads.geometry.to_numpy())
        lineal = (
            shapely.GeometryType.LINESTRING,
            shapely.GeometryType.LINEARRING,
            shapely.GeometryType.MULTILINESTRING,
        )
        wrong = np.flatnonzero(~np.isin(kinds, lineal))
        if wrong.size:
            kind = roads.geometry.geom_type.iloc[int(wrong[0])] or "—"
            told = {"count": wrong.size, "position": int(wrong[0]) + 1, "kind": kind}
            raise DataError(Fault("access.road_shape", told, layer="roads"))
        forward, backward = _directions(roads, oneway)
        paces = np.ones(len(roads)) if speed is None else _minutes(_speeds(roads, speed))
        parts, road = shapely.get_parts(roads.geometry.to_numpy(), return_index=True)
        points, line = shapely.get_coordinates(parts, return_index=True)
        # A metre between the lines, instead of the step from one to the next.
        step = np.hypot(*np.diff(points, axis=0, prepend=points[:1]).T)
        first = np.diff(line, prepend=-1) > 0
        step[first] = 1.0
        _, number, count = np.unique(points.round(_DECIMALS) @ [1, 1j], return_inverse=True, return_counts=True)
        node = first | np.roll(first, -1) | (count[number] > 1)
        return cls(points, line, np.cumsum(step), number, node, forward[road], backward[road], paces[road])

    def reversed(self) -> "_Lines":
        """Return the same roads, used the other way."""
        return replace(self, forward=self.backward, backward=self.forward)


@dataclass(frozen=True, slots=True)
class _Joined:
    """Places that a road is near enough to: which they are, their line, its chainage there, and the leg's cost."""

    place: Ints
    line: Ints
    chainage: Floats
    leg: Floats


def _join(groups: Sequence[Floats], lines: _Lines, snap_m: float, leg_cost: float) -> list[_Joined]:
    """Join each group of points to the nearest stretch, from one vertex of a line to the next."""
    first = np.flatnonzero((np.diff(lines.line) == 0) & (np.diff(lines.chainage) > 0))
    stretches = shapely.linestrings(np.stack([lines.points[first], lines.points[first + 1]], axis=1))
    tree = shapely.STRtree(stretches)
    joined = []
    for points in groups:
        shapes = shapely.points(points)
        (place, stretch), leg = tree.query_nearest(
            shapes, max_distance=reaching(snap_m), return_distance=True, all_matches=False
        )
        start = first[stretch]
        along = shapely.line_locate_point(stretches[stretch], shapes[place])
        joined.append(_Joined(place, lines.line[start], lines.chainage[start] + along, leg * leg_cost))
    return joined


@dataclass(frozen=True, slots=True)
class _Graph:
    """Pieces of road between one station and the next on a line; stations are vertices that are nodes, and sources.

    Parameters
    ----------
    costs
        CSR, node × node: cost of the cheapest piece from one to the other; a stored 0 is a cost of 0.
    source
        Node of each source.
    chainage, node, line
        By station, in order of the chainage: where it lies, its node and its line.
    lines
        The roads.
    """

    costs: sparse.csr_array
    source: Ints
    chainage: Floats
    node: Ints
    line: Ints
    lines: _Lines

    @classmethod
    def of(cls, lines: _Lines, sources: _Joined) -> "_Graph":
        vertices = int(lines.number.max(initial=-1)) + 1
        source = vertices + np.arange(len(sources.place))
        number = np.concatenate([lines.number[lines.node], source])
        chainage = np.concatenate([lines.chainage[lines.node], sources.chainage])
        line = np.concatenate([lines.line[lines.node], sources.line])
        order = np.lexsort((chainage, line))
        used, node = np.unique(number[order], return_inverse=True)
        chainage, line = chainage[order], line[order]
        piece = np.flatnonzero(line[1:] == line[:-1])
        one, two, of = node[piece], node[piece + 1], line[piece]
        metres = np.maximum(chainage[piece + 1] - chainage[piece], 0.0)
        touching = metres < _TOUCHING
        ahead, back = lines.forward[of] | touching, lines.backward[of] | touching
        cost = metres * lines.pace[of]
        costs = _cheapest(
            np.concatenate([one[ahead], two[back]]),
            np.concatenate([two[ahead], one[back]]),
            np.concatenate([cost[ahead], cost[back]]),
            len(used),
        )
        return cls(costs, np.searchsorted(used, source), chainage, node, line, lines)

    def approach(self, targets: _Joined) -> tuple[Ints, Floats, Ints, Floats]:
        """Nodes before and after each target on its line, and what it costs to come from them, leg included."""
        after = np.searchsorted(self.chainage, targets.chainage, side="left")
        # Rounding may put a target before its line's first station, or after its last.
        after = np.clip(after, np.searchsorted(self.line, targets.line) + 1, None)
        after = np.minimum(after, np.searchsorted(self.line, targets.line, side="right") - 1)
        pace = self.lines.pace[targets.line]
        costs = []
        for station, way in ((after - 1, self.lines.forward), (after, self.lines.backward)):
            metres = np.abs(targets.chainage - self.chainage[station])
            passable = way[targets.line] | (metres < _TOUCHING)
            costs.append(np.where(passable, metres * pace + targets.leg, np.inf))
        return self.node[after - 1], costs[0], self.node[after], costs[1]


def _ways(graph: _Graph, sources: _Joined, targets: _Joined, limit: float) -> tuple[Ints, Ints, Floats]:
    """Source place, target place and cost of each pair within the limit, block by block of sources."""
    before, cost_before, after, cost_after = graph.approach(targets)
    width = graph.costs.shape[0] + 3 * len(before)
    size = max(1, _HELD // max(1, width))
    found = [(np.array([], dtype=np.int64), np.array([], dtype=np.int64), np.array([], dtype=np.float64))]
    for first in range(0, len(sources.place), size):
        block = slice(first, first + size)
        there = dijkstra(graph.costs, indices=graph.source[block], limit=reaching(limit))
        cost = np.minimum(there[:, before] + cost_before, there[:, after] + cost_after)
        cost += sources.leg[block, None]
        source, target = np.nonzero(cost <= reaching(limit))
        found.append((sources.place[block][source], targets.place[target], cost[source, target]))
    source, target, costs = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return source, target, costs


def _cheapest(tail: Ints, head: Ints, cost: Floats, count: int) -> sparse.csr_array:
    """Graph of the cheapest edge of each pair of nodes."""
    order = np.lexsort((cost, head, tail))
    tail, head, cost = tail[order], head[order], cost[order]
    best = (np.diff(tail, prepend=-1) != 0) | (np.diff(head, prepend=-1) != 0)
    starts = np.concatenate([[0], np.cumsum(np.bincount(tail[best], minlength=count))])
    return sparse.csr_array((cost[best], head[best], starts), shape=(count, count))


def _minutes(kmh: Any) -> Any:
    """Minutes that a metre takes at a speed."""
    return 0.06 / kmh


def _directions(roads: gpd.GeoDataFrame, column: str | None) -> Mask:
    """Whether each road may be used along its line, and against it: shape (2, roads)."""
    if column is None:
        return np.ones((2, len(roads)), dtype=bool)
    said = _column(roads, column)
    written = said.where(said.notna(), "both").astype(str).str.strip().replace("", "both")
    known = written.map(ONEWAY)
    unknown = np.flatnonzero(known.isna())
    if unknown.size:
        told = {"count": unknown.size, "value": written.iloc[int(unknown[0])], "known": ", ".join(ONEWAY)}
        raise DataError(Fault("access.oneway", told, layer="roads", column=column))
    return np.array(known.tolist(), dtype=bool).reshape(-1, 2).T


def _speeds(roads: gpd.GeoDataFrame, column: str) -> Floats:
    speeds: Floats = pd.to_numeric(_column(roads, column), errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = np.flatnonzero(~((speeds > 0) & (speeds < np.inf)))
    if wrong.size:
        first = int(wrong[0])
        told = {"count": wrong.size, "position": first + 1, "value": float(speeds[first])}
        raise DataError(Fault("access.speed", told, layer="roads", column=column))
    return speeds


def _column(roads: gpd.GeoDataFrame, name: str) -> "pd.Series[Any]":
    if name not in roads.columns:
        told = {"name": name, "have": ", ".join(map(str, roads.columns))}
        raise DataError(Fault("table.column_missing", told, layer="roads"))
    return roads[name]
