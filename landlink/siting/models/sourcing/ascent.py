"""Prices at which the Lagrangian bound is high, by a deflected subgradient method."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from landlink.siting.models.sourcing.problem import Sourcing
from landlink.siting.models.sourcing.relaxation import Relaxed, relaxed
from landlink.siting.models.sourcing.search import Search
from landlink.siting.solver.answer import Floats

# A step of the direction is this part new; how far above the bound it aims where no plan is known or all are far.
_NEW, _AIM = 0.3, 0.03
# The step shrinks by this after so many steps that did not raise the bound by the part of it that counts.
_SHRINK, _PATIENCE, _RAISE = 1.4, 8, 1e-4
_SHORTEST = 1e-3
_MEMORY = 0.1


@dataclass(frozen=True, slots=True)
class Ascent:
    """Where an ascent ended.

    Parameters
    ----------
    prices
        Of the best bound.
    bound
        Of the problem that was relaxed.
    often
        How often each site was chosen of late, from 0 to 1.
    """

    prices: Floats
    bound: float
    often: Floats


def ascend(
    problem: Sourcing,
    prices: Floats,
    search: Search,
    *,
    steps: int,
    length: float,
    met: Callable[[Relaxed], None] | None = None,
) -> Ascent:
    """Raise the bound of a problem until it is beyond the search's target, or the search is over.

    Parameters
    ----------
    prices
        To begin with.
    steps
        At most.
    length
        Of the first step, as a part of the step to the target (Polyak 1969).
    met
        Is given what is met on the way.

    Notes
    -----
    The direction is a mean of subgradients (Camerini, Fratta and Maffioli 1975) in prices scaled by what they are
    at first, since prices of large demands are large.
    """
    scale = prices + (prices.mean() or 1.0)
    scale = (scale / scale.max()) ** 2
    least = float(problem.cost.mean()) * len(prices)
    best, bound, at = prices, -np.inf, prices
    often = np.zeros(len(problem.fixed))
    direction = np.zeros(len(prices))
    idle = 0
    for step in range(steps):
        found = relaxed(problem, at)
        enough = 0.0 if bound == -np.inf else _RAISE * length * abs(bound)
        idle = 0 if found.bound > bound + enough else idle + 1
        if found.bound > bound:
            bound, best = found.bound, at
        if met is not None:
            met(found)
        often += (1.0 if step == 0 else _MEMORY) * (found.sites - often)
        if bound > search.target or not search.goes:
            break
        if idle >= _PATIENCE:
            idle, length, at = 0, length / _SHRINK, best
        unserved = found.unserved(problem)
        direction = unserved if step == 0 else direction + _NEW * (unserved - direction)
        norm = float(scale @ direction**2)
        if norm <= 0 or length < _SHORTEST:
            break
        aim = min(search.objective, bound + _AIM * max(abs(bound), least))
        at = at + length * max(aim - found.bound, 0.0) / norm * scale * direction
    return Ascent(best, bound, often)
