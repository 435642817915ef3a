"""The best plan of all, from a program."""

import numpy as np

from landlink.siting.models.sourcing.problem import ROUNDING, Mask, Plan, Sourcing, plan
from landlink.siting.models.sourcing.programs import model
from landlink.siting.models.sourcing.rounding import rounded
from landlink.siting.models.sourcing.search import Search
from landlink.siting.solver.answer import Floats, Places
from landlink.siting.solver.mip import solve

_HALF = 0.5


def decide(search: Search, problem: Sourcing) -> bool:
    """Look for the best plan until it is proven or the search is over.

    Parameters
    ----------
    problem
        Whose plans are all those of the search's problem that are better than its best.

    Returns
    -------
    There is no plan, and none was known.
    """
    if problem.hopeless:
        search.prove(search.objective)
        return search.best is None
    own = _own(search.problem, problem)
    covers: list[Places] = []
    while search.goes:
        written = model(problem, covers)
        start = None
        if search.best is not None and np.isclose(search.best.shares[own].sum(), len(problem.demand)):
            start = written.point(search.best.sites, search.best.shares[own])
        found = solve(written.program, search.rest(), start=start)
        if found.status in {"infeasible", "unbounded"}:  # a program of shares has no unbounded side
            search.prove(search.objective)
            return search.best is None
        search.prove(found.bound)
        if not len(found.values):
            return False
        sites, shares = written.read(found.values)
        over = overfull(problem, shares)
        if not len(over):
            search.offer(_spread(search, settled(problem, search, sites, shares), own))
            return False
        served = np.flatnonzero(shares > _HALF)
        covers += [served[problem.column[served] == site] for site in over]
    return False


def settled(problem: Sourcing, search: Search, sites: Mask, shares: Floats) -> Plan | None:
    """Plan of what a program has found, without its rounding; None where that leaves none.

    Parameters
    ----------
    sites, shares
        Open sites, and shares by pair.
    """
    if not (problem.whole and problem.binds.any()):
        return rounded(problem, search, sites)
    if len(overfull(problem, shares)):
        return None
    return plan(problem, sites, (shares > _HALF).astype(np.float64))


def overfull(problem: Sourcing, shares: Floats) -> Places:
    """Sites that exceed their capacity, by less than the solver sees, where demands stay whole."""
    if not problem.whole:
        return np.empty(0, dtype=np.int64)
    load = np.bincount(problem.column, problem.weight * (shares > _HALF), minlength=len(problem.fixed))
    return np.flatnonzero(load > problem.capacity * (1 + ROUNDING))


def _own(whole: Sourcing, part: Sourcing) -> Places:
    """Places that a part's pairs have in the whole."""
    sites = len(whole.fixed)
    return np.searchsorted(whole.row * sites + whole.column, part.row * sites + part.column)


def _spread(search: Search, part: Plan | None, own: Places) -> Plan | None:
    """Plan of a part as one of the whole."""
    if part is None:
        return None
    shares = np.zeros(len(search.problem.row))
    shares[own] = part.shares
    return plan(search.problem, part.sites, shares)
