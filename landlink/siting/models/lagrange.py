"""Lower bounds by Lagrangian relaxation: demand offers a price for being served, sites take what pays."""

from dataclasses import dataclass, replace

import numpy as np

from landlink.siting.arrays import Floats, Ints, Mask
from landlink.siting.models.pairs import Pairs

# Rounds without a better bound after which steps become shorter.
_PATIENCE = 8
# Factor of a step's length after rounds without a better bound.
_SHORTER = 0.7
# Factor of a step's length after a better bound in the same direction.
_LONGER = 1.1
# Step length at which an ascent ends, as a share of the step that leads to the target.
_SHORTEST = 1e-4
# Greatest step length.
_LONGEST = 2.0
# Share of the target that steps aim beyond it, so that they do not vanish near it.
_BEYOND = 5e-4
# Relative rise of the bound that counts as better.
_RISE = 1e-5
# Greatest weight of the latest round in the mean of rounds, at first.
_LATEST = 0.4
# Greatest weight of the latest round in the mean of rounds, at last.
_LATEST_LAST = 0.02
# Factor of the greatest weight where steps become shorter.
_STEADIER = 0.9
# Least weight of the latest round, as a share of the greatest.
_LEAST_WEIGHT = 0.1
# Cost of the pairs kept, as a multiple of the prices; when prices rise beyond, pairs are selected again.
_WINDOW = 1.15
# Square of a direction's length that is rounding.
_NO_LENGTH = 1e-12


@dataclass(frozen=True, slots=True)
class Scope:
    """What is decided of the sites.

    Parameters
    ----------
    p
        Number of sites to open.
    forced, free
        By site: it is open; it may be open or closed.
    """

    p: int
    forced: Mask
    free: Mask

    @property
    def wanted(self) -> int:
        """Number of free sites to open."""
        return self.p - int(self.forced.sum())

    @property
    def settled(self) -> bool:
        """True if there is one choice at most."""
        return not 0 < self.wanted < int(self.free.sum())

    @property
    def choice(self) -> Ints | None:
        """The one choice of a settled scope, if there is one."""
        wanted = self.wanted
        if wanted == 0:
            return np.flatnonzero(self.forced)
        return np.flatnonzero(self.forced | self.free) if wanted == int(self.free.sum()) else None

    def deciding(self, site: int, *, opened: bool) -> "Scope":
        """Scope in which a free site is open or closed."""
        forced, free = self.forced.copy(), self.free.copy()
        forced[site], free[site] = opened, False
        return Scope(self.p, forced, free)


@dataclass(frozen=True, slots=True)
class Dual:
    """A lower bound, the prices that give it and what the relaxation chooses at them.

    Parameters
    ----------
    bound
        No choice of sites within the scope costs less.
    prices
        That demand offers.
    saved
        By site, what opening it adds to the bound; 0 or less.
    chosen
        Sites that the relaxation opens.
    often
        By site, mean of its being chosen, 0–1.
    """

    bound: float
    prices: Floats
    saved: Floats
    chosen: Ints
    often: Floats

    def narrowed(self, scope: Scope, target: float) -> Scope:
        """Scope without the decisions that no choice below a target can take.

        With the other decision about a site the bound is the present one and the difference between the site and
        the best that is not chosen, or the worst that is.
        """
        free = np.flatnonzero(scope.free)
        saved = self.saved[free]
        ranked = np.sort(saved)
        wanted = scope.wanted
        closed = self.bound + saved - ranked[wanted - 1] >= target
        opened = ~closed & (self.bound - saved + ranked[wanted] >= target)
        forced, still = scope.forced.copy(), scope.free.copy()
        forced[free[opened]] = True
        still[free[opened | closed]] = False
        return Scope(scope.p, forced, still)


class Ascent:
    """Rise of the lower bound by the volume algorithm.

    The bound is ``sum(prices) + sum of the p least saved``, ``saved[j]`` being the sum over demand of
    ``min(0, cost[i, j] - prices[i])``; it holds for any prices. Each round steps from the best prices along the mean
    of what the rounds so far leave unserved (or serve several times), weighed so that it is least; the same mean of
    the sites chosen approaches the optimum of the linear program.

    Parameters
    ----------
    pairs, scope
        The problem; at least one site is wanted, and more free than wanted.
    prices
        To begin with.
    step
        Length of the first steps, as a share of what would lead to the target if the bound were flat.

    Attributes
    ----------
    best
        The best bound so far.
    rounds
        Made so far.
    ended
        The bound has met the target or cannot rise much further.

    References
    ----------
    Barahona, F. and Anbil, R. (2000). The volume algorithm: producing primal solutions with a subgradient method.
    Mathematical Programming 87.
    """

    def __init__(self, pairs: Pairs, scope: Scope, prices: Floats, step: float) -> None:
        self.ended = False
        self.rounds = 0
        self._pairs, self._scope, self._step = pairs, scope, step
        self._alive = (scope.forced | scope.free)[pairs.sites]
        self._free, self._wanted = np.flatnonzero(scope.free), scope.wanted
        self._latest, self._stale = _LATEST, 0
        self._limits = np.full(pairs.size, -1.0)
        self.best, self._mean = self._relax(prices)

    def run(self, rounds: int, target: float) -> None:
        """Make some rounds, fewer where the bound meets the target or cannot rise much further."""
        for _ in range(rounds):
            square = _dot(self._mean, self._mean)
            self.ended = self.best.bound >= target or self._step < _SHORTEST or square < _NO_LENGTH
            if self.ended:
                return
            self.rounds += 1
            rise = target - self.best.bound + _BEYOND * abs(target)
            prices = self.best.prices + self._step * rise / square * self._mean
            self._round(np.clip(prices, 0.0, self._pairs.spare))

    def _round(self, prices: Floats) -> None:
        """Keep better prices, adapt the step, and add the round to the means."""
        dual, short = self._relax(prices)
        rise = dual.bound - self.best.bound
        self._stale = 0 if rise > _RISE * abs(dual.bound) else self._stale + 1
        often = self.best.often
        if rise > 0:
            self.best = dual
            if _dot(short, self._mean) >= 0:
                self._step = min(_LONGEST, self._step * _LONGER)
        if self._stale >= _PATIENCE:
            self._stale = 0
            self._step *= _SHORTER
            self._latest = max(_LATEST_LAST, self._latest * _STEADIER)
        change = short - self._mean
        square = _dot(change, change)
        least = -_dot(self._mean, change) / square if square else 0.0
        weight = float(np.clip(least, _LEAST_WEIGHT * self._latest, self._latest))
        self._mean = self._mean + weight * change
        self.best = replace(self.best, often=often + weight * (dual.often - often))

    def _relax(self, prices: Floats) -> tuple[Dual, Floats]:
        """Bound of prices, and how far each demand is from being served once; 0 where it cannot pay more."""
        pairs = self._pairs
        if (prices > self._limits).any():
            self._select_pairs(prices)
        paid = np.repeat(prices, self._lengths) - self._costs
        np.maximum(paid, 0.0, out=paid)
        saved = -np.bincount(self._sites, paid, minlength=pairs.count).astype(np.float64)
        chosen = self._scope.forced.copy()
        chosen[self._free[np.argpartition(saved[self._free], self._wanted - 1)[: self._wanted]]] = True
        times = np.bincount(self._demand[chosen[self._sites] & (paid > 0)], minlength=pairs.size)
        short = 1.0 - times.astype(np.float64)
        short[(short > 0) & (prices >= pairs.spare)] = 0.0
        bound = float(prices.sum() + saved[chosen].sum())
        return Dual(bound, prices, saved, np.flatnonzero(chosen), chosen.astype(np.float64)), short

    def _select_pairs(self, prices: Floats) -> None:
        """Keep the pairs that prices may pay for, with some room for rising prices."""
        pairs = self._pairs
        self._limits = _WINDOW * prices + (_WINDOW - 1) * prices.mean()
        kept = np.flatnonzero(self._alive & (pairs.costs < np.repeat(self._limits, np.diff(pairs.starts))))
        self._demand, self._sites, self._costs = pairs.demand[kept], pairs.sites[kept], pairs.costs[kept]
        self._lengths = np.bincount(self._demand, minlength=pairs.size)


def _dot(one: Floats, other: Floats) -> float:
    """Inner product in this thread alone; the library's own wakes others for vectors of some length."""
    return float((one * other).sum())
