"""Measured supply: golden parcels with the arithmetic shown, nothing synthetic moves a real figure, read by itself."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from pyproj import CRS

from landlink.city import City, Land, load_city, load_land
from landlink.city.manifest import Resource
from landlink.schema import USABLE_SOURCES
from landlink.supply.find import Supply, find_supply
from landlink.supply.measured import measured, real_land
from landlink.supply.save import save_supply
from landlink.supply.saved import read_measured
from tests.folders import ids
from tests.paths import GUANGZHOU

# On the central meridian, where a m² of the plane is one on the ellipsoid.
X, Y = 500_000.0, 2_560_000.0
CODES = ("440105", "440112")


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(X + west, Y + south, X + east, Y + north)


def parcel(number: str, source: str, status: str, shape: shapely.Geometry, **more: str) -> dict[str, object]:
    return {
        "parcel": number, "code": "440112", "land_use": "07", "code_system": "ydyh", "land_source": source,
        "voluntary_exit": "", "collective": "", "status": status, "source": "", **more, "geometry": shape,
    }  # fmt: skip


def make_land(
    parcels: Sequence[dict[str, object]],
    constraints: Sequence[tuple[str, str, float | None, str]] = (),
    zones: Mapping[str, Sequence[tuple[str, shapely.Geometry]]] | None = None,
    *,
    complete: bool | tuple[str, ...] = False,
) -> Land:
    """Land of two districts; a constraint's row has name, rule, value and status, a zone its status and shape."""
    table = pd.DataFrame(constraints, columns=["constraint", "rule", "value", "status"]).astype({"value": "Float64"})
    shapes = {
        name: gpd.GeoDataFrame(
            {"status": [status for status, _ in rows]}, geometry=[shape for _, shape in rows], crs=4547
        )
        for name, rows in (zones or {}).items()
    }
    districts = gpd.GeoDataFrame({"code": CODES}, geometry=[box(-900, 0, 0, 900), box(0, 0, 900, 900)], crs=4547)
    resource = Resource("parcels", Path("parcels.gpkg"), complete=complete)
    city = City("x", {"zh": "市", "en": "city"}, Path(), districts, {}, None, (), {"parcels": resource})
    return Land(
        city,
        CRS(4547),
        districts,
        gpd.GeoDataFrame(list(parcels), geometry="geometry", crs=4547),
        table,
        shapes,
        {},
        {},
        (),
    )


def areas(table: pd.DataFrame, column: str) -> dict[tuple[str, str], int]:
    rows = table[table[column] > 0]
    return dict(zip(zip(rows["code"], rows["land_source"], strict=True), rows[column], strict=True))


PARCELS = [
    parcel("r", "renewal", "estimated", box(0, 0, 100, 100)),
    parcel("o1", "offset", "official", box(200, 0, 220, 100), voluntary_exit="yes", collective="石门村经济联合社"),
    parcel("o2", "offset", "official", box(240, 0, 260, 100), voluntary_exit="no", collective="石门村经济联合社"),
    parcel("o3", "offset", "official", box(280, 0, 300, 100), voluntary_exit="yes"),
    parcel("n", "none", "official", box(320, 0, 420, 100)),
    parcel("i", "idle", "synthetic", box(500, 0, 550, 100)),
]
CONSTRAINTS = [("water", "exclude", None, "official"), ("farmland", "exclude", None, "synthetic")]
ZONES = {
    "water": [("official", box(-10, -10, 30, 110)), ("synthetic", box(90, -10, 110, 110))],
    "farmland": [("synthetic", box(-10, -10, 900, 50))],
}


def test_real_land_apart_from_synthetic() -> None:
    """Real water has the west 30 m of the renewal parcel of 100 m × 100 m: 70 × 100 = 7,000 m² are left.

    Synthetic water (its east 10 m) and synthetic farmland (its south 50 m) would leave 60 × 50 = 3,000; they take
    nothing from what is measured. Of three parcels of 增减挂钩 of 20 m × 100 m the one that is left of its holders' own
    will within a named collective counts: 2,000. The synthetic idle parcel of 50 m × 100 m loses its south half to
    farmland: 2,500, in the column of what is synthetic.
    """
    land = make_land(PARCELS, CONSTRAINTS, ZONES, complete=("440105",))
    table = measured(land)
    assert areas(table, "gross_m2") == {("440112", "renewal"): 7_000, ("440112", "offset"): 2_000}
    assert areas(table, "synthetic_m2") == {("440112", "idle"): 2_500}
    assert list(zip(table["code"], table["land_source"], strict=True)) == [
        (code, source) for code in CODES for source in USABLE_SOURCES
    ]
    counted = table.dtypes[["gross_m2", "synthetic_m2", "complete"]]
    assert list(counted.astype(str)) == ["int64", "int64", "bool"]
    assert table.groupby("code")["complete"].all().to_dict() == {"440105": True, "440112": False}
    supply = find_supply(land)
    assert supply.developable.parcels.set_index("parcel")["developable_m2"].to_dict() == {
        "r": 3_000, "o1": 1_000, "o2": 0, "o3": 0, "n": 0, "i": 2_500,
    }  # fmt: skip
    assert supply.developable.parcels.set_index("parcel").loc["o2", "reason"] == "in_use"
    assert_frame_equal(measured(supply), table, check_exact=True)


def test_a_growth_boundary_that_is_all_synthetic_takes_nothing() -> None:
    """100 × 100 = 10,000 m² with no boundary; with one that is real, its west half: 5,000."""
    inside = [("boundary", "inside", None, "official")]
    for status, area in (("synthetic", 10_000), ("official", 5_000)):
        land = make_land(PARCELS[:1], inside, {"boundary": [(status, box(-10, -10, 50, 110))]})
        assert areas(measured(land), "gross_m2") == {("440112", "renewal"): area}


def test_land_without_anything_synthetic_is_taken_as_it_is() -> None:
    land = make_land(PARCELS[:4], CONSTRAINTS[:1], {"water": ZONES["water"][:1]}, complete=True)
    assert real_land(land) is land
    assert measured(land)["complete"].all()
    assert areas(measured(find_supply(land)), "gross_m2") == areas(measured(land), "gross_m2")


@st.composite
def boxes(draw: st.DrawFn) -> shapely.Polygon:
    west, south = draw(st.floats(-50, 400)), draw(st.floats(-50, 400))
    return box(west, south, west + draw(st.floats(3, 300)), south + draw(st.floats(3, 300)))


SOURCES = st.sampled_from([*USABLE_SOURCES, "none"])
RULES = st.sampled_from(["exclude", "inside"])


@settings(max_examples=60)
@given(
    real=st.lists(st.tuples(SOURCES, boxes()), min_size=1, max_size=4),
    made_up=st.lists(st.tuples(SOURCES, boxes()), max_size=3),
    water=st.lists(boxes(), max_size=3),
    more_water=st.lists(boxes(), max_size=2),
    rule=RULES,
    zones=st.lists(boxes(), min_size=1, max_size=3),
    pieces=st.sampled_from([None, 400.0]),
    order=st.randoms(use_true_random=False),
)
def test_nothing_synthetic_changes_a_real_figure(
    real: list[tuple[str, shapely.Polygon]],
    made_up: list[tuple[str, shapely.Polygon]],
    water: list[shapely.Polygon],
    more_water: list[shapely.Polygon],
    rule: str,
    zones: list[shapely.Polygon],
    pieces: float | None,
    order: Random,
) -> None:
    stated = {"voluntary_exit": "yes", "collective": "村"}
    own = [parcel(f"r{row}", source, "official", shape, **stated) for row, (source, shape) in enumerate(real)]
    other = [parcel(f"s{row}", source, "synthetic", shape, **stated) for row, (source, shape) in enumerate(made_up)]
    constraints = [("water", "exclude", 5.0, "official")]
    if pieces:
        constraints.append(("min_area", "min_area", pieces, "estimated"))
    only_real = [("official", shape) for shape in water]
    before = measured(make_land(own, constraints, {"water": only_real}))
    mixed = [*own, *other]
    order.shuffle(mixed)
    land = make_land(
        mixed,
        [("zone", rule, None, "synthetic"), *constraints],
        {"water": [*(("synthetic", shape) for shape in more_water), *only_real],
         "zone": [("synthetic", shape) for shape in zones]},
    )  # fmt: skip
    after = measured(land)
    assert_frame_equal(after.drop(columns="synthetic_m2"), before.drop(columns="synthetic_m2"), check_exact=True)
    assert before["synthetic_m2"].sum() == 0
    assert_frame_equal(measured(find_supply(land)), after, check_exact=True)
    synthetic = find_supply(land).developable.parcels.query("status == 'synthetic'")["developable_m2"].sum()
    assert after["synthetic_m2"].sum() == synthetic


@pytest.fixture(scope="module")
def saved(supply: Supply, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("measured")
    save_supply(replace(supply, suitability=None), folder, None)
    return folder


def test_a_saved_supply_has_its_measured_one(supply: Supply, saved: Path) -> None:
    table = read_measured(saved, supply.land.city.codes)
    assert_frame_equal(table, measured(supply), check_exact=True)
    assert table["synthetic_m2"].sum() > 0
    assert not table["complete"].any()


def test_the_shipped_city_measures_the_same_with_and_without_its_example(supply: Supply) -> None:
    shipped = measured(load_land(load_city(GUANGZHOU)))
    assert shipped["gross_m2"].sum() > 0
    assert shipped["synthetic_m2"].sum() == 0
    assert measured(supply)["gross_m2"].tolist() == shipped["gross_m2"].tolist()


def test_a_measured_supply_that_cannot_be_used_is_refused(supply: Supply, saved: Path, tmp_path: Path) -> None:
    codes = supply.land.city.codes
    assert ids(lambda: read_measured(tmp_path, codes)) == ["supply.unreadable"]
    assert ids(lambda: read_measured(saved, codes[1:])) == ["supply.other_city"]
    assert ids(lambda: read_measured(saved, [*codes, "440199"])) == ["supply.other_city"]
    document = json.loads((saved / "supply.json").read_text(encoding="utf-8"))
    (tmp_path / "supply.json").write_text(json.dumps(document), encoding="utf-8")
    assert ids(lambda: read_measured(tmp_path, codes)) == ["supply.unreadable"]
    content = (saved / "measured.csv").read_bytes()
    (tmp_path / "measured.csv").write_bytes(content.replace(b",0,", b",1,", 1))
    assert ids(lambda: read_measured(tmp_path, codes)) == ["supply.measured_changed"]
    (tmp_path / "measured.csv").write_bytes(content)
    assert len(read_measured(tmp_path, codes)) == 4 * len(codes)
    del document["districts"]
    (tmp_path / "supply.json").write_text(json.dumps(document), encoding="utf-8")
    assert ids(lambda: read_measured(tmp_path, codes)) == ["supply.unreadable"]


def test_reading_it_loads_no_library_of_layers(supply: Supply, saved: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from landlink.supply import read_measured;"
        f"read_measured(Path({str(saved)!r}), {supply.land.city.codes!r});"
        "print([name for name in ('geopandas', 'shapely', 'pyproj', 'rasterio') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
