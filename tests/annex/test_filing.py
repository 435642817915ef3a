"""What would keep annexes from being written is refused before anything is computed for them."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document

import landlink
from landlink.annex import Edition, Filing, check_annex, file_name, template
from landlink.cli import annex as command
from landlink.cli import main
from landlink.errors import LandlinkError
from landlink.plan.plan import Plan
from tests.paths import GUANGZHOU

DISTRICT = "440112"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return landlink.make_plan(landlink.load_city(GUANGZHOU), landlink.load_policy("guangzhou-2018"), 2020)


@pytest.fixture(scope="module")
def saved(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plan")
    landlink.save_plan(plan, folder)
    return folder


def worded(*lines: str) -> tuple[str, bytes]:
    """A template that says so and no more."""
    made, held = Document(), io.BytesIO()
    for line in lines:
        made.add_paragraph(line)
    made.save(held)
    return "own.docx", held.getvalue()


@pytest.mark.bare
def test_nothing_is_refused_where_nothing_is_wrong(plan: Plan, tmp_path: Path) -> None:
    filing = Filing("市局", "2026 年", ("own.docx", template("zh")))
    check_annex(plan, editions=[None, DISTRICT], filing=filing, folder=tmp_path / "new" / "folder")
    assert list(tmp_path.iterdir()) == []


def test_everything_wrong_is_told_together(plan: Plan) -> None:
    filing = Filing("市局\U0001f3e2", "", worded("{{ city }} {{ no_such_value }}"), "A9")
    with pytest.raises(LandlinkError) as caught:
        check_annex(plan, editions=["999999", None], filing=filing)
    told = [fault.id for fault in caught.value.faults]
    expected = ["annex.district_unknown", "option.choice", "output.character", "document.placeholder_unknown"]
    assert told == expected


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (["{{ city }"], "document.tag_unclosed"),
        (["{% for row in districts %}", "{{ row.name }}"], "document.template_broken"),
        (["{% for row in districts %}", "{{ row.no_such_cell }}", "{% endfor %}"], "document.placeholder_unknown"),
        (["{% for map in maps %}{{ map.no_such_cell }}{% endfor %}"], "document.placeholder_unknown"),
        (["{{ charts.no_such_chart }}"], "document.placeholder_unknown"),
    ],
)
def test_a_template_is_tried_without_drawing_its_images(plan: Plan, lines: list[str], fault: str) -> None:
    with pytest.raises(LandlinkError) as caught:
        check_annex(plan, filing=Filing(template=worded(*lines)))
    assert [found.id for found in caught.value.faults] == [fault]


def under_a_file(folder: Path) -> Path:
    (folder / "file").write_bytes(b"")
    return folder / "file" / "out"


def a_file(folder: Path) -> Path:
    (folder / "file").write_bytes(b"")
    return folder / "file"


def unwritable(folder: Path) -> Path:
    if sys.platform == "linux":
        return Path("/proc/landlink")
    (folder / "out").mkdir(0o500)
    return folder / "out"


def a_folder_in_the_way(folder: Path) -> Path:
    plan = landlink.make_plan(landlink.load_city(GUANGZHOU), landlink.load_policy("guangzhou-2018"), 2020)
    (folder / file_name(Edition(plan, "en"))).mkdir()
    return folder


@pytest.mark.parametrize("out", [under_a_file, a_file, unwritable, a_folder_in_the_way])
def test_the_command_refuses_a_folder_before_it_looks_for_land(
    saved: Path, out: Callable[[Path], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    folder = out(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setattr(command, "survey", lambda *_, **__: pytest.fail("computed in vain"))
    assert main(["annex", str(saved), "--city", str(GUANGZHOU), "--out", str(folder), "--lang", "en"]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "options",
    [
        ["--district", "999999"],
        ["--paper", "A9"],
        ["--compiler", "市局\U0001f3e2"],
        ["--template", __file__],
        ["--template", "no-such.docx"],
    ],
)
def test_the_command_refuses_what_is_asked_for_before_it_looks_for_land(
    saved: Path, options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "survey", lambda *_, **__: pytest.fail("computed in vain"))
    assert main(["annex", str(saved), "--city", str(GUANGZHOU), "--out", str(tmp_path), *options]) == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["plan", "supply", "access", "site", "example"])
def test_every_command_refuses_a_folder_first(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    needed = {
        "example": [],
        "plan": ["no-such-city", "--policy", "no-such-policy", "--year", "2020"],
        "access": ["no-such-city", "--plan", "no-such-plan"],
        "site": ["no-such-city", "--plan", "no-such-plan"],
    }
    arguments = [name, *needed.get(name, ["no-such-city"]), "--out", str(a_file(tmp_path)), "--lang", "en"]
    assert main(arguments) == 2
    assert "a folder that cannot be written" in capsys.readouterr().err
