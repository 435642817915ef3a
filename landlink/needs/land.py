"""Land that the settled population needs, by facility, and what of it the district's land meets (clauses 7, 10, 13)."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from landlink.errors import Fault, Faults
from landlink.policy import Rules
from landlink.schema import NEW_SOURCE, RESULTS
from landlink.units import MOST_HA, MOST_M2, ha, half_up

RULES = ("facility.",)


def needs(
    settled: pd.DataFrame,
    rules: Rules,
    *,
    central: Collection[str] = (),
    surplus: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Land need of each district and facility; nothing is granted yet.

    Parameters
    ----------
    settled
        ``code``, ``district``, ``settled`` (persons), in order of code.
    rules
        The values of :data:`RULES` in force.
    central
        Codes of districts in the central area, where a standard may ask for less land.
    surplus
        ``code``, ``facility``, ``surplus_units``: existing capacity that is free within reach.

    Returns
    -------
    ``code``, ``district``, ``facility``, ``persons``, ``units``, ``land_m2``; facilities in the order in which land
    is granted.

    Raises
    ------
    DataError
        A facility would need more land in a district than there can be.

    Examples
    --------
    >>> from landlink.policy import load_policy
    >>> settled = pd.DataFrame({"code": ["440112"], "district": ["黄埔区"], "settled": [19_094]})
    >>> table = needs(settled, load_policy("guangzhou-2018").on("2020-12-31"))
    >>> table.set_index("facility").loc[["primary_school", "hospital"], ["units", "land_m2"]].values.tolist()
    [[1530, 27540], [200, 23400]]
    """
    free = {} if surplus is None else surplus.set_index(["code", "facility"])["surplus_units"].to_dict()
    standards = rules.only(*RULES).standards
    inside = set(central)
    faults = Faults()
    rows = []
    for code, district, people in zip(settled["code"], settled["district"], settled["settled"], strict=True):
        for standard in standards:
            persons = standard.persons(int(people))
            units = standard.units(persons, int(free.get((code, standard.facility.id), 0)))
            land = half_up(units * standard.land_per_unit(units, central=code in inside))
            if land > MOST_M2:
                values = {"code": code, "facility": standard.facility.id, "area_ha": f"{ha(land):,}", "bound": MOST_HA}
                faults.add(Fault("data.need_too_large", values))
            rows.append((code, district, standard.facility.id, persons, units, land))
    faults.raise_if_any()
    return pd.DataFrame(rows, columns=["code", "district", "facility", "persons", "units", "land_m2"]).astype(
        {"persons": "int64", "units": "int64", "land_m2": "int64"}
    )


def grant(need: pd.DataFrame, land: pd.DataFrame) -> pd.DataFrame:
    """Grant each district's land to its needs in clause 7's order until it is used up, verified land first.

    Parameters
    ----------
    need
        As :func:`needs` returns it.
    land
        ``code``, ``budget_m2`` (land of each district: quota, stock land that meets its need, and stock land that is
        not verified) and ``stock_unverified_m2``.

    Returns
    -------
    ``need`` with ``granted_m2``, ``unverified_m2`` (what of it lies on land that is not verified) and ``deficit_m2``;
    granted and deficit sum to ``land_m2``, and the grants of a district never exceed its land.

    Examples
    --------
    >>> school, clinic = ("primary_school", 150, 1_125, 20_000), ("hospital", 150, 100, 11_700)
    >>> columns = ["facility", "persons", "units", "land_m2"]
    >>> need = pd.DataFrame([school, clinic], columns=columns).assign(code="440112", district="黄埔区")
    >>> land = pd.DataFrame({"code": ["440112"], "budget_m2": [25_000], "stock_unverified_m2": [3_000]})
    >>> granted = grant(need, land)
    >>> granted[["granted_m2", "unverified_m2", "deficit_m2"]].values.tolist()
    [[20000, 0, 0], [5000, 3000, 6700]]
    """
    of_district = land.set_index("code")
    budget = need["code"].map(of_district["budget_m2"]).to_numpy("int64")
    verified = budget - need["code"].map(of_district["stock_unverified_m2"]).to_numpy("int64")
    needed = need["land_m2"].to_numpy("int64")
    before = need.groupby("code", sort=False)["land_m2"].cumsum().to_numpy("int64") - needed
    granted = np.clip(budget - before, 0, needed)
    unverified = granted - np.clip(verified - before, 0, needed)
    granted_need = need.assign(granted_m2=granted, unverified_m2=unverified, deficit_m2=needed - granted)
    return granted_need[RESULTS["needs"].names]


def land_of_district(quota: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Land of each district by how far it can be counted on.

    Parameters
    ----------
    quota
        ``code``, ``district``, ``entitlement_m2``, ``quota_m2``, ``cut_m2``.
    sources
        As :func:`landlink.linkage.sources.sources` returns it.

    Returns
    -------
    These columns with ``stock_met_m2``, ``stock_short_m2``, ``stock_unverified_m2`` and ``budget_m2``, so that
    entitlement = quota + cut + met + short + not verified, and budget = quota + met + not verified; m², int64.
    """
    stock = sources[sources["land_source"] != NEW_SOURCE]
    sums = stock.groupby("code")[["met_m2", "short_m2", "unverified_m2"]].sum()
    sums = sums.reindex(quota["code"], fill_value=0).astype("int64").add_prefix("stock_").reset_index(drop=True)
    land = pd.concat([quota[["code", "district", "entitlement_m2", "quota_m2", "cut_m2"]], sums], axis=1)
    return land.assign(budget_m2=land["quota_m2"] + land["stock_met_m2"] + land["stock_unverified_m2"])


def ledger(land: pd.DataFrame, granted: pd.DataFrame, by_class: pd.DataFrame | None = None) -> pd.DataFrame:
    """Land account (台账) of each district: what it is entitled to, where it comes from and what it is used for.

    Parameters
    ----------
    land
        As :func:`land_of_district` returns it.
    granted
        As :func:`grant` returns it.
    by_class
        As :func:`landlink.needs.uses` returns it; None or without rows where the city gives no shares.

    Returns
    -------
    ``land`` with ``need_m2``, ``granted_m2``, ``deficit_m2``, ``other_m2`` and ``unassigned_m2``. Other uses are those
    of all classes, and what they leave is unassigned; without shares they are all that is left, by detailed plan:
    granted + other + unassigned = budget; m², int64.
    """
    sums = granted.groupby("code", sort=False)[["land_m2", "granted_m2", "deficit_m2"]].sum()
    sums = sums.reindex(land["code"], fill_value=0).astype("int64").reset_index(drop=True)
    left = land["budget_m2"] - sums["granted_m2"]
    other = left
    if by_class is not None and len(by_class):
        other = land["code"].map(by_class.groupby("code")["other_m2"].sum()).astype("int64")
    return land.assign(
        need_m2=sums["land_m2"],
        granted_m2=sums["granted_m2"],
        deficit_m2=sums["deficit_m2"],
        other_m2=other,
        unassigned_m2=left - other,
    )[RESULTS["ledger"].names]
