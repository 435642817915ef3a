"""Good plans where every demand is served by one site: insertion by regret, then moves, swaps and relocations."""

from dataclasses import dataclass

import numpy as np

from landlink.siting.models.sourcing.problem import ROUNDING, Mask, Plan, Sourcing, plan
from landlink.siting.models.sourcing.relaxation import Relaxed
from landlink.siting.solver.answer import Floats, Places

# Greatest number of pairs in a table, and of demands that are swapped.
CELLS, SWAPPED = 4_000_000, 1_500
_GAIN = 1e-9
# A shaken plan exchanges a site for one of so many, loosens this part of demand, and may be so much worse.
_NEAR, _LOOSE, _WORSE = 8, 0.2, 1.01


@dataclass(frozen=True, slots=True)
class Table:
    """A problem with some of its sites as a table.

    Parameters
    ----------
    problem
        The problem.
    sites
        Places of the sites.
    cost
        Demands × sites, infinite where a pair is not allowed.
    capacity
        Of the sites, with what is rounding.
    fixed
        Cost of the sites.
    """

    problem: Sourcing
    sites: Places
    cost: Floats
    capacity: Floats
    fixed: Floats

    def total(self, at: Places) -> float:
        """Objective of a plan in which each demand is served by one of the sites."""
        return float(self.cost[np.arange(len(at)), at].sum() + self.fixed[np.unique(at)].sum())

    def planned(self, at: Places) -> Plan:
        """Plan in which each demand is served by one of the sites."""
        problem = self.problem
        chosen = self.sites[at]
        sites = np.zeros(len(problem.fixed), dtype=np.bool_)
        sites[chosen] = True
        return plan(problem, sites, (problem.column == chosen[problem.row]).astype(np.float64))


def table(problem: Sourcing, sites: Places) -> Table:
    """Table of a problem with some of its sites."""
    place = np.full(len(problem.fixed), -1)
    place[sites] = np.arange(len(sites))
    pairs = np.flatnonzero(place[problem.column] >= 0)
    cost = np.full((len(problem.demand), len(sites)), np.inf)
    cost[problem.row[pairs], place[problem.column[pairs]]] = problem.cost[pairs]
    return Table(problem, sites, cost, problem.capacity[sites] * (1 + ROUNDING), problem.fixed[sites])


def from_relaxed(known: Table, problem: Sourcing, found: Relaxed) -> Plan | None:
    """Plan at the sites that a relaxation chose, and as they serve demands where that is possible; None if not.

    Parameters
    ----------
    known
        With all sites.
    problem
        That was relaxed: the table's or one with fewer pairs.
    """
    served = np.flatnonzero((found.fill.shares > 0.5) & found.sites[problem.column])  # noqa: PLR2004 - more than half
    order = served[np.lexsort((problem.cost[served], problem.row[served]))][::-1]
    at = np.full(len(problem.demand), -1)
    at[problem.row[order]] = problem.column[order]
    load = np.bincount(at[at >= 0], problem.demand[at >= 0], minlength=len(problem.fixed))
    at[(at >= 0) & (load > known.capacity)[at]] = -1
    chosen = np.flatnonzero(found.sites)
    whole = inserted(known, chosen, at)
    if whole is None:
        whole = inserted(known, chosen, np.full(len(at), -1))
    return None if whole is None else known.planned(improved(known, whole))


def from_split(problem: Sourcing, split: Plan) -> Plan | None:
    """Plan at the sites of one in which demands are split, and like it where they are not; None if none is found."""
    known = table(problem, np.flatnonzero(split.sites))
    at = np.full(len(problem.demand), -1)
    served = np.flatnonzero(split.shares > 1 - ROUNDING)
    at[problem.row[served]] = np.searchsorted(known.sites, problem.column[served])
    whole = inserted(known, np.arange(len(known.sites)), at)
    if whole is None:
        return None
    return known.planned(improved(known, whole) if known.cost.size <= CELLS else whole)


def inserted(known: Table, sites: Places, at: Places) -> Places | None:
    """Give each demand that has no site yet one of some, the one first that would lose most by waiting."""
    demand = known.problem.demand
    at = at.copy()
    placed = at >= 0
    left = (known.capacity - np.bincount(at[placed], demand[placed], minlength=len(known.capacity)))[sites]
    waiting = np.flatnonzero(~placed)
    cost = known.cost[np.ix_(waiting, sites)]
    cost[demand[waiting, None] > left] = np.inf
    while len(waiting):
        two = (
            np.partition(cost, 1, axis=1)[:, :2]
            if len(sites) > 1
            else np.pad(cost, ((0, 0), (0, 1)), constant_values=np.inf)
        )
        if not np.isfinite(two[:, 0]).all():
            return None
        turn = int(np.lexsort((-demand[waiting], two[:, 0] - two[:, 1]))[0])
        best = int(np.argmin(cost[turn]))
        at[waiting[turn]] = sites[best]
        left[best] -= demand[waiting[turn]]
        waiting, cost = np.delete(waiting, turn), np.delete(cost, turn, axis=0)
        cost[demand[waiting] > left[best], best] = np.inf
    return at


def shaken(known: Table, best: Plan, usable: Mask, rng: np.random.Generator, tries: int) -> Plan:
    """Better a plan by exchanging sites for others near what they serve, at random, and improving what results.

    Parameters
    ----------
    known
        With all sites.
    usable
        Sites that may open.
    tries
        How many exchanges.

    Notes
    -----
    Iterated local search (Lourenço, Martin and Stützle 2003): it goes on from a result that is not much worse.
    """
    served = np.flatnonzero(best.shares)
    at = np.full(len(known.cost), -1)
    at[known.problem.row[served]] = known.problem.column[served]
    now, least, found = best.objective, best.objective, at
    for _ in range(tries):
        sites, base = _exchanged(known, at, usable, rng)
        other = None if base is None else inserted(known, sites, base)
        if other is not None:
            other = improved(known, other)
            total = known.total(other)
            if total < least:
                least, found = total, other
            if total < now * _WORSE:
                at, now = other, total
    return known.planned(found)


def _exchanged(known: Table, at: Places, usable: Mask, rng: np.random.Generator) -> tuple[Places, Places | None]:
    """One or two open sites exchanged, and what stays where it is; no places where nothing can be exchanged."""
    sites = np.unique(at)
    closed = usable.copy()
    closed[sites] = False
    gone = rng.choice(sites, min(len(sites), int(rng.integers(1, 3))), replace=False)
    fresh: list[int] = []
    for site in gone:
        cost = np.where(closed, known.cost[at == site].sum(axis=0), np.inf)
        near = np.argsort(cost, kind="stable")[:_NEAR]
        near = near[np.isfinite(cost[near])]
        if not len(near):
            return sites, None
        fresh.append(int(rng.choice(near)))
        closed[fresh[-1]] = False
    base = np.where(np.isin(at, gone) | (rng.random(len(at)) < _LOOSE), -1, at)
    return np.union1d(np.setdiff1d(sites, gone), fresh), base


def improved(known: Table, at: Places) -> Places:
    """Move, swap and relocate as long as that makes the plan cheaper."""
    at = at.copy()
    while _moved(known, at) or _swapped(known, at) or _relocated(known, at):
        pass
    return at


def _moved(known: Table, at: Places) -> bool:
    """Make the best move of a demand to another open site that has room for it."""
    demand = known.problem.demand
    load = np.bincount(at, demand, minlength=len(known.sites))
    sites = np.unique(at)
    own = known.cost[np.arange(len(at)), at]
    change = known.cost[:, sites] - own[:, None]
    change[load[sites] + demand[:, None] > known.capacity[sites]] = np.inf
    change[at[:, None] == sites] = np.inf
    place = int(np.argmin(change))
    if change.flat[place] >= -_GAIN * own.max():
        return False
    at[place // len(sites)] = sites[place % len(sites)]
    return True


def _swapped(known: Table, at: Places) -> bool:
    """Make the best swap of two demands' sites."""
    if len(at) > SWAPPED:
        return False
    demand = known.problem.demand
    load = np.bincount(at, demand, minlength=len(known.sites))
    own = known.cost[np.arange(len(at)), at]
    change = known.cost[:, at] - own[:, None]
    change += change.T
    spare = (known.capacity[at] - load[at] + demand)[:, None] >= demand
    change[~(spare & spare.T)] = np.inf
    place = int(np.argmin(change))
    if change.flat[place] >= -_GAIN * own.max():
        return False
    one, two = divmod(place, len(at))
    at[one], at[two] = at[two], at[one]
    return True


def _relocated(known: Table, at: Places) -> bool:
    """Move the whole of what a site serves to a closed site, where that gains most."""
    sites, group = np.unique(at, return_inverse=True)
    load = np.bincount(group, known.problem.demand)
    members = (group[:, None] == np.arange(len(sites))).astype(np.float64)
    finite = np.isfinite(known.cost)
    cost = np.where(finite, known.cost, 0.0).T @ members + known.fixed[:, None]
    allowed = ((~finite).T.astype(np.float64) @ members == 0) & (load <= known.capacity[:, None])
    allowed[sites] = False
    now = cost[sites, np.arange(len(sites))]
    change = np.where(allowed, cost - now, np.inf)
    place = int(np.argmin(change))
    if change.flat[place] >= -_GAIN * now.max():
        return False
    new, old = divmod(place, len(sites))
    at[group == old] = new
    return True
