"""Zhengzhou's rules of 2018 with their published steps, and a plan of the example city under them."""

from fractions import Fraction

import pytest

import landlink
from landlink.plan.plan import Plan
from tests.paths import GUANGZHOU

pytestmark = pytest.mark.bare


@pytest.fixture(scope="module")
def plan() -> Plan:
    return landlink.make_plan(landlink.load_city(GUANGZHOU), landlink.load_policy("zhengzhou-2018"), 2020)


@pytest.mark.parametrize(
    ("level", "standard"),
    [
        # 不超过100（含100）→ 100；100~150（含150）→ 80；超过150 → 50
        ("0", 100),
        ("99.9999", 100),
        ("100", 100),
        ("100.0001", 80),
        ("125", 80),
        ("150", 80),
        ("150.0001", 50),
        ("1000", 50),
    ],
)
def test_published_steps(level: str, standard: int) -> None:
    steps = landlink.load_policy("zhengzhou-2018").on("2018-12-31")["linkage.standard"].steps
    assert steps.at(Fraction(level)).value == standard


@pytest.mark.parametrize(("adjust_pct", "standard_m2"), [(-10, 45), (0, 50), (10, 55)])
def test_the_standard_may_be_adjusted_within_10_percent(adjust_pct: float, standard_m2: float) -> None:
    city, policy = landlink.load_city(GUANGZHOU), landlink.load_policy("zhengzhou-2018")
    adjusted = landlink.make_plan(city, policy, 2020, adjust_pct=adjust_pct).quota.set_index("code")
    assert adjusted.loc["440112", "standard_m2"] == standard_m2


def test_before_the_rules_the_national_ones_hold() -> None:
    policy = landlink.load_policy("zhengzhou-2018")
    sources = [policy.on(day)["linkage.standard"].document.id for day in ("2018-06-27", "2018-06-28")]
    assert sources == ["mlr-2016-123", "zhengzhou-2018"]


def test_no_district_of_another_city_is_named() -> None:
    rules = landlink.load_policy("zhengzhou-2018").on("2020-12-31")
    assert (rules["central.districts"].codes, rules["priority.districts"].codes) == ((), ())
    assert not [value.parameter for value in rules.values() if value.parameter.startswith("target.")]


def test_the_example_city_under_them(plan: Plan) -> None:
    # Guangzhou's stock is on the same steps; without a central area all of it is new land:
    # 8,304,130 + 7,962,300 = 16,266,430 m²
    assert plan.quota["entitlement_m2"].sum() == 16_266_430
    assert plan.quota["quota_m2"].sum() == 16_266_430
    assert plan.quota["stock_need_m2"].sum() == 0
    assert plan.central == ()


def test_housing_is_listed_separately_and_provided_in_full(plan: Plan) -> None:
    housing = plan.needs[plan.needs["facility"] == "affordable_housing"]
    # 210,518 persons × 200 ‰, rounded up in each of 11 districts, × 15 ÷ 2.5 = 6 m²
    assert len(housing) == 11
    assert housing["units"].sum() == sum(-(-settled * 200 // 1000) for settled in plan.quota["settled"])
    assert housing["land_m2"].sum() == 6 * housing["units"].sum()
    assert housing["deficit_m2"].sum() == 0
    assert plan.facilities[0].id == "affordable_housing"
    clause = plan.rules["facility.affordable_housing.per_1000"].quote
    assert "计划单列、应保尽保" in clause
