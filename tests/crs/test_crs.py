"""Area on the ellipsoid, shifted web-map coordinates, and coordinate systems that are missing or wrong."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer

import landlink
from landlink import crs
from landlink.crs.shifted import unshift
from tests.paths import GUANGZHOU

GEOD = Geod(a=6378137.0, rf=298.257222101)
PLANE = CRS.from_epsg(4547)


@pytest.fixture(scope="module")
def districts() -> gpd.GeoDataFrame:
    return landlink.load_city(GUANGZHOU).districts


def parcels(rng: np.random.Generator, count: int, size: float) -> gpd.GeoSeries:
    """Convex parcels in the plane, of about a radius in m, all over the zone."""
    x, y = rng.uniform(350_000, 650_000, count), rng.uniform(1_990_000, 5_900_000, count)
    angles = np.linspace(0, 2 * np.pi, 6, endpoint=False) + rng.uniform(0, 0.8, (count, 6))
    corners = np.stack([x[:, None] + size * np.cos(angles), y[:, None] + size * np.sin(angles)], axis=-1)
    return gpd.GeoSeries(shapely.polygons(corners), crs=PLANE)


def geodesic(shapes: gpd.GeoSeries) -> np.ndarray:
    oriented = shapely.orient_polygons(shapes.to_crs(4490).to_numpy())
    return np.array([abs(GEOD.geometry_area_perimeter(shape)[0]) for shape in oriented])


@pytest.mark.parametrize("size", [5, 50, 500])
@pytest.mark.parametrize("epsg", [4547, 4526, 4490, 4326, 3857, 32649])
def test_area_of_parcels_is_that_of_geodesics_to_1e_6(size: float, epsg: int) -> None:
    shapes = parcels(np.random.default_rng(size), 300, size)
    found = crs.area_m2(shapes.to_crs(epsg))
    np.testing.assert_allclose(found, geodesic(shapes), rtol=1e-6)


def test_area_of_a_large_square_is_the_integral_of_the_scale() -> None:
    """A square of 60 km beside the zone's edge, against the sum of 1,000 × 1,000 cells by PROJ's own scale."""
    west, south, side, count = 600_000.0, 2_500_000.0, 60_000.0, 1000
    steps = (np.arange(count) + 0.5) * side / count
    x, y = np.meshgrid(west + steps, south + steps)
    degrees = Transformer.from_crs(PLANE, 4490, always_xy=True).transform(x.ravel(), y.ravel())
    scale = crs_factors(degrees)
    expected = ((side / count) ** 2 / scale**2).sum()
    found = crs.area_m2(gpd.GeoSeries([shapely.box(west, south, west + side, south + side)], crs=PLANE))
    assert found[0] == pytest.approx(expected, rel=1e-9)


def crs_factors(degrees: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    from pyproj import Proj

    return np.asarray(Proj(PLANE).get_factors(*degrees).areal_scale) ** 0.5


def test_holes_parts_and_other_shapes() -> None:
    outer, hole = (
        shapely.box(430_000, 2_500_000, 430_100, 2_500_100),
        shapely.box(430_010, 2_500_010, 430_030, 2_500_020),
    )
    far = shapely.box(440_000, 2_500_000, 440_100, 2_500_050)
    ringed = shapely.Polygon(outer.exterior, [hole.exterior.coords])
    shapes = [
        outer,
        hole,
        ringed,
        shapely.MultiPolygon([ringed, far]),
        far,
        None,
        shapely.Polygon(),
        shapely.Point(430_000, 2_500_000),
        shapely.GeometryCollection([far, shapely.Point(1, 1)]),
        shapely.reverse(ringed),
    ]
    a = crs.area_m2(gpd.GeoSeries(shapes, crs=PLANE))
    assert a[2] == pytest.approx(a[0] - a[1], abs=1e-9)
    assert a[3] == pytest.approx(a[2] + a[4], abs=1e-9)
    assert list(a[5:8]) == [0, 0, 0]
    assert a[8] == a[4]
    assert a[9] == pytest.approx(a[2], abs=1e-9)
    # 70 km west of the central meridian the plane enlarges by x²/R² = 0.000121: 10,000 m² are 9,998.8
    assert a[0] == pytest.approx(9998.79, abs=0.01)


def test_area_needs_a_crs() -> None:
    with pytest.raises(landlink.CrsError) as error:
        crs.area_m2(gpd.GeoSeries([shapely.box(0, 0, 1, 1)]))
    assert [fault.id for fault in error.value.faults] == ["layer.crs_missing"]


def test_area_is_the_sum_of_its_pieces() -> None:
    shapes = parcels(np.random.default_rng(3), 200, 300)
    x = shapes.centroid.x.to_numpy()
    west = shapely.intersection(shapes.to_numpy(), shapely.box(x - 1000, 0, x, 1e7))
    east = shapely.difference(shapes.to_numpy(), shapely.box(x - 1000, 0, x, 1e7))
    parts = crs.area_m2(gpd.GeoSeries(west, crs=PLANE)) + crs.area_m2(gpd.GeoSeries(east, crs=PLANE))
    np.testing.assert_allclose(parts, crs.area_m2(shapes), rtol=1e-10)


china = st.tuples(st.floats(74, 134), st.floats(4, 53))


@given(st.lists(china, min_size=1, max_size=50), st.sampled_from(crs.SHIFTED))
def test_shifting_there_and_back_stays_within_a_micrometre(
    points: list[tuple[float, float]], system: crs.Shifted
) -> None:
    start = np.array(points)
    there = crs.to_shifted(start, system)
    assert (np.abs(there - start).max(axis=1) > 1e-4).all(), "every point of China is shifted by more than ten metres"
    assert np.abs(crs.from_shifted(there, system) - start).max() * 111_320 < 1e-6


@settings(max_examples=30)
@given(china)
def test_shifted_coordinates_are_those_of_prcoords(point: tuple[float, float]) -> None:
    import prcoords

    wgs = prcoords.Coords(lat=point[1], lon=point[0])
    for system, theirs in (("GCJ-02", prcoords.wgs_gcj), ("BD-09", prcoords.wgs_bd)):
        expected = theirs(wgs)
        found = crs.to_shifted(np.array([point]), system)[0]
        np.testing.assert_allclose(found, [expected.lon, expected.lat], atol=1e-11)


def test_a_known_point_of_amap() -> None:
    """天安门: WGS 84 116.39128, 39.90734 is GCJ-02 116.39752, 39.90874 as web maps' users publish it."""
    found = crs.to_shifted(np.array([[116.39128, 39.90734]]), "GCJ-02")[0]
    np.testing.assert_allclose(found, [116.39752, 39.90874], atol=2e-5)


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


def test_a_specification_that_is_none(districts: gpd.GeoDataFrame) -> None:
    with pytest.raises(landlink.CrsError) as error:
        crs.declare(districts, "广州2000")
    assert [fault.id for fault in error.value.faults] == ["layer.crs_unknown"]


def test_layers_of_different_systems_do_not_meet(districts: gpd.GeoDataFrame) -> None:
    with pytest.raises(landlink.CrsError) as error:
        crs.same_crs(districts, districts.to_crs(4547))
    assert [fault.id for fault in error.value.faults] == ["layer.crs_wrong"]
    assert crs.same_crs(districts, districts) == districts.crs


def test_web_map_districts_come_back_to_their_place(districts: gpd.GeoDataFrame) -> None:
    back = unshift(shifted(districts, "GCJ-02").geometry.to_numpy(), "GCJ-02")
    assert shapely.hausdorff_distance(back, districts.geometry.to_numpy()).max() < 1e-11
