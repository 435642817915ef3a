"""What the map of needs shows: sums of groups to the m², one classification with the map sheets, symbols, accounts."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import landlink
from landlink.plan.derivation import Explainer
from landlink.plan.plan import Plan
from landlink.policy.parameters import GROUPS
from landlink.present import needs
from landlink.schema import NEW_SOURCE, USABLE_SOURCES
from landlink.texts import LANGS
from landlink.units import ha
from tests.paths import GUANGZHOU

HUANGPU = "440112"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return landlink.make_plan(landlink.load_city(GUANGZHOU), landlink.load_policy("guangzhou-2018"), 2020)


@pytest.fixture(scope="module")
def measured_plan() -> Plan:
    """1,000 ha of new land measured in every district, of which 黄埔 has 300 ha more that are synthetic."""
    city = landlink.load_city(GUANGZHOU)
    rows = pd.DataFrame(
        [
            (code, source, 10_000_000, 3_000_000 if (code, source) == (HUANGPU, NEW_SOURCE) else 0, False, "estimated")
            for code in city.codes
            for source in USABLE_SOURCES
        ],
        columns=["code", "land_source", "gross_m2", "synthetic_m2", "complete", "status"],
    )
    return landlink.make_plan(city, landlink.load_policy("guangzhou-2018"), 2020, measured=rows)


def test_subjects_stand_in_the_order_in_which_land_is_granted(plan: Plan) -> None:
    ids = list(needs.subjects(plan, "zh"))
    assert ids[0] == needs.ALL
    assert [id_ for id_ in ids if not id_.startswith("group.")][1:] == [facility.id for facility in plan.facilities]
    sizes = {group: sum(facility.group == group for facility in plan.facilities) for group in GROUPS}
    assert [id_ for id_ in ids if id_.startswith("group.")] == [f"group.{name}" for name in GROUPS if sizes[name] > 1]
    titles = [subject.title for subject in needs.subjects(plan, "zh").values()]
    assert titles[:4] == ["全部设施", "住房：保障性住房", "教育（合计）", "教育：幼儿园"]


def test_the_schools_of_huangpu_add_up(plan: Plan) -> None:
    subject = needs.subjects(plan, "zh")["group.education"]
    rows = plan.needs[plan.needs["code"] == HUANGPU].set_index("facility")["land_m2"]
    assert subject.facilities == ("kindergarten", "primary_school", "junior_secondary", "senior_secondary")
    # primary schools: 1,530 places × 18 m²
    assert rows["primary_school"] == 27_540
    assert needs.figures(plan, subject, "land_m2")[HUANGPU] == sum(int(rows[name]) for name in subject.facilities)


@pytest.mark.parametrize("measure", needs.MEASURES)
def test_facilities_sum_to_groups_and_groups_to_all(plan: Plan, measure: str) -> None:
    subjects = needs.subjects(plan, "zh")
    areas = {id_: needs.figures(plan, subject, measure) for id_, subject in subjects.items()}
    for id_, subject in subjects.items():
        assert areas[id_].dtype == "int64"
        assert list(areas[id_].index) == list(plan.quota["code"])
        assert (areas[id_] == sum(areas[name] for name in subject.facilities)).all()
    of_ledger = {"land_m2": "need_m2", "granted_m2": "granted_m2", "deficit_m2": "deficit_m2"}
    if measure in of_ledger:
        assert (areas[needs.ALL] == plan.ledger.set_index("code")[of_ledger[measure]]).all()


def test_need_is_granted_or_missing_in_every_subject(plan: Plan) -> None:
    for subject in needs.subjects(plan, "zh").values():
        need, granted, unverified, deficit = (needs.figures(plan, subject, name) for name in needs.MEASURES)
        assert (need == granted + deficit).all()
        assert (unverified <= granted).all()


@pytest.mark.parametrize("lang", LANGS)
def test_a_figure_is_derived_from_its_addends(plan: Plan, lang: str) -> None:
    explainer = Explainer(plan, lang)
    for subject in needs.subjects(plan, lang).values():
        for measure in needs.MEASURES:
            node = needs.derived(explainer, subject, measure, HUANGPU)
            assert node.value == needs.figures(plan, subject, measure)[HUANGPU]
            assert node.clause
            parts = needs.addends(explainer, subject, measure, HUANGPU)
            if len(subject.facilities) > 1:
                assert node.value == sum(part.value for part in node.inputs)
                assert [part.value for part in parts] == [part.value for part in node.inputs]
                assert [part.label for part in node.inputs] == [plan.titles(lang)[name] for name in subject.facilities]
                assert all(part.inputs for part in parts)
            else:
                assert node.inputs
                assert parts == []


def test_the_figures_are_marked_by_the_least_official_of_them(plan: Plan) -> None:
    explainer = Explainer(plan, "zh")
    subject = needs.subjects(plan, "zh")["primary_school"]
    assert needs.status_of(explainer, subject, "land_m2") == max(
        explainer.explain("needs", code, "land_m2", facility="primary_school").status for code in plan.quota["code"]
    )
    assert needs.heading(subject, "land_m2", "zh") == "教育：小学 · 用地需求（公顷）"


def test_classes_are_those_of_the_map_sheets(plan: Plan) -> None:
    from landlink.annex.edition import Edition
    from landlink.annex.maps import themes

    edition = Edition(plan, "zh")
    for facility in plan.facilities:
        theme = themes.need(edition, facility.id)
        subject = needs.subjects(plan, "zh")[facility.id]
        classes = needs.classes(needs.figures(plan, subject, "land_m2"))
        ramp = needs.MEASURES["land_m2"]
        entries = [(entry.label, entry.color) for entry in theme.legend]
        assert entries[int(classes.has_zero) :] == classes.legend(ramp)
        assert theme.colors == classes.colors(ramp, "#ffffff")


@given(st.dictionaries(st.text("0123456789", min_size=6, max_size=6), st.integers(0, 10**12), min_size=1, max_size=20))
def test_the_area_of_a_symbol_is_in_proportion_to_its_figure(figures: dict[str, int]) -> None:
    areas, largest = pd.Series(figures, dtype="int64"), 26.0
    radii = needs.radii(areas, largest)
    assert set(radii) == {code for code, area in figures.items() if area}
    for code, radius in radii.items():
        assert math.isclose(radius**2 / largest**2, figures[code] / max(figures.values()), rel_tol=1e-9)
    sizes = needs.sizes(areas, largest)
    assert len(sizes) == (3 if any(figures.values()) else 0)
    for label, radius in sizes:
        size_m2 = float(label.replace(",", "")) * 10_000
        assert 0 < radius <= largest
        assert math.isclose(radius**2 / largest**2, size_m2 / max(figures.values()), rel_tol=1e-9)
    assert [radius for _, radius in sizes] == sorted((radius for _, radius in sizes), reverse=True)


def test_the_table_names_what_is_not_already_said(plan: Plan) -> None:
    explainer, subjects = Explainer(plan, "zh"), needs.subjects(plan, "zh")
    schools, school = subjects["group.education"], subjects["primary_school"]
    assert list(needs.needs_table(explainer, schools, None).columns[:2]) == ["行政区", "设施"]
    assert list(needs.needs_table(explainer, school, None).columns[:1]) == ["行政区"]
    table = needs.needs_table(explainer, schools, HUANGPU)
    assert list(table["设施"]) == [plan.titles("zh")[name] for name in schools.facilities]
    heading = next(name for name in table if name.startswith("用地需求"))
    # 2.754 ha: 1,530 places × 18 m²
    assert table.set_index("设施").loc["小学", heading] == pytest.approx(2.75, abs=0.011)
    assert round(table[heading].sum(), 2) == float(ha(int(needs.figures(plan, schools, "land_m2")[HUANGPU])))


def test_the_account_of_a_district_without_measured_land_says_so(plan: Plan) -> None:
    lines = {line.label: line for line in needs.account(Explainer(plan, "zh"), HUANGPU)}
    # 19,094 persons × 50 m², nothing cut
    assert lines["新增建设用地指标"].area == "95.47"
    assert lines["新增实测可供"].area == lines["新增合成地块可供"].area == "—"
    assert lines["新增合成地块可供"].status == ""


def test_measured_land_stands_beside_synthetic_land_and_each_is_marked(measured_plan: Plan) -> None:
    explainer = Explainer(measured_plan, "zh")
    lines = {line.label: line for line in needs.account(explainer, HUANGPU)}
    assert lines["新增实测可供"] == ("新增实测可供", "1,000.00", "估算")
    assert lines["新增合成地块可供"] == ("新增合成地块可供", "300.00", "合成")
    table = needs.account_table(explainer).set_index("行政区")
    assert table.loc["黄埔区", ["新增实测可供*", "新增合成地块可供*"]].to_list() == [1_000.0, 300.0]


def test_the_sources_of_a_district_add_up_to_its_entitlement(plan: Plan, measured_plan: Plan) -> None:
    for one in (plan, measured_plan):
        for code, entitlement in zip(one.quota["code"], one.quota["entitlement_m2"], strict=True):
            table = needs.sources_table(Explainer(one, "zh"), code)
            assert list(table["用地来源"]) == ["新增", "城市更新", "闲置", "增减挂钩"]
            heading = next(name for name in table if name.startswith("用地需求"))
            assert round(table[heading].sum(), 2) == float(ha(int(entitlement)))
    assert "部分实测（至少）" in list(table["可用量依据"])


@pytest.mark.parametrize("lang", LANGS)
def test_existing_facilities_are_named_with_their_size(plan: Plan, lang: str) -> None:
    layer = gpd.GeoDataFrame(
        {
            "facility": ["primary_school", "hospital", "primary_school"],
            "name": ["甲小学", "乙医院", "丙小学"],
            "capacity": [1_080, 500, np.nan],
            "status": ["official", "official", "synthetic"],
        },
        geometry=shapely.points([[113.3, 23.1], [113.4, 23.2], [113.5, 23.3]]),
        crs=4490,
    )
    shown = needs.existing(layer, plan, needs.subjects(plan, lang)["group.education"], lang)
    assert list(shown["status"]) == ["official", "synthetic"]
    kind, unit = plan.titles(lang)["primary_school"], plan.rules.standard("primary_school").facility.unit[lang]
    assert list(shown["label"]) == [f"{kind} · 甲小学 · 1,080 {unit}", f"{kind} · 丙小学"]
