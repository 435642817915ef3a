"""The choice of parcels against every choice there is, on problems small enough to try them all."""

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from landlink.errors import DataError
from landlink.siting.limits import Progress
from landlink.siting.solver import (
    Allocation,
    Budget,
    Kind,
    Problem,
    Weights,
    allocate,
    ascent,
    next_best,
    search,
)
from tests.benchmarks.bench_siting_city import city

WEIGHTS = (Weights(), Weights(10, 30, 30, 20), Weights(100, 0, 0, 0))


def pairs(rng: np.random.Generator, cells: int, places: int, share: float) -> sparse.csr_array:
    row, column = np.nonzero(rng.random((cells, places)) < share)
    return sparse.csr_array((rng.integers(0, 100, len(row)).astype(float), (row, column)), shape=(cells, places))


def problem(seed: int, *, cells: int = 6, candidates: int = 3, split: bool = False) -> Problem:
    """Two kinds, each in two sizes on each candidate, with budgets of kinds and of some candidates."""
    rng = np.random.default_rng(seed)
    kinds = tuple(
        Kind(
            rng.integers(0, 9, cells),
            pairs(rng, cells, candidates, 0.6),
            100.0,
            rng.integers(0, 6, 1),
            pairs(rng, cells, 1, 0.5),
        )
        for _ in range(2)
    )  # fmt: skip
    candidate = np.repeat(np.arange(candidates), 4)
    kind = np.tile([0, 0, 1, 1], candidates)
    units = rng.integers(1, 8, len(candidate))
    land = units * 10 + rng.integers(0, 5, len(candidate))
    budgets = [Budget(int(rng.integers(10, 120)), place, np.arange(candidates)) for place in (0, 1)]
    budgets.append(Budget(int(rng.integers(20, 200)), None, np.flatnonzero(rng.random(candidates) < 0.5)))
    return Problem(
        kinds, candidate, kind, units, 2 * units, land, rng.integers(20, 150, candidates), rng.random(candidates),
        rng.random(candidates) < 0.5, tuple(budgets), split=split,
    )  # fmt: skip


def allowed(given_: Problem, taken: list[int]) -> bool:
    where, what, land = given_.candidate[taken], given_.kind[taken], given_.land_m2[taken]
    if len({*zip(where.tolist(), what.tolist(), strict=True)}) < len(taken):
        return False
    for place in set(where.tolist()):
        if land[where == place].sum() > given_.area_m2[place] or (not given_.split and (where == place).sum() > 1):
            return False
    return all(
        land[np.isin(where, budget.members) & ((what == budget.kind) if budget.kind is not None else True)].sum()
        <= budget.limit_m2
        for budget in given_.budgets
    )


def choices(given_: Problem, place: int = 0, taken: tuple[int, ...] = ()) -> Iterator[list[int]]:
    if place == len(given_.candidate):
        yield list(taken)
        return
    yield from choices(given_, place + 1, taken)
    if allowed(given_, [*taken, place]):
        yield from choices(given_, place + 1, (*taken, place))


def objective(given_: Problem, weights: Weights, taken: list[int]) -> float:
    """Objective of a choice, its people assigned by linear programming."""
    scale = max(sum(budget.limit_m2 for budget in given_.budgets if budget.kind is not None), 1)
    where = given_.candidate[taken]
    lacking = weights.suitability * (1 - given_.suitability[where]) + weights.new_land * given_.is_new[where]
    found = float((given_.land_m2[taken] * lacking).sum()) / scale
    for place, kind in enumerate(given_.kinds):
        total = int(kind.persons.sum())
        if not total:
            continue
        sites = [
            (kind.cost[:, [given_.candidate[one]]], given_.capacity[one]) for one in taken if given_.kind[one] == place
        ]
        sites += [(kind.reach[:, [one]], kind.spare[one]) for one in range(len(kind.spare))]
        ways = [
            (site, int(row), value)
            for site, (cost, _) in enumerate(sites)
            for row, value in zip(cost.tocoo().row, cost.tocoo().data, strict=True)
        ]
        found += weights.cover
        if not ways:
            continue
        rows = np.zeros((len(sites) + len(kind.persons), len(ways)))
        for column, (site, row, _) in enumerate(ways):
            rows[site, column] = rows[len(sites) + row, column] = 1
        saved = [(weights.distance * value / kind.radius_m - weights.cover) / total for *_, value in ways]
        room = [*(capacity for _, capacity in sites), *kind.persons]
        found += min(linprog(saved, A_ub=rows, b_ub=room, bounds=(0, None)).fun, 0)
    return found


def assert_sound(given_: Problem, answer: Allocation, weights: Weights) -> None:
    assert allowed(given_, answer.taken.tolist())
    for place, kind in enumerate(given_.kinds):
        new, old = answer.served[place], answer.served_existing[place]
        assert (new.sum(axis=1) + old.sum(axis=1) + answer.uncovered[place] == kind.persons).all()
        assert (answer.uncovered[place] >= 0).all()
        room = np.zeros(len(given_.area_m2), dtype="int64")
        for one in answer.taken[given_.kind[answer.taken] == place]:
            room[given_.candidate[one]] = given_.capacity[one]
        assert (new.sum(axis=0) <= room).all()
        assert (old.sum(axis=0) <= kind.spare).all()
    assert answer.bound <= answer.objective
    weighed = sum(getattr(weights, name) * value for name, value in answer.terms.items())
    assert weighed == pytest.approx(answer.objective, abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), split=st.booleans(), weights=st.sampled_from(WEIGHTS))
def test_no_choice_is_better(seed: int, split: bool, weights: Weights) -> None:  # noqa: FBT001
    made = problem(seed, split=split)
    answer = allocate(made, weights=weights, gap=0)
    assert_sound(made, answer, weights)
    best = min(objective(made, weights, taken) for taken in choices(made))
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(best, rel=1e-9, abs=1e-6)
    assert answer.bound <= best + 1e-6


@pytest.mark.parametrize("split", [False, True])
def test_kinds_one_after_another_agree_with_one_program(monkeypatch: pytest.MonkeyPatch, split: bool) -> None:  # noqa: FBT001
    made = replace(city(400, 60, districts=2), split=split)
    parts = allocate(made, gap=0.005)
    monkeypatch.setattr(search, "SMALL_PAIRS", 10**9)
    one = allocate(made, gap=0.0005)
    for answer, gap in ((parts, 0.005), (one, 0.0005)):
        assert_sound(made, answer, Weights())
        assert answer.status in ("gap", "optimal")
        assert answer.gap <= gap
    assert parts.bound <= one.objective + 1e-6
    assert one.bound <= parts.objective + 1e-6


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_bounds_hold_when_stopped(seed: int) -> None:
    made = problem(seed, candidates=4)
    best = allocate(made, gap=0).objective
    asked = 0

    def watch(progress: Progress) -> bool:
        nonlocal asked
        asked += 1
        assert progress.bound <= best + 1e-6
        return asked > 1

    stopped = allocate(made, gap=0, watch=watch)
    assert_sound(made, stopped, Weights())
    assert stopped.bound <= best + 1e-6 <= stopped.objective + 2e-6


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_names_do_not_matter_and_more_candidates_do_not_harm(seed: int) -> None:
    made = problem(seed, candidates=4)
    best = allocate(made, gap=0).objective
    order = np.random.default_rng(seed).permutation(4)
    to = np.argsort(order)
    renamed = replace(
        made,
        kinds=tuple(replace(kind, cost=kind.cost[:, order]) for kind in made.kinds),
        candidate=to[made.candidate],
        area_m2=made.area_m2[order],
        suitability=made.suitability[order],
        is_new=made.is_new[order],
        budgets=tuple(replace(budget, members=to[budget.members]) for budget in made.budgets),
    )
    assert allocate(renamed, gap=0).objective == pytest.approx(best, rel=1e-9, abs=1e-6)
    fewer = replace(made, barred=tuple((3, kind) for kind in (0, 1)))
    assert allocate(fewer, gap=0).objective >= best - 1e-6


def small() -> Problem:
    """One kind; ten persons in each of two cells, 0 and 50 m from the first candidate, 80 m from the second."""
    cost = sparse.csr_array(np.array([[1.0, 80.0], [50.0, 80.0]]))
    cost.data[0] = 0
    kind = Kind(np.array([10, 10]), cost, 100.0, np.array([5]), sparse.csr_array(np.array([[20.0], [0.0]])))
    one = np.array([0, 1])
    return Problem(
        (kind,), one, np.array([0, 0]), np.array([1, 1]), np.array([12, 20]), np.array([100, 100]),
        np.array([100, 200]), np.array([0.5, 1.0]), np.array([False, True]), (Budget(150, 0, one),),
    )  # fmt: skip


def test_a_worked_example() -> None:
    # The first: its 12 places take the 5 of cell 0 that the existing facility (5 persons, 20 m) leaves, or all 10 and 2
    # of cell 1: 10 at 0 m and 2 at 50 m, while the existing one takes none (cell 1 cannot reach it); or 5 there at
    # 20 m, 5 here at 0 m and 7 here at 50 m: 17 served. Cover first: 3 of 20 are left, 1000 · 0.15 = 150. Distance:
    # 5 · 0.2 + 5 · 0 + 7 · 0.5 = 4.5 radii, of 20 persons 0.225, · 30 = 6.75. Land 100 of 150 · (1 − 0.5) · 3 = 1.
    # Sum 157.75.
    # The second: 20 places take all; best 5 at 20 m, 15 at 80 m: (1 + 12)/20 · 30 = 19.5; land is suited but new:
    # 100/150 · 1 = 0.667. Sum 20.1667: it is taken.
    answer = allocate(small(), gap=0)
    assert answer.taken.tolist() == [1]
    assert answer.objective == pytest.approx(20 + 1 / 6)
    assert answer.terms == pytest.approx({"cover": 0, "distance": 0.65, "suitability": 0, "new_land": 2 / 3})
    assert answer.served[0].toarray().tolist() == [[0, 5], [0, 10]]
    assert answer.served_existing[0].toarray().tolist() == [[5], [0]]
    first = allocate(replace(small(), barred=((1, 0),)), gap=0)
    assert first.objective == pytest.approx(157.75)
    both = allocate(replace(small(), fixed=((0, 0),)), gap=0)  # both together need 200 m² of 150
    assert both.objective == pytest.approx(157.75)


def test_the_next_best_of_the_worked_example() -> None:
    # Without the second, 15 of its persons are left: 15 · (1000 − 30 · 0.8)/20 = 732, less its land 2/3. In its place
    # the first takes 12 of them: 5 of cell 0 at 0 m, 7 of cell 1 at 50 m; the objective rises from 20.1667 to 157.75.
    answer = allocate(small(), gap=0)
    row = next_best(small(), answer, Weights()).iloc[0]
    assert row["option"] == 1
    assert row["without"] == pytest.approx(732 - 2 / 3)
    assert row["instead"] == 0
    assert row["instead_cost"] == pytest.approx(157.75 - 20 - 1 / 6)
    assert row["persons_lost"] == 3
    assert row["metres"] == pytest.approx(350 / 12 - 80)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), split=st.booleans())
def test_no_exchange_betters_the_best(seed: int, split: bool) -> None:  # noqa: FBT001
    made = problem(seed, candidates=4, split=split)
    answer = allocate(made, gap=0)
    found = next_best(made, answer, Weights())
    assert found["option"].tolist() == answer.taken.tolist()
    assert (found["without"] >= -1e-6).all()
    assert (found["instead_cost"].dropna() >= -1e-6).all()
    for row in found[found["instead"] >= 0].to_dict("records"):
        other = replace(made, barred=((int(made.candidate[row["option"]]), int(made.kind[row["option"]])),))
        assert allocate(other, gap=0).objective <= answer.objective + row["instead_cost"] + 1e-6


def test_nothing_can_be_built() -> None:
    poor = replace(small(), budgets=(Budget(99, 0, np.array([0, 1])),))
    answer = allocate(poor, gap=0)
    assert (answer.status, len(answer.taken)) == ("optimal", 0)
    # The existing facility serves 5 of 20 at 20 m: 1000 · 0.75 + 30 · 0.05 = 751.5.
    assert answer.objective == pytest.approx(751.5)


def has_fixed(given_: Problem, taken: list[int]) -> bool:
    pairs = set(zip(given_.candidate[taken].tolist(), given_.kind[taken].tolist(), strict=True))
    return set(given_.fixed) <= pairs


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    split=st.booleans(),
    time_limit=st.sampled_from([None, 0.0]),
    fixed=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), min_size=1, max_size=3, unique=True),
)
def test_infeasible_means_that_no_choice_has_what_is_fixed(
    seed: int,
    split: bool,  # noqa: FBT001
    time_limit: float | None,
    fixed: list[tuple[int, int]],
) -> None:
    made = replace(problem(seed, split=split), fixed=tuple(fixed))
    answer = allocate(made, gap=0, time_limit=time_limit)
    possible = any(has_fixed(made, taken) for taken in choices(made))
    assert (answer.status == "infeasible") == (not possible)
    assert bool(answer.conflicts) == (not possible)
    if possible:
        assert_sound(made, answer, Weights())
        assert has_fixed(made, answer.taken.tolist())


@pytest.mark.parametrize("time_limit", [0.0, 0.01])
@pytest.mark.parametrize("split", [False, True])
def test_time_that_runs_out_leaves_an_answer(time_limit: float, split: bool) -> None:  # noqa: FBT001
    made = replace(city(400, 60, districts=2), split=split)
    answer = allocate(made, gap=0, time_limit=time_limit)
    assert_sound(made, answer, Weights())
    assert answer.status == "time"
    assert len(answer.taken)
    assert answer.objective < allocate(replace(made, budgets=(Budget(0, None, np.arange(60)),))).objective


@pytest.mark.parametrize("count", [0, 2])
def test_no_relaxation_solved_in_time_leaves_an_answer(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    made = city(400, 60, districts=2)
    taken = allocate(made, gap=0.05).taken[:count]
    fixed = tuple(zip(made.candidate[taken].tolist(), made.kind[taken].tolist(), strict=True))
    for module in (search, ascent):
        monkeypatch.setattr(module, "relax", lambda *_, **__: None)
    answer = allocate(replace(made, fixed=fixed), gap=0, time_limit=0)
    assert_sound(made, answer, Weights())
    assert answer.status == "time"
    assert has_fixed(replace(made, fixed=fixed), answer.taken.tolist())
    assert len(answer.taken) > count


def test_the_clock_does_not_matter_where_iterations_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    # Small programs, so that ascents, exchanges and turns all have their part.
    for name, pairs in (("SMALL_PAIRS", 100), ("PROGRAM_PAIRS", 2_000), ("PROMISING_PAIRS", 2_000)):
        monkeypatch.setattr(search, name, pairs)
    made = city(400, 60, districts=2)
    first = allocate(made, gap=0, iterations=3, seed=7)
    clock = itertools.count(0, 1_000)
    monkeypatch.setattr("landlink.siting.limits.time.perf_counter", lambda: float(next(clock)))
    late = allocate(made, gap=0, iterations=3, seed=7)
    assert late.status == first.status == "iterations"
    assert late.taken.tolist() == first.taken.tolist()
    assert (late.objective, late.bound, late.terms) == (first.objective, first.bound, first.terms)
    assert all((one != other).nnz == 0 for one, other in zip(late.served, first.served, strict=True))


def test_why_there_is_no_answer() -> None:
    for changes, expected, pair in (
        ({"fixed": ((0, 0),), "barred": ((0, 0),)}, "fixed_and_barred", (0, 0)),
        ({"fixed": ((0, 0),), "area_m2": np.array([99, 200])}, "fixed_no_room", (0, 0)),
        ({"fixed": ((0, 0), (1, 0))}, "fixed_over_budget", None),
    ):
        answer = allocate(replace(small(), **changes), time_limit=0)
        assert answer.status == "infeasible"
        assert [(conflict.id, conflict.pair) for conflict in answer.conflicts] == [(expected, pair)]
        assert answer.uncovered[0].tolist() == [10, 10]


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"time_limit": -1}, "siting.time_limit"),
        ({"gap": 1.5}, "siting.gap"),
        ({"seed": -1}, "siting.seed"),
        ({"threads": 0}, "siting.threads"),
        ({"iterations": 0}, "siting.iterations"),
    ],
)
def test_refused_limits(limits: dict[str, float], expected: str) -> None:
    with pytest.raises(DataError) as error:
        allocate(small(), **limits)
    assert [fault.id for fault in error.value.faults] == [expected]
    assert error.value.text("en") != error.value.text("zh")


WRONG = {
    "siting.kind_whole": lambda kind: {"kinds": (replace(kind, persons=np.array([10, -1])),)},
    "siting.kind_cost": lambda kind: {"kinds": (replace(kind, cost=kind.cost * np.nan),)},
    "siting.kind_shape": lambda kind: {"kinds": (replace(kind, reach=kind.reach[:, [0, 0]]),)},
    "siting.kind_radius": lambda kind: {"kinds": (replace(kind, radius_m=0.0),)},
    "siting.option_length": lambda _: {"units": np.array([1])},
    "siting.option_unknown": lambda _: {"candidate": np.array([0, 2])},
    "siting.option_unknown fixed": lambda _: {"fixed": ((0, 1),)},
    "siting.option_unknown budgets": lambda _: {"budgets": (Budget(150, 0, np.array([2])),)},
    "siting.option_whole": lambda _: {"capacity": np.array([12, -20])},
    "siting.option_score": lambda _: {"suitability": np.array([0.5, 1.5])},
}


@pytest.mark.parametrize("expected", WRONG)
def test_refused_problems(expected: str) -> None:
    with pytest.raises(DataError) as error:
        replace(small(), **WRONG[expected](small().kinds[0]))
    assert [fault.id for fault in error.value.faults] == expected.split()[:1]
    assert error.value.text("en") != error.value.text("zh")
