"""A problem solved: bounds and plans by turns, then what is left to a program."""

from dataclasses import replace
from functools import partial

import numpy as np
from scipy import sparse

from landlink.siting.models.pace import Pace
from landlink.siting.models.sourcing.ascent import Ascent, ascend
from landlink.siting.models.sourcing.exact import decide
from landlink.siting.models.sourcing.probing import probed
from landlink.siting.models.sourcing.problem import Mask, Sourcing
from landlink.siting.models.sourcing.regions import improve
from landlink.siting.models.sourcing.relaxation import Relaxed, first_prices, losses, reduced
from landlink.siting.models.sourcing.rounding import rounded
from landlink.siting.models.sourcing.search import Search
from landlink.siting.models.sourcing.wholes import CELLS, from_relaxed, from_split, shaken, table
from landlink.siting.solver.answer import Answer, Floats, Limits, Reason, nothing

# Steps of the ascents, and the first step of those after the first.
_STEPS, _LENGTH = (40, 120, 150, 150), 0.3
# Sites are opened that a relaxation chose so often.
_OFTEN = (0.8, 0.65, 0.5, 0.35, 0.2)
# A relaxation's sites are tried once in so many cells of the table of costs.
_TRIED = 20_000
# Plans are shaken so often, divided by the cells of the table, and at most.
_SHAKES, _MOST_SHAKES = 5_000_000, 400
# Sites are probed in problems of so many pairs.
_PROBED = 3_000
# Problems of more pairs are bettered region by region before a program takes them.
_PROGRAM = 20_000
# An ascent that raises the bound by less of the gap is the last.
_WORTH = 0.03


def solved(problem: Sourcing, limits: Limits) -> Answer:
    """Solve a problem in which every demand has a pair.

    Notes
    -----
    Prices of demand give a Lagrangian bound, and the sites that are chosen at them give plans. Bound and best plan
    decide sites and pairs that no better plan has, or that all have. What is left is solved as a mixed-integer
    program; where it is large, the plan is bettered region by region before.
    """
    search = Search(problem, Pace(limits))
    left, prices = _approach(search)
    if search.best is not None and len(left.row) > _PROGRAM and not left.hopeless and search.goes:
        improve(search, replace(problem, shut=left.shut & ~search.best.sites), losses(problem, prices))
        left = reduced(left, prices, search.target)
    impossible = search.goes and decide(search, left)
    return _answer(search, impossible=impossible)


def _approach(search: Search) -> tuple[Sourcing, Floats]:
    """Raise the bound and find plans by turns; what is left to decide, and the prices of the bound."""
    problem = search.problem
    left, prices = problem, first_prices(problem)
    meet = _Meeting(search)
    for turn, steps in enumerate(_STEPS):
        before = search.bound
        ascent = ascend(left, prices, search, steps=steps, length=_LENGTH if turn else 1.0, met=partial(meet, left))
        prices = ascent.prices
        _round(search, ascent)
        if turn == 1:
            _shake(search, ~left.shut)
        if not search.goes:
            break
        left = reduced(left, prices, search.target)
        if left.hopeless or search.bound - before < _WORTH * (search.objective - search.bound):
            break
    if left.separable and len(left.row) <= _PROBED and not left.hopeless and search.goes:
        left = probed(search, left, prices)
    return left, prices


class _Meeting:
    """What is done with relaxations on the way: bounds are proven, and sites are tried where demands stay whole."""

    def __init__(self, search: Search) -> None:
        n, m = search.problem.shape
        small = search.problem.whole and search.problem.binds.any() and n * m <= CELLS
        self.search = search
        self.known = table(search.problem, np.arange(m)) if small else None
        self.every = 1 + n * m // _TRIED
        self.count = 0
        self.tried: set[bytes] = set()

    def __call__(self, part: Sourcing, found: Relaxed) -> None:
        """Meet a relaxation of a problem whose plans are all those that are better than the best."""
        self.search.prove(found.bound)
        self.count += 1
        sites = found.sites.tobytes()
        if self.known is not None and self.count % self.every == 0 and sites not in self.tried:
            self.tried.add(sites)
            self.search.offer(from_relaxed(self.known, part, found))


def _round(search: Search, ascent: Ascent) -> None:
    """Try the sites that an ascent chose often."""
    problem = search.problem
    tried: set[bytes] = set()
    for often in _OFTEN:
        sites = _chosen(problem, ascent, often)
        if sites.tobytes() not in tried and search.goes:
            tried.add(sites.tobytes())
            plan = rounded(problem, search, sites)
            if plan is not None and problem.whole and problem.binds.any():
                plan = from_split(problem, plan)
            search.offer(plan)


def _shake(search: Search, usable: Mask) -> None:
    """Shake the best plan where demands stay whole and the table of costs is small."""
    problem, best = search.problem, search.best
    n, m = problem.shape
    tries = _SHAKES // (n * m)
    if best is not None and tries and problem.whole and problem.binds.any() and search.goes:
        rng = np.random.default_rng(search.pace.limits.seed)
        search.offer(shaken(table(problem, np.arange(m)), best, usable, rng, min(tries, _MOST_SHAKES)))


def _chosen(problem: Sourcing, ascent: Ascent, often: float) -> Mask:
    sites: Mask = ascent.often > often
    count = int(np.clip(sites.sum(), problem.fewest, problem.most))
    chosen = np.zeros(len(sites), dtype=np.bool_)
    chosen[np.argsort(-ascent.often, kind="stable")[:count]] = True
    return chosen


def _answer(search: Search, *, impossible: bool) -> Answer:
    problem, best, pace = search.problem, search.best, search.pace
    if best is None:
        if impossible:
            return nothing("infeasible", problem.shape, pace.limits, Reason("no_assignment"))
        return nothing(pace.status, problem.shape, pace.limits, bound=search.bound)
    used = np.flatnonzero(best.shares)
    pairs = (best.shares[used], (problem.row[used], problem.column[used]))
    shares = sparse.csr_array(pairs, shape=problem.shape)
    places = np.flatnonzero(best.sites)
    bound = min(search.bound, best.objective)
    return Answer(pace.status, places, shares, best.objective, bound, pace.limits.seconds)
