"""The command ``convert``."""

from pathlib import Path

import pytest

from landlink import cli
from landlink.files import read_layer
from tests.paths import GUANGZHOU


def run(*arguments: object) -> int:
    return cli.main([str(argument) for argument in arguments])


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
