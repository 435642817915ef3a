"""Balancing: claims on new land shared out under capacities and the city's cap (plan clause 7)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pandas as pd

from landlink.apportion import apportion
from landlink.policy import BALANCING_RULES, Rules
from landlink.schema import NEW_SOURCE
from landlink.units import M2_PER_HA, half_up

# Every rule that some way of balancing reads, see BALANCING_RULES.
RULES = (
    "balance.rule",
    "balance.city_cap",
    *dict.fromkeys(name for names in BALANCING_RULES.values() for name in names),
)
# What can cut a claim: the capacity that the city states, land measured in a complete layer, the city's cap.
CAPACITY = "capacity"
SUPPLY = "measured supply"
CITY_CAP = "city cap"

Units = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Claims:
    """What is balanced.

    Parameters
    ----------
    codes
        District codes, in order.
    claims, upper
        m² by district: the claim, and the claim within the district's capacity.
    total
        m² that are given out, no more than the sum of ``upper``.
    """

    codes: Sequence[str]
    claims: Units
    upper: Units
    total: int

    def weights(self, rules: Rules) -> list[Fraction]:
        """Weight of each claim: that of priority districts is the policy's, all others' is 1."""
        weight, priority = rules["priority.weight"].number, set(rules["priority.districts"].codes)
        return [weight if code in priority else Fraction(1) for code in self.codes]


@dataclass(frozen=True, slots=True)
class Terms:
    """On what a balancing rule shares a total out: claims, their weights and bounds, in the order of the districts."""

    claims: Units
    weights: Sequence[Fraction]
    lower: Units
    upper: Units


@dataclass(frozen=True, slots=True)
class Divisor:
    """The common divisor of a balancing, by which each district works out its own quota, see :func:`own_quota`.

    Parameters
    ----------
    value
        λ; 0 where nothing is cut, so that every claim is met within its upper bound.
    weighted, code
        Weighted claim and district of the last m² given: of those whose quotient is exactly a half, these and those
        before them in the tie order (greater weighted claim first, then lower code) were rounded up.
    terms
        By district code: weight, lower and upper bound of its claim, and the claim that was weighed.
    """

    value: Fraction
    weighted: Fraction
    code: str
    terms: Mapping[str, tuple[int, Fraction, int, int]]


def proportional(claims: Claims, rules: Rules) -> Terms:  # noqa: ARG001 - every balancing rule takes the rules
    """In proportion to the claims."""
    return Terms(claims.claims, [Fraction(1)] * len(claims.codes), np.zeros_like(claims.claims), claims.upper)


def weighted(claims: Claims, rules: Rules) -> Terms:
    """In proportion to the claims, those of priority districts counting more."""
    return Terms(claims.claims, claims.weights(rules), np.zeros_like(claims.claims), claims.upper)


def floor_first(claims: Claims, rules: Rules) -> Terms:
    """A guaranteed share of each claim first, the rest as weighted; a total below all floors in proportion to them."""
    share = rules["balance.floor_share"].number
    floors = np.array([int(int(most) * share) for most in claims.upper], dtype="int64")
    if claims.total <= int(floors.sum()):
        return Terms(floors, [Fraction(1)] * len(floors), np.zeros_like(floors), floors)
    return Terms(claims.claims, claims.weights(rules), floors, claims.upper)


# How each rule of landlink.policy.BALANCING_RULES shares a total out.
BALANCING: Mapping[str, Callable[[Claims, Rules], Terms]] = {
    "proportional": proportional,
    "weighted": weighted,
    "floor": floor_first,
}


def balance(
    stocked: pd.DataFrame, facts: pd.DataFrame, rules: Rules, measured: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, Divisor]:
    """Quotas q with Σq = min(Σ min(N, capacity), city cap) and 0 ≤ q ≤ min(N, capacity), exactly.

    A higher cap never lowers any district's quota, under any rule. Capacity is the lesser of what the city states and
    what is measured, the latter only in districts whose layer of parcels is complete.

    Parameters
    ----------
    stocked
        As :func:`landlink.linkage.stock.stock_first` returns it, in order of code.
    facts
        District facts in the same order, of which ``new_capacity_m2`` is read.
    rules
        Of which those of :data:`RULES` are read.
    measured
        Measured supply, see :func:`landlink.linkage.sources.sources`.

    Returns
    -------
    ``stocked`` with ``supply_m2`` (measured new land that binds, Int64), ``quota_m2``, ``cut_m2`` and ``cut_by`` (a
    tuple of what cuts: ``capacity``, ``measured supply``, ``city cap``); and the common divisor.
    """
    rules = rules.only(*RULES)
    demand = stocked["demand_m2"].to_numpy("int64")
    supply = _binding_supply(stocked["code"], measured)
    capacity, supplied = (_bound(values) for values in (facts["new_capacity_m2"], supply))
    upper = np.minimum(demand, np.minimum(capacity, supplied))
    cap = rules.get("balance.city_cap")
    total = int(upper.sum()) if cap is None else min(int(upper.sum()), half_up(cap.number * M2_PER_HA))
    codes = list(stocked["code"])
    terms = BALANCING[rules["balance.rule"].choice](Claims(codes, demand, upper, total), rules)
    granted = apportion(terms.claims, total, upper=terms.upper, lower=terms.lower, weights=terms.weights)
    cuts = ((CAPACITY, demand > capacity), (SUPPLY, demand > supplied), (CITY_CAP, upper > granted))
    cut_by = [tuple(name for name, cut in cuts if cut[row]) for row in range(len(demand))]
    table = stocked.assign(quota_m2=granted, cut_m2=demand - granted, cut_by=cut_by, supply_m2=supply.to_numpy())
    return table, _divisor(codes, terms, granted)


def own_quota(code: str, divisor: Divisor) -> int:
    """Quota of a district from its own claim, weight and bounds and the common divisor, others' figures unseen.

    The weighted claim ÷ λ rounded to the nearest whole m², a half up or down by the tie order, within the bounds.

    Parameters
    ----------
    code
        District code.
    divisor
        As :func:`balance` returns it.

    Examples
    --------
    Claims of 53, 24 and 23 m² on 10 m²: λ = 106/11, so that 53 ÷ λ = 5.5 is the last to be rounded up.

    >>> claims = {"440103": 53, "440104": 24, "440105": 23}
    >>> terms = {code: (claim, Fraction(1), 0, claim) for code, claim in claims.items()}
    >>> divisor = Divisor(Fraction(106, 11), Fraction(53), "440103", terms)
    >>> [own_quota(code, divisor) for code in claims]
    [6, 2, 2]
    """
    claim, weight, lower, upper = divisor.terms[code]
    if divisor.value == 0:
        return upper
    value = claim * weight
    units = value / divisor.value + Fraction(1, 2)
    whole = units.numerator // units.denominator
    is_half = units.denominator == 1
    if is_half and (-value, code) > (-divisor.weighted, divisor.code):
        whole -= 1
    return max(lower, min(whole, upper))


def _bound(values: pd.Series) -> Units:
    """Bounds in m², none where a value is missing."""
    bounds: Units = values.astype("Int64").fillna(np.iinfo("int64").max).to_numpy("int64")
    return bounds


def _binding_supply(codes: pd.Series, measured: pd.DataFrame | None) -> pd.Series:
    """Measured new land of the districts whose layer of parcels is complete; missing elsewhere."""
    if measured is None:
        return pd.Series(pd.NA, index=codes.index, dtype="Int64")
    new = measured[(measured["land_source"] == NEW_SOURCE) & measured["complete"]]
    return codes.map(new.set_index("code")["gross_m2"]).astype("Int64")


def _divisor(codes: Sequence[str], terms: Terms, granted: Units) -> Divisor:
    """Common divisor: twice the least quotient v ÷ (2q − 1) of the m² that were given beyond the lower bounds.

    Of equal quotients the last in the tie order.
    """
    by_code = {
        code: (int(claim), weight, int(lower), int(upper))
        for code, claim, weight, lower, upper in zip(
            codes, terms.claims, terms.weights, terms.lower, terms.upper, strict=True
        )
    }
    given = dict(zip(codes, map(int, granted), strict=True))
    if all(given[code] == upper for code, (_, _, _, upper) in by_code.items()):
        return Divisor(Fraction(0), Fraction(0), "", by_code)
    last = [
        (claim * weight / (2 * given[code] - 1), claim * weight, code)
        for code, (claim, weight, lower, _) in by_code.items()
        if given[code] > lower
    ]
    if not last:
        # Nothing is given beyond the lower bounds: above the greatest claim no quotient rounds up to a m².
        most = max(claim * weight for claim, weight, _, _ in by_code.values())
        return Divisor(4 * most, most, "", by_code)
    least, value, _ = min(last)
    return Divisor(2 * least, value, max(code for *quotient, code in last if quotient == [least, value]), by_code)
