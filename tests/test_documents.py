"""The documents name what there is, and what they say can be run runs."""

import importlib
import re
import shlex
from pathlib import Path

import pytest

from landlink import cli
from landlink.policy import FACILITY_FIELDS, PARAMETERS
from landlink.schema import INPUTS
from tests.paths import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_links_lead_somewhere() -> None:
    broken = [
        f"{page.name}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)#\s]+)\)", page.read_text(encoding="utf-8"))
        if not target.startswith("http") and not (page.parent / target).exists()
    ]
    assert broken == []


def test_every_table_and_column_is_documented() -> None:
    text = (ROOT / "docs/data.md").read_text(encoding="utf-8")
    names = [name for table in INPUTS.values() for name in (table.name, *table.names)]
    assert [name for name in names if f"`{name}`" not in text] == []


def test_every_parameter_is_documented() -> None:
    text = (ROOT / "docs/policy.md").read_text(encoding="utf-8")
    assert [name for name in (*PARAMETERS, *FACILITY_FIELDS) if f"`{name}`" not in text] == []


def test_every_option_of_plan_is_in_the_readme(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["plan", "--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help", "--out"}
    assert options
    assert [option for option in options if option not in README] == []


def test_the_readme_s_commands_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "geodata").symlink_to(ROOT / "geodata")
    commands = re.findall(r"^landlink (.*?)(?:\s+#.*)?$", README, re.MULTILINE)
    assert {command.split()[0] for command in commands} == {
        *("plan", "explain", "annex", "verify", "template", "validate"),
        *("example", "supply", "check", "convert", "access", "site"),
    }
    for command in commands:
        assert cli.main(shlex.split(command)) == 0, command
    assert (tmp_path / "out/quota.csv").is_file()
    title = "广州市2020年度人地挂钩方案附件"
    assert {path.name for path in (tmp_path / "annex").iterdir()} == {f"{title}.zip", f"{title}_440112黄埔区.zip"}


def test_the_readme_s_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "geodata").symlink_to(ROOT / "geodata")
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert code
    exec(code[1], {})  # noqa: S102 - the README's own example
    assert (tmp_path / "out/plan.json").is_file()


def test_the_code_of_the_python_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs/python.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) > 5
    exec("\n".join(blocks), {})  # noqa: S102 - the page's own examples, from top to bottom
    assert {path.name for path in tmp_path.iterdir()} >= {"out", "land", "supply", "annex"}


def test_every_name_on_the_python_page_is_there() -> None:
    page = (ROOT / "docs/python.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`landlink\.[^|]+) \| ([^|]+) \|$", page, re.MULTILINE)
    assert len(rows) > 8
    for modules, names in rows:
        for module in re.findall(r"`(landlink[\w.]*)`", modules):
            loaded = importlib.import_module(module)
            # With several modules in a row, its names are those of any.
            if modules.count("`") == 2:
                known = [name for name in re.findall(r"`(\w+)`", names) if name != "find_supply"]
                assert [name for name in known if not hasattr(loaded, name)] == []
