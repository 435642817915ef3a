"""Coordinate systems that are missing, wrong or shifted are detected, each with its fix."""

import geopandas as gpd
import pytest
import shapely

import landlink
from landlink import crs
from tests.paths import GUANGZHOU


@pytest.fixture(scope="module")
def districts() -> gpd.GeoDataFrame:
    return landlink.load_city(GUANGZHOU).districts


def shifted(layer: gpd.GeoDataFrame, system: crs.Shifted) -> gpd.GeoDataFrame:
    moved = shapely.transform(layer.geometry.to_numpy(), lambda points: crs.to_shifted(points, system))
    return layer.set_geometry(gpd.GeoSeries(moved, index=layer.index, crs=layer.crs))


def labelled(layer: gpd.GeoDataFrame, epsg: int | None) -> gpd.GeoDataFrame:
    return layer.set_crs(epsg, allow_override=True)


def swapped(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    moved = shapely.transform(layer.geometry.to_numpy(), lambda points: points[:, ::-1])
    return layer.set_geometry(gpd.GeoSeries(moved, index=layer.index, crs=layer.crs))


# what has been done to right data, the message, and the fix proposed
WRONG = {
    "GCJ-02 labelled WGS 84": (lambda d: labelled(shifted(d, "GCJ-02"), 4326), "crs.shifted_map", "GCJ-02"),
    "BD-09 labelled CGCS2000": (lambda d: shifted(d, "BD-09"), "crs.shifted_map", "BD-09"),
    "no CRS, degrees": (lambda d: labelled(d, None), "crs.missing", "EPSG:4490"),
    "no CRS, zone 38": (lambda d: labelled(d.to_crs(4526), None), "crs.missing", "EPSG:4526"),
    "no CRS, CM 114": (lambda d: labelled(d.to_crs(4547), None), "crs.missing", "EPSG:4547"),
    "no CRS, the zone beside": (lambda d: labelled(d.to_crs(4546), None), "crs.missing", "EPSG:4546"),
    "no CRS, UTM": (lambda d: labelled(d.to_crs(32649), None), "crs.missing", "EPSG:32649"),
    "no CRS, web mercator": (lambda d: labelled(d.to_crs(3857), None), "crs.missing", "EPSG:3857"),
    "zone-prefixed easting": (lambda d: labelled(d.to_crs(4526), 4547), "crs.wrong", "EPSG:4526"),
    "prefix declared, not there": (lambda d: labelled(d.to_crs(4547), 4526), "crs.wrong", "EPSG:4547"),
    "another zone": (lambda d: labelled(d.to_crs(4546), 4547), "crs.wrong", "EPSG:4546"),
    "degrees labelled metres": (lambda d: labelled(d, 4547), "crs.unit_wrong", "EPSG:4490"),
    "metres labelled degrees": (lambda d: labelled(d.to_crs(4547), 4326), "crs.unit_wrong", "EPSG:4547"),
    "latitude first": (swapped, "crs.swapped", "swapped EPSG:4490"),
    "northing first": (lambda d: swapped(d.to_crs(4547)), "crs.swapped", "swapped EPSG:4547"),
    "another city": (lambda d: d.set_geometry(d.translate(3, 17)), "crs.elsewhere", ""),
    "shifted as an old datum": (lambda d: d.set_geometry(d.to_crs(4547).translate(60, -45)), "crs.shifted", ""),
    "Xi'an 1980": (lambda d: d.to_crs(2383), "crs.old_datum", ""),
    "Beijing 1954": (lambda d: d.to_crs(2435), "crs.old_datum", ""),
}


@pytest.mark.parametrize(("change", "message", "fix"), WRONG.values(), ids=WRONG)
def test_a_wrong_system_is_found_with_its_fix(districts: gpd.GeoDataFrame, change, message: str, fix: str) -> None:
    given = change(districts)
    before = given.geometry.copy()
    found = crs.detect(given, districts, "x.shp")
    assert [(finding.fault.id, finding.fix) for finding in found] == [(message, fix)]
    assert all(finding.fault.question for finding in found)
    assert all(finding.fault.text(lang) for finding in found for lang in ("zh", "en"))
    assert given.geometry.equals(before), "nothing is applied by itself"
    if fix:
        mended = crs.to_cgcs2000(crs.declare(given, fix), "x.shp")
        off = mended.geometry.to_crs(4547).hausdorff_distance(districts.geometry.to_crs(4547))
        assert off.max() < 0.001
        assert crs.detect(crs.declare(given, fix), districts) == []


@pytest.mark.parametrize("epsg", [4490, 4326, 4547, 4526, 32649, 3857])
def test_a_right_system_is_left_alone(districts: gpd.GeoDataFrame, epsg: int) -> None:
    assert crs.detect(districts.to_crs(epsg), districts) == []
    assert crs.detect(districts.iloc[[3]].to_crs(epsg), districts) == []


def test_no_shapes_no_findings(districts: gpd.GeoDataFrame) -> None:
    assert crs.detect(districts.iloc[:0], districts) == []
    assert crs.detect(gpd.GeoDataFrame(geometry=[None, shapely.Point()], crs=4490), districts) == []


def test_a_local_grid_by_its_proj_string(districts: gpd.GeoDataFrame) -> None:
    local = "+proj=tmerc +lat_0=22.5 +lon_0=113.3 +x_0=40000 +y_0=20000 +ellps=GRS80 +units=m"
    given = labelled(districts.to_crs(local), None)
    assert [finding.fault.id for finding in crs.detect(given, districts)] == ["crs.elsewhere"]
    mended = crs.to_cgcs2000(crs.declare(given, local), "")
    assert mended.geometry.to_crs(4547).hausdorff_distance(districts.geometry.to_crs(4547)).max() < 0.001
