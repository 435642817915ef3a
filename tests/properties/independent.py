"""A second model of the plan's tables, written from docs/model.md alone: one district after the other, in fractions.

Nothing of landlink is imported. Areas and persons are ints, everything else is a Fraction, read from written digits.
"""

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tests.properties.written_policy import Policy, step

STOCK = ("renewal", "idle", "offset")
Row = dict[str, Any]


def half_up(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


# Facts ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measured:
    """Land of one source that was measured in a district."""

    gross: int
    synthetic: int
    complete: bool


@dataclass(frozen=True)
class District:
    """Facts of a district in a plan year; None is not known.

    `inside` are persons inside the central area's layer for each settled person, `covered` is the share of the
    district's area inside it; both 0 without a layer.
    """

    code: str
    name: str
    settled: int
    residents: int
    urban_share_pct: Fraction
    urban_land: int
    inside: Fraction = Fraction(0)
    covered: Fraction = Fraction(0)
    capacity: int | None = None
    stated: dict[str, int | None] = field(default_factory=dict)
    release: dict[str, Fraction | None] = field(default_factory=dict)
    measured: dict[str, Measured] = field(default_factory=dict)
    surplus: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Account:
    """Result tables as rows, districts' own quotas, and the balance that these rest on."""

    quota: list[Row]
    sources: list[Row]
    needs: list[Row]
    ledger: list[Row]
    own_quotas: dict[str, int]
    balance: "Balance"


def account(districts: list[District], policy: Policy, *, layer: bool, cap: int | None) -> Account:
    """All tables of a plan; `layer` says that the city has a layer of its central area, `cap` is in m²."""
    districts = sorted(districts, key=lambda district: district.code)
    quotas = [linkage(district, policy, layer=layer) for district in districts]
    balance = balanced(districts, quotas, policy, cap)
    sources, needs, ledger = [], [], []
    for district, row in zip(districts, quotas, strict=True):
        _enter(row, district, balance.quotas[district.code])
        of_district = land_by_source(district, row)
        sheet = _opened(row, of_district)
        central = district.covered > Fraction(1, 2) if layer else district.code in policy.values["central.districts"]
        granted = needs_of(district, policy, central=central)
        _grant(granted, sheet)
        sources += of_district
        needs += granted
        ledger.append(sheet)
    own = {row["code"]: balance.own(row["code"]) for row in quotas}
    return Account(quotas, sources, needs, ledger, own, balance)


# Linkage -------------------------------------------------------------------------------------------------------------


def linkage(district: District, policy: Policy, *, layer: bool) -> Row:
    """Entitlement, need from stock and claim on new land."""
    urban = half_up(district.residents * district.urban_share_pct / 100)
    of_step = step(policy.values["linkage.standard"], district.urban_land, urban)
    standard = of_step * (1 + policy.values["linkage.adjustment"] / 100)
    entitlement = half_up(district.settled * standard)
    if layer:
        inside = half_up(district.settled * district.inside)
        central = half_up(Fraction(entitlement * inside, district.settled)) if district.settled else 0
    else:
        central = entitlement if district.code in policy.values["central.districts"] else 0
    offset = half_up(policy.values["stock.offset_share"] * (entitlement - central))
    return {
        "code": district.code,
        "district": district.name,
        "settled": district.settled,
        "urban_residents": urban,
        "urban_land_m2": district.urban_land,
        "per_capita_stock_m2": float(Fraction(district.urban_land, urban)),
        "standard_m2": float(standard),
        "entitlement_m2": entitlement,
        "stock_need_m2": central + offset,
        "stock_offset_m2": offset,
        "demand_m2": entitlement - central - offset,
    }


def _complete_supply(district: District) -> int | None:
    new = district.measured.get("new")
    return new.gross if new is not None and new.complete else None


def _least(*areas: int | None) -> int:
    return min(area for area in areas if area is not None)


def _enter(row: Row, district: District, quota: int) -> None:
    """Quota, cut and what cut it."""
    claim, supply = row["demand_m2"], _complete_supply(district)
    limits = {"capacity": district.capacity, "measured supply": supply}
    cut_by = [name for name, limit in limits.items() if limit is not None and limit < claim]
    if quota < _least(claim, *limits.values()):
        cut_by.append("city cap")
    row |= {"quota_m2": quota, "cut_m2": claim - quota, "cut_by": tuple(cut_by), "supply_m2": supply}


# Balancing -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Claim:
    """What one district brings to the balancing: its value v, floor and limit."""

    code: str
    value: Fraction
    floor: int
    limit: int

    @property
    def order(self) -> tuple[Fraction, str]:
        """Place in the tie order."""
        return -self.value, self.code


@dataclass(frozen=True)
class Balance:
    """Quotas, and the divisor by which a district works its own out."""

    claims: dict[str, Claim]
    quotas: dict[str, int]
    divisor: Fraction
    last: str

    def own(self, code: str) -> int:
        """A district's quota from its own claim, floor and limit, the divisor and the last in the tie order."""
        claim = self.claims[code]
        if self.divisor == 0:
            return claim.limit
        quotient = claim.value / self.divisor
        quota = half_up(quotient)
        if self.last and quotient + Fraction(1, 2) == quota and claim.order > self.claims[self.last].order:
            quota -= 1
        return max(claim.floor, min(claim.limit, quota))


def balanced(districts: list[District], quotas: list[Row], policy: Policy, cap: int | None) -> Balance:
    """Quotas of all districts within their limits and the city's cap."""
    rule, claims = policy.values["balance.rule"], []
    for district, row in zip(districts, quotas, strict=True):
        demand = row["demand_m2"]
        limit = _least(demand, district.capacity, _complete_supply(district))
        priority = rule != "proportional" and district.code in policy.values["priority.districts"]
        weight = policy.values["priority.weight"] if priority else Fraction(1)
        floor = math.floor(policy.values["balance.floor_share"] * limit) if rule == "floor" else 0
        claims.append(Claim(district.code, demand * weight, floor, limit))
    total = sum(claim.limit for claim in claims)
    total = total if cap is None else min(cap, total)
    if rule == "floor" and total <= sum(claim.floor for claim in claims):
        claims = [Claim(claim.code, Fraction(claim.floor), 0, claim.floor) for claim in claims]
    shares = webster(claims, total)
    divisor, last = _divisor(claims, shares)
    return Balance({claim.code: claim for claim in claims}, shares, divisor, last)


def _divisor(claims: list[Claim], quotas: dict[str, int]) -> tuple[Fraction, str]:
    """Common divisor, and the last district in the tie order of those that got the m² with the least quotient."""
    if all(quotas[claim.code] == claim.limit for claim in claims):
        return Fraction(0), ""
    last_units = [
        (claim.value / (2 * quotas[claim.code] - 1), claim) for claim in claims if quotas[claim.code] > claim.floor
    ]
    if not last_units:
        return 4 * max(claim.value for claim in claims), ""
    least = min(quotient for quotient, _ in last_units)
    last = max((claim for quotient, claim in last_units if quotient == least), key=lambda claim: claim.order)
    return 2 * least, last.code


def webster(claims: list[Claim], total: int) -> dict[str, int]:
    """Webster's method within floors and limits.

    The m² are given in falling order of v ÷ (2q + 1), so that all with a quotient of 1 ÷ x or more come before all
    others. x is raised by bisection while no more than the total is given by then; the few m² left go one by one.
    """

    def given(x: Fraction) -> dict[str, int]:
        # v ÷ (2k + 1) ≥ 1 ÷ x for k = 0 … q − 1: q is the whole part of (v·x + 1) ÷ 2
        return {
            claim.code: max(claim.floor, min(claim.limit, math.floor((claim.value * x + 1) / 2))) for claim in claims
        }

    if total == sum(claim.limit for claim in claims):
        return {claim.code: claim.limit for claim in claims}
    low, high = Fraction(0), Fraction(1)
    while sum(given(high).values()) <= total:
        low, high = high, 2 * high
    quotas = given(low)
    while total - sum(quotas.values()) > len(claims):
        middle = (low + high) / 2
        if sum(given(middle).values()) <= total:
            low, quotas = middle, given(middle)
        else:
            high = middle
    return unit_by_unit(claims, total, quotas)


def unit_by_unit(claims: list[Claim], total: int, quotas: dict[str, int] | None = None) -> dict[str, int]:
    """Webster's method as it is defined, from the floors or from quotas that are given already."""
    quotas = {claim.code: claim.floor for claim in claims} if quotas is None else dict(quotas)
    for _ in range(total - sum(quotas.values())):
        below = [claim for claim in claims if quotas[claim.code] < claim.limit]
        winner = min(below, key=lambda claim: (-claim.value / (2 * quotas[claim.code] + 1), claim.order))
        quotas[winner.code] += 1
    return quotas


# Sources of land -----------------------------------------------------------------------------------------------------


def land_by_source(district: District, row: Row) -> list[Row]:
    """A district's entitlement, laid on new land and on the sources of stock land."""
    stock = [_known(district, source) for source in STOCK]
    left = row["stock_need_m2"]
    for source in stock:
        source["met_m2"] = min(left, source["available_m2"] or 0)
        left -= source["met_m2"]
    for source in stock:
        room = left if source["most_m2"] is None else source["most_m2"] - (source["available_m2"] or 0)
        source["unverified_m2"] = min(left, room)
        left -= source["unverified_m2"]
        source["short_m2"] = 0
    stock[-1]["short_m2"] = left
    new = _new_land(district, row)
    return [
        {
            "code": district.code,
            "district": district.name,
            **source,
            "need_m2": source["met_m2"] + source["short_m2"] + source["unverified_m2"],
        }
        for source in (new, *stock)
    ]


def _measured(district: District, source: str) -> Row:
    measured = district.measured.get(source)
    return {
        "land_source": source,
        "measured_m2": None if measured is None else measured.gross,
        "synthetic_m2": None if measured is None else measured.synthetic,
        "complete": "yes" if measured is not None and measured.complete else "no",
    }


def _known(district: District, source: str) -> Row:
    """Available land of a source of stock land, how it is known, and the most that there can be."""
    row = _measured(district, source)
    measured, complete = row["measured_m2"], row["complete"] == "yes"
    share, stated = district.release.get(source), district.stated.get(source)
    known = complete or bool(measured)
    if known and share is not None:
        available = half_up(measured * share)
        row["known_by"] = "measured" if complete else "measured in part"
        most = available if complete else None
    elif stated is not None:
        available, most = stated, stated
        row["known_by"] = "stated"
    else:
        available = None
        row["known_by"] = "gross only" if known else "nothing"
        most = measured if complete else None
    return {**row, "available_m2": available, "most_m2": most}


def _new_land(district: District, row: Row) -> Row:
    new = _measured(district, "new")
    least = district.capacity is None or new["measured_m2"] is None or new["measured_m2"] <= district.capacity
    if new["complete"] == "yes" and least:
        known_by = "measured"
    elif district.capacity is not None:
        known_by = "stated"
    else:
        known_by = "measured in part" if new["measured_m2"] else "nothing"
    available = min((area for area in (district.capacity, row["supply_m2"]) if area is not None), default=None)
    return {
        **new,
        "known_by": known_by,
        "available_m2": available,
        "most_m2": available,
        "met_m2": row["quota_m2"],
        "short_m2": row["demand_m2"] - row["quota_m2"],
        "unverified_m2": 0,
    }


# Needs and ledger ----------------------------------------------------------------------------------------------------


def needs_of(district: District, policy: Policy, *, central: bool) -> list[Row]:
    """Persons, units and land of each facility, in the order of grants."""
    rows = []
    for facility, standard in policy.facilities.items():
        persons = half_up(district.settled * standard.get("share_pct", Fraction(100)) / 100)
        units = math.ceil(persons * standard["per_1000"] / 1000) - district.surplus.get(facility, 0)
        units = _standard_sizes(max(units, 0), standard)
        rows.append(
            {
                "code": district.code,
                "district": district.name,
                "facility": facility,
                "persons": persons,
                "units": units,
                "land_m2": half_up(units * _land_per_unit(standard, units, central=central)),
            }
        )
    return rows


def _standard_sizes(units: int, standard: dict[str, Any]) -> int:
    """Units in whole modules, and in whole facilities between the smallest and the largest standard size."""
    if units == 0:
        return 0
    module = standard.get("module_units", Fraction(1))
    units = int(math.ceil(units / module) * module)
    count = math.ceil(units / standard["max_units"]) if "max_units" in standard else 1
    return max(units, int(count * standard.get("min_units", 0)))


def _land_per_unit(standard: dict[str, Any], units: int, *, central: bool) -> Fraction:
    if central and "land_per_unit_central" in standard:
        return step(standard["land_per_unit_central"], units, 1)
    if "land_per_unit" in standard:
        return step(standard["land_per_unit"], units, 1)
    return standard["floor_per_unit"] / standard["far"]


def _opened(row: Row, of_district: list[Row]) -> Row:
    """The district's sheet before anything is granted."""
    stock = of_district[1:]
    sheet = {name: row[name] for name in ("code", "district", "entitlement_m2", "quota_m2", "cut_m2")}
    for name in ("met", "short", "unverified"):
        sheet[f"stock_{name}_m2"] = sum(source[f"{name}_m2"] for source in stock)
    sheet["budget_m2"] = sheet["quota_m2"] + sheet["stock_met_m2"] + sheet["stock_unverified_m2"]
    return sheet


def _grant(needs: list[Row], sheet: Row) -> None:
    """Grant land facility by facility until it is used up, verified land first."""
    left, verified = sheet["budget_m2"], sheet["quota_m2"] + sheet["stock_met_m2"]
    for need in needs:
        granted = min(need["land_m2"], left)
        on_verified = min(granted, verified)
        need["granted_m2"] = granted
        need["unverified_m2"] = granted - on_verified
        need["deficit_m2"] = need["land_m2"] - granted
        left, verified = left - granted, verified - on_verified
    for name, column in (("need_m2", "land_m2"), ("granted_m2", "granted_m2"), ("deficit_m2", "deficit_m2")):
        sheet[name] = sum(need[column] for need in needs)
    sheet["other_m2"] = left
    sheet["unassigned_m2"] = 0
