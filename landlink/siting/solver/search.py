"""One solve: bounds from the relaxation, answers from its options, and exact programs on what is left.

Kinds are bounded one by one, as if the others left them all parcels; at their prices the whole is bounded and answered.
Then one kind after another is solved within what the others leave, kinds alone as far as their programs are small,
sites are exchanged one by one, and last the most promising sites of all are one program.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from landlink.siting.arrays import Floats, Ints, Mask
from landlink.siting.limits import Limits, Progress
from landlink.siting.mip import solve
from landlink.siting.sites import Status, gap_of
from landlink.siting.solver.allocation import Allocation, allocation
from landlink.siting.solver.ascent import CHOICE_GAP, ROUNDS, TAKEN, Ascent, choice_limits
from landlink.siting.solver.assign import assign, capacities
from landlink.siting.solver.exchange import State, exchange
from landlink.siting.solver.model import Model
from landlink.siting.solver.problem import Weights
from landlink.siting.solver.program import program
from landlink.siting.solver.relax import option_values, relax

# Pairs up to which the whole problem is one program after a few rounds.
SMALL_PAIRS = 3_000
# Rounds of a small problem's ascents.
_FEW_ROUNDS = 4
# Pairs up to which a kind, or the whole, is solved as one program: beyond, its root alone takes minutes.
PROGRAM_PAIRS = 60_000
# Pairs of the most promising sites of a larger problem, which end the search as one program.
PROMISING_PAIRS = 250_000
# Share of the time for bounds.
_BOUNDING = 0.6
# Share of the bounding time for ascents in parts of options.
_PARTS = 0.3
# Share of the time left for bounding the whole.
_TOGETHER = 0.15
# Share of the gap asked for that a kind's own bound need not close.
_ENOUGH = 0.3
# Seconds of a kind's turn at least.
_TURN_SECONDS = 8.0
# Share of the time left for a kind's turn, where that is more.
_TURN_SHARE = 0.1
# Pairs of a turn's program.
_TURN_PAIRS = 25_000
# Passes of the turns at most; one that does not lower the objective ends them long before.
_TURN_PASSES = 1_000
# Relative fall of the objective in a pass, below which no other pass follows.
_BETTER = 1e-5
# Share of the time left for exchanging sites.
_EXCHANGING = 0.3
# Seconds at most of which exchanging has its share.
_EXCHANGE_SECONDS = 60.0
# Gain of an exchange, as a share of the objective of serving nobody, below which it is rounding.
_GAIN = 1e-9


class Search:
    """The best answer and the best bound so far.

    Parameters
    ----------
    model
        A model whose fixed sites can be met, see :attr:`landlink.siting.solver.model.Model.least_required`.
    """

    def __init__(self, model: Model, weights: Weights, limits: Limits) -> None:
        self.model, self.weights, self.limits = model, weights, limits
        self.taken: Ints = model.least_required
        self.served: Ints = np.zeros(len(model.saved), dtype="int64")
        self.objective, self.bound = math.inf, -math.inf
        self.stopped = False
        self.parts = [model.of_kind(kind) for kind in model.demanded.tolist()]
        self.ascents = [Ascent(part.model, limits, part.model.least_required) for part in self.parts]

    def run(self) -> Allocation:
        """Search until the gap is reached, the limits end it or nothing is left to try."""
        self._offer(self.model.least_required)
        if not self._choose():
            self._offer(greedy(self.model, option_values(self.model, self._prices())))
        self._raise_bounds()
        for improve in (
            self._solve_kinds_in_turn,
            self._solve_kinds_alone,
            self._solve_kinds_in_turn,
            self._exchange_sites,
            self._solve_together,
        ):
            if not self._done():
                improve()
        self.bound = min(self.bound, self.objective)
        seconds = self.limits.seconds
        return allocation(self.model, self.weights, self.taken, self.served, self.bound, self._status(), seconds)

    def _status(self) -> Status:
        gap = self._gap()
        if gap == 0:
            return "optimal"
        if gap <= self.limits.gap:
            return "gap"
        if self.stopped:
            return "stopped"
        return "time" if self.limits.left <= 0 else "iterations"

    def _done(self) -> bool:
        """True if the gap is reached, time is used up or the watch asks to stop."""
        if self.limits.stops(self.objective, self.bound, self._gap()):
            self.stopped = True
        return self.stopped or self._gap() <= self.limits.gap or self.limits.left <= 0

    def _gap(self) -> float:
        return gap_of(self.objective, self.bound, self.model.without)

    def _prove(self, bound: float = -math.inf) -> None:
        """Keep a bound if it is the best; the sum of the kinds' is one."""
        self.bound = max(self.bound, bound, float(np.sum([ascent.bound for ascent in self.ascents])))

    def _offer(self, taken: Ints) -> None:
        """Keep an answer if it is the best."""
        served, _ = assign(self.model, capacities(self.model, taken), self.limits)
        objective = self.model.objective(taken, served)
        if objective < self.objective:
            self.taken, self.served, self.objective = taken, served, objective

    def _prices(self) -> Floats:
        """Prices of the rows, each kind's own."""
        price = np.zeros(len(self.model.persons))
        for part, ascent in zip(self.parts, self.ascents, strict=True):
            price[part.rows] = ascent.price
        return price

    def _choose(self) -> bool:
        """Answer the whole by what is best at the kinds' prices; False where the limits leave no choice."""
        relaxed = relax(self.model, self._prices(), choice_limits(self.limits, CHOICE_GAP), whole=True)
        if relaxed is None:
            return False
        self._prove(relaxed.bound)
        self._offer(np.flatnonzero(relaxed.part > TAKEN))
        return True

    def _raise_bounds(self) -> None:
        """Raise the bound, kind by kind and of all: in parts of options first, to find prices, then in whole ones."""
        started, left = self.limits.seconds, _BOUNDING * self.limits.left
        small = len(self.model.saved) <= SMALL_PAIRS
        rounds = _FEW_ROUNDS if small else ROUNDS
        for whole, share in ((False, _PARTS), (True, 1.0)):
            for index, ascent in enumerate(self.ascents):
                now = self.limits.seconds
                until = now + max(started + share * left - now, 0.0) / (len(self.ascents) - index)
                ascent.climb(partial(self._climbs, ascent, until, whole=whole), whole=whole, rounds=rounds)
                if self._done():
                    return
            self._choose()
            if small:
                return
        self._bound_together()

    def _climbs(self, ascent: Ascent, until: float, *, whole: bool) -> bool:
        """True if a kind's ascent may go on."""
        self._prove()
        near = whole and ascent.objective - ascent.bound <= _ENOUGH * self.limits.gap * ascent.objective
        return not near and self.limits.seconds < until and not self._done()

    def _bound_together(self) -> None:
        """Bound the whole from the kinds' prices on, and answer it."""
        self._join()
        whole = Ascent(self.model, self.limits, self.model.least_required, self._prices())
        until = self.limits.seconds + _TOGETHER * self.limits.left

        def proceed() -> bool:
            self._prove(whole.bound)
            if whole.objective < self.objective:
                self._offer(whole.taken)
            return self.limits.seconds < until and not self._done()

        whole.climb(proceed, whole=True)

    def _join(self) -> None:
        """Join the kinds' own best answers, those of few sites first; a later kind takes what is left."""
        taken = np.array([], dtype="int64")
        for index in np.argsort([len(ascent.taken) for ascent in self.ascents], kind="stable").tolist():
            chosen = self.parts[index].options[self.ascents[index].taken]
            if not self.model.allows(np.concatenate([taken, chosen])):
                chosen = self._turn(index, taken)
            taken = np.concatenate([taken, chosen])
        if self.model.allows(taken):
            self._offer(np.sort(taken))

    def _exchange_sites(self) -> None:
        """Put sites on better candidates, one at a time, until none is better or the limits for it are used up."""
        until = self.limits.seconds + _EXCHANGING * min(self.limits.left, _EXCHANGE_SECONDS)
        until = until if self.limits.clock else math.inf
        better, count = True, 0
        while better and (self.limits.iterations is None or count < self.limits.iterations):
            better, state = False, State.of(self.model, self.taken)
            for option in self.taken:
                if self._done() or self.limits.seconds > until:
                    return
                change = exchange(state, option, self.weights)
                if change.instead < 0 or change.cost >= -_GAIN * self.model.without or self.model.required[option]:
                    continue
                before = self.objective
                self._offer(np.sort(np.append(self.taken[self.taken != option], change.instead)))
                better = self.objective < before
                if better:
                    count += 1
                    break

    def _solve_kinds_alone(self) -> None:
        """Solve kinds whose programs are small, those with the widest gaps first, as if they had all land alone."""
        gaps = [ascent.objective - ascent.bound for ascent in self.ascents]
        for index in np.argsort(gaps)[::-1].tolist():
            model, ascent = self.parts[index].model, self.ascents[index]
            if len(model.saved) > PROGRAM_PAIRS or len(self.model.saved) <= SMALL_PAIRS or self._done():
                continue

            def prove(bound: float, ascent: Ascent = ascent) -> None:
                ascent.bound = max(ascent.bound, bound)
                self._prove()

            sites = np.ones(model.sites, dtype=bool)
            taken = self._solve(model, sites, ascent.taken, _ENOUGH * self.limits.gap, prove)
            if taken is not None:
                ascent.meet(taken)
            self._join()

    def _solve_kinds_in_turn(self) -> None:
        """Solve one kind after another within what the others leave, until none is bettered."""
        if len(self.model.saved) <= SMALL_PAIRS:
            return
        for _ in range(self.limits.at_most(_TURN_PASSES)):
            better = False
            missing = self.model.by_kind(self.taken, self.served)[self.model.demanded]
            missing -= [ascent.bound for ascent in self.ascents]
            for index in np.argsort(-missing).tolist():
                if self._done() or missing[index] <= _ENOUGH * self.limits.gap * self.objective / len(self.ascents):
                    break
                others = self.taken[~np.isin(self.taken, self.parts[index].options)]
                before = self.objective
                self._offer(np.sort(np.concatenate([others, self._turn(index, others)])))
                better |= self.objective < before * (1 - _BETTER)
            if not better:
                return

    def _turn(self, index: int, others: Ints) -> Ints:
        """Options of a kind within what others leave: by an ascent of its own where its program is not small."""
        part, ascent = self.parts[index], self.ascents[index]
        model, left = part.model.left_by(self.model.candidate[self.model.site[others]], self.model.land[others])
        start = np.flatnonzero(np.isin(left, np.flatnonzero(np.isin(part.options, self.taken))))
        seconds = max(_TURN_SECONDS, _TURN_SHARE * self.limits.left)
        if len(model.saved) > PROGRAM_PAIRS:
            again = Ascent(model, self.limits, model.least_required, ascent.price)
            if model.allows(start):
                again.meet(start)
            until = self.limits.seconds + seconds
            again.climb(lambda: self.limits.seconds < until and not self._done(), whole=True)
            taken = again.taken
        else:
            sites = promising(model, ascent.promise[left], start, _TURN_PAIRS)
            solved = self._solve(model, sites, start, _ENOUGH * self.limits.gap, None, seconds)
            taken = start if solved is None else solved
        options: Ints = part.options[left[taken]]
        return options

    def _solve_together(self) -> None:
        """Solve the problem, or its most promising sites, as one program."""
        whole = len(self.model.saved) <= PROGRAM_PAIRS
        promise = np.zeros(len(self.model.option))
        for part, ascent in zip(self.parts, self.ascents, strict=True):
            promise[part.options] = ascent.promise
        sites = np.ones(self.model.sites, dtype=bool)
        if not whole:
            sites = promising(self.model, promise, self.taken, PROMISING_PAIRS)
        taken = self._solve(self.model, sites, self.taken, self.limits.gap, self._prove if whole else None)
        if taken is not None:
            self._offer(taken)

    def _solve(
        self,
        model: Model,
        sites: Mask,
        start: Ints,
        gap: float,
        prove: Callable[[float], None] | None,
        seconds: float = math.inf,
    ) -> Ints | None:
        """Solve some sites of a model as a program: the options it takes, None where the limits leave none.

        Parameters
        ----------
        start
            Options to begin with, where they are allowed.
        prove
            Receives the program's bounds on the model's objective; only where it has all sites.
        """

        def watch(progress: Progress) -> bool:
            if prove:
                prove(model.without + progress.bound)
            return self._done()

        written, point, aim = program(model, sites), None, gap
        if model.allows(start):
            served = assign(model, capacities(model, start), self.limits)[0]
            point = written.point(start, served)
            objective = model.objective(start, served)
            # The program's objective is without that of serving nobody.
            aim = gap * max(min(objective, model.without - objective), 0.0) / max(model.without - objective, 1e-12)
        left = min(seconds, self.limits.left)
        limits = replace(
            self.limits,
            gap=aim,
            watch=watch,
            time_limit=self.limits.seconds + left if math.isfinite(left) else None,
        )
        outcome = solve(written.program, limits, start=point)
        if prove:
            prove(model.without + outcome.bound)
        return written.taken(outcome.values) if len(outcome.values) else None


def greedy(model: Model, value: Floats) -> Ints:
    """Options by falling value (of each by itself) per m², as far as the rules allow, after what is required."""
    matrix, _, high = model.rules
    columns = matrix.tocsc()
    taken = model.least_required.tolist()
    left = high - matrix[:, model.least_required].sum(axis=1)
    worth = value / np.maximum(model.land, 1)
    for option in np.argsort(-worth, kind="stable"):
        if worth[option] <= 0:
            break
        entries = slice(columns.indptr[option], columns.indptr[option + 1])
        rows, amounts = columns.indices[entries], columns.data[entries]
        if (amounts <= left[rows]).all():
            left[rows] -= amounts
            taken.append(int(option))
    return np.sort(np.array(taken, dtype="int64"))


def promising(model: Model, promise: Floats, taken: Ints, most: int) -> Mask:
    """Existing facilities, sites that are taken, and those of most promise, as many as have some number of pairs."""
    liked = np.zeros(model.sites)
    np.add.at(liked, model.site, promise)
    liked[model.existing] = math.inf
    liked[model.site[taken]] = math.inf
    order = np.argsort(-liked, kind="stable")
    room = (np.cumsum(np.diff(model.starts)[order]) <= most) & (liked[order] > 0)
    sites = np.zeros(model.sites, dtype=bool)
    sites[order[room]] = True
    return sites
