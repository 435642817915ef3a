"""Access: golden examples with the arithmetic shown, and what must hold for any places, roads and persons."""

import math
from collections.abc import Callable, Sequence
from dataclasses import FrozenInstanceError
from itertools import pairwise
from random import Random

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.csgraph import floyd_warshall

from landlink import DataError
from landlink.access import (
    METHODS,
    Pairs,
    access,
    coverage,
    equity,
    gaussian,
    gaussian_to,
    gini,
    lorenz,
    nearest,
    network,
    opportunities,
    palma,
    power,
    shortage,
    steps,
    straight,
    uniform,
)
from landlink.access import pairs as pairs_module
from landlink.access import roads as roads_module

# As far from the origin as a Gauss-Krüger plane is.
X, Y = 500_000.1, 2_560_000.3
PLANE = 4547
NO = math.nan
WEIGHTS = steps([(300, 1), (500, 0.5), (1000, 0.2)])


def table(costs: Sequence[Sequence[float]], limit: float = 1000) -> Pairs:
    """Pairs of a full table; NaN where there is no way."""
    dense = np.array(costs, dtype=float).reshape(len(costs), -1)
    rows, columns = np.indices(dense.shape).reshape(2, -1)
    return Pairs.from_table(rows, columns, dense.ravel(), dense.shape, limit=limit)


def dense(pairs: Pairs) -> np.ndarray:
    """Costs as a full table; NaN where there is no pair."""
    found = np.full(pairs.shape, np.nan)
    rows = np.repeat(np.arange(pairs.shape[0]), np.diff(pairs.cost.indptr))
    found[rows, pairs.cost.indices] = pairs.cost.data
    return found


def points(*places: tuple[float, float], crs: object = PLANE) -> gpd.GeoSeries:
    return gpd.GeoSeries(shapely.points(np.array(places, dtype=float).reshape(-1, 2)), crs=crs)


def faults(run: Callable[[], object]) -> list[str]:
    with pytest.raises(DataError) as error:
        run()
    return [fault.id for fault in error.value.faults]


# Three cells and two sites: c does not reach A.
THREE = [[200, 900], [400, 400], [NO, 200]]
PERSONS, PLACES = [100, 200, 50], [30, 20]


def test_two_steps_worked_by_hand() -> None:
    """A is reached by a and b: 30 / 300 = 0.1; B by all: 20 / 350 = 2/35."""
    found = access(table(THREE), PERSONS, PLACES, method="2sfca")
    np.testing.assert_allclose(found, [0.1 + 2 / 35, 0.1 + 2 / 35, 2 / 35], rtol=1e-12)


def test_enhanced_two_steps_worked_by_hand() -> None:
    """Weights a: 1, 0.2; b: 0.5, 0.5; c: –, 1.

    A: 30 / (100·1 + 200·0.5) = 0.15; B: 20 / (100·0.2 + 200·0.5 + 50·1) = 20/170.
    """
    found = access(table(THREE), PERSONS, PLACES, decay=WEIGHTS)
    wanted = [0.15 + 0.2 * 20 / 170, 0.5 * 0.15 + 0.5 * 20 / 170, 20 / 170]
    np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_three_steps_worked_by_hand() -> None:
    """Cells choose: a: 1/1.2, 0.2/1.2; b: 1/2, 1/2; c: –, 1. Choice times weight: a: 5/6, 1/30; b: 1/4, 1/4; c: –, 1.

    A: 30 / (100·5/6 + 200/4) = 30 / (400/3) = 0.225; B: 20 / (100/30 + 200/4 + 50) = 20 / (310/3) = 6/31.
    """
    found = access(table(THREE), PERSONS, PLACES, method="3sfca", decay=WEIGHTS)
    wanted = [5 / 6 * 0.225 + 6 / 31 / 30, (0.225 + 6 / 31) / 4, 6 / 31]
    np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_modified_two_steps_worked_by_hand() -> None:
    """Ratios as in the enhanced method, 0.15 and 20/170, then weights squared: a: 1, 0.04; b: 0.25, 0.25; c: –, 1.

    Of 50 places 100·(0.15 + 0.04·20/170) + 200·0.25·(0.15 + 20/170) + 50·20/170 = 34.74 can be used.
    """
    found = access(table(THREE), PERSONS, PLACES, method="m2sfca", decay=WEIGHTS)
    wanted = [0.15 + 0.04 * 20 / 170, 0.25 * (0.15 + 20 / 170), 20 / 170]
    np.testing.assert_allclose(found, wanted, rtol=1e-12)
    assert found @ PERSONS == pytest.approx(34.735, abs=0.001)


def test_nearest_and_opportunities() -> None:
    three = table([*THREE, [NO, NO]])
    np.testing.assert_array_equal(nearest(three), [200, 400, 200, NO])
    np.testing.assert_array_equal(opportunities(three, PLACES), [50, 50, 20, 0])


def test_who_reaches_nothing_has_nothing_and_an_empty_place_has_a_score() -> None:
    """The third cell has no persons: A alone is within its reach, 30 / 100. No one at all reaches C."""
    costs = table([[100, NO, NO], [NO, NO, NO], [200, NO, NO]])
    for method in METHODS:
        decay = None if method == "2sfca" else uniform
        found = access(costs, [100, 70, 0], [30, 500, 9], method=method, decay=decay)
        np.testing.assert_allclose(found, [0.3, 0, 0.3], rtol=1e-12)
    assert not access(costs, [0, 0, 0], [30, 500, 9], method="2sfca").any()


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_no_cells_or_no_sites(shape: tuple[int, int]) -> None:
    cells, sites = np.zeros((shape[0], 2)), np.zeros((shape[1], 2))
    ways = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (9, 0)])], crs=PLANE)
    for found in (straight(cells, sites, 100), network(cells, sites, ways, 100, snap_m=10)):
        assert found.shape == shape
        assert access(found, np.ones(shape[0]), np.ones(shape[1]), decay=uniform).tolist() == [0.0] * shape[0]
        np.testing.assert_array_equal(nearest(found), np.full(shape[0], NO))


def test_decays() -> None:
    cost = np.array([0.0, 100.0, 300.0, 301.0, 1000.0, 1001.0])
    np.testing.assert_array_equal(uniform(cost), np.ones(6))
    np.testing.assert_array_equal(WEIGHTS(cost), [1, 1, 1, 0.5, 0.2, 0])
    np.testing.assert_allclose(gaussian(100)(cost[:3]), [1, math.exp(-0.5), math.exp(-4.5)])
    np.testing.assert_allclose(gaussian_to(300, 0.01)(cost[:3]), [1, 0.01 ** (1 / 9), 0.01])
    np.testing.assert_allclose(power(1.5, least=100)(cost[:3]), [1, 1, 3**-1.5])
    assert steps([(300, 1)]) == steps(((300, 1),))
    with pytest.raises(FrozenInstanceError):
        gaussian(1).sigma = 2  # type: ignore[attr-defined]


def test_rounding_of_a_cost_does_not_move_it_beyond_a_bound() -> None:
    """0.1 + 0.2 is above 0.3."""
    assert steps([(0.3, 1)])(np.array([0.1 + 0.2])).tolist() == [1]


# ------------------------------------------------------------------------------------------------------------- pairs


def test_a_pair_at_the_limit_counts() -> None:
    """Steps of 0.7 m, 3 : 4 : 5; in the plane rounding makes some of the distances more than they are."""
    count = np.arange(1, 400)
    cells = np.column_stack([X + 3 * 0.7 * count, Y + 4 * 0.7 * count])
    for place, limit in enumerate(5 * 0.7 * count[::50]):
        found = straight(cells, [[X, Y]], limit)
        assert found.cost.nnz == 50 * place + 1
        assert found.cost.data.max() == pytest.approx(limit, abs=1e-8)
        assert found.cost.data.max() <= limit
    assert straight([[0, 0]], [[1000.01, 0]], 1000).cost.nnz == 0


def test_circuity_lengthens_the_way() -> None:
    found = straight([[0, 0]], [[500, 0], [501, 0]], 650, circuity=1.3)
    np.testing.assert_allclose(dense(found), [[650, NO]], rtol=1e-12)


def test_a_cost_of_nothing_is_a_pair() -> None:
    found = straight([[5, 5], [900, 5]], [[5, 5]], 100)
    assert found.cost.nnz == 1
    np.testing.assert_array_equal(dense(found), [[0], [NO]])
    assert access(found, [10, 10], [5], decay=gaussian(50)).tolist() == [0.5, 0]


def test_a_point_within_stands_for_an_area() -> None:
    """The centroid of the horseshoe lies in its mouth; a point within does not."""
    shoe = shapely.box(0, 0, 300, 300) - shapely.box(100, 100, 300, 200)
    found = straight(gpd.GeoSeries([shoe, shapely.Point(7, 7)], crs=PLANE), points((7, 7)), 1000)
    stand = shapely.point_on_surface(shoe)
    assert shoe.covers(stand)
    np.testing.assert_allclose(dense(found)[:, 0], [math.hypot(stand.x - 7, stand.y - 7), 0])


def test_layers_frames_and_arrays_are_the_same() -> None:
    cells, there = [(0, 0), (30, 40)], [(0, 10), (60, 80)]
    wanted = dense(straight(np.array(cells), np.array(there), 60))
    for found in (
        straight(points(*cells), points(*there), 60),
        straight(gpd.GeoDataFrame(geometry=points(*cells)), np.array(there), 60),
    ):
        np.testing.assert_array_equal(dense(found), wanted)
        assert (found.unit, found.limit) == ("m", 60)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=5),
    st.sampled_from([1, 3, 5, 13]),
)
def test_straight_pairs_are_those_of_every_distance(cells: list, there: list, limit: float) -> None:
    every = np.linalg.norm(np.array(cells, float)[:, None] - np.array(there, float)[None], axis=2)
    found = straight(cells, there, limit)
    np.testing.assert_allclose(dense(found), np.where(every <= limit, every, NO))
    assert found.cost.has_canonical_format


def test_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    cells, there = rng.uniform(0, 1000, (500, 2)), rng.uniform(0, 1000, (20, 2))
    ways = lattice(11)
    whole = straight(cells, there, 200), network(cells, there, ways, 400, snap_m=50)
    monkeypatch.setattr(pairs_module, "_CELLS", 7)
    monkeypatch.setattr(roads_module, "_HELD", 1)
    for one, two in zip(whole, (straight(cells, there, 200), network(cells, there, ways, 400, snap_m=50)), strict=True):
        assert one.cost.nnz > 100
        np.testing.assert_array_equal(dense(one), dense(two))


def test_a_table_becomes_pairs() -> None:
    found = Pairs.from_table([1, 0, 1, 2], [1, 0, 0, 1], [7, 0, 12.5, NO], (4, 2), limit=10, unit="min")
    np.testing.assert_array_equal(dense(found), [[0, NO], [NO, 7], [NO, NO], [NO, NO]])
    assert found.cost.nnz == 2
    assert found.unit == "min"


# --------------------------------------------------------------------------------------------------- what must hold

amount = st.one_of(st.just(0.0), st.floats(0.01, 1e6))
cost = st.one_of(st.just(NO), st.just(0.0), st.floats(0, 1000), st.sampled_from([300.0, 500.0, 1000.0]))
DECAYS = (uniform, WEIGHTS, steps([(200, 1), (800, 0), (1000, 0.3)]), gaussian_to(1000), power(2, least=50))


@st.composite
def towns(draw: st.DrawFn) -> tuple[Pairs, np.ndarray, np.ndarray]:
    cells, sites = draw(st.integers(1, 7)), draw(st.integers(1, 5))
    costs = draw(st.lists(st.lists(cost, min_size=sites, max_size=sites), min_size=cells, max_size=cells))
    demand = draw(st.lists(amount, min_size=cells, max_size=cells))
    capacity = draw(st.lists(amount, min_size=sites, max_size=sites))
    return table(costs), np.array(demand), np.array(capacity)


def weighed(pairs: Pairs, decay: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    costs = dense(pairs)
    return np.where(np.isnan(costs), 0, decay(np.nan_to_num(costs)))


@given(towns(), st.sampled_from(DECAYS), st.sampled_from(METHODS))
def test_capacity_is_conserved(
    town: tuple[Pairs, np.ndarray, np.ndarray], decay: Callable[[np.ndarray], np.ndarray], method: str
) -> None:
    pairs, demand, capacity = town
    decay = uniform if method == "2sfca" else decay
    found = access(pairs, demand, capacity, method=method, decay=None if method == "2sfca" else decay)
    held = capacity[demand @ weighed(pairs, decay) > 0].sum()
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    if method == "m2sfca":
        assert found @ demand <= held * (1 + 1e-9)
    else:
        assert found @ demand == pytest.approx(held, rel=1e-9)


@given(towns(), st.sampled_from(DECAYS))
def test_every_method_is_its_formula(
    town: tuple[Pairs, np.ndarray, np.ndarray], decay: Callable[[np.ndarray], np.ndarray]
) -> None:
    """Cell by cell and site by site, as the papers write it."""
    pairs, demand, capacity = town
    cells, sites = pairs.shape
    w = weighed(pairs, decay)
    g = np.array([[w[i, j] / w[i].sum() if w[i, j] else 0 for j in range(sites)] for i in range(cells)])
    for method, choice, again in (("e2sfca", 1 + 0 * g, 1 + 0 * w), ("3sfca", g, 1 + 0 * w), ("m2sfca", 1 + 0 * g, w)):
        wanted = np.zeros(cells)
        for j in range(sites):
            held = sum(demand[k] * choice[k, j] * w[k, j] for k in range(cells))
            for i in range(cells):
                wanted[i] += choice[i, j] * w[i, j] * again[i, j] * capacity[j] / held if held else 0
        np.testing.assert_allclose(access(pairs, demand, capacity, method=method, decay=decay), wanted, rtol=1e-9)


@given(towns(), st.sampled_from(METHODS), st.randoms(use_true_random=False))
def test_order_of_cells_and_sites_does_not_matter(
    town: tuple[Pairs, np.ndarray, np.ndarray], method: str, random: Random
) -> None:
    pairs, demand, capacity = town
    decay = None if method == "2sfca" else WEIGHTS
    cells, sites = (random.sample(range(size), size) for size in pairs.shape)
    found = access(table(dense(pairs)[cells][:, sites]), demand[cells], capacity[sites], method=method, decay=decay)
    wanted = access(pairs, demand, capacity, method=method, decay=decay)[cells]
    np.testing.assert_allclose(found, wanted, rtol=1e-9)


@given(towns(), st.sampled_from(DECAYS), st.floats(1e-3, 1e3))
def test_units_of_capacity_and_demand_scale(
    town: tuple[Pairs, np.ndarray, np.ndarray], decay: Callable[[np.ndarray], np.ndarray], factor: float
) -> None:
    pairs, demand, capacity = town
    for method in ("e2sfca", "3sfca", "m2sfca"):
        base = access(pairs, demand, capacity, method=method, decay=decay)
        more = access(pairs, demand, factor * capacity, method=method, decay=decay)
        np.testing.assert_allclose(more, factor * base, rtol=1e-9)
        np.testing.assert_allclose(
            access(pairs, factor * demand, capacity, method=method, decay=decay), base / factor, rtol=1e-9
        )


@pytest.mark.filterwarnings("ignore::Warning")
def test_the_same_as_pysal() -> None:
    """On data that both can run: every site has demand within reach."""
    fca = pytest.importorskip("access.fca")
    rng = np.random.default_rng(5)
    pairs = straight(rng.uniform(0, 5000, (400, 2)), rng.uniform(0, 5000, (15, 2)), 2000)
    demand, capacity = rng.integers(1, 900, 400), rng.integers(1, 90, 15)
    rows = np.repeat(np.arange(400), np.diff(pairs.cost.indptr))
    costs = pd.DataFrame({"origin": rows, "dest": pairs.cost.indices, "cost": pairs.cost.data})
    there = pd.DataFrame({"demand": demand}, index=pd.RangeIndex(400, name="geoid"))
    offered = pd.DataFrame({"supply": capacity}, index=pd.RangeIndex(15, name="geoid"))
    for method, run, decay in (
        ("2sfca", fca.two_stage_fca, None),
        ("e2sfca", fca.two_stage_fca, WEIGHTS),
        ("e2sfca", fca.two_stage_fca, gaussian_to(2000)),
        ("3sfca", fca.three_stage_fca, gaussian_to(2000)),
    ):
        weight = None if decay is None else (lambda value, decay=decay: float(decay(np.array([value]))[0]))
        peer = run(there, offered, costs.copy(), max_cost=2000, weight_fn=weight)
        found = access(pairs, demand, capacity, method=method, decay=decay)
        np.testing.assert_allclose(peer.to_numpy(), found[peer.index], rtol=1e-9)
        assert found @ demand == pytest.approx(capacity.sum())


# ----------------------------------------------------------------------------------------------------------- network


def ways(*lines: Sequence[tuple[float, ...]], **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=[shapely.LineString(line) for line in lines], crs=PLANE)


def lattice(size: int, step: float = 100.0) -> gpd.GeoDataFrame:
    """Streets across and along, one line each, whose vertices are the crossings."""
    at = np.arange(size) * step
    return ways(*[[(x, y) for y in at] for x in at], *[[(x, y) for x in at] for y in at])


def one(found: Pairs) -> float:
    return float(dense(found)[0, 0])


def test_the_way_along_roads_worked_by_hand() -> None:
    """A T: a road of 1,000 m east, and from its middle, a vertex of it, one of 300 m north.

    The cell lies 20 m beside the point 100 m along; the site 10 m beside the northern road, 200 m up:
    20 + 400 + 200 + 10 = 630 m.
    """
    town = ways([(0, 0), (500, 0), (1000, 0)], [(500, 0), (500, 300)])
    cell, site = points((100, -20)), points((510, 200))
    assert one(network(cell, site, town, 1000, snap_m=50)) == 630
    # at the limit, and just beyond it
    assert one(network(cell, site, town, 630, snap_m=50)) == 630
    assert network(cell, site, town, 629.99, snap_m=50).cost.nnz == 0
    # with a leg at the limit of legs, and just beyond it
    assert one(network(cell, site, town, 1000, snap_m=20)) == 630
    assert network(cell, site, town, 1000, snap_m=19.99).cost.nnz == 0


def test_minutes_by_speed() -> None:
    """Legs of 20 m and 10 m at 4 km/h, 0.45 min; 400 m at 24 km/h, 1 min; 200 m at 30 km/h, 0.4 min."""
    town = ways([(0, 0), (500, 0), (1000, 0)], [(500, 0), (500, 300)], kmh=[24, 30])
    found = network(points((100, -20)), points((510, 200)), town, 10, snap_m=50, speed="kmh")
    assert one(found) == pytest.approx(1.85)
    assert found.unit == "min"
    walked = network(points((100, -20)), points((510, 200)), town, 10, snap_m=50, speed="kmh", walk_kmh=3.6)
    assert one(walked) == pytest.approx(1.9)


def test_roads_that_cross_without_a_vertex_do_not_meet() -> None:
    cross = ways([(0, 0), (100, 0)], [(50, -50), (50, 50)])
    assert network(points((0, 0)), points((50, 50)), cross, 1000, snap_m=1).cost.nnz == 0
    bridged = ways([(0, 0), (50, 0), (100, 0)], [(50, -50), (50, 0), (50, 50)])
    assert one(network(points((0, 0)), points((50, 50)), bridged, 1000, snap_m=1)) == 100


def test_ends_meet_to_the_millimetre() -> None:
    close = ways([(0, 0), (100, 0)], [(100.0004, 0), (200, 0)])
    assert one(network(points((0, 0)), points((200, 0)), close, 500, snap_m=1)) == pytest.approx(200, abs=1e-3)
    apart = ways([(0, 0), (100, 0)], [(100.01, 0), (200, 0)])
    assert network(points((0, 0)), points((200, 0)), apart, 500, snap_m=1).cost.nnz == 0


ALONG = ["forward", "yes"]
AGAINST = ["backward", "-1", -1]
BOTH = ["both", "no", None, NO, ""]


@pytest.mark.parametrize(
    ("says", "there", "back"),
    [
        *[(says, 60, 140) for says in ALONG],
        *[(says, 140, 60) for says in AGAINST],
        *[(says, 60, 60) for says in BOTH],
    ],
)
def test_one_way_roads(says: object, there: float, back: float) -> None:
    """A ring of 200 m that goes north first: from (0, 10) to (20, 50) 40 + 20 = 60 m along it, 140 m against it."""
    ring = ways([(0, 0), (0, 50), (50, 50), (50, 0), (0, 0)], way=pd.Series([says], dtype=object))
    cell, site = points((0, 10)), points((20, 50))
    assert one(network(cell, site, ring, 1000, snap_m=1, oneway="way")) == there
    assert one(network(site, cell, ring, 1000, snap_m=1, oneway="way")) == back
    # with more sites than cells the search begins at the cells
    many = points((20, 50), (20, 50), (900, 900))
    np.testing.assert_array_equal(dense(network(cell, many, ring, 1000, snap_m=1, oneway="way")), [[there, there, NO]])


def test_a_place_at_a_crossing_leaves_by_every_road() -> None:
    """Both roads begin at the cell's corner; the one it joins may not be used from there on."""
    town = ways([(0, 0), (100, 0)], [(0, 0), (0, 100)], way=["backward", "both"])
    for order in ([0, 1], [1, 0]):
        found = network(points((-1, -1)), points((0, 100), (100, 0)), town.iloc[order], 500, snap_m=5, oneway="way")
        np.testing.assert_allclose(dense(found), [[100 + math.sqrt(2), NO]])


def test_parts_that_hang_together_with_nothing_are_out_of_reach() -> None:
    town = ways([(0, 0), (100, 0)], [(0, 500), (100, 500)])
    found = network(points((0, 0), (100, 500)), points((100, 0), (0, 500)), town, 1e6, snap_m=1)
    np.testing.assert_array_equal(dense(found), [[100, NO], [NO, 100]])


def test_the_shorter_of_two_roads_between_the_same_ends() -> None:
    town = ways([(0, 0), (50, 120), (100, 0)], [(0, 0), (100, 0)], [(0, 0), (50, -120), (100, 0)])
    assert one(network(points((0, 0)), points((100, 0)), town, 1000, snap_m=1)) == 100


def test_odd_lines_do_no_harm() -> None:
    """A road of no length, one in two parts, one with heights, one with a vertex twice."""
    town = gpd.GeoDataFrame(
        geometry=[
            shapely.LineString([(40, 0), (40, 0)]),
            shapely.MultiLineString([[(0, 0), (50, 0)], [(50, 0), (50, 0), (80, 0)]]),
            shapely.LineString([(80, 0, 5), (120, 30, 500)]),
        ],
        crs=PLANE,
    )
    found = network(points((0, 0), (30, 0)), points((120, 30), (30, 0)), town, 1000, snap_m=1)
    np.testing.assert_allclose(dense(found), [[130, 30], [100, 0]])
    assert found.cost.nnz == 4


def test_no_roads_no_ways() -> None:
    none = gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=PLANE))
    assert network(points((0, 0)), points((0, 0)), none, 1000, snap_m=100).cost.nnz == 0


def by_every_way(cells: np.ndarray, there: np.ndarray, town: gpd.GeoDataFrame, snap_m: float) -> np.ndarray:
    """Costs by Floyd and Warshall: every vertex a node, a place between the two vertices of the nearest stretch."""
    vertices = sorted({point for line in town.geometry for point in line.coords})
    place = {point: number for number, point in enumerate(vertices)}
    edges, stretches = np.full((len(vertices), len(vertices)), np.inf), []
    for line, says in zip(town.geometry, town["way"], strict=True):
        for one_end, other_end in pairwise(line.coords):
            u, v, length = place[one_end], place[other_end], math.dist(one_end, other_end)
            stretches.append((u, v, shapely.LineString([one_end, other_end]), length, says))
            if says != "backward":
                edges[u, v] = min(edges[u, v], length)
            if says != "forward":
                edges[v, u] = min(edges[v, u], length)
    np.fill_diagonal(edges, 0)
    graph = sparse.csr_array(np.where(np.isinf(edges), 0, edges))
    between = floyd_warshall(graph)

    def joined(point: np.ndarray) -> tuple[int, float, float]:
        leg, number = min(
            (line.distance(shapely.Point(point)), number) for number, (_, _, line, _, _) in enumerate(stretches)
        )
        return number, stretches[number][2].project(shapely.Point(point)), leg

    found = np.full((len(cells), len(there)), np.nan)
    for i, cell in enumerate(cells):
        for j, site in enumerate(there):
            (s, at, leg), (e, to, last) = joined(cell), joined(site)
            if leg > snap_m or last > snap_m:
                continue
            u, v, _, length, says = stretches[s]
            out = {u: at if says != "forward" or at < 1e-9 else np.inf}
            out[v] = length - at if says != "backward" or length - at < 1e-9 else np.inf
            a, b, _, other, way = stretches[e]
            into = {a: to if way != "backward" or to < 1e-9 else np.inf}
            into[b] = other - to if way != "forward" or other - to < 1e-9 else np.inf
            best = min(out[m] + between[m, n] + into[n] for m in out for n in into)
            if s == e and (says == "both" or (to >= at) == (says == "forward")):
                best = min(best, abs(to - at))
            if np.isfinite(best):
                found[i, j] = leg + best + last
    return found


@given(st.integers(0, 10**6), st.booleans())
@settings(max_examples=60, deadline=None)
def test_network_pairs_are_those_of_every_way(seed: int, more_sites: bool) -> None:  # noqa: FBT001
    rng = np.random.default_rng(seed)
    lines, used = [], set()
    for _ in range(rng.integers(1, 12)):
        line = rng.integers(0, 5, (rng.integers(2, 5), 2)) * 100
        parts = {frozenset((tuple(one.tolist()), tuple(two.tolist()))) for one, two in pairwise(line)}
        if len(parts) == len(line) - 1 and all(len(part) == 2 for part in parts) and not parts & used:
            used |= parts
            lines.append(line)
    assume(lines)
    # stretches of a straight line that overlap are nearest together: which is joined is left open
    flat = [shapely.LineString(sorted(part)) for part in used]
    assume(not any(one.intersection(two).length for n, one in enumerate(flat) for two in flat[:n]))
    town = ways(*lines, way=rng.choice(["both", "forward", "backward"], len(lines)))
    counts = (3, 6) if more_sites else (6, 3)
    cells, there = (rng.uniform(-60, 460, (count, 2)) for count in counts)
    wanted = by_every_way(cells, there, town, 80)
    limit = 700
    wanted[wanted > limit] = np.nan
    found = dense(network(cells, there, town, limit, snap_m=80, oneway="way"))
    np.testing.assert_allclose(found, wanted, rtol=1e-9)


def test_streets_of_a_town_are_as_long_as_they_look() -> None:
    """Between crossings of a lattice a way is as long as the sides of the block."""
    rng = np.random.default_rng(1)
    cells, there = rng.integers(0, 11, (60, 2)) * 100.0, rng.integers(0, 11, (9, 2)) * 100.0
    found = dense(network(cells, there, lattice(11), 700, snap_m=1))
    sides = np.abs(cells[:, None] - there[None]).sum(axis=2)
    np.testing.assert_allclose(found, np.where(sides <= 700, sides, NO), atol=1e-7)


# ------------------------------------------------------------------------------------------------------------ equity


def test_gini_and_lorenz_worked_by_hand() -> None:
    """10 persons with 1 each, 30 with 3: in all 100. A quarter of the persons has a tenth of the access.

    The area below the curve: 0.25·0.1/2 + 0.75·(0.1 + 1)/2 = 0.0125 + 0.4125 = 0.425; Gini 1 − 2·0.425 = 0.15.
    """
    curve = lorenz([3, 1, 99], [30, 10, 0])
    np.testing.assert_allclose(curve.to_numpy(), [[0, 0], [0.25, 0.1], [1, 1]])
    assert list(curve.columns) == ["population", "access"]
    assert gini([3, 1, NO], [30, 10, 0]) == pytest.approx(0.15)


def test_palma_divides_the_cells_at_its_bounds() -> None:
    """20 persons with 1 each, 30 with 2, 50 with 4: in all 280.

    The 40 with the least have 20·1 + 20·2 = 60, the 10 with the most 10·4 = 40: 2/3.
    """
    assert palma([2, 4, 1], [30, 50, 20]) == pytest.approx(40 / 60)


def test_where_all_have_the_same_or_nothing() -> None:
    for value in (0, 5):
        assert gini([value, value], [3, 4]) == pytest.approx(0, abs=1e-15)
        assert palma([value, value], [3, 4]) == pytest.approx(0.25)
    assert palma([0, 1], [1, 1]) == math.inf


def test_without_persons_there_is_no_measure() -> None:
    assert lorenz([1, 2], [0, 0]).to_numpy().tolist() == [[0, 0]]
    for found in (gini([1], [0]), palma([], []), coverage([1], [0], 5), shortage([1], [0], 2).share):
        assert math.isnan(found)


def test_shortage_worked_by_hand() -> None:
    """Who has just the threshold is not short; 10 lack 1.5 each and 5 lack 2."""
    found = shortage([0.5, 2, 3, 0, 0], [10, 20, 10, 5, 0], 2)
    assert (found.persons, found.lack) == (15, 25)
    assert found.share == pytest.approx(15 / 45)


def test_coverage_counts_the_radius_in() -> None:
    """500.0000000001 m is 500 m after rounding; a cell without a site in reach is not covered."""
    assert coverage([100, 500 + 1e-10, 500.1, NO], [10, 20, 30, 40], 500) == pytest.approx(0.3)


def test_the_table_of_equity() -> None:
    """District 1: the example of Gini; all but its 10 persons within 500 m. District 2 has no persons."""
    cells = pd.DataFrame(
        {
            "code": ["1", "2", "1", "1", None],
            "persons": [30, 0, 10, 0, 4],
            "access": [3.0, 7.0, 1.0, 9.0, 0.0],
            "cost": [500.0, 1.0, NO, 1.0, 800.0],
        }
    )
    found = equity(cells, radius=500, threshold=2, by="code")
    columns = "code persons access gini palma covered short_persons short_share lack".split()  # noqa: SIM905
    assert list(found.columns) == columns
    first = found.iloc[0]
    assert first["code"] == "1"
    # of the 40: the least 16 have 10·1 + 6·3 = 28, the top 4 have 12
    wanted = [40, 2.5, 0.15, 12 / 28, 0.75, 10, 0.25, 10]
    np.testing.assert_allclose(first.to_numpy()[1:].astype(float), wanted)
    np.testing.assert_array_equal(found.iloc[1].to_numpy()[1:].astype(float), [0, NO, NO, NO, NO, 0, NO, 0])
    assert pd.isna(found.iloc[2]["code"])
    assert found.iloc[2]["lack"] == 8
    whole = equity(cells, radius=500, threshold=2)
    assert whole.shape == (1, 8)
    assert whole["persons"].item() == 44
    assert whole["covered"].item() == pytest.approx(30 / 44)


persons = st.integers(0, 30)
values = st.one_of(st.just(0.0), st.integers(0, 5).map(float), st.floats(0.001, 1e4))
cells_of = st.lists(st.tuples(values, persons), min_size=1, max_size=8).filter(lambda cells: any(w for _, w in cells))


@given(cells_of)
def test_measures_are_those_of_persons_one_by_one(cells: list[tuple[float, int]]) -> None:
    v, w = map(list, zip(*cells, strict=True))
    each = np.sort(np.repeat(v, w))
    n, total = len(each), each.sum()
    # Gini as the mean difference between all pairs of persons
    differences = np.abs(each[:, None] - each[None]).sum() / (2 * n * total) if total else 0
    assert gini(v, w) == pytest.approx(differences, abs=1e-12)
    # a tenth of each person, so that 10 % and 40 % are whole numbers of parts
    parts = np.repeat(each, 10)
    bottom, top = parts[: 4 * n].sum(), parts[9 * n :].sum()
    if total and bottom:
        assert palma(v, w) == pytest.approx(top / bottom, rel=1e-9)
    found = shortage(v, w, 3)
    assert found.persons == (each < 3).sum()
    assert found.share == pytest.approx((each < 3).mean())
    assert found.lack == pytest.approx(np.maximum(3 - each, 0).sum())
    assert coverage(v, w, 2) == pytest.approx((each <= 2).mean())


@given(cells_of, st.floats(1e-3, 1e3), st.integers(0, 7), st.floats(0, 1))
def test_gini_does_not_change_with_units_or_the_cut_of_cells(
    cells: list[tuple[float, int]], factor: float, which: int, share: float
) -> None:
    v, w = map(np.array, zip(*cells, strict=True))
    base = gini(v, w)
    assert 0 <= base < 1
    assert gini(factor * v, w) == pytest.approx(base, abs=1e-9)
    cut = which % len(v)
    pieces = np.append(w.astype(float), share * w[cut])
    pieces[cut] -= share * w[cut]
    assert gini(np.append(v, v[cut]), np.maximum(pieces, 0)) == pytest.approx(base, abs=1e-9)


# ------------------------------------------------------------------------------------------------------ wrong inputs

ROADS = ways([(0, 0), (100, 0)], kmh=[5.0], way=["both"])
HERE = points((0, 0))


def reached(**options: object) -> Callable[[], object]:
    return lambda: access(table(THREE), **{"demand": PERSONS, "capacity": PLACES, "decay": uniform, **options})


def along(**options: object) -> Callable[[], object]:
    given_ = {"demand": HERE, "sites": HERE, "roads": ROADS, "limit": 100, "snap_m": 10, **options}
    return lambda: network(**given_)


WRONG = {
    "demand missing": (reached(demand=[1, NO, 2]), "missing"),
    "demand no number": (reached(demand=["1", "x", "2"]), "missing"),
    "demand negative": (reached(demand=[1, -1, 2]), "negative"),
    "demand infinite": (reached(demand=[1, math.inf, 2]), "infinite"),
    "demand too short": (reached(demand=[1, 2]), "length"),
    "demand a table": (reached(demand=[[1, 2, 3]]), "length"),
    "no capacity": (reached(capacity=pd.Series([3, pd.NA], dtype="Int64")), "missing"),
    "capacity negative": (reached(capacity=[-3, 1]), "negative"),
    "capacity too long": (reached(capacity=[3, 1, 1]), "length"),
    "capacity of opportunities": (lambda: opportunities(table(THREE), [1, NO]), "missing"),
    "method": (reached(method="4sfca"), "method"),
    "no decay": (reached(decay=None), "decay"),
    "a decay too much": (reached(method="2sfca"), "decay"),
    "weight negative": (reached(decay=lambda cost: 300 - cost), "weight"),
    "weight missing": (reached(decay=lambda cost: np.where(cost > 300, NO, 1)), "weight"),
    "weight infinite": (reached(decay=lambda cost: np.where(cost > 300, math.inf, 1)), "weight"),
    "weights too few": (reached(decay=lambda cost: cost[1:]), "length"),
    "no steps": (lambda: steps([]), "steps"),
    "steps descending": (lambda: steps([(5, 1), (5, 0.5)]), "steps"),
    "step negative": (lambda: steps([(5, -1)]), "steps"),
    "step missing": (lambda: steps([(5, 1), (NO, 0.1)]), "steps"),
    "step without end": (lambda: steps([(5, 1), (math.inf, 0.1)]), "steps"),
    "sigma": (lambda: gaussian(0), "not_positive"),
    "gaussian limit": (lambda: gaussian_to(-1), "not_positive"),
    "gaussian weight": (lambda: gaussian_to(100, 1), "share"),
    "exponent": (lambda: power(NO, least=1), "not_positive"),
    "least": (lambda: power(1, least=0), "not_positive"),
    "limit nought": (lambda: straight(HERE, HERE, 0), "not_positive"),
    "limit missing": (lambda: straight(HERE, HERE, NO), "not_positive"),
    "limit without end": (lambda: straight(HERE, HERE, math.inf), "not_positive"),
    "circuity": (lambda: straight(HERE, HERE, 5, circuity=0.9), "circuity"),
    "three columns": (lambda: straight([[1, 2, 3]], HERE, 5), "coordinates"),
    "one column": (lambda: straight(HERE, [1, 2], 5), "coordinates"),
    "no geometry": (lambda: straight(gpd.GeoSeries([None], crs=PLANE), HERE, 5), "location_missing"),
    "empty geometry": (lambda: straight(gpd.GeoSeries([shapely.Polygon()], crs=PLANE), HERE, 5), "location_missing"),
    "no coordinates": (lambda: straight([[0, NO]], HERE, 5), "location_missing"),
    "no crs": (lambda: straight(points((0, 0), crs=None), HERE, 5), "crs_missing"),
    "degrees": (lambda: straight(points((113, 23), crs=4490), [[0, 0]], 5), "crs_plane"),
    "feet": (lambda: straight(points((0, 0), crs=2263), [[0, 0]], 5), "crs_plane"),
    "another crs": (lambda: straight(points((0, 0), crs=4546), HERE, 5), "crs_differs"),
    "another crs of roads": (along(roads=ROADS.set_crs(4546, allow_override=True)), "crs_differs"),
    "no crs of roads": (along(roads=ROADS.set_crs(None, allow_override=True)), "crs_missing"),
    "network limit": (along(limit=0), "not_positive"),
    "snap": (along(snap_m=-1), "not_positive"),
    "walk": (along(speed="kmh", walk_kmh=0), "not_positive"),
    "speed nought": (along(roads=ROADS.assign(kmh=0), speed="kmh"), "speed"),
    "speed missing": (along(roads=ROADS.assign(kmh=None), speed="kmh"), "speed"),
    "direction": (along(roads=ROADS.assign(way="sideways"), oneway="way"), "oneway"),
    "a point as a road": (along(roads=gpd.GeoDataFrame(geometry=HERE)), "road_shape"),
    "no road": (along(roads=gpd.GeoDataFrame(geometry=[None], crs=PLANE)), "road_shape"),
    "cost negative": (lambda: table([[-1]]), "cost"),
    "cost missing": (lambda: Pairs(sparse.csr_array([[NO]]), 5), "cost"),
    "cost above the limit": (lambda: Pairs(sparse.csr_array([[6.0]]), 5), "cost"),
    "pairs without limit": (lambda: Pairs(sparse.csr_array([[6.0]]), 0), "not_positive"),
    "pair twice": (lambda: Pairs.from_table([0, 0], [1, 1], [5, 6], (1, 2), limit=9), "pair_twice"),
    "unknown cell": (lambda: Pairs.from_table([1], [1], [5], (1, 2), limit=9), "pair_unknown"),
    "unknown site": (lambda: Pairs.from_table([0], [-1], [5], (1, 2), limit=9), "pair_unknown"),
    "site by name": (lambda: Pairs.from_table([0], ["a"], [5], (1, 2), limit=9), "pair_unknown"),
    "columns of a table": (lambda: Pairs.from_table([0], [0], [5, 6], (1, 2), limit=9), "length"),
    "values and weights": (lambda: gini([1, 2], [1]), "length"),
    "value missing": (lambda: gini([1, NO], [1, 1]), "missing"),
    "value negative": (lambda: palma([1, -1], [1, 1]), "negative"),
    "weight of a cell negative": (lambda: lorenz([1, 1], [1, -1]), "negative"),
    "threshold": (lambda: shortage([1], [1], 0), "not_positive"),
    "radius": (lambda: coverage([1], [1], 0), "not_positive"),
    "cost of coverage": (lambda: coverage([-1], [1], 5), "negative"),
}


@pytest.mark.parametrize(("run", "fault"), WRONG.values(), ids=WRONG)
def test_wrong_inputs(run: Callable[[], object], fault: str) -> None:
    assert faults(run) == [f"access.{fault}"]


def test_missing_columns() -> None:
    for run in (
        along(speed="nothing"),
        along(oneway="nothing"),
        lambda: equity(pd.DataFrame({"persons": [1], "access": [1]}), radius=1, threshold=1),
    ):
        assert faults(run) == ["table.column_missing"]


def test_all_that_is_wrong_with_amounts_is_told_at_once() -> None:
    with pytest.raises(DataError) as error:
        access(table(THREE), [-1, NO, math.inf], PLACES, decay=uniform)
    told = [(fault.id, fault.values["position"]) for fault in error.value.faults]
    assert told == [("access.missing", 2), ("access.negative", 1), ("access.infinite", 3)]
