"""Land that the settled population needs, by facility, and what of it the district's land meets (clauses 7, 10, 13)."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from landlink.errors import Fault, Faults
from landlink.policy import Rules
from landlink.schema import RESULTS
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
    [[1530, 27540], [117, 13689]]
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


def grant(need: pd.DataFrame, budget: pd.DataFrame) -> pd.DataFrame:
    """Grant each district's land to its needs in clause 7's order until it is used up.

    Parameters
    ----------
    need
        As :func:`needs` returns it.
    budget
        ``code``, ``budget_m2``: quota and stock land of each district.

    Returns
    -------
    ``need`` with ``granted_m2`` and ``deficit_m2``; their sum is ``land_m2``, and the grants of a district never
    exceed its budget.

    Examples
    --------
    >>> school, clinic = ("primary_school", 150, 1_125, 20_000), ("hospital", 150, 100, 11_700)
    >>> columns = ["facility", "persons", "units", "land_m2"]
    >>> need = pd.DataFrame([school, clinic], columns=columns).assign(code="440112", district="黄埔区")
    >>> granted = grant(need, pd.DataFrame({"code": ["440112"], "budget_m2": [25_000]}))
    >>> granted[["granted_m2", "deficit_m2"]].values.tolist()
    [[20000, 0], [5000, 6700]]
    """
    has = need["code"].map(budget.set_index("code")["budget_m2"]).to_numpy("int64")
    land = need["land_m2"].to_numpy("int64")
    before = need.groupby("code", sort=False)["land_m2"].cumsum().to_numpy("int64") - land
    granted = np.clip(has - before, 0, land)
    return need.assign(granted_m2=granted, deficit_m2=land - granted)[RESULTS["needs"].names]


def ledger(budget: pd.DataFrame, granted: pd.DataFrame) -> pd.DataFrame:
    """Balance sheet of each district: land it has, land it needs, land granted, deficit and land left unassigned.

    Parameters
    ----------
    budget
        ``code``, ``district``, ``quota_m2``, ``stock_need_m2``, ``stock_met_m2``, ``budget_m2``.
    granted
        As :func:`grant` returns it.

    Returns
    -------
    ``budget`` with ``need_m2``, ``granted_m2``, ``deficit_m2`` and ``unassigned_m2``; m², int64.
    """
    sums = granted.groupby("code", sort=False)[["land_m2", "granted_m2", "deficit_m2"]].sum()
    sums = sums.reindex(budget["code"], fill_value=0).astype("int64").reset_index(drop=True)
    return budget.assign(
        need_m2=sums["land_m2"],
        granted_m2=sums["granted_m2"],
        deficit_m2=sums["deficit_m2"],
        unassigned_m2=budget["budget_m2"] - sums["granted_m2"],
    )[RESULTS["ledger"].names]
