"""The open layers that Guangzhou comes with: whole, nothing counted twice, each with its terms."""

import json
import re

import geopandas as gpd
import pytest
import shapely

from landlink.city import City, Land, credits_of, load_city, load_land
from landlink.crs import area_m2
from landlink.files import read_layer
from tests.paths import GUANGZHOU, ROOT

OSM = "© OpenStreetMap contributors, ODbL 1.0"


@pytest.fixture(scope="module")
def city() -> City:
    return load_city(GUANGZHOU)


@pytest.fixture(scope="module")
def land(city: City) -> Land:
    return load_land(city)


@pytest.fixture(scope="module")
def manifest() -> dict[str, dict]:
    content = json.loads((GUANGZHOU / "datapackage.json").read_text(encoding="utf-8"))
    return {resource["name"]: resource for resource in content["resources"]}


def test_urban_villages_are_the_standing_ones_of_the_source(city: City, land: Land) -> None:
    parcels = land.parcels
    assert len(parcels) == 325
    assert parcels["parcel"].is_unique
    assert set(parcels["status"]) == {"estimated"}
    assert set(parcels["land_source"]) == {"renewal"}
    assert all("研究者手工勾绘" in source for source in parcels["source"])
    assert parcels["code"].value_counts().to_dict() == {
        "440103": 117, "440105": 80, "440106": 67, "440104": 24, "440111": 23, "440113": 10, "440112": 4,
    }  # fmt: skip
    assert not city.complete, "a box in the middle of the city is no whole district"


def test_no_land_of_urban_villages_is_counted_twice(land: Land) -> None:
    """Of 2,367.94 ha 1.79 were claimed by two: 2,366.15 ha in the plane, 2,365.85 on the ellipsoid."""
    shapes = land.parcels.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = first < second
    assert pairs.any(), "neighbours touch"
    assert shapely.area(shapely.intersection(shapes[first[pairs]], shapes[second[pairs]])).max() == 0
    assert shapely.area(shapely.union_all(shapes)) == pytest.approx(shapely.area(shapes).sum(), rel=1e-12)
    assert area_m2(land.parcels).sum() == pytest.approx(23_658_452, abs=200)


def test_urban_villages_lie_in_the_district_that_they_name(land: Land) -> None:
    district = land.districts.set_index("code").geometry
    outside = land.parcels.geometry.difference(gpd.GeoSeries(district[land.parcels["code"]].to_numpy(), crs=land.crs))
    across = land.parcels["parcel"][outside.area > 1]
    assert list(across) == ["UV-59"], "0.70 ha of one are across the boundary"
    assert (outside.area < 0.1 * land.parcels.area).all()


def test_waterways_take_nothing_and_mark_what_is_near(land: Land) -> None:
    waterways = land.zones["waterways"]
    assert len(waterways) == 2_162 + 68
    assert set(waterways["kind"]) == {"river", "stream", "canal", "drain", "ditch", "riverbank"}
    row = land.constraints.set_index("constraint").loc["waterways"]
    assert (row["rule"], row["value"]) == ("warn", 20)
    assert len(land.layers["stations"]) == 297


def test_coordinates_have_seven_decimals() -> None:
    for name in ("urban_villages", "waterways_osm", "metro_stations_osm"):
        content = (GUANGZHOU / f"{name}.geojson").read_text(encoding="utf-8")
        assert not re.search(r"\d\.\d{8,}", content), name


def test_layers_of_openstreetmap_are_files_of_their_own_and_named(city: City, manifest: dict[str, dict]) -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for name in ("stations", "constraint-waterways"):
        resource = manifest[name]
        assert [licence["name"] for licence in resource["licenses"]] == ["ODbL-1.0"]
        assert credits_of(city)[name] == OSM
        assert resource["path"] in notice
        assert "status" in read_layer(GUANGZHOU / resource["path"])
    paths = [resource["path"] for resource in manifest.values()]
    assert len(paths) == len(set(paths)), "no two resources share a file"
    assert manifest["parcels"]["path"] in notice
    assert "10.21203/rs.3.rs-7288639/v1" in notice
    assert "10.21203/rs.3.rs-7288639/v1" in credits_of(city)["parcels"]
