"""Models with capacities against every choice there is, and against published optima."""

import itertools
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from landlink.errors import DataError
from landlink.siting.models import Answer, Progress, capacitated_p_median, facility_location
from tests import orlib

INF = math.inf


@dataclass(frozen=True)
class Case:
    """A small problem; a fixed cost by site, or ``p`` sites without one."""

    cost: np.ndarray
    demand: np.ndarray
    capacity: np.ndarray
    fixed: np.ndarray
    p: int


@st.composite
def cases(draw: st.DrawFn) -> Case:
    n, m = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    cost = st.one_of(st.integers(0, 12), st.sampled_from([INF, 2.5]))
    rows = draw(st.lists(st.lists(cost, min_size=m, max_size=m), min_size=n, max_size=n))
    demand = draw(st.lists(st.sampled_from([0, 1, 2, 3, 5, 1.25]), min_size=n, max_size=n))
    capacity = draw(st.lists(st.sampled_from([0, 2, 4, 6, 7.5, 20]), min_size=m, max_size=m))
    fixed = draw(st.lists(st.sampled_from([0, 1, 4, 9, 3.3]), min_size=m, max_size=m))
    values = (np.array(part, dtype=float) for part in (rows, demand, capacity, fixed))
    return Case(*values, draw(st.integers(1, m)))


def whole(case: Case, fixed: np.ndarray, most: int) -> float:
    """Least cost where each demand has one site, of all assignments."""
    n, m = case.cost.shape
    best = INF
    for served in itertools.product(range(m), repeat=n):
        sites = sorted(set(served))
        load = np.bincount(served, case.demand, minlength=m)
        if len(sites) <= most and (load <= case.capacity).all():
            best = min(best, float(case.cost[np.arange(n), served].sum() + fixed[sites].sum()))
    return best


def split(case: Case) -> float:
    """Least cost where demand may be split: of all sets of sites, a transport problem each."""
    n, m = case.cost.shape
    allowed = np.isfinite(case.cost)
    if not allowed.any(axis=1).all():
        return INF
    best = INF
    row, column = np.nonzero(allowed)
    serves = sparse.csr_array((np.ones(len(row)), (row, np.arange(len(row)))), shape=(n, len(row)))
    fills = sparse.csr_array((case.demand[row], (column, np.arange(len(row)))), shape=(m, len(row)))
    for flags in itertools.product((False, True), repeat=m):
        opened = np.array(flags)
        found = linprog(
            case.cost[row, column],
            A_ub=fills,
            b_ub=np.where(opened, case.capacity, 0.0),
            A_eq=serves,
            b_eq=np.ones(n),
            bounds=[(0, float(opened[site])) for site in column],
        )
        if found.status == 0:
            best = min(best, float(found.fun + case.fixed[opened].sum()))
    return best


def median(case: Case) -> Answer:
    return capacitated_p_median(case.cost, case.demand, case.capacity, case.p)


def single(case: Case) -> Answer:
    return facility_location(case.fixed, case.cost, case.demand, case.capacity, single_source=True)


def location(case: Case) -> Answer:
    return facility_location(case.fixed, case.cost, case.demand, case.capacity)


def free(case: Case) -> Answer:
    return facility_location(case.fixed, case.cost, case.demand)


MODELS = [
    pytest.param(median, lambda case: whole(case, np.zeros(len(case.fixed)), case.p), id="capacitated_p_median"),
    pytest.param(single, lambda case: whole(case, case.fixed, len(case.fixed)), id="single_source"),
    pytest.param(location, split, id="split"),
    pytest.param(
        free, lambda case: split(replace(case, capacity=np.full(len(case.fixed), 1e3))), id="without_capacities"
    ),
]
Model = Callable[[Case], Answer]


def kept(case: Case, answer: Answer, *, capacities: bool = True) -> None:
    """Demand is served in full, from open sites by allowed pairs within capacities, at the cost that is told."""
    shares = answer.shares.toarray()
    assert (shares >= 0).all()
    assert shares.sum(axis=1) == pytest.approx(np.ones(len(shares)), abs=1e-9)
    assert set(np.flatnonzero(shares.any(axis=0))) <= set(answer.open)
    assert np.isfinite(case.cost[shares > 0]).all()
    if capacities:
        assert (case.demand @ shares <= case.capacity * (1 + 1e-9)).all()


@pytest.mark.parametrize(("model", "brute"), MODELS)
@settings(deadline=None)
@given(case=cases())
def test_the_best_of_all_choices_is_found(model: Model, brute: Callable[[Case], float], case: Case) -> None:
    best = brute(case)
    answer = model(case)
    if not math.isfinite(best):
        assert answer.status == "infeasible"
        assert answer.reasons
        assert all(reason.text("zh") and reason.text("en") for reason in answer.reasons)
        return
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(best, abs=1e-6)
    assert answer.bound <= answer.objective
    assert answer.bound == pytest.approx(best, rel=1e-6, abs=1e-6)
    kept(case, answer, capacities=model is not free)
    paid = float((np.where(np.isfinite(case.cost), case.cost, 0.0) * answer.shares.toarray()).sum())
    opening = 0.0 if model is median else float(case.fixed[answer.open].sum())
    assert answer.objective == pytest.approx(paid + opening, abs=1e-9)
    if model is median:
        assert len(answer.open) == case.p


@pytest.mark.parametrize("model", [pytest.param(param.values[0], id=param.id) for param in MODELS])
@settings(max_examples=30, deadline=None)
@given(case=cases(), order=st.randoms(use_true_random=False))
def test_names_of_sites_do_not_matter_and_more_sites_do_not_harm(
    model: Model, case: Case, order: random.Random
) -> None:
    places = list(range(len(case.fixed)))
    order.shuffle(places)
    answer = model(case)
    renamed = Case(case.cost[:, places], case.demand, case.capacity[places], case.fixed[places], case.p)
    assert model(renamed).objective == pytest.approx(answer.objective, abs=1e-6)
    column = np.array([[order.choice([0, 3, 8, INF])] for _ in case.cost])
    more = model(
        Case(
            np.hstack([case.cost, column]),
            case.demand,
            np.append(case.capacity, order.choice([0, 3, 30])),
            np.append(case.fixed, order.choice([0, 2])),
            case.p,
        )
    )
    assert more.objective <= answer.objective + 1e-6


@pytest.mark.parametrize("name", sorted(orlib.optima("facility_location")))
def test_published_optima_of_split_demand_are_proven(name: str) -> None:
    fixed, cost, demand, capacity = orlib.cap(name)
    answer = facility_location(fixed, cost, demand, capacity)
    assert answer.objective == pytest.approx(orlib.optima("facility_location")[name], abs=1e-2)
    assert answer.status == "optimal"
    kept(Case(cost, demand, capacity, fixed, 0), answer)


@pytest.mark.parametrize("name", sorted(orlib.optima("facility_location_single_source")))
def test_published_optima_of_single_sources_are_proven(name: str) -> None:
    fixed, cost, demand, capacity = orlib.single_cap(name)
    answer = facility_location(fixed, cost, demand, capacity, single_source=True)
    assert answer.objective == pytest.approx(orlib.optima("facility_location_single_source")[name], abs=1e-2)
    assert answer.status == "optimal"
    assert set(answer.shares.data) == {1.0}
    kept(Case(cost, demand, capacity, fixed, 0), answer)


@pytest.mark.parametrize("name", ["pmedcap01", "pmedcap02", "pmedcap03", "pmedcap08"])
def test_published_optima_of_capacitated_medians_are_proven(name: str) -> None:
    cost, demand, capacity, p = orlib.pmedcap(name)
    answer = capacitated_p_median(cost, demand, capacity, p)
    assert (answer.objective, answer.bound) == (orlib.optima("capacitated_p_median")[name],) * 2
    assert (answer.status, len(answer.open)) == ("optimal", p)
    kept(Case(cost, demand, np.full(len(cost), capacity), np.zeros(len(cost)), p), answer)


@pytest.mark.parametrize(
    ("cost", "demand", "capacity", "single_source", "reason", "values"),
    [
        ([[INF, INF], [1, 2]], [1, 1], [5, 5], False, "unreached", {"count": 1}),
        ([[1, 2], [1, 2]], [7, 8], [5, 5], False, "over_capacity", {"demand": 15.0, "capacity": 10.0, "sites": 2}),
        ([[1, 2], [1, 2]], [6, 1], [5, 5], True, "too_big", {"count": 1, "demand": 6.0, "capacity": 5.0}),
        ([[1, 2], [1, 2], [1, 2]], [3, 3, 3], [5, 5], True, "no_assignment", {}),
    ],
)
def test_why_there_is_no_answer(
    cost: list[list[float]],
    demand: list[float],
    capacity: list[float],
    single_source: bool,  # noqa: FBT001
    reason: str,
    values: dict[str, object],
) -> None:
    answer = facility_location([1, 1], cost, demand, capacity, single_source=single_source)
    assert answer.status == "infeasible"
    assert [(found.id, found.values) for found in answer.reasons] == [(reason, values)]
    assert answer.objective == INF


def hard() -> tuple[np.ndarray, np.ndarray, float, int]:
    random_ = np.random.default_rng(5)
    places = random_.random((150, 2))
    demand = random_.integers(1, 30, 150).astype(float)
    return np.hypot(*(places[:, None] - places).T), demand, 1.1 * demand.sum() / 15, 15


def test_time_is_kept_and_the_best_so_far_is_the_answer() -> None:
    cost, demand, capacity, p = hard()
    answer = capacitated_p_median(cost, demand, capacity, p, time_limit=2)
    assert answer.status == "time"
    assert answer.seconds < 10
    assert 0 < answer.bound < answer.objective
    kept(Case(cost, demand, np.full(150, capacity), np.zeros(150), p), answer)


def test_whoever_watches_can_stop() -> None:
    cost, demand, capacity, p = hard()
    told: list[Progress] = []

    def watch(progress: Progress) -> bool:
        told.append(progress)
        return math.isfinite(progress.objective) and len(told) > 3

    answer = capacitated_p_median(cost, demand, capacity, p, watch=watch)
    assert answer.status == "stopped"
    assert answer.objective <= told[-1].objective
    assert [one.bound for one in told] == sorted(one.bound for one in told)
    kept(Case(cost, demand, np.full(150, capacity), np.zeros(150), p), answer)


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (lambda: facility_location([1], [[1]], [-1], [1]), "siting.negative"),
        (lambda: facility_location([1], [[1]], [1], [np.nan]), "siting.missing"),
        (lambda: facility_location([np.inf], [[1]], [1], [1]), "siting.missing"),
        (lambda: facility_location([1, 1], [[1]], [1], [1]), "siting.length"),
        (lambda: facility_location([1], [[np.nan]], [1], [1]), "siting.cost_missing"),
        (lambda: capacitated_p_median([[1]], ["a"], 1, 1), "siting.not_numbers"),
        (lambda: capacitated_p_median([[1]], [1], 1, 2), "siting.p"),
    ],
)
def test_what_is_given_wrong_is_named(call: Callable[[], Answer], fault: str) -> None:
    with pytest.raises(DataError) as caught:
        call()
    assert [found.id for found in caught.value.faults] == [fault]
