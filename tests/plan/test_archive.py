"""A saved plan is read back unchanged, and a changed file is noticed."""

import hashlib
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

import landlink
from landlink.plan.archive import plan_files
from landlink.plan.plan import Plan
from landlink.siting.sites import Siting
from tests.paths import ROOT
from tests.shares import with_shares
from tests.sites_example import sited


@pytest.fixture(scope="module", params=["plain", "with options", "with sites", "other base", "with shares"])
def plan(request: pytest.FixtureRequest) -> Plan:
    city, policy = landlink.load_city(ROOT / "geodata/guangzhou"), landlink.load_policy("guangzhou-2018")
    if request.param == "other base":
        return landlink.make_plan(city, policy, 2018, basis="planned", base_year=2019)
    if request.param == "with shares":
        return landlink.make_plan(with_shares(city, {"R": 33.3, "A": 7.0}), policy, 2020)
    if request.param != "with options":
        made = landlink.make_plan(city, policy, 2020)
        return made if request.param == "plain" else sited(made)
    edits = pd.DataFrame({"code": ["440111", "440103"], "new_capacity_m2": [1_000_001, None], "settled": [None, 7]})
    return landlink.make_plan(
        city, policy, 2020, cap_ha=Decimal("512.3456"), rule="floor", adjust_pct=2.5, offset_share=0.2, edits=edits
    )


def test_round_trip(plan: Plan, tmp_path: Path) -> None:
    landlink.save_plan(plan, tmp_path)
    read = landlink.load_plan(tmp_path)
    assert (tmp_path / "uses.csv").exists() == (not plan.uses.empty)
    pd.testing.assert_frame_equal(read.structure, plan.structure)
    for name in ("quota", "sources", "needs", "ledger", "uses", "sites", "provision"):
        pd.testing.assert_frame_equal(read.table(name), plan.table(name))
    pd.testing.assert_frame_equal(read.base.table, plan.base.table)
    pd.testing.assert_frame_equal(read.base.sources, plan.base.sources)
    for name in ("pairs", "steps", "scaled"):
        pd.testing.assert_frame_equal(getattr(read, name), getattr(plan, name))
    assert read.districts.geom_equals(plan.districts).all()
    assert read.districts.crs == plan.districts.crs
    assert read.rules.values() == plan.rules.values()
    same = ("city_id", "city_title", "policy_id", "policy_title", "options", "facilities", "central", "central_layer")
    for name in (*same, "notes", "version", "fingerprint"):
        assert getattr(read, name) == getattr(plan, name), name
    if plan.siting is not None:
        assert read.siting.sites.geom_equals_exact(plan.siting.sites.geometry, 1e-12).all()
        for name in set(Siting.__slots__) - {"sites", "provision"}:
            assert getattr(read.siting, name) == getattr(plan.siting, name), name
        told = landlink.explain(read, "sites", "440106", site="S001").render("zh")
        assert told == landlink.explain(plan, "sites", "440106", site="S001").render("zh")
    assert landlink.explain(read, "quota", "440111").render("zh") == landlink.explain(plan, "quota", "440111").render(
        "zh"
    )


def test_a_plan_with_a_central_area_s_layer_is_read_back(tmp_path: Path) -> None:
    city = landlink.load_city(ROOT / "geodata/guangzhou")
    west, south, east, _ = city.districts.total_bounds
    area = gpd.GeoDataFrame(geometry=[box(west, south, east, 23.2)], crs=city.districts.crs)
    plan = landlink.make_plan(replace(city, central_area=area), landlink.load_policy("guangzhou-2018"), 2020)
    landlink.save_plan(plan, tmp_path)
    read = landlink.load_plan(tmp_path)
    assert read.base.central_ratio.to_dict() == plan.base.central_ratio.to_dict()
    assert plan_files(read) == plan_files(plan)


def test_two_saves_are_byte_identical(plan: Plan, tmp_path: Path) -> None:
    first, second = landlink.save_plan(plan, tmp_path / "a"), landlink.save_plan(plan, tmp_path / "b")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_csv_opens_in_excel_and_reads_back(plan: Plan, tmp_path: Path) -> None:
    landlink.save_plan(plan, tmp_path)
    assert (tmp_path / "quota.csv").read_bytes().startswith(b"\xef\xbb\xbfcode,district,")
    read = pd.read_csv(tmp_path / "quota.csv", encoding="utf-8-sig", dtype={"code": str}, keep_default_na=False)
    written = plan.quota.assign(cut_by=plan.quota["cut_by"].map("; ".join)).drop(columns="supply_m2")
    assert (read.pop("supply_m2") == "").all()
    pd.testing.assert_frame_equal(read, written, check_dtype=False, rtol=1e-14)


def test_a_changed_document_is_refused(plan: Plan, tmp_path: Path) -> None:
    landlink.save_plan(plan, tmp_path)
    path = tmp_path / "plan.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["plan"]["tables"]["quota"]["rows"][4][2] += 1
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(landlink.DataError) as error:
        landlink.load_plan(tmp_path)
    assert [fault.id for fault in error.value.faults] == ["plan.changed"]


@pytest.mark.parametrize("content", ["", "{}", "[]", "{", '{"format": 2, "plan": {}, "sha256": 3}'])
def test_what_is_no_plan_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "plan.json").write_text(content, encoding="utf-8")
    with pytest.raises(landlink.DataError) as error:
        landlink.load_plan(tmp_path)
    assert error.value.faults[0].id in ("plan.not_readable", "plan.changed")


@pytest.mark.parametrize(
    ("part", "value"),
    [("options", {"year": 2020}), ("central", 7), ("facts", {"columns": {}}), ("notes", [{"id": "x"}]), ("more", 1)],
)
def test_a_sealed_document_of_another_structure_is_refused(
    plan: Plan, tmp_path: Path, part: str, value: object
) -> None:
    content = json.loads(plan_files(plan)["plan.json"])["plan"] | {part: value}
    digest = hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    (tmp_path / "plan.json").write_text(json.dumps({"format": 2, "sha256": digest, "plan": content}), encoding="utf-8")
    with pytest.raises(landlink.DataError) as error:
        landlink.load_plan(tmp_path)
    assert [fault.id for fault in error.value.faults] == ["plan.not_readable"]
    assert part in error.value.text("en")


def test_the_fingerprint_follows_every_input() -> None:
    city, policy = landlink.load_city(ROOT / "geodata/guangzhou"), landlink.load_policy("guangzhou-2018")
    prints = {
        landlink.make_plan(city, policy, 2020, **options).fingerprint  # type: ignore[arg-type]
        for options in (
            {},
            {"cap_ha": 500},
            {"rule": "weighted"},
            {"adjust_pct": 1},
            {"offset_share": 0.1},
            {"base_year": 2019},
        )
    }
    edited = pd.DataFrame({"code": ["440112"], "settled": [19_095]})
    prints.add(landlink.make_plan(city, policy, 2020, edits=edited).fingerprint)
    prints.add(landlink.make_plan(city, landlink.load_policy("national-2016"), 2020).fingerprint)
    assert len(prints) == 8
    assert landlink.make_plan(city, policy, 2020).fingerprint in prints
