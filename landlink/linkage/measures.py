"""What the entitlement would be on another base pair or another measure of land; no quota rests on it (clause 7)."""

from fractions import Fraction

import numpy as np
import pandas as pd

from landlink.linkage.entitlement import RULES, entitlement, standard_at, urban_residents
from landlink.linkage.views import VIEWS
from landlink.policy import Rules
from landlink.units import half_up


def moved_by_base(linked: pd.DataFrame, pairs: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Base pair of each district, and the land by which it moves the entitlement against the default pair.

    Parameters
    ----------
    linked
        As :func:`landlink.linkage.entitlement.entitlement` returns it.
    pairs
        As :attr:`landlink.city.Facts.pairs` holds them, in the same order.
    rules
        Of which those of :data:`landlink.linkage.entitlement.RULES` are read.

    Returns
    -------
    Columns as ``VIEWS["base"]`` declares; ``moved_m2`` is Int64, missing where there is no default pair, or one without
    urban residents.
    """
    default = pairs.rename(columns=lambda name: name.removeprefix("default_")).assign(
        district=linked["district"].to_numpy(), settled=linked["settled"].to_numpy()
    )
    default = default[default["residents"].notna()]
    default = default[np.array(urban_residents(default), dtype="int64") > 0]
    by_default = entitlement(default, rules).set_index("code")["entitlement_m2"]
    table = linked[["code", "district", "entitlement_m2"]].assign(
        base_year=pairs["base_year"].to_numpy(), default_year=pairs["default_year"].array
    )
    table["moved_m2"] = table["entitlement_m2"] - table["code"].map(by_default).astype("Int64")
    return table[VIEWS["base"].names]


def scaled_to(linked: pd.DataFrame, total_m2: int, rules: Rules) -> pd.DataFrame:
    """Standards and entitlements if existing land summed to another measure, such as the built-up area (建成区).

    L′ = L × total ÷ ΣL, exact; l′ = L′ ÷ U; a′ = step(l′) × (1 + adjustment); E′ = S × a′ rounded. The other measure
    bounds an assumption of L and does not correct it.

    Parameters
    ----------
    linked
        As :func:`landlink.linkage.entitlement.entitlement` returns it.
    total_m2
        The city's land by the other measure, m².
    rules
        Of which those of :data:`landlink.linkage.entitlement.RULES` are read.

    Returns
    -------
    Columns as ``VIEWS["scaled"]`` declares: L′ rounded to the m², the step decided on the exact quotient; ``moved_m2``
    = E′ − E.

    Examples
    --------
    Two districts with 110 m² a person. Nine tenths of the land are 99 m² a person, for which the step says 100 m².

    >>> from landlink.policy import load_policy
    >>> linked = pd.DataFrame(
    ...     {
    ...         "code": ["440111", "440112"],
    ...         "district": ["白云区", "黄埔区"],
    ...         "settled": [10_000, 0],
    ...         "urban_residents": [100_000, 200_000],
    ...         "urban_land_m2": [11_000_000, 22_000_000],
    ...         "standard_m2": [80.0, 80.0],
    ...         "entitlement_m2": [800_000, 0],
    ...     }
    ... )
    >>> table = scaled_to(linked, 29_700_000, load_policy("national-2016").on("2020-12-31"))
    >>> table[["scaled_land_m2", "scaled_per_capita_m2", "scaled_standard_m2", "moved_m2"]].values.tolist()
    [[9900000.0, 99.0, 100.0, 200000.0], [19800000.0, 99.0, 100.0, 0.0]]
    """
    rules = rules.only(*RULES)
    share = Fraction(int(total_m2), int(linked["urban_land_m2"].sum()))
    land = [int(area) * share for area in linked["urban_land_m2"]]
    levels = [area / int(residents) for area, residents in zip(land, linked["urban_residents"], strict=True)]
    standards = [standard_at(level, rules) for level in levels]
    entitled = [half_up(int(settled) * a) for settled, a in zip(linked["settled"], standards, strict=True)]
    table = linked.assign(
        scaled_land_m2=np.array([half_up(area) for area in land], dtype="int64"),
        scaled_per_capita_m2=[float(level) for level in levels],
        scaled_standard_m2=[float(a) for a in standards],
        scaled_entitlement_m2=np.array(entitled, dtype="int64"),
    )
    table["moved_m2"] = table["scaled_entitlement_m2"] - table["entitlement_m2"]
    return table[VIEWS["scaled"].names]
