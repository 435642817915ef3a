"""Allocate: bounds from the relaxation, answers from its options, and an exact program on what is left."""

import math

import numpy as np
from scipy import sparse

from landlink.siting.answer import Floats, Limits, Places, Reason, Status, Watch
from landlink.siting.mip import Program, solve
from landlink.siting.parcels.exchange import State, exchange
from landlink.siting.parcels.model import Model, assign, capacities, model
from landlink.siting.parcels.problem import Allocation, Mask, Problem, Weights, gap_of
from landlink.siting.parcels.relax import Relaxed, choose, relax

# Rounds of the relaxation, rounds without a better bound before steps are halved, and rounds between two answers.
ROUNDS, PATIENCE, ANSWERS = 400, 12, 15
# Rounds where the problem is small enough for the exact program.
FEW = 4
# Pairs of an exact program: of all of the problem at once, and of its most promising sites.
WHOLE, PROMISING = 60_000, 250_000
# Share of the time for bounds before the exact program has its turn, and seconds for choosing among options.
BOUNDING, CHOOSING = 0.5, 5.0
# Share of the time that is left, of a minute at most, for exchanging sites.
EXCHANGING = 0.3


def allocate(
    problem: Problem,
    *,
    weights: Weights | None = None,
    time_limit: float | None = None,
    gap: float = 0.01,
    seed: int = 0,
    threads: int = 1,
    watch: Watch | None = None,
) -> Allocation:
    """Choose what to put where, so that the weighted sum of the objective's terms is least.

    Parameters
    ----------
    weights
        Of the terms.
    time_limit
        Seconds; the best answer so far is kept.
    gap
        Gap that is good enough, see :func:`gap_of`; 0 asks for the proven optimum.
    seed, threads, watch
        See :class:`landlink.siting.Limits`.

    Returns
    -------
    The best answer found; where no answer meets the rules, one that says why.
    """
    limits = Limits(time_limit, gap, seed, threads, watch)
    flat = model(problem, weights or Weights())
    reasons = _reasons(problem, flat)
    if reasons:
        return _infeasible(flat, limits, reasons)
    return _Search(flat, weights or Weights(), limits).run()


class _Search:
    """One solve: the best answer and the best bound so far."""

    def __init__(self, flat: Model, weights: Weights, limits: Limits) -> None:
        self.flat, self.weights, self.limits = flat, weights, limits
        self.taken: Places | None = None
        self.served = np.zeros(len(flat.saved), dtype="int64")
        self.objective, self.bound = math.inf, -math.inf
        self.stopped = False
        self.promise = np.zeros(len(flat.option))

    def run(self) -> Allocation:
        if not self._bounds():
            return _infeasible(self.flat, self.limits, [Reason("fixed_over_budget")])
        if not self._done():
            self._exchange()
        if not self._done():
            self._exact()
        return self._answer()

    def _done(self) -> bool:
        if self.limits.stops(self.objective, self.bound):
            self.stopped = True
        return self.stopped or self._gap() <= self.limits.gap or self.limits.left <= 0

    def _gap(self) -> float:
        return gap_of(self.objective, self.bound, self.flat.without)

    def _offer(self, taken: Places) -> None:
        """Keep an answer if it is the best."""
        served, _ = assign(self.flat, capacities(self.flat, taken), self.limits)
        objective = self.flat.objective(taken, served)
        if objective < self.objective:
            self.taken, self.served, self.objective = taken, served, objective

    def _bounds(self) -> bool:
        """Improve bound and answer by the relaxation; False where the rules on land cannot be met."""
        flat = self.flat
        nothing = np.array([], dtype="int64")
        price = assign(flat, capacities(flat, nothing), self.limits)[1]
        if not flat.problem.fixed:
            self._offer(nothing)
        highest = np.zeros(len(price))
        np.maximum.at(highest, flat.pair_row, flat.saved)
        best, since, pace = price, 0, 1.0
        share = BOUNDING * self.limits.time_limit if self.limits.time_limit else math.inf
        rounds = FEW if len(flat.saved) <= WHOLE else ROUNDS
        for turn in range(rounds):
            found = relax(flat, price, self._brief())
            if found is None:
                return turn > 0
            self.promise = 0.9 * self.promise + 0.1 * found.part
            bound = flat.without - found.saving
            since += 1
            if bound > self.bound + 1e-7 * abs(flat.without):
                best, since = price, 0
            self.bound = max(self.bound, bound)
            if turn % ANSWERS == 0 or turn == rounds - 1:
                self._round(found)
            if self._done() or self.limits.seconds > share or pace < 1e-3:  # noqa: PLR2004 - steps too small to help
                break
            if since >= PATIENCE:
                price, since, pace = best, 0, pace / 2
                continue
            length = float(found.slope @ found.slope)
            if length == 0:
                break
            step = pace * max(self.objective - bound, 1e-9 * flat.without) / length
            price = np.clip(price - step * found.slope, 0, highest)
        return True

    def _round(self, found: Relaxed) -> None:
        """Make an answer of the relaxation's values."""
        outcome = choose(self.flat, found.value, self._brief(1e-4), whole=True)
        if len(outcome.values) == len(self.flat.option):
            self._offer(np.flatnonzero(outcome.values > 0.5))  # noqa: PLR2004

    def _brief(self, gap: float = 0.0) -> Limits:
        return Limits(min(CHOOSING, max(self.limits.left, 0.1)), gap, self.limits.seed, self.limits.threads)

    def _exchange(self) -> None:
        """Put sites on better candidates, one at a time, until none is better or the time for it is over."""
        until = self.limits.seconds + EXCHANGING * min(self.limits.left, 60.0)
        better = self.taken is not None
        while better and self.taken is not None:
            better, state = False, State.of(self.flat, self.taken)
            for option in self.taken:
                if self._done() or self.limits.seconds > until:
                    return
                found = exchange(state, option, self.weights)
                if found.instead >= 0 and found.cost < -1e-9 * self.flat.without and not self.flat.needed[option]:
                    before = self.objective
                    self._offer(np.sort(np.append(self.taken[self.taken != option], found.instead)))
                    better = self.objective < before
                    if better:
                        break

    def _exact(self) -> None:
        """Solve the problem, or its most promising sites, as one program."""
        flat = self.flat
        whole = len(flat.saved) <= WHOLE
        sites = np.ones(flat.sites, dtype=bool) if whole else self._promising()
        program, options, pairs = _program(flat, sites)
        start = self._start(options, pairs)

        def told(progress: "object") -> bool:
            return self.limits.watch is not None and self.limits.stops(
                min(self.objective, flat.without + progress.objective),  # type: ignore[attr-defined]
                max(self.bound, flat.without + progress.bound) if whole else self.bound,  # type: ignore[attr-defined]
            )

        aim = (
            self.limits.gap
            * max(min(self.objective, flat.without - self.objective), 0)
            / max(flat.without - self.objective, 1e-12)
        )
        limits = Limits(
            self.limits.time_limit, aim, self.limits.seed, self.limits.threads, told, started=self.limits.started
        )
        outcome = solve(program, limits, start=start)
        if outcome.status == "stopped":
            self.stopped = True
        if whole and math.isfinite(outcome.bound):
            self.bound = max(self.bound, flat.without + outcome.bound)
        if len(outcome.values):
            self._offer(options[outcome.values[: len(options)] > 0.5])  # noqa: PLR2004

    def _promising(self) -> Mask:
        """Existing facilities, sites of the answer, and those that the relaxation takes most, while there is room."""
        flat = self.flat
        liked = np.zeros(flat.sites)
        np.add.at(liked, flat.site, self.promise)
        liked[flat.existing] = math.inf
        if self.taken is not None:
            liked[flat.site[self.taken]] = math.inf
        order = np.argsort(-liked, kind="stable")
        size = np.diff(flat.starts)[order]
        room = (np.cumsum(size) <= PROMISING) & (liked[order] > 0)
        sites = np.zeros(flat.sites, dtype=bool)
        sites[order[room]] = True
        return sites

    def _start(self, options: Places, pairs: Places) -> Floats | None:
        if self.taken is None:
            return None
        taken = np.isin(options, self.taken).astype("float64")
        return np.concatenate([taken, self.served[pairs].astype("float64")])

    def _answer(self) -> Allocation:
        flat, problem = self.flat, self.flat.problem
        taken = np.array([], dtype="int64") if self.taken is None else self.taken
        self.bound = min(self.bound, self.objective)
        gap = self._gap()
        status: Status = "stopped" if self.stopped else "time"
        if gap == 0:
            status = "optimal"
        elif gap <= self.limits.gap:
            status = "gap"
        served, existing, uncovered, metres, unserved = [], [], [], 0.0, 0.0
        for place, kind in enumerate(problem.kinds):
            mine = flat.row_kind[flat.pair_row] == place
            new, old = (mine & (flat.existing[flat.pair_site] == there) for there in (False, True))
            numbers = np.cumsum(flat.existing & (flat.kind == place)) - 1
            spare = np.flatnonzero(kind.spare > 0)
            served.append(_matrix(flat, self.served, new, flat.candidate, kind.cost.shape))
            existing.append(
                _matrix(
                    flat, self.served, old, spare[np.maximum(numbers, 0)] if len(spare) else numbers, kind.reach.shape
                )
            )
            rest = kind.persons - served[-1].sum(axis=1) - existing[-1].sum(axis=1)
            uncovered.append(rest)
            total = int(kind.persons.sum())
            if total:
                unserved += float(rest.sum()) / total
                ways = (self.served * (self.weights.cover / total - flat.saved))[mine].sum()
                metres += float(ways) / self.weights.distance if self.weights.distance else 0.0
        scale = max(sum(budget.limit_m2 for budget in problem.budgets if budget.kind is not None), 1)
        where, land = problem.candidate[flat.option[taken]], flat.land[taken]
        terms = {
            "cover": unserved,
            "distance": metres,
            "suitability": float(((1 - problem.suitability[where]) * land).sum()) / scale,
            "new_land": float(land[problem.is_new[where]].sum()) / scale,
        }
        return Allocation(
            status, np.sort(flat.option[taken]), tuple(served), tuple(existing), tuple(uncovered), self.objective,
            self.bound, flat.without, terms, self.limits.seconds,
        )  # fmt: skip


def _program(flat: Model, sites: Mask) -> tuple[Program, Places, Places]:
    """Options of some sites and persons by pair as one program, with the options and pairs that its variables are."""
    options = np.flatnonzero(sites[flat.site])
    pairs = np.flatnonzero(sites[flat.pair_site])
    site, row = flat.pair_site[pairs], flat.pair_row[pairs]
    n, m = len(options), len(pairs)
    rules, low, high = flat.rules
    rules = rules[:, options]
    kept = (np.diff(rules.tocsr().indptr) > 0) | (low > -math.inf)
    rules, low, high = rules.tocsr()[kept], low[kept], high[kept]
    rows, at = np.unique(row, return_inverse=True)
    served = sparse.csr_array((np.ones(m), (at, np.arange(m))), shape=(len(rows), m))
    names, of = np.unique(site, return_inverse=True)
    number = np.full(flat.sites, -1)
    number[names] = np.arange(len(names))
    mine = number[flat.site[options]] >= 0
    load = sparse.csr_array((np.ones(m), (of, np.arange(m))), shape=(len(names), m))
    room = sparse.csr_array(
        (-flat.capacity[options][mine].astype("float64"), (number[flat.site[options]][mine], np.flatnonzero(mine))),
        shape=(len(names), n),
    )
    new = np.flatnonzero(~flat.existing[site])
    opened = sparse.csr_array((np.ones(n), (flat.site[options], np.arange(n))), shape=(flat.sites, n))
    persons = flat.persons[row].astype("float64")
    strong_z = sparse.diags_array(-persons[new]) @ opened[site[new]]
    strong_x = sparse.csr_array((np.ones(len(new)), (np.arange(len(new)), new)), shape=(len(new), m))
    matrix = sparse.vstack(
        [
            sparse.hstack([rules, sparse.csr_array((rules.shape[0], m))]),
            sparse.hstack([sparse.csr_array((len(rows), n)), served]),
            sparse.hstack([room, load]),
            sparse.hstack([strong_z, strong_x]),
        ]
    ).tocsr()
    beside = np.where(flat.existing[names], flat.room[names], 0).astype("float64")
    high = np.concatenate([high, flat.persons[rows], beside, np.zeros(len(new))])
    low = np.concatenate([low, np.full(len(rows) + len(names) + len(new), -math.inf)])
    cost = np.concatenate([flat.cost[options], -flat.saved[pairs]])
    most = np.concatenate([np.ones(n), persons])
    whole = np.concatenate([np.ones(n, dtype=bool), np.zeros(m, dtype=bool)])
    return Program(cost, matrix, low, high, np.zeros(n + m), most, whole), options, pairs


def _matrix(flat: Model, served: "np.ndarray", mine: Mask, column: Places, shape: tuple[int, int]) -> sparse.csr_array:
    pairs = np.flatnonzero(mine & (served > 0))
    rows, columns = flat.row_cell[flat.pair_row[pairs]], column[flat.pair_site[pairs]]
    return sparse.csr_array((served[pairs], (rows, columns)), shape=shape, dtype="int64")


def _reasons(problem: Problem, flat: Model) -> list[Reason]:
    """Why what must be taken cannot be."""
    reasons = []
    have = set(zip(flat.candidate.tolist(), flat.kind.tolist(), strict=True))
    for candidate, kind in problem.fixed:
        values = {"candidate": candidate + 1, "kind": kind + 1}
        if (candidate, kind) in problem.barred:
            reasons.append(Reason("fixed_and_barred", values))
        elif (candidate, kind) not in have:
            reasons.append(Reason("fixed_no_room", values))
    return reasons


def _infeasible(flat: Model, limits: Limits, reasons: list[Reason]) -> Allocation:
    kinds = flat.problem.kinds
    return Allocation(
        "infeasible",
        np.array([], dtype="int64"),
        tuple(sparse.csr_array(kind.cost.shape, dtype="int64") for kind in kinds),
        tuple(sparse.csr_array(kind.reach.shape, dtype="int64") for kind in kinds),
        tuple(kind.persons for kind in kinds),
        math.inf,
        -math.inf,
        flat.without,
        {},
        limits.seconds,
        tuple(reasons),
    )
