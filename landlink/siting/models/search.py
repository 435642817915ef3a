"""Search for the sites of least cost: local search, Lagrangian bounds, and branching where these leave a gap."""

import heapq
import math
from dataclasses import dataclass

import numpy as np

from landlink.siting.arrays import Floats, Ints, Mask
from landlink.siting.models.lagrange import Ascent, Dual, Scope
from landlink.siting.models.pace import Pace
from landlink.siting.models.pairs import Pairs
from landlink.siting.models.swap import Choice

_CHUNK = 20  # rounds of the relaxation between two looks at the pace
_STEP = 0.2  # first step of the relaxation
_ROUNDS, _PART_STEP = 120, 0.1  # of the relaxation of a part
_FEWER = 0.8  # share of the free sites; where fewer are left, a part is bounded once more
_DOUBT = 0.05  # share of the rounds
_SHAKES = 40  # without a better choice
_REST, _MORE = 20, 5  # parts after which to shake again, and how often
_HALF = 5e-10  # relative; half of what counts as better
_LAST = 1e-12  # of the greatest cost; rounding
_WHOLE = 1e-3  # rounding of a sum of whole costs
_COUNTED = 1e9  # up to here such sums are exact to well within that


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """A part of the choices that is left to look at: its bound, and the site to decide about next."""

    bound: float
    turn: int
    scope: Scope
    prices: Floats
    site: int


class Search:
    """Search for the choice of ``p`` sites of least cost.

    Local search finds choices, from ones given, shaken and chosen by the relaxation. Lagrangian relaxation gives
    bounds, and leaves out sites and pairs that nothing better can use. What remains is branched on.

    Parameters
    ----------
    pairs
        The problem.
    opened
        Sites to begin with, p.
    pace
        Of the solve; told of what is found and proven.

    References
    ----------
    Resende, M. and Werneck, R. (2007). A fast swap-based local search procedure for location problems. Annals of
    Operations Research 150.
    Beasley, J. E. (1993). Lagrangean heuristics for location problems. European Journal of Operational Research 65.
    """

    def __init__(self, pairs: Pairs, opened: Ints, pace: Pace) -> None:
        self._pairs, self._p, self._pace = pairs, len(opened), pace
        self._random = np.random.default_rng(pace.limits.seed)
        self._whole = all(bool((values == np.floor(values)).all()) for values in (pairs.costs, pairs.spare))
        self._rounding = _LAST * float(pairs.costs.max(initial=0.0))
        self._seen: set[bytes] = set()
        self._best = Choice.of(pairs, opened)
        pace.found(self._best.total)
        pace.proven(0.0)
        self._keep(self._best.copy())

    @property
    def opened(self) -> Ints:
        """Best choice so far, in ascending order."""
        return np.sort(self._best.opened)

    @property
    def target(self) -> float:
        """Cost from which on a choice is not better than the best so far by what is asked for."""
        total, gap = self._pace.objective, self._pace.limits.gap * (1 - _HALF)
        near = total - max(total * max(_HALF, gap), self._rounding)
        return min(near, total - 1 + 2 * _WHOLE) if self._whole and total < _COUNTED else near

    def run(self) -> None:
        """Search until the best choice is proven, or the pace ends the search."""
        everything = np.ones(self._pairs.count, dtype=bool)
        scope = Scope(self._p, ~everything, everything)
        if scope.settled:
            self._prove(self._pace.objective)
            return
        dual = self._climb(scope)
        self._shake(_SHAKES)
        if self._pace.goes:
            self._branch(scope, dual)

    def _prove(self, bound: float) -> None:
        self._pace.proven(math.ceil(bound - _WHOLE) if self._whole and abs(bound) < _COUNTED else bound)

    def _keep(self, choice: Choice) -> None:
        """Lower a choice by swaps, and keep it if it is the best."""
        choice.descend(self._pace)
        if choice.total < self._best.total * (1 - _HALF):
            self._best = Choice.of(self._pairs, choice.opened)
            self._pace.found(self._best.total)

    def _try(self, opened: Ints) -> None:
        """Look at a choice that has not been looked at yet."""
        if opened.tobytes() not in self._seen:
            self._seen.add(opened.tobytes())
            self._keep(Choice.of(self._pairs, opened))

    def _shake(self, rounds: int) -> None:
        """Swap a few sites of the best choice at random and lower it, until that has not helped for some rounds."""
        failed, most = 0, max(3, self._p // 10)
        while failed < rounds and self._pace.goes:
            choice, before = self._best.copy(), self._best.total
            for _ in range(self._random.integers(2, most + 1)):
                closed = np.flatnonzero(choice.slot < 0)
                choice.swap(int(self._random.integers(self._p)), int(self._random.choice(closed)))
            self._keep(choice)
            failed = 0 if self._best.total < before else failed + 1
            if choice.total == before:
                self._best = choice

    def _climb(self, scope: Scope) -> Dual:
        """Bound of all choices, looking from time to time at the sites that the relaxation chooses.

        Demand begins by offering the mean of what its nearest and its second nearest open sites cost.
        """
        pairs, choice = self._pairs, self._best
        rows, ends = np.arange(pairs.size), pairs.starts[1:]
        served = (pairs.spare > choice.total) & (pairs.starts[:-1] < ends)
        second = np.where(served, np.minimum(choice.second, ends - 1), choice.second)
        ascent = Ascent(pairs, scope, (pairs.paying(choice.first, rows) + pairs.paying(second, rows)) / 2, _STEP)
        while not ascent.ended and self._pace.goes:
            ascent.run(_CHUNK, self.target)
            self._prove(ascent.best.bound)
            self._try(ascent.best.chosen)
        return ascent.best

    def _branch(self, scope: Scope, dual: Dual) -> None:
        """Branch on sites, the part of the least bound first."""
        scope = dual.narrowed(scope, self.target)
        pairs = self._pairs.kept(self._usable(scope, dual))
        first = self._part(pairs, scope, dual.prices, dual.bound, 0)
        parts, turn = [] if first is None else [first], 0
        while parts and parts[0].bound < self.target and self._pace.goes:
            self._prove(parts[0].bound)
            part = heapq.heappop(parts)
            for opened in (True, False):
                turn += 1
                half = self._part(pairs, part.scope.having(part.site, opened=opened), part.prices, part.bound, turn)
                if half is not None:
                    heapq.heappush(parts, half)
            if turn % _REST == 0:
                self._shake(_MORE)
        if parts and parts[0].bound < self.target:
            self._prove(parts[0].bound)
        else:
            self._prove(self.target if self._pace.limits.gap else self._pace.objective)

    def _part(self, pairs: Pairs, scope: Scope, prices: Floats, bound: float, turn: int) -> Part | None:
        """Bound a part, again where that leaves out many sites; none where it holds nothing better."""
        while not scope.settled:
            dual = self._relaxed(pairs, scope, prices)
            bound, prices = max(bound, dual.bound), dual.prices
            if bound >= self.target:
                return None
            before, scope = scope, dual.narrowed(scope, self.target)
            again = self._pace.goes and scope.free.sum() < _FEWER * before.free.sum()
            if not (scope.settled or again):
                return Part(bound, turn, scope, prices, _disputed(scope, dual))
        if scope.choice is not None:
            self._try(scope.choice)
        return None

    def _relaxed(self, pairs: Pairs, scope: Scope, prices: Floats) -> Dual:
        ascent = Ascent(pairs, scope, prices, _PART_STEP)
        while not ascent.ended and ascent.rounds < _ROUNDS and self._pace.goes:
            ascent.run(_CHUNK, self.target)
        self._try(ascent.best.chosen)
        return ascent.best

    def _usable(self, scope: Scope, dual: Dual) -> Mask:
        """Pairs that a better choice may use: any other adds to the bound what it costs above the price."""
        most = np.repeat(dual.prices + (self.target - dual.bound), np.diff(self._pairs.starts))
        return (scope.forced | scope.free)[self._pairs.sites] & (self._pairs.costs <= most)


def _disputed(scope: Scope, dual: Dual) -> int:
    """Site that is chosen some of the time and would change the bound much."""
    free = np.flatnonzero(scope.free)
    often, saved = dual.often[free], dual.saved[free]
    doubt = np.minimum(often, 1 - often)
    weight = often + _DOUBT if doubt.max() < _DOUBT else doubt
    return int(free[np.argmin(saved * weight)])
