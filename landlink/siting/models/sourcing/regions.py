"""Better plans by solving one region after another: its sites and what they serve, the rest left as it is."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from landlink.siting.models.sourcing.exact import settled
from landlink.siting.models.sourcing.problem import ROUNDING, Mask, Plan, Sourcing, plan
from landlink.siting.models.sourcing.programs import model
from landlink.siting.models.sourcing.search import Search
from landlink.siting.solver.answer import Floats, Places
from landlink.siting.solver.mip import solve

# A demand makes neighbours of so many of its cheapest sites; neighbours of neighbours follow so many times.
_NEAREST, _HOPS = 8, 3
# A region's sites have so many pairs at most, but for so few sites; when no region is bettered, twice as many.
_PAIRS, _FEWEST = 7_000, 4
# It is solved to this relative gap, and for so many reports of the solver.
_GAP, _REPORTS = 1e-3, 30
# Of a plan's distance from the bound, what a pair may add to the bound to be used.
_PART = 0.1
_GAIN = 1e-9


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a problem.

    Parameters
    ----------
    problem
        Of the demand that the region's sites serve now, by these sites and by others as far as they have room.
    sites
        Of the region.
    rows
        Places of the demands.
    pairs
        Places of the pairs.
    part
        Share of each demand that the region serves.
    """

    problem: Sourcing
    sites: Mask
    rows: Places
    pairs: Places
    part: Floats


def neighbours(problem: Sourcing) -> sparse.csr_array:
    """How many demands have both sites among their cheapest, sites × sites."""
    order = np.lexsort((problem.cost, problem.row))
    rank = np.arange(len(order)) - problem.starts[problem.row]
    near = order[rank < _NEAREST]
    table = sparse.csr_array((np.ones(len(near)), (problem.row[near], problem.column[near])), shape=problem.shape)
    return sparse.csr_array(table.T @ table)


def around(problem: Sourcing, beside: sparse.csr_array, seed: int, useful: Mask, size: int) -> Places:
    """Sites about a site, the closest tied first, as many as have some number of useful pairs."""
    tie = np.zeros(len(problem.fixed))
    tie[seed] = 1.0
    for _ in range(_HOPS):
        tie = beside @ tie
        tie /= max(float(tie.max()), 1.0)
    tie[seed] = np.inf
    order = np.argsort(-tie, kind="stable")
    order = order[(tie[order] > 0) & ~problem.shut[order]]
    pairs = np.cumsum(np.bincount(problem.column[useful], minlength=len(tie))[order])
    return order[: max(int(np.searchsorted(pairs, size)), _FEWEST)]


def region(problem: Sourcing, best: Plan, near: Places, useful: Mask) -> Region:
    """Cut a region out of a problem.

    Parameters
    ----------
    best
        Plan that is to be bettered.
    near
        Places of the region's sites.
    useful
        Pairs that may be used.
    """
    n, m = problem.shape
    sites = np.zeros(m, dtype=np.bool_)
    sites[near] = True
    inside = sites[problem.column]
    part = np.bincount(problem.row[inside], best.shares[inside], minlength=n).astype(np.float64)
    part[part < ROUNDING] = 0.0
    rows = np.flatnonzero(part)
    taken = np.bincount(problem.column, problem.weight * best.shares * ~inside, minlength=m)
    spare = problem.capacity - taken
    beside = best.sites & ~sites & (spare > ROUNDING * problem.capacity)
    pairs = np.flatnonzero(useful & (part > 0)[problem.row] & (sites | beside)[problem.column])
    place = np.full(n, -1)
    place[rows] = np.arange(len(rows))
    count = int((best.sites & (sites | beside)).sum())
    exact = problem.fewest == problem.most
    cut = Sourcing(
        fixed=np.where(beside, 0.0, problem.fixed),
        demand=problem.demand[rows] * part[rows],
        capacity=np.where(beside, spare, problem.capacity),
        row=place[problem.row[pairs]],
        column=problem.column[pairs],
        cost=problem.cost[pairs] * part[problem.row[pairs]],
        fewest=count if exact else 0,
        most=count if exact else m,
        whole=problem.whole,
        must=beside | (sites & problem.must),
        shut=~(sites | beside) | problem.shut,
    )
    return Region(cut, sites, rows, pairs, part[rows])


def bettered(problem: Sourcing, best: Plan, cut: Region, search: Search) -> Plan | None:
    """Solve a region; the whole plan with it, or None where nothing better was found."""
    written = model(cut.problem)
    part = cut.part[cut.problem.row]
    now = np.where(cut.sites[cut.problem.column], best.shares[cut.pairs], 0.0)
    start = written.point(best.sites, np.minimum(now / part, 1.0))
    found = solve(written.program, search.part(_GAP, _REPORTS), start=start)
    before = float(written.program.cost @ start)
    if not len(found.values) or found.objective >= before - _GAIN * abs(best.objective):
        return None
    new = settled(cut.problem, search, *written.read(found.values))
    if new is None:
        return None
    after = np.where(cut.sites[problem.column], 0.0, best.shares)
    after[cut.pairs] += new.shares * part
    return plan(problem, np.where(cut.sites, new.sites, best.sites), after)


def improve(search: Search, problem: Sourcing, losses: Floats) -> None:
    """Better the best plan region by region, until none is bettered or the search is over.

    Parameters
    ----------
    problem
        The search's, with some sites decided but all its pairs.
    losses
        What using a pair adds to the bound, by pair.

    Notes
    -----
    A large neighbourhood search: regions that are not bettered grow.
    """
    beside = neighbours(problem)
    turn = np.random.default_rng(search.pace.limits.seed).permutation(np.flatnonzero(~problem.shut))
    usual = losses <= _PART * (search.objective - search.bound)
    size, whole = _PAIRS, False
    while not whole:
        waiting = np.ones(len(problem.fixed), dtype=np.bool_)
        while search.best is not None and waiting[turn].any() and search.goes:
            useful = usual | (search.best.shares > 0)
            near = around(problem, beside, int(turn[waiting[turn].argmax()]), useful, size)
            if search.offer(bettered(problem, search.best, region(problem, search.best, near, useful), search)):
                waiting[near] = True
            waiting[near[: max(1, len(near) // 2)]] = False
            whole = len(near) == len(turn)
        whole = whole or not search.goes
        size *= 2
