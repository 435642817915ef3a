"""The command ``example``."""

from pathlib import Path

import pytest

from landlink import cli
from tests.paths import GUANGZHOU


def run(*arguments: object) -> int:
    return cli.main([str(argument) for argument in arguments])


def test_the_example_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "广州"
    assert run("example", "--city", GUANGZHOU, "--out", folder, "--parcels", 600, "--lang", "en") == 0
    assert "synthetic" in capsys.readouterr().out
    assert run("validate", folder) == 0
    assert "14 个土地图层" in capsys.readouterr().out
