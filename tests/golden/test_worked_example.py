"""The worked example of Guangzhou 2020 and small cases by hand, with the arithmetic shown."""

import io
import json
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

import landlink
from landlink.city import City
from landlink.errors import DataError
from landlink.plan.plan import Plan
from landlink.policy import Policy
from tests.paths import GUANGZHOU
from tests.policies import weighted

pytestmark = pytest.mark.bare
# 2019 in-migration (广州统计年鉴2020 表2-7) × standard = entitlement, m²
EXAMPLE = {
    "440103": (8433, 100, 843300),
    "440104": (17463, 100, 1746300),
    "440105": (15745, 100, 1574500),
    "440106": (37982, 100, 3798200),
    "440111": (26204, 80, 2096320),
    "440112": (19094, 50, 954700),
    "440113": (32442, 80, 2595360),
    "440114": (17125, 50, 856250),
    "440115": (12785, 50, 639250),
    "440117": (3743, 50, 187150),
    "440118": (19502, 50, 975100),
}
CENTRAL = ("440103", "440104", "440105", "440106")


@pytest.fixture(scope="module")
def city() -> City:
    return landlink.load_city(GUANGZHOU)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return landlink.load_policy("guangzhou-2018")


@pytest.fixture(scope="module")
def plan(city: City, policy: Policy) -> Plan:
    return landlink.make_plan(city, policy, 2020)


def row(plan: Plan, code: str) -> "pd.Series[int]":
    found: pd.Series[int] = plan.quota.set_index("code").loc[code]
    return found


def test_2020_from_2019_s_actual(plan: Plan) -> None:
    quota = plan.quota.set_index("code")
    assert list(quota.index) == list(EXAMPLE)
    assert {code: (r.settled, r.standard_m2, r.entitlement_m2) for code, r in quota.iterrows()} == EXAMPLE
    for code, found in quota.iterrows():
        central = code in CENTRAL
        assert found.stock_need_m2 == (found.entitlement_m2 if central else 0)
        assert found.quota_m2 == (0 if central else found.entitlement_m2)
        assert (found.stock_offset_m2, found.cut_m2, found.cut_by) == (0, 0, ())
    assert quota["settled"].sum() == 210_518
    # 2,096,320 + 954,700 + 2,595,360 + 856,250 + 639,250 + 187,150 + 975,100
    assert quota["quota_m2"].sum() == 8_304_130
    # 843,300 + 1,746,300 + 1,574,500 + 3,798,200
    assert quota["stock_need_m2"].sum() == 7_962_300


def test_columns_stand_in_the_stated_order(plan: Plan) -> None:
    assert list(plan.quota) == [
        *("code", "district", "settled", "urban_residents", "urban_land_m2", "per_capita_stock_m2", "standard_m2"),
        *("entitlement_m2", "stock_need_m2", "stock_offset_m2", "demand_m2", "quota_m2", "cut_m2", "cut_by"),
        "supply_m2",
    ]
    assert list(plan.needs) == [
        *("code", "district", "facility", "persons", "units", "land_m2", "granted_m2"),
        *("unverified_m2", "deficit_m2"),
    ]


def test_per_capita_stock_of_baiyun(plan: Plan) -> None:
    found = row(plan, "440111")
    # 2,779,600 residents × 81.04 % = 2,252,587.84; 250 km² ÷ 2,252,588 = 110.983… m² a person
    assert found["urban_residents"] == 2_252_588
    assert found["per_capita_stock_m2"] == pytest.approx(250_000_000 / 2_252_588, rel=1e-15)


@pytest.mark.parametrize(
    ("land_ha", "standard"),
    [
        # 黄埔 has 1,055,190 urban residents; 100 m² each are 10,551.90 ha, 150 m² each 15,827.85 ha
        ("10551.8999", 100),
        ("10551.9000", 100),
        ("10551.9001", 80),
        ("15827.8500", 80),
        ("15827.8501", 50),
    ],
)
def test_a_bound_belongs_to_the_lower_step(tmp_path: Path, policy: Policy, land_ha: str, standard: int) -> None:
    changed = changed_city(tmp_path, "land.csv", "440112,2019,19000", f"440112,2019,{land_ha}")
    assert row(landlink.make_plan(changed, policy, 2020), "440112")["standard_m2"] == standard


def changed_city(folder: Path, file: str, old: str, new: str) -> City:
    shutil.copytree(GUANGZHOU, folder / "city")
    path = folder / "city" / file
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new), encoding="utf-8")
    return landlink.load_city(folder / "city")


@pytest.mark.parametrize(
    ("adjust", "standard", "entitlement"),
    [
        (10, 55, 1_050_170),  # 19,094 × 50 × 1.10
        (-10, 45, 859_230),  # 19,094 × 50 × 0.90
        (2.5, 51.25, 978_568),  # 19,094 × 51.25 = 978,567.5, a half rounded up
    ],
)
def test_adjustment(city: City, policy: Policy, adjust: float, standard: float, entitlement: int) -> None:
    found = row(landlink.make_plan(city, policy, 2020, adjust_pct=adjust), "440112")
    assert (found["standard_m2"], found["entitlement_m2"]) == (standard, entitlement)


def test_offset_share(city: City, policy: Policy) -> None:
    edits = pd.DataFrame({"code": ["440113", "440103"], "idle_available_m2": [100_000, 500_000]})
    plan = landlink.make_plan(city, policy, 2020, offset_share=0.2, edits=edits)
    huangpu, panyu, liwan = (row(plan, code) for code in ("440112", "440113", "440103"))
    # 954,700 × 0.2 = 190,940; 954,700 − 190,940 = 763,760
    assert (huangpu["stock_offset_m2"], huangpu["stock_need_m2"], huangpu["demand_m2"]) == (190_940, 190_940, 763_760)
    # 2,595,360 × 0.2 = 519,072; 2,595,360 − 519,072 = 2,076,288
    assert (panyu["stock_offset_m2"], panyu["demand_m2"]) == (519_072, 2_076_288)
    # central: all of it is need from stock, of which 500,000 can be met by idle land; of renewal nothing is known, so
    # that 843,300 − 500,000 = 343,300 are not verified there, and counted as land all the same
    assert (liwan["stock_offset_m2"], liwan["stock_need_m2"]) == (0, 843_300)
    ledger = plan.ledger.set_index("code")
    columns = ["stock_met_m2", "stock_short_m2", "stock_unverified_m2", "budget_m2"]
    assert ledger.loc["440103", columns].tolist() == [500_000, 0, 343_300, 843_300]
    sources = plan.sources[plan.sources["code"] == "440103"].set_index("land_source")
    assert sources["met_m2"].tolist() == [0, 0, 500_000, 0]
    assert sources["unverified_m2"].tolist() == [0, 343_300, 0, 0]
    assert sources["known_by"].tolist() == ["nothing", "nothing", "stated", "nothing"]


def test_stock_that_is_known_of_every_source_is_met_and_short(city: City, policy: Policy) -> None:
    stated = {"renewal_available_m2": [500_000], "idle_available_m2": [100_000], "offset_available_m2": [0]}
    plan = landlink.make_plan(city, policy, 2020, edits=pd.DataFrame({"code": ["440103"], **stated}))
    # 843,300 − 500,000 − 100,000 = 243,300 are short, and no land for anybody
    ledger = plan.ledger.set_index("code").loc["440103"]
    columns = ["entitlement_m2", "quota_m2", "cut_m2", "stock_met_m2", "stock_short_m2", "stock_unverified_m2"]
    assert ledger[columns].tolist() == [843_300, 0, 0, 600_000, 243_300, 0]
    assert ledger["budget_m2"] == 600_000


def test_a_release_share_makes_measured_land_available(city: City, policy: Policy) -> None:
    measured = pd.DataFrame(
        [(code, source, 0, 0, False) for code in city.codes for source in ("new", "renewal", "idle", "offset")],
        columns=["code", "land_source", "gross_m2", "synthetic_m2", "complete"],
    ).assign(status="estimated")
    in_yuexiu = (measured["code"] == "440104") & (measured["land_source"] == "renewal")
    measured.loc[in_yuexiu, "gross_m2"] = 5_000_000
    plan = landlink.make_plan(city, policy, 2020, measured=measured)
    renewal = plan.sources.set_index(["code", "land_source"]).loc[("440104", "renewal")]
    # 500 ha of urban villages: inhabited, so that without a share none of it is available
    assert (renewal["known_by"], renewal["met_m2"], renewal["unverified_m2"]) == ("gross only", 0, 1_746_300)
    stock = "440104,2020,renewal,,0.2,,市更新局,2020-01-01,official,seen"
    shared = landlink.make_plan(with_stock(city, stock), policy, 2020, measured=measured)
    renewal = shared.sources.set_index(["code", "land_source"]).loc[("440104", "renewal")]
    # 5,000,000 × 0.2 = 1,000,000 met; the layer covers the district in part: the other 746,300 are not verified
    assert (renewal["known_by"], renewal["available_m2"], renewal["met_m2"]) == (
        "measured in part",
        1_000_000,
        1_000_000,
    )
    assert (renewal["short_m2"], renewal["unverified_m2"]) == (0, 746_300)
    measured.loc[measured["code"] == "440104", "complete"] = True
    whole = landlink.make_plan(with_stock(city, stock), policy, 2020, measured=measured)
    sources = whole.sources[whole.sources["code"] == "440104"].set_index("land_source")
    # a complete layer: there is no more, so that the rest is short, on the last source
    assert sources["short_m2"].tolist() == [0, 0, 0, 746_300]


def test_offsetting_counts_voluntary_exits_alone(city: City, policy: Policy) -> None:
    rows = [
        f"440104,2020,offset,{area},,{exit_},区,2020-01-01,official,seen" for area, exit_ in ((60, "yes"), (90, "no"))
    ]
    plan = landlink.make_plan(with_stock(city, *rows), policy, 2020)
    assert plan.sources.set_index(["code", "land_source"]).loc[("440104", "offset"), "available_m2"] == 600_000


def test_two_statements_of_one_source_are_refused(city: City, policy: Policy) -> None:
    rows = [f"440104,2020,renewal,{row},区,2020-01-01,official,seen" for row in ("60,,", "90,,no")]
    with pytest.raises(DataError) as error:
        landlink.make_plan(with_stock(city, *rows), policy, 2020)
    assert "440104, 2020, renewal" in error.value.text("zh")


def test_a_complete_layer_of_new_land_limits_the_quota(city: City, policy: Policy) -> None:
    measured = pd.DataFrame(
        [(code, "new", 1_000_000, 7_000_000, False) for code in city.codes],
        columns=["code", "land_source", "gross_m2", "synthetic_m2", "complete"],
    ).assign(status="official")
    beside = landlink.make_plan(city, policy, 2020, measured=measured)
    assert row(beside, "440111")["quota_m2"] == 2_096_320
    measured.loc[measured["code"] == "440111", "complete"] = True
    plan = landlink.make_plan(city, policy, 2020, measured=measured)
    assert (row(plan, "440111")["quota_m2"], row(plan, "440111")["cut_by"]) == (1_000_000, ("measured supply",))


def with_stock(city: City, *rows: str) -> City:
    """The city with rows of its table of stock land."""
    head = "code,year,land_source,available_ha,release_share,voluntary_exit,source,date,status,confidence"
    table = pd.read_csv(io.StringIO("\n".join((head, *rows))), dtype={"code": str, "voluntary_exit": str})
    return replace(city, tables={**city.tables, "stock": table})


def test_capacity_cap_and_both(city: City, policy: Policy) -> None:
    edits = pd.DataFrame({"code": ["440111"], "new_capacity_m2": [1_000_000]})
    plan = landlink.make_plan(city, policy, 2020, edits=edits)
    baiyun = row(plan, "440111")
    assert (baiyun["quota_m2"], baiyun["cut_m2"], baiyun["cut_by"]) == (1_000_000, 1_096_320, ("capacity",))
    plan = landlink.make_plan(city, policy, 2020, cap_ha=500)
    huangpu = row(plan, "440112")
    # 954,700 × 5,000,000 ÷ 8,304,130 = 574,834.4…
    assert (huangpu["quota_m2"], huangpu["cut_by"]) == (574_834, ("city cap",))
    assert plan.quota["quota_m2"].sum() == 5_000_000
    plan = landlink.make_plan(city, policy, 2020, cap_ha=100, edits=edits)
    # 2,096,320 × 1,000,000 ÷ 8,304,130 = 252,443.2…: below its capacity, and claimed beyond it
    assert row(plan, "440111")["quota_m2"] == 252_443
    assert row(plan, "440111")["cut_by"] == ("capacity", "city cap")
    assert row(plan, "440112")["cut_by"] == ("city cap",)


def test_priority_districts_have_no_weight_on_land_by_default(city: City, policy: Policy) -> None:
    # clause 5 gives them more settlement by talent; with weight 1 the weighted rule is the proportional one
    plans = [landlink.make_plan(city, policy, 2020, cap_ha=500, rule=rule) for rule in ("weighted", "proportional")]
    assert plans[0].quota["quota_m2"].tolist() == plans[1].quota["quota_m2"].tolist()
    assert row(plans[0], "440112")["quota_m2"] == 574_834


def test_weighted_rule_favours_priority_districts(city: City, policy: Policy) -> None:
    plan = landlink.make_plan(city, weighted(policy, "1.2"), 2020, cap_ha=500, rule="weighted")
    claims = {code: e for code, (_, _, e) in EXAMPLE.items() if code not in CENTRAL}
    weights = {c: Fraction(6, 5) if c in ("440112", "440114", "440115", "440118") else Fraction(1) for c in claims}
    total = sum(claims[code] * weights[code] for code in claims)
    # 黄埔: 954,700 × 1.2 ÷ 8,989,190 × 5,000,000 = 637,232.2…
    assert total == 8_989_190
    assert row(plan, "440112")["quota_m2"] == 637_232
    assert plan.quota["quota_m2"].sum() == 5_000_000


def test_floor_rule_guarantees_half_of_each_claim(city: City, policy: Policy) -> None:
    plan = landlink.make_plan(city, policy, 2020, cap_ha=420, rule="floor")
    floors = {code: e // 2 for code, (_, _, e) in EXAMPLE.items() if code not in CENTRAL}
    quota = plan.quota.set_index("code")["quota_m2"]
    assert sum(floors.values()) == 4_152_065
    assert all(quota[code] >= floor for code, floor in floors.items())
    assert quota.sum() == 4_200_000
    short = landlink.make_plan(city, policy, 2020, cap_ha=100, rule="floor").quota.set_index("code")["quota_m2"]
    # below all floors: 黄埔 477,350 ÷ 4,152,065 × 1,000,000 = 114,966.8…
    assert (short["440112"], short.sum()) == (114_967, 1_000_000)


def test_planned_basis(city: City, policy: Policy) -> None:
    plan = landlink.make_plan(city, policy, 2020, basis="planned")
    # (9,200,000 − 8,704,900) ÷ 4 = 123,775 a year
    assert plan.quota["settled"].sum() == 123_775
    assert landlink.explain(plan, "quota", "440112").status == "estimated"


def test_anhui_has_four_steps() -> None:
    anhui = landlink.load_policy("anhui-2017").on("2020-12-31")["linkage.standard"].steps
    values = {level: anhui.at(Fraction(level)).value for level in (99, 100, 119, 120, 150, 151)}
    assert values == {99: 100, 100: 88, 119: 88, 120: 80, 150: 80, 151: 50}


@pytest.fixture
def layered(tmp_path: Path) -> Path:
    """Guangzhou with a central area that holds 越秀 and cuts 白云 at latitude 23.2."""
    folder = tmp_path / "city"
    shutil.copytree(GUANGZHOU, folder)
    districts = gpd.read_file(folder / "districts.geojson").set_index("code").geometry
    south = districts["440111"].intersection(box(112, 22, 115, 23.2))
    gpd.GeoDataFrame(geometry=[districts["440104"].union(south)], crs=4490).to_file(folder / "central.gpkg")
    manifest = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    manifest["resources"].append({"name": "central_area", "path": "central.gpkg"})
    (folder / "datapackage.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def test_a_central_layer_takes_the_list_s_place(layered: Path, policy: Policy) -> None:
    plan = landlink.make_plan(landlink.load_city(layered), policy, 2020)
    yuexiu, baiyun, tianhe = (row(plan, code) for code in ("440104", "440111", "440106"))
    assert (yuexiu["quota_m2"], yuexiu["stock_need_m2"]) == (0, 1_746_300)
    assert (tianhe["quota_m2"], tianhe["stock_need_m2"]) == (3_798_200, 0)  # no longer central
    inside = int(plan.base.table.set_index("code").loc["440111", "central_settled"])
    assert 0 < inside < 26_204
    # who settles inside needs stock land at the district's standard of 80 m²
    assert baiyun["stock_need_m2"] == inside * 80
    assert baiyun["quota_m2"] == (26_204 - inside) * 80
    assert landlink.explain(plan, "quota", "440111", "stock_need_m2").status == "estimated"


def test_settled_inside_the_central_layer_as_the_table_says(layered: Path, policy: Policy) -> None:
    path = layered / "settlement.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table["central_persons"] = ["10000" if code == "440111" else "" for code in table["code"]]
    table.to_csv(path, index=False)
    plan = landlink.make_plan(landlink.load_city(layered), policy, 2020)
    assert row(plan, "440111")["stock_need_m2"] == 10_000 * 80


def test_needs_of_huangpu_by_hand(plan: Plan) -> None:
    needs = plan.needs[plan.needs["code"] == "440112"].set_index("facility")
    found = {name: (r.persons, r.units, r.land_m2) for name, r in needs.iterrows()}
    assert found == {
        # 19,094 × 200 ‰ = 3,818.8 → 3,819 persons × 15 m² ÷ 2.5 = 6 m² each
        "affordable_housing": (19094, 3819, 22914),
        # 763.76 → 764 places → 26 classes of 30 = 780 × 15 m²
        "kindergarten": (19094, 780, 11700),
        # 1,527.52 → 1,528 places → 34 classes of 45 = 1,530 × 18 m²
        "primary_school": (19094, 1530, 27540),
        # 763.76 → 764 places → 16 classes, a school has 24 of 50 = 1,200 × 23 m²
        "junior_secondary": (19094, 1200, 27600),
        # 477.35 → 478 places → 10 classes, a school has 30 of 50 = 1,500 × 25 m²
        "senior_secondary": (19094, 1500, 37500),
        # 116.4734 → 117 beds, a hospital has 200 × 117 m²
        "hospital": (19094, 200, 23400),
        # 0.38 → 1 centre × 1,420 m²
        "community_health_centre": (19094, 1, 1420),
        # 19,094 × 11.41 % = 2,178.6 → 2,179 persons; 87.16 → 88 beds × 27.5 m² = 2,420
        "elder_care": (2179, 88, 2420),
        # 8,592.3 → 8,593 jobs × 40 m²
        "employment": (19094, 8593, 343720),
    }


def test_city_centre_standards_of_schools(plan: Plan) -> None:
    needs = plan.needs[plan.needs["code"] == "440103"].set_index("facility")
    # 8,433 × 80 ‰ → 675 places → 15 classes, a school has 24 of 45 = 1,080 × 9.4 m²
    assert needs.loc["primary_school", "land_m2"] == 10_152
    # a school of 24 classes of 50 = 1,200 × 10.1 m²
    assert needs.loc["junior_secondary", "land_m2"] == 12_120


def test_too_little_land_is_granted_in_order_and_the_rest_is_a_deficit(city: City, policy: Policy) -> None:
    edits = pd.DataFrame({"code": ["440112"], "new_capacity_m2": [50_000]})
    plan = landlink.make_plan(city, policy, 2020, edits=edits)
    needs = plan.needs[plan.needs["code"] == "440112"]
    # 22,914 + 11,700 = 34,614; 50,000 − 34,614 = 15,386 of the primary schools' 27,540
    assert needs["granted_m2"].tolist() == [22_914, 11_700, 15_386, 0, 0, 0, 0, 0, 0]
    assert needs["deficit_m2"].iloc[2] == 12_154
    ledger = plan.ledger.set_index("code").loc["440112"]
    assert (ledger["budget_m2"], ledger["granted_m2"], ledger["other_m2"]) == (50_000, 50_000, 0)


def test_surplus_capacity_is_taken_off(tmp_path: Path, policy: Policy) -> None:
    folder = tmp_path / "city"
    shutil.copytree(GUANGZHOU, folder)
    rows = "code,facility,surplus_units,source,date,status,confidence\n440106,hospital,20,调查,2019,official,seen\n"
    (folder / "facility_surplus.csv").write_text(rows, encoding="utf-8")
    manifest = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    manifest["resources"].append({"name": "facility_surplus", "path": "facility_surplus.csv"})
    (folder / "datapackage.json").write_text(json.dumps(manifest), encoding="utf-8")
    needs = landlink.make_plan(landlink.load_city(folder), policy, 2020).needs
    hospital = needs[(needs["code"] == "440106") & (needs["facility"] == "hospital")].iloc[0]
    # 37,982 × 6.1 ‰ = 231.7 → 232 beds; 232 − 20 = 212 beds × 117 m²
    assert (hospital["units"], hospital["land_m2"]) == (212, 24_804)


def test_a_facility_of_an_extending_policy_goes_before_employment(city: City, tmp_path: Path) -> None:
    """A clinic (health) is granted land before elder care and employment, whatever the file that adds it."""
    dated = '{"2018-02-01": {value: %s, source: plan, clause: x, confidence: seen}}'
    (tmp_path / "clinics.yaml").write_text(
        "id: clinics\ntitle: {zh: 诊所, en: Clinics}\nextends: guangzhou-2018\n"
        'documents: {plan: {title: 方案, number: "", issued: "2018-02"}}\n'
        "facilities:\n  clinic:\n    title: {zh: 诊所, en: Clinic}\n    group: health\n"
        "    unit: {zh: 处, en: clinics}\n    fields:\n"
        f"      per_1000: {dated % 1}\n      land_per_unit: {dated % 30_000}\n",
        encoding="utf-8",
    )
    needs = landlink.make_plan(city, landlink.load_policy(tmp_path / "clinics.yaml"), 2020).needs
    huangpu = needs[needs["code"] == "440112"].set_index("facility")
    assert list(huangpu.index[-5:]) == ["hospital", "community_health_centre", "clinic", "elder_care", "employment"]
    # 黄埔, 19,094 persons: 20 clinics × 30,000 m² = 600,000 m²; of the budget of 954,700 m² what goes before is
    # housing 3,819 × 15 ÷ 2.5 = 22,914; kindergarten 780 × 15 = 11,700; schools 1,530 × 18 = 27,540,
    # 1,200 × 23 = 27,600 and 1,500 × 25 = 37,500; hospital 200 × 117 = 23,400; health centre 1 × 1,420
    before = [22_914, 11_700, 27_540, 27_600, 37_500, 23_400, 1_420]
    assert list(huangpu["land_m2"][:8]) == [*before, 600_000]
    assert huangpu.loc["clinic", "granted_m2"] == 600_000
    # elder care 88 beds × 27.5 = 2,420; employment 8,593 × 40 = 343,720 gets what is left:
    # 954,700 − 152,074 − 600,000 − 2,420 = 200,206
    assert huangpu.loc["elder_care", "granted_m2"] == 2_420
    assert (huangpu.loc["employment", "land_m2"], huangpu.loc["employment", "granted_m2"]) == (343_720, 200_206)
