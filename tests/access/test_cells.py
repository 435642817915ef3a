from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from hypothesis import given
from hypothesis import strategies as st
from rasterio import Affine

from landlink.access.cells import Anchor, cells, grid_of, on_grid, settle, users
from landlink.errors import DataError

EAST, NORTH = 440_000, 2_560_000


def districts(apart: int = 0) -> gpd.GeoDataFrame:
    """Two districts of 400 m × 400 m side by side, or apart."""
    shapes = [shapely.box(east, NORTH - 400, east + 400, NORTH) for east in (EAST, EAST + 400 + apart)]
    return gpd.GeoDataFrame({"code": ["440001", "440002"]}, geometry=shapes, crs=4547)


def population(path: Path, persons: "np.ndarray", *, cell: float = 100, west: float = EAST, nodata: float = -1) -> Path:
    height, width = persons.shape
    profile = {"driver": "GTiff", "height": height, "width": width, "count": 1, "dtype": "float32", "crs": "EPSG:4547"}
    with rasterio.open(path, "w", transform=Affine(cell, 0, west, 0, -cell, NORTH), nodata=nodata, **profile) as target:
        target.write(persons.astype("float32"), 1)
    return path


def test_residents_of_cells(tmp_path: Path) -> None:
    # Four columns of 100 m a district; persons of the raster 1, 2, 3, 4 in its first row, nobody below. Cells of 200 m
    # hold 1 + 2 = 3 and 3 + 4 = 7 of 10 persons: of 1,000 residents 300 and 700. The second district has one cell.
    persons = np.zeros((4, 8))
    persons[0, :4], persons[3, 7] = [1, 2, 3, 4], 0.5
    residents = pd.Series({"440001": 1_000, "440002": 77})
    found = cells(population(tmp_path / "p.tif", persons), districts(), residents, cell_m=200)
    assert found[["code", "residents"]].to_numpy().tolist() == [["440001", 300], ["440001", 700], ["440002", 77]]
    assert found[["x", "y"]].to_numpy().tolist() == [
        [EAST + 100, NORTH - 100],
        [EAST + 300, NORTH - 100],
        [EAST + 700, NORTH - 300],
    ]
    picture = on_grid(grid_of(districts(), 200), found, found["residents"])
    assert np.nan_to_num(picture, nan=-1).tolist() == [[300, 700, -1, -1], [-1, -1, -1, 77]]


def test_a_raster_of_other_cells_gives_the_same_district_sums(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    raster = population(tmp_path / "p.tif", rng.random((11, 23)) * 9, cell=37.5, west=EAST - 10)
    residents = pd.Series({"440001": 12_345, "440002": 6})
    for cell_m in (50, 80, 100):
        found = cells(raster, districts(), residents, cell_m=cell_m)
        assert found.groupby("code")["residents"].sum().equals(residents.rename_axis("code").rename("residents"))
        assert (found["residents"] > 0).all()
        assert found["cell"].is_unique


@pytest.mark.parametrize(
    ("persons", "apart", "expected"),
    [
        (np.full((4, 8), -2.0), 0, "demand.negative"),
        (np.ones((4, 16)), 800, "demand.outside"),
        (np.ones((4, 4)), 0, "demand.empty"),
    ],
    ids=["negative", "outside", "empty"],
)
def test_refused_rasters(tmp_path: Path, persons: "np.ndarray", apart: int, expected: str) -> None:
    raster = population(tmp_path / "p.tif", persons)
    with pytest.raises(DataError) as error:
        cells(raster, districts(apart), pd.Series({"440001": 10, "440002": 10}), cell_m=100)
    assert [fault.id for fault in error.value.faults] == [expected]
    assert str(error.value)


def people(residents: list[int], codes: list[str]) -> pd.DataFrame:
    count = len(residents)
    return pd.DataFrame(
        {"cell": range(count), "code": codes, "x": 100.0 * np.arange(count), "y": 0.0, "residents": residents}
    )


def anchor(x: float, share: float, capacity: int = 100) -> Anchor:
    places = gpd.GeoDataFrame({"capacity": [capacity]}, geometry=gpd.points_from_xy([x], [0]), crs=4547)
    return Anchor(places, share, 150)


def test_settled_people_near_an_anchor() -> None:
    # Five cells of 100 residents each, 100 settled. 40 % go near the anchor in cell 4 (reach 150 m): cells 3 and 4 with
    # pulls 1 − 100/150 = 1/3 and 1, so 10 and 30; the other 60 are spread evenly, 12 a cell.
    there = people([100] * 5, ["1"] * 5)
    found = settle(there, pd.Series({"1": 100}), [anchor(400, 0.4)])
    assert found.tolist() == [12, 12, 12, 22, 42]
    # More than there is room for near it: the rest live as the others do.
    full = settle(there, pd.Series({"1": 260}), [anchor(400, 1)])
    assert full.sum() == 260
    assert full.tolist()[3:] == [100, 100]


@given(
    residents=st.lists(st.integers(1, 500), min_size=1, max_size=40),
    share=st.floats(0, 1),
    part=st.floats(0, 1),
    x=st.floats(-500, 4_500),
)
def test_district_sums_are_exact(residents: list[int], share: float, part: float, x: float) -> None:
    codes = ["1" if place % 3 else "2" for place in range(len(residents))]
    there = people(residents, codes)
    totals = (there.groupby("code")["residents"].sum() * part).astype("int64")
    found = settle(there, totals, [anchor(x, share)])
    assert found.groupby(there["code"]).sum().tolist() == totals.tolist()
    assert ((found >= 0) & (found <= there["residents"])).all()
    there = there.assign(settled=found)
    aged = (totals * 0.3).astype("int64")
    counted = users(there, "settled", aged)
    assert counted.groupby(there["code"]).sum().tolist() == aged.tolist()
    assert (counted <= found).all()


def test_refused_shares() -> None:
    there = people([10, 10], ["1", "1"])
    for anchors, settled, expected in (
        ([anchor(0, 0.7), anchor(100, 0.4)], 5, "demand.shares"),
        ([anchor(0, -0.1)], 5, "demand.shares"),
        ([], 21, "demand.above_residents"),
    ):
        with pytest.raises(DataError) as error:
            settle(there, pd.Series({"1": settled}), anchors)
        assert error.value.faults[0].id == expected
        assert str(error.value)
