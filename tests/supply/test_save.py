"""Supplies on disk: read back equal in every digit, and refused where they are of other data."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from geopandas.testing import assert_geodataframe_equal
from pandas.testing import assert_frame_equal

import landlink
from landlink.city import Land
from landlink.files import read_layer
from landlink.plan.derivation.parcels import explain_parcel
from landlink.supply.find import Supply, find_supply
from landlink.supply.save import fingerprint, load_supply, save_supply


@pytest.fixture(scope="module")
def computed(supply: Supply, rasters: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Supply, Path]:
    folder = tmp_path_factory.mktemp("supply")
    save_supply(supply, folder, rasters)
    return supply, folder


def attributes(supply: Supply) -> pd.DataFrame:
    return pd.DataFrame(supply.parcels.drop(columns="geometry"))


def assert_equal(saved: Supply, computed: Supply) -> None:
    assert_geodataframe_equal(saved.parcels, computed.parcels, check_like=False)
    for one, other in zip(saved.parcels.geometry, computed.parcels.geometry, strict=True):
        assert shapely.to_wkb(one) == shapely.to_wkb(other)
    assert_frame_equal(attributes(saved), attributes(computed), check_exact=True)
    assert_frame_equal(saved.developable.districts, computed.developable.districts, check_exact=True)
    assert_frame_equal(saved.developable.constraints, computed.developable.constraints, check_exact=True)
    assert saved.status == computed.status


def test_what_is_written(supply: Supply, rasters: Path, tmp_path: Path) -> None:
    written = save_supply(supply, tmp_path / "out", rasters)
    assert sorted(path.name for path in written) == [
        "measured.csv", "score.tif", "suitability.csv", "supply.csv", "supply.gpkg", "supply.json", "supply.parquet",
            "supply_districts.csv"
    ]  # fmt: skip
    table = pd.read_csv(tmp_path / "out/supply.csv", dtype={"parcel": str, "code": str}, encoding="utf-8-sig")
    assert table["developable_m2"].sum() == supply.developable.parcels["developable_m2"].sum()
    shapes = read_layer(tmp_path / "out/supply.gpkg")
    assert len(shapes) == (supply.developable.parcels["developable_m2"] > 0).sum()
    assert set(shapes["status"]) == {"estimated", "synthetic"}
    document = json.loads((tmp_path / "out/supply.json").read_text(encoding="utf-8"))
    assert document["status"] == "synthetic"
    assert document["developable_m2"] == int(table["developable_m2"].sum())
    with rasterio.open(tmp_path / "out/score.tif") as score:
        assert score.tags()["status"] == "synthetic"
        assert score.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        values = score.read(1, masked=True)
        assert score.crs.to_epsg() == 4547
        transform = score.transform
    assert 0 <= values.min() < values.max() <= 1
    x, y = np.meshgrid(transform.c + (np.arange(values.shape[1]) + 0.5) * transform.a,
                       transform.f + (np.arange(values.shape[0]) + 0.5) * transform.e)  # fmt: skip
    land = supply.land
    farmland, growth = (shapely.union_all(land.zones[name].geometry) for name in ("farmland", "boundary"))
    assert values.mask[shapely.contains_xy(farmland, x, y)].all()
    assert values.mask[~shapely.contains_xy(growth, x, y)].all()
    assert (~values.mask).sum() > 1_000


def test_a_saved_supply_is_read_back_exactly(land: Land, computed: tuple[Supply, Path]) -> None:
    supply, folder = computed
    saved = load_supply(folder, land)
    assert_equal(saved, supply)
    assert saved.suitability is not None
    assert supply.suitability is not None
    assert_frame_equal(saved.suitability.parcels, supply.suitability.parcels, check_exact=True)
    assert_frame_equal(saved.suitability.factors, supply.suitability.factors, check_exact=True)
    assert saved.suitability.weights == supply.suitability.weights
    parcel = supply.suitability.parcels["parcel"].iloc[0]
    assert explain_parcel(saved, parcel, "en").to_dict() == explain_parcel(supply, parcel, "en").to_dict()


def test_a_supply_without_scores_is_read_back_without_them(land: Land, tmp_path: Path) -> None:
    supply = find_supply(land)
    save_supply(supply, tmp_path, None)
    saved = load_supply(tmp_path, land)
    assert saved.suitability is None
    assert_equal(saved, supply)


def changed(land: Land) -> dict[str, Land]:
    """The land with one input changed in the smallest way."""
    moved = land.parcels.copy()
    moved.loc[0, "geometry"] = shapely.affinity.translate(moved.geometry[0], 1e-6)
    named = land.parcels.assign(land_source=land.parcels["land_source"].replace("idle", "renewal"))
    constraints = land.constraints.assign(value=land.constraints["value"] + 1e-9)
    first, *_ = land.zones
    zones = {**land.zones, first: land.zones[first].iloc[1:]}
    layers = {**land.layers, "roads": land.layers["roads"].iloc[1:]}
    return {
        "a vertex of a parcel": replace(land, parcels=moved),
        "a parcel's source of land": replace(land, parcels=named),
        "the value of a constraint": replace(land, constraints=constraints),
        "a zone": replace(land, zones=zones),
        "a road": replace(land, layers=layers),
        "a raster": replace(land, rasters={**land.rasters, "dem": land.rasters["population-raster"]}),
    }


@pytest.mark.parametrize(
    "name",
    ["a vertex of a parcel", "a parcel's source of land", "the value of a constraint", "a zone", "a road", "a raster"],
)
def test_a_supply_of_other_data_is_refused(land: Land, computed: tuple[Supply, Path], name: str) -> None:
    other = changed(land)[name]
    assert fingerprint(other) != fingerprint(land)
    with pytest.raises(landlink.DataError) as error:
        load_supply(computed[1], other)
    (fault,) = error.value.faults
    assert fault.id == "supply.stale"
    assert str(computed[1]) in fault.text("en")
    assert "landlink supply" in fault.text("zh")


def test_a_supply_of_another_version_is_refused(
    land: Land, computed: tuple[Supply, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landlink.supply.save.version", lambda _: "9.9")
    with pytest.raises(landlink.DataError) as error:
        load_supply(computed[1], land)
    assert error.value.faults[0].id == "supply.stale"


@pytest.mark.parametrize("content", ["", "{}", None])
def test_a_folder_without_a_supply_is_refused(land: Land, tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "supply.json").write_text(content)
        pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "supply.parquet")
    with pytest.raises(landlink.DataError) as error:
        load_supply(tmp_path, land)
    assert error.value.faults[0].id == "supply.unreadable"


def test_the_document_names_its_inputs(land: Land, computed: tuple[Supply, Path]) -> None:
    document = json.loads((computed[1] / "supply.json").read_text(encoding="utf-8"))
    assert document["inputs"] == fingerprint(land)
