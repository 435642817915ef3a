"""A saved supply on the command line: the same sites as without it, and nothing computed again."""

from pathlib import Path

import pytest

from landlink import cli


def run(*arguments: object) -> int:
    return cli.main([str(argument) for argument in arguments])


@pytest.fixture
def plan(example: Path, tmp_path: Path) -> Path:
    assert run("plan", example, "--policy", "guangzhou-2018", "--year", 2020, "--out", tmp_path / "out") == 0
    return tmp_path / "out"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_sites_are_the_same_and_the_supply_is_not_computed_again(
    example: Path, plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landlink.supply.find.CELL_M", 400.0)
    site = ("site", example, "--plan", plan, "--facility", "primary_school", "--candidates", 30, "--cell", 400)
    assert run(*site, "--gap", 0, "--out", tmp_path / "without") == 0
    assert run("supply", example, "--out", tmp_path / "supply") == 0
    monkeypatch.setattr("landlink.supply.find.developable", None)
    monkeypatch.setattr("landlink.supply.find.factor_values", None)
    assert run(*site, "--gap", 0, "--supply", tmp_path / "supply", "--out", tmp_path / "with") == 0
    assert contents(tmp_path / "with") == contents(tmp_path / "without")


def test_a_supply_that_cannot_be_used_is_refused_with_the_mend(
    example: Path, plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("supply", example, "--no-suitability", "--out", tmp_path / "supply") == 0
    refused = {
        tmp_path / "supply": "--no-suitability",  # no scores to site with
        tmp_path / "nowhere": "landlink supply",
    }
    for folder, mend in refused.items():
        assert run("site", example, "--plan", plan, "--supply", folder, "--out", tmp_path / "sited") == 2
        assert mend in capsys.readouterr().err
    assert run("annex", plan, "--supply", tmp_path / "supply", "--out", tmp_path / "annex") == 2
    assert "--city" in capsys.readouterr().err
    assert not (tmp_path / "sited").exists()
