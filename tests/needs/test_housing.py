"""Housing of settled people in kind, by subsidy and in dwellings, and how documents say it."""

from dataclasses import replace
from decimal import Decimal
from math import ceil

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import landlink
from landlink.annex import Edition
from landlink.annex.document.claims import contradictions
from landlink.annex.document.values import values
from landlink.needs import housing
from landlink.policy import Rules, load_policy
from landlink.present.housing import housing_text
from landlink.texts import LANGS, Lang

RULES = load_policy("guangzhou-2018").on("2020-12-31")


def settled(*people: int) -> pd.DataFrame:
    codes = [f"44010{number}" for number in range(len(people))]
    return pd.DataFrame({"code": codes, "district": codes, "settled": people})


def without(rules: Rules, *fields: str) -> Rules:
    names = {f"facility.affordable_housing.{field}" for field in fields}
    return Rules({dated.parameter: dated for dated in rules.values() if dated.parameter not in names}, rules.facilities)


def test_a_district_worked_by_hand() -> None:
    # 20 % of 1,001 persons are 200.2, so 201 in kind and 800 by subsidy; 201 × 15 m² are 3,015 m²: 75.4 dwellings of
    # 40 m² and 50.25 of 60 m².
    row = housing(settled(1_001), RULES).iloc[0]
    assert row[["in_kind", "by_subsidy", "dwellings", "least_dwellings"]].tolist() == [201, 800, 76, 51]


def test_dwellings_are_not_stated_where_the_policy_gives_no_size() -> None:
    table = housing(settled(1_001), without(RULES, "dwelling_m2"))
    assert table["dwellings"].isna().all()
    assert table["least_dwellings"].tolist() == [51]


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=5), st.integers(0, 2_000))
def test_all_who_settle_are_housed_one_way_or_the_other(people: list[int], ratio: int) -> None:
    name = "facility.affordable_housing.per_1000"
    table = housing(settled(*people), RULES.replace(replace(RULES[name], content=Decimal(ratio))))
    assert (table["in_kind"] + table["by_subsidy"]).tolist() == people
    assert table["in_kind"].tolist() == [min(count, ceil(count * ratio / 1_000)) for count in people]
    assert (table["by_subsidy"] >= 0).all()
    assert (table["least_dwellings"] <= table["dwellings"]).all()


@pytest.mark.parametrize("lang", LANGS)
def test_the_document_says_it_of_its_edition(lang: Lang) -> None:
    plan = landlink.make_plan(landlink.load_city("guangzhou"), load_policy("guangzhou-2018"), 2020)
    table = housing(plan.quota, plan.rules)
    for district in (None, "440112"):
        rows = table if district is None else table[table["code"] == district]
        said = values(Edition(plan, lang, district))["housing"]
        assert said == housing_text(plan, lang, district)
        for name in ("in_kind", "by_subsidy", "dwellings", "least_dwellings"):
            assert f"{rows[name].sum():,}" in said
        assert contradictions([said], Edition(plan, lang, district)).empty
    assert table["in_kind"].sum() == plan.needs.set_index("facility").loc["affordable_housing", "units"].sum()


def test_a_usual_dwelling_above_the_largest_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    policy = """
id: city
title: {zh: 市, en: City}
extends: national-2016
documents:
  own: {title: 文件, number: "", issued: "2017"}
facilities:
  affordable_housing:
    fields:
      dwelling_m2:
        "2018-01-01": {value: 61, source: own, clause: 一, confidence: seen}
"""
    (tmp_path / "city.yaml").write_text(policy, encoding="utf-8")
    with pytest.raises(landlink.PolicyError) as error:
        load_policy(tmp_path / "city.yaml")
    assert [fault.id for fault in error.value.faults] == ["policy.sizes_order"]
    assert "dwelling_max_m2" in error.value.text("en")
