"""The settlement plan: shares in whole persons worked out by hand, and what must hold whatever the figures are."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landlink.errors import DataError
from landlink.linkage.settlement import compare, over_years, settlement_plan, share_out
from landlink.policy import Rules, load_policy
from landlink.schema import CHANNELS
from landlink.units import half_up

GUANGZHOU = load_policy("guangzhou-2018").on("2020-12-31")
# 黄埔 440112 and 花都 440114 are priority districts.
CODES = ("440103", "440111", "440112", "440114", "440117")
PRIORITY = {"440112", "440114"}


def with_weight(weight: Decimal) -> Rules:
    return GUANGZHOU.replace(replace(GUANGZHOU["settlement.talent_weight"], content=weight))


def claims_of(claims: Mapping[str, int]) -> pd.DataFrame:
    return pd.DataFrame({"code": list(claims), "claim": list(claims.values())})


def totals_of(persons: Mapping[tuple[int, str], int]) -> pd.DataFrame:
    rows = [(year, channel, count) for (year, channel), count in persons.items()]
    return pd.DataFrame(rows, columns=["year", "channel", "persons"])


def test_shares_by_hand() -> None:
    # Claims 500, 300 and 200; 黄埔's 200 count as 240 for talent, where v sums to 1,040.
    # talent: 100 × 500 ÷ 1,040 = 48.08, 300 ÷ 10.4 = 28.85, 240 ÷ 10.4 = 23.08: 48 + 29 + 23 = 100
    # points: 101 × 0.5 = 50.5, 30.3, 20.2. Quotients v ÷ (2q + 1) for the last person: 500 ÷ 101 = 4.950,
    # 300 ÷ 61 = 4.918, 200 ÷ 41 = 4.878: the first has it, 51 + 30 + 20 = 101
    claims = claims_of({"440103": 500, "440111": 300, "440112": 200})
    plan = settlement_plan(totals_of({(2020, "talent"): 100, (2020, "points"): 101}), claims, {2020: GUANGZHOU})
    assert plan["persons"].tolist() == [48, 51, 29, 30, 23, 20]
    assert plan["weight"].tolist() == [1.0, 1.0, 1.0, 1.0, 1.2, 1.0]
    assert plan["claim"].tolist() == [500, 500, 300, 300, 200, 200]
    # The shortest divisor between 1,000 ÷ 97 = 10.31 and 1,000 ÷ 95 = 10.53:
    # 500 ÷ 10.5 = 47.6, 300 ÷ 10.5 = 28.6, 240 ÷ 10.5 = 22.9
    assert dict(zip(plan["channel"], plan["divisor"], strict=True)) == {"talent": "10.5", "points": "9.9"}


def test_a_tie_is_marked_and_goes_to_the_smaller_code() -> None:
    # Equal claims and one person: no divisor rounds one to 1 and the other to 0. 6 ÷ 12 = ½
    plan = settlement_plan(totals_of({(2020, "all"): 1}), claims_of({"440111": 6, "440103": 6}), {2020: GUANGZHOU})
    assert plan[["code", "persons", "divisor"]].to_numpy().tolist() == [["440103", 1, "≈ 12"], ["440111", 0, "≈ 12"]]


def test_nobody_to_settle_needs_no_claim() -> None:
    assert share_out([0, 0], [Fraction(1)] * 2, 0) == ([0, 0], "")
    with pytest.raises(DataError) as error:
        share_out([0, 0], [Fraction(1)] * 2, 1)
    assert [fault.id for fault in error.value.faults] == ["data.no_claims"]
    assert all(error.value.text(lang) for lang in ("zh", "en"))


def test_planned_against_actual_by_hand() -> None:
    plan = pd.DataFrame(
        {
            "code": ["440103", "440103", "440112", "440112"],
            "year": 2019,
            "channel": ["talent", "points"] * 2,
            "persons": [60, 40, 30, 0],
        }
    )
    # 荔湾 by channel, 黄埔 as a whole: the city's whole is 90 + 45, its channels are not known.
    rows = [("440103", 2019, "talent", 50), ("440103", 2019, "points", 40), ("440112", 2019, "all", 45)]
    actual = pd.DataFrame(rows, columns=["code", "year", "channel", "persons"])
    table = compare(plan, actual).astype(object).fillna("").drop(columns="year").to_numpy().tolist()
    assert table == [
        ["", "all", 130, 135, 5, float(Fraction(13_500, 130))],
        ["", "talent", 90, "", "", ""],
        ["", "points", 40, "", "", ""],
        ["440103", "all", 100, 90, -10, 90.0],
        ["440103", "talent", 60, 50, -10, float(Fraction(5_000, 60))],
        ["440103", "points", 40, 40, 0, 100.0],
        ["440112", "all", 30, 45, 15, 150.0],
        ["440112", "talent", 30, "", "", ""],
        ["440112", "points", 0, "", "", ""],
    ]


CLAIMS = st.dictionaries(st.sampled_from(CODES), st.integers(1, 3_000_000), min_size=1)
TOTALS = st.dictionaries(
    st.tuples(st.integers(2018, 2020), st.sampled_from(CHANNELS[1:])), st.integers(0, 300_000), min_size=1
)
WEIGHTS = st.integers(100, 500).map(lambda hundredths: Decimal(hundredths) / 100)


def planned(totals: Mapping[tuple[int, str], int], claims: Mapping[str, int], weight: Decimal) -> pd.DataFrame:
    return settlement_plan(totals_of(totals), claims_of(claims), dict.fromkeys((2018, 2019, 2020), with_weight(weight)))


@settings(deadline=None)
@given(TOTALS, CLAIMS, WEIGHTS)
def test_sums_are_exact(totals: dict[tuple[int, str], int], claims: dict[str, int], weight: Decimal) -> None:
    plan = planned(totals, claims, weight)
    assert plan.groupby(["year", "channel"])["persons"].sum().to_dict() == totals
    assert plan["persons"].sum() == sum(totals.values())
    assert (plan["persons"] >= 0).all()
    table = compare(plan, pd.DataFrame(columns=["code", "year", "channel", "persons"]))
    city = table[(table["code"] == "") & (table["channel"] == "all")]
    assert city["planned"].sum() == sum(totals.values())
    assert table["actual"].isna().all()


@settings(deadline=None)
@given(TOTALS, CLAIMS, WEIGHTS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    totals: dict[tuple[int, str], int], claims: dict[str, int], weight: Decimal, random: object
) -> None:
    years, districts = list(totals), list(claims)
    random.shuffle(years)  # type: ignore[attr-defined]
    random.shuffle(districts)  # type: ignore[attr-defined]
    shuffled = planned({key: totals[key] for key in years}, {code: claims[code] for code in districts}, weight)
    pd.testing.assert_frame_equal(planned(totals, claims, weight), shuffled)


@settings(deadline=None)
@given(TOTALS, CLAIMS, WEIGHTS, st.integers(1, 300))
def test_more_weight_never_lowers_a_priority_district(
    totals: dict[tuple[int, str], int], claims: dict[str, int], weight: Decimal, more: int
) -> None:
    low, high = (
        planned(totals, claims, weight),
        planned(totals, claims, min(weight + Decimal(more) / 100, Decimal(100))),
    )
    talent, priority = low["channel"] == "talent", low["code"].isin(PRIORITY)
    assert (high["persons"] >= low["persons"])[talent & priority].all()
    assert (high["persons"] <= low["persons"])[talent & ~priority].all()
    assert (high["persons"] == low["persons"])[~talent].all()


@settings(deadline=None)
@given(TOTALS, CLAIMS, WEIGHTS, st.integers(1, 100_000))
def test_a_greater_total_lowers_no_district(
    totals: dict[tuple[int, str], int], claims: dict[str, int], weight: Decimal, more: int
) -> None:
    low = planned(totals, claims, weight)
    high = planned({key: count + more for key, count in totals.items()}, claims, weight)
    assert (high["persons"] >= low["persons"]).all()


@settings(deadline=None)
@given(TOTALS, CLAIMS, WEIGHTS)
def test_a_district_finds_its_persons_by_its_own_row(
    totals: dict[tuple[int, str], int], claims: dict[str, int], weight: Decimal
) -> None:
    for row in planned(totals, claims, weight).itertuples(index=False):
        if row.divisor and not row.divisor.startswith("≈"):
            value = row.claim * Fraction(str(row.weight))
            assert half_up(value / Fraction(row.divisor)) == row.persons
        elif not row.divisor:
            assert row.persons == 0


@given(
    st.integers(0, 10**7),
    st.sets(st.integers(2017, 2025), min_size=1),
    st.dictionaries(st.sampled_from(CHANNELS[1:]), st.integers(1, 100).map(Fraction)),
)
def test_a_period_s_figure_is_divided_exactly(total: int, years: set[int], shares: dict[str, Fraction]) -> None:
    table = over_years(total, sorted(years), shares)
    assert table["persons"].sum() == total
    assert len(table) == len(years) * max(1, len(shares))
    by_year = table.groupby("year")["persons"].sum()
    assert by_year.max() - by_year.min() <= 1
