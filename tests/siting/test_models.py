"""Median, centre and cover models against every choice there is, and against published optima."""

import itertools
import math
import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from landlink.errors import DataError
from landlink.siting.limits import Progress
from landlink.siting.models import Answer, max_cover, p_center, p_median, set_cover
from tests import orlib

INF = math.inf


@dataclass(frozen=True)
class Case:
    """A small problem."""

    cost: np.ndarray
    weights: np.ndarray
    p: int


@st.composite
def cases(draw: st.DrawFn) -> Case:
    n, m = draw(st.integers(1, 7)), draw(st.integers(1, 6))
    cost = st.one_of(st.integers(0, 12), st.sampled_from([INF, 2.5, 0.1]))
    rows = draw(st.lists(st.lists(cost, min_size=m, max_size=m), min_size=n, max_size=n))
    weights = draw(st.lists(st.sampled_from([0, 1, 2, 3, 0.7]), min_size=n, max_size=n))
    return Case(np.array(rows, dtype=float), np.array(weights, dtype=float), draw(st.integers(1, m)))


def choices(case: Case) -> list[tuple[int, ...]]:
    return list(itertools.combinations(range(case.cost.shape[1]), case.p))


def median_cost(case: Case, sites: tuple[int, ...]) -> float:
    least = case.cost[:, sites].min(axis=1)
    return float((least * case.weights).sum()) if np.isfinite(least).all() else INF


def center_cost(case: Case, sites: tuple[int, ...]) -> float:
    return float(case.cost[:, sites].min(axis=1).max())


def uncovered(case: Case, sites: tuple[int, ...]) -> float:
    return float(case.weights[~np.isfinite(case.cost[:, sites]).any(axis=1)].sum())


def median(case: Case) -> Answer:
    return p_median(case.cost, case.weights, case.p)


def center(case: Case) -> Answer:
    return p_center(case.cost, case.p)


def most(case: Case) -> Answer:
    return max_cover(np.isfinite(case.cost), case.weights, case.p)


MODELS = [
    pytest.param(median, median_cost, id="p_median"),
    pytest.param(center, center_cost, id="p_center"),
    pytest.param(most, uncovered, id="max_cover"),
]
Model = Callable[[Case], Answer]
Cost = Callable[[Case, tuple[int, ...]], float]


@pytest.mark.parametrize(("model", "costs"), MODELS)
@settings(deadline=None)
@given(case=cases())
def test_the_best_of_all_choices_is_found(model: Model, costs: Cost, case: Case) -> None:
    best = min(costs(case, sites) for sites in choices(case))
    answer = model(case)
    if not math.isfinite(best):
        assert answer.status == "infeasible"
        assert answer.reasons
        assert all(reason.text("zh") and reason.text("en") for reason in answer.reasons)
        return
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(best, abs=1e-9)
    assert answer.bound <= answer.objective
    assert answer.bound == pytest.approx(best, abs=1e-7)
    assert len(answer.open) == case.p
    assert costs(case, tuple(answer.open)) == pytest.approx(best, abs=1e-9)
    served = answer.assignment
    assert set(served[served >= 0]) <= set(answer.open)
    assert np.isfinite(case.cost[served >= 0, served[served >= 0]]).all()
    assert answer.shares.sum(axis=1).tolist() == (served >= 0).astype(float).tolist()


@settings(deadline=None)
@given(case=cases())
def test_the_fewest_sites_are_found(case: Case) -> None:
    cover = np.isfinite(case.cost)
    answer = set_cover(cover)
    if not cover.any(axis=1).all():
        assert (answer.status, answer.reasons[0].id) == ("infeasible", "unreached")
        assert answer.reasons[0].demand == tuple(np.flatnonzero(~cover.any(axis=1)))
        return
    fewest = next(
        count
        for count in itertools.count(1)
        if any(cover[:, sites].any(axis=1).all() for sites in itertools.combinations(range(cover.shape[1]), count))
    )
    assert (answer.objective, answer.bound, answer.status, len(answer.open)) == (fewest, fewest, "optimal", fewest)
    assert cover[:, answer.open].any(axis=1).all()
    assert cover[np.arange(len(cover)), answer.assignment].all()


@pytest.mark.parametrize(("model", "costs"), MODELS)
@settings(max_examples=40, deadline=None)
@given(case=cases(), order=st.randoms(use_true_random=False))
def test_names_of_sites_do_not_matter_and_more_sites_do_not_harm(
    model: Model, costs: Cost, case: Case, order: random.Random
) -> None:
    places = list(range(case.cost.shape[1]))
    order.shuffle(places)
    answer, other = model(case), model(Case(case.cost[:, places], case.weights, case.p))
    assert other.objective == pytest.approx(answer.objective, abs=1e-9)
    best = [sites for sites in choices(case) if costs(case, sites) == answer.objective]
    if len(best) == 1:
        assert sorted(places[site] for site in other.open) == answer.open.tolist()
    column = np.array([[order.choice([0, 3, 8, INF])] for _ in case.cost])
    more = model(Case(np.hstack([case.cost, column]), case.weights, case.p))
    assert more.objective <= answer.objective + 1e-9


@settings(deadline=None)
@given(case=cases())
def test_absent_pairs_of_a_sparse_matrix_are_not_allowed(case: Case) -> None:
    row, column = np.nonzero(np.isfinite(case.cost))
    table = sparse.coo_array((case.cost[row, column], (row, column)), shape=case.cost.shape)
    for dense, thin in (
        (median(case), p_median(table, case.weights, case.p)),
        (center(case), p_center(table.tocsc(), case.p)),
    ):
        assert (dense.status, dense.objective) == (thin.status, thin.objective)
        assert dense.open.tolist() == thin.open.tolist()


def test_a_site_too_few_says_how_many_it_takes() -> None:
    cover = np.kron(np.eye(3), np.ones((2, 2)))
    answer = p_median(np.where(cover > 0, 1.0, INF), np.ones(6), 2)
    assert (answer.status, answer.reasons[0].id) == ("infeasible", "too_few")
    assert answer.reasons[0].values == {"p": 2, "least": 3}
    assert not len(answer.open)
    assert answer.objective == INF


@pytest.mark.parametrize("name", ["pmed1", "pmed2", "pmed3", "pmed4", "pmed5", "pmed6", "pmed8", "pmed10"])
def test_published_optima_are_proven(name: str) -> None:
    cost, p = orlib.pmed(name)
    answer = p_median(cost, np.ones(len(cost)), p)
    assert (answer.objective, answer.bound, answer.status) == (
        orlib.optima("p_median")[name],
        answer.objective,
        "optimal",
    )
    farthest = p_center(cost, p)
    assert (farthest.objective, farthest.status) == (orlib.optima("p_center")[name], "optimal")
    assert farthest.bound == farthest.objective
    # The centre's optimum is the least cost within which p sites cover all.
    assert set_cover(cost <= farthest.objective).objective <= p
    assert set_cover(cost < farthest.objective).objective > p
    assert max_cover(cost <= farthest.objective, np.ones(len(cost)), p).objective == 0


def hard() -> tuple[np.ndarray, int]:
    """Costs without any geometry, which leave the relaxation far from the optimum."""
    return np.random.default_rng(3).random((150, 150)), 10


def test_time_is_kept_and_the_best_so_far_is_the_answer() -> None:
    cost, p = hard()
    weights = np.ones(len(cost))
    answer = p_median(cost, weights, p, time_limit=0.3)
    assert answer.status == "time"
    assert answer.seconds < 5
    assert 0 < answer.bound < answer.objective
    assert answer.objective == pytest.approx(float(cost[:, answer.open].min(axis=1).sum()))


def test_whoever_watches_can_stop_and_sees_bounds_rise() -> None:
    cost, p = hard()
    told: list[Progress] = []

    def watch(progress: Progress) -> bool:
        told.append(progress)
        return len(told) >= 3

    answer = p_median(cost, np.ones(len(cost)), p, watch=watch)
    assert answer.status == "stopped"
    assert len(told) == 3
    assert [one.bound for one in told] == sorted(one.bound for one in told)
    assert [one.objective for one in told] == sorted((one.objective for one in told), reverse=True)
    assert answer.objective <= told[-1].objective
    assert answer.bound >= told[-1].bound


def test_a_gap_that_is_good_enough_is_kept() -> None:
    cost, p = hard()
    answer = p_median(cost, np.ones(len(cost)), p, gap=0.1)
    assert answer.status == "gap"
    assert 0 < answer.gap <= 0.1


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (lambda: p_median([[1, np.nan]], [1], 1), "siting.cost_missing"),
        (lambda: p_median([[1, -2]], [1], 1), "siting.cost_negative"),
        (lambda: p_median([1, 2], [1], 1), "siting.not_table"),
        (lambda: p_median([["a"]], [1], 1), "siting.not_numbers"),
        (lambda: p_median([[1, 2]], [1, 2], 1), "siting.length"),
        (lambda: p_median([[1, 2]], [-1], 1), "siting.negative"),
        (lambda: p_median([[1, 2]], [np.inf], 1), "siting.missing"),
        (lambda: p_median([[1, 2]], [1], 3), "siting.p"),
        (lambda: p_center([[1, 2]], 0), "siting.p"),
        (lambda: p_center([[1, 2]], 1.5), "siting.p"),  # type: ignore[arg-type]
        (lambda: set_cover([[1, np.nan]]), "siting.cover_missing"),
        (lambda: max_cover([[1, 0]], [1], 1, gap=2), "siting.gap"),
        (lambda: max_cover([[1, 0]], [1], 1, time_limit=-1), "siting.time_limit"),
        (lambda: max_cover([[1, 0]], [1], 1, seed=-1), "siting.seed"),
        (lambda: max_cover([[1, 0]], [1], 1, threads=0), "siting.threads"),
    ],
)
def test_what_is_given_wrong_is_named(call: Callable[[], Answer], fault: str) -> None:
    with pytest.raises(DataError) as caught:
        call()
    assert [found.id for found in caught.value.faults] == [fault]
    assert caught.value.faults[0].text("zh")
    assert caught.value.faults[0].text("en")
