"""Area on the ellipsoid: right anywhere, and of each shape by itself."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod, Proj, Transformer

import landlink
from landlink import crs
from landlink.crs.area import _zone_crs

GEOD = Geod(a=6378137.0, rf=298.257222101)
PLANE = CRS.from_epsg(4547)


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


def densified(shapes: gpd.GeoSeries, count: int) -> np.ndarray:
    """Area within geodesics between points so dense that they follow the plane's straight edges."""
    edges = shapely.segmentize(shapes.to_numpy(), shapely.length(shapes.to_numpy()) / count)
    return geodesic(gpd.GeoSeries(edges, crs=shapes.crs))


def squares(x: np.ndarray, y: np.ndarray, side: float) -> np.ndarray:
    return shapely.box(x, y, x + side, y + side)


@pytest.mark.parametrize("side", [3_000.0, 300_000.0])
def test_area_is_right_up_to_600_km_from_the_central_meridian(side: float) -> None:
    """Against geodesics between points along the plane's straight edges; 600 km are 5.4° at the equator."""
    x, y = np.meshgrid([-598_000.0, -400_000.0, -160_000.0, 0.0, 250_000.0], [10_000.0, 2_500_000.0, 5_600_000.0])
    shapes = gpd.GeoSeries(squares(500_000 + x.ravel(), y.ravel(), side), crs=PLANE)
    np.testing.assert_allclose(crs.area_m2(shapes), densified(shapes, 4_000), rtol=1e-8)
    np.testing.assert_allclose(crs.plane_area_m2(shapes.to_numpy(), 500_000.0), crs.area_m2(shapes), rtol=0)


@pytest.mark.parametrize("longitude", [-179.9, -77.0, 0.0, 37.6, 74.0, 135.9, 151.2, 179.0])
@pytest.mark.parametrize("epsg", [4490, 4326])
def test_area_is_right_at_every_longitude(longitude: float, epsg: int) -> None:
    """A cell of 0.01° at 23° N, 1,135,334.6 m² wherever it lies; at 0° it was measured 143 times too small."""
    cell = shapely.box(longitude, 23, longitude + 0.01, 23.01)
    found = crs.area_m2(gpd.GeoSeries([cell], crs=epsg))
    assert found[0] == pytest.approx(1_135_334.6, rel=1e-6)
    assert found[0] == pytest.approx(abs(GEOD.geometry_area_perimeter(cell)[0]), rel=1e-6)


def test_a_shape_too_far_from_its_plane_is_measured_in_its_own_zone() -> None:
    """A parcel near Harbin (126.5° E) in a layer of Guangzhou's plane (114° E) lies 960 km off."""
    here = crs.area_m2(gpd.GeoSeries([shapely.box(126.5, 45.7, 126.502, 45.702)], crs=4490))
    off = gpd.GeoSeries([shapely.box(126.5, 45.7, 126.502, 45.702)], crs=4490).to_crs(4547)
    assert crs.area_m2(off)[0] == pytest.approx(here[0], rel=1e-6)


def test_a_shape_of_many_degrees_is_measured_along_geodesics() -> None:
    """Between 80° and 130° E and 20° and 50° N, and again without a hole and with a second part beyond the sea."""
    hole = shapely.box(100, 30, 101, 31)
    wide = shapely.Polygon(shapely.box(80, 20, 130, 50).exterior, [hole.exterior.coords])
    part = shapely.box(140, 36, 160, 38)
    found = crs.area_m2(gpd.GeoSeries([wide, part, shapely.MultiPolygon([wide, part])], crs=4490))
    assert found[0] == pytest.approx(geodesic(gpd.GeoSeries([wide], crs=4490))[0], rel=1e-12)
    assert found[2] == pytest.approx(found[0] + found[1], rel=1e-12)


def test_what_cannot_be_measured_is_refused_by_row() -> None:
    good = shapely.box(500_000, 2_500_000, 500_100, 2_500_100)
    nowhere = shapely.box(0, np.inf, 1, 2)
    with pytest.raises(landlink.CrsError) as error:
        crs.area_m2(gpd.GeoSeries([good, None, nowhere], crs=PLANE))
    assert [(fault.id, fault.row) for fault in error.value.faults] == [("layer.area_beyond", 3)]
    assert all("600" in error.value.text(lang) for lang in ("zh", "en"))
    with pytest.raises(landlink.CrsError) as error:
        crs.plane_area_m2(np.array([good, shapely.box(1_100_000, 0, 1_100_001, 1)]), 500_000.0)
    assert [(fault.id, fault.row) for fault in error.value.faults] == [("layer.area_beyond", 2)]


anywhere = st.lists(st.tuples(st.floats(-178, 178), st.floats(-80, 80), st.floats(1e-5, 1.0)), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(anywhere, st.randoms(use_true_random=False), st.sampled_from([4490, 3857, "plane"]))
def test_the_area_of_a_row_is_its_own(cells: list[tuple[float, float, float]], random, epsg: object) -> None:
    """A row alone, with others, or elsewhere among them has the same area, to the last digit."""
    shapes = gpd.GeoSeries([shapely.box(x, y, x + size, y + size) for x, y, size in cells], crs=4490)
    shapes = shapes if epsg == 4490 else shapes.to_crs(PLANE if epsg == "plane" else epsg)
    shapes = shapes[np.isfinite(shapes.bounds).all(axis=1)].reset_index(drop=True)
    together = crs.area_m2(shapes)
    assert [crs.area_m2(shapes.iloc[[row]])[0] for row in range(len(shapes))] == together.tolist()
    order = list(range(len(shapes)))
    random.shuffle(order)
    assert crs.area_m2(shapes.iloc[order]).tolist() == together[order].tolist()


@settings(max_examples=60, deadline=None)
@given(st.floats(-60, 60), st.floats(-80, 80), st.floats(1e-4, 3.0), st.integers(-39, 39))
def test_moving_a_shape_by_zones_leaves_its_area(longitude: float, latitude: float, size: float, zones: int) -> None:
    """The ellipsoid is one of revolution; degrees lose digits as they grow, hence 1e-9 of the smallest cell's side."""
    cell = shapely.box(longitude, latitude, longitude + size, latitude + size)
    moved = shapely.transform(cell, lambda points: points + np.array([3 * zones, 0]))
    area, there = crs.area_m2(gpd.GeoSeries([cell, moved], crs=4490))
    assert there == pytest.approx(area, rel=1e-9)


def test_zones_beyond_those_of_china_are_planes_of_cgcs2000() -> None:
    assert _zone_crs(38).to_epsg() == 4547
    assert crs.area.false_easting(_zone_crs(0)) == 500_000
    assert _zone_crs(0).geodetic_crs == CRS.from_epsg(4490)
