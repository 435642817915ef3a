"""Facts of the shipped policies: a figure is called seen only where it stands in the quotation kept with it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import landlink
from landlink.errors import PolicyError
from landlink.plan.archive import load_plan, save_plan
from landlink.policy import Dated, Steps, load_policy, shipped
from tests.paths import GUANGZHOU

_UNIT = re.compile(r"m[²2]|㎡|GB\s?\d+")
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*(万|亿)?")
_FACTOR = {"": 1, "万": 10**4, "亿": 10**8}


def numbers_in(quote: str) -> set[Decimal]:
    """Numbers of a Chinese text in the usual ways of writing them; units with a digit in them are no numbers."""
    plain = _UNIT.sub(" ", quote.replace(",", "，"))
    return {Decimal(number) * _FACTOR[factor] for number, factor in _NUMBER.findall(plain)}


def unquoted(value: Dated, names: dict[str, str]) -> list[str]:
    """What of a value does not stand in its quotation: numbers, bounds and values of steps, names of districts."""
    content, quoted = value.content, numbers_in(value.quote)
    if isinstance(content, Decimal):
        return [] if content in quoted else [str(content)]
    if isinstance(content, Steps):
        stated = [step for step in content.steps if step.confidence in (None, "seen")]
        numbers = {number for step in stated for number in (step.lower, step.upper, step.value) if number}
        return sorted(str(number) for number in numbers - quoted)
    if isinstance(content, tuple):
        # A list without districts says nothing that could stand in a quotation.
        return [names[code] for code in content if names[code].removesuffix("区") not in value.quote] or (
            [] if content else ["—"]
        )
    return [] if content in value.quote else [content]


def values(name: str) -> Iterator[Dated]:
    for parameter in load_policy(name).parameters.values():
        yield from parameter.values


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    districts = landlink.load_city(GUANGZHOU).districts
    return dict(zip(districts["code"], districts["name"], strict=True))


@pytest.mark.parametrize(
    ("quote", "numbers"),
    [
        ("不超过100（含100）平方米的城镇，按人均100平方米", ["100"]),
        ("100~119㎡之间", ["100", "119"]),
        ("增长至920万左右", ["9200000"]),
        ("提高到79.80%左右", ["79.8"]),
        ("小学不低于9.4 m2，初中不低于10.1m²", ["9.4", "10.1"]),
        ("7.0张，医院床位数6.1张", ["7", "6.1"]),
        ("200-300床117 400-500床115", ["200", "300", "117", "400", "500", "115"]),
        ("缩小2个百分点以上，1.5亿", ["2", "150000000"]),
    ],
)
def test_numbers_are_read_in_the_usual_chinese_ways(quote: str, numbers: list[str]) -> None:
    assert numbers_in(quote) == {Decimal(number) for number in numbers}


@pytest.mark.parametrize("name", shipped())
def test_what_is_called_seen_stands_in_its_quotation(name: str, names: dict[str, str]) -> None:
    seen = [value for value in values(name) if value.confidence == "seen"]
    lacking = {(value.parameter, value.since): missing for value in seen if (missing := unquoted(value, names))}
    assert seen
    assert lacking == {}


def test_a_figure_that_is_not_quoted_is_noticed(names: dict[str, str]) -> None:
    rules = load_policy("guangzhou-2018").on("2020-12-31")
    target, priority = rules["target.hukou_population"], rules["priority.districts"]
    assert unquoted(replace(target, content=Decimal(9_300_000)), names) == ["9300000"]
    assert unquoted(replace(target, quote=""), names) == ["9200000"]
    assert unquoted(replace(priority, content=(*priority.codes, "440117")), names) == ["从化区"]
    standard = load_policy("anhui-2017").on("2020-12-31")["linkage.standard"]
    assert unquoted(replace(standard, quote=standard.quote.replace("88", "85")), names) == ["88"]


@pytest.mark.parametrize("name", shipped())
def test_what_a_document_does_not_show_says_why(name: str) -> None:
    silent = [
        (value.parameter, value.since)
        for value in values(name)
        if value.confidence != "seen" and value.document.kind == "document" and not value.note
    ]
    assert silent == []


def test_only_the_range_of_the_adjustment_was_seen() -> None:
    for name in shipped():
        adjustment = load_policy(name).on("2020-12-31")["linkage.adjustment"]
        assert (adjustment.number, adjustment.confidence, adjustment.status) == (0, "default", "estimated")
        assert "10%" in adjustment.quote


def test_priority_districts_have_no_weight_on_land_unless_the_city_sets_one() -> None:
    weight = load_policy("guangzhou-2018").on("2020-12-31")["priority.weight"]
    assert (weight.number, weight.confidence) == (1, "default")
    assert "引进人才落户指标" in weight.quote


def test_radii_of_schools_were_not_seen_in_the_national_standard() -> None:
    rules = load_policy("guangzhou-2018").on("2020-12-31")
    schools = ("kindergarten", "primary_school", "junior_secondary")
    radii = [rules[f"facility.{school}.radius_m"] for school in schools]
    assert [(radius.number, radius.confidence) for radius in radii] == [(300, "known"), (500, "known"), (1000, "known")]


def test_a_standard_of_a_province_or_city_binds_only_there() -> None:
    """Land of schools is Guangdong's, 75 beds are Guangzhou's; elsewhere the national text or an assumption holds."""
    guangzhou, zhengzhou = (load_policy(name).on("2020-12-31") for name in ("guangzhou-2018", "zhengzhou-2018"))
    land, least = "facility.primary_school.land_per_unit", "facility.elder_care.min_units"
    assert [(rules[land].document.id, rules[land].confidence) for rules in (guangzhou, zhengzhou)] == [
        ("edu-gd-2013", "seen"),
        ("landlink", "default"),
    ]
    assert [(rules[least].number, rules[least].document.id) for rules in (guangzhou, zhengzhou)] == [
        (75, "residential-facilities"),
        (20, "gb50437-2007"),
    ]


@pytest.mark.parametrize(
    ("parameter", "by_day"),
    [
        # 建标110-2008 sets land per bed, 建标110-2021 does not
        ("facility.hospital.land_per_unit", {"2021-06-30": "jb110-2008", "2021-07-01": "jb110-2021"}),
        ("facility.hospital.min_units", {"2021-06-30": "jb110-2008", "2021-07-01": "jb110-2021"}),
        ("facility.primary_school.radius_m", {"2018-11-30": "landlink", "2018-12-01": "gb50180-2018"}),
        ("facility.elder_care.per_1000", {"2018-12-31": "landlink", "2019-01-01": "gb50437-2007"}),
    ],
)
def test_a_later_edition_holds_from_its_day(parameter: str, by_day: dict[str, str]) -> None:
    national = load_policy("national-2016")
    assert {day: national.on(day)[parameter].document.id for day in by_day} == by_day


def test_the_hospital_table_is_an_assumption_below_200_beds() -> None:
    rules = load_policy("national-2016").on("2020-12-31")
    table, hospital = rules["facility.hospital.land_per_unit"], rules.standard("hospital")
    assert [step.confidence for step in table.steps.steps] == ["default", None, None, None, None, None]
    # so small a hospital is not planned: 19,094 persons × 6.1 ‰ → 117 beds, a hospital has 200 at least
    assert hospital.units(19_094, 0) == 200
    assert [int(hospital.land_per_unit(beds, central=False)) for beds in (199, 200, 400, 1_000)] == [117, 117, 115, 109]


HOSPITALS_OF_ANY_SIZE = """\
id: small
title: {zh: 小, en: Small}
extends: guangzhou-2018
documents:
  own: {title: 自定, number: "", issued: ""}
facilities:
  hospital:
    fields:
      min_units:
        "2018-02-01": {value: 1, source: own, clause: 第一条, confidence: seen, quote: 不限}
"""


def test_a_figure_on_a_step_that_is_assumed_is_estimated(tmp_path: Path) -> None:
    """117 beds fall on the step below 200 that the standard does not state; 232 beds of 天河 on one that it does."""
    path = tmp_path / "small.yaml"
    path.write_text(HOSPITALS_OF_ANY_SIZE, encoding="utf-8")
    plan = landlink.make_plan(landlink.load_city(GUANGZHOU), load_policy(path), 2020)

    def land_per_bed(code: str) -> tuple[object, str]:
        parts = landlink.explain(plan, "needs", code, "land_m2", facility="hospital").inputs
        node = next(part for part in parts if part.id == "standard.land")
        return node.value, node.status

    assert land_per_bed("440112") == (117, "estimated")
    assert land_per_bed("440106") == (117, "official")


def test_quotation_and_steps_survive_saving(tmp_path: Path) -> None:
    plan = landlink.make_plan(landlink.load_city(GUANGZHOU), load_policy("zhengzhou-2018"), 2020)
    save_plan(plan, tmp_path)
    assert load_plan(tmp_path).rules.values() == plan.rules.values()


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("quote: 不限", "quote: [不限]", "policy.not_text"),
        ('issued: ""', 'issued: "x"', "policy.not_date"),
        ("{value: 1, source", "{steps: [{at_least: 0, value: 1, confidence: sure}], source", "policy.shape"),
    ],
)
def test_a_quotation_is_text_and_a_day_is_a_day(tmp_path: Path, old: str, new: str, fault: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(HOSPITALS_OF_ANY_SIZE.replace(old, new), encoding="utf-8")
    with pytest.raises(PolicyError) as error:
        load_policy(path)
    assert fault in [one.id for one in error.value.faults]


STEPS = """\
id: steps
title: {zh: 档, en: Steps}
extends: national-2016
documents:
  own: {title: 自定, number: "", issued: ""}
parameters:
  linkage.standard:
    title: {zh: 标准, en: Standard}
    values:
      "2018-02-01":
        steps:
          - {at_least: 0, at_most: 100, value: 100}
          - {more_than: 100, value: 70, confidence: default}
        source: own
        clause: 第一条
        confidence: seen
        quote: 不超过100平方米的按100平方米
"""


def test_confidence_of_a_step(tmp_path: Path) -> None:
    """Up to 100 m² the document states the standard; above, the table's own assumption holds."""
    path = tmp_path / "steps.yaml"
    path.write_text(STEPS, encoding="utf-8")
    standard = load_policy(path).on("2020-12-31")["linkage.standard"]
    assert [standard.status_at(Fraction(level)) for level in (100, 101)] == ["official", "estimated"]
    assert not unquoted(standard, {})
    path.write_text(STEPS.replace("confidence: default}", "confidence: sure}"), encoding="utf-8")
    with pytest.raises(PolicyError) as error:
        load_policy(path)
    assert [(one.id, one.row) for one in error.value.faults] == [("policy.choice", 13)]
