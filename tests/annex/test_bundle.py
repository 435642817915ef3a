"""The package of annexes: whole, the same each time, and telling of any change since."""

import json
import pickle
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import pyogrio
import pytest

import landlink
from landlink.annex import Edition, Filing, bundle, file_name, gaps, verify, write_annex
from landlink.cli import main
from landlink.errors import DataError, OutputError
from landlink.plan.plan import Plan
from landlink.units import shown_ha
from tests.office import poppler, recalculate
from tests.paths import ROOT
from tests.sites_example import sited

NAMES = ("方案说明.docx", "附表.xlsx", "附图.pdf", "数据成果.gpkg", "审计追溯.json")
DISTRICT = "440112"


@pytest.fixture(scope="module")
def plan() -> Plan:
    city = landlink.load_city(ROOT / "geodata" / "guangzhou")
    return sited(landlink.make_plan(city, landlink.load_policy("guangzhou-2018"), 2020))


@pytest.fixture(scope="module")
def city(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    (written,) = write_annex(plan, tmp_path_factory.mktemp("city"), filing=Filing("规划院"))
    return written


@pytest.fixture(scope="module")
def district(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    (written,) = write_annex(plan, tmp_path_factory.mktemp("district"), editions=[DISTRICT])
    return written


def content(package: Path, ending: str) -> bytes:
    with zipfile.ZipFile(package) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(ending)]
        return archive.read(name)


@pytest.mark.bare
def test_a_package_is_numbered_and_says_what_it_holds(plan: Plan, city: Path) -> None:
    with zipfile.ZipFile(city) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
    files = [name for name in names if name != "manifest.json"]
    assert [entry["file"] for entry in manifest["files"]] == files
    assert all(re.match(r"\d\d_", name) for name in files)
    for name in NAMES:
        assert sum(entry.endswith(name) for entry in files) == 1
    assert any(".gdb/" in name for name in files)
    assert {Path(name).suffix for name in files if "_shp/" in name} == {".shp", ".shx", ".dbf", ".prj", ".cpg", ".csv"}
    assert (manifest["plan"], manifest["year"], manifest["district"]) == (plan.fingerprint, 2020, None)
    assert manifest["policy"] == plan.policy_title["zh"]
    assert manifest["policy_id"] == "guangzhou-2018"
    assert verify(city) == []


def test_every_part_holds_the_same_figures(plan: Plan, city: Path, tmp_path: Path) -> None:
    quota = plan.quota.set_index("code")["quota_m2"]
    shown = shown_ha(quota)
    names = plan.districts.set_index("code")["name"]

    (tmp_path / "maps.pdf").write_bytes(content(city, "附图.pdf"))
    text = subprocess.run(
        [poppler("pdftotext"), "-layout", tmp_path / "maps.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    for name in names:
        assert name in text
    assert all(f"{area}" in text for area in shown)
    book = recalculate({"book": content(city, "附表.xlsx")})["book"]
    cells = {cell.value for row in book.worksheets[0].iter_rows() for cell in row}
    assert all(float(area) in cells for area in shown)

    with zipfile.ZipFile(city) as archive:
        archive.extractall(tmp_path)
    (gpkg,) = tmp_path.glob("*.gpkg")
    (gdb,) = tmp_path.glob("*.gdb")
    (shape,) = tmp_path.glob("*_shp/districts.shp")
    for path, layer, field in (
        (gpkg, "districts", "quota_m2"),
        (gdb, "districts", "quota_m2"),
        (shape, None, "quota_m2"),
    ):
        table = pyogrio.read_dataframe(path, layer=layer).set_index("code")
        assert table[field].astype(int).to_dict() == quota.to_dict()
        assert table.crs.to_epsg() == 4490
    assert shape.with_suffix(".cpg").read_text().strip() == "UTF-8"
    assert "GCS_China_Geodetic_Coordinate_System_2000" in shape.with_suffix(".prj").read_text()
    for table in tmp_path.glob("*_shp/*.dbf"):
        assert all(len(name.encode()) <= 10 for name in pyogrio.read_info(table)["fields"])

    audit = json.loads(content(city, "审计追溯.json"))
    found = {
        entry["code"]: entry for entry in audit["figures"] if (entry["table"], entry["column"]) == ("quota", "quota_m2")
    }
    assert {code: entry["value"] for code, entry in found.items()} == quota.to_dict()
    node = audit["nodes"][found[DISTRICT]["derivation"]]
    assert node["id"] == "quota.quota_m2"
    assert node["formula"]
    assert node["clause"]
    assert node["inputs"]


def test_a_districts_edition_holds_that_district(plan: Plan, district: Path) -> None:
    assert district.name == file_name(Edition(plan, "zh", DISTRICT))
    assert "黄埔区" in district.name
    audit = json.loads(content(district, "审计追溯.json"))
    assert {entry["code"] for entry in audit["figures"]} == {DISTRICT}
    with zipfile.ZipFile(district) as archive:
        assert json.loads(archive.read("manifest.json"))["district"] == DISTRICT


def test_the_same_plan_gives_the_same_files(plan: Plan, city: Path, tmp_path: Path) -> None:
    (again,) = write_annex(plan, tmp_path, filing=Filing("规划院"))
    with zipfile.ZipFile(city) as one, zipfile.ZipFile(again) as other:
        assert one.namelist() == other.namelist()
        differing = [name for name in one.namelist() if one.read(name) != other.read(name)]
    # A geodatabase holds the moment it was made at.
    assert [name for name in differing if ".gdb/" not in name and name != "manifest.json"] == []


def test_sheets_come_as_pictures_and_on_other_paper_too(plan: Plan, tmp_path: Path) -> None:
    (made,) = write_annex(plan, tmp_path / "out", editions=[DISTRICT], filing=Filing(paper="A4", pictures=True))
    with zipfile.ZipFile(made) as archive:
        pictures = [name for name in archive.namelist() if name.endswith(".png")]
        (tmp_path / "maps.pdf").write_bytes(content(made, "附图.pdf"))
        assert pictures[0] == "03_附图_png/01_广州市黄埔区行政区划图.png"
        assert all(archive.read(name)[:4] == b"\x89PNG" for name in pictures)
    told = subprocess.run([poppler("pdfinfo"), tmp_path / "maps.pdf"], capture_output=True, text=True, check=True)
    assert f"Pages:           {len(pictures)}" in told.stdout
    assert re.search(r"Page size: +841\.89 x 595\.3", told.stdout)
    assert verify(made) == []
    with pytest.raises(DataError, match="A9"):
        write_annex(plan, tmp_path / "out", filing=Filing(paper="A9"))


def test_a_full_disk_is_told_and_nothing_is_left(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> bytes:
        raise RuntimeError("IO_ENOSPC")

    monkeypatch.setattr(bundle, "document", fail)
    with pytest.raises(RuntimeError, match="IO_ENOSPC"):  # not for want of room
        write_annex(plan, tmp_path / "out")
    usage = shutil.disk_usage(tmp_path)
    # There is room when the writing begins, and none when it fails.
    left = iter([1_000_000_000, 1_000_000] * 2 + [1_000_000])
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=next(left)))
    with pytest.raises(OutputError) as raised:
        write_annex(plan, tmp_path / "out")
    assert raised.value.faults[0].id == "output.temporary"
    monkeypatch.setattr(pickle, "dumps", fail)
    with pytest.raises(OutputError) as raised:
        write_annex(plan, tmp_path / "out", editions=[None, DISTRICT])
    assert raised.value.faults[0].id == "output.temporary"
    assert list((tmp_path / "out").iterdir()) == []
    with pytest.raises(OutputError) as raised:
        write_annex(plan, tmp_path / "later")
    assert raised.value.faults[0].id == "output.temporary"
    assert not (tmp_path / "later").exists()


def test_a_process_that_ends_is_told(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __init__(self, *_: object) -> None: ...

        def submit(self, *_: object) -> Future[dict[str, bytes]]:
            future: Future[dict[str, bytes]] = Future()
            future.set_exception(BrokenProcessPool())
            return future

        def shutdown(self, **_: object) -> None: ...

    monkeypatch.setattr(bundle, "ProcessPoolExecutor", Broken)
    with pytest.raises(OutputError) as raised:
        write_annex(plan, tmp_path / "out", editions=[None, DISTRICT])
    assert raised.value.faults[0].id == "output.process"
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("kind", ["changed", "missing", "added"])
def test_verify_names_what_has_changed(
    city: Path, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(city) as given, zipfile.ZipFile(other, "w") as made:
        for name in given.namelist():
            if name.endswith("附表.xlsx") and kind == "missing":
                continue
            changed = name.endswith("附表.xlsx") and kind == "changed"
            made.writestr(name, given.read(name) + (b" " if changed else b""))
        if kind == "added":
            made.writestr("09_附表.xlsx", b"")
    (finding,) = verify(other)
    assert finding.kind == kind
    assert "附表.xlsx" in finding.file
    assert main(["verify", str(other)]) != 0
    assert finding.text("zh") in capsys.readouterr().err
    assert main(["verify", str(city), "--lang", "en"]) == 0


@pytest.mark.parametrize(
    ("write", "fault"),
    [
        (lambda path: path.write_bytes(b"PK"), "package.unreadable"),
        (lambda path: path.exists(), "package.unreadable"),
        (lambda path: zipfile.ZipFile(path, "w").close(), "package.no_manifest"),
    ],
)
def test_what_is_no_package_is_said(tmp_path: Path, write: Callable[[Path], object], fault: str) -> None:
    write(tmp_path / "x.zip")
    with pytest.raises(DataError) as caught:
        verify(tmp_path / "x.zip")
    assert [found.id for found in caught.value.faults] == [fault]
    assert caught.value.text("zh")
    assert caught.value.text("en")


def test_an_encrypted_package_is_said(city: Path, tmp_path: Path) -> None:
    content = bytearray(city.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + flags] |= 1
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(DataError) as caught:
        verify(tmp_path / "x.zip")
    assert [found.id for found in caught.value.faults] == ["package.unreadable"]
    assert "encrypted" in caught.value.text("zh")


def test_compiler_and_date_are_one_line() -> None:
    filing = Filing(" 广州市\v规划\x01局\r\n", "2026\t年 11月")
    assert (filing.compiler, filing.date) == ("广州市 规划 局", "2026 年 11月")


def test_a_character_that_no_font_has_is_reported(plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(OutputError) as raised:
        write_annex(plan, tmp_path, filing=Filing("市局\U0001f3e2"))
    (fault,) = raised.value.faults
    assert fault.id == "output.character"
    assert "U+1F3E2" in fault.text("zh")
    assert list(tmp_path.iterdir()) == []


def test_one_district_and_all_of_them_cannot_be_asked_for_together(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(SystemExit) as stop:
        main(["annex", str(tmp_path), "--out", str(out), "--district", DISTRICT, "--districts"])
    assert stop.value.code == 2
    assert not out.exists()


def test_nothing_is_written_where_something_is_wrong(plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        write_annex(plan, tmp_path / "a", editions=["999999"])
    assert caught.value.faults[0].id == "annex.district_unknown"
    assert not (tmp_path / "a").exists()
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / file_name(Edition(plan, "zh", DISTRICT))).mkdir()
    with pytest.raises(OutputError):
        write_annex(plan, tmp_path / "b", editions=[DISTRICT])
    assert len(list((tmp_path / "b").iterdir())) == 1


def test_writing_can_be_stopped(plan: Plan, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []

    def progress(done: int, count: int, name: str) -> bool:
        told.append((done, count, name))
        return done == 1

    assert write_annex(plan, tmp_path, editions=[DISTRICT, None], progress=progress) == []
    assert [(done, count) for done, count, _ in told] == [(0, 2), (1, 2)]
    assert list(tmp_path.iterdir()) == []


def test_what_is_missing_and_whether_it_hinders(plan: Plan) -> None:
    found = {gap.id: gap.filed for gap in gaps(plan)}
    assert found["synthetic"] is False  # the sites are
    assert found["estimated"] is True
    assert "sites" not in found
    bare = {gap.id: gap.filed for gap in gaps(replace(plan, siting=None))}
    assert bare["sites"] is True
    assert "synthetic" not in bare
    assert all(gap.text("zh") and gap.text("en") for gap in gaps(plan))
