"""Geometry health: every kind of trouble is found with its place, and repairs say what they changed."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import landlink
from landlink.crs import area_m2
from landlink.files.health import KINDS, REPAIRS, examine, repair

X, Y = 500_000.0, 2_560_000.0


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(X + west, Y + south, X + east, Y + north)


def layer(*shapes: shapely.Geometry | None) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"BSM": [f"T{row}" for row in range(1, len(shapes) + 1)]}, geometry=list(shapes), crs=4547)


DISTRICTS = gpd.GeoDataFrame(geometry=[box(0, 0, 1000, 500), box(0, 500, 1000, 1000)], crs=4547)
WHOLE = box(0, 0, 1000, 1000)
BOWTIE = shapely.Polygon([(X, Y), (X + 100, Y + 100), (X + 100, Y), (X, Y + 100)])

# shapes, and the findings: kind, row, other row, m²
CASES = {
    "nothing": ([WHOLE], []),
    "null": ([WHOLE, None], [("null", 2, None, 0)]),
    "empty": ([WHOLE, shapely.Polygon()], [("null", 2, None, 0)]),
    "a line among them": ([WHOLE, WHOLE.exterior], [("mixed", 2, None, 0)]),
    "crossing itself": ([WHOLE, BOWTIE], [("invalid", 2, None, 0)]),
    # 0.04 m wide over 50 m: 2 m²
    "sliver": ([WHOLE.difference(box(0, 0, 0.04, 50)), box(0, 0, 0.04, 50)], [("sliver", 2, None, 2)]),
    "twice": ([WHOLE, WHOLE], [("duplicate", 2, 1, 1_000_000)]),
    "overlapping": ([box(0, 0, 600, 1000), box(500, 0, 1000, 1000)], [("overlap", 2, 1, 100_000)]),
    "one within another": ([WHOLE, box(10, 10, 20, 20)], [("overlap", 2, 1, 100)]),
    "beyond the districts": ([box(-10, 0, 1000, 1000)], [("outside", 1, None, 10_000)]),
    "a gap between two": ([box(0, 0, 500, 1000), box(500.5, 0, 1000, 1000)], [("gap", None, None, 500)]),
    "land between parcels is no gap": ([box(0, 0, 500, 1000), box(520, 0, 1000, 1000)], []),
    "touching is no overlap": ([box(0, 0, 500, 1000), box(500, 0, 1000, 1000)], []),
}


@pytest.mark.parametrize(("shapes", "expected"), CASES.values(), ids=CASES)
def test_what_is_found(shapes: list[shapely.Geometry], expected: list[tuple[str, int, int, float]]) -> None:
    found = examine(layer(*shapes), DISTRICTS, id_column="BSM")
    rows = [
        (row["kind"], *(None if pd.isna(row[name]) else row[name] for name in ("row", "other_row")), row["area_m2"])
        for row in found.to_dict("records")
    ]
    assert [row[:3] for row in rows] == [row[:3] for row in expected]
    assert [row[3] for row in rows] == pytest.approx([row[3] for row in expected], abs=0.05)
    assert list(found["id"]) == ["" if row is None else f"T{row}" for _, row, *_ in expected]
    placed = found[found["kind"] != "null"]
    assert placed["longitude"].between(113.9, 114.1).all()
    assert placed["latitude"].between(23.1, 23.2).all()
    assert set(found["kind"]) <= set(KINDS)


def test_the_reason_of_an_invalid_shape_is_told() -> None:
    found = examine(layer(BOWTIE), DISTRICTS)
    assert found.loc[found["kind"] == "invalid", "detail"].iloc[0].startswith("Self-intersection")
    assert found["id"].iloc[0] == "1"


def test_layers_of_different_systems_are_refused() -> None:
    with pytest.raises(landlink.CrsError):
        examine(layer(WHOLE), DISTRICTS.to_crs(4490))


def test_a_repair_says_what_it_changed() -> None:
    """Rows: a parcel, none, a bow tie (two triangles of 2,500 m²), its duplicate's source, an overlap of 100 m² …"""
    bowtie = shapely.transform(BOWTIE, lambda points: points + np.array([300.0, 0.0]))
    lot, across, sliver = box(0, 0, 100, 100), box(90, 90, 200, 200), box(600, 0, 600.04, 50)
    given_layer = layer(lot, None, bowtie, lot, across, sliver)
    mended, changes = repair(given_layer)
    assert changes.to_dict("records") == [
        {"kind": "null", "row": 2, "before_m2": 0, "after_m2": 0},
        {"kind": "invalid", "row": 3, "before_m2": 0, "after_m2": 5000},
        {"kind": "sliver", "row": 6, "before_m2": 2, "after_m2": 0},
        {"kind": "duplicate", "row": 4, "before_m2": 10_000, "after_m2": 0},
        {"kind": "overlap", "row": 5, "before_m2": 12_100, "after_m2": 12_000},
    ]
    assert list(mended["BSM"]) == ["T1", "T3", "T5"]
    again = examine(mended, DISTRICTS)
    assert set(again["kind"]) <= {"outside", "gap"}


def test_only_what_is_asked_for_is_mended() -> None:
    given_layer = layer(WHOLE, WHOLE, BOWTIE)
    mended, changes = repair(given_layer, ["duplicate"])
    assert list(changes["kind"]) == ["duplicate"]
    assert shapely.equals_identical(mended.geometry.to_numpy()[-1], BOWTIE)
    untouched, none = repair(given_layer, [])
    assert none.empty
    assert len(untouched) == 3


@st.composite
def lots(draw: st.DrawFn) -> list[shapely.Geometry]:
    count = draw(st.integers(1, 6))
    corner = st.integers(0, 900)
    size = st.integers(1, 300)
    return [
        box(west, south, west + draw(size), south + draw(size))
        for west, south in (draw(st.tuples(corner, corner)) for _ in range(count))
    ]


@settings(max_examples=60)
@given(lots())
def test_a_mended_layer_has_no_overlap_and_covers_the_same_land(shapes: list[shapely.Geometry]) -> None:
    given_layer = layer(*shapes)
    mended, _ = repair(given_layer, ["duplicate", "overlap"])
    union = gpd.GeoSeries([shapely.union_all(shapes)], crs=4547)
    np.testing.assert_allclose(area_m2(mended).sum(), area_m2(union)[0], atol=0.2 * len(shapes) ** 2)
    assert not set(examine(mended, DISTRICTS)["kind"]) & {"overlap", "duplicate", "invalid"}
    assert set(REPAIRS) < set(KINDS) | {"null"}
