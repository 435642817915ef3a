"""What open sites serve at least cost where demand may be split: a transport problem."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from landlink.siting.models.sourcing.problem import Mask, Sourcing
from landlink.siting.solver.answer import Floats, Limits, Places
from landlink.siting.solver.mip import Program, solve

# Mean demand and mean cost of a unit are written as these: the solver's tolerances are absolute.
_UNITS, _COSTS = 1e4, 1e3
# Missing demand costs so many times what the dearest pair does.
_PENALTY = 20.0
# Part of a demand that is rounding.
_CRUMB = 1e-10


@dataclass(frozen=True, slots=True)
class Transport:
    """What sites serve.

    Parameters
    ----------
    shares
        By pair.
    missing
        Share of each demand for which no room was found.
    """

    shares: Floats
    missing: Floats

    @property
    def complete(self) -> bool:
        """All demand is served."""
        return not self.missing.any()


def transport(problem: Sourcing, sites: Mask, limits: Limits) -> Transport | None:
    """Serve as much as open sites can, at least cost; None where time is over before that is known.

    Notes
    -----
    Demand whose cheapest site has room for all that could be asked of it is served there. The rest is a network
    program in units of demand: its values are sums and differences of demands and capacities, which rounding leaves
    far closer than the solver's tolerance.
    """
    n, m = problem.shape
    used = np.flatnonzero(sites[problem.column])
    order = used[np.lexsort((problem.cost[used], problem.row[used]))]
    first = order[np.flatnonzero(np.diff(problem.row[order], prepend=-1))]
    asked = np.bincount(problem.column[used], problem.weight[used], minlength=m)
    easy = first[(asked <= problem.capacity)[problem.column[first]] | (problem.weight[first] == 0)]
    rest = np.ones(n, dtype=np.bool_)
    rest[problem.row[easy]] = False
    pairs = used[rest[problem.row[used]]]
    shares = np.zeros(len(problem.row))
    shares[easy] = 1.0
    spare = problem.capacity - np.bincount(problem.column[easy], problem.weight[easy], minlength=m)
    if len(pairs):
        flow = _flow(problem, pairs, np.maximum(spare, 0.0), limits)
        if flow is None:
            return None
        shares[pairs] = flow / problem.weight[pairs]
    shares[shares < _CRUMB] = 0.0
    served = np.bincount(problem.row, shares, minlength=n)
    missing = np.where(served > 1 - _CRUMB * _UNITS, 0.0, 1 - served)
    shares /= np.where(missing == 0, served, 1.0)[problem.row]
    return Transport(shares, missing)


def _flow(problem: Sourcing, pairs: Places, room: Floats, limits: Limits) -> Floats | None:
    """Demand served by some pairs of sites with some room."""
    rows, row = np.unique(problem.row[pairs], return_inverse=True)
    sites, column = np.unique(problem.column[pairs], return_inverse=True)
    demand, count, more = problem.demand[rows], len(pairs), len(rows)
    values = np.concatenate([demand, room[sites]])
    unit = 1.0 if (values == np.floor(values)).all() else float(demand.mean()) / _UNITS
    cost = problem.cost[pairs] / problem.weight[pairs]
    cost *= _COSTS / (float(cost.mean()) or 1.0)
    places = np.arange(count + more)
    served = (np.concatenate([row, np.arange(more)]), places)
    lines = (
        sparse.csr_array((np.ones(count + more), served), shape=(more, count + more)),
        sparse.csr_array((np.ones(count), (column, places[:count])), shape=(len(sites), count + more)),
    )
    found = solve(
        Program(
            cost=np.concatenate([cost, np.full(more, _PENALTY * max(float(cost.max()), 1.0))]),
            rows=sparse.csr_array(sparse.vstack(lines, format="csr")),
            low=np.concatenate([demand / unit, np.full(len(sites), -np.inf)]),
            high=np.concatenate([demand, room[sites]]) / unit,
            least=np.zeros(count + more),
            most=np.concatenate([demand[row], demand]) / unit,
            whole=np.zeros(count + more, dtype=np.bool_),
        ),
        limits,
    )
    return np.maximum(found.values[:count], 0.0) * unit if found.status == "optimal" else None
