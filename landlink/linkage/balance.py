"""Balancing: claims on new land shared out under capacities and the city's cap (plan clause 7)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pandas as pd

from landlink.apportion import apportion
from landlink.policy import BALANCING_RULES, Rules
from landlink.units import M2_PER_HA, half_up

# Every rule that some way of balancing reads, see BALANCING_RULES.
RULES = (
    "balance.rule",
    "balance.city_cap",
    *dict.fromkeys(name for names in BALANCING_RULES.values() for name in names),
)
CAPACITY = "capacity"
CITY_CAP = "city cap"

Units = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Claims:
    """What is balanced.

    Parameters
    ----------
    codes
        District codes.
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


def proportional(claims: Claims, rules: Rules) -> Units:  # noqa: ARG001 - every balancing rule takes the rules
    """In proportion to the claims."""
    return apportion(claims.claims, claims.total, upper=claims.upper)


def weighted(claims: Claims, rules: Rules) -> Units:
    """In proportion to the claims, those of priority districts counting more."""
    return apportion(claims.claims, claims.total, upper=claims.upper, weights=claims.weights(rules))


def floor_first(claims: Claims, rules: Rules) -> Units:
    """A guaranteed share of each claim first, the rest as weighted; a total below all floors in proportion to them."""
    share = rules["balance.floor_share"].number
    floors = np.array([int(int(most) * share) for most in claims.upper], dtype="int64")
    if claims.total <= int(floors.sum()):
        return apportion(floors, claims.total)
    weights = claims.weights(rules)
    return apportion(claims.claims, claims.total, upper=claims.upper, lower=floors, weights=weights)


# How each rule of landlink.policy.BALANCING_RULES shares a total out.
BALANCING: Mapping[str, Callable[[Claims, Rules], Units]] = {
    "proportional": proportional,
    "weighted": weighted,
    "floor": floor_first,
}


def balance(stocked: pd.DataFrame, facts: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Quotas q with Σq = min(Σ min(N, capacity), city cap) and 0 ≤ q ≤ min(N, capacity), exactly.

    A higher cap never lowers any district's quota, under any rule.

    Parameters
    ----------
    stocked
        As :func:`landlink.linkage.stock.stock_first` returns it.
    facts
        District facts in the same order, of which ``new_capacity_m2`` is read.
    rules
        Of which those of :data:`RULES` are read.

    Returns
    -------
    ``stocked`` with ``quota_m2``, ``cut_m2`` and ``cut_by`` (a tuple of ``capacity``, ``city cap``, both or none).
    """
    rules = rules.only(*RULES)
    demand = stocked["demand_m2"].to_numpy("int64")
    capacity = facts["new_capacity_m2"].astype("Int64").fillna(np.iinfo("int64").max).to_numpy("int64")
    upper = np.minimum(demand, capacity)
    cap = rules.get("balance.city_cap")
    total = int(upper.sum()) if cap is None else min(int(upper.sum()), half_up(cap.number * M2_PER_HA))
    share_out = BALANCING[rules["balance.rule"].choice]
    granted = share_out(Claims(list(stocked["code"]), demand, upper, total), rules)
    cuts = ((CAPACITY, demand > upper), (CITY_CAP, upper > granted))
    cut_by = [tuple(name for name, cut in cuts if cut[row]) for row in range(len(demand))]
    return stocked.assign(quota_m2=granted, cut_m2=demand - granted, cut_by=cut_by)
