"""The command line: exit codes, files, languages, and nothing half-written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import landlink
from landlink import cli
from landlink.cli.commands import COMMANDS
from landlink.files import write_files
from landlink.texts import LANGS
from tests.paths import GUANGZHOU

CITY = str(GUANGZHOU)
PLAN = ["plan", CITY, "--policy", "guangzhou-2018", "--year", "2020"]
FILES = ["ledger.csv", "needs.csv", "plan.json", "quota.csv", "sources.csv"]


def run(*arguments: object) -> int:
    return cli.main([str(argument) for argument in arguments])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "产出"
    assert run(*PLAN, "--out", folder) == 0
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_another_base_year_is_an_option(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    planned = ["plan", CITY, "--policy", "guangzhou-2018", "--year", "2018", "--basis", "planned", "--out", tmp_path]
    assert run(*planned) == 2
    assert "--base-year" in capsys.readouterr().err
    assert run(*planned, "--base-year", "2016") == 2
    assert "2016" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    assert run(*planned, "--base-year", "2019") == 0
    assert "按选定取 2019 年末" in capsys.readouterr().out
    assert landlink.load_plan(tmp_path).options.base_year == 2019


@pytest.mark.bare
def test_plan_writes_its_files_and_prints_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*PLAN, "--out", tmp_path) == 0
    assert names(tmp_path) == FILES
    shown = capsys.readouterr().out
    assert "1,626.64" in shown
    assert "830.41" in shown
    assert "估算" in shown


def test_plan_in_english(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*PLAN, "--out", tmp_path, "--lang", "en") == 0
    shown = capsys.readouterr().out
    assert "Huangpu" in shown
    assert "estimated" in shown


def test_the_language_of_the_environment(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("LANDLINK_LANG", "en")
    assert run("validate", "nowhere") == 2
    assert "failed; 1 to fix" in capsys.readouterr().err


WRONG_OPTIONS = {
    "cap no number": (["--cap", "many"], "--cap"),
    "cap negative": (["--cap=-1"], "cap_ha"),
    "cap infinite": (["--cap", "inf"], "cap_ha"),
    "adjustment beyond 10 %": (["--adjust", "10.5"], "adjust_pct"),
    "share beyond 1": (["--offset-share", "20"], "offset_share"),
    "unknown rule": (["--rule", "fair"], "rule"),
    "unknown basis": (["--basis", "last"], "basis"),
    "unknown policy": (["--policy", "nowhere-2018"], "nowhere-2018"),
    "year without data": (["--year", "1999"], "1998"),
}


@pytest.mark.parametrize(("options", "named"), WRONG_OPTIONS.values(), ids=WRONG_OPTIONS)
def test_wrong_options(tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], named: str) -> None:
    assert run(*PLAN, "--out", tmp_path / "out", *options) == 2
    assert named in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("share", ["0.2", "20%"])
def test_offset_share_as_a_part_or_in_percent(tmp_path: Path, share: str) -> None:
    assert run(*PLAN, "--out", tmp_path, "--offset-share", share) == 0
    row = (tmp_path / "quota.csv").read_text(encoding="utf-8-sig").splitlines()[6].split(",")
    assert row[9] == "190940"  # 黄埔: 954,700 × 0.2


def test_an_output_folder_that_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        assert run(*PLAN, "--out", folder) == 2
        assert str(folder) in capsys.readouterr().err
    assert (tmp_path / "file").read_text() == "x"


def test_a_target_that_cannot_be_replaced_leaves_all_as_it_was(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (out / "quota.csv").read_bytes()
    (out / "plan.json").unlink()
    (out / "plan.json").mkdir()
    assert run(*PLAN, "--out", out, "--cap", 100) == 2
    assert "plan.json" in capsys.readouterr().err
    assert (out / "quota.csv").read_bytes() == before
    assert names(out) == FILES


def test_a_failure_midway_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(_: Path) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(landlink.OutputError) as error:
        write_files(tmp_path, {"a.txt": b"new", "b.bin": fail})
    assert error.value.faults[0].id == "output.file"
    assert names(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_explain(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run("explain", out, "quota", "440112") == 0
    assert "954,700 m²" in capsys.readouterr().out
    assert run("explain", out, "needs", "440112", "--facility", "hospital", "--json", "--lang", "en") == 0
    tree = json.loads(capsys.readouterr().out)
    assert (tree["value"], tree["unit"]) == (23_400, "m²")
    assert [part["label"] for part in tree["inputs"]] == ["Units", "land per unit"]


@pytest.mark.parametrize(
    ("arguments", "listed"),
    [
        (["quotas", "440112"], "quota | sources | needs | ledger | uses"),
        (["quota", "999999"], "440112"),
        (["quota", "440112", "land"], "entitlement_m2"),
        (["needs", "440112"], "hospital"),
        (["needs", "440112", "--facility", "pool"], "hospital"),
    ],
)
def test_explain_lists_what_there_is(
    out: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], listed: str
) -> None:
    assert run("explain", out, *arguments) == 2
    assert listed in capsys.readouterr().err


def test_commands_that_need_a_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", tmp_path, "quota", "440112") == 2
    assert run("annex", tmp_path, "--out", tmp_path) == 2
    assert capsys.readouterr().err.count("plan.json") >= 2
    assert names(tmp_path) == []


@pytest.mark.bare
def test_annex(out: Path, tmp_path: Path) -> None:
    assert run("annex", out, "--out", tmp_path / "annex") == 0
    assert run("annex", out, "--out", tmp_path / "annex", "--lang", "en") == 0
    assert len(names(tmp_path / "annex")) == 2
    (chinese,) = (tmp_path / "annex").glob("广州*.zip")
    assert run("verify", chinese) == 0
    chinese.write_bytes(chinese.read_bytes()[:-100])
    assert run("verify", chinese) == 2
    assert run("annex", out, "--out", tmp_path / "annex", "--district", "1") == 2


@pytest.mark.bare
def test_validate(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run("validate", CITY, "--policy", "guangzhou-2018") == 0
    said = capsys.readouterr().out
    assert "440106" in said, "the boundary of 天河 is questioned, and not refused"
    assert "+42.4%" in said
    assert "11" in said
    policy = tmp_path / "policy.yaml"
    policy.write_text("id: a\n", encoding="utf-8")
    assert run("validate", tmp_path, "--policy", policy) == 2
    told = capsys.readouterr().err
    assert "datapackage.json" in told
    assert "policy.yaml" in told


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_help(command: str, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        run(command, "--lang", lang, "--help")
    assert stop.value.code == 0
    assert command in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["plan"], ["fly"], ["plan", CITY, "--yer", "2020"]])
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        run(*arguments)
    assert stop.value.code == 2


@pytest.mark.skipif(os.name == "nt", reason="a shell's pipe")
def test_a_reader_that_leaves_early(out: Path) -> None:
    command = f"'{sys.executable}' -m landlink.cli explain '{out}' quota 440111 | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.bare
def test_as_a_process_where_the_terminal_knows_no_chinese(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    command = [sys.executable, "-m", "landlink.cli", *PLAN, "--out", str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert done.returncode == 0
    assert "黄埔区" in done.stdout.decode("utf-8")
    assert names(tmp_path) == FILES
