"""Inspection of planners' files before they are added to a city."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import landlink
from landlink.city.inspection import (
    boundary_areas,
    boundary_departures,
    boundary_questions,
    inspect,
    likely_resource,
    mapping,
)
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


def district(official_ha: float) -> gpd.GeoDataFrame:
    """A square of 1,000 m on the central meridian, 100 ha, with a published area."""
    square = shapely.box(499_500, 2_560_000, 500_500, 2_561_000)
    return gpd.GeoDataFrame({"code": ["440112"], "official_area_ha": [official_ha]}, geometry=[square], crs=4547)


@pytest.mark.parametrize(
    ("official_ha", "departure", "questioned"),
    [(100, 0.0, False), (95, 5.26, False), (111, -9.91, False), (91, 9.89, False), (90, 11.11, True),
     (112, -10.71, True), (0, None, True)],
)  # fmt: skip
def test_a_boundary_s_area_against_the_published_one(
    official_ha: float,
    departure: float | None,
    questioned: bool,  # noqa: FBT001
) -> None:
    """A square of 1,000 m × 1,000 m has 100 ha: (100 − 95) ÷ 95 = +5.26 %, (100 − 112) ÷ 112 = −10.71 %."""
    areas = boundary_areas(district(official_ha)).iloc[0]
    assert areas["geometric_m2"] == 1_000_000
    assert areas["official_m2"] == official_ha * 10_000
    assert pd.isna(areas["departure_pct"]) if departure is None else areas["departure_pct"] == departure
    assert (len(boundary_departures(district(official_ha))) == 1) is questioned
    assert [fault.text("zh") != "" for fault in boundary_questions(district(official_ha))] == [True] * questioned


def test_two_districts_of_guangzhou_are_questioned() -> None:
    city = landlink.load_city(GUANGZHOU)
    questions = boundary_questions(city.districts)
    assert [(fault.id, fault.values["code"], fault.values["departure"], fault.question) for fault in questions] == [
        ("data.boundary_area", "440106", "+42.4", True),
        ("data.boundary_area", "440111", "-16.6", True),
    ]
    assert all(fault.text(lang) for fault in questions for lang in ("zh", "en"))
