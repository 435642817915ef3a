"""Reading what planners have, made by GDAL's own drivers in the encodings they use, and writing it again."""

import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import landlink
from landlink.files import dbf, layer_names, read_layer, save_layer, shapefile_names

LAYER = gpd.GeoDataFrame(
    {
        "地块编号": ["甲001", "乙002", "丙003"],
        "名称": ["广州市天河区珠江新城", "联通", "从化区温泉镇"],
        "MJ": [1234.5, 200.25, None],
    },
    geometry=[shapely.box(0, 0, 100, 50), shapely.box(100, 0, 120, 10), shapely.box(0, 50, 40, 90)],
    crs=4547,
)
LAYER = LAYER.set_geometry(LAYER.translate(430_000, 2_560_000))
NAMES = ["甲001", "乙002", "丙003"]


def shapefile(folder: Path, encoding: str, cpg: str | None, layer: gpd.GeoDataFrame = LAYER) -> Path:
    """A shapefile by GDAL in an encoding, with a .cpg that says what is given, or none."""
    path = folder / "地块.shp"
    pyogrio.write_dataframe(layer, path, encoding=encoding)
    path.with_suffix(".cpg").unlink()
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg, encoding="ascii")
    return path


@pytest.mark.filterwarnings("ignore")  # GDAL cuts names of fields within a character and says so
@pytest.mark.parametrize("encoding", ["GBK", "GB18030", "UTF-8"])
@pytest.mark.parametrize(
    "cpg", [None, "GBK", "UTF-8", "ANSI 936", "936", "OEM", "GB2312", "Big5", "ISO-8859-1", "65001", ""]
)
def test_text_of_a_shapefile_is_never_garbled(tmp_path: Path, encoding: str, cpg: str | None) -> None:
    found = read_layer(shapefile(tmp_path, encoding, cpg))
    own = ["地块编号", "名称"] if encoding != "UTF-8" else ["地块编", "名称"]  # UTF-8 has room for three characters
    assert list(found.columns[:2]) == own
    assert list(found[own[0]]) == NAMES
    assert list(found["名称"]) == list(LAYER["名称"])
    assert found.crs.to_epsg() == 4547


@pytest.mark.filterwarnings("ignore")
def test_a_text_cut_within_a_character_loses_only_that(tmp_path: Path) -> None:
    long = LAYER.assign(名称="广" * 100)
    found = read_layer(shapefile(tmp_path, "UTF-8", None, long))
    assert found["名称"][0] == "广" * 84
    assert read_layer(shapefile(tmp_path, "GBK", "UTF-8", long))["名称"][0] == "广" * 100


common = st.text(
    st.sampled_from("广州市天河区越秀海珠荔湾白云黄埔番禺花都南沙从化增城道路小学医院住宅工业用地规划新建公园"),
    min_size=2,
)


@given(
    st.lists(common, min_size=3), st.sampled_from([dbf.UTF8, dbf.GB]), st.sampled_from([None, "UTF-8", "GBK", "OEM"])
)
def test_names_of_places_are_told_apart_by_themselves(words: list[str], encoding: str, cpg: str | None) -> None:
    raw = [word.encode(encoding).decode(dbf.BYTES) for word in words]
    assert dbf.encoding_of(raw, cpg) == encoding
    assert [dbf.decode(text, encoding) for text in raw] == words


def zipped(folder: Path, name: str, files: list[Path], *, gbk_names: bool = False) -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        for file in files:
            if gbk_names:
                info = zipfile.ZipInfo(file.name.encode("gbk").decode("cp437"))
                info.flag_bits = 0
                archive.writestr(info, file.read_bytes())
            else:
                archive.write(file, f"数据/{file.name}")
    return path


@pytest.mark.parametrize("gbk_names", [False, True])
def test_a_zipped_shapefile(tmp_path: Path, gbk_names: bool) -> None:  # noqa: FBT001
    shapefile(tmp_path, "GBK", None)
    path = zipped(tmp_path, "交付.zip", sorted(tmp_path.glob("地块.*")), gbk_names=gbk_names)
    assert list(read_layer(path)["地块编号"]) == NAMES


@pytest.fixture
def geodatabase(tmp_path: Path) -> Path:
    path = tmp_path / "规划.gdb"
    pyogrio.write_dataframe(LAYER, path, layer="地块", driver="OpenFileGDB")
    pyogrio.write_dataframe(LAYER.iloc[:1], path, layer="红线", driver="OpenFileGDB", append=True)
    pyogrio.write_dataframe(LAYER.drop(columns="geometry"), path, layer="说明", driver="OpenFileGDB", append=True)
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_a_geodatabase_and_its_layers(geodatabase: Path, packed: bool) -> None:  # noqa: FBT001
    path = geodatabase
    if packed:
        path = Path(shutil.make_archive(str(geodatabase), "zip", geodatabase.parent, geodatabase.name))
    assert layer_names(path) == ["地块", "红线"], "a table without shapes is no layer"
    assert list(read_layer(path, "地块")["地块编号"]) == NAMES
    assert len(read_layer(path, "红线")) == 1
    assert ids(lambda: read_layer(path)) == ["layer.choose"]
    assert ids(lambda: read_layer(path, "x")) == ["layer.unknown"]


@pytest.mark.parametrize(
    ("name", "driver", "options"),
    [
        ("a.gpkg", "GPKG", {}),
        ("a.geojson", "GeoJSON", {}),
        ("a.kml", "LIBKML", {}),
        ("a.kmz", "LIBKML", {}),
        ("a.tab", "MapInfo File", {"encoding": "GBK"}),
        ("a.mif", "MapInfo File", {"encoding": "GBK"}),
        ("a.tab", "MapInfo File", {"ENCODING": "UTF-8"}),
    ],
)
def test_other_formats(tmp_path: Path, name: str, driver: str, options: dict[str, str]) -> None:
    given_layer = LAYER.rename(columns={"地块编号": "BSM", "名称": "MC"}) if "encoding" in options else LAYER
    pyogrio.write_dataframe(given_layer, tmp_path / name, driver=driver, **options)
    found = read_layer(tmp_path / name)
    texts = {str(cell) for column in found.columns.drop("geometry") for cell in found[column]}
    assert {*NAMES, "广州市天河区珠江新城"} <= texts
    off = found.geometry.to_crs(4547).hausdorff_distance(LAYER.geometry).max()
    assert off < 0.05, "MapInfo keeps coordinates in whole units of its bounds, KML in degrees"
    assert not found.has_z.any()


def test_closed_lines_of_a_drawing_are_polygons(tmp_path: Path) -> None:
    lines = gpd.GeoDataFrame({"Layer": "红线"}, index=range(3), geometry=LAYER.boundary)
    lines.loc[3, "geometry"] = shapely.LineString([(0, 0), (1, 1)])
    pyogrio.write_dataframe(lines.fillna("路"), tmp_path / "a.dxf", driver="DXF")
    found = read_layer(tmp_path / "a.dxf", crs_needed=False)
    assert found.crs is None
    assert sorted(found.geom_type) == ["LineString", "Polygon", "Polygon", "Polygon"]
    assert found.area.sum() == pytest.approx(LAYER.area.sum())
    assert ids(lambda: read_layer(tmp_path / "a.dxf")) == ["layer.crs_missing"]


def ids(act) -> list[str]:
    with pytest.raises(landlink.LandlinkError) as error:
        act()
    assert all(fault.text(lang) for fault in error.value.faults for lang in ("zh", "en"))
    return [fault.id for fault in error.value.faults]


def empty(path: Path) -> None:
    path.write_bytes(b"")


def without(path: Path, *parts: str) -> None:
    shapefile(path.parent, "GBK", None)
    for part in parts:
        path.with_suffix(part).unlink()


def other_bytes(path: Path) -> None:
    shapefile(path.parent, "GBK", None)
    raw = path.with_suffix(".dbf").read_bytes()
    path.with_suffix(".dbf").write_bytes(raw.replace("联通".encode("gbk"), b"\xff\xfe\xfd\xfc"))


def halved(path: Path) -> None:
    pyogrio.write_dataframe(LAYER, path, driver="GPKG")
    path.write_bytes(path.read_bytes()[:5_000])


def zip_of(path: Path, **members: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)


def two_in_a_zip(path: Path) -> None:
    for name in ("a.gpkg", "b.gpkg"):
        pyogrio.write_dataframe(LAYER, path.parent / name)
    zipped(path.parent, path.name, [path.parent / "a.gpkg", path.parent / "b.gpkg"])


# the file, how it is broken, and the message
BROKEN = {
    "missing": ("a.shp", lambda _: None, "file.missing"),
    "AutoCAD drawing": ("a.dwg", empty, "format.dwg"),
    "personal geodatabase": ("a.mdb", empty, "format.mdb"),
    "RAR archive": ("a.rar", empty, "format.archive"),
    "7-Zip archive": ("a.7z", empty, "format.archive"),
    "ArcMap document": ("a.mxd", empty, "format.project"),
    "QGIS project": ("a.qgz", empty, "format.project"),
    "PDF": ("a.pdf", empty, "format.document"),
    "Word document": ("a.docx", empty, "format.document"),
    "scan": ("a.jpg", empty, "format.document"),
    "no .shx": ("地块.shp", lambda path: without(path, ".shx"), "format.shapefile_parts"),
    "no .dbf": ("地块.shp", lambda path: without(path, ".dbf"), "format.shapefile_parts"),
    "no .prj": ("地块.shp", lambda path: without(path, ".prj"), "layer.crs_missing"),
    "neither UTF-8 nor GBK": ("地块.shp", other_bytes, "layer.encoding"),
    "empty GeoJSON": ("a.geojson", empty, "layer.unreadable"),
    "half a GeoPackage": ("a.gpkg", halved, "layer.unreadable"),
    "no features": ("a.gpkg", lambda path: pyogrio.write_dataframe(LAYER.iloc[:0], path), "layer.empty"),
    "no shapes": (
        "a.gpkg",
        lambda path: pyogrio.write_dataframe(LAYER.drop(columns="geometry"), path, driver="GPKG"),
        "layer.no_geometry",
    ),
    "not a zip": ("a.zip", lambda path: path.write_bytes(b"PK\x03\x04 broken"), "format.zip_broken"),
    "zip of nothing useful": ("a.zip", lambda path: zip_of(path, readme_dot_txt="x"), "format.zip_empty"),
    "zip of two layers": ("a.zip", two_in_a_zip, "format.zip_several"),
    "zip that climbs out": ("a.zip", lambda path: zip_of(path, **{"../a_dot_shp": "x"}), "format.zip_unsafe"),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "make", "message"), BROKEN.values(), ids=BROKEN)
def test_broken_files(tmp_path: Path, name: str, make, message: str) -> None:
    make(tmp_path / name)
    assert ids(lambda: read_layer(tmp_path / name)) == [message]


@pytest.mark.parametrize("name", ["a.shp", "a.zip", "a.gpkg", "a.geojson", "a.fgb", "a.gdb", "a.gdb.zip", "a.tab"])
@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_what_is_written_is_read_again(tmp_path: Path, name: str, encoding: str) -> None:
    save_layer(LAYER, tmp_path / name, encoding=encoding)
    found = read_layer(tmp_path / name).to_crs(4547)
    found = found.sort_values(found.columns[0], key=lambda column: column.map(NAMES.index), ignore_index=True)
    assert list(found.iloc[:, 0]) == NAMES
    assert found.geometry.hausdorff_distance(LAYER.geometry).max() < 0.02
    left = {path.name for path in tmp_path.iterdir()}
    assert not [name for name in left if name.startswith(".")]


def test_attributes_alone_as_csv(tmp_path: Path) -> None:
    save_layer(LAYER, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text(encoding="utf-8-sig").splitlines()[1] == "甲001,广州市天河区珠江新城,1234.5"


def test_a_drawing_can_be_written(tmp_path: Path) -> None:
    save_layer(LAYER, tmp_path / "a.dxf")
    assert read_layer(tmp_path / "a.dxf", crs_needed=False).area.sum() == pytest.approx(LAYER.area.sum())


# the target, its options, and the message
UNWRITABLE = {
    "unknown kind": ("a.dwg", {}, "format.not_written"),
    "no kind": ("a", {}, "format.not_written"),
    "unknown encoding": ("a.shp", {"encoding": "Big5"}, "option.choice"),
    "text beyond GBK": ("a.shp", {"encoding": "GBK"}, "format.not_encodable"),
    "geodatabase that is there": ("there.gdb", {}, "output.exists"),
    "folder that is a file": ("file/a.gpkg", {}, "output.folder"),
}


@pytest.mark.parametrize(("name", "options", "message"), UNWRITABLE.values(), ids=UNWRITABLE)
def test_what_cannot_be_written(tmp_path: Path, name: str, options: dict[str, str], message: str) -> None:
    (tmp_path / "there.gdb").mkdir()
    (tmp_path / "file").write_text("x")
    before = sorted(path.name for path in tmp_path.rglob("*"))
    assert ids(lambda: save_layer(LAYER.assign(名称="𠮷野"), tmp_path / name, **options)) == [message]
    assert sorted(path.name for path in tmp_path.rglob("*")) == before, "nothing half-written"


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=30, unique=True))
def test_names_of_a_shapefile_s_fields_are_short_and_different(columns: list[str]) -> None:
    names = shapefile_names(gpd.pd.Index(columns))
    assert list(names) == columns
    assert len({name.lower() for name in names.values()}) == len(columns)
    assert all(len(name.encode()) <= 10 for name in names.values())


KILLED = """
import sys, time
from pathlib import Path
from landlink.files import write_files
def slow(path):
    path.write_bytes(b"half")
    print("writing", flush=True)
    time.sleep(60)
write_files(Path(sys.argv[1]), {"a.csv": b"new", "b.csv": slow})
"""


def test_a_kill_in_the_middle_leaves_no_partial_output(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"old")
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"writing\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    time.sleep(0.1)
    assert (tmp_path / "a.csv").read_bytes() == b"old"
    assert not (tmp_path / "b.csv").exists()


def test_an_area_survives_every_format(tmp_path: Path) -> None:
    areas = landlink_areas(LAYER)
    for name in ("a.shp", "a.gpkg", "a.gdb"):
        save_layer(LAYER, tmp_path / name)
        np.testing.assert_allclose(landlink_areas(read_layer(tmp_path / name)), areas, rtol=1e-9)


def landlink_areas(layer: gpd.GeoDataFrame) -> np.ndarray:
    from landlink.crs import area_m2

    return area_m2(layer)


@pytest.mark.parametrize("name", ["a.shp", "a.gpkg", "a.gdb", "a.gdb.zip", "a.fgb"])
def test_single_and_multiple_shapes_together(tmp_path: Path, name: str) -> None:
    shapes = [shapely.MultiPolygon([LAYER.geometry[0], LAYER.geometry[2].buffer(-15)]), *LAYER.geometry[1:]]
    layer = LAYER.set_geometry(gpd.GeoSeries(shapes, crs=4547))
    save_layer(layer, tmp_path / name)
    assert read_layer(tmp_path / name).area.sum() == pytest.approx(layer.area.sum())
