# ruff: noqa: ARG002 - each computation takes a node and what reads its inputs
"""Every figure is worked out anew from its own derivation alone, down to the facts and rules in it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial
from math import ceil

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

import landlink
from landlink.city import City
from landlink.plan.derivation import Explainer, Node
from landlink.plan.formulas import FORMULAS
from landlink.plan.plan import Plan
from landlink.schema import STOCK_SOURCES
from landlink.units import exact, ha_to_m2, half_up
from tests.paths import GUANGZHOU
from tests.policies import weighted
from tests.shares import with_shares

NO_LIMIT = 10**15
RULES = ("proportional", "weighted", "floor")
EDITS = {
    "none": {},
    "limits": {
        "new_capacity_m2": {"440111": 800_000, "440112": 3_000_000, "440113": 0},
        "renewal_available_m2": {"440103": 300_000, "440104": 0, "440111": 90_000, "440112": 50_000},
        "idle_available_m2": {"440103": 0, "440104": 100_000, "440106": 1_000, "440112": 20_000},
        "offset_available_m2": {"440103": 0, "440104": 200_000, "440112": 10},
    },
}


def with_layer(city: City) -> City:
    """The city with a central area that cuts through some districts and holds others whole."""
    west, south, east, north = city.districts[city.districts["code"].isin(["440104", "440106"])].total_bounds
    area = gpd.GeoDataFrame(geometry=[box(west, south, east, north)], crs=city.districts.crs)
    return replace(city, central_area=area)


CITY = landlink.load_city(GUANGZHOU)
# 440111 is covered whole, all others in part: gross land of each source.
MEASURED = pd.DataFrame(
    [
        (code, source, gross, 0, code == "440111", "estimated")
        for code in CITY.codes
        for source, gross in (("new", 700_000), ("renewal", 90_000), ("idle", 0), ("offset", 5_000))
    ],
    columns=["code", "land_source", "gross_m2", "synthetic_m2", "complete", "status"],
)
CITIES = {"list": CITY, "layer": with_shares(with_layer(CITY), {"R": 32.5, "A": 6.0, "B": 7.5, "M": 18.0, "S": 0.0})}


@pytest.fixture(
    scope="module", params=[(area, rule, edit) for area in CITIES for rule in RULES for edit in EDITS], ids=str
)
def plan(request: pytest.FixtureRequest) -> Plan:
    area, rule, edit = request.param
    table = pd.DataFrame(EDITS[edit]).rename_axis("code").reset_index() if EDITS[edit] else None
    return landlink.make_plan(
        CITIES[area],
        weighted(landlink.load_policy("guangzhou-2018")),
        2020,
        rule=rule,
        cap_ha=300,
        offset_share=0.15,
        adjust_pct=2.5,
        edits=table,
        measured=None if table is None else MEASURED,
    )


def step_value(steps: str, by: Fraction) -> Fraction:
    """Value of a table of steps as it is shown, such as ``0 ≤ l ≤ 100 → 100；l > 100 → 80``."""
    if "→" not in steps:
        return Fraction(steps)
    for step in steps.split("；"):
        interval, _, value = step.partition(" → ")
        lower = re.match(r"([\d.]+) ([≤<]) \w", interval) or re.match(r"\w ([≥>]) ([\d.]+)", interval)
        assert lower
        bound, sign = lower.groups() if lower.group(2) in "≤<" else lower.groups()[::-1]
        above = by >= Fraction(bound) if sign in "≤≥" else by > Fraction(bound)
        upper = re.search(r"\w ([≤<]) ([\d.]+)$", interval) if "→" not in interval else None
        below = upper is None or (by <= Fraction(upper[2]) if upper[1] == "≤" else by < Fraction(upper[2]))
        if above and below:
            return Fraction(value)
    raise AssertionError(steps)


class Recomputed:
    """Figures of one district, worked out from their derivations; nothing else is looked at."""

    def __init__(self, code: str, *, last: bool = False, use: str = "") -> None:
        self.code, self.last, self.use = code, last, use

    def of(self, node: Node) -> Fraction:
        """Value of a node: a fact's or a rule's own, else from its inputs."""
        compute = getattr(self, "_" + node.id.replace(".", "_"), None) if node.inputs else None
        if compute is None:
            assert not node.inputs, f"no formula for {node.id}"
            return exact(str(node.value))
        return Fraction(compute(node, partial(self.input, node)))

    def input(self, node: Node, id_: str, default: int | None = None) -> Fraction:
        parts = [part for part in node.inputs if part.id == id_ or part.id.endswith(id_)]
        if not parts or parts[0].value is None:
            assert default is not None, f"{node.id} lacks {id_}"
            return Fraction(default)
        return self.of(parts[0])

    def _quota_urban_residents(self, node, get):  # type: ignore[no-untyped-def]
        return half_up(get("base.residents") * get("base.urban_share_pct") / 100)

    def _quota_per_capita_stock_m2(self, node, get):  # type: ignore[no-untyped-def]
        return get("quota.urban_land_m2") / get("quota.urban_residents")

    def _quota_standard_m2(self, node, get):  # type: ignore[no-untyped-def]
        steps = next(part for part in node.inputs if part.id == "linkage.standard")
        return step_value(str(steps.value), get("quota.per_capita_stock_m2")) * (1 + get("linkage.adjustment") / 100)

    def _quota_entitlement_m2(self, node, get):  # type: ignore[no-untyped-def]
        return half_up(get("quota.settled") * get("quota.standard_m2"))

    def _central_part(self, node, get):  # type: ignore[no-untyped-def]
        entitled = get("quota.entitlement_m2")
        listed = [part for part in node.inputs if part.id == "central.districts"]
        if listed:
            return entitled if self.code in str(listed[0].value) else Fraction(0)
        settled = get("quota.settled")
        return Fraction(half_up(entitled * get("base.central_settled") / settled)) if settled else Fraction(0)

    def _quota_stock_offset_m2(self, node, get):  # type: ignore[no-untyped-def]
        part = self._central_part(node, get)
        return half_up((get("quota.entitlement_m2") - part) * get("stock.offset_share"))

    def _quota_stock_need_m2(self, node, get):  # type: ignore[no-untyped-def]
        return self._central_part(node, get) + get("quota.stock_offset_m2")

    def _quota_demand_m2(self, node, get):  # type: ignore[no-untyped-def]
        return get("quota.entitlement_m2") - get("quota.stock_need_m2")

    def _sum(self, node, get):  # type: ignore[no-untyped-def]
        return sum((self.of(part) for part in node.inputs), start=Fraction(0))

    _sum_before = _sum_land_m2 = _sum_granted_m2 = _sum_deficit_m2 = _sum
    _sum_met_m2 = _sum_met_before = _sum_short_m2 = _sum_unverified_m2 = _sum_unverified_before = _sum

    def _quota_quota_m2(self, node, get):  # type: ignore[no-untyped-def]
        """The district's own claim, weight and bounds and the common divisor; of the others their sum alone."""
        parts = {part.id: part for part in node.inputs}
        claim, weight, lower, upper, divisor = (
            get(f"divisor.{name}") for name in ("claim", "weight", "lower", "upper", "value")
        )
        known = [get("base.new_capacity_m2", NO_LIMIT), get("quota.supply_m2", NO_LIMIT)]
        capacity = min(get("quota.demand_m2"), *known)
        rule = parts["balance.rule"].value
        share = get("balance.floor_share") if rule == "floor" else 0
        assert upper == capacity or upper == int(capacity * share)
        assert lower in (0, int(capacity * share))
        priority = str(parts["priority.districts"].value).split("、") if rule != "proportional" else []
        is_weighted = self.code in priority and claim == get("quota.demand_m2")
        assert weight == (get("priority.weight") if is_weighted else 1)
        given = min(upper + get("sum.others"), ha_to_m2(get("balance.city_cap", NO_LIMIT)))
        assert (divisor == 0) == (given == upper + get("sum.others"))
        if divisor == 0:
            return upper
        last, code = str(parts["divisor.last"].value).split(" · ")
        units = claim * weight / divisor + Fraction(1, 2)
        is_half_down = units.denominator == 1 and (-claim * weight, self.code) > (-Fraction(last), code)
        return max(lower, min(upper, units.numerator // units.denominator - is_half_down))

    def _quota_cut_m2(self, node, get):  # type: ignore[no-untyped-def]
        return get("quota.demand_m2") - get("quota.quota_m2")

    def _needs_persons(self, node, get):  # type: ignore[no-untyped-def]
        return half_up(get("quota.settled") * get(".share_pct", 100) / 100)

    def _needs_units(self, node, get):  # type: ignore[no-untyped-def]
        demand = max(0, ceil(get("needs.persons") * get(".per_1000") / 1000) - get("base.surplus", 0))
        module = get(".module_units", 1)
        whole = ceil(demand / module) * module
        return max(whole, ceil(whole / get(".max_units", NO_LIMIT)) * get(".min_units", 1)) if demand else 0

    def _standard_land(self, node, get):  # type: ignore[no-untyped-def]
        if len(node.inputs) == 2:
            return get(".floor_per_unit") / get(".far")
        return exact(str(node.value))  # its step is looked up by the number of units, one level above

    def _needs_land_m2(self, node, get):  # type: ignore[no-untyped-def]
        units, land = get("needs.units"), node.inputs[1]
        steps = land.inputs[0] if land.id == "standard.land" and len(land.inputs) == 1 else None
        return half_up(units * (step_value(str(steps.value), units) if steps else self.of(land)))

    def _needs_granted_m2(self, node, get):  # type: ignore[no-untyped-def]
        return min(get("needs.land_m2"), max(0, get("ledger.budget_m2") - get("sum.before")))

    def _needs_deficit_m2(self, node, get):  # type: ignore[no-untyped-def]
        return get("needs.land_m2") - get("needs.granted_m2")

    def _needs_unverified_m2(self, node, get):  # type: ignore[no-untyped-def]
        verified = get("ledger.budget_m2") - get("ledger.stock_unverified_m2") - get("sum.before")
        return get("needs.granted_m2") - min(get("needs.land_m2"), max(0, verified))

    def _sources_available_m2(self, node, get):  # type: ignore[no-untyped-def]
        parts = {part.id: self.of(part) for part in node.inputs if part.value is not None}
        share = next((value for id_, value in parts.items() if id_.endswith("_release_share")), None)
        if parts.get("land.gross") and share is not None:
            return half_up(parts["land.gross"] * share)
        return min(value for id_, value in parts.items() if id_.endswith(("_available_m2", "capacity_m2", "supply_m2")))

    def _sources_need_m2(self, node, get):  # type: ignore[no-untyped-def]
        return get("sources.met_m2") + get("sources.short_m2") + get("sources.unverified_m2")

    def _sources_met_m2(self, node, get):  # type: ignore[no-untyped-def]
        if node.inputs[0].id == "quota.quota_m2":
            return self.of(node.inputs[0])
        return min(get("quota.stock_need_m2") - get("sum.met_before"), get("sources.available_m2", 0))

    def _sources_unverified_m2(self, node, get):  # type: ignore[no-untyped-def]
        if node.inputs[0].id == "quota.demand_m2":
            return 0
        left = get("quota.stock_need_m2") - get("sum.met_m2") - get("sum.unverified_before")
        return min(left, get("land.most", NO_LIMIT) - get("sources.available_m2", 0))

    def _sources_short_m2(self, node, get):  # type: ignore[no-untyped-def]
        if node.inputs[0].id == "quota.cut_m2":
            return self.of(node.inputs[0])
        return get("quota.stock_need_m2") - get("sum.met_m2") - get("sum.unverified_m2") if self.last else 0

    def _ledger_budget_m2(self, node, get):  # type: ignore[no-untyped-def]
        return get("ledger.quota_m2") + get("ledger.stock_met_m2") + get("ledger.stock_unverified_m2")

    def _ledger_other_m2(self, node, get):  # type: ignore[no-untyped-def]
        left = get("ledger.budget_m2", 0) - get("ledger.granted_m2", 0)
        return get("class.other", int(left))

    def _only_input(self, node, get):  # type: ignore[no-untyped-def]
        return self.of(node.inputs[0])

    def _ledger_unassigned_m2(self, node, get):  # type: ignore[no-untyped-def]
        return get("ledger.budget_m2") - get("ledger.granted_m2") - get("ledger.other_m2")

    def _parts(self, node, id_):  # type: ignore[no-untyped-def]
        """Values of the parts of an input, by the class at the end of their ids."""
        parts = next((part.inputs for part in node.inputs if part.id == id_), ())
        return {part.id.rpartition(".")[2]: self.of(part) for part in parts}

    def _uses_target_m2(self, node, get):  # type: ignore[no-untyped-def]
        shares, entitled = self._parts(node, "class.shares"), get("ledger.entitlement_m2")
        assert get("class.share", 0) == shares.get(self.use, 0)
        return webster(shares, half_up(entitled * sum(shares.values()) / 100)).get(self.use, 0)

    def _uses_livelihood_m2(self, node, get):  # type: ignore[no-untyped-def]
        granted, shares = get("class.granted"), self._parts(node, "class.jobs")
        if self.use not in ("B", "M"):
            return granted
        return webster(shares if any(shares.values()) else {"M": Fraction(1)}, int(granted)).get(self.use, 0)

    def _uses_other_m2(self, node, get):  # type: ignore[no-untyped-def]
        gaps, left = self._parts(node, "class.gaps"), get("ledger.budget_m2") - get("ledger.granted_m2")
        assert gaps[self.use] == max(0, get("uses.target_m2") - get("uses.livelihood_m2"))
        return gaps[self.use] if left >= sum(gaps.values()) else webster(gaps, int(left)).get(self.use, 0)

    _class_granted = _class_other = _class_shares = _class_jobs = _class_gaps = _sum
    _ledger_need_m2 = _ledger_granted_m2 = _ledger_deficit_m2 = _only_input
    _ledger_stock_met_m2 = _ledger_stock_short_m2 = _ledger_stock_unverified_m2 = _only_input

    # A copy of another table's column keeps that column's inputs under its own id.
    _ledger_entitlement_m2, _ledger_quota_m2, _ledger_cut_m2 = _quota_entitlement_m2, _quota_quota_m2, _quota_cut_m2


def webster(weights: dict[str, Fraction], total: int) -> dict[str, int]:
    """Whole units in proportion to weights: each quotient v ÷ (2q + 1), from just below the exact shares upwards."""
    positive = {name: weight for name, weight in weights.items() if weight}
    whole = sum(positive.values())
    units = {name: max(0, int(total * weight / whole) - len(positive)) for name, weight in positive.items()}
    for _ in range(total - sum(units.values())):
        highest = max(positive.values())
        first = max(units, key=lambda name: (positive[name] / (2 * units[name] + 1), positive[name] / highest))
        units[first] += 1
    return units


def figures(plan: Plan) -> Iterator[tuple[str, str, str | None, Node]]:
    """Every figure with its column, district, source of land or class of use, and derivation."""
    explainer = Explainer(plan, "zh")
    for name in FORMULAS:
        table, _, column = name.partition(".")
        for row in plan.table(table).to_dict("records"):
            source = row.get("land_source")
            parts = {"facility": row.get("facility"), "source": source, "use_class": row.get("use_class")}
            node = explainer.explain(table, row["code"], column, **parts)
            if pd.isna(row[column]) is not True:
                assert node.value == ("; ".join(row[column]) if column == "cut_by" else row[column])
                yield name, row["code"], source or row.get("use_class"), node


def test_every_figure_follows_from_its_own_derivation(plan: Plan) -> None:
    counted = set()
    for name, code, source, node in figures(plan):
        if name == "quota.cut_by":
            cap, capacity = (
                Recomputed(code).input(node, id_, NO_LIMIT) for id_ in ("balance.city_cap", "base.new_capacity_m2")
            )
            assert not node.value or cap < NO_LIMIT or capacity < NO_LIMIT
            continue
        value = Recomputed(code, last=source == STOCK_SOURCES[-1], use=source or "").of(node)
        assert (float(value) if isinstance(node.value, float) else value) == node.value, node.render("zh")
        counted.add(name)
    without = ("sites.", "provision.", "uses.") if plan.uses.empty else ("sites.", "provision.")
    expected = {name for name in FORMULAS if not name.startswith(without) and name != "quota.cut_by"}
    known = plan.base.table["new_capacity_m2"].notna().any()
    assert counted == expected - (set() if known else {"quota.supply_m2", "sources.available_m2"})


def test_a_central_layer_is_told_by_persons_and_a_list_by_districts() -> None:
    policy = landlink.load_policy("guangzhou-2018")
    listed, layer = (landlink.make_plan(city, policy, 2020) for city in CITIES.values())
    ids = {
        name: [part.id for part in landlink.explain(plan, "quota", "440106", "stock_need_m2").inputs]
        for name, plan in (("list", listed), ("layer", layer))
    }
    assert "central.districts" in ids["list"]
    assert "base.central_settled" not in ids["list"]
    assert "central.districts" not in ids["layer"]
    assert {"base.central_settled", "quota.settled"} <= set(ids["layer"])
