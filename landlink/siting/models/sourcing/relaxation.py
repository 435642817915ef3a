"""Bounds by Lagrangian relaxation: demand is served at a price, each site is filled on its own."""

from dataclasses import dataclass

import numpy as np

from landlink.siting.models.sourcing.fills import Fill, filled
from landlink.siting.models.sourcing.problem import Mask, Sourcing
from landlink.siting.solver.answer import Floats

# Rounding of a bound: what is beyond a target by less than this part of it is not; and of the sums of a bound.
_NOISE, _SUMMED = 1e-11, 1e-13


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The relaxation at some prices.

    Parameters
    ----------
    prices
        That each demand pays for being served.
    bound
        No plan costs less; infinite where the decided sites leave no choice.
    rent
        Cost of opening less the profit of the site's fill, by site.
    sites
        Chosen ones, by site.
    fill
        Of all sites.
    """

    prices: Floats
    bound: float
    rent: Floats
    sites: Mask
    fill: Fill

    def unserved(self, problem: Sourcing) -> Floats:
        """Share of each demand that the chosen sites leave, negative where they serve more than all."""
        shares = self.fill.shares * self.sites[problem.column]
        return np.asarray(1 - np.bincount(problem.row, shares, minlength=len(self.prices)), dtype=np.float64)


def relaxed(problem: Sourcing, prices: Floats, *, losses: bool = False) -> Relaxed:
    """Relax the problem at given prices.

    Notes
    -----
    Geoffrion and McBride (1978): with the assignment constraints priced, each site's fill is a knapsack, and the
    sites whose profit exceeds their cost are opened, as far as the numbers of sites allow.
    """
    fill = filled(problem, prices[problem.row] - problem.cost, losses=losses)
    rent = problem.fixed - fill.value
    ranked = np.where(problem.must, -np.inf, np.where(problem.shut, np.inf, rent))
    count = int(np.clip((ranked < 0).sum(), problem.fewest, problem.most))
    sites = np.zeros(len(rent), dtype=np.bool_)
    sites[np.argsort(ranked, kind="stable")[:count]] = True
    impossible = (sites & problem.shut).any() or int(problem.must.sum()) > count
    # Prices may grow far beyond the bound that is left of them; no more of it counts than rounding leaves.
    rounding = _SUMMED * float(np.abs(prices).sum() + fill.value[sites].sum())
    bound = np.inf if impossible else float(prices.sum() + rent[sites].sum()) - rounding
    return Relaxed(prices, bound, rent, sites, fill)


def first_prices(problem: Sourcing) -> Floats:
    """Prices to begin with: each demand's least cost with its part of a full site's fixed cost.

    Where sites have no cost, the cost of half as many sites as there are to one that is open.
    """
    n, m = problem.shape
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(problem.weight > 0, problem.weight / problem.room[problem.column], 0.0)
    cost = problem.cost + problem.fixed[problem.column] * np.minimum(part, 1.0)
    ranks = np.full(n, 0 if problem.most == m else m // (2 * problem.most))
    order = np.lexsort((cost, problem.row))
    places = problem.starts[:-1] + np.minimum(ranks, np.diff(problem.starts) - 1)
    return np.asarray(cost[order[places]])


def reduced(problem: Sourcing, prices: Floats, target: float) -> Sourcing:
    """The problem without sites and pairs that no plan below a target has, and with sites open that all have.

    Pairs are left out only where some best plan serves every demand by one site.
    """
    found = relaxed(problem, prices, losses=True)
    slack = target * (1 + _NOISE) - found.bound
    entering, leaving = _moves(problem, found)
    shut = problem.shut | (~found.sites & (entering > slack))
    must = problem.must | (found.sites & (leaving > slack))
    pairs = np.ones(len(problem.row), dtype=np.bool_)
    if problem.separable:
        pairs = entering[problem.column] + found.fill.losses <= slack
    return problem.kept(pairs, must, shut)


def losses(problem: Sourcing, prices: Floats) -> Floats:
    """What taking a pair whole adds at least to the bound, by pair."""
    found = relaxed(problem, prices, losses=True)
    return _moves(problem, found)[0][problem.column] + found.fill.losses


def _moves(problem: Sourcing, found: Relaxed) -> tuple[Floats, Floats]:
    """What the bound gains where a site that is not chosen enters, and where one that is leaves."""
    count = int(found.sites.sum())
    leavers = found.rent[found.sites & ~problem.must]
    joiners = found.rent[~found.sites & ~problem.shut]
    last = leavers.max(initial=-np.inf)
    following = joiners.min(initial=np.inf)
    out = last if count == problem.most else max(0.0, last)
    into = following if count == problem.fewest else min(0.0, following)
    entering = np.where(found.sites, 0.0, np.maximum(found.rent - out, 0.0))
    leaving = np.where(found.sites, np.maximum(into - found.rent, 0.0), 0.0)
    return entering, leaving
