"""Land that the settled population needs, by facility, and what of it the district's land meets (clauses 7, 10, 13)."""

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np
import pandas as pd

from landlink.policy import Dated, Facility, Rules
from landlink.policy.model import Steps
from landlink.schema import RESULTS
from landlink.units import half_up

RULES = ("facility.",)


@dataclass(frozen=True, slots=True)
class Standard:
    """A facility's standards in force on one day; a field the policy does not set is None."""

    facility: Facility
    fields: dict[str, Dated]

    def number(self, field: str, default: int) -> Fraction:
        """Value of a field, or a default."""
        return self.fields[field].number if field in self.fields else Fraction(default)

    def persons(self, settled: int) -> int:
        """Persons of the settled population who count, such as those aged 60 and over."""
        return half_up(settled * self.number("share_pct", 100) / 100)

    def units(self, persons: int, surplus: int) -> int:
        """Units to build: persons × ratio, less surplus capacity, in whole facilities of standard size.

        A facility is made of whole modules (a school of whole classes) and is no smaller and no larger than the
        standard's sizes; several are built where one is too small.
        """
        demand = max(0, ceil(persons * self.number("per_1000", 0) / 1000) - surplus)
        if demand == 0:
            return 0
        module = int(self.number("module_units", 1))
        units = ceil(Fraction(demand, module)) * module
        least, most = int(self.number("min_units", 1)), self.fields.get("max_units")
        facilities = 1 if most is None else ceil(Fraction(units) / most.number)
        return max(units, facilities * least)

    def land_field(self, *, central: bool) -> str:
        """Field that gives the land of a unit; empty where it follows from floor area and floor area ratio."""
        if central and "land_per_unit_central" in self.fields:
            return "land_per_unit_central"
        return "land_per_unit" if "land_per_unit" in self.fields else ""

    def land_per_unit(self, units: int, *, central: bool) -> Fraction:
        """Land of one unit in m², by the size of the need where the standard has steps."""
        field = self.land_field(central=central)
        if not field:
            return self.fields["floor_per_unit"].number / self.fields["far"].number
        content = self.fields[field].content
        if isinstance(content, Steps):
            return Fraction(content.at(Fraction(units)).value)
        return self.fields[field].number


def standards(rules: Rules) -> list[Standard]:
    """Standards of the facilities, in the order in which land is granted."""
    found = []
    for facility in rules.facilities:
        prefix = f"facility.{facility.id}."
        fields = {
            value.parameter.removeprefix(prefix): value
            for value in rules.values()
            if value.parameter.startswith(prefix)
        }
        found.append(Standard(facility, fields))
    return found


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
    """
    free = {} if surplus is None else surplus.set_index(["code", "facility"])["surplus_units"].to_dict()
    found = standards(rules.only(*RULES))
    rows = []
    for code, district, people in zip(settled["code"], settled["district"], settled["settled"], strict=True):
        for standard in found:
            persons = standard.persons(int(people))
            units = standard.units(persons, int(free.get((code, standard.facility.id), 0)))
            land = half_up(units * standard.land_per_unit(units, central=code in central))
            rows.append((code, district, standard.facility.id, persons, units, land))
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
    """
    has = need["code"].map(budget.set_index("code")["budget_m2"]).to_numpy("int64")
    land = need["land_m2"].to_numpy("int64")
    before = need.groupby("code", sort=False)["land_m2"].cumsum().to_numpy("int64") - land
    granted = np.clip(has - before, 0, land)
    return need.assign(granted_m2=granted, deficit_m2=land - granted)[RESULTS["needs"].names]


def ledger(budget: pd.DataFrame, granted: pd.DataFrame) -> pd.DataFrame:
    """Balance sheet of each district: land it has, land it needs, land granted, deficit and land left unassigned."""
    sums = granted.groupby("code", sort=False)[["land_m2", "granted_m2", "deficit_m2"]].sum()
    sums = sums.reindex(budget["code"], fill_value=0).astype("int64").reset_index(drop=True)
    return budget.assign(
        need_m2=sums["land_m2"],
        granted_m2=sums["granted_m2"],
        deficit_m2=sums["deficit_m2"],
        unassigned_m2=budget["budget_m2"] - sums["granted_m2"],
    )[RESULTS["ledger"].names]
