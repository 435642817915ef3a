"""The command ``supply``."""

from pathlib import Path

import pytest

from landlink import cli
from landlink.plan.derivation.parcels import explain_parcel
from landlink.supply.find import Supply


def run(*arguments: object) -> int:
    return cli.main([str(argument) for argument in arguments])


def test_the_supply_command(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], supply: Supply) -> None:
    parcel = supply.developable.parcels.loc[supply.developable.parcels["developable_m2"] > 0, "parcel"].iloc[0]
    code = run("supply", example, "--out", tmp_path / "out", "--no-suitability", "--explain", parcel, "--lang", "en")
    shown = capsys.readouterr().out
    assert code == 0
    assert "Tianhe" in shown
    assert "status: synthetic" in shown
    assert f"Developable = {explain_parcel(supply, parcel, 'en').shown} m²" in shown
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "measured.csv", "supply.csv", "supply.gpkg", "supply.json", "supply.parquet",
            "supply_districts.csv"
    }  # fmt: skip
