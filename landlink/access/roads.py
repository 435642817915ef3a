"""Pairs along a road network: cheapest routes from demand cells to sites, with one-way roads."""

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

from landlink.access.inputs import Floats, Locations, coordinates, positive, reaching, same_plane
from landlink.access.pairs import Pairs, Unit
from landlink.errors import DataError, Fault

# Whether a road may be used along its line, and against it, by the value of its column; without a value both.
ONEWAY = {
    "both": (True, True),
    "no": (True, True),
    "forward": (True, False),
    "yes": (True, False),
    "backward": (False, True),
    "-1": (False, True),
}

# Decimals of a metre to which coordinates are rounded: vertices that agree are one node.
_DECIMALS = 3
# Length, m, of a piece of road below which it may be used in both directions.
_TOUCHING = 1e-3
# Costs in memory, 8 bytes each: those of a block of sources to all nodes and targets.
_HELD = 16_000_000

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def network(
    demand: Locations,
    sites: Locations,
    roads: gpd.GeoDataFrame,
    limit: float,
    *,
    snap_m: float,
    oneway: str | None = None,
    speed: str | None = None,
    walk_kmh: float = 4.0,
) -> Pairs:
    """Pairs by the cheapest route along roads, from demand cell to site.

    A cell or site joins the nearest point of the nearest road by a straight leg. Roads are connected where they share a
    vertex (to the millimetre), whether it is an end or not; roads that cross without one, as at a bridge, are not.

    Parameters
    ----------
    demand, sites
        Layers in one plane in metres, or arrays of x and y; polygons and lines are represented by a point inside.
    roads
        Lines, in the same plane.
    limit
        Greatest cost, legs included: m, or minutes where there is a speed. A pair at the limit is reachable.
    snap_m
        Longest leg, m. A cell farther from every road reaches nothing, and such a site is not reached.
    oneway
        Column of roads: ``both``, ``forward`` (along the line) or ``backward``, or OpenStreetMap's ``no``, ``yes`` and
        ``-1``; both directions where it is empty.
    speed
        Column of roads: km/h; costs become minutes.
    walk_kmh
        Speed on the legs where costs are minutes. GB 50180-2018 takes 1,000 m for a quarter of an hour's walk.

    Raises
    ------
    DataError
        A location is missing, a road is not a line, a column is missing, a direction is unknown, or a speed or an
        option is not above 0.
    CrsError
        The layers are not in one plane in metres.

    Notes
    -----
    Dijkstra's algorithm runs up to the limit from the sites or the demand cells, whichever are fewer, in blocks that
    bound its memory.

    Examples
    --------
    Along a road of 300 m and 400 m around a corner, with legs of 10 m.

    >>> road = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (300, 0), (300, 400)])], crs=4547)
    >>> network([[0, 10]], [[310, 400]], road, 1000, snap_m=50).cost.toarray()
    array([[720.]])
    """
    same_plane({"demand": demand, "sites": sites, "roads": roads})
    cell_points, site_points = coordinates("demand", demand), coordinates("sites", sites)
    positive("limit", limit)
    lines = _Lines.of(roads, oneway, speed)
    leg_cost = 1.0 if speed is None else _minutes(positive("walk_kmh", walk_kmh))
    joined = _join([cell_points, site_points], lines, positive("snap_m", snap_m), leg_cost)
    from_sites = len(joined[1].index) <= len(joined[0].index)
    sources, targets = reversed(joined) if from_sites else joined
    # From the sites, routes are searched backwards.
    graph = _Graph.of(lines.reversed() if from_sites else lines, sources)
    source, target, cost = _routes(graph, sources, targets, limit)
    cell, site = (target, source) if from_sites else (source, target)
    unit: Unit = "m" if speed is None else "min"
    return Pairs.from_table(cell, site, cost, (len(cell_points), len(site_points)), limit=limit, unit=unit)


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
        By vertex: its number, the same for lines that share it.
    node
        By vertex: whether it is an end or shared.
    forward, backward
        By line: whether it may be used along, and against its direction.
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
            values = {"count": wrong.size, "position": int(wrong[0]) + 1, "kind": kind}
            raise DataError(Fault("access.road_shape", values, layer="roads"))
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
        """The same roads, used in the opposite direction."""
        return replace(self, forward=self.backward, backward=self.forward)


@dataclass(frozen=True, slots=True)
class _Joined:
    """Cells or sites that are near enough to a road: their indices, line, chainage on it, and the cost of the leg."""

    index: Ints
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
        (index, stretch), leg = tree.query_nearest(
            shapes, max_distance=reaching(snap_m), return_distance=True, all_matches=False
        )
        start = first[stretch]
        along = shapely.line_locate_point(stretches[stretch], shapes[index])
        joined.append(_Joined(index, lines.line[start], lines.chainage[start] + along, leg * leg_cost))
    return joined


@dataclass(frozen=True, slots=True)
class _Graph:
    """Pieces of road between consecutive stations of a line; stations are its nodes and the sources on it.

    Parameters
    ----------
    costs
        CSR, node × node: cost of the cheapest piece from one to the other; a stored 0 is a cost of 0.
    source
        Node of each source.
    chainage, node, line
        By station, in order of the chainage: its chainage, node and line.
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
        source = vertices + np.arange(len(sources.index))
        number = np.concatenate([lines.number[lines.node], source])
        chainage = np.concatenate([lines.chainage[lines.node], sources.chainage])
        line = np.concatenate([lines.line[lines.node], sources.line])
        order = np.lexsort((chainage, line))
        used, node = np.unique(number[order], return_inverse=True)
        chainage, line = chainage[order], line[order]
        piece = np.flatnonzero(line[1:] == line[:-1])
        start, end, of_line = node[piece], node[piece + 1], line[piece]
        metres = np.maximum(chainage[piece + 1] - chainage[piece], 0.0)
        touching = metres < _TOUCHING
        ahead, back = lines.forward[of_line] | touching, lines.backward[of_line] | touching
        cost = metres * lines.pace[of_line]
        costs = _cheapest(
            np.concatenate([start[ahead], end[back]]),
            np.concatenate([end[ahead], start[back]]),
            np.concatenate([cost[ahead], cost[back]]),
            len(used),
        )
        return cls(costs, np.searchsorted(used, source), chainage, node, line, lines)

    def approach(self, targets: _Joined) -> tuple[Ints, Floats, Ints, Floats]:
        """Nodes before and after each target on its line, and the costs from them, leg included."""
        after = np.searchsorted(self.chainage, targets.chainage, side="left")
        # Rounding may put a target before its line's first station, or after its last.
        after = np.clip(after, np.searchsorted(self.line, targets.line) + 1, None)
        after = np.minimum(after, np.searchsorted(self.line, targets.line, side="right") - 1)
        pace = self.lines.pace[targets.line]
        costs = []
        for station, open_lines in ((after - 1, self.lines.forward), (after, self.lines.backward)):
            metres = np.abs(targets.chainage - self.chainage[station])
            passable = open_lines[targets.line] | (metres < _TOUCHING)
            costs.append(np.where(passable, metres * pace + targets.leg, np.inf))
        return self.node[after - 1], costs[0], self.node[after], costs[1]


def _routes(graph: _Graph, sources: _Joined, targets: _Joined, limit: float) -> tuple[Ints, Ints, Floats]:
    """Source, target and cost of each pair within the limit, block by block of sources."""
    before, cost_before, after, cost_after = graph.approach(targets)
    width = graph.costs.shape[0] + 3 * len(before)
    size = max(1, _HELD // max(1, width))
    blocks = [(np.array([], dtype=np.int64), np.array([], dtype=np.int64), np.array([], dtype=np.float64))]
    for first in range(0, len(sources.index), size):
        block = slice(first, first + size)
        to_nodes = dijkstra(graph.costs, indices=graph.source[block], limit=reaching(limit))
        cost = np.minimum(to_nodes[:, before] + cost_before, to_nodes[:, after] + cost_after)
        cost += sources.leg[block, None]
        source, target = np.nonzero(cost <= reaching(limit))
        blocks.append((sources.index[block][source], targets.index[target], cost[source, target]))
    source, target, costs = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    return source, target, costs


def _cheapest(tail: Ints, head: Ints, cost: Floats, count: int) -> sparse.csr_array:
    """Graph of the cheapest edge of each pair of nodes."""
    order = np.lexsort((cost, head, tail))
    tail, head, cost = tail[order], head[order], cost[order]
    best = (np.diff(tail, prepend=-1) != 0) | (np.diff(head, prepend=-1) != 0)
    starts = np.concatenate([[0], np.cumsum(np.bincount(tail[best], minlength=count))])
    return sparse.csr_array((cost[best], head[best], starts), shape=(count, count))


def _minutes(kmh: Any) -> Any:
    """Minutes per metre at a speed, km/h."""
    return 0.06 / kmh


def _directions(roads: gpd.GeoDataFrame, column: str | None) -> Mask:
    """True where a road may be used along its line, and against it; shape (2, roads)."""
    if column is None:
        return np.ones((2, len(roads)), dtype=bool)
    values = _column(roads, column)
    written = values.where(values.notna(), "both").astype(str).str.strip().replace("", "both")
    known = written.map(ONEWAY)
    unknown = np.flatnonzero(known.isna())
    if unknown.size:
        details = {"count": unknown.size, "value": written.iloc[int(unknown[0])], "known": ", ".join(ONEWAY)}
        raise DataError(Fault("access.oneway", details, layer="roads", column=column))
    return np.array(known.tolist(), dtype=bool).reshape(-1, 2).T


def _speeds(roads: gpd.GeoDataFrame, column: str) -> Floats:
    speeds: Floats = pd.to_numeric(_column(roads, column), errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = np.flatnonzero(~((speeds > 0) & (speeds < np.inf)))
    if wrong.size:
        first = int(wrong[0])
        details = {"count": wrong.size, "position": first + 1, "value": float(speeds[first])}
        raise DataError(Fault("access.speed", details, layer="roads", column=column))
    return speeds


def _column(roads: gpd.GeoDataFrame, name: str) -> "pd.Series[Any]":
    if name not in roads.columns:
        details = {"name": name, "have": ", ".join(map(str, roads.columns))}
        raise DataError(Fault("table.column_missing", details, layer="roads"))
    return roads[name]
