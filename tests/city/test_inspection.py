"""Inspection of planners' files before they are added to a city."""

from pathlib import Path

import landlink
from landlink.city.inspection import inspect, likely_resource, mapping
from landlink.files import read_layer, save_layer
from tests.folders import ids
from tests.paths import GUANGZHOU


def test_columns_are_guessed() -> None:
    assert mapping(["BSM", "XZQDM", "DLBM", "XZQMC"], "parcels") == {
        "BSM": "parcel",
        "XZQDM": "code",
        "DLBM": "land_use",
    }


def test_a_file_is_inspected(example: Path, tmp_path: Path) -> None:
    city = landlink.load_city(GUANGZHOU)
    parcels = read_layer(example / "parcels.gpkg")
    seen = inspect(example / "parcels.gpkg", city)
    assert not seen.findings
    assert likely_resource(seen) == "parcels"
    wrong = parcels.to_crs(4526).set_crs(4547, allow_override=True)
    save_layer(wrong, tmp_path / "a.gpkg")
    assert [finding.fix for finding in inspect(tmp_path / "a.gpkg", city).findings] == ["EPSG:4526"]
    assert inspect(tmp_path / "a.gpkg", city).health is None, "geometry is examined once the coordinate system is right"
    assert not inspect(tmp_path / "a.gpkg", city, crs="EPSG:4526").findings
    assert ids(lambda: inspect(tmp_path / "a.gpkg", city, id_column="x")) == ["table.column_missing"]
    table = inspect(GUANGZHOU / "settlement.csv", city)
    assert likely_resource(table) == "settlement"
    assert table.sound
