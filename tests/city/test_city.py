"""City folders: what is read right, and every way they can be wrong, told all at once."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Polygon

import landlink
from landlink.city.facts import years
from tests.folders import ids
from tests.paths import GUANGZHOU

Folder = Path


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return shutil.copytree(GUANGZHOU, tmp_path / "广州 市")


def replace(folder: Folder, file: str, old: str, new: str) -> None:
    path = folder / file
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")


def faults(folder: Folder) -> list[tuple[str, str, int | None, str]]:
    with pytest.raises(landlink.DataError) as error:
        landlink.load_city(folder)
    assert all(fault.text(lang) for fault in error.value.faults for lang in ("zh", "en"))
    return [(fault.id, fault.file, fault.row, fault.column) for fault in error.value.faults]


# file, what stands there, what takes its place, and the fault: id, line, column
CELLS = {
    "missing column": ("settlement.csv", "persons,source", "人数,source", ("table.column_missing", None, "")),
    "extra column": ("land.csv", "confidence\n", "confidence,备注\n", ("table.column_unknown", None, "")),
    "unknown district": ("land.csv", "440105,2019", "440199,2019", ("table.district_unknown", 4, "code")),
    "repeated row": ("land.csv", "440105,2019", "440104,2019", ("table.row_duplicate", 4, "")),
    "negative": ("settlement.csv", "all,8433,", "all,-8433,", ("table.cell_below", 2, "persons")),
    "part of a person": ("settlement.csv", "all,8433,", "all,8433.5,", ("table.cell_not_whole", 2, "persons")),
    "text": ("settlement.csv", "all,8433,", "all,约八千,", ("table.cell_not_number", 2, "persons")),
    "separators out of place": ("settlement.csv", "all,8433,", 'all,"84,33",', ("table.cell_not_number", 2, "persons")),
    "empty": ("settlement.csv", "all,8433,", "all,,", ("table.cell_empty", 2, "persons")),
    "blank": ("settlement.csv", "all,8433,", "all,  ,", ("table.cell_empty", 2, "persons")),
    "infinite": ("land.csv", "2019,4800", "2019,inf", ("table.cell_not_number", 2, "urban_land_ha")),
    "not a number": ("land.csv", "2019,4800", "2019,nan", ("table.cell_not_number", 2, "urban_land_ha")),
    "beyond all bounds": ("settlement.csv", "all,8433,", f"all,{10**30},", ("table.cell_above", 2, "persons")),
    "land of 0": ("land.csv", "2019,4800", "2019,0", ("table.cell_not_above", 2, "urban_land_ha")),
    "land beyond all bounds": ("land.csv", "2019,4800", "2019,1e16", ("table.cell_above", 2, "urban_land_ha")),
    "share above 100": ("urban_share.csv", "2010,96.7", "2010,967", ("table.cell_above", 2, "urban_share_pct")),
    "year as text": ("land.csv", "440103,2019", "440103,二〇一六", ("table.cell_not_number", 2, "year")),
    "short code": ("land.csv", "440103,2019", "44010,2019", ("table.cell_code", 2, "code")),
    "no source": ("migration.csv", "广州统计年鉴2020 表2-7", " ", ("table.cell_empty", 2, "source")),
    "unknown status": ("land.csv", "12-31,estimated", "12-31,guess", ("table.cell_choice", 2, "status")),
    "bad date": ("land.csv", ",2019-12-31,estimated", ",去年,estimated", ("table.cell_pattern", 2, "date")),
    "人 among 人 a thousand times too many": (
        *("settlement.csv", "all,8433,", "all,8433000,"),
        ("table.cell_scale", 2, "persons"),
    ),
    "万人 among 人": ("population.csv", "census,898200", "census,90", ("table.cell_scale", 46, "persons")),
    "a cell too many": ("land.csv", "440103,2019,4800", "440103,2019,4800,1", ("sheet.header_missing", 2, "")),
    "an unpaired quote": ("land.csv", "440103,2019", '"440103,2019', ("file.not_csv", 2, "")),
}


@pytest.mark.parametrize(("file", "old", "new", "expected"), CELLS.values(), ids=CELLS)
def test_a_wrong_table(folder: Folder, file: str, old: str, new: str, expected: tuple[str, int | None, str]) -> None:
    replace(folder, file, old, new)
    id_, row, column = expected
    assert (id_, file, row, column) in faults(folder)


def test_more_persons_inside_the_central_area_than_in_all(folder: Folder) -> None:
    path = folder / "settlement.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table["central_persons"] = ["8434", "17463", *[""] * (len(table) - 2)]
    table.to_csv(path, index=False)
    assert faults(folder) == [("table.cell_above", "settlement.csv", 2, "central_persons")]


def test_everything_wrong_is_told_at_once(folder: Folder) -> None:
    replace(folder, "settlement.csv", "all,8433,", "all,x,")
    replace(folder, "settlement.csv", "all,17463,", "all,-5,")
    replace(folder, "land.csv", "440105,2019", "440199,2019")
    replace(folder, "population.csv", "persons,", "人数,")
    (folder / "migration.csv").unlink()
    found = faults(folder)
    assert ("table.cell_not_number", "settlement.csv", 2, "persons") in found
    assert ("table.cell_below", "settlement.csv", 3, "persons") in found
    assert ("table.district_unknown", "land.csv", 4, "code") in found
    assert ("table.column_missing", "population.csv", None, "") in found
    assert ("file.missing", "migration.csv", None, "") in found


def test_a_questioned_value_can_be_accepted(folder: Folder) -> None:
    replace(folder, "settlement.csv", "all,8433,", "all,8433000,")
    city = landlink.load_city(folder, accept_questions=True)
    assert [fault.id for fault in city.questions] == ["table.cell_scale"]
    assert landlink.make_plan(city, landlink.load_policy("guangzhou-2018"), 2020).quota["settled"].iloc[0] == 8_433_000


def test_real_differences_between_districts_are_not_questioned() -> None:
    assert landlink.load_city(GUANGZHOU).questions == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_encodings_of_excel(folder: Folder, encoding: str) -> None:
    path = folder / "subdistricts.csv"
    content = path.read_text(encoding="utf-8")
    path.write_bytes(content.replace("\n", "\r\n").encode(encoding))
    assert landlink.load_city(folder).tables["subdistricts"]["name"].iloc[0] == "沙面街道"


def test_spaces_full_width_digits_and_blank_lines_are_read(folder: Folder) -> None:
    replace(folder, "settlement.csv", "all,8433,", "all, ８４３３ ,")
    replace(folder, "settlement.csv", "440104,2019,actual", "\n440104,2019,actual")
    settled = landlink.load_city(folder).tables["settlement"]
    assert settled["persons"].iloc[0] == 8433
    assert settled.index[1] == 4  # the line of the file, a blank one counted


@pytest.mark.parametrize(
    ("content", "id_"),
    [
        ("", "file.empty"),
        ("\udcff".encode("utf-8", "surrogatepass") + b"\xff\xff\x00", "file.encoding"),
    ],
)
def test_a_file_that_is_no_table(folder: Folder, content: str | bytes, id_: str) -> None:
    (folder / "land.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    assert (id_, "land.csv", None, "") in faults(folder)


MANIFESTS: dict[str, tuple[Callable[[dict[str, object]], object], str]] = {
    "no resources": (lambda m: m.pop("resources"), "package.key_missing"),
    "no name": (lambda m: m.pop("name"), "package.key_missing"),
    "resources no list": (lambda m: m.update(resources={"a": 1}), "package.key_missing"),
    "name a number": (lambda m: m.update(name=5), "package.key_missing"),
    "title a mapping": (lambda m: m.update(title={"zh": "市"}), "package.key_missing"),
    "own entry a text": (lambda m: m.update(landlink="x"), "package.titles"),
    "own title a list": (lambda m: m.update(landlink={"title": ["市"]}), "package.titles"),
    "own title a number": (lambda m: m.update(landlink={"title": {"zh": 1}}), "package.titles"),
    "resource no mapping": (lambda m: m["resources"].append("land.csv"), "package.resource_broken"),  # type: ignore[attr-defined]
    "resource without path": (lambda m: m["resources"].append({"name": "capacity"}), "package.resource_broken"),  # type: ignore[attr-defined]
    "path a list": (
        lambda m: m["resources"].append({"name": "capacity", "path": ["a.csv"]}),  # type: ignore[attr-defined]
        "package.resource_broken",
    ),
    "unknown resource": (
        lambda m: m["resources"].append({"name": "parks", "path": "a.csv"}),  # type: ignore[attr-defined]
        "package.resource_unknown",
    ),
    "resource twice": (
        lambda m: m["resources"].append({"name": "land", "path": "land.csv"}),  # type: ignore[attr-defined]
        "package.resource_twice",
    ),
    "outside": (
        lambda m: m["resources"].append({"name": "capacity", "path": "../a.csv"}),  # type: ignore[attr-defined]
        "package.path_outside",
    ),
    "absolute": (
        lambda m: m["resources"].append({"name": "capacity", "path": "/etc/passwd"}),  # type: ignore[attr-defined]
        "package.path_outside",
    ),
    "required one missing": (lambda m: m["resources"].pop(4), "package.resource_missing"),  # type: ignore[attr-defined]
    "file missing": (
        lambda m: m["resources"].append({"name": "capacity", "path": "none.csv"}),  # type: ignore[attr-defined]
        "file.missing",
    ),
}


@pytest.mark.parametrize(("change", "id_"), MANIFESTS.values(), ids=MANIFESTS)
def test_a_wrong_manifest(folder: Folder, change: Callable[[dict[str, object]], object], id_: str) -> None:
    path = folder / "datapackage.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    change(manifest)
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert id_ in [fault[0] for fault in faults(folder)]


@pytest.mark.parametrize(
    ("content", "id_", "row"),
    [
        ("{\n  'name': 1}", "package.not_json", 2),
        ("[1]", "package.key_missing", None),
        ("3", "package.key_missing", None),
    ],
)
def test_a_manifest_that_is_none(folder: Folder, content: str, id_: str, row: int | None) -> None:
    (folder / "datapackage.json").write_text(content, encoding="utf-8")
    assert (id_, "datapackage.json", row, "") in faults(folder)


def test_folders_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path, tmp_path / "none", tmp_path / "file"):
        assert faults(path)[0][0] == "package.missing"


def districts(folder: Folder, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> None:
    """Write the boundaries anew, as a GeoPackage, having changed them."""
    layer = change(gpd.read_file(folder / "districts.geojson"))
    layer.to_file(folder / "districts.gpkg", driver="GPKG")
    replace(folder, "datapackage.json", "districts.geojson", "districts.gpkg")


def with_geometry(layer: gpd.GeoDataFrame, geometry: object) -> gpd.GeoDataFrame:
    layer.loc[2, "geometry"] = geometry
    return layer


BOWTIE = Polygon([(113, 23), (113.1, 23.1), (113.1, 23), (113, 23.1)])
LAYERS: dict[str, tuple[Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame], tuple[str, int | None]]] = {
    "no geometry": (lambda layer: with_geometry(layer, None), ("layer.geometry_missing", 3)),
    "empty geometry": (lambda layer: with_geometry(layer, Polygon()), ("layer.geometry_missing", 3)),
    "a line": (lambda layer: with_geometry(layer, BOWTIE.exterior), ("layer.geometry_kind", 3)),
    "crossing itself": (lambda layer: with_geometry(layer, BOWTIE), ("layer.geometry_invalid", 3)),
    "no CRS": (lambda layer: layer.set_crs(None, allow_override=True), ("layer.crs_missing", None)),
    "no features": (lambda layer: layer.iloc[:0], ("layer.empty", None)),
    "wrong CRS": (lambda layer: layer.set_crs(4547, allow_override=True), ("layer.outside_china", None)),
    "column missing": (lambda layer: layer.drop(columns="name"), ("table.column_missing", None)),
    "code twice": (lambda layer: layer.assign(code="440103"), ("table.row_duplicate", 2)),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("change", "expected"), LAYERS.values(), ids=LAYERS)
def test_wrong_boundaries(
    folder: Folder, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame], expected: tuple[str, int | None]
) -> None:
    districts(folder, change)
    assert (expected[0], "districts.gpkg", expected[1]) in [fault[:3] for fault in faults(folder)]


def test_the_central_area_s_shapes_are_checked_as_the_districts_are(folder: Folder) -> None:
    shapes = [BOWTIE, None, BOWTIE.exterior]
    gpd.GeoDataFrame(geometry=shapes, crs=4490).to_file(folder / "central.gpkg")
    manifest = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    manifest["resources"].append({"name": "central_area", "path": "central.gpkg"})
    (folder / "datapackage.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert [fault[:3] for fault in faults(folder)] == [
        ("layer.geometry_missing", "central.gpkg", 2),
        ("layer.geometry_kind", "central.gpkg", 3),
        ("layer.geometry_invalid", "central.gpkg", 1),
    ]


def test_boundaries_that_cannot_be_read(folder: Folder) -> None:
    path = folder / "districts.geojson"
    path.write_text(path.read_text(encoding="utf-8")[:5000], encoding="utf-8")
    assert faults(folder) == [("layer.unreadable", "districts.geojson", None, "")]


@pytest.mark.parametrize("epsg", [4490, 4326, 4547, 4526])
def test_boundaries_in_any_crs_come_to_cgcs2000(folder: Folder, epsg: int) -> None:
    districts(folder, lambda layer: layer.to_crs(epsg))
    city = landlink.load_city(folder)
    assert city.districts.crs.to_epsg() == 4490
    west, south, _, _ = city.districts.total_bounds
    assert west == pytest.approx(112.95, abs=0.1)
    assert south == pytest.approx(22.5, abs=0.1)


def test_years_that_can_be_planned() -> None:
    city = landlink.load_city(GUANGZHOU)
    assert years(city, "previous-actual") == [2020]
    assert years(city, "planned") == [2017, 2018, 2019, 2020]


@pytest.mark.parametrize(("year", "basis"), [(2019, "previous-actual"), (2021, "planned"), (1900, "planned")])
def test_a_year_without_data(year: int, basis: str) -> None:
    city, policy = landlink.load_city(GUANGZHOU), landlink.load_policy("guangzhou-2018")
    with pytest.raises(landlink.DataError) as error:
        landlink.make_plan(city, policy, year, basis=basis)
    assert "data.year_missing" in [fault.id for fault in error.value.faults]
    assert "settlement.csv" in [fault.file for fault in error.value.faults]


def plan_faults(folder: Folder) -> list[str]:
    city, policy = landlink.load_city(folder), landlink.load_policy("guangzhou-2018")
    with pytest.raises(landlink.DataError) as error:
        landlink.make_plan(city, policy, 2020)
    return [fault.id for fault in error.value.faults]


def test_a_district_without_data(folder: Folder) -> None:
    table = pd.read_csv(folder / "settlement.csv", dtype=str)
    table[~((table["code"] == "440112") & (table["basis"] == "actual"))].to_csv(folder / "settlement.csv", index=False)
    assert plan_faults(folder) == ["data.district_missing"]


@pytest.mark.parametrize("status", ["estimated", "synthetic"])
def test_channels_added_up_are_as_official_as_the_least_of_them(folder: Folder, status: str) -> None:
    replace(
        folder,
        "settlement.csv",
        "440112,2019,actual,all,19094,",
        f"440112,2019,actual,points,94,x,2019,{status},seen\n440112,2019,actual,talent,19000,",
    )
    plan = landlink.make_plan(landlink.load_city(folder), landlink.load_policy("guangzhou-2018"), 2020)
    node = landlink.explain(plan, "quota", "440112", "settled")
    assert (node.value, node.status) == (19_094, status)


def test_channels_and_their_total_must_agree(folder: Folder) -> None:
    path = folder / "settlement.csv"
    line = "440112,2019,actual,{},{},x,2019,official,seen\n"
    start = path.read_text(encoding="utf-8")
    path.write_text(start + line.format("talent", 19_000) + line.format("points", 94), encoding="utf-8")
    policy = landlink.load_policy("guangzhou-2018")
    assert landlink.make_plan(landlink.load_city(folder), policy, 2020).quota["settled"].sum() == 210_518
    path.write_text(start + line.format("talent", 19_000), encoding="utf-8")
    assert ids(lambda: landlink.load_city(folder)) == ["data.channels_disagree"]


def test_series_of_residents_are_never_mixed(folder: Folder) -> None:
    with (folder / "population.csv").open("a", encoding="utf-8") as file:
        file.write("440112,resident,revised,1200000,x,2019-12-31,official,seen\n")
    assert plan_faults(folder) == ["data.series_several"]


@pytest.mark.parametrize(
    "edits",
    [
        {"code": ["440112"], "settled": [-1]},
        {"code": ["440112"], "settled": [1.5]},
        {"code": ["440112"], "settled": ["many"]},
        {"code": ["440112"], "new_capacity_m2": [float("inf")]},
        {"code": ["999999"], "settled": [1]},
    ],
)
def test_wrong_edits(edits: dict[str, list[object]]) -> None:
    city, policy = landlink.load_city(GUANGZHOU), landlink.load_policy("guangzhou-2018")
    with pytest.raises(landlink.DataError):
        landlink.make_plan(city, policy, 2020, edits=pd.DataFrame(edits))


def test_nobody_settled_gives_no_land() -> None:
    city, policy = landlink.load_city(GUANGZHOU), landlink.load_policy("guangzhou-2018")
    edits = pd.DataFrame({"code": city.codes, "settled": 0})
    plan = landlink.make_plan(city, policy, 2020, edits=edits, cap_ha=0)
    assert plan.totals()["quota_m2"] == plan.totals()["need_m2"] == 0
