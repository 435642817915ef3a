"""A layer's coordinate system as declared, and the systems that landlink works in."""

import geopandas as gpd
import pytest

import landlink
from landlink import crs
from tests.paths import GUANGZHOU


@pytest.fixture(scope="module")
def districts() -> gpd.GeoDataFrame:
    return landlink.load_city(GUANGZHOU).districts


def test_a_specification_that_is_none(districts: gpd.GeoDataFrame) -> None:
    with pytest.raises(landlink.CrsError) as error:
        crs.declare(districts, "广州2000")
    assert [fault.id for fault in error.value.faults] == ["layer.crs_unknown"]


def test_layers_of_different_systems_do_not_meet(districts: gpd.GeoDataFrame) -> None:
    with pytest.raises(landlink.CrsError) as error:
        crs.same_crs(districts, districts.to_crs(4547))
    assert [fault.id for fault in error.value.faults] == ["layer.crs_wrong"]
    assert crs.same_crs(districts, districts) == districts.crs
