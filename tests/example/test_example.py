"""The example's layers: seeded, inside the districts, as many as asked for, and exact where statistics exist."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from geopandas.testing import assert_geodataframe_equal
from rasterio.features import rasterize

import landlink
from landlink.city import landuse
from landlink.city.land import Land, credits_of, load_land
from landlink.crs import plane_of, to_plane
from landlink.example import fabric, layers, make_example
from landlink.example.fields import Scene
from landlink.files import read_layer
from landlink.supply.overlay import meet
from tests.paths import GUANGZHOU


@pytest.fixture(scope="module")
def city() -> landlink.City:
    return landlink.load_city(GUANGZHOU)


@pytest.fixture(scope="module")
def districts(city: landlink.City) -> gpd.GeoDataFrame:
    return to_plane(city.districts[["code", "geometry"]], plane_of(city.districts))


@pytest.mark.parametrize("count", [500, 3_000, 20_000])
def test_as_many_parcels_as_asked_for_none_overlapping_all_inside(districts: gpd.GeoDataFrame, count: int) -> None:
    found = fabric.parcels(Scene.of(districts, 1), count)
    assert len(found) == pytest.approx(count, rel=0.06)
    assert found["parcel"].is_unique
    assert found.is_valid.all()
    shapes = found.geometry.to_numpy()
    assert shapely.area(shapely.union_all(shapes)) == pytest.approx(found.area.sum(), rel=1e-9)
    for code, own in found.groupby("code"):
        district = districts.set_index("code").loc[code, "geometry"]
        assert own.geometry.difference(district).area.sum() < 1e-3
    assert (found.area >= fabric.SMALLEST).all()
    known = [landuse.land_use("ydyh", use) for use in found["land_use"].unique()]
    assert None not in known
    sources = found["land_source"].value_counts(normalize=True)
    assert set(sources.index) <= {"new", "renewal", "idle", "offset", "none"}
    assert sources["none"] > 0.5


def test_the_same_seed_gives_the_same_parcels(districts: gpd.GeoDataFrame) -> None:
    one, same, other = (fabric.parcels(Scene.of(districts, seed), 800) for seed in (7, 7, 8))
    assert one.drop(columns="geometry").equals(same.drop(columns="geometry"))
    assert shapely.equals_identical(one.geometry.to_numpy(), same.geometry.to_numpy()).all()
    assert len(one) != len(other) or not one.geometry.equals(other.geometry)


def test_facilities_are_as_many_as_the_statistics_say(land: Land) -> None:
    facilities = land.layers["facilities"]
    counts = facilities["facility"].value_counts()
    assert counts["primary_school"] == 992
    assert counts["junior_secondary"] == 419
    assert counts["senior_secondary"] == 120
    assert facilities.loc[facilities["facility"] == "hospital", "capacity"].sum() == 101_640
    assert set(facilities["code"]) == set(land.city.codes)
    located = gpd.sjoin(facilities[["code", "geometry"]], land.districts, predicate="within", lsuffix="own")
    assert (located["code_own"] == located["code_right"]).all()


def test_residents_of_the_raster_are_those_of_the_statistics(land: Land) -> None:
    population = land.city.tables["population"]
    residents = population[(population["kind"] == "resident") & population["code"].isin(land.city.codes)]
    totals = {tuple(series.set_index("code")["persons"][land.city.codes]) for _, series in
              residents.groupby(["date", "series"]) if set(land.city.codes) == set(series["code"])}  # fmt: skip
    with rasterio.open(land.rasters["population-raster"]) as source:
        people = source.read(1)
        assert source.tags()["status"] == "synthetic"
        shapes = [(shape, place + 1) for place, shape in enumerate(land.districts.geometry)]
        district = rasterize(shapes, out_shape=people.shape, transform=source.transform)
    sums = tuple(int(people[district == place + 1].sum()) for place in range(len(land.districts)))
    assert sums in totals
    assert people[district == 0].sum() == 0


def test_heights_rise_to_the_north(land: Land) -> None:
    with rasterio.open(land.rasters["dem"]) as source:
        heights = source.read(1)
    south, north = heights[heights.shape[0] // 2 :], heights[: heights.shape[0] // 2]
    assert np.percentile(south, 95) < 60
    assert north.max() > 400


REAL = ("parcels", "stations", "constraint-waterways")


def test_everything_made_up_is_marked_synthetic(example: Path, land: Land) -> None:
    for name, resource in land.city.land.items():
        if name in REAL:
            continue
        assert resource.origin["status"] == "synthetic", name
        if resource.path.suffix == ".gpkg":
            assert set(read_layer(resource.path)["status"]) == {"synthetic"}
    assert set(land.city.land) > set(REAL)
    own = landlink.load_city(example).tables["settlement"]
    assert "official" in set(own["status"]), "the city's own statistics keep their status"


def test_constraints_lie_where_they_belong(land: Land) -> None:
    city = shapely.union_all(land.districts.geometry.to_numpy()).buffer(0.01)
    for name, layer in land.zones.items():
        assert layer.is_valid.all(), name
        assert layer.geometry.within(city).all(), name
        assert len(layer), name
    paddies = land.parcels[land.parcels["land_use"] == "0101"].geometry.to_numpy()
    others = land.parcels[land.parcels["land_use"] == "0701"].geometry.to_numpy()
    farmland = land.zones["farmland"].geometry.to_numpy()
    assert meet(paddies, farmland).met.mean() > 1.5 * meet(others, farmland).met.mean()


def test_real_layers_are_kept_as_they_are(city: landlink.City, land: Land) -> None:
    shipped = load_land(city)
    assert credits_of(land.city) == credits_of(city)
    real = land.parcels[land.parcels["status"] != "synthetic"]
    assert_geodataframe_equal(real, shipped.parcels)
    assert_geodataframe_equal(land.layers["stations"], shipped.layers["stations"])
    assert_geodataframe_equal(land.zones["waterways"], shipped.zones["waterways"])
    made_up = land.parcels[land.parcels["status"] == "synthetic"]
    assert set(made_up["source"]) == {"合成示例 || synthetic example"}
    assert not set(real["source"]) & set(made_up["source"])
    assert "metro" not in set(land.layers["roads"]["kind"]), "no synthetic metro beside the real one"
    own = city.tables["constraints"]["constraint"]
    assert list(land.constraints["constraint"][land.constraints["constraint"].isin(own)]) == list(own)
    assert land.constraints["constraint"].is_unique


def test_synthetic_parcels_have_none_of_the_real_ones_land(land: Land) -> None:
    real = land.parcels["status"] != "synthetic"
    village, lot = (land.parcels[rows].geometry.to_numpy() for rows in (real, ~real))
    pairs = shapely.STRtree(lot).query(village, predicate="intersects")
    shared = shapely.area(shapely.intersection(village[pairs[0]], lot[pairs[1]]))
    assert len(shared) > 100, "they touch"
    assert shared.sum() < 1e-3, "m²"
    assert land.parcels.is_valid.all()


def test_offset_parcels_say_whether_they_are_left(land: Land) -> None:
    linked = land.parcels["land_source"] == "offset"
    assert set(land.parcels.loc[linked, "voluntary_exit"]) == {"yes", "no"}
    assert (land.parcels.loc[linked, "collective"] != "").all()
    assert (land.parcels.loc[~linked, ["voluntary_exit", "collective"]] == "").all(axis=None)


def test_a_district_declared_complete_gets_no_synthetic_parcels(city: landlink.City, tmp_path: Path) -> None:
    resource = replace(city.land["parcels"], complete=("440106",))
    declared = replace(city, land={**city.land, "parcels": resource})
    make_example(declared, tmp_path / "x", parcels=500)
    parcels = read_layer(tmp_path / "x/parcels.gpkg")
    assert set(parcels.loc[parcels["code"] == "440106", "status"]) == {"estimated"}
    assert "synthetic" in set(parcels.loc[parcels["code"] == "440111", "status"])


def test_stations_lie_on_the_metro_that_is_made_where_there_is_none(districts: gpd.GeoDataFrame) -> None:
    roads, stations = layers.roads(Scene.of(districts, 1))
    metro = roads[roads["kind"] == "metro"].geometry.union_all()
    assert stations.distance(metro).max() < 0.01
    assert 100 < len(stations) < 900


# how many parcels, and the message
@pytest.mark.parametrize("count", [0, 499, 2_000_001, -5])
def test_a_number_of_parcels_out_of_bounds(city: landlink.City, tmp_path: Path, count: int) -> None:
    with pytest.raises(landlink.DataError) as error:
        make_example(city, tmp_path / "x", parcels=count)
    assert [fault.id for fault in error.value.faults] == ["example.count"]
    assert not (tmp_path / "x").exists()


def test_a_city_with_synthetic_parcels_needs_no_example(example: Path, tmp_path: Path) -> None:
    with pytest.raises(landlink.DataError) as error:
        make_example(landlink.load_city(example), tmp_path / "x", parcels=500)
    assert [fault.id for fault in error.value.faults] == ["example.has_land"]


def test_a_city_without_statistics_still_has_an_example(tmp_path: Path, city: landlink.City) -> None:
    without = ("city_series", "constraints")
    bare = replace(city, land={}, tables={name: table for name, table in city.tables.items() if name not in without})
    written = make_example(bare, tmp_path / "x", parcels=500)
    assert "parcels.gpkg" in [path.name for path in written]
    assert isinstance(pd.read_csv(tmp_path / "x/constraints.csv"), pd.DataFrame)
