"""Each district's land by class of use, from the city's shares of the entitlement and facilities' grants (GB 50137).

Shares are the city's own; GB 50137-2011 clause 4.4.1 only bounds them. They divide the whole entitlement, so that the
facilities that clause 7 grants land to are counted inside their class, and other uses get what is left of it.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

import pandas as pd

from landlink.apportion import apportion
from landlink.policy import Facility
from landlink.schema import RESULTS, USE_CLASSES
from landlink.units import exact, half_up

# Class of land for jobs where the city says nothing else.
_JOBS = "M"
# Class in which a facility is counted, by its group: schools A3, hospitals A5 and elder care A6 are public services;
# a group that the policy adds is taken as one too.
_CLASS_OF_GROUP = {"housing": "R", "employment": _JOBS}
_OF_OTHER_GROUPS = "A"
# What serves a residential area and stands in it is residential land (R12, R22 服务设施用地), whatever its group.
_CLASS_OF_FACILITY = {"kindergarten": "R", "community_health_centre": "R"}
# Classes that land for jobs is shared between, in proportion to their shares.
JOB_CLASSES = ("B", "M")
# Shares of urban construction land in %, lowest and highest; GB 50137-2011 clause 4.4.1.
RANGES: Mapping[str, tuple[int, int]] = {"R": (25, 40), "A": (5, 8), "M": (15, 30), "S": (10, 25), "G": (10, 15)}


def class_of(facility: Facility) -> str:
    """Class of use in which a facility's land is counted; jobs count as M here and are shared with B.

    Examples
    --------
    >>> from landlink.policy import load_policy
    >>> of = {facility.id: class_of(facility) for facility in load_policy("guangzhou-2018").on("2020-12-31").facilities}
    >>> of["affordable_housing"], of["kindergarten"], of["primary_school"], of["employment"]
    ('R', 'R', 'A', 'M')
    """
    return _CLASS_OF_FACILITY.get(facility.id) or _CLASS_OF_GROUP.get(facility.group, _OF_OTHER_GROUPS)


def uses(
    land: pd.DataFrame, granted: pd.DataFrame, facilities: Iterable[Facility], structure: pd.DataFrame
) -> pd.DataFrame:
    """Land of each district by class of use.

    Parameters
    ----------
    land
        ``code``, ``district``, ``entitlement_m2``, ``budget_m2``: of :func:`landlink.needs.land_of_district`.
    granted
        As :func:`landlink.needs.grant` returns it.
    facilities
        Kinds of facility.
    structure
        ``use_class``, ``share_pct``: the city's shares of the entitlement in %, 100 together at most; empty where the
        city gives none.

    Returns
    -------
    ``code``, ``district``, ``use_class``, ``share_pct`` (missing of a class that only facilities stand in),
    ``target_m2``, ``livelihood_m2`` and ``other_m2``; m², int64; no rows where the city gives no shares. In every
    district the targets sum to entitlement × all shares, rounded, the livelihood uses to what is granted, and other
    uses to the land that is left or, if that is less, to what the classes lack to their targets.

    Examples
    --------
    >>> from landlink.policy import load_policy
    >>> facilities = load_policy("guangzhou-2018").on("2020-12-31").facilities
    >>> land = pd.DataFrame({"code": ["440112"], "district": ["黄埔区"], "entitlement_m2": [1_000], "budget_m2": [800]})
    >>> granted = pd.DataFrame({"code": "440112", "facility": ["kindergarten", "employment"], "granted_m2": [100, 300]})
    >>> structure = pd.DataFrame({"use_class": ["M", "R", "G"], "share_pct": [20.0, 40.0, 10.0]})
    >>> table = uses(land, granted, facilities, structure).set_index("use_class")
    >>> table[["target_m2", "livelihood_m2", "other_m2"]].loc[["R", "M", "G"]].values.tolist()
    [[400, 100, 300], [200, 300, 0], [100, 0, 100]]
    """
    shares = {row.use_class: exact(row.share_pct) for row in structure.itertuples()}
    class_of_facility = {facility.id: class_of(facility) for facility in facilities}
    counted = set(shares) | set(class_of_facility.values()) - {_JOBS} | set(_of_jobs(shares))
    classes = [use for use in USE_CLASSES if use in counted] if shares else []
    by_code = dict(iter(granted.groupby("code", sort=False)))
    rows = []
    for district in land.itertuples() if shares else ():
        of_district = by_code.get(district.code, granted.iloc[:0])
        targets = _targets(int(district.entitlement_m2), shares)
        livelihood = _livelihood(of_district, class_of_facility, shares)
        gaps = [max(0, targets.get(use, 0) - livelihood.get(use, 0)) for use in classes]
        left = int(district.budget_m2) - int(of_district["granted_m2"].sum())
        other = apportion(gaps, min(left, sum(gaps)))
        for use, rest in zip(classes, other.tolist(), strict=True):
            share = float(shares[use]) if use in shares else None
            areas = (targets.get(use, 0), livelihood.get(use, 0), rest)
            rows.append((district.code, district.district, use, share, *areas))
    declared = RESULTS["uses"].columns
    kinds_of_column = {
        column.name: {"int": "int64", "float": "float64"}.get(column.kind, "object") for column in declared
    }
    return pd.DataFrame(rows, columns=RESULTS["uses"].names).astype(kinds_of_column)


def outside(structure: pd.DataFrame) -> list[tuple[str, Decimal, tuple[int, int]]]:
    """Classes whose share is outside the range that GB 50137 gives them, with share and range in %.

    Examples
    --------
    >>> outside(pd.DataFrame({"use_class": ["R", "A", "W"], "share_pct": [40.0, 8.5, 50.0]}))
    [('A', Decimal('8.5'), (5, 8))]
    """
    shares = {row.use_class: Decimal(str(row.share_pct)).normalize() for row in structure.itertuples()}
    return [
        (use, shares[use], (least, most))
        for use, (least, most) in RANGES.items()
        if use in shares and not least <= shares[use] <= most
    ]


def _targets(entitlement: int, shares: Mapping[str, Fraction]) -> dict[str, int]:
    """The entitlement divided by the shares, in whole m²."""
    stated = {use: shares[use] for use in USE_CLASSES if shares.get(use)}
    total = half_up(entitlement * sum(stated.values(), start=Fraction(0)) / 100)
    return dict(
        zip(stated, apportion([entitlement] * len(stated), total, weights=stated.values()).tolist(), strict=True)
    )


def _of_jobs(shares: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Classes that have land for jobs, with their weights: all of it is M where neither class has a share."""
    return {use: shares[use] for use in JOB_CLASSES if shares.get(use)} or {_JOBS: Fraction(1)}


def _livelihood(
    granted: pd.DataFrame, class_of_facility: Mapping[str, str], shares: Mapping[str, Fraction]
) -> dict[str, int]:
    """Granted land of a district by the class that its facilities are counted in."""
    areas = dict.fromkeys(class_of_facility.values(), 0)
    for facility, area in zip(granted["facility"], granted["granted_m2"].tolist(), strict=True):
        areas[class_of_facility[facility]] += area
    jobs, of_jobs = areas.pop(_JOBS, 0), _of_jobs(shares)
    parts = apportion([jobs] * len(of_jobs), jobs, weights=of_jobs.values()).tolist()
    return areas | dict(zip(of_jobs, parts, strict=True))
