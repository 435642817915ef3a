"""A city's land: read, checked, looked through and explained; the commands on it; files taken over into a folder."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import rasterio
import shapely

import landlink
from landlink import cli
from landlink.city.adding import add_layer, add_table
from landlink.city.inspection import inspect, likely_resource, mapping
from landlink.city.land import Land, has_land, load_land
from landlink.crs import to_shifted
from landlink.files import read_layer, save_layer
from landlink.plan.derivation.parcels import explain_parcel
from landlink.present.supply import district_supply, losses, supply_table
from landlink.supply.find import Supply, find_supply, reweighted
from landlink.supply.save import save_supply
from tests.paths import GUANGZHOU


@pytest.fixture(scope="module")
def land(example: Path) -> Land:
    return load_land(landlink.load_city(example))


@pytest.fixture(scope="module")
def rasters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rasters")


@pytest.fixture(scope="module")
def found(land: Land, rasters: Path) -> Supply:
    return find_supply(land, rasters, cell_m=400)


def test_supply_and_scores_of_the_example(found: Supply) -> None:
    parcels = found.parcels
    assert (parcels[found.developable.losses].sum(axis=1) + parcels["developable_m2"] == parcels["gross_m2"]).all()
    assert found.developable.losses[0] == "lost_in_use_m2"
    assert (parcels.loc[parcels["land_source"] == "none", "developable_m2"] == 0).all()
    usable = parcels["developable_m2"] > 0
    assert usable.sum() > 100
    assert parcels.loc[usable, "score"].between(0, 1).all()
    assert parcels.loc[~usable, "score"].isna().all()
    assert found.status == "synthetic"


def test_a_score_is_the_sum_of_values_times_weights(found: Supply) -> None:
    assert found.suitability is not None
    table, weights = found.suitability.parcels, found.suitability.weights.weights
    expected = sum(table[f"value_{name}"] * weight for name, weight in weights.items())
    np.testing.assert_allclose(table["score"], expected, rtol=1e-12)
    assert sum(weights.values()) == pytest.approx(1)
    assert found.suitability.weights.consistency_ratio < 0.1


def test_a_parcel_s_derivation_adds_up(found: Supply) -> None:
    parcels = found.developable.parcels
    cut = parcels[(parcels["developable_m2"] > 0) & (parcels["developable_m2"] < parcels["gross_m2"])]
    for lang in ("zh", "en"):
        node = explain_parcel(found, cut["parcel"].iloc[0], lang)
        gross, *rest = node.inputs
        taken = [part for part in rest if part.id.startswith("constraint.") and part.value is not None]
        assert gross.value - sum(part.value for part in taken) == node.value == cut["developable_m2"].iloc[0]
        assert all(part.source and part.formula for part in taken)
        score = rest[-1]
        assert score.id == "supply.score"
        assert score.value == pytest.approx(sum(float(part.shown.split(" × ")[0]) * float(part.shown.split(" × ")[1])
                                                for part in score.inputs), abs=0.005)  # fmt: skip
        assert node.status == "synthetic"
        assert node.render(lang)


def test_a_parcel_in_use_says_so(found: Supply) -> None:
    parcels = found.developable.parcels
    node = explain_parcel(found, parcels.loc[parcels["land_source"] == "none", "parcel"].iloc[0], "en")
    assert node.value == 0
    assert [part.id for part in node.inputs] == ["supply.gross_m2", "supply.lost_in_use_m2"]


def test_other_comparisons_other_scores(found: Supply) -> None:
    names = list(found.suitability.weights.weights)  # type: ignore[union-attr]
    equal = pd.DataFrame(
        [(one, two, 1.0) for place, one in enumerate(names) for two in names[place + 1 :]],
        columns=["factor", "other", "ratio"],
    )
    again = reweighted(found, equal)
    assert again.suitability is not None
    assert set(np.round(list(again.suitability.weights.weights.values()), 9)) == {round(1 / len(names), 9)}
    values = [f"value_{name}" for name in names]
    np.testing.assert_allclose(again.suitability.parcels["score"], again.suitability.parcels[values].mean(axis=1))
    assert again.developable is found.developable
    bad = equal.assign(ratio=[9.0 if place % 2 else 1 / 9 for place in range(len(equal))])
    assert ids(lambda: reweighted(found, bad)) == ["ahp.inconsistent"]


def test_without_scores(land: Land) -> None:
    plain = find_supply(land)
    assert plain.suitability is None
    assert plain.parcels["score"].isna().all()
    assert ids(lambda: reweighted(plain, pd.DataFrame())) == ["suitability.missing"]
    assert ids(lambda: explain_parcel(plain, "x")) == ["land.parcel_unknown"]


def test_the_slope_takes_what_is_steeper(land: Land, found: Supply) -> None:
    assert found.developable.parcels["lost_slope_m2"].sum() > 0
    steep = found.developable.parcels["lost_slope_m2"] > 0
    north = land.parcels.geometry.centroid.y > land.parcels.geometry.centroid.y.median()
    assert north[steep].mean() > 0.8


def test_what_is_written(found: Supply, rasters: Path, tmp_path: Path) -> None:
    written = save_supply(found, tmp_path / "out", rasters)
    assert sorted(path.name for path in written) == [
        "score.tif", "suitability.csv", "supply.csv", "supply.gpkg", "supply.json", "supply.parquet",
            "supply_districts.csv"
    ]  # fmt: skip
    table = pd.read_csv(tmp_path / "out/supply.csv", dtype={"parcel": str, "code": str}, encoding="utf-8-sig")
    assert table["developable_m2"].sum() == found.developable.parcels["developable_m2"].sum()
    shapes = read_layer(tmp_path / "out/supply.gpkg")
    assert len(shapes) == (found.developable.parcels["developable_m2"] > 0).sum()
    assert (shapes["status"] == "synthetic").all()
    document = json.loads((tmp_path / "out/supply.json").read_text(encoding="utf-8"))
    assert document["status"] == "synthetic"
    assert document["developable_m2"] == int(table["developable_m2"].sum())
    with rasterio.open(tmp_path / "out/score.tif") as score:
        assert score.tags()["status"] == "synthetic"
        assert score.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        values = score.read(1, masked=True)
        assert score.crs.to_epsg() == 4547
        transform = score.transform
    assert 0 <= values.min() < values.max() <= 1
    x, y = np.meshgrid(transform.c + (np.arange(values.shape[1]) + 0.5) * transform.a,
                       transform.f + (np.arange(values.shape[0]) + 0.5) * transform.e)  # fmt: skip
    land = found.land
    farmland, growth = (shapely.union_all(land.zones[name].geometry) for name in ("farmland", "boundary"))
    assert values.mask[shapely.contains_xy(farmland, x, y)].all()
    assert values.mask[~shapely.contains_xy(growth, x, y)].all()
    assert (~values.mask).sum() > 1_000


def test_tables_that_people_read(found: Supply) -> None:
    names = dict(zip(found.land.city.districts["code"], found.land.city.districts["name"], strict=True))
    areas = district_supply(found, "zh", names)
    assert list(areas.columns) == ["行政区", "新增", "城市更新", "闲置", "增减挂钩", "可供面积"]
    assert areas["行政区"].iloc[-1] == "合计"
    total = found.developable.parcels["developable_m2"].sum()
    assert areas["可供面积"].iloc[-1] == pytest.approx(total / 10_000, abs=0.005)
    assert list(losses(found, "zh")["约束"])[:3] == ["现状保留", "永久基本农田", "生态保护红线"]
    shown = supply_table(found, "zh")
    assert "永久基本农田扣除（m²）" in shown
    assert set(shown["用地来源"]) <= {"新增", "城市更新", "闲置", "增减挂钩", "现状保留"}


def ids(act: Callable[[], object]) -> list[str]:
    with pytest.raises(landlink.LandlinkError) as error:
        act()
    assert all(fault.text(lang) for fault in error.value.faults for lang in ("zh", "en"))
    return [fault.id for fault in error.value.faults]


@pytest.fixture
def folder(example: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(example, tmp_path / "市"))


def constraints(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        table = pd.read_csv(folder / "constraints.csv", dtype=str, keep_default_na=False)
        change(table).to_csv(folder / "constraints.csv", index=False)

    return apply


def cell(constraint: str, column: str, value: str) -> Callable[[Path], None]:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        table.loc[table["constraint"] == constraint, column] = value
        return table

    return constraints(change)


def shapes(name: str, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        layer = change(read_layer(folder / f"{name}.gpkg"))
        (folder / f"{name}.gpkg").unlink()
        pyogrio.write_dataframe(layer, folder / f"{name}.gpkg")

    return apply


def with_first(column: str, value: object) -> Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]:
    def change(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        layer.loc[0, column] = value
        return layer

    return change


def manifest(change: Callable[[dict[str, dict]], object]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        content = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        entries = {entry["name"]: entry for entry in content["resources"]}
        change(entries)
        content["resources"] = list(entries.values())
        (folder / "datapackage.json").write_text(json.dumps(content), encoding="utf-8")

    return apply


BOWTIE = shapely.Polygon([(4.3e5, 2.56e6), (4.31e5, 2.561e6), (4.31e5, 2.56e6), (4.3e5, 2.561e6)])
# what is broken, and the message
BROKEN = {
    "slope without degrees": (cell("slope", "value", ""), "land.value_missing"),
    "smallest area without m²": (cell("min_area", "value", ""), "land.value_missing"),
    "power line kept clear by 0 m": (cell("powerline", "value", "0"), "land.buffer_missing"),
    "inside a line": (cell("powerline", "rule", "inside"), "land.buffer_missing"),
    "unknown rule": (cell("water", "rule", "avoid"), "table.cell_choice"),
    "negative distance": (cell("water", "value", "-5"), "table.cell_below"),
    "id with capitals": (cell("water", "constraint", "Water"), "table.cell_pattern"),
    "twice": (constraints(lambda table: pd.concat([table, table.iloc[:1]])), "table.row_duplicate"),
    "layer without a row": (
        constraints(lambda table: table[table["constraint"] != "water"]),
        "land.rule_missing",
    ),
    "row without a layer": (manifest(lambda entries: entries.pop("constraint-water")), "land.layer_missing"),
    "slope without heights": (manifest(lambda entries: entries.pop("dem")), "land.layer_missing"),
    "heights that are not there": (lambda folder: (folder / "dem.tif").unlink(), "file.missing"),
    "layer that is not there": (lambda folder: (folder / "constraint-water.gpkg").unlink(), "file.missing"),
    "parcel twice": (shapes("parcels", lambda layer: pd.concat([layer, layer.iloc[:1]])), "table.row_duplicate"),
    "parcel crossing itself": (shapes("parcels", with_first("geometry", BOWTIE)), "layer.geometry_invalid"),
    "parcel without shape": (shapes("parcels", with_first("geometry", None)), "layer.geometry_missing"),
    "parcel as a line": (shapes("parcels", with_first("geometry", BOWTIE.exterior)), "layer.geometry_kind"),
    "parcel of no district": (shapes("parcels", with_first("code", "440199")), "table.district_unknown"),
    "unknown source of land": (shapes("parcels", with_first("land_source", "gift")), "table.cell_choice"),
    "unknown code system": (shapes("parcels", with_first("code_system", "gb")), "table.cell_choice"),
    "land use as a word": (shapes("parcels", with_first("land_use", "水田")), "table.cell_pattern"),
    "land use of no class": (shapes("parcels", with_first("land_use", "9901")), "land.use_unknown"),
    "no column of sources": (
        shapes("parcels", lambda layer: layer.drop(columns="land_source")),
        "table.column_missing",
    ),
    "parcels without a system": (
        shapes("parcels", lambda layer: layer.set_crs(None, allow_override=True)),
        "layer.crs_missing",
    ),
    "parcels in another country": (
        shapes("parcels", lambda layer: layer.set_crs(4526, allow_override=True)),
        "layer.outside_china",
    ),
    "no constraints": (manifest(lambda entries: entries.pop("constraints")), "package.resource_missing"),
    "a column that is not there": (
        manifest(lambda entries: entries["parcels"]["landlink"].update(columns={"BSM": "parcel"})),
        "package.column_mapped",
    ),
    "an unknown option": (manifest(lambda entries: entries["parcels"].update(landlink={"x": "y"})), "package.options"),
    "a system that is none": (
        manifest(lambda entries: entries["parcels"]["landlink"].update(crs="x")),
        "layer.crs_unknown",
    ),
    "a layer that is not there": (
        manifest(lambda entries: entries["parcels"]["landlink"].update(layer="x")),
        "layer.unknown",
    ),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("break_", "message"), BROKEN.values(), ids=BROKEN)
def test_broken_land(folder: Path, break_: Callable[[Path], None], message: str) -> None:
    break_(folder)
    assert message in ids(lambda: load_land(landlink.load_city(folder)))


def test_a_questioned_land_use_can_be_taken_as_right(folder: Path) -> None:
    shapes("parcels", with_first("land_use", "9901"))(folder)
    assert len(load_land(landlink.load_city(folder), accept_questions=True).questions) == 1


@pytest.mark.parametrize(
    ("factor", "column", "value", "message"),
    [
        ("metro", "points", "800:1; 0:1", "suitability.points"),
        ("metro", "points", "0:2", "suitability.points"),
        ("metro", "points", "near", "suitability.points"),
        ("school", "select", "opera", "suitability.select"),
    ],
)
def test_wrong_factors(folder: Path, factor: str, column: str, value: str, message: str) -> None:
    table = pd.read_csv(
        Path(landlink.__file__).parent / "supply/defaults/factors.csv", dtype=str, keep_default_na=False
    )
    table.loc[table["factor"] == factor, column] = value
    table.to_csv(folder / "factors.csv", index=False)
    manifest(lambda entries: entries.update(factors={"name": "factors", "path": "factors.csv"}))(folder)
    assert message in ids(lambda: find_supply(load_land(landlink.load_city(folder)), folder / "r", cell_m=2_000))


def test_planners_own_files_by_the_manifest(folder: Path) -> None:
    """The same land from a GBK shapefile in GCJ-02 with pinyin fields, and settlement from an Excel sheet in 万人."""
    parcels = read_layer(folder / "parcels.gpkg")
    degrees = parcels.to_crs(4490)
    moved = shapely.transform(degrees.geometry.to_numpy(), lambda points: to_shifted(points, "GCJ-02"))
    own = gpd.GeoDataFrame(
        {"BSM": parcels["parcel"], "XZQDM": parcels["code"], "DLBM": parcels["land_use"],
         "体系": parcels["code_system"], "来源": parcels["land_source"], "BZ": "备注"},
        geometry=moved, crs=4326,
    )  # fmt: skip
    pyogrio.write_dataframe(own, folder / "地块.shp", encoding="GBK")
    (folder / "地块.cpg").unlink()
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["广州市2019年落户人口"])
    sheet.append(["代码", "年份", "口径", "渠道", "落户人口（万人）"])
    settled = landlink.load_city(folder).tables["settlement"]
    settled = settled[(settled["year"] == 2019) & (settled["basis"] == "actual")]
    for row in settled.to_dict("records"):
        sheet.append([row["code"], 2019, "actual", "all", row["persons"] / 10_000])
    sheet.append(["合计", None, None, None, settled["persons"].sum() / 10_000])
    book.save(folder / "落户.xlsx")
    columns = {"BSM": "parcel", "XZQDM": "code", "DLBM": "land_use", "体系": "code_system", "来源": "land_source"}
    origin = {"source": "示例", "date": "2019", "status": "synthetic", "confidence": "known"}
    names = {"代码": "code", "年份": "year", "口径": "basis", "渠道": "channel", "落户人口": "persons"}

    def change(entries: dict[str, dict]) -> None:
        entries["parcels"] = {
            "name": "parcels", "path": "地块.shp", "landlink": {"columns": columns, "crs": "GCJ-02", **origin}
        }  # fmt: skip
        entries["settlement"] = {"name": "settlement", "path": "落户.xlsx", "landlink": {"columns": names, **origin}}

    before = find_supply(load_land(landlink.load_city(folder))).developable.districts
    manifest(change)(folder)
    city = landlink.load_city(folder)
    assert city.tables["settlement"]["persons"].sum() == 210_518
    after = find_supply(load_land(city)).developable.districts
    assert list(after["parcels"]) == list(before["parcels"])
    np.testing.assert_allclose(after["developable_m2"], before["developable_m2"], atol=5)


def test_a_city_without_land_is_still_a_city() -> None:
    city = landlink.load_city(GUANGZHOU)
    assert not has_land(city)
    assert ids(lambda: load_land(city)) == ["package.resource_missing", "package.resource_missing"]


def test_a_file_is_taken_over_into_a_folder(tmp_path: Path, land: Land) -> None:
    folder = Path(shutil.copytree(GUANGZHOU, tmp_path / "市"))
    own = land.parcels.rename(columns={"parcel": "BSM"})
    add_layer(folder, "parcels", own, {"columns": {"BSM": "parcel"}, "status": "synthetic"})
    add_table(folder, "constraints", Path(landlink.__file__).parent / "supply/defaults/constraints.csv", {})
    for name, layer in land.zones.items():
        add_layer(folder, f"constraint-{name}", layer, {"status": "synthetic"})
    assert ids(lambda: add_layer(folder, "nonsense", own, {})) == ["package.resource_unknown"]
    assert ids(lambda: add_layer(folder, "parcels", own, {"x": "y"})) == ["package.options"]
    constraints(lambda table: table[table["constraint"] != "slope"])(folder)
    again = load_land(landlink.load_city(folder))
    assert len(again.parcels) == len(land.parcels)
    assert sum(1 for path in folder.iterdir() if path.name.startswith(".")) == 0


def test_columns_are_guessed() -> None:
    assert mapping(["BSM", "XZQDM", "DLBM", "XZQMC"], "parcels") == {
        "BSM": "parcel",
        "XZQDM": "code",
        "DLBM": "land_use",
    }


def test_a_file_is_looked_at(example: Path, tmp_path: Path) -> None:
    city = landlink.load_city(GUANGZHOU)
    parcels = read_layer(example / "parcels.gpkg")
    seen = inspect(example / "parcels.gpkg", city)
    assert not seen.findings
    assert likely_resource(seen) == "parcels"
    wrong = parcels.to_crs(4526).set_crs(4547, allow_override=True)
    save_layer(wrong, tmp_path / "a.gpkg")
    assert [finding.fix for finding in inspect(tmp_path / "a.gpkg", city).findings] == ["EPSG:4526"]
    assert inspect(tmp_path / "a.gpkg", city).health is None, "geometry is looked at once it lies in its place"
    assert not inspect(tmp_path / "a.gpkg", city, crs="EPSG:4526").findings
    assert ids(lambda: inspect(tmp_path / "a.gpkg", city, id_column="x")) == ["table.column_missing"]
    table = inspect(GUANGZHOU / "settlement.csv", city)
    assert likely_resource(table) == "settlement"
    assert table.sound


def run(*arguments: object) -> int:
    return cli.main([str(argument) for argument in arguments])


def test_the_supply_command(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], found: Supply) -> None:
    parcel = found.developable.parcels.loc[found.developable.parcels["developable_m2"] > 0, "parcel"].iloc[0]
    code = run("supply", example, "--out", tmp_path / "out", "--no-suitability", "--explain", parcel, "--lang", "en")
    shown = capsys.readouterr().out
    assert code == 0
    assert "Tianhe" in shown
    assert "status: synthetic" in shown
    assert f"Developable = {explain_parcel(found, parcel, 'en').shown} m²" in shown
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "supply.csv", "supply.gpkg", "supply.json", "supply.parquet",
            "supply_districts.csv"
    }  # fmt: skip


def test_the_check_command(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parcels = read_layer(example / "parcels.gpkg")
    parcels = pd.concat([parcels, parcels.iloc[:1].assign(parcel="again")])
    save_layer(parcels, tmp_path / "地块.shp", encoding="GBK")
    path = tmp_path / "地块.shp"
    assert run("check", path, "--id", "parcel", "--list", tmp_path / "found.csv", "--lang", "en") == 1
    shown = capsys.readouterr().out
    assert "duplicate: 1" in shown
    assert "(again)" in shown
    assert "looks like parcels" in shown
    listed = pd.read_csv(tmp_path / "found.csv", encoding="utf-8-sig")
    assert list(listed.loc[listed["kind"] == "duplicate", "id"]) == ["again"]
    assert run("check", path, "--repair", "duplicate", "--out", tmp_path / "mended.gpkg", "--lang", "en") == 1
    assert "duplicate: 1 features" in capsys.readouterr().out
    assert len(read_layer(tmp_path / "mended.gpkg")) == len(parcels) - 1
    assert run("check", GUANGZHOU / "districts.geojson") == 0


# arguments, and the message
WRONG_CHECKS = {
    "repair without a target": (["--repair"], "option.together"),
    "target without repair": (["--out", "x.gpkg"], "option.together"),
    "unknown repair": (["--repair", "glue", "--out", "x.gpkg"], "option.choice"),
    "two files and a list": (["districts.geojson", "--list", "x.csv"], "option.one_file"),
    "no such file": (["none.shp"], "file.missing"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG_CHECKS.values(), ids=WRONG_CHECKS)
def test_wrong_checks(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(GUANGZHOU)
    from landlink.texts import text

    assert run("check", "districts.geojson", *arguments, "--city", ".", "--lang", "en") == 2
    expected = text(f"errors.{message}.mend", "en", name="", path="", row="", column="")
    assert expected[:20] in capsys.readouterr().err
    assert not list(GUANGZHOU.glob("x.*"))


def test_the_convert_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = GUANGZHOU / "districts.geojson"
    assert run("convert", source, "--to", tmp_path / "区.shp", "--to-crs", "EPSG:4547", "--encoding", "GBK") == 0
    back = read_layer(tmp_path / "区.shp")
    assert back.crs.to_epsg() == 4547
    assert "天河区" in set(back["name"])
    assert run("convert", tmp_path / "区.shp", "--to", tmp_path / "区.gdb.zip") == 0
    assert len(read_layer(tmp_path / "区.gdb.zip")) == 11
    assert run("convert", tmp_path / "区.shp", "--to", tmp_path / "a.gpkg", "--crs", "nonsense") == 2
    assert "nonsense" in capsys.readouterr().err
    assert not (tmp_path / "a.gpkg").exists()


def test_the_example_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "广州"
    assert run("example", "--city", GUANGZHOU, "--out", folder, "--parcels", 600, "--lang", "en") == 0
    assert "synthetic" in capsys.readouterr().out
    assert run("validate", folder) == 0
    assert "13 个土地图层" in capsys.readouterr().out
