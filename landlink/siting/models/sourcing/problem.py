"""What is solved: sites at a fixed cost, pairs of demand and site, capacities, how many may open; and a plan of it."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from landlink.siting.solver.answer import Floats, Places

Mask = npt.NDArray[np.bool_]

# Relative excess over a capacity that is rounding.
ROUNDING = 1e-9
_WHOLE_UP_TO = 2.0**53


@dataclass(frozen=True)
class Sourcing:
    """Minimise the fixed costs of open sites and the costs of pairs, every demand being served within capacities.

    Parameters
    ----------
    fixed
        Cost of opening, by site; 0 or more.
    demand
        By demand; 0 or more.
    capacity
        By site, in units of demand; finite.
    row, column, cost
        Allowed pairs of demand and site in order of rows and columns, and the cost of serving the demand whole.
    fewest, most
        Least and greatest number of open sites.
    whole
        A demand is served by one site alone.
    must, shut
        Sites that are open, and sites that are not, in every plan that is looked for.
    """

    fixed: Floats
    demand: Floats
    capacity: Floats
    row: Places
    column: Places
    cost: Floats
    fewest: int
    most: int
    whole: bool
    must: Mask
    shut: Mask

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of demands and sites."""
        return len(self.demand), len(self.fixed)

    @cached_property
    def weight(self) -> Floats:
        """Demand by pair."""
        return self.demand[self.row]

    @cached_property
    def starts(self) -> Places:
        """Place of the first pair of each demand, and the number of pairs."""
        return np.searchsorted(self.row, np.arange(len(self.demand) + 1))

    @cached_property
    def hopeless(self) -> bool:
        """Some demand has no pair left."""
        return not np.diff(self.starts).all()

    @cached_property
    def reach(self) -> Floats:
        """Demand that a site could serve, by site."""
        return np.bincount(self.column, self.weight, minlength=len(self.fixed)).astype(np.float64)

    @cached_property
    def room(self) -> Floats:
        """Capacity by site, as far as it can be used."""
        return np.minimum(self.capacity, self.reach)

    @cached_property
    def binds(self) -> Mask:
        """Sites that could be asked for more than their capacity."""
        return self.reach > self.capacity * (1 + ROUNDING)

    @cached_property
    def separable(self) -> bool:
        """Some best plan serves every demand by one site alone."""
        return self.whole or not self.binds.any()

    @cached_property
    def upper(self) -> Floats:
        """Greatest share by pair."""
        with np.errstate(divide="ignore", invalid="ignore"):
            share = self.capacity[self.column] / self.weight
        return np.where(self.weight > 0, np.minimum(share, 1.0), 1.0)

    @cached_property
    def step(self) -> float:
        """What all plans' objectives are multiples of; 0 where that is not known."""
        values = np.concatenate([self.cost, self.fixed])
        if not self.separable or (values != np.floor(values)).any() or values.sum() > _WHOLE_UP_TO:
            return 0.0
        return float(np.gcd.reduce(values.astype(np.int64)))

    def kept(self, pairs: Mask, must: Mask, shut: Mask) -> "Sourcing":
        """The problem with fewer pairs and more sites decided; a site that is shut has no pairs."""
        keep = pairs & ~shut[self.column]
        row, column, cost = self.row[keep], self.column[keep], self.cost[keep]
        return replace(self, row=row, column=column, cost=cost, must=must, shut=shut)


def sourcing(
    fixed: Floats, cost: sparse.csr_array, demand: Floats, capacity: Floats, counts: tuple[int, int], *, whole: bool
) -> Sourcing:
    """Problem of costs in a sparse matrix, without the pairs that no plan can use.

    Parameters
    ----------
    counts
        Least and greatest number of open sites.
    """
    row = np.repeat(np.arange(cost.shape[0]), np.diff(cost.indptr))
    column = cost.indices.astype(np.int64)
    fits = demand[row] <= capacity[column] * (1 + ROUNDING)
    keep = fits if whole else fits | (capacity[column] > 0)
    none = np.zeros(cost.shape[1], dtype=np.bool_)
    bounded = np.minimum(capacity, max(1.0, 2 * float(demand.sum())))
    return Sourcing(fixed, demand, bounded, row[keep], column[keep], cost.data[keep], *counts, whole, none, none)


@dataclass(frozen=True, slots=True)
class Plan:
    """Open sites and shares.

    Parameters
    ----------
    sites
        Open ones, by site.
    shares
        Shares by pair of the problem.
    objective
        Fixed costs and costs of pairs.
    """

    sites: Mask
    shares: Floats
    objective: float


def plan(problem: Sourcing, sites: Mask, shares: Floats) -> Plan:
    """Plan with its objective, unused sites closed or idle ones opened as the numbers of open sites ask."""
    used = np.bincount(problem.column, shares, minlength=len(sites)) > 0
    sites = used | (sites & problem.must)
    idle = np.flatnonzero(~sites)
    sites[idle[np.argsort(problem.fixed[idle], kind="stable")][: max(0, problem.fewest - int(sites.sum()))]] = True
    return Plan(sites, shares, float(problem.fixed[sites].sum() + problem.cost @ shares))
