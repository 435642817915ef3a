"""Targets of clause 1 against the published series."""

import pytest

import landlink
from landlink.years.targets import gap, targets
from tests.paths import GUANGZHOU

CITY = landlink.load_city(GUANGZHOU)
DAY = "2020-12-31"
RULES = landlink.load_policy("guangzhou-2018").on(DAY)


def test_hukou_population_was_reached_by_the_end_of_2018() -> None:
    row = targets(CITY, RULES).set_index("indicator").loc["hukou_population"]
    assert (row["target"], row["actual"], row["actual_year"]) == (9_200_000, 9_851_142, 2020)
    assert row["reached"]
    assert row["reached_year"] == 2018  # 9,276,914


def test_hukou_urban_share() -> None:
    row = targets(CITY, RULES).set_index("indicator").loc["hukou_urban_share"]
    assert row["actual"] == pytest.approx(100 * 7_929_575 / 9_851_142)
    # 2018: 7,401,177 ÷ 9,276,914 = 79.781 %, below 79.80; 2019: 7,620,415 ÷ 9,537,157 = 79.902 %
    assert row["reached_year"] == 2019


def test_the_gap_of_2013_cannot_be_told() -> None:
    row = targets(CITY, RULES).set_index("indicator").loc["gap_narrowing"]
    assert row["reached"] is None
    assert row["actual"] != row["actual"]


def test_gap_on_one_series_of_residents() -> None:
    table = gap(CITY, RULES).set_index("year")
    assert list(table.index) == [2015, 2018, 2019]
    # 86.46 − 100 × 7,620,415 ÷ 9,537,157
    assert table.loc[2019, "gap"] == pytest.approx(86.46 - 79.90238, abs=1e-5)
    # 85.27 (residents 2013) − 2 − gap
    assert table.loc[2019, "base_share_at_most"] == pytest.approx(85.27 - 2 - 6.55762, abs=1e-5)


def test_a_policy_without_targets() -> None:
    assert targets(CITY, landlink.load_policy("national-2016").on(DAY)).empty
    assert gap(CITY, landlink.load_policy("national-2016").on(DAY)).empty
