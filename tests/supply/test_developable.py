"""Developable area: golden parcels with the arithmetic shown, and what must hold for any parcels and constraints."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from landlink.crs import area_m2
from landlink.supply.developable import Developable, by_district, developable, lost
from landlink.supply.overlay import keep, meet, remove

# On the central meridian, where a m² of the plane is one on the ellipsoid.
X, Y = 500_000.0, 2_560_000.0


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(X + west, Y + south, X + east, Y + north)


def parcels(shapes: Sequence[shapely.Geometry], source: str | Sequence[str] = "new") -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "parcel": [f"p{row}" for row in range(len(shapes))],
            "code": "440112",
            "land_use": "0101",
            "code_system": "ydyh",
            "land_source": source,
            "status": "synthetic",
        },
        geometry=list(shapes),
        crs=4547,
    )


def constraints(*rows: tuple[str, str, float | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["constraint", "rule", "value"]).astype({"value": "Float64"})


def zones(**shapes: shapely.Geometry | Sequence[shapely.Geometry]) -> dict[str, np.ndarray]:
    return {name: np.array([shape] if isinstance(shape, shapely.Geometry) else shape) for name, shape in shapes.items()}


def row(result: Developable, place: int = 0) -> dict[str, object]:
    return result.parcels.drop(columns="geometry").iloc[place].to_dict()


def test_each_constraint_takes_in_its_turn() -> None:
    """A parcel of 100 m × 100 m.

    Farmland has its west 40 m: 4,000 m². The red line has its south 50 m, of which 40 m × 50 m = 2,000 are gone
    already: it takes 60 × 50 = 3,000. What is left: 60 × 50 = 3,000 m², compactness 4π·3000/220² = 0.7789.
    """
    found = developable(
        parcels([box(0, 0, 100, 100)]),
        constraints(("farmland", "exclude", 0), ("ecology", "exclude", 0)),
        zones(farmland=box(-10, -10, 40, 200), ecology=box(-50, -50, 300, 50)),
    )
    assert row(found) == {
        "parcel": "p0",
        "code": "440112",
        "land_use": "0101",
        "code_system": "ydyh",
        "land_source": "new",
        "status": "synthetic",
        "gross_m2": 10_000,
        "lost_in_use_m2": 0,
        "lost_farmland_m2": 4_000,
        "lost_ecology_m2": 3_000,
        "developable_m2": 3_000,
        "compactness": 0.7789,
        "reason": "",
        "warnings": (),
    }
    assert found.parcels.geometry[0].equals(box(40, 50, 100, 100))


def test_the_order_moves_the_blame_and_not_the_result() -> None:
    there = zones(farmland=box(-10, -10, 40, 200), ecology=box(-50, -50, 300, 50))
    found = developable(
        parcels([box(0, 0, 100, 100)]), constraints(("ecology", "exclude", 0), ("farmland", "exclude", 0)), there
    )
    assert row(found)["lost_ecology_m2"] == 5_000
    assert row(found)["lost_farmland_m2"] == 2_000
    assert row(found)["developable_m2"] == 3_000


def test_a_buffer_reaches_beyond_its_zone() -> None:
    """A river 20 m from the parcel, kept clear by 50 m: it takes 30 m × 100 m."""
    found = developable(
        parcels([box(0, 0, 100, 100)]), constraints(("water", "exclude", 50)), zones(water=box(-40, -500, -20, 500))
    )
    assert row(found)["lost_water_m2"] == 3_000


def test_a_line_with_a_buffer_is_a_corridor() -> None:
    """A line through the middle, 15 m on both sides: 30 m × 100 m go, in two pieces of 35 m."""
    line = shapely.LineString([(X + 50, Y - 100), (X + 50, Y + 200)])
    found = developable(parcels([box(0, 0, 100, 100)]), constraints(("power", "exclude", 15)), zones(power=line))
    assert row(found)["developable_m2"] == 7_000
    assert shapely.get_num_geometries(found.parcels.geometry[0]) == 2


def test_inside_only_takes_what_lies_outside() -> None:
    """The growth boundary, in two parts that overlap, holds the west 30 m + 20 m: 5,000 of 10,000 m² go."""
    found = developable(
        parcels([box(0, 0, 100, 100), box(400, 0, 500, 100), box(-95, 0, -5, 90)]),
        constraints(("boundary", "inside", None)),
        zones(boundary=[box(-100, -100, 30, 200), box(20, -100, 50, 200)]),
    )
    assert list(found.parcels["lost_boundary_m2"]) == [5_000, 10_000, 0]
    assert list(found.parcels["developable_m2"]) == [5_000, 0, 8_100]
    assert list(found.parcels["reason"]) == ["", "boundary", ""]


def test_small_and_narrow_pieces_go_last() -> None:
    """A strip 100 m × 40 m cut by a road leaves 8 m × 40 m = 320 m² west (below 400) and 62 × 40 = 2,480 east.

    A parcel of 4 m × 200 m = 800 m² is large enough and narrower than 10 m.
    """
    found = developable(
        parcels([box(0, 0, 100, 40), box(200, 0, 204, 200)]),
        constraints(("min_width", "min_width", 10), ("road", "exclude", 0), ("min_area", "min_area", 400)),
        zones(road=box(8, -5, 38, 45)),
    )
    assert list(found.parcels["lost_road_m2"]) == [1_200, 0]
    assert list(found.parcels["lost_min_area_m2"]) == [320, 0]
    assert list(found.parcels["lost_min_width_m2"]) == [0, 800]
    assert list(found.parcels["developable_m2"]) == [2_480, 0]
    assert found.losses == ["lost_in_use_m2", "lost_road_m2", "lost_min_area_m2", "lost_min_width_m2"]


@pytest.mark.parametrize(
    ("shape", "fits"),
    [
        (box(0, 0, 10.1, 300), True),
        (box(0, 0, 9.9, 300), False),
        (shapely.Point(X, Y).buffer(5.1, quad_segs=64), True),
        (shapely.Point(X, Y).buffer(4.9, quad_segs=64), False),
        # an L of two arms 9 m wide has a corner in which a circle of 10 m fits: 9 m × √2 / (1 + 1/√2) = 10.5 m
        (box(0, 0, 9, 100).union(box(0, 0, 100, 9)), True),
        (box(0, 0, 8, 100).union(box(0, 0, 100, 8)), False),
        # a frame 8 m wide about a courtyard
        (box(0, 0, 100, 100).difference(box(8, 8, 92, 92)), False),
        (box(0, 0, 100, 100).difference(box(12, 12, 88, 88)), True),
    ],
)
def test_width_is_that_of_the_largest_circle_within(shape: shapely.Polygon, *, fits: bool) -> None:
    found = developable(parcels([shape]), constraints(("width", "min_width", 10)), {})
    assert (row(found)["developable_m2"] > 0) is fits


def test_warnings_take_nothing() -> None:
    found = developable(
        parcels([box(0, 0, 100, 100), box(200, 0, 900, 20)]),
        constraints(("power", "warn", 30), ("shape", "min_compactness", 0.3), ("slope", "slope", 25)),
        zones(power=shapely.LineString([(X - 20, Y - 100), (X - 20, Y + 200)]), slope=[]),
    )
    assert list(found.parcels["warnings"]) == [("power",), ("shape",)]
    assert list(found.parcels["developable_m2"]) == [10_000, 14_000]


def test_land_in_use_is_no_supply() -> None:
    shapes = [box(0, 0, 100, 100), box(100, 0, 200, 100), box(200, 0, 300, 50)]
    found = developable(parcels(shapes, ["none", "new", "renewal"]), constraints(("a", "exclude", 0)), zones(a=[]))
    assert list(found.parcels["lost_in_use_m2"]) == [10_000, 0, 0]
    assert list(found.parcels["reason"]) == ["in_use", "", ""]
    assert by_district(found.parcels).to_dict("records") == [
        {"code": "440112", "land_source": "new", "parcels": 1, "gross_m2": 10_000, "developable_m2": 10_000},
        {"code": "440112", "land_source": "none", "parcels": 0, "gross_m2": 10_000, "developable_m2": 0},
        {"code": "440112", "land_source": "renewal", "parcels": 1, "gross_m2": 5_000, "developable_m2": 5_000},
    ]


def test_parcels_must_lie_in_a_plane() -> None:
    with pytest.raises(ValueError, match="Gauss-Krüger"):
        developable(parcels([box(0, 0, 1, 1)]).to_crs(4490), constraints(), {})


def test_no_parcels_no_supply() -> None:
    found = developable(parcels([]), constraints(("a", "exclude", 0)), zones(a=box(0, 0, 1, 1)))
    assert found.parcels.empty
    assert found.districts.empty
    assert "lost_a_m2" in found.parcels


def test_a_zone_made_of_the_parcels_own_edges_leaves_no_crumbs() -> None:
    rng = np.random.default_rng(4)
    corners = np.stack(np.meshgrid(np.arange(21) * 50.0, np.arange(21) * 50.0), axis=-1) + rng.uniform(
        -9, 9, (21, 21, 2)
    )
    corners += (X, Y)
    lots = shapely.polygons(
        np.stack([corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]], axis=2).reshape(-1, 4, 2)
    )
    zone = shapely.union_all(lots[::3])
    found = developable(parcels(lots), constraints(("zone", "exclude", 0)), zones(zone=zone))
    assert list(found.parcels["developable_m2"] > 0) == [place % 3 != 0 for place in range(len(lots))]
    assert (found.parcels["lost_zone_m2"][1::3] == 0).all()


coordinate = st.integers(-50, 150).map(float)


@st.composite
def polygons(draw: st.DrawFn) -> shapely.Polygon:
    """A star around a place: any number of corners, often concave."""
    x, y = draw(coordinate), draw(coordinate)
    radii = np.array(draw(st.lists(st.floats(2, 90), min_size=3, max_size=9)))
    angles = np.arange(len(radii)) * 2 * np.pi / len(radii)
    return shapely.Polygon(np.stack([X + x + radii * np.cos(angles), Y + y + radii * np.sin(angles)], axis=1))


layers = st.lists(st.lists(polygons(), max_size=4), min_size=1, max_size=4)
kinds = st.lists(st.sampled_from(["exclude", "inside", "exclude", "slope"]), min_size=4, max_size=4)
shapes = st.lists(polygons(), min_size=1, max_size=6)
pieces = st.lists(st.sampled_from([("small", "min_area", 50.0), ("narrow", "min_width", 8.0)]), unique=True, max_size=2)


def given_case(layers_: list[list[shapely.Polygon]], kinds_: list[str]) -> tuple[list[tuple[str, str, float]], dict]:
    rows = [(f"c{place}", kind, 0.0) for place, (_, kind) in enumerate(zip(layers_, kinds_, strict=False))]
    return rows, {f"c{place}": np.array(layer, dtype=object) for place, layer in enumerate(layers_)}


@given(shapes, layers, kinds, pieces)
def test_every_square_metre_is_accounted_for(lots, layers_, kinds_, pieces_) -> None:
    rows, there = given_case(layers_, kinds_)
    found = developable(parcels(lots), constraints(*rows, *pieces_), there).parcels
    losses = found[[lost("in_use"), *(lost(name) for name, _, _ in [*rows, *pieces_])]]
    assert (losses >= 0).all(axis=None)
    assert (losses.sum(axis=1) + found["developable_m2"] == found["gross_m2"]).all()
    assert np.abs(area_m2(found.geometry) - found["developable_m2"]).max() <= 0.51 + 0.5 * len(layers_)
    assert ((found["developable_m2"] > 0) == (found["reason"] == "")).all()
    assert np.abs(area_m2(parcels(lots)) - found["gross_m2"]).max() <= 0.5


@given(shapes, layers, kinds, pieces, st.randoms())
def test_the_order_of_constraints_never_changes_what_is_left(lots, layers_, kinds_, pieces_, random) -> None:
    rows, there = given_case(layers_, kinds_)
    rows = [*rows, *pieces_]
    first = developable(parcels(lots), constraints(*rows), there).parcels
    shuffled = random.sample(rows, len(rows))
    second = developable(parcels(lots), constraints(*shuffled), there).parcels
    pd.testing.assert_series_equal(first["developable_m2"], second["developable_m2"])
    assert shapely.equals_identical(first.geometry.to_numpy(), second.geometry.to_numpy()).all()


@given(shapes, layers, kinds, pieces)
def test_one_more_constraint_never_gives_land(lots, layers_, kinds_, pieces_) -> None:
    rows, there = given_case(layers_, kinds_)
    more = developable(parcels(lots), constraints(*rows, *pieces_), there).parcels
    less = developable(parcels(lots), constraints(*rows[:-1], *pieces_), there).parcels
    assert (more["developable_m2"] <= less["developable_m2"]).all()


@given(shapes, layers, kinds)
def test_the_order_of_parcels_does_not_matter(lots, layers_, kinds_) -> None:
    rows, there = given_case(layers_, kinds_)
    forward = developable(parcels(lots), constraints(*rows), there).parcels
    backward = developable(parcels(lots[::-1]), constraints(*rows), there, threads=1).parcels
    assert list(forward["developable_m2"]) == list(backward["developable_m2"][::-1])


@settings(max_examples=50)
@given(shapes, st.lists(polygons(), max_size=6))
def test_what_is_kept_and_what_is_removed_make_the_whole(lots, zones_) -> None:
    lots, zones_ = np.array(lots), np.array(zones_, dtype=object)
    met = meet(lots, zones_)
    removed, kept = remove(lots, met), keep(lots, met)
    union = shapely.union_all(zones_) if len(zones_) else shapely.Polygon()
    np.testing.assert_allclose(shapely.area(removed), shapely.area(shapely.difference(lots, union)), atol=1e-6)
    np.testing.assert_allclose(shapely.area(kept), shapely.area(shapely.intersection(lots, union)), atol=1e-6)
    assert (shapely.is_valid(removed) & shapely.is_valid(kept)).all()


def test_a_large_zone_is_cut_to_the_neighbourhood_without_a_trace() -> None:
    """A zone of 20,000 corners against 2,500 parcels: the same as one by one."""
    rng = np.random.default_rng(2)
    angles = np.linspace(0, 2 * np.pi, 20_000, endpoint=False)
    waves = sum(rng.normal(0, 8) * np.cos(k * angles + rng.uniform(0, 6)) for k in range(3, 90))
    radii = 700 + waves
    zone = shapely.Polygon(np.stack([X + radii * np.cos(angles), Y + radii * np.sin(angles)], axis=1)).buffer(0)
    steps = np.arange(-1000, 1000, 40.0)
    west, south = (edge.ravel() for edge in np.meshgrid(X + steps, Y + steps))
    lots = shapely.box(west, south, west + 40, south + 40)
    met = meet(lots, np.array([zone]))
    np.testing.assert_allclose(
        shapely.area(remove(lots, met)), shapely.area(shapely.difference(lots, zone)), rtol=0, atol=1e-7
    )
    np.testing.assert_allclose(
        shapely.area(keep(lots, met)), shapely.area(shapely.intersection(lots, zone)), rtol=0, atol=1e-7
    )
