"""The shifted coordinates of web maps, there and back."""

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import landlink
from landlink import crs
from landlink.crs.shifted import unshift
from tests.paths import GUANGZHOU

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


def test_web_map_districts_come_back_to_their_place() -> None:
    districts = landlink.load_city(GUANGZHOU).districts
    back = unshift(shifted(districts, "GCJ-02").geometry.to_numpy(), "GCJ-02")
    assert shapely.hausdorff_distance(back, districts.geometry.to_numpy()).max() < 1e-11
