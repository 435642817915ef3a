"""A city's land: read and checked whole, from landlink's own layers and from planners' files."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely

import landlink
from landlink.city.land import has_land, load_land
from landlink.crs import to_shifted
from landlink.files import read_layer
from landlink.schema import REQUIRED_INPUTS
from landlink.supply.find import find_supply
from tests.folders import cell, constraints, ids, manifest, shapes, with_first
from tests.paths import GUANGZHOU


@pytest.fixture
def folder(example: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(example, tmp_path / "市"))


def with_offset(exit_: str, collective: str) -> Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]:
    """Layer whose first parcel is of 增减挂钩."""

    def change(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        layer.loc[0, ["land_source", "voluntary_exit", "collective"]] = ["offset", exit_, collective]
        return layer

    return change


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
    "exit within a collective not stated": (shapes("parcels", with_offset("", "")), "land.exit_unstated"),
    "exit within no collective": (shapes("parcels", with_offset("yes", " ")), "land.exit_unstated"),
    "exit neither yes nor no": (shapes("parcels", with_offset("maybe", "村")), "table.cell_choice"),
    "a synthetic parcel in a district declared complete": (
        manifest(lambda entries: entries["parcels"].update({"landlink:complete": ["440106"]})),
        "land.complete_synthetic",
    ),
    "synthetic parcels where all districts are declared complete": (
        manifest(lambda entries: entries["parcels"].update({"landlink:complete": True})),
        "land.complete_synthetic",
    ),
    "an unknown district declared complete": (
        manifest(lambda entries: entries["parcels"].update({"landlink:complete": ["440199"]})),
        "package.complete_unknown",
    ),
    "completeness as a word": (
        manifest(lambda entries: entries["parcels"].update({"landlink:complete": "yes"})),
        "package.complete",
    ),
    "completeness of codes as numbers": (
        manifest(lambda entries: entries["parcels"].update({"landlink:complete": [440106]})),
        "package.complete",
    ),
    "completeness of another layer": (
        manifest(lambda entries: entries["roads"].update({"landlink:complete": True})),
        "package.complete",
    ),
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


def test_a_district_declared_complete_with_a_synthetic_parcel_is_named_with_its_row(folder: Path) -> None:
    parcels = read_layer(folder / "parcels.gpkg")
    synthetic = parcels.index[(parcels["code"] == "440106") & (parcels["status"] == "synthetic")]
    manifest(lambda entries: entries["parcels"].update({"landlink:complete": ["440106"]}))(folder)
    with pytest.raises(landlink.DataError) as error:
        load_land(landlink.load_city(folder))
    (fault,) = error.value.faults
    assert (fault.file, fault.row, fault.column) == ("parcels.gpkg", synthetic[0] + 1, "status")
    assert fault.values["count"] == len(synthetic)
    for lang, key in (("zh", "合成地块"), ("en", "synthetic parcels")):
        assert key in fault.text(lang)
        assert "landlink:complete" in fault.text(lang), "the mend names the entry"


@pytest.mark.parametrize("declared", [True, ["440103", "440106"], [], False])
def test_districts_declared_complete(folder: Path, declared: bool | list[str]) -> None:  # noqa: FBT001
    real = shapes("parcels", lambda layer: layer[layer["status"] != "synthetic"])
    real(folder)
    manifest(lambda entries: entries["parcels"].update({"landlink:complete": declared}))(folder)
    city = landlink.load_city(folder)
    assert city.complete == set(city.codes if declared is True else declared or [])
    assert len(load_land(city).parcels) == 325


def test_parcels_whose_exit_is_not_stated_are_no_supply_once_that_is_accepted(folder: Path) -> None:
    shapes("parcels", with_offset("yes", ""))(folder)
    supply = find_supply(load_land(landlink.load_city(folder), accept_questions=True))
    first = supply.developable.parcels.iloc[0]
    assert (first["land_source"], first["developable_m2"], first["reason"]) == ("offset", 0, "in_use")


def test_a_questioned_land_use_can_be_taken_as_right(folder: Path) -> None:
    shapes("parcels", with_first("land_use", "9901"))(folder)
    assert len(load_land(landlink.load_city(folder), accept_questions=True).questions) == 1


def test_planners_own_files_by_the_manifest(folder: Path) -> None:
    """The same land from a GBK shapefile in GCJ-02 with pinyin fields, and settlement from an Excel sheet in 万人."""
    parcels = read_layer(folder / "parcels.gpkg")
    degrees = parcels.to_crs(4490)
    moved = shapely.transform(degrees.geometry.to_numpy(), lambda points: to_shifted(points, "GCJ-02"))
    own = gpd.GeoDataFrame(
        {"BSM": parcels["parcel"], "XZQDM": parcels["code"], "DLBM": parcels["land_use"],
         "体系": parcels["code_system"], "来源": parcels["land_source"], "退出": parcels["voluntary_exit"],
         "集体": parcels["collective"], "BZ": "备注"},
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
    columns |= {"退出": "voluntary_exit", "集体": "collective"}
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
    shipped = landlink.load_city(GUANGZHOU)
    city = replace(shipped, land={}, tables={name: shipped.tables[name] for name in REQUIRED_INPUTS[1:]})
    assert has_land(shipped)
    assert not has_land(city)
    assert ids(lambda: load_land(city)) == ["package.resource_missing", "package.resource_missing"]


def test_a_fault_names_the_layer_that_it_is_about(folder: Path) -> None:
    constraints(lambda table: table[table["constraint"] != "water"])(folder)
    with pytest.raises(landlink.DataError) as error:
        load_land(landlink.load_city(folder))
    (fault,) = error.value.faults
    assert all("constraint-water" in fault.text(lang) for lang in ("zh", "en"))
