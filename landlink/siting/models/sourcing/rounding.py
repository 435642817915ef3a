"""Plans at the sites that a relaxation favours, where demand may be split."""

import numpy as np

from landlink.siting.models.sourcing.problem import Mask, Plan, Sourcing, plan
from landlink.siting.models.sourcing.search import Search
from landlink.siting.models.sourcing.transport import transport
from landlink.siting.solver.answer import Floats

# Rounds of opening sites for demand that found no room.
_ROUNDS = 12


def rounded(problem: Sourcing, search: Search, sites: Mask) -> Plan | None:
    """Plan with some sites open, and more where demand finds no room; None where none is found in time."""
    sites = (sites | problem.must) & ~problem.shut
    for _ in range(_ROUNDS):
        found = transport(problem, sites, search.grace())
        if found is None:
            return None
        if found.complete:
            return plan(problem, sites, found.shares)
        more = _opened(problem, sites, found.missing * problem.demand)
        if not (more & ~sites).any() or more.sum() > problem.most:
            return None
        sites = more
    return None


def _opened(problem: Sourcing, sites: Mask, missing: Floats) -> Mask:
    """Open sites one by one, those that serve most missing demand for their cost, until all of it could be served."""
    sites, missing = sites.copy(), missing.copy()
    closed = np.flatnonzero(~(sites | problem.shut)[problem.column])
    row, column = problem.row[closed], problem.column[closed]
    cost = problem.fixed + (problem.fixed.mean() * 1e-3 or 1.0)
    while missing.any():
        served = np.bincount(column, missing[row], minlength=len(sites))
        worth = np.where(sites, 0.0, np.minimum(served, problem.capacity) / cost)
        best = int(worth.argmax())
        if worth[best] <= 0:
            break
        sites[best] = True
        here = row[column == best]
        missing[here] *= max(0.0, 1 - problem.capacity[best] / served[best])
    return sites
