"""Settled people whose housing is secured in kind or by subsidy, and dwellings of those in kind (clause 10)."""

from fractions import Fraction
from math import ceil

import pandas as pd

from landlink.policy import Rules

# The facility whose units are persons housed in kind.
FACILITY = "affordable_housing"
# Sizes of a dwelling that a policy may give, by the column of dwellings that follows from each.
SIZES = {"dwellings": "dwelling_m2", "least_dwellings": "dwelling_max_m2"}


def housing(settled: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Persons housed in kind and by subsidy, and dwellings, of each district.

    Clause 10 secures all who settle, in kind and by rent subsidy side by side: those whom the policy's ratio does not
    house in kind are secured by subsidy. Dwellings are floor area by size, of all housed in kind, those in existing
    dwellings too; they are shown, and no land follows from them.

    Parameters
    ----------
    settled
        ``code``, ``district``, ``settled`` (persons).
    rules
        Values in force.

    Returns
    -------
    ``code``, ``district``, ``settled``, ``in_kind``, ``by_subsidy`` (persons, int64; in kind + by subsidy = settled),
    ``dwellings`` of the usual size and ``least_dwellings`` of the largest (whole, Int64; missing where the policy gives
    no size); no rows where the policy has no affordable housing.

    Examples
    --------
    20 % of 19,094 are 3,818.8 persons; 3,819 × 15 m² are 57,285 m², 1,432.1 dwellings of 40 m² and 954.8 of 60 m²:

    >>> from landlink.policy import load_policy
    >>> settled = pd.DataFrame({"code": ["440112"], "district": ["黄埔区"], "settled": [19_094]})
    >>> table = housing(settled, load_policy("guangzhou-2018").on("2020-12-31"))
    >>> table[["in_kind", "by_subsidy", "dwellings", "least_dwellings"]].values.tolist()
    [[3819, 15275, 1433, 955]]
    """
    standard = next((standard for standard in rules.standards if standard.facility.id == FACILITY), None)
    names = ["code", "district", "settled", "in_kind", "by_subsidy", *SIZES]
    if standard is None:
        return pd.DataFrame(columns=names)
    floor = standard.number("floor_per_unit", 0)
    sizes = {name: standard.number(field, 0) for name, field in SIZES.items()}
    rows = []
    for code, district, people in zip(settled["code"], settled["district"], settled["settled"].tolist(), strict=True):
        in_kind = min(people, standard.units_needed(standard.persons(people)))
        dwellings = (_dwellings(in_kind * floor, size) for size in sizes.values())
        rows.append((code, district, people, in_kind, people - in_kind, *dwellings))
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(SIZES, "Int64"))


def _dwellings(floor_m2: Fraction, size_m2: Fraction) -> int | None:
    """Whole dwellings of a size for a floor area; None where the floor area or the size is not given."""
    return ceil(floor_m2 / size_m2) if size_m2 else None
