"""Allocate: bounds from the relaxation, answers from its options, and an exact program on what is left."""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from scipy import sparse

from landlink.siting.arrays import Floats, Ints, Mask
from landlink.siting.limits import Limits, Progress, Watch
from landlink.siting.mip import solve
from landlink.siting.reason import Reason
from landlink.siting.sites import Status, gap_of
from landlink.siting.solver.ascent import NEARLY, ROUNDS, Ascent, brief
from landlink.siting.solver.exchange import State, exchange
from landlink.siting.solver.model import Model, assign, capacities, model
from landlink.siting.solver.problem import Allocation, Problem, Weights
from landlink.siting.solver.program import program
from landlink.siting.solver.relax import relax

# Pairs of a problem that is a program after a few rounds, of a kind that is one, and of the most promising sites.
SMALL, FEW, WHOLE, PROMISING = 3_000, 4, 60_000, 250_000
# Share of the time for bounds, and of that for parts of options.
BOUNDING, PARTS = 0.6, 0.3
# Share of the time left for bounding the whole.
TOGETHER = 0.15
# Share of the gap asked for that a kind's own bound need not close.
ENOUGH = 0.3
# Seconds of a kind's turn or the share of the time left, pairs of its program, and what betters the objective.
TURN, TURN_SHARE, TURN_PAIRS, BETTER = 8.0, 0.1, 25_000, 1e-5
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
        Gap that is good enough, see :func:`landlink.siting.sites.gap_of`; 0 asks for the proven optimum.
    seed, threads, watch
        See :class:`landlink.siting.models.Limits`.

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
    """One solve: the best answer and the best bound so far.

    Kinds are bounded one by one, as if the others left them all parcels; at the prices found the whole is bounded and
    answered, its sites are put on better candidates, and what gap is left is closed by programs, of one kind as far as
    they are small, then of the most promising sites of all.
    """

    def __init__(self, flat: Model, weights: Weights, limits: Limits) -> None:
        self.flat, self.weights, self.limits = flat, weights, limits
        self.taken: Ints | None = None
        self.served = np.zeros(len(flat.saved), dtype="int64")
        self.objective, self.bound = math.inf, -math.inf
        self.stopped = False
        self.parts = [flat.part(kind) for kind in flat.asked.tolist()]
        self.ascents = [Ascent(part.flat, limits) for part in self.parts]

    def run(self) -> Allocation:
        if not self.flat.needed.any():
            self._offer(np.array([], dtype="int64"))
        if not (self._choose() and self._bounds()):
            return _infeasible(self.flat, self.limits, [Reason("fixed_over_budget")])
        for improve in (self._turns, self._kinds, self._turns, self._exchange, self._all):
            if not self._done():
                improve()
        return self._answer()

    def _done(self) -> bool:
        if self.limits.stops(self.objective, self.bound, self._gap()):
            self.stopped = True
        return self.stopped or self._gap() <= self.limits.gap or self.limits.left <= 0

    def _gap(self) -> float:
        return gap_of(self.objective, self.bound, self.flat.without)

    def _prove(self, bound: float = -math.inf) -> None:
        """Keep a bound if it is the best; the sum of the kinds' is one."""
        self.bound = max(self.bound, bound, sum(ascent.bound for ascent in self.ascents))

    def _offer(self, taken: Ints) -> None:
        """Keep an answer if it is the best."""
        served, _ = assign(self.flat, capacities(self.flat, taken), self.limits)
        objective = self.flat.objective(taken, served)
        if objective < self.objective:
            self.taken, self.served, self.objective = taken, served, objective

    def _bounds(self) -> bool:
        """Raise the bound, kind by kind and of all; False where the rules on land cannot be met."""
        begun, left = self.limits.seconds, BOUNDING * self.limits.left
        small = len(self.flat.saved) <= SMALL
        rounds = FEW if small else ROUNDS
        for whole, share in ((False, PARTS), (True, 1.0)):
            for place, ascent in enumerate(self.ascents):
                now = self.limits.seconds
                until = now + max(begun + share * left - now, 0.0) / (len(self.ascents) - place)
                ascent.climb(partial(self._climbs, ascent, until, whole=whole), whole=whole, rounds=rounds)
                if not ascent.possible:
                    return False
                if self._done():
                    return True
            self._choose()
            if small:
                return True
        return self._together()

    def _climbs(self, ascent: Ascent, until: float, *, whole: bool) -> bool:
        """Tell whether a kind's ascent may go on."""
        self._prove()
        near = whole and ascent.objective - ascent.bound <= ENOUGH * self.limits.gap * ascent.objective
        return not near and self.limits.seconds < until and not self._done()

    def _prices(self) -> Floats:
        price = np.zeros(len(self.flat.persons))
        for part, ascent in zip(self.parts, self.ascents, strict=True):
            price[part.rows] = ascent.price
        return price

    def _choose(self) -> bool:
        """Answer the whole by what is best at the kinds' prices; False where the rules on land cannot be met."""
        found = relax(self.flat, self._prices(), brief(self.limits, NEARLY), whole=True)
        if found is not None:
            self._prove(found.bound)
            self._offer(np.flatnonzero(found.part > 0.5))  # noqa: PLR2004 - taken
        return found is not None or self.taken is not None

    def _together(self) -> bool:
        """Bound the whole from the kinds' prices on and answer it; False where the rules on land cannot be met."""
        self._join()
        whole = Ascent(self.flat, self.limits, self._prices())
        until = self.limits.seconds + TOGETHER * self.limits.left

        def goes() -> bool:
            self._prove(whole.bound)
            if whole.objective < self.objective:
                self._offer(whole.taken)
            return self.limits.seconds < until and not self._done()

        whole.climb(goes, whole=True)
        return whole.possible or self.taken is not None

    def _join(self) -> None:
        """Put the kinds' own best answers together, those of few sites first; who comes later takes what is left."""
        taken = np.array([], dtype="int64")
        for place in np.argsort([len(ascent.taken) for ascent in self.ascents], kind="stable").tolist():
            part, ascent = self.parts[place], self.ascents[place]
            own = part.options[ascent.taken]
            if not self.flat.allows(np.concatenate([taken, own])):
                own = self._turn(place, taken)
            taken = np.concatenate([taken, own])
        if self.flat.allows(taken):
            self._offer(np.sort(taken))

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

    def _kinds(self) -> None:
        """Solve kinds whose programs are small, those with the widest gaps first, as if they had all land alone."""
        gaps = [ascent.objective - ascent.bound for ascent in self.ascents]
        for place in np.argsort(gaps)[::-1].tolist():
            flat, ascent = self.parts[place].flat, self.ascents[place]
            if len(flat.saved) > WHOLE or len(self.flat.saved) <= SMALL or self._done():
                continue

            def told(bound: float, ascent: Ascent = ascent) -> None:
                ascent.bound = max(ascent.bound, bound)
                self._prove()

            taken = self._solve(flat, np.ones(flat.sites, dtype=bool), ascent.taken, ENOUGH * self.limits.gap, told)
            if taken is not None:
                ascent.meet(taken)
            self._join()

    def _turns(self) -> None:
        """Solve one kind after another within what the others leave, until none is bettered."""
        better = len(self.flat.saved) > SMALL
        while better and self.taken is not None:
            better = False
            missing = self.flat.by_kind(self.taken, self.served)[self.flat.asked]
            missing -= [ascent.bound for ascent in self.ascents]
            for place in np.argsort(-missing).tolist():
                if self._done() or missing[place] <= ENOUGH * self.limits.gap * self.objective / len(self.ascents):
                    break
                others = self.taken[~np.isin(self.taken, self.parts[place].options)]
                before = self.objective
                self._offer(np.sort(np.concatenate([others, self._turn(place, others)])))
                better |= self.objective < before * (1 - BETTER)

    def _turn(self, place: int, others: Ints) -> Ints:
        """Options of a kind within what others leave: by an ascent of its own where its program is not small."""
        part, ascent = self.parts[place], self.ascents[place]
        flat, left = part.flat.beside(self.flat.candidate[self.flat.site[others]], self.flat.land[others])
        own = ascent.taken if self.taken is None else np.flatnonzero(np.isin(part.options, self.taken))
        start = np.flatnonzero(np.isin(left, own))
        seconds = max(TURN, TURN_SHARE * self.limits.left)
        if len(flat.saved) > WHOLE:
            again = Ascent(flat, self.limits, ascent.price)
            if flat.allows(start):
                again.meet(start)
            until = self.limits.seconds + seconds
            again.climb(lambda: self.limits.seconds < until and not self._done(), whole=True)
            found = again.taken
        else:
            sites = _promising(flat, ascent.promise[left], start, TURN_PAIRS)
            solved = self._solve(flat, sites, start, ENOUGH * self.limits.gap, None, seconds)
            found = start if solved is None else solved
        taken: Ints = part.options[left[found]]
        return taken

    def _all(self) -> None:
        """Solve the problem, or its most promising sites, as one program."""
        whole = len(self.flat.saved) <= WHOLE
        promise = np.zeros(len(self.flat.option))
        for part, ascent in zip(self.parts, self.ascents, strict=True):
            promise[part.options] = ascent.promise
        sites = np.ones(self.flat.sites, dtype=bool) if whole else _promising(self.flat, promise, self.taken, PROMISING)
        taken = self._solve(self.flat, sites, self.taken, self.limits.gap, self._prove if whole else None)
        if taken is not None:
            self._offer(taken)

    def _solve(
        self,
        flat: Model,
        sites: Mask,
        start: Ints | None,
        gap: float,
        told: Callable[[float], None] | None,
        seconds: float = math.inf,
    ) -> Ints | None:
        """Solve some sites of a model as a program: the options it takes, its bounds being told where it has all."""

        def watch(progress: Progress) -> bool:
            if told:
                told(flat.without + progress.bound)
            return self._done()

        written, point, aim = program(flat, sites), None, gap
        if start is not None and flat.allows(start):
            served = assign(flat, capacities(flat, start), self.limits)[0]
            point = written.point(start, served)
            objective = flat.objective(start, served)
            # The program's objective is without that of serving nobody.
            aim = gap * max(min(objective, flat.without - objective), 0.0) / max(flat.without - objective, 1e-12)
        left = min(seconds, self.limits.left)
        limits = replace(
            self.limits,
            gap=aim,
            watch=watch,
            time_limit=self.limits.seconds + left if math.isfinite(left) else None,
        )
        outcome = solve(written.program, limits, start=point)
        if told:
            told(flat.without + outcome.bound)
        return written.taken(outcome.values) if len(outcome.values) else None

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


def _matrix(flat: Model, served: "np.ndarray", mine: Mask, column: Ints, shape: tuple[int, int]) -> sparse.csr_array:
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


def _promising(flat: Model, promise: Floats, taken: Ints | None, most: int) -> Mask:
    """Existing facilities, sites that are taken, and those that relaxations take most, as many as have some pairs."""
    liked = np.zeros(flat.sites)
    np.add.at(liked, flat.site, promise)
    liked[flat.existing] = math.inf
    if taken is not None:
        liked[flat.site[taken]] = math.inf
    order = np.argsort(-liked, kind="stable")
    room = (np.cumsum(np.diff(flat.starts)[order]) <= most) & (liked[order] > 0)
    sites = np.zeros(flat.sites, dtype=bool)
    sites[order[room]] = True
    return sites
