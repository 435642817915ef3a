"""New urban construction land by district: linkage, stock first, balancing (plan clause 7; 国土资发〔2016〕123号)."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pandas as pd

from landlink.apportion import apportion
from landlink.errors import DataError, Fault
from landlink.policy import Rules
from landlink.schema import RESULTS
from landlink.units import exact, ha_to_m2, half_up

RULES = (
    "linkage.standard",
    "linkage.adjustment",
    "central.districts",
    "stock.offset_share",
    "balance.rule",
    "balance.city_cap",
    "balance.floor_share",
    "priority.districts",
    "priority.weight",
)
CAPACITY, CITY_CAP = "capacity", "city cap"


def quota(base: pd.DataFrame, rules: Rules, *, central_layer: bool = False) -> pd.DataFrame:
    """Quota of each district.

    Parameters
    ----------
    base
        District facts as :class:`landlink.city.facts.Facts` holds them.
    rules
        The values of :data:`RULES` in force.
    central_layer
        The central area is a layer: ``base.central_settled`` tells who settles inside it. Otherwise the policy's
        list of central districts holds.

    Returns
    -------
    One row a district in order of code, columns as ``RESULTS["quota"]`` declares; areas in m², int64.

    Raises
    ------
    DataError
        A district has no urban residents or no urban construction land, so that it has no per-capita stock.
    """
    rules = rules.only(*RULES)
    table = base.sort_values("code", ignore_index=True)
    linked = linkage(table, rules)
    stocked = stock_first(linked, table, rules, central_layer=central_layer)
    return balance(stocked, table, rules)[RESULTS["quota"].names]


def linkage(base: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Per-capita stock l = L ÷ U, standard a = step(l) × (1 + adjustment), entitlement E = S × a.

    Clause 7: differentiated standards by existing per-capita urban construction land. The step is decided on the
    exact quotient, so that a district on a bound falls on the step where the bound is closed.

    Returns
    -------
    ``code``, ``district``, ``settled``, ``urban_residents`` (persons), ``urban_land_m2``, ``per_capita_stock_m2``
    and ``standard_m2`` (m² a person), ``entitlement_m2``.
    """
    residents = [
        half_up(int(persons) * exact(share) / 100)
        for persons, share in zip(base["residents"], base["urban_share_pct"], strict=True)
    ]
    faults = [
        Fault(f"data.no_{what}", {"code": code})
        for code, urban, land in zip(base["code"], residents, base["urban_land_m2"], strict=True)
        for what, value in (("urban_residents", urban), ("urban_land", land))
        if value <= 0
    ]
    if faults:
        raise DataError(faults)
    steps = rules["linkage.standard"].steps
    factor = 1 + rules["linkage.adjustment"].number / 100
    stock = [Fraction(int(land), urban) for land, urban in zip(base["urban_land_m2"], residents, strict=True)]
    standard = [Fraction(steps.at(level).value) * factor for level in stock]
    entitlement = [half_up(int(settled) * a) for settled, a in zip(base["settled"], standard, strict=True)]
    return pd.DataFrame(
        {
            "code": base["code"],
            "district": base["district"],
            "settled": base["settled"].astype("int64"),
            "urban_residents": np.array(residents, dtype="int64"),
            "urban_land_m2": base["urban_land_m2"].astype("int64"),
            "per_capita_stock_m2": [float(level) for level in stock],
            "standard_m2": [float(a) for a in standard],
            "entitlement_m2": np.array(entitlement, dtype="int64"),
        }
    )


def stock_first(linked: pd.DataFrame, base: pd.DataFrame, rules: Rules, *, central_layer: bool) -> pd.DataFrame:
    """Entitlement met from stock land, and the claim on new land that is left: N = E − (central part + O).

    Clause 7 puts stock land to use first; in the central area of a megacity the whole entitlement is need from
    stock (国土资发〔2016〕123号). Elsewhere O = min(stock available, offset share × E).

    Returns
    -------
    ``linked`` with ``stock_need_m2``, ``stock_offset_m2`` and ``demand_m2``.
    """
    central_codes = set() if central_layer else set(rules["central.districts"].codes)
    share = rules["stock.offset_share"].number
    central, offset = [], []
    for row, code in enumerate(linked["code"]):
        settled, entitled = int(linked["settled"].iloc[row]), int(linked["entitlement_m2"].iloc[row])
        inside = settled if code in central_codes else int(base["central_settled"].iloc[row])
        part = half_up(Fraction(entitled * inside, settled)) if settled else 0
        rest = half_up((entitled - part) * share)
        available = base["stock_available_m2"].iloc[row]
        central.append(part)
        offset.append(rest if pd.isna(available) else min(rest, max(0, int(available) - part)))
    offset_m2 = np.array(offset, dtype="int64")
    need_m2 = np.array(central, dtype="int64") + offset_m2
    return linked.assign(stock_need_m2=need_m2, stock_offset_m2=offset_m2, demand_m2=linked["entitlement_m2"] - need_m2)


def balance(stocked: pd.DataFrame, base: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Quotas q with Σq = min(Σ min(N, capacity), city cap) and 0 ≤ q ≤ min(N, capacity), exactly.

    Rules: ``proportional`` to the claims; ``weighted``, priority districts' claims counting more; ``floor``, each
    first gets a share of its claim, the rest as weighted. A city cap below all floors is shared in proportion to
    them, so that a higher cap never lowers any district's quota under any rule.

    Returns
    -------
    ``stocked`` with ``quota_m2``, ``cut_m2`` and ``cut_by`` (``capacity``, ``city cap``, both or empty).
    """
    claims = stocked["demand_m2"].to_numpy("int64")
    capacity = base["new_capacity_m2"].astype("Int64").fillna(np.iinfo("int64").max).to_numpy("int64")
    upper = np.minimum(claims, capacity)
    cap = rules.get("balance.city_cap")
    total = int(upper.sum()) if cap is None else min(int(upper.sum()), ha_to_m2(_decimal(cap.content)))
    granted = _share_out(claims, upper, total, list(stocked["code"]), rules)
    by_capacity, by_cap = claims > upper, upper > granted
    cut_by = [
        "; ".join(name for name, cuts in ((CAPACITY, one), (CITY_CAP, two)) if cuts)
        for one, two in zip(by_capacity, by_cap, strict=True)
    ]
    return stocked.assign(quota_m2=granted, cut_m2=claims - granted, cut_by=cut_by)


def _decimal(content: object) -> Decimal:
    if not isinstance(content, Decimal):
        raise TypeError("the city cap is a number")
    return content


def _share_out(
    claims: npt.NDArray[np.int64],
    upper: npt.NDArray[np.int64],
    total: int,
    codes: Sequence[str],
    rules: Rules,
) -> npt.NDArray[np.int64]:
    rule = rules["balance.rule"].content
    if rule == "proportional":
        return apportion(claims, total, upper=upper)
    weight, priority = rules["priority.weight"].number, set(rules["priority.districts"].codes)
    weights = [weight if code in priority else Fraction(1) for code in codes]
    if rule == "weighted":
        return apportion(claims, total, upper=upper, weights=weights)
    share = rules["balance.floor_share"].number
    floors = np.array([int(int(most) * share) for most in upper], dtype="int64")
    if total <= int(floors.sum()):
        return apportion(floors, total)
    return apportion(claims, total, upper=upper, lower=floors, weights=weights)


def ledger_budget(table: pd.DataFrame, base: pd.DataFrame) -> pd.DataFrame:
    """Land a district has to grant: its quota and the stock need that stock land can meet.

    Where the stock available is unknown the stock need is taken as met, which the plan's notes say.

    Returns
    -------
    ``code``, ``district``, ``quota_m2``, ``stock_need_m2``, ``stock_met_m2``, ``budget_m2``.
    """
    available = base.set_index("code")["stock_available_m2"].reindex(table["code"]).astype("Int64")
    need = table["stock_need_m2"].to_numpy("int64")
    met = np.minimum(need, available.fillna(np.iinfo("int64").max).to_numpy("int64"))
    return table[["code", "district", "quota_m2", "stock_need_m2"]].assign(
        stock_met_m2=met, budget_m2=table["quota_m2"].to_numpy("int64") + met
    )
