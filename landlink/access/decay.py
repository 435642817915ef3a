"""Distance decay (距离衰减): the weight of a travel cost, as frozen callables on arrays.

A decay is any callable that takes costs and gives a weight, finite and not negative, for each. Costs and the bounds of
a decay are in the same unit, metres or minutes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from landlink.access.inputs import Floats, positive, reaching
from landlink.errors import DataError, Fault

Decay = Callable[[Floats], Floats]


def uniform(cost: Floats) -> Floats:
    """Weight 1 whatever the cost.

    Examples
    --------
    >>> uniform(np.array([0.0, 900.0]))
    array([1., 1.])
    """
    return np.ones_like(cost)


def steps(zones: Iterable[tuple[float, float]]) -> Decay:
    """One weight per zone of costs, as in Luo & Qi (2009); 0 beyond the last.

    Parameters
    ----------
    zones
        Upper bound, which belongs to the zone, and weight; in ascending order.

    Raises
    ------
    DataError
        There is no zone, a bound is not above the one before it, or a weight is negative or not a number.

    Examples
    --------
    >>> steps([(300, 1), (500, 0.5)])(np.array([0.0, 300.0, 500.0, 501.0]))
    array([1. , 1. , 0.5, 0. ])
    """
    table = np.array(list(zones), dtype=np.float64).reshape(-1, 2)
    bounds, weights = table.T
    if not (
        len(table) and (np.diff(bounds, prepend=0) > 0).all() and (weights >= 0).all() and np.isfinite(table).all()
    ):
        written = "; ".join(f"{bound:g}:{weight:g}" for bound, weight in table)
        raise DataError(Fault("access.steps", {"zones": written or "—"}))
    return _Steps(tuple(bounds.tolist()), tuple(weights.tolist()))


def gaussian(sigma: float) -> Decay:
    """Weight exp(−cost² / 2σ²): 1 at no cost, 0.607 at σ.

    Raises
    ------
    DataError
        σ is not above 0.

    Examples
    --------
    >>> gaussian(500)(np.array([0.0, 500.0, 1000.0])).round(3)
    array([1.   , 0.607, 0.135])
    """
    return _Gaussian(positive("sigma", sigma))


def gaussian_to(limit: float, weight: float = 0.01) -> Decay:
    """Gaussian that falls from 1 at no cost to a weight at a limit.

    Raises
    ------
    DataError
        The limit is not above 0, or the weight not between 0 and 1.

    Examples
    --------
    >>> gaussian_to(1000, 0.0625)(np.array([0.0, 500.0, 1000.0])).round(4)
    array([1.    , 0.5   , 0.0625])
    """
    if not 0 < weight < 1:
        raise DataError(Fault("access.share", {"name": "weight", "value": weight}))
    return gaussian(positive("limit", limit) / float(np.sqrt(-2 * np.log(weight))))


def power(exponent: float, *, least: float) -> Decay:
    """Weight (cost / least)^−exponent, as in gravity models; 1 up to ``least``, so that no weight is infinite.

    Raises
    ------
    DataError
        The exponent or the least cost is not above 0.

    Examples
    --------
    >>> power(2, least=100)(np.array([0.0, 100.0, 200.0]))
    array([1.  , 1.  , 0.25])
    """
    return _Power(positive("exponent", exponent), positive("least", least))


@dataclass(frozen=True, slots=True)
class _Steps:
    bounds: tuple[float, ...]
    weights: tuple[float, ...]

    def __call__(self, cost: Floats) -> Floats:
        zone = np.zeros(cost.shape, dtype=np.int16)
        for bound in self.bounds:
            zone += cost > reaching(bound)
        return np.array([*self.weights, 0.0])[zone]


@dataclass(frozen=True, slots=True)
class _Gaussian:
    sigma: float

    def __call__(self, cost: Floats) -> Floats:
        weight: Floats = cost * (np.sqrt(0.5) / self.sigma)
        weight *= weight
        np.negative(weight, out=weight)
        np.exp(weight, out=weight)
        return weight


@dataclass(frozen=True, slots=True)
class _Power:
    exponent: float
    least: float

    def __call__(self, cost: Floats) -> Floats:
        weight: Floats = np.maximum(cost, self.least)
        weight /= self.least
        np.power(weight, -self.exponent, out=weight)
        return weight
