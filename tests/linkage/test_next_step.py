"""Distance to the next step, and existing land scaled to another measure: worked by hand, then for any steps."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import landlink
from landlink.linkage import next_steps, scaled_to
from landlink.linkage.entitlement import standard_at
from landlink.linkage.views import VIEWS
from landlink.policy import Rules, Step, Steps, load_policy
from landlink.units import half_up
from tests.paths import GUANGZHOU

CITY, POLICY = landlink.load_city(GUANGZHOU), load_policy("guangzhou-2018")
RULES = load_policy("national-2016").on("2020-12-31")
BAIYUN, PANYU = "440111", "440113"


def linked(land_m2: int, residents: int, settled: int, rules: Rules) -> pd.DataFrame:
    standard = standard_at(Fraction(land_m2, residents), rules)
    return pd.DataFrame(
        {
            "code": ["440112"],
            "district": ["黄埔区"],
            "settled": [settled],
            "urban_residents": [residents],
            "urban_land_m2": [land_m2],
            "standard_m2": [float(standard)],
            "entitlement_m2": [half_up(settled * standard)],
        }
    )


def by_side(table: pd.DataFrame) -> dict[str, tuple[object, ...]]:
    columns = ["bound_m2", "next_standard_m2", "land_to_step_m2", "persons_to_step", "at_stake_m2", "nearest"]
    return {side: tuple(table.loc[index, columns]) for index, side in table["side"].items()}


def test_the_example_s_districts_by_hand() -> None:
    table = landlink.make_plan(CITY, POLICY, 2020).steps
    assert list(table) == VIEWS["steps"].names
    # 白云: 250,000,000 m², 2,252,588 urban residents, 110.98 m² a person, 26,204 settled, 80 m² each.
    # Below: 100 × 2,252,588 = 225,258,800 m², which belongs to the step below: 24,741,200 m² less;
    #        250,000,000 ÷ 100 = 2,500,000 persons: 247,412 more; 26,204 × (100 − 80) = 524,080 m², 52.4 ha.
    # Above: 150 × 2,252,588 = 337,888,200 m², which belongs to the district's own step: 87,888,200 + 1 m² more;
    #        250,000,000 ÷ 150 = 1,666,666.7: 1,666,666 persons, 585,922 fewer; 26,204 × (50 − 80) = −786,120 m².
    assert by_side(table[table["code"] == BAIYUN]) == {
        "below": (100.0, 100.0, 24_741_200, 247_412, 524_080, "yes"),
        "above": (150.0, 50.0, 87_888_201, 585_922, -786_120, "no"),
    }
    # 番禺, 140.94 m² a person, is nearer to the step above, of 50 m²
    assert table[(table["code"] == PANYU) & (table["nearest"] == "yes")]["side"].to_list() == ["above"]
    # the four central districts lie on the first step, seven on the last or between
    assert table.groupby("side").size().to_dict() == {"above": 6, "below": 7}
    assert (table.groupby("code")["nearest"].apply(lambda marks: (marks == "yes").sum()) == 1).all()


def test_the_adjustment_is_part_of_what_is_at_stake() -> None:
    table = landlink.make_plan(CITY, POLICY, 2020, adjust_pct="2.5").steps
    # 26,204 × 100 × 1.025 − 26,204 × 80 × 1.025 = 2,685,910 − 2,148,728
    assert by_side(table[table["code"] == BAIYUN])["below"][4] == 537_182


@pytest.mark.parametrize(
    ("land_m2", "below", "above"),
    [
        (9_999_999, None, 2),
        (10_000_000, None, 1),  # 100 m² a person belong to the step below
        (10_000_001, 1, 5_000_000),
        (14_999_999, 4_999_999, 2),
        (15_000_000, 5_000_000, 1),  # 150 m² belong to the step of 80
        (15_000_001, 1, None),
    ],
)
def test_distance_about_the_bounds(land_m2: int, below: int | None, above: int | None) -> None:
    sides = by_side(next_steps(linked(land_m2, 100_000, 10, RULES), RULES))
    assert (sides.get("below", [None] * 3)[2], sides.get("above", [None] * 3)[2]) == (below, above)


def test_a_bound_closed_from_above_belongs_to_the_step_above() -> None:
    rules = load_policy("anhui-2017").on("2020-12-31")  # 100 ≤ l < 120 → 88
    sides = by_side(next_steps(linked(11_000_000, 100_000, 10, rules), rules))
    # 10,000,000 m² are still on the step: one m² less; 12,000,000 m² are beyond it
    assert (sides["below"][2], sides["above"][2]) == (1_000_001, 1_000_000)
    # 11,000,000 ÷ 100 = 110,000 persons are still on it; 11,000,000 ÷ 120 = 91,666.7 persons: 91,666
    assert (sides["below"][3], sides["above"][3]) == (10_001, 8_334)


def test_no_positive_number_of_persons_reaches_a_step() -> None:
    # One resident with 120 m²: nobody would be left for 150 m² a person; two residents have 60 m² each.
    sides = by_side(next_steps(linked(120, 1, 10, RULES), RULES))
    assert (sides["below"][3], pd.isna(sides["above"][3])) == (1, True)
    # 31 m² more are 151 m² a person, 20 m² less are 100
    assert (sides["below"][2], sides["above"][2]) == (20, 31)


@st.composite
def any_steps(draw: st.DrawFn) -> Rules:
    """Return rules with any table of steps, each bound closed on either side, and any adjustment."""
    bounds = sorted(draw(st.sets(st.decimals("0.5", 300, places=2), min_size=1, max_size=4)))
    steps, lower, closed = [], Decimal(0), True
    for bound in (*bounds, None):
        upper_closed = bound is not None and draw(st.booleans())
        steps.append(Step(lower, closed, bound, upper_closed, Decimal(draw(st.integers(1, 200)))))
        lower, closed = bound or lower, not upper_closed
    rules = RULES.replace(replace(RULES["linkage.standard"], content=Steps(tuple(steps))))
    adjustment = draw(st.decimals(-10, 10, places=1))
    return rules.replace(replace(rules["linkage.adjustment"], content=adjustment))


@given(any_steps(), st.integers(1, 10**9), st.integers(1, 10**7), st.integers(0, 10**6))
def test_the_distance_crosses_and_one_less_does_not(rules: Rules, land: int, residents: int, settled: int) -> None:
    steps = rules["linkage.standard"].steps
    start = linked(land, residents, settled, rules)
    own = steps.steps.index(steps.at(Fraction(land, residents)))

    def index(area: int, persons: int) -> int:
        return steps.steps.index(steps.at(Fraction(area, persons)))

    table = next_steps(start, rules)
    assert set(table["side"]) == ({"below"} if own else set()) | ({"above"} if own < len(steps.steps) - 1 else set())
    for row in table.to_dict("records"):
        way = 1 if row["side"] == "above" else -1
        if not pd.isna(row["land_to_step_m2"]):
            distance = way * int(row["land_to_step_m2"])
            assert way * (index(land + distance, residents) - own) > 0
            assert index(land + distance - way, residents) == own
        if not pd.isna(row["persons_to_step"]):
            distance = -way * int(row["persons_to_step"])
            assert way * (index(land, residents + distance) - own) > 0
            assert index(land, residents + distance + way) == own
        reached = Fraction(steps.steps[own + way].value) * (1 + rules["linkage.adjustment"].number / 100)
        assert row["at_stake_m2"] == half_up(settled * reached) - start["entitlement_m2"].iloc[0]


def test_the_built_up_area_by_hand() -> None:
    table = landlink.make_plan(CITY, POLICY, 2020).scaled.set_index("code")
    # 白云: 250 × 1,380.6 ÷ 1,573 = 219.421488… km², 97.41 m² a person: 100 m², 26,204 × 20 = 524,080 m² more
    baiyun = table.loc[BAIYUN]
    assert (baiyun["scaled_land_m2"], baiyun["scaled_standard_m2"], baiyun["moved_m2"]) == (219_421_488, 100, 524_080)
    assert baiyun["scaled_per_capita_m2"] == pytest.approx(97.41, abs=0.005)
    # 番禺: 230 × 1,380.6 ÷ 1,573 = 201.867769… km², 123.70 m² a person: keeps 80 m²
    panyu = table.loc[PANYU]
    assert (panyu["scaled_standard_m2"], panyu["moved_m2"]) == (80, 0)
    assert panyu["scaled_per_capita_m2"] == pytest.approx(123.70, abs=0.005)
    assert table["moved_m2"].sum() == 524_080
    assert table["urban_land_m2"].sum() == 1_573_000_000


def test_a_city_that_states_no_built_up_area_has_no_such_table() -> None:
    series = CITY.tables["city_series"]
    kept = series[series["indicator"] != "built_up_area_km2"]
    for tables in ({**CITY.tables, "city_series": kept}, {k: v for k, v in CITY.tables.items() if k != "city_series"}):
        plan = landlink.make_plan(replace(CITY, tables=tables), POLICY, 2020)
        assert plan.scaled.empty
        assert plan.base.built_up.empty


@given(any_steps(), st.lists(st.tuples(st.integers(1, 10**9), st.integers(1, 10**7)), min_size=1, max_size=6))
def test_scaled_to_its_own_total_nothing_moves(rules: Rules, districts: list[tuple[int, int]]) -> None:
    table = pd.concat([linked(land, residents, 1_000, rules) for land, residents in districts], ignore_index=True)
    same = scaled_to(table, sum(land for land, _ in districts), rules)
    assert (same["moved_m2"] == 0).all()
    assert same["scaled_land_m2"].tolist() == [land for land, _ in districts]
    twice = scaled_to(table, 2 * sum(land for land, _ in districts), rules)
    assert twice["scaled_land_m2"].tolist() == [2 * land for land, _ in districts]
