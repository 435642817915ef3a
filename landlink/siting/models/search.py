"""Search for the sites of least cost: local search, Lagrangian bounds, and branching where these leave a gap."""

import heapq
import math
from dataclasses import dataclass

import numpy as np

from landlink.siting.arrays import Floats, Ints, Mask
from landlink.siting.models.lagrange import Ascent, Dual, Scope
from landlink.siting.models.local_search import Choice
from landlink.siting.models.monitor import Monitor
from landlink.siting.models.pairs import Pairs

# Rounds of an ascent between two checks of the limits.
_ROUNDS_BETWEEN_CHECKS = 20
# First step length of the first ascent.
_STEP = 0.2
# First step length of a branch's ascent, which begins at good prices.
_BRANCH_STEP = 0.1
# Rounds of a branch's ascent at most.
_BRANCH_ROUNDS = 120
# Share of a branch's free sites: where its ascent leaves fewer, the branch is bounded again.
_FEWER = 0.8
# A site is in doubt if it is open, or closed, in more than this share of the rounds.
_DOUBT = 0.05
# Perturbations in a row without a better choice that end the first local search.
_PERTURBATIONS = 40
# Branches between two local searches.
_BRANCHES_BETWEEN = 20
# Perturbations in a row without a better choice that end a local search between branches.
_FEW_PERTURBATIONS = 5
# Half the relative difference of costs that counts as better.
_HALF_STEP = 5e-10
# Rounding of a cost, as a share of the greatest.
_COST_ROUNDING = 1e-12
# Rounding of a sum of whole costs.
_SUM_ROUNDING = 1e-3
# Greatest sum of whole costs whose rounding is within that.
_MAX_WHOLE = 1e9


@dataclass(frozen=True, slots=True, order=True)
class Branch:
    """A branch that is left to bound: its bound, and the site to decide about next."""

    bound: float
    turn: int
    scope: Scope
    prices: Floats
    site: int


class Search:
    """Search for the choice of ``p`` sites of least cost.

    Local search improves choices: the first, perturbed ones and the relaxation's. Lagrangian relaxation gives bounds,
    and leaves out sites and pairs that no better choice uses. What remains is branched on.

    Parameters
    ----------
    pairs
        The problem.
    opened
        Sites to begin with, p.
    monitor
        Of the solve; keeps the best objective and bound.

    References
    ----------
    Resende, M. and Werneck, R. (2007). A fast swap-based local search procedure for location problems. Annals of
    Operations Research 150.
    Beasley, J. E. (1993). Lagrangean heuristics for location problems. European Journal of Operational Research 65.
    """

    def __init__(self, pairs: Pairs, opened: Ints, monitor: Monitor) -> None:
        self._pairs, self._p, self._monitor = pairs, len(opened), monitor
        self._random = np.random.default_rng(monitor.limits.seed)
        self._whole = all(bool((values == np.floor(values)).all()) for values in (pairs.costs, pairs.spare))
        self._rounding = _COST_ROUNDING * float(pairs.costs.max(initial=0.0))
        self._tried: set[bytes] = set()
        self._best = Choice.of(pairs, opened)
        monitor.improve(self._best.total)
        monitor.prove(0.0)
        self._keep(self._best.copy())

    @property
    def opened(self) -> Ints:
        """Best choice so far, in ascending order."""
        return np.sort(self._best.opened)

    @property
    def target(self) -> float:
        """Cost at which a choice no longer improves on the best by the gap asked for."""
        total, gap = self._monitor.objective, self._monitor.limits.gap * (1 - _HALF_STEP)
        near = total - max(total * max(_HALF_STEP, gap), self._rounding)
        return min(near, total - 1 + 2 * _SUM_ROUNDING) if self._whole and total < _MAX_WHOLE else near

    def run(self) -> None:
        """Search until the best choice is proven, or the limits end the search."""
        everything = np.ones(self._pairs.count, dtype=bool)
        scope = Scope(self._p, ~everything, everything)
        if scope.settled:
            self._prove(self._monitor.objective)
            return
        dual = self._climb(scope)
        self._perturb(_PERTURBATIONS)
        if self._monitor.running:
            self._branch(scope, dual)

    def _prove(self, bound: float) -> None:
        self._monitor.prove(math.ceil(bound - _SUM_ROUNDING) if self._whole and abs(bound) < _MAX_WHOLE else bound)

    def _keep(self, choice: Choice) -> None:
        """Improve a choice by swaps, and keep it if it is the best."""
        choice.descend(self._monitor)
        if choice.total < self._best.total * (1 - _HALF_STEP):
            self._best = Choice.of(self._pairs, choice.opened)
            self._monitor.improve(self._best.total)

    def _try(self, opened: Ints) -> None:
        """Improve a choice that has not been tried yet."""
        if opened.tobytes() not in self._tried:
            self._tried.add(opened.tobytes())
            self._keep(Choice.of(self._pairs, opened))

    def _perturb(self, times: int) -> None:
        """Swap a few sites of the best choice at random and improve it, until that has not helped some times."""
        failed, most = 0, max(3, self._p // 10)
        while failed < times and self._monitor.running:
            choice, before = self._best.copy(), self._best.total
            for _ in range(self._random.integers(2, most + 1)):
                closed = np.flatnonzero(choice.slot < 0)
                choice.swap(int(self._random.integers(self._p)), int(self._random.choice(closed)))
            self._keep(choice)
            failed = 0 if self._best.total < before else failed + 1
            if choice.total == before:
                self._best = choice

    def _climb(self, scope: Scope) -> Dual:
        """Bound of all choices, trying from time to time the sites that the relaxation chooses.

        Prices begin at the mean of what each demand's nearest and second nearest open sites cost.
        """
        pairs, choice = self._pairs, self._best
        rows, ends = np.arange(pairs.size), pairs.starts[1:]
        served = (pairs.spare > choice.total) & (pairs.starts[:-1] < ends)
        second = np.where(served, np.minimum(choice.second, ends - 1), choice.second)
        ascent = Ascent(pairs, scope, (pairs.costs_of(choice.first, rows) + pairs.costs_of(second, rows)) / 2, _STEP)
        while not ascent.ended and self._monitor.running:
            ascent.run(_ROUNDS_BETWEEN_CHECKS, self.target)
            self._prove(ascent.best.bound)
            self._try(ascent.best.chosen)
        return ascent.best

    def _branch(self, scope: Scope, dual: Dual) -> None:
        """Branch on sites, the branch of the least bound first."""
        scope = dual.narrowed(scope, self.target)
        pairs = self._pairs.kept(self._usable(scope, dual))
        first = self._bounded(pairs, scope, dual.prices, dual.bound, 0)
        branches, turn = [] if first is None else [first], 0
        while branches and branches[0].bound < self.target and self._monitor.running:
            self._prove(branches[0].bound)
            branch = heapq.heappop(branches)
            for opened in (True, False):
                turn += 1
                scope = branch.scope.deciding(branch.site, opened=opened)
                half = self._bounded(pairs, scope, branch.prices, branch.bound, turn)
                if half is not None:
                    heapq.heappush(branches, half)
            if turn % _BRANCHES_BETWEEN == 0:
                self._perturb(_FEW_PERTURBATIONS)
        if branches and branches[0].bound < self.target:
            self._prove(branches[0].bound)
        else:
            self._prove(self.target if self._monitor.limits.gap else self._monitor.objective)

    def _bounded(self, pairs: Pairs, scope: Scope, prices: Floats, bound: float, turn: int) -> Branch | None:
        """Bound a branch, again where that leaves out many sites; None where it holds nothing better."""
        while not scope.settled:
            dual = self._relaxed(pairs, scope, prices)
            bound, prices = max(bound, dual.bound), dual.prices
            if bound >= self.target:
                return None
            before, scope = scope, dual.narrowed(scope, self.target)
            again = self._monitor.running and scope.free.sum() < _FEWER * before.free.sum()
            if not (scope.settled or again):
                return Branch(bound, turn, scope, prices, _disputed(scope, dual))
        if scope.choice is not None:
            self._try(scope.choice)
        return None

    def _relaxed(self, pairs: Pairs, scope: Scope, prices: Floats) -> Dual:
        ascent = Ascent(pairs, scope, prices, _BRANCH_STEP)
        while not ascent.ended and ascent.rounds < _BRANCH_ROUNDS and self._monitor.running:
            ascent.run(_ROUNDS_BETWEEN_CHECKS, self.target)
        self._try(ascent.best.chosen)
        return ascent.best

    def _usable(self, scope: Scope, dual: Dual) -> Mask:
        """Pairs that a better choice may use: any other adds to the bound what it costs above the price."""
        most = np.repeat(dual.prices + (self.target - dual.bound), np.diff(self._pairs.starts))
        return (scope.forced | scope.free)[self._pairs.sites] & (self._pairs.costs <= most)


def _disputed(scope: Scope, dual: Dual) -> int:
    """Free site that is chosen some of the time and would change the bound much."""
    free = np.flatnonzero(scope.free)
    often, saved = dual.often[free], dual.saved[free]
    doubt = np.minimum(often, 1 - often)
    weight = often + _DOUBT if doubt.max() < _DOUBT else doubt
    return int(free[np.argmin(saved * weight)])
