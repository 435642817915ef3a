"""Rasters: exact statistics, slope and distance against brute force, alignment, and nothing left of a failed write."""

import itertools
import math
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import rasterio
import shapely
from rasterio import Affine
from shapely import LineString, Point, Polygon, box

from landlink import raster
from landlink.errors import CrsError, DataError, OutputError
from landlink.raster import Grid
from tests.paths import ROOT

PLANE = "EPSG:4547"
WEST, SOUTH, CELL = 439_980.0, 2_559_990.0, 30.0
RNG = np.random.default_rng(2024)
Values = npt.NDArray[np.generic]


def grid_of(width: int, height: int, cell: float = CELL, crs: str = PLANE) -> Grid:
    return Grid.over((WEST, SOUTH, WEST + width * cell, SOUTH + height * cell), cell, crs)


def write(path: Path, values: Values, grid: Grid | None = None, nodata: float | None = -9999, **other: object) -> Path:
    grid = grid or grid_of(values.shape[1], values.shape[0])
    with rasterio.open(path, "w", **{**grid.profile(values.dtype.name, nodata), **other}) as target:
        target.write(values, 1)
    return path


def read(path: Path) -> Values:
    with rasterio.open(path) as source:
        return source.read(1)


def layer(*shapes: shapely.Geometry | None, crs: str = PLANE) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), crs=crs)


def ids(error: pytest.ExceptionInfo[DataError]) -> list[str]:
    return [fault.id for fault in error.value.faults]


def centres(grid: Grid) -> list[npt.NDArray[np.float64]]:
    """x and y of the cells' centres."""
    to_xy = grid.transform
    columns, rows = np.arange(grid.width) + 0.5, np.arange(grid.height) + 0.5
    return np.meshgrid(to_xy.c + columns * to_xy.a, to_xy.f + rows * to_xy.e)


def cells(left: float, top: float, right: float, bottom: float, height: int) -> Polygon:
    """Rectangle given in columns and rows."""
    north = SOUTH + height * CELL
    return box(WEST + left * CELL, north - bottom * CELL, WEST + right * CELL, north - top * CELL)


# --- what is refused


ROTATED = Affine(29.5, 5.2, WEST, 5.2, -29.5, SOUTH)
REFUSED = {
    "no CRS": ({"crs": None}, ["raster.crs_missing"]),
    "rotated": ({"transform": ROTATED}, ["raster.rotated"]),
    "south up": ({"transform": Affine(CELL, 0, WEST, 0, CELL, SOUTH)}, ["raster.rotated"]),
    "degrees": ({"crs": "EPSG:4490", "transform": Affine(0.001, 0, 113, 0, -0.001, 23)}, ["raster.not_projected"]),
    "feet": ({"crs": "EPSG:2263"}, ["raster.not_projected"]),
    "two bands, no CRS": ({"count": 2, "crs": None}, ["raster.bands", "raster.crs_missing"]),
    "not georeferenced": ({"crs": None, "transform": Affine.identity()}, ["raster.crs_missing", "raster.rotated"]),
}


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize(("profile", "expected"), REFUSED.values(), ids=REFUSED)
def test_a_raster_that_cannot_be_worked_with(tmp_path: Path, profile: dict[str, object], expected: list[str]) -> None:
    path = write(tmp_path / "高程.tif", np.zeros((4, 5), dtype="float32"), **profile)
    with pytest.raises(DataError) as error:
        raster.check_raster(path)
    assert ids(error) == expected
    assert {fault.file for fault in error.value.faults} == {"高程.tif"}
    with pytest.raises(DataError):
        raster.slope(path, tmp_path / "out.tif")
    assert [file.name for file in tmp_path.iterdir()] == ["高程.tif"]


def test_degrees_are_taken_where_no_metres_are_needed(tmp_path: Path) -> None:
    place = {"crs": "EPSG:4490", "transform": Affine(0.001, 0, 113, 0, -0.001, 23)}
    raster.check_raster(write(tmp_path / "a.tif", np.zeros((4, 5), dtype="float32"), **place), metres=False)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "text.tif").write_text("elevation")
    for name in ("none.tif", "text.tif"):
        with pytest.raises(DataError) as error:
            raster.check_raster(tmp_path / name)
        assert ids(error) == ["raster.unreadable"]


def test_a_truncated_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", RNG.random((600, 600), dtype="float32"))
    path.write_bytes(path.read_bytes()[:-300_000])
    out = tmp_path / "out.tif"
    for work in (
        lambda: raster.slope(path, out),
        lambda: raster.zonal(path, layer(cells(0, 0, 600, 600, 600))),
        lambda: raster.to_grid(path, grid_of(600, 600), out),
        lambda: raster.polygonise(path, lambda values: values > 0.5),
        lambda: raster.save_cog(path, out),
    ):
        with pytest.raises(DataError) as error:
            work()
        assert ids(error) == ["raster.unreadable"]
    assert list(tmp_path.iterdir()) == [path]


MOVED = {
    "same": (grid_of(5, 4), True),
    "a part": (Grid.over((WEST + 60, SOUTH, WEST + 90, SOUTH + 30), CELL, PLANE), True),
    "half a cell east": (Grid.over((WEST + 15, SOUTH, WEST + 90, SOUTH + 30), CELL / 2, PLANE), False),
    "shifted": (Grid(grid_of(5, 4).crs, Affine(CELL, 0, WEST + 10, 0, -CELL, SOUTH), 5, 4), False),
    "another CRS": (grid_of(5, 4, crs="EPSG:4548"), False),
}


@pytest.mark.parametrize(("grid", "fits"), MOVED.values(), ids=MOVED)
def test_alignment(tmp_path: Path, grid: Grid, *, fits: bool) -> None:
    own = write(tmp_path / "a.tif", np.zeros((4, 5), dtype="float32"))
    other = write(tmp_path / "b.tif", np.zeros((grid.height, grid.width), dtype="float32"), grid)
    for like in (grid, other):
        if fits:
            raster.check_raster(own, like=like)
            continue
        with pytest.raises(DataError) as error:
            raster.check_raster(own, like=like)
        assert ids(error) == ["raster.misaligned"]
        values = error.value.faults[0].values
        assert values["grid"] != values["other"]
        assert "EPSG:4547" in str(values["grid"])


def test_grids_of_one_cell_size_align() -> None:
    grid = Grid.over((100.5, 200.1, 160.0, 290.0), 30, PLANE)
    assert (grid.transform.c, grid.transform.f, grid.width, grid.height) == (90, 300, 3, 4)
    assert Grid.over((90, 180, 180, 300), 30, PLANE) == grid
    assert Grid.over((0.3, 0.3, 0.7, 0.7), 0.1, PLANE).width == 4
    with pytest.raises(ValueError, match="no grid"):
        Grid.over((0, 0, 1, math.inf), 30, PLANE)


# --- zonal statistics


def test_cells_count_by_the_share_that_is_covered(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.arange(12, dtype="float32").reshape(3, 4))
    polygons = layer(
        cells(0.5, 0, 2, 1, 3),  # half of 0, all of 1
        cells(0.5, 0.5, 1.5, 1.5, 3),  # quarters of 0, 1, 4, 5
        cells(1, 1, 1.25, 1.5, 3),  # an eighth of 5
    ).set_axis(["a", "b", "a"])
    found = raster.zonal(path, polygons, ("mean", "count", "sum", "max", "quantile(q=0.5)"))
    assert list(found.index) == ["a", "b", "a"]
    assert found["count"].to_numpy() == pytest.approx([1.5, 1, 0.125], abs=1e-6)
    assert found["sum"].to_numpy() == pytest.approx([1, 2.5, 0.625], abs=1e-6)
    assert found["mean"].to_numpy() == pytest.approx([2 / 3, 2.5, 5], abs=1e-6)
    assert found["max"].tolist() == [1, 5, 5]


@pytest.mark.parametrize(
    ("dtype", "nodata"), [("float32", -9999.0), ("float64", math.nan), ("int16", -1), ("uint8", 255), ("float32", None)]
)
def test_cells_without_data_do_not_count(tmp_path: Path, dtype: str, nodata: float | None) -> None:
    values = np.arange(12).reshape(3, 4).astype(dtype)
    values[0, 0] = math.nan if nodata is None else nodata
    path = write(tmp_path / "a.tif", values, nodata=nodata)
    polygons = layer(cells(0, 0, 2, 1, 3), cells(0, 0, 1, 1, 3), cells(-9, 0, -5, 1, 3), None, Polygon())
    found = raster.zonal(path, polygons, ("count", "mean", "sum"))
    assert found["count"].tolist() == [1, 0, 0, 0, 0]
    assert found["mean"].iloc[0] == found["sum"].iloc[0] == 1
    assert found[["mean", "sum"]].iloc[1:].isna().all(axis=None)
    assert (found.dtypes == "float64").all()


def test_polygons_of_another_crs_and_beyond_the_raster(tmp_path: Path) -> None:
    values = RNG.random((40, 50)).astype("float32")
    path = write(tmp_path / "a.tif", values)
    inside, over = cells(3.3, 4.2, 30.7, 33.1, 40), cells(-10, -10, 60, 60, 40)
    degrees = layer(inside, over).to_crs(4490)
    found = raster.zonal(path, degrees, ("mean", "count"))
    assert found["count"].to_numpy() == pytest.approx([(30.7 - 3.3) * (33.1 - 4.2), 2000], rel=1e-5)
    assert found["mean"].iloc[1] == pytest.approx(values.mean(), rel=1e-6)
    assert raster.zonal(path, degrees.iloc[:0]).empty
    with pytest.raises(CrsError):
        raster.zonal(path, degrees.set_crs(None, allow_override=True))


def test_several_rasters_at_once_give_what_each_gives(tmp_path: Path) -> None:
    west = write(tmp_path / "a.tif", RNG.random((20, 30), dtype="float32"))
    grid = Grid(grid_of(1, 1).crs, Affine(CELL, 0, WEST + 20 * CELL, 0, -CELL, SOUTH + 20 * CELL), 25, 20)
    east = write(tmp_path / "b.tif", RNG.integers(-1, 5, (20, 25)).astype("int16"), grid, nodata=-1)
    polygons = layer(
        cells(2.5, 3, 8, 9, 20), cells(18.5, 2, 24, 7, 20), cells(35, 0, 44.5, 4, 20), cells(-9, 0, -5, 1, 20)
    )
    stats = ("mean", "quantile(q=0.5)", "count")
    found = raster.zonal_each([west, east], polygons.set_axis(list("abcd")), stats)
    for path, one in zip((west, east), found, strict=True):
        pd.testing.assert_frame_equal(one, raster.zonal(path, polygons.set_axis(list("abcd")), stats))
    assert [one["count"].gt(0).tolist() for one in found] == [[True, True, False, False], [False, True, True, False]]
    shifted = Grid(grid.crs, Affine(CELL, 0, WEST + 5, 0, -CELL, SOUTH), 5, 4)
    other = write(tmp_path / "c.tif", np.zeros((4, 5), dtype="float32"), shifted)
    with pytest.raises(DataError) as error:
        raster.zonal_each([west, other], polygons)
    assert ids(error) == ["raster.misaligned"]


def test_of_several_rasters_the_damaged_one_is_named(tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{name}.tif", RNG.random((600, 600), dtype="float32")) for name in "abc"]
    paths[1].write_bytes(paths[1].read_bytes()[:-300_000])
    with pytest.raises(DataError) as error:
        raster.zonal_each(paths, layer(cells(0, 0, 600, 600, 600)))
    assert [fault.file for fault in error.value.faults] == ["b.tif"]


def test_both_strategies_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.tif", RNG.random((700, 900), dtype="float32"))
    places = RNG.uniform((WEST, SOUTH), (WEST + 900 * CELL, SOUTH + 700 * CELL), (80, 2))
    sizes = RNG.uniform(5, 4000, 80)
    polygons = layer(*(Point(place).buffer(size) for place, size in zip(places, sizes, strict=True)))
    found = []
    for whole in (True, False):
        monkeypatch.setattr(f"{raster.zonal.__module__}._overlapping", lambda *_, whole=whole: whole)
        monkeypatch.setattr(f"{raster.zonal.__module__}._CELLS", 10_000)
        found.append(raster.zonal(path, polygons, ("mean", "count", "max")).to_numpy())
    assert found[0] == pytest.approx(found[1], rel=1e-6)


STATS = ("count", "count(coverage_weight=none)", "mean(coverage_weight=none)", "quantile(q=0.25)", "q9=quantile(q=0.9)")


def test_a_statistic_with_arguments_has_a_column_of_its_own(tmp_path: Path) -> None:
    """Half of 0 and all of 1 are 1.5 cells, and 2 cells where none is weighted; their means are 2/3 and 1/2."""
    path = write(tmp_path / "a.tif", np.arange(12, dtype="float32").reshape(3, 4))
    polygons = layer(cells(0.5, 0, 2, 1, 3), cells(-9, 0, -5, 1, 3))
    table = raster.zonal(path, polygons, STATS)
    assert list(table.columns) == [*STATS[:3], "quantile_25", "q9_90"]
    assert table.iloc[0, :3].tolist() == pytest.approx([1.5, 2, 0.5])
    assert table.iloc[1, :2].tolist() == [0, 0]
    assert table.iloc[1, 2:].isna().all()
    assert list(raster.zonal(path, polygons, STATS[1:2]).columns) == [STATS[1]]
    for one in raster.zonal_each([path, path], polygons, STATS):
        pd.testing.assert_frame_equal(one, table)


def without(values: Values, where: npt.NDArray[np.bool_], missing: float) -> Values:
    return np.where(where, missing, values).astype(values.dtype)


HALF = Grid.over((WEST + 35, SOUTH + 35, WEST + 800, SOUTH + 700), 47, PLANE)
# Every function that reads cells, giving arrays.
READING = {
    "zonal": lambda path, _: raster.zonal(path, layer(cells(2, 2, 37, 22.5, 30)), ("count", "sum", "max")).to_numpy(),
    "zonal_each": lambda path, _: raster.zonal_each([path, path], layer(cells(0, 0, 40, 30, 30)))[1].to_numpy(),
    "slope": lambda path, out: read(raster.slope(path, out)),
    "combine": lambda path, out: read(raster.combine([path, path], lambda values: values[0] + values[1], out)),
    "polygonise": lambda path, _: raster.polygonise(path, lambda values: values > 0.3).to_wkb()["geometry"].to_numpy(),
    **{
        f"to_grid {method}": lambda path, out, method=method: read(raster.to_grid(path, HALF, out, resampling=method))
        for method in ("nearest", "bilinear", "cubic", "lanczos", "average", "sum", "max")
    },
}


@pytest.mark.parametrize("work", READING.values(), ids=READING)
@pytest.mark.parametrize(("dtype", "nodata"), [("float32", -9999.0), ("float64", None)])
def test_an_infinite_cell_is_one_without_data(tmp_path: Path, work, dtype: str, nodata: float | None) -> None:
    values = RNG.random((30, 40)).astype(dtype)
    at = RNG.random(values.shape) < 0.05
    infinite = np.where(at & (values > 0.5), -np.inf, np.where(at, np.inf, values)).astype(dtype)
    missing = without(values, at, math.nan if nodata is None else nodata)
    results = [
        work(write(tmp_path / f"{name}.tif", cells, nodata=nodata), tmp_path / f"{name}_out.tif")
        for name, cells in (("infinite", infinite), ("missing", missing))
    ]
    np.testing.assert_array_equal(*results)


def test_a_number_that_is_not_finite_is_not_written(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.array([[0.0, 2.0], [4.0, 8.0]], dtype="float32"))
    with np.errstate(divide="ignore"):
        out = raster.combine([path], lambda values: 1 / values[0], tmp_path / "out.tif")
    assert read(out).tolist() == [[-9999, 0.5], [0.25, 0.125]]


# --- slope


def horn(z: npt.NDArray[np.float64], size: float) -> npt.NDArray[np.float64]:
    """Horn's formula, cell by cell."""
    found = np.full(z.shape, np.nan)
    for row in range(1, z.shape[0] - 1):
        for column in range(1, z.shape[1] - 1):
            (a, b, c), (d, e, f), (g, h, i) = z[row - 1 : row + 2, column - 1 : column + 2]
            east = ((c + 2 * f + i) - (a + 2 * d + g)) / (8 * size)
            south = ((g + 2 * h + i) - (a + 2 * b + c)) / (8 * size)
            found[row, column] = math.degrees(math.atan(math.hypot(east, south))) + 0 * e
    return found


def test_slope_of_a_plane(tmp_path: Path) -> None:
    column, row = np.meshgrid(np.arange(40), np.arange(30))
    dem = write(tmp_path / "dem.tif", 100 + 0.3 * CELL * column - 0.4 * CELL * row)
    found = read(raster.slope(dem, tmp_path / "slope.tif"))
    assert found[1:-1, 1:-1] == pytest.approx(math.degrees(math.atan(0.5)), abs=1e-5)
    edge = np.ones(found.shape, dtype=bool)
    edge[1:-1, 1:-1] = False
    assert (found[edge] == raster.NODATA).all()


@pytest.mark.parametrize("dtype", ["float32", "int16"])
def test_slope_against_brute_force_in_any_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dtype: str) -> None:
    z = RNG.uniform(0, 300, (61, 47)).astype(dtype)
    z[RNG.random(z.shape) < 0.02] = -9999
    dem = write(tmp_path / "dem.tif", z)
    expected = horn(np.where(z == -9999, np.nan, z.astype("float64")), CELL)
    for side in (1024, 7):
        monkeypatch.setattr(f"{Grid.__module__}._SIDE", side)
        with rasterio.open(raster.slope(dem, tmp_path / "slope.tif")) as source:
            assert (source.dtypes, source.nodata) == (("float32",), raster.NODATA)
            assert (source.block_shapes, source.compression.value) == ([(512, 512)], "DEFLATE")
            found = source.read(1, masked=True).astype("float64").filled(np.nan)
        assert found == pytest.approx(expected, abs=1e-5, nan_ok=True)


# --- distance


SHAPES = [
    Point(WEST + 100, SOUTH + 100),
    LineString([(WEST + 500, SOUTH + 50), (WEST + 900, SOUTH + 700), (WEST + 1300, SOUTH + 650)]),
    Point(WEST + 1000, SOUTH + 1300).buffer(200).difference(Point(WEST + 1000, SOUTH + 1300).buffer(120)),
    shapely.GeometryCollection([shapely.MultiPoint([(WEST + 1400, SOUTH + 90)]), LineString([(WEST, SOUTH)] * 2)]),
    Polygon(),
    None,
]


@pytest.mark.parametrize("limit", [1.0, 150.0, 100_000.0])
@pytest.mark.parametrize("ways", [{}, {"_FEW": 0}, {"_FEW": 2}, {"_NEAR_BLOCK": 3, "_PAIRS": 2}], ids=str)
def test_distance_against_brute_force_in_any_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: float, ways: dict[str, int]
) -> None:
    for name, value in ways.items():
        monkeypatch.setattr(f"landlink.raster.rasterize.{name}", value)
    grid = grid_of(50, 45)
    points = shapely.points(*centres(grid))
    each = [shapely.distance(points, shape) for shape in SHAPES[:4]]
    expected = np.minimum(np.min(each, axis=0), limit)
    for side in (1024, 7):
        monkeypatch.setattr(f"{Grid.__module__}._SIDE", side)
        found = read(raster.distance(tmp_path / "distance.tif", grid, layer(*SHAPES), limit_m=limit))
        assert np.abs(found - expected).max() < 1e-6


def test_cells_outside_an_area_have_no_distance(tmp_path: Path) -> None:
    grid = grid_of(50, 45)
    area = Point(WEST + 700, SOUTH + 600).buffer(520).difference(Point(WEST + 700, SOUTH + 600).buffer(90))
    inside, points = shapely.contains_xy(area, *centres(grid)), shapely.points(*centres(grid))
    expected = np.where(inside, np.min([shapely.distance(points, shape) for shape in SHAPES[:4]], axis=0), np.nan)
    path = raster.distance(tmp_path / "distance.tif", grid, layer(*SHAPES), limit_m=1e5, within=layer(area))
    found = read(path)
    np.testing.assert_allclose(np.where(found == raster.NODATA, np.nan, found), expected, atol=1e-6)


def test_distance_where_there_is_nothing(tmp_path: Path) -> None:
    grid = grid_of(50, 45)
    for shapes in (layer(), layer(None, Point()), layer(Point(WEST + 1e6, SOUTH))):
        assert (read(raster.distance(tmp_path / "distance.tif", grid, shapes, limit_m=500)) == 500).all()
    with pytest.raises(ValueError, match="limit"):
        raster.distance(tmp_path / "distance.tif", grid, layer(Point(WEST, SOUTH)), limit_m=math.inf)


def test_distance_to_shapes_of_another_crs(tmp_path: Path) -> None:
    grid = grid_of(20, 20)
    points = layer(Point(WEST + 15, SOUTH + 15)).to_crs(4490)
    found = read(raster.distance(tmp_path / "distance.tif", grid, points, limit_m=10_000))
    assert found[19, 0] == pytest.approx(0, abs=1e-3)
    assert found[0, 19] == pytest.approx(19 * CELL * math.sqrt(2), abs=1e-3)


# --- alignment to a grid


DEGREES = Affine(1 / 1200, 0, 113.2, 0, -1 / 1200, 23.3)


def in_degrees(path: Path, values: Values, nodata: float | None = -9999) -> Path:
    return write(path, values, nodata=nodata, crs="EPSG:4326", transform=DEGREES)


@pytest.mark.parametrize("cell", [30, 100, 470])
def test_totals_are_kept_in_any_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cell: int) -> None:
    persons = RNG.gamma(0.5, 50, (70, 90)).astype("float32")
    persons[RNG.random(persons.shape) < 0.1] = -9999
    path = in_degrees(tmp_path / "persons.tif", persons)
    with rasterio.open(path) as source:
        bounds = gpd.GeoSeries([box(*source.bounds)], crs=4326).segmentize(0.01).to_crs(PLANE).total_bounds
    grid, found = Grid.over(bounds, cell, PLANE), []
    for side in (1024, 17):
        monkeypatch.setattr(f"{Grid.__module__}._SIDE", side)
        out = raster.to_grid(path, grid, tmp_path / "out.tif", resampling="sum")
        raster.check_raster(out, like=grid)
        values = read(out)
        found.append(np.where(values == raster.NODATA, 0, values))
        assert found[-1].sum() == pytest.approx(persons[persons >= 0].sum(dtype="float64"), rel=1e-12)
        assert found[-1] == pytest.approx(found[0], abs=1e-9)


@pytest.mark.parametrize("cell", [30, 400])
@pytest.mark.parametrize("resampling", ["nearest", "bilinear", "cubic", "average", "mode"])
def test_resampling_does_not_depend_on_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resampling: str, cell: int
) -> None:
    values = RNG.integers(0, 50, (70, 90)).astype("float32")
    values[30:35, 40:50] = -9999
    path = in_degrees(tmp_path / "a.tif", values)
    with rasterio.open(path) as source:
        bounds = gpd.GeoSeries([box(*source.bounds)], crs=4326).to_crs(PLANE).total_bounds
    grid, found = Grid.over(bounds, cell, PLANE), []
    for side in (1024, 17):
        monkeypatch.setattr(f"{Grid.__module__}._SIDE", side)
        found.append(read(raster.to_grid(path, grid, tmp_path / "out.tif", resampling=resampling)))
        assert found[-1] == pytest.approx(found[0], abs=1e-4)
    assert 0.5 < (found[0] != raster.NODATA).mean() <= 1


def test_values_of_a_linear_field_stay_in_place(tmp_path: Path) -> None:
    column, row = np.meshgrid(np.arange(90) + 0.5, np.arange(70) + 0.5)
    longitude, latitude = DEGREES.c + column * DEGREES.a, DEGREES.f + row * DEGREES.e
    path = in_degrees(tmp_path / "a.tif", longitude * 1000 + latitude * 100)
    point = gpd.GeoSeries([Point(113.235, 23.27)], crs=4326).to_crs(PLANE).iloc[0]
    grid = Grid.over((point.x - 900, point.y - 900, point.x + 900, point.y + 900), 30, PLANE)
    found = read(raster.to_grid(path, grid, tmp_path / "out.tif"))
    x, y = (plane.ravel() for plane in centres(grid))
    places = gpd.GeoSeries(gpd.points_from_xy(x, y), crs=PLANE).to_crs(4326)
    assert found.ravel() == pytest.approx(places.x * 1000 + places.y * 100, abs=1e-5)


def test_classes_keep_their_type_and_the_same_grid_its_values(tmp_path: Path) -> None:
    classes = RNG.integers(0, 9, (20, 30)).astype("uint8")
    path = write(tmp_path / "a.tif", classes, nodata=255)
    out = raster.to_grid(path, grid_of(32, 20), tmp_path / "out.tif", resampling="nearest")
    assert read(out).dtype == np.uint8
    assert (read(out)[:, :30] == classes).all()
    assert (read(out)[:, 30:] == 255).all()
    away = Grid.over((0, 0, 300, 300), CELL, PLANE)
    assert (read(raster.to_grid(path, away, tmp_path / "away.tif")) == raster.NODATA).all()


# --- areas of cells


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_polygons_are_the_cells_in_any_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    wanted = RNG.random((41, 53)) < share
    values = np.where(wanted, 30.0, 10.0).astype("float32")
    values[RNG.random(values.shape) < 0.05] = -9999
    wanted &= values != -9999
    path = write(tmp_path / "slope.tif", values)
    found = []
    for side in (1024, 7):
        monkeypatch.setattr(f"{Grid.__module__}._SIDE", side)
        found.append(raster.polygonise(path, lambda slope: slope > 25))
        areas = found[-1].geometry
        assert areas.is_valid.all()
        assert (areas.geom_type == "Polygon").all()
        assert areas.area.sum() == pytest.approx(wanted.sum() * CELL**2, rel=1e-12)
        assert len(areas) == len(found[0])
        assert areas.geom_equals(found[0].geometry).all()
        vertices = (areas.get_coordinates().to_numpy() - (WEST, SOUTH)) / CELL
        assert (vertices == np.round(vertices)).all()
    assert (shapely.contains_xy(shapely.union_all(found[0].geometry), *centres(grid_of(53, 41))) == wanted).all()


def test_holes_and_corners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{Grid.__module__}._SIDE", 2)
    values = np.array([[1, 1, 1, 0], [1, 0, 1, 0], [1, 1, 1, 0], [0, 0, 0, 1]], dtype="int16")
    areas = raster.polygonise(write(tmp_path / "a.tif", values), lambda value: value == 1).geometry
    assert [len(area.interiors) for area in areas] == [1, 0]
    assert (areas.area / CELL**2).tolist() == [8, 1]
    assert areas.crs == PLANE
    assert raster.polygonise(tmp_path / "a.tif", lambda value: value > 1).empty


# --- files


def test_a_cloud_optimised_file(tmp_path: Path) -> None:
    values = RNG.random((1300, 1100), dtype="float32")
    tags = {"status": "synthetic", "来源": "演示"}
    out = raster.save_cog(values, tmp_path / "a.tif", grid=grid_of(1100, 1300), nodata=-1, tags=tags)
    again = raster.save_cog(out, tmp_path / "b.tif", tags={"year": "2020"}, overviews="average")
    for path, extra in ((out, {}), (again, {"year": "2020"})):
        with rasterio.open(path) as source:
            assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            assert {**tags, **extra}.items() <= source.tags().items()
            assert (source.overviews(1), source.nodata, source.crs.to_epsg()) == ([2, 4], -1, 4547)
            assert (source.read(1) == values).all()
    assert {file.name for file in tmp_path.iterdir()} == {"a.tif", "b.tif"}
    mask = raster.save_cog(values > 0.5, tmp_path / "b.tif", grid=grid_of(1100, 1300))
    assert (read(mask) == (values > 0.5)).all()
    with pytest.raises(ValueError, match="grid"):
        raster.save_cog(values, out)


def test_scaled_values_are_read_as_they_are_meant(tmp_path: Path) -> None:
    path = write(tmp_path / "dm.tif", np.full((9, 8), 1234, dtype="int16"))
    with rasterio.open(path, "r+") as target:
        target.scales, target.offsets = (0.1,), (5.0,)
    assert raster.zonal(path, layer(cells(0, 0, 3, 3, 9)))["mean"].tolist() == pytest.approx([128.4])
    out = raster.to_grid(path, grid_of(8, 9), tmp_path / "out.tif", resampling="nearest")
    assert read(out) == pytest.approx(128.4)
    assert len(raster.polygonise(path, lambda value: value > 128)) == 1


def test_nothing_is_left_of_a_failed_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dem = write(tmp_path / "dem.tif", RNG.random((40, 40), dtype="float32"))
    out, shapes = tmp_path / "out.tif", layer(Point(0, 0))
    out.write_bytes(b"before")
    monkeypatch.setattr(f"{Grid.__module__}._SIDE", 16)

    def fail(*_: object) -> None:
        raise failure

    works = {
        f"{raster.slope.__module__}._horn": lambda: raster.slope(dem, out),
        f"{raster.distance.__module__}._nearest": lambda: raster.distance(out, grid_of(9, 9), shapes, limit_m=9),
        f"{raster.save_cog.__module__}.crc32": lambda: raster.to_grid(dem, grid_of(9, 9), out),
        f"{raster.save_cog.__module__}._prove": lambda: raster.save_cog(dem, out),
    }
    for (name, work), failure in itertools.product(works.items(), (KeyboardInterrupt(), MemoryError())):
        with monkeypatch.context() as patch:
            patch.setattr(name, fail)
            with pytest.raises(type(failure)):
                work()
    assert out.read_bytes() == b"before"
    assert {file.name for file in tmp_path.iterdir()} == {"dem.tif", "out.tif"}


FULL = """
import resource, signal, sys
from pathlib import Path
from landlink import raster
from landlink.errors import OutputError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
dem, out = map(Path, sys.argv[1:])
for work in (raster.slope, raster.save_cog, lambda dem, out: raster.to_grid(dem, raster.Grid.of(dem), out)):
    try:
        work(dem, out)
    except OutputError as error:
        print(error.faults[0].id, error.faults[0].file)
    else:
        print("no error")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sets a limit of Unix")
def test_a_full_disk(tmp_path: Path) -> None:
    dem = write(tmp_path / "dem.tif", RNG.random((700, 700), dtype="float32"))
    command = [sys.executable, "-c", FULL, str(dem), str(tmp_path / "out.tif")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.splitlines() == ["output.file out.tif"] * 3
    assert list(tmp_path.iterdir()) == [dem]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    dem = write(tmp_path / "dem.tif", RNG.random((9, 9), dtype="float32"))
    with pytest.raises(OutputError):
        raster.slope(dem, dem / "out.tif")


def test_burnt_cells_are_those_whose_centres_lie_in_the_shapes(tmp_path: Path) -> None:
    grid = Grid.over((500_000, 2_500_000, 500_000 + 3_000, 2_500_000 + 2_000), 10, 4547)
    rng = np.random.default_rng(5)
    centres = rng.uniform((500_000, 2_500_000), (503_000, 2_502_000), (9, 2))
    shapes = shapely.buffer(shapely.points(centres), rng.uniform(30, 400, 9))
    shapes = np.array([*shapes, shapes[0].difference(shapes[0].centroid.buffer(20))])
    out = raster.burn(tmp_path / "burnt.tif", grid, gpd.GeoDataFrame(geometry=shapes, crs=4547))
    with rasterio.open(out) as source:
        found = source.read(1)
    x = 500_000 + (np.arange(grid.width) + 0.5) * 10
    y = grid.transform.f - (np.arange(grid.height) + 0.5) * 10
    expected = shapely.contains_xy(shapely.union_all(shapes), *np.meshgrid(x, y))
    assert (found == expected).all()
    nothing = raster.burn(tmp_path / "none.tif", grid, gpd.GeoDataFrame(geometry=[], crs=4547))
    with rasterio.open(nothing) as source:
        assert not source.read(1).any()


RACE = """
import sys, geopandas as gpd, numpy as np, shapely
from pathlib import Path
from landlink.raster import Grid, distance
from tests.paths import ROOT
rng = np.random.default_rng(0)
angles = np.linspace(0, 2 * np.pi, 4000, endpoint=False)
radii = 9_000 + rng.normal(0, 200, 4000)
ring = np.stack([500_000 + radii * np.cos(angles), 2_500_000 + radii * np.sin(angles)], axis=1)
city = gpd.GeoDataFrame(geometry=[shapely.Polygon(ring).buffer(0)], crs=4547)
zones = gpd.GeoDataFrame(geometry=shapely.buffer(shapely.points(ring[::40]), 300), crs=4547)
grid = Grid.over(city.total_bounds, 60, 4547)
for turn in range(8):
    distance(Path(sys.argv[1]) / f"{turn}.tif", grid, zones, limit_m=5_000, within=city)
"""


def test_threads_do_not_build_one_geometry_s_index_at_once(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", RACE, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    contents = {(tmp_path / f"{turn}.tif").read_bytes() for turn in range(8)}
    assert len(contents) == 1
