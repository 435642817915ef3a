"""Results as people read them: names, units, hectares that add up; edits and comparisons taken back from grids."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

import landlink
from landlink.access.service import Service
from landlink.plan.plan import Plan
from landlink.present import access, comparisons, edits, sites
from landlink.present.inspection import findings_table, repairs
from landlink.present.tables import facts_table, result_table
from landlink.supply.ahp import matrix
from landlink.texts import LANGS, text
from tests.paths import GUANGZHOU
from tests.sites_example import sited


@pytest.fixture(scope="module")
def plan() -> Plan:
    return landlink.make_plan(landlink.load_city(GUANGZHOU), landlink.load_policy("guangzhou-2018"), 2020)


@pytest.mark.parametrize("lang", LANGS)
def test_a_result_table_is_in_hectares_that_add_up(plan: Plan, lang: str) -> None:
    table = result_table(plan, "quota", lang)
    heading = {"zh": "新增建设用地指标（公顷）", "en": "Quota (ha)"}[lang]
    # 8,304,130 m² in all: 830.413 ha, shown as 830.41
    assert round(table[heading].sum(), 2) == 830.41
    assert list(table.iloc[:, 0]) == list(plan.names(lang).values())
    assert not any(name.endswith("_m2") for name in table.columns)


def test_the_table_of_needs_names_districts_and_facilities(plan: Plan) -> None:
    table = result_table(plan, "needs", "en", ["land_m2"])
    assert list(table.columns) == ["District", "Facility", "Land need (ha)"]
    assert set(table["Facility"]) == set(plan.titles("en").values())


def test_facts_are_in_the_units_they_are_entered_in(plan: Plan) -> None:
    facts = facts_table(plan, "zh")
    # 48,000,000 m² of urban construction land in 荔湾区
    assert facts["现状城镇建设用地（公顷）"].iloc[0] == 4_800
    assert facts["城市更新可用（公顷）"].isna().all()
    assert facts["城市更新可释放比例"].isna().all()


def test_an_edit_is_taken_over_in_square_metres_and_taken_back(plan: Plan) -> None:
    facts = edits.editable(plan)
    edited = edits.edited_facts({}, facts, {0: {"new_capacity_m2": 12.3456, "settled": 9_000}})
    assert edited == {"440103": {"new_capacity_m2": 123_456, "settled": 9_000}}
    assert edits.edited_facts(edited, facts, {0: {"settled": None}}) == {"440103": {"new_capacity_m2": 123_456}}
    assert edited == {"440103": {"new_capacity_m2": 123_456, "settled": 9_000}}


COMPARED = pd.DataFrame([("a", "b", 3.0), ("a", "c", 0.25), ("b", "c", 0.3)], columns=["factor", "other", "ratio"])
TITLES = {"a": "A", "b": "B", "c": "C"}


def test_a_matrix_that_is_not_edited_keeps_its_comparisons_as_far_as_the_scale_shows_them() -> None:
    table = comparisons.matrix_table(COMPARED, TITLES, "en")
    assert table.iloc[0].tolist() == ["A", "1", "3", "1/4"]
    assert table.iloc[1].tolist() == ["B", "1/3", "1", "1/3"]  # 0.3 lies nearest to 1/3 on a logarithmic scale
    assert comparisons.edited_comparisons(table, COMPARED, list(TITLES)) == (
        ("a", "b", 3.0),
        ("a", "c", 0.25),
        ("b", "c", 1 / 3),
    )


def test_an_emptied_cell_keeps_its_comparison() -> None:
    table = comparisons.matrix_table(COMPARED, TITLES, "en")
    table.iloc[1, 3] = ""
    assert comparisons.edited_comparisons(table, COMPARED, list(TITLES))[2] == ("b", "c", 0.3)


@given(st.sampled_from(sorted(comparisons.SCALE)))
def test_every_value_of_the_scale_is_shown_as_itself(ratio: float) -> None:
    assert comparisons.SCALE[ratio] == comparisons.nearest(ratio)
    pair = pd.DataFrame([("a", "b", ratio)], columns=["factor", "other", "ratio"])
    table = comparisons.matrix_table(pair, {"a": "A", "b": "B"}, "en")
    assert matrix(pair, ["a", "b"])[0, 1] == comparisons.edited_comparisons(table, pair, ["a", "b"])[0][2]


@pytest.mark.parametrize("lang", LANGS)
def test_sites_and_provision(plan: Plan, lang: str) -> None:
    with_sites = sited(plan)
    siting = with_sites.siting
    assert siting is not None
    table = sites.sites_table(with_sites, siting, lang)
    assert len(table) == 4
    assert not table.isna().any().any()
    metrics = sites.headline(siting, lang)
    assert metrics[0].value == "4"
    assert metrics[1].value == f"{siting.sites['site_m2'].sum() / 10_000:,.2f}"
    provision = sites.provision_table(with_sites, siting, lang, "440112")
    assert set(provision.iloc[:, 0]) == {with_sites.names(lang)["440112"]}
    for site in siting.sites.to_dict("records"):
        rows = dict(sites.popup_rows(with_sites, site, lang))
        assert site["parcel"] in rows.values()
        assert (site["instead"] or "") in sites.next_best(site, lang)


@pytest.fixture
def service() -> Service:
    """Four cells of 200 m in a row; the second and the fourth come within reach by a site."""
    cells = pd.DataFrame(
        {
            "cell": range(4),
            "code": ["440112"] * 4,
            "x": [100.0, 300.0, 500.0, 700.0],
            "y": 100.0,
            "residents": [100, 200, 300, 400],
            "settled": [1, 2, 3, 4],
            "access_before": [0.0, 20.0, 40.0, 100.0],
            "access_after": [0.0, 40.0, 40.0, 110.0],
            "nearest_before_m": [math.nan, 400.0, 100.0, 0.0],
            "nearest_after_m": [math.nan, 100.0, 100.0, 0.0],
        }
    )
    return Service("primary_school", 500.0, 40.0, cells, 2, 1, "synthetic")


@pytest.mark.parametrize("figure", ["before", "after", "change", "nearest", "short"])
def test_each_cell_has_one_labelled_class(service: Service, figure: str) -> None:
    classes = access.cell_classes(service, figure, "en")
    assert len(classes.labels) == len(classes.edges) + 1
    assert len(classes.values) == len(service.cells)
    assert not np.isnan(classes.values).any()
    assert list(classes.edges) == sorted(classes.edges)


def test_classes_of_access_are_shares_of_the_standard(service: Service) -> None:
    classes = access.cell_classes(service, "before", "en")
    numbers = np.digitize(classes.values, classes.edges)
    # 0, 20/40, 40/40 and 100/40 of the standard
    assert [classes.labels[number] for number in numbers] == ["none", "50 % – 75 %", "100 % – 150 %", "≥ 150 %"]


def test_a_click_finds_the_cell_it_lies_in(service: Service) -> None:
    plane = CRS.from_epsg(4547)
    degrees = gpd.GeoSeries(gpd.points_from_xy([310.0, 950.0], [30.0, 100.0]), crs=plane).to_crs(4490)
    inside, outside = ((point.x, point.y) for point in degrees)
    cell = access.cell_at(service, inside, plane, 200.0)
    assert cell is not None
    assert cell["cell"] == 1
    assert access.cell_at(service, outside, plane, 200.0) is None
    rows = dict(access.cell_table(service, cell, "Huangpu", "places", "en").itertuples(index=False))
    assert rows[text("model.people.residents", "en")] == "200"
    assert rows[f"{text('ui.access.shows.nearest', 'en')} · {text('model.when.before', 'en')}"] == "400 m"


def test_the_whole_city_comes_last_and_before_ahead_of_after(service: Service) -> None:
    table = access.district_table(service, "residents", {"440112": "Huangpu"}, "en")
    assert table["District"].tolist() == ["Huangpu", "Huangpu", "Whole city", "Whole city"]
    assert table["When"].tolist() == ["before", "after"] * 2
    # 100 + 200 of 1,000 residents have less than 40 per 1,000 before, 100 after
    assert table["Below standard"].tolist() == [300, 100, 300, 100]
    assert access.city_table([service], {"primary_school": "school"}, "en").shape == (4, 8)


def test_findings_by_kind() -> None:
    health = pd.DataFrame({"kind": ["overlap", "overlap", "sliver"], "area_m2": [1.0, 2.0, 0.5]})
    table = findings_table(health, "en")
    assert table["Count"].tolist() == [2, 1]
    assert table["Area (m²)"].tolist() == [3.0, 0.5]
    changes = pd.DataFrame({"kind": ["sliver"], "before_m2": [10.0], "after_m2": [9.5]})
    assert "10.00" in repairs(changes, "en")[0]
    assert "9.50" in repairs(changes, "zh")[0]
