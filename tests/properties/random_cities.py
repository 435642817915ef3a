"""Random cities for the independent model: the facts as numbers, and the same as a city, a policy and options.

Values at edges are drawn on purpose: per-capita stock at the bounds of the steps, nobody settled, no capacity, equal
claims under a cap that splits them, land that just meets a need. Tables also hold rows that a plan must not read.
"""

import math
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import box

import landlink
from landlink.city import City
from landlink.city.facts import central_share
from landlink.columns import Column
from landlink.linkage.balance import Divisor
from landlink.plan.options import rules_in_force
from landlink.schema import INPUTS, STATUSES
from tests.properties import independent
from tests.properties.independent import STOCK, District, Measured, half_up
from tests.properties.random_policies import RULES, draw_policy
from tests.properties.staged import staged
from tests.properties.written_policy import SHIPPED, Policy, number, read_policy

POLICIES = ("national-2016", "anhui-2017", "guangzhou-2018")
NAMED = ("440103", "440104", "440105", "440106", "440112", "440114", "440115", "440118")
BOUNDS = (100, 120, 150)  # m² of stock a person
RELEASE = (None, 0.0, 0.3333, 0.05, 0.5, 1.0)
FACILITIES = ("affordable_housing", "kindergarten", "primary_school", "hospital", "elder_care", "employment")
ORIGIN = {"source": "random", "date": "2016-12-31", "status": "official", "confidence": "seen"}


@dataclass(frozen=True)
class Case:
    """One random city, as landlink takes it and as the independent model does."""

    city: City
    policy: landlink.Policy
    options: landlink.Options
    edits: pd.DataFrame | None
    measured: pd.DataFrame | None
    districts: list[District]
    rules: Policy
    layer: bool
    cap: int | None

    def plan(self) -> landlink.Plan:
        """Landlink's plan."""
        return landlink.make_plan(self.city, self.policy, self.options, edits=self.edits, measured=self.measured)

    def staged(self) -> tuple[dict[str, pd.DataFrame], Divisor]:
        """Landlink's tables and divisor from the facts, without the city's tables."""
        return staged(self.districts, rules_in_force(self.policy, self.options), self.measured, layer=self.layer)

    def account(self) -> independent.Account:
        """The independent model's tables."""
        return independent.account(self.districts, self.rules, layer=self.layer, cap=self.cap)


def draw_case(seed: int, shipped: City, folder: Path) -> Case:
    """A city of a seed, made from the codes and names of a shipped one."""
    random = Random(seed)  # noqa: S311 - a test's cities
    extends, year = POLICIES[seed % 3], random.choice((2017, 2018, 2019, 2020))
    own_policy = random.random() < 0.4
    codes = _codes(random, shipped.codes, whole=extends == "guangzhou-2018" and not own_policy)
    if own_policy:
        file = draw_policy(random, extends, codes, folder / f"random-{seed}.yaml")
        policy = landlink.load_policy(file)
    else:
        file, policy = SHIPPED / f"{extends}.yaml", _shipped_policy(extends)
    chosen: dict[str, Any] = {"basis": random.choice(("previous-actual", "planned"))}
    rules = _chosen(random, read_policy(file, f"{year}-12-31"), chosen)
    facts = _Facts(random, year, chosen["basis"], rules)
    city = facts.city(shipped, codes)
    districts = facts.districts
    cap = _cap(random, rules, districts, chosen, layer=facts.layer)
    return Case(
        city=city,
        policy=policy,
        options=landlink.Options(year, **chosen),
        edits=facts.edits(),
        measured=facts.measured,
        districts=districts,
        rules=rules,
        layer=facts.layer,
        cap=cap,
    )


@cache
def _shipped_policy(name: str) -> landlink.Policy:
    return landlink.load_policy(name)


def _codes(random: Random, codes: list[str], *, whole: bool) -> list[str]:
    if whole:
        others = [code for code in codes if code not in NAMED]
        return sorted([*NAMED, *random.sample(others, random.randint(0, len(others)))])
    return sorted(random.sample(codes, random.randint(1, len(codes))))


# Choices of the user --------------------------------------------------------------------------------------------------


def _chosen(random: Random, rules: Policy, chosen: dict[str, Any]) -> Policy:
    """The policy's values with the user's choices in their place, and the choices as options."""
    values = dict(rules.values)
    for option, name, choices in (
        ("rule", "balance.rule", RULES),
        ("adjust_pct", "linkage.adjustment", (-10, 10, 0, "2.5", Decimal("-7.77"))),
        ("offset_share", "stock.offset_share", (0, 0.2, "0.3333", 1)),
    ):
        if random.random() < 0.6:
            chosen[option] = random.choice(choices)
            values[name] = chosen[option] if option == "rule" else number(chosen[option])
    return replace(rules, values=values)


def _cap(
    random: Random, rules: Policy, districts: list[District], chosen: dict[str, Any], *, layer: bool
) -> int | None:
    """The city's cap in m²: none, the policy's, or one about the limits and floors of the districts."""
    free = independent.account(districts, rules, layer=layer, cap=None)
    limits = sum(row["quota_m2"] for row in free.quota)
    share = rules.values["balance.floor_share"]
    floors = sum(int(share * row["quota_m2"]) for row in free.quota)
    kind = random.choice(("policy", "any", "any", "few", "few", "edge", "edge", "fraction"))
    if kind == "policy":
        cap = rules.values.get("balance.city_cap")
        return None if cap is None else half_up(cap * 10_000)
    if kind == "edge":
        cap = max(0, random.choice((0, 1, limits, floors)) + random.choice((-1, 0, 1)))
    else:
        cap = random.randint(0, 20 if kind == "few" else limits)
    # a cap is stated in ha, whose fifth decimal is rounded
    half = Decimal("0.5") if kind == "fraction" else Decimal(0)
    chosen["cap_ha"] = (Decimal(cap) + half) / 10_000
    return half_up(Fraction(cap) + Fraction(half))


# Facts and tables ----------------------------------------------------------------------------------------------------


class _Facts:
    """Random facts of a city's districts, and the tables that state them."""

    def __init__(self, random: Random, year: int, basis: str, rules: Policy) -> None:
        self.random, self.year, self.basis, self.rules = random, year, basis, rules
        self.layer = random.random() < 0.25
        self.equal = random.random() < 0.5
        self.most_settled = random.choice((12, 3_000, 50_000, 50_000, 20_000_000))
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in INPUTS}
        self.changed: list[dict[str, Any]] = []
        self.districts: list[District] = []
        self.measured: pd.DataFrame | None = None

    def city(self, shipped: City, codes: list[str]) -> City:
        """The city with these facts in its tables."""
        names = shipped.names("zh")
        shapes = self._shapes(shipped, codes)
        city = replace(shipped, districts=shapes, central_area=self._central(shapes), land={})
        share = central_share(city)
        kept: District | None = None
        for code in codes:
            drawn = self._district(code, names[code])
            if kept is not None and self.equal and self.random.random() < 0.9:
                drawn = replace(kept, code=code, name=names[code])
            kept = drawn
            covered = Fraction(0) if share is None else Fraction(float(share[code]))
            self.districts.append(self._stated(drawn, covered))
        self._measure()
        return replace(city, tables={**shipped.tables, **self._tables()})

    def edits(self) -> pd.DataFrame | None:
        """Edits of the facts; a missing cell changes nothing."""
        return pd.DataFrame(self.changed).convert_dtypes() if self.changed else None

    def _shapes(self, shipped: City, codes: list[str]) -> gpd.GeoDataFrame:
        columns = shipped.districts.set_index("code").loc[codes].reset_index().drop(columns="geometry")
        squares = [box(113 + i / 10, 23, 113.1 + i / 10, 23.1) for i in range(len(codes))]
        return gpd.GeoDataFrame(columns, geometry=squares, crs=4490)

    def _central(self, districts: gpd.GeoDataFrame) -> gpd.GeoDataFrame | None:
        """Layer of the central area: all of some districts, a part of others."""
        if not self.layer:
            return None
        parts = [self.random.choice((0, 0, 1, self.random.random())) for _ in range(len(districts))]
        zones = [
            box(west, south, west + (east - west) * part, north)
            for (west, south, east, north), part in zip(districts.bounds.to_numpy(), parts, strict=True)
        ]
        return gpd.GeoDataFrame(geometry=[zone for zone in zones if zone.area > 0] or [box(120, 30, 121, 31)], crs=4490)

    def _district(self, code: str, name: str) -> District:
        """Facts of a district, land at edges of what it needs."""
        random = self.random
        residents = random.randint(1_000, 4_000_000)
        share = Fraction(random.choice((10_000, random.randint(100, 9_999))), 100)
        urban = half_up(residents * share / 100)
        land = random.choice(BOUNDS) * urban + random.choice((-1, 0, 0, 1))
        settled = random.choice((0, random.randint(0, self.most_settled), random.randint(0, self.most_settled)))
        bare = District(
            code, name, settled, residents, share, land if random.random() < 0.6 else random.randint(1, 3 * land)
        )
        # what it claims and needs, were nothing of it in a central layer
        row = independent.linkage(bare, self.rules, layer=False)
        return replace(
            bare,
            capacity=self._about(row["demand_m2"]) if random.random() < 0.5 else None,
            stated={source: self._about(row["stock_need_m2"]) for source in STOCK if random.random() < 0.4},
            release={source: number(share) for source in STOCK if (share := random.choice(RELEASE)) is not None},
            surplus={name: random.choice((0, 3, 400)) for name in FACILITIES if random.random() < 0.15},
        )

    def _about(self, area: int) -> int:
        return max(0, self.random.choice((0, area, area - 1, area + 1, self.random.randint(0, 2 * area + 5))))

    def _stated(self, district: District, covered: Fraction) -> District:
        """Write the district's facts to the tables; edits and the central layer are in what is returned."""
        random, code, year = self.random, district.code, self.year
        central = random.randint(0, district.settled) if random.random() < 0.4 else None
        self._settle(code, district.settled, central)
        self._before(district)
        if district.capacity is not None:
            self._row("capacity", code, year=year, new_capacity_ha=district.capacity / 10_000)
        for source in STOCK:
            available, release = district.stated.get(source), district.release.get(source)
            voluntary = "yes" if source == "offset" else random.choice((None, "no"))
            if available is not None or release is not None:
                self._stock(code, year, source, voluntary, available, release)
            if random.random() < 0.3:
                self._stock(code, year - 1, source, voluntary, random.randint(0, 10**6), Fraction(1, 4))
        if random.random() < 0.3:
            self._stock(code, year, "offset", "no", random.randint(0, 10**6), Fraction(1, 2))
        for name, units in district.surplus.items():
            self._row("facility_surplus", code, facility=name, surplus_units=units)
        share = number(round(float(covered), 4))
        inside = share if central is None or not district.settled else Fraction(central, district.settled)
        inside = inside if self.layer else Fraction(0)
        return replace(self._edited(district), inside=inside, covered=covered)

    def _edited(self, district: District) -> District:
        """The district with the user's values in place of some facts."""
        random = self.random
        if random.random() > 0.2:
            return district
        edit: dict[str, Any] = {"code": district.code, "settled": None, "new_capacity_m2": None}
        if random.random() < 0.5:
            edit["settled"] = random.randint(0, self.most_settled)
            district = replace(district, settled=edit["settled"])
        if random.random() < 0.5:
            edit["new_capacity_m2"] = random.randint(0, 80 * self.most_settled)
            district = replace(district, capacity=edit["new_capacity_m2"])
        for source in STOCK:
            if random.random() < 0.3:
                edit[f"{source}_available_m2"] = random.randint(0, 80 * self.most_settled)
                district = replace(district, stated={**district.stated, source: edit[f"{source}_available_m2"]})
        self.changed.append(edit)
        return district

    def _settle(self, code: str, settled: int, central: int | None) -> None:
        """Rows of settlement: a total, channels, or both; and rows of another year and basis."""
        year, basis = (self.year - 1, "actual") if self.basis == "previous-actual" else (self.year, "planned")
        talent = self.random.randint(0, settled)
        inside = None if central is None else min(central, talent)
        rest = None if central is None or inside is None else central - inside
        form = self.random.choice(("all", "channels", "both"))
        rows = [("all", settled, central)] if form != "channels" else []
        if form != "all":
            rows += [("talent", talent, inside), ("policy", settled - talent, rest)]
        for channel, persons, persons_inside in rows:
            part = {"channel": channel, "persons": persons, "central_persons": persons_inside}
            self._row("settlement", code, year=year, basis=basis, **part)
        for other_year, other in ((year - 1, basis), (year, "planned" if basis == "actual" else "actual")):
            self._row("settlement", code, year=other_year, basis=other, channel="all", persons=7, central_persons=None)

    def _before(self, district: District) -> None:
        """Residents, urban share and urban land as of the end of the year before; and earlier and later ones."""
        code, before = district.code, self.year - 1
        dates = ((f"{before}-12-31", "resident", district.residents), (f"{before}-06-30", "resident", 5))
        for day, kind, persons in (*dates, (f"{self.year}-12-31", "resident", 9), (f"{before}-12-31", "hukou", 8)):
            self._row("population", code, kind=kind, series="one", persons=persons, date=day)
        for year, share in ((before, float(district.urban_share_pct)), (self.year, 50.0), (before - 1, 60.0)):
            self._row("urban_share", code, year=year, urban_share_pct=share)
        for year, area in ((before, district.urban_land), (self.year, 7), (before - 2, 70)):
            self._row("land", code, year=year, urban_land_ha=area / 10_000)

    def _stock(
        self, code: str, year: int, source: str, voluntary: str | None, available: int | None, release: Fraction | None
    ) -> None:
        self._row(
            "stock",
            code,
            year=year,
            land_source=source,
            voluntary_exit=voluntary,
            available_ha=None if available is None else available / 10_000,
            release_share=None if release is None else float(release),
        )

    def _row(self, table: str, code: str, **cells: Any) -> None:
        self.rows[table].append({"code": code, **ORIGIN, **cells})

    def _measure(self) -> None:
        """Measured supply of the whole city, or none: gross and synthetic land of each source."""
        random = self.random
        if random.random() < 0.4:
            return
        rows = []
        for index, district in enumerate(self.districts):
            complete = random.random() < 0.5
            row = independent.linkage(district, self.rules, layer=self.layer)
            needs = {"new": row["demand_m2"], **dict.fromkeys(STOCK, row["stock_need_m2"])}
            measured = {
                source: Measured(self._about(need), 0 if complete else random.randint(0, 10**6), complete)
                for source, need in needs.items()
            }
            self.districts[index] = replace(district, measured=measured)
            rows += [
                (district.code, source, land.gross, land.synthetic, land.complete, random.choice(STATUSES[:2]))
                for source, land in measured.items()
            ]
        columns = ["code", "land_source", "gross_m2", "synthetic_m2", "complete", "status"]
        self.measured = pd.DataFrame(rows, columns=columns)

    def _tables(self) -> dict[str, pd.DataFrame]:
        """Tables as a checked city holds them, rows in any order."""
        tables = {}
        for name, rows in self.rows.items():
            if not rows:
                continue
            self.random.shuffle(rows)
            columns = INPUTS[name].columns
            frame = pd.DataFrame({column.name: _column(column, rows) for column in columns})
            frame.index += 2
            frame.attrs["file"] = f"{name}.csv"
            tables[name] = frame
        return tables


def _column(column: Column, rows: list[dict[str, Any]]) -> Any:
    """Cells of a column, of the type that a checked table has."""
    values = [row.get(column.name) for row in rows]
    if column.kind == "int" and not column.required:
        return pd.array(values, dtype="Int64")
    return [math.nan if value is None else value for value in values] if column.kind == "float" else values
