"""Land shared between districts under one total, by Webster's (Sainte-Laguë) divisor method within bounds."""

import math
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from numbers import Rational, Real

import numpy as np
import numpy.typing as npt

from landlink.errors import DataError, Fault
from landlink.units import MOST_M2

# Relative; at least ten times the error of a float quotient: up to MOST_M2 that is well within half a unit.
_NOISE = 2.0**-47
# Ratio of two divisors at which bisection ends: eight units in the last place of a double.
_CLOSE = 1 + 2.0**-50
_SMALLEST = 1e-100  # least weight whose quotients a double holds
_GREATEST = 1e100  # greatest weight whose quotients a double holds
# m², stands for "no upper bound" and is above every claim.
_NO_CAP = 2**62

Units = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Ratio = tuple[int, int]


def apportion(
    claims: npt.ArrayLike,
    total: int,
    *,
    upper: npt.ArrayLike | None = None,
    lower: npt.ArrayLike | None = None,
    weights: Iterable[float | Fraction | Decimal] | None = None,
) -> Units:
    """Share a total between claims in whole units, in proportion as far as the bounds allow.

    Each begins at its lower bound. The next unit goes to the claim with the greatest quotient
    ``v / (2 q + 1)`` of those below their upper bound, ``q`` being its units so far and ``v`` claim times
    weight; of equal quotients to the greater ``v``, then to the first in order. So a greater total takes from
    no one (house monotonicity), claims of equal weight and bounds differ by one unit at most, and none gets
    more than it claims.

    Parameters
    ----------
    claims
        m², whole, 0 to 10¹²; a Series is taken by position.
    total
        m², whole, 0 to 10¹². What exceeds the sum of the upper bounds is not given out.
    upper
        m², whole, capacity of each claim; ``None``, for all or for one, means no bound.
    lower
        m², whole, guaranteed to each claim; 0 by default.
    weights
        Multipliers of the claims, from 10⁻¹⁰⁰ to 10¹⁰⁰; 1 by default. A float is taken as the decimal that
        it is written as, 1.2 as 6/5.

    Returns
    -------
    m², int64, in the order of the claims; they sum to the total, or to the upper bounds if these are less.

    Raises
    ------
    DataError
        A value is not whole, negative or too large, or a weight not a number in its range; an input is not as
        long as the claims; a lower bound is above the claim or its capacity; all of them are above the total.

    Notes
    -----
    No float decides: quotients closer to the last one granted than a double resolves are compared as integers.

    References
    ----------
    Balinski, M. L. and Young, H. P. (2001). Fair Representation. 2nd ed. Brookings: house monotonicity.
    Pukelsheim, F. (2017). Proportional Representation. 2nd ed. Springer: divisor methods within bounds.

    Examples
    --------
    >>> apportion([53, 24, 23], 10)
    array([6, 2, 2])
    >>> apportion([53, 24, 23], 10, upper=[4, None, None], lower=[0, 0, 4])
    array([4, 2, 4])
    """
    faults: list[Fault] = []
    size = np.size(claims)
    claim = _whole("claims", claims, size, faults)
    to_give = _whole("total", [total], 1, faults)
    _refuse("too_large", "claims", claims, claim > MOST_M2, faults)
    _refuse("too_large", "total", [total], to_give > MOST_M2, faults)
    floor = np.zeros_like(claim) if lower is None else _whole("lower", lower, size, faults)
    cap = claim
    if upper is not None:
        bounds = [_NO_CAP if bound is None else bound for bound in np.atleast_1d(np.asarray(upper, dtype=object))]
        cap = np.minimum(claim, _whole("upper", bounds, size, faults))
    ratios = [(1, 1)] * size if weights is None else _ratios(weights, size, faults)
    if faults:
        raise DataError(faults)
    above = np.flatnonzero(floor > cap)
    if above.size:
        first = int(above[0])
        values = {
            "count": above.size,
            "position": first + 1,
            "lower": int(floor[first]),
            "upper": int(cap[first]),
        }
        faults.append(Fault("balance.floor_above_upper", values))
    units, floors = int(to_give[0]), sum(floor.tolist())
    if floors > units:
        faults.append(Fault("balance.floors_above_total", {"floors": floors, "total": units}))
    if faults:
        raise DataError(faults)
    return _share(claim, ratios, floor, cap, min(units, int(cap.sum())))


def _share(claim: Units, ratios: list[Ratio], floor: Units, cap: Units, units: int) -> Units:
    """Give out ``units``, which lie between the sums of floor and cap."""
    if units == floor.sum():
        return floor.copy()
    quotas = claim * np.array([numerator / denominator for numerator, denominator in ratios])
    low, high = _divisors(quotas, floor, cap, units)
    # A unit clearly above the greater divisor is granted, one clearly below the lesser is not; each claim has
    # at most one between, as the noise of a quotient up to the limit is far below one unit.
    granted = _rounded(quotas / high, floor, cap, 1 - _NOISE)
    near = np.flatnonzero(_rounded(quotas / low, floor, cap, 1 + _NOISE) > granted)
    have = granted[near].tolist()
    numerators = [c * ratios[i][0] for i, c in zip(near.tolist(), claim[near].tolist(), strict=True)]
    denominators = [(2 * q + 1) * ratios[i][1] for i, q in zip(near.tolist(), have, strict=True)]
    # Different fractions differ by 1 / (product of denominators) or more: shifted, they differ as integers.
    shift = 2 * max(denominators, default=1).bit_length()
    quotients = [(n << shift) // d for n, d in zip(numerators, denominators, strict=True)]
    # Of equal quotients the one with more units has the greater v; a reversed sort keeps the others' order.
    ranked = sorted(range(near.size), key=lambda j: (quotients[j], have[j]), reverse=True)
    granted[near[ranked[: units - int(granted.sum())]]] += 1
    return granted


def _divisors(quotas: Floats, floor: Units, cap: Units, units: int) -> tuple[float, float]:
    """Two divisors, equal or a few roundings apart, that give out at least and at most ``units``."""
    low, high = float(quotas[quotas > 0].min()) / (2 * MOST_M2), float(quotas.max()) * 4
    while high > low * _CLOSE:
        middle = math.sqrt(low) * math.sqrt(high)
        granted = _rounded(quotas / middle, floor, cap, 1.0).sum()
        if granted >= units:
            low = middle
        if granted <= units:
            high = middle
    return low, high


def _rounded(quotas: Floats, floor: Units, cap: Units, stretch: float) -> Units:
    """Quotas, stretched by a margin, rounded half up within the bounds."""
    return np.clip(np.floor((quotas + 0.5) * stretch), floor, cap).astype(np.int64)


def _whole(name: str, values: npt.ArrayLike, size: int, faults: list[Fault]) -> Units:
    """Values as integers, cut off at ±2⁶²; faults are added, and faulty values are 0."""
    array = np.asarray(values)
    if array.shape != (size,):
        faults.append(Fault("balance.length", {"name": name, "shape": array.shape, "size": size}))
        return np.zeros(size, dtype=np.int64)
    if array.dtype.kind != "i":
        ratios = [_ratio(value) or (0, 0) for value in array.tolist()]
        _refuse("not_integer", name, array, [ratio[1] != 1 for ratio in ratios], faults)
        array = np.array([max(-_NO_CAP, min(n, _NO_CAP)) if d == 1 else 0 for n, d in ratios], dtype=np.int64)
    _refuse("negative", name, array, array < 0, faults)
    return array.astype(np.int64)


def _ratios(weights: Iterable[float | Fraction | Decimal], size: int, faults: list[Fault]) -> list[Ratio]:
    """Weights as numerators and denominators; faults are added."""
    listed = list(weights)
    if len(listed) != size:
        faults.append(Fault("balance.length", {"name": "weights", "shape": (len(listed),), "size": size}))
    ratios = [_ratio(weight) or (0, 1) for weight in listed]
    _refuse("weight", "weights", listed, [ratio[0] <= 0 for ratio in ratios], faults)
    return ratios


def _ratio(value: object) -> Ratio | None:
    """Numerator and denominator of a number, none if it is no number or not within a double's easy reach."""
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        return None
    try:
        within = not value or _SMALLEST <= abs(float(value)) <= _GREATEST
    except (ValueError, OverflowError):
        return None
    if isinstance(value, Rational):
        return (int(value.numerator), int(value.denominator)) if within else None
    return Decimal(str(value)).as_integer_ratio() if within else None


def _refuse(kind: str, name: str, values: object, wrong: npt.ArrayLike, faults: list[Fault]) -> None:
    """Add one fault for all values that are wrong in the same way: how many, and which is the first."""
    indices = np.flatnonzero(wrong)
    if indices.size:
        first = np.asarray(values, dtype=object)[indices[0]]
        details = {"name": name, "count": indices.size, "position": int(indices[0]) + 1, "value": first}
        faults.append(Fault(f"balance.{kind}", details))
