"""The command ``check``."""

from pathlib import Path

import pandas as pd
import pytest

from landlink import cli
from landlink.files import read_layer, save_layer
from landlink.texts import text
from tests.paths import GUANGZHOU


def run(*arguments: object) -> int:
    return cli.main([str(argument) for argument in arguments])


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
    assert run("check", "districts.geojson", *arguments, "--city", ".", "--lang", "en") == 2
    expected = text(f"errors.{message}.mend", "en", name="", path="", row="", column="")
    assert expected[:20] in capsys.readouterr().err
    assert not list(GUANGZHOU.glob("x.*"))
