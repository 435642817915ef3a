"""Entitlement of each district: per-capita stock, standard, land for its settled people (plan clause 7)."""

from fractions import Fraction

import numpy as np
import pandas as pd

from landlink.errors import DataError, Fault
from landlink.policy import Rules
from landlink.units import exact, half_up

RULES = ("linkage.standard", "linkage.adjustment")


def entitlement(facts: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Per-capita stock l = L ÷ U, standard a = step(l) × (1 + adjustment), entitlement E = S × a.

    Clause 7: differentiated standards by existing per-capita urban construction land. The step is decided on the
    exact quotient, so that a district on a bound falls on the step where the bound is closed.

    Parameters
    ----------
    facts
        District facts as :class:`landlink.city.Facts` holds them, in order of code.
    rules
        Of which those of :data:`RULES` are read.

    Returns
    -------
    ``code``, ``district``, ``settled``, ``urban_residents`` (persons), ``urban_land_m2``, ``per_capita_stock_m2``
    and ``standard_m2`` (m² a person), ``entitlement_m2``.

    Raises
    ------
    DataError
        A district has no urban residents or no urban construction land, so that it has no per-capita stock.

    Examples
    --------
    50,000 of 100,000 residents are urban and have 550 ha: 110 m² a person, for which the step says 80 m².

    >>> from landlink.policy import load_policy
    >>> facts = pd.DataFrame(
    ...     {
    ...         "code": ["440112"],
    ...         "district": ["黄埔区"],
    ...         "settled": [10_000],
    ...         "residents": [100_000],
    ...         "urban_share_pct": [50.0],
    ...         "urban_land_m2": [5_500_000],
    ...     }
    ... )
    >>> entitlement(facts, load_policy("national-2016").on("2020-12-31"))["entitlement_m2"].tolist()
    [800000]
    """
    rules = rules.only(*RULES)
    residents = urban_residents(facts)
    faults = [
        Fault(f"data.no_{what}", {"code": code})
        for code, urban, land in zip(facts["code"], residents, facts["urban_land_m2"], strict=True)
        for what, value in (("urban_residents", urban), ("urban_land", land))
        if value <= 0
    ]
    if faults:
        raise DataError(faults)
    stock = [Fraction(int(land), urban) for land, urban in zip(facts["urban_land_m2"], residents, strict=True)]
    standard = [standard_at(level, rules) for level in stock]
    entitled = [half_up(int(settled) * a) for settled, a in zip(facts["settled"], standard, strict=True)]
    return pd.DataFrame(
        {
            "code": facts["code"],
            "district": facts["district"],
            "settled": facts["settled"].astype("int64"),
            "urban_residents": np.array(residents, dtype="int64"),
            "urban_land_m2": facts["urban_land_m2"].astype("int64"),
            "per_capita_stock_m2": [float(level) for level in stock],
            "standard_m2": [float(a) for a in standard],
            "entitlement_m2": np.array(entitled, dtype="int64"),
        }
    )


def urban_residents(facts: pd.DataFrame) -> list[int]:
    """Urban residents U = residents × urban share of each district, rounded to the person.

    Parameters
    ----------
    facts
        ``residents`` and ``urban_share_pct`` of districts.

    Examples
    --------
    >>> urban_residents(pd.DataFrame({"residents": [2_779_600], "urban_share_pct": [81.04]}))
    [2252588]
    """
    return [
        half_up(int(persons) * exact(share) / 100)
        for persons, share in zip(facts["residents"], facts["urban_share_pct"], strict=True)
    ]


def standard_at(per_capita: Fraction, rules: Rules) -> Fraction:
    """Standard of a per-capita stock, m² per settled person: its step's value × (1 + adjustment), exact.

    Parameters
    ----------
    per_capita
        Existing urban construction land per urban resident, m².
    rules
        Of which those of :data:`RULES` are read.

    Examples
    --------
    >>> from landlink.policy import load_policy
    >>> rules = load_policy("national-2016").on("2020-12-31")
    >>> [int(standard_at(Fraction(level), rules)) for level in (100, 101, 151)]
    [100, 80, 50]
    """
    return adjusted(Fraction(rules["linkage.standard"].steps.at(per_capita).value), rules)


def adjusted(value: Fraction, rules: Rules) -> Fraction:
    """Value of a step × (1 + adjustment)."""
    return value * (1 + rules["linkage.adjustment"].number / 100)
