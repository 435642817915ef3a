"""Policies: what is shipped, what is in force when, and every way a file can be wrong."""

from collections.abc import Callable
from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landlink.errors import PolicyError
from landlink.policy import FACILITY_FIELDS, PARAMETERS, Policy, load_policy, shipped

GOOD = """\
id: test
title: {zh: 试验, en: Test}
extends: national-2016
documents:
  plan: {title: 方案, number: "", issued: "2019-03"}
parameters:
  linkage.standard:
    title: {zh: 标准, en: Standard}
    values:
      "2019-03-01":
        steps:
          - {at_least: 0, at_most: 100, value: 100}
          - {more_than: 100, value: 70}
        source: plan
        clause: 第七条
        confidence: seen
  linkage.adjustment:
    title: {zh: 调整, en: Adjustment}
    values:
      "2019-03-01": {value: 5, source: plan, clause: 第七条, confidence: seen}
  central.districts:
    title: {zh: 中心, en: Centre}
    values:
      "2019-03-01": {districts: ["440103", "440104"], source: plan, clause: 第七条, confidence: seen}
"""
VALUE = '"2019-03-01": {value: 1, source: plan, clause: x, confidence: seen}\nparameters:\n'
POOL = f"""\
facilities:
  pool:
    title: {{zh: 池, en: Pool}}
    group: health
    unit: {{zh: 处, en: pools}}
    fields:
      per_1000:
        {VALUE}"""
HOSPITAL = f"""\
facilities:
  hospital:
    fields:
      per_thousand:
        {VALUE}"""


def origins(listed: str) -> str:
    """Parameters with the origins of settled people who count."""
    dated = f"{{choices: [{listed}], source: plan, clause: x, confidence: seen}}"
    title = "{zh: 来源, en: Origins}"
    return f'parameters:\n  settled.origins:\n    title: {title}\n    values:\n      "2019-03-01": {dated}\n'


# what stands in GOOD, what takes its place, message id, line
WRONG = {
    "not yaml": ("title: {zh", "title: {zh: {", "policy.not_yaml", None),
    "gap": ("{more_than: 100, value", "{more_than: 110, value", "policy.step_gap", 13),
    "open on both sides": ("at_most: 100, value: 100", "less_than: 100, value: 100", "policy.step_gap", 13),
    "overlap": ("{more_than: 100, value", "{more_than: 90, value", "policy.step_overlap", 13),
    "closed on both sides": ("{more_than: 100, value", "{at_least: 100, value", "policy.step_overlap", 13),
    "no start": ("{at_least: 0, at_most", "{at_least: 10, at_most", "policy.step_start", 12),
    "open start": ("{at_least: 0, at_most", "{more_than: 0, at_most", "policy.step_start", 12),
    "two lower bounds": ("{more_than: 100, value", "{more_than: 100, at_least: 100, value", "policy.step_bounds", 13),
    "bound above the last": (
        "{more_than: 100, value",
        "{more_than: 100, at_most: 200, value",
        "policy.step_bounds",
        13,
    ),
    "empty step": ("at_most: 100, value: 100", "at_most: 0, value: 100", "policy.step_empty", 12),
    "unknown bound": ("{more_than: 100, value", "{over: 100, value", "policy.key_unknown", 13),
    "adjustment beyond 10 %": ("{value: 5, source", "{value: 12, source", "policy.out_of_range", 20),
    "adjustment below −10 %": ("{value: 5, source", "{value: -10.1, source", "policy.out_of_range", 20),
    "adjustment as text": ("{value: 5, source", '{value: "5", source', "policy.not_number", 20),
    "no source": ("{value: 5, source: plan, ", "{value: 5, ", "policy.key_missing", 20),
    "no clause": (
        "clause: 第七条, confidence: seen}\n  central",
        "confidence: seen}\n  central",
        "policy.key_missing",
        20,
    ),
    "empty clause": ("source: plan\n        clause: 第七条", 'source: plan\n        clause: ""', "policy.empty", 15),
    "no confidence": (", confidence: seen}\n  central", "}\n  central", "policy.key_missing", 20),
    "unknown confidence": ("        confidence: seen", "        confidence: sure", "policy.choice", 16),
    "unknown kind of document": ('issued: "2019-03"}', 'issued: "2019-03", kind: law}', "policy.choice", 5),
    "unknown source": ("        source: plan", "        source: plna", "policy.source_unknown", 14),
    "before its document": ('"2019-03-01": {value', '"2018-03-01": {value', "policy.before_document", 20),
    "no date": ('"2019-03-01": {value', '"March": {value', "policy.not_date", 20),
    "bare date": ('"2019-03-01": {value', "2019-03-01: {value", "policy.unquoted", 20),
    "bare code": ('["440103"', "[0440103", "policy.unquoted", 24),
    "number for a code": ('["440103"', "[440103", "policy.not_code", 24),
    "bare no": ("title: {zh: 试验", "title: {zh: no", "policy.unquoted", 2),
    "bare time": ("title: {zh: 试验", "title: {zh: 12:30", "policy.unquoted", 2),
    "district twice": ('"440104"]', '"440103"]', "policy.district_twice", 24),
    "key twice": ("id: test\n", "id: test\nid: test\n", "policy.key_duplicate", 2),
    "date twice": (
        '      "2019-03-01": {value: 5',
        '      "2019-03-01": {value: 4, source: plan, clause: x, confidence: seen}\n      "2019-03-01": {value: 5',
        "policy.key_duplicate",
        21,
    ),
    "unknown key": ("extends:", "extend:", "policy.key_unknown", 3),
    "unknown parameter": ("  linkage.adjustment:", "  linkage.adjustmnt:", "policy.key_unknown", 18),
    "two shapes": ("{value: 5, source", "{value: 5, choice: floor, source", "policy.shape", 20),
    "wrong shape": ("{value: 5, source", "{districts: [], source", "policy.shape", 20),
    "no value": (
        '    values:\n      "2019-03-01": {value: 5, source: plan, clause: 第七条, confidence: seen}',
        "    values: {}",
        "policy.no_value",
        19,
    ),
    "list for a mapping": (
        '    values:\n      "2019-03-01": {value: 5, source: plan, clause: 第七条, confidence: seen}',
        "    values: [1]",
        "policy.no_value",
        19,
    ),
    "text for a list": ('{districts: ["440103", "440104"], ', '{districts: "440103", ', "policy.not_list", 24),
    "one language": ("title: {zh: 试验, en: Test}", "title: {zh: 试验}", "policy.key_missing", 2),
    "unknown parent": ("extends: national-2016", "extends: national-2061", "policy.unknown", None),
    "facility without land": ("parameters:\n", POOL, "policy.facility_field", 1),
    "choice twice": ("parameters:\n", origins("rural, rural"), "policy.choice_twice", 10),
    "unknown choice": ("parameters:\n", origins("rural, urban"), "policy.choice", 10),
    "no choice": ("parameters:\n", origins(""), "policy.no_choice", 10),
    "unknown facility field": ("parameters:\n", HOSPITAL, "policy.key_unknown", 10),
}


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def written(content: str) -> Path:
        path = tmp_path / "policy.yaml"
        path.write_text(content, encoding="utf-8")
        return path

    return written


def test_the_good_one_loads(write: Callable[[str], Path]) -> None:
    rules = load_policy(write(GOOD)).on("2020-12-31")
    assert rules["linkage.adjustment"].number == 5
    assert rules["central.districts"].codes == ("440103", "440104")
    assert rules["linkage.standard"].steps.at(Fraction(101)).value == 70


@pytest.mark.parametrize(("old", "new", "fault", "line"), WRONG.values(), ids=WRONG)
def test_wrong_files_are_refused(
    write: Callable[[str], Path], old: str, new: str, fault: str, line: int | None
) -> None:
    assert old in GOOD
    with pytest.raises(PolicyError) as error:
        load_policy(write(GOOD.replace(old, new, 1)))
    found = [(one.id, one.row) for one in error.value.faults]
    assert (fault, line) in found or (line is None and fault in [id_ for id_, _ in found]), found
    assert all(one.text(lang) for one in error.value.faults for lang in ("zh", "en"))


def test_every_fault_is_told_at_once(write: Callable[[str], Path]) -> None:
    content = GOOD.replace("{value: 5, source: plan, ", "{value: 12, ").replace('"440104"]', '"440103"]')
    with pytest.raises(PolicyError) as error:
        load_policy(write(content))
    assert {fault.id for fault in error.value.faults} >= {"policy.key_missing", "policy.district_twice"}


@pytest.mark.parametrize("content", ["", "# nothing", "[]", "text", "id: [", "\t", "id: &a [*a]"])
def test_what_is_no_policy(write: Callable[[str], Path], content: str) -> None:
    with pytest.raises(PolicyError):
        load_policy(write(content))


def test_a_circle_of_parents(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(GOOD.replace("extends: national-2016", f"extends: {path}"), encoding="utf-8")
    with pytest.raises(PolicyError) as error:
        load_policy(path)
    assert error.value.faults[0].id == "policy.extends_circle"


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "gbk.yaml"
    path.write_bytes(GOOD.encode("gb18030"))
    with pytest.raises(PolicyError) as error:
        load_policy(path)
    assert error.value.faults[0].id == "file.encoding"


def test_unknown_districts_are_named_with_their_line(write: Callable[[str], Path]) -> None:
    policy = load_policy(write(GOOD))
    with pytest.raises(PolicyError) as error:
        policy.check_districts(["440103"])
    fault = error.value.faults[0]
    assert (fault.id, fault.values["code"], fault.row) == ("policy.district_unknown", "440104", 24)


NATIONAL = files("landlink.policy").joinpath("national-2016.yaml").read_text(encoding="utf-8").splitlines(keepends=True)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_broken_copy_of_a_shipped_file_loads_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    lines = list(NATIONAL)
    place = data.draw(st.integers(0, len(lines) - 1))
    kind = data.draw(st.sampled_from(("drop", "repeat", "swap", "cut", "token")))
    if kind == "drop":
        del lines[place]
    elif kind == "repeat":
        lines.insert(place, lines[place])
    elif kind == "swap":
        other = data.draw(st.integers(0, len(lines) - 1))
        lines[place], lines[other] = lines[other], lines[place]
    elif kind == "cut":
        lines[place] = lines[place][: data.draw(st.integers(0, len(lines[place])))] + "\n"
    else:
        token = data.draw(st.sampled_from(("[]", "{}", "no", "-1", '""', "null", "1e9", "2019-01-01", "*x", "!!int a")))
        lines[place] = lines[place].split(":")[0] + f": {token}\n"
    path = tmp_path_factory.mktemp("fuzz") / "policy.yaml"
    path.write_text("".join(lines), encoding="utf-8")
    try:
        loaded: Policy | PolicyError = load_policy(path)
    except PolicyError as error:
        loaded = error
    assert isinstance(loaded, Policy) or loaded.text("zh")


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_value_says_where_it_comes_from(name: str) -> None:
    policy = load_policy(name)
    lacking = [
        (parameter.id, value.since)
        for parameter in policy.parameters.values()
        for value in parameter.values
        if not (value.document.title and value.clause.strip() and value.confidence and value.unit is not None)
    ]
    assert lacking == []
    assert all(facility.title["zh"] and facility.title["en"] for facility in policy.facilities)


def test_shipped_policies() -> None:
    assert shipped() == ["anhui-2017", "guangzhou-2018", "national-2016", "zhengzhou-2018"]


def test_a_child_s_value_holds_from_its_own_day_and_the_parent_s_before() -> None:
    guangzhou = load_policy("guangzhou-2018")
    assert guangzhou.on("2017-12-31")["priority.districts"].codes == ()
    assert guangzhou.on("2018-12-31")["priority.districts"].codes == ("440112", "440114", "440115", "440118")
    assert load_policy("anhui-2017").on("2016-12-31")["linkage.standard"].display().count("→") == 3


def test_a_stage_sees_only_the_rules_it_declares() -> None:
    rules = load_policy("national-2016").on("2020-12-31").only("balance.rule")
    assert rules["balance.rule"].content == "proportional"
    with pytest.raises(PolicyError):
        rules["linkage.standard"]


def test_a_value_not_yet_in_force() -> None:
    with pytest.raises(PolicyError) as error:
        load_policy("national-2016").parameters["linkage.standard"].at("2016-01-01")
    assert error.value.faults[0].id == "policy.not_in_force"


def value(number: float, since: str = "2019-03-01") -> str:
    return f'"{since}": {{value: {number}, source: plan, clause: x, confidence: seen}}'


def school(field: str) -> str:
    """Change a field of the parent's school: 45 places a class, 1,080 to 1,620 places; it stands on line 9."""
    return f"facilities:\n  primary_school:\n    fields:\n      {field}\nparameters:\n"


def pool(ratio: str, land: str) -> str:
    """Add a facility, the ratio's value on line 12 and the land's on line 13."""
    return (
        "facilities:\n  pool:\n    title: {zh: 池, en: Pool}\n    group: health\n    unit: {zh: 处, en: pools}\n"
        f"    fields:\n      per_1000: {{{ratio}}}\n      land_per_unit: {{{land}}}\nparameters:\n"
    )


CONTRADICTIONS = {
    "fewest above most": ("min_units", 1_665, "policy.sizes_order"),
    "module above most": ("module_units", 1_700, "policy.sizes_order"),
    "module not whole": ("module_units", 45.9, "policy.not_whole"),
    "most no multiple": ("max_units", 1_700, "policy.sizes_module"),
    "fewest no multiple": ("min_units", 1_100, "policy.sizes_module"),
    "no radius": ("radius_m", 0, "policy.out_of_range"),
    "100 ha a place": ("land_per_unit", 1_000_001, "policy.out_of_range"),
    "100 places a person": ("per_1000", 100_001, "policy.out_of_range"),
}


@pytest.mark.parametrize(("field", "number", "fault"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_fields_of_a_facility_agree(write: Callable[[str], Path], field: str, number: float, fault: str) -> None:
    content = GOOD.replace("parameters:\n", school(f"{field}: {{{value(number)}}}"))
    with pytest.raises(PolicyError) as error:
        load_policy(write(content))
    assert [(one.id, one.row) for one in error.value.faults] == [(fault, 9)]
    assert all(error.value.text(lang) for lang in ("zh", "en"))


def test_every_number_of_a_policy_has_bounds() -> None:
    numbers = {"value", "steps"}
    declared = {**PARAMETERS, **FACILITY_FIELDS}
    assert [name for name, spec in declared.items() if numbers & set(spec.shapes) and spec.maximum is None] == []


def test_land_of_a_facility_is_in_force_when_its_ratio_is(write: Callable[[str], Path]) -> None:
    with pytest.raises(PolicyError) as error:
        load_policy(write(GOOD.replace("parameters:\n", pool(value(1), value(1, "2020-01-01")))))
    assert [(one.id, one.row) for one in error.value.faults] == [("policy.facility_since", 12)]


def test_facilities_of_a_child_stand_in_the_order_of_their_groups(write: Callable[[str], Path]) -> None:
    # clause 7: housing, education, health, elder care, employment; within a group the parent's first
    policy = load_policy(write(GOOD.replace("parameters:\n", pool(value(1), value(1)))))
    assert [facility.id for facility in policy.facilities][-5:] == [
        "hospital", "community_health_centre", "pool", "elder_care", "employment",
    ]  # fmt: skip


def test_a_facility_is_in_force_from_the_day_its_ratio_is(write: Callable[[str], Path]) -> None:
    policy = load_policy(write(GOOD.replace("parameters:\n", pool(value(1), value(1)))))
    known = [{facility.id for facility in policy.on(day).facilities} for day in ("2019-02-28", "2019-03-01")]
    assert known[1] - known[0] == {"pool"}


def test_a_day_that_no_calendar_has(write: Callable[[str], Path]) -> None:
    with pytest.raises(PolicyError) as error:
        load_policy(write(GOOD.replace('"2019-03-01": {value', '"2019-04-31": {value')))
    assert [(one.id, one.row) for one in error.value.faults] == [("policy.not_date", 20)]
