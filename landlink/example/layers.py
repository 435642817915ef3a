"""Constraint layers, roads, metro and facilities of the example, inside the districts and marked synthetic."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from landlink.apportion import apportion
from landlink.example.fields import Floats, Scene
from landlink.schema import SYNTHETIC

STATUS = SYNTHETIC
# Waves in the outline of a natural shape.
WAVES = 14
# Vertices of a natural shape.
VERTICES = 180
# By facility: residents that one serves, unless the city's statistics count the facilities, and its capacity (seats,
# beds, centres, persons housed, jobs).
SERVED = {
    "kindergarten": (9_000, 300),
    "primary_school": (18_000, 1_080),
    "junior_secondary": (44_000, 1_050),
    "senior_secondary": (150_000, 2_000),
    "hospital": (70_000, 400),
    "community_health_centre": (90_000, 1),
    "elder_care": (80_000, 200),
    "affordable_housing": (60_000, 1_200),
    "employment": (40_000, 12_000),
}
# By facility: the series of the city's statistics that counts it.
COUNTED = {
    "primary_school": "primary_schools",
    "junior_secondary": "junior_secondary_schools",
    "senior_secondary": "senior_secondary_schools",
}
# Series that counts the beds of all hospitals.
BEDS = "hospital_beds_all_institutions"
# Metro lines.
LINES = 16
# Distance between two stations of a line, m.
STATION_M = 1_700.0


def constraints(scene: Scene, parcels: gpd.GeoDataFrame) -> dict[str, gpd.GeoDataFrame]:
    """Layers of the constraints, by constraint.

    Parameters
    ----------
    parcels
        Of :func:`landlink.example.fabric.parcels`: farmland lies on paddies, red lines around woods.
    """
    rng = scene.rng(20)
    middles = shapely.get_coordinates(parcels.centroid.to_numpy())
    use, area = parcels["land_use"].to_numpy(), parcels.area.to_numpy()
    paddies, woods = middles[use == "0101"], middles[(use == "0301") & (area > np.median(area))]
    hills = middles[scene.hills(*middles.T) > 150]  # noqa: PLR2004 - m, where slopes begin
    old = middles[parcels["code"].isin(list(scene.districts["code"])[:2]).to_numpy()]
    city = shapely.union_all(scene.districts.geometry.to_numpy())

    def scattered(points: Floats, count: int, low: float, high: float) -> npt.NDArray[np.object_]:
        if not len(points):
            return np.array([], dtype=object)
        return _blobs(points[rng.integers(0, len(points), count)], rng.uniform(low, high, count), rng)

    shapes = {
        "farmland": scattered(paddies, 700, 150, 650),
        "ecology": scattered(woods, 110, 900, 3_200),
        "boundary": _growth(scene, rng),
        "water": np.concatenate([_rivers(scene, rng), scattered(middles, 130, 60, 420)]),
        "hazard": scattered(hills, 160, 80, 260),
        "heritage": scattered(old, 45, 40, 160),
    }
    layers = {name: _layer(_united(zones, city), scene) for name, zones in shapes.items()}
    lines = shapely.intersection(_polylines(scene, rng, 9), city)
    layers["powerline"] = _layer(lines[~shapely.is_empty(lines)], scene)
    return layers


def _united(shapes: npt.NDArray[np.object_], city: shapely.Geometry) -> npt.NDArray[np.object_]:
    """Parts of the shapes' union inside the city."""
    united = shapely.get_parts(shapely.union_all(shapes))
    parts = shapely.get_parts(shapely.intersection(shapely.simplify(united, 2), city))
    polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return np.asarray(polygons[shapely.area(polygons) > 200], dtype=object)  # noqa: PLR2004 - m²


def _layer(shapes: Sequence[shapely.Geometry] | npt.NDArray[np.object_], scene: Scene) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"status": STATUS}, index=range(len(shapes)), geometry=list(shapes), crs=scene.districts.crs
    )


def _blobs(middles: Floats, radii: Floats, rng: np.random.Generator) -> npt.NDArray[np.object_]:
    """Shapes with natural outlines about middles."""
    angles = np.linspace(0, 2 * np.pi, VERTICES, endpoint=False)
    outline = np.ones((len(middles), VERTICES))
    for wave in range(2, WAVES):
        strength, phase = rng.normal(0, 0.32 / wave, (len(middles), 1)), rng.uniform(0, 2 * np.pi, (len(middles), 1))
        outline += strength * np.cos(wave * angles + phase)
    outline = np.clip(outline, 0.15, None) * radii[:, None]
    points = np.stack([outline * np.cos(angles), outline * np.sin(angles)], axis=-1) + middles[:, None, :]
    return np.asarray(shapely.polygons(points.round(3)), dtype=object)


def _growth(scene: Scene, rng: np.random.Generator) -> npt.NDArray[np.object_]:
    """Urban growth boundary: around every core, as far as the town reaches."""
    return _blobs(scene.cores, 1_500 + 7_500 * scene.strength, rng)


def _rivers(scene: Scene, rng: np.random.Generator) -> npt.NDArray[np.object_]:
    """A wide river from the west to the south-east, arms of it in the south, and streams from the north."""
    west, south, east, north = scene.districts.total_bounds
    wide, high = east - west, north - south
    courses = [
        ([(0.1, 0.5), (0.3, 0.46), (0.42, 0.4), (0.6, 0.37), (0.75, 0.2), (0.8, -0.05)], 420),
        ([(0.2, 0.42), (0.35, 0.33), (0.45, 0.22), (0.6, 0.1), (0.62, -0.05)], 300),
        ([(0.3, 0.46), (0.32, 0.38), (0.36, 0.3), (0.33, 0.2)], 160),
        ([(0.8, 0.95), (0.68, 0.75), (0.72, 0.6), (0.64, 0.45), (0.6, 0.37)], 130),
        ([(0.2, 0.75), (0.3, 0.62), (0.3, 0.46)], 110),
    ]
    rivers = []
    for course, width in courses:
        line = np.array([(west + x * wide, south + y * high) for x, y in course])
        rivers.append(shapely.buffer(_winding(line, 900, rng), width / 2, quad_segs=4))
    return np.array(rivers, dtype=object)


def _winding(line: Floats, reach: float, rng: np.random.Generator) -> shapely.LineString:
    """A winding line through points: midpoints are moved by up to a reach, m, in every round by less."""
    for _ in range(6):
        steps = np.diff(line, axis=0)
        across = np.stack([-steps[:, 1], steps[:, 0]], axis=1) / np.maximum(np.linalg.norm(steps, axis=1), 1)[:, None]
        middle = (line[:-1] + line[1:]) / 2 + across * rng.uniform(-reach, reach, (len(steps), 1))
        joined = np.empty((2 * len(line) - 1, 2))
        joined[::2], joined[1::2] = line, middle
        line, reach = joined, reach * 0.45
    return shapely.LineString(line.round(3))


def _polylines(scene: Scene, rng: np.random.Generator, count: int) -> npt.NDArray[np.object_]:
    """Straight lines between cores."""
    order = rng.permutation(len(scene.cores))
    corners = [scene.cores[rng.choice(order, 4, replace=False)] for _ in range(count)]
    return np.array([shapely.LineString(line.round(3)) for line in corners], dtype=object)


def roads(scene: Scene, *, metro: bool = True) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Main roads between the cores, metro lines through the strong ones, and metro stations.

    Parameters
    ----------
    metro
        False where the city has a real metro: no lines are made, and the stations are those of none.

    Returns
    -------
    Lines with ``kind`` (``metro``, ``expressway``, ``trunk``), and points with ``name``.
    """
    rng = scene.rng(21)
    city = shapely.union_all(scene.districts.geometry.to_numpy())
    kinds, lines = [], []
    for start, end in _net(scene.cores):
        kinds.append("trunk" if rng.uniform() < 0.6 else "expressway")  # noqa: PLR2004 - three in five
        lines.append(_winding(scene.cores[[start, end]], 350, rng))
    strong = np.flatnonzero(scene.strength > 0.45)  # noqa: PLR2004 - where a line has passengers
    ways = []
    for _ in range(LINES if metro else 0):
        stops = scene.cores[rng.choice(strong, min(5, len(strong)), replace=False)]
        along = np.argsort((stops - stops.mean(axis=0)) @ rng.normal(0, 1, 2))
        ways.append(_winding(stops[along], 250, rng))
    inside = shapely.intersection(np.array(lines + ways, dtype=object), city)
    frame = gpd.GeoDataFrame(
        {"kind": [*kinds, *["metro"] * len(ways)], "status": STATUS}, geometry=list(inside), crs=scene.districts.crs
    )
    frame = frame[~frame.geometry.is_empty].reset_index(drop=True)
    return frame, _stations(ways, city, scene)


def _net(cores: Floats) -> list[tuple[int, int]]:
    """Pairs of cores that a road joins: those whose circle of diameter holds no third one (Gabriel graph)."""
    pairs = []
    for first in range(len(cores)):
        for second in range(first + 1, len(cores)):
            middle, radius = (cores[first] + cores[second]) / 2, np.linalg.norm(cores[first] - cores[second]) / 2
            others = np.delete(np.arange(len(cores)), [first, second])
            if (np.linalg.norm(cores[others] - middle, axis=1) >= radius).all():
                pairs.append((first, second))
    return pairs


def _stations(lines: Sequence[shapely.LineString], city: shapely.Geometry, scene: Scene) -> gpd.GeoDataFrame:
    points = []
    for line in lines:
        along = np.arange(STATION_M / 2, line.length, STATION_M)
        points.extend(shapely.line_interpolate_point(line, along))
    kept = np.array(points, dtype=object)
    kept = kept[shapely.contains(city, kept)]
    names = [f"示例站{number}" for number in range(1, len(kept) + 1)]
    return gpd.GeoDataFrame({"name": names, "status": STATUS}, geometry=list(kept), crs=scene.districts.crs)


def facilities(
    scene: Scene, parcels: gpd.GeoDataFrame, residents: "pd.Series[int]", totals: Mapping[str, int]
) -> gpd.GeoDataFrame:
    """Facilities on urban parcels, apportioned to districts by residents.

    Parameters
    ----------
    residents
        By district code.
    totals
        Official counts of the city by indicator of the table ``city_series``; they are reached exactly.

    Returns
    -------
    ``facility``, ``name``, ``code``, ``capacity``, ``status``, points.
    """
    rng = scene.rng(22)
    middles = parcels.representative_point()
    urban = scene.urban(middles.x.to_numpy(), middles.y.to_numpy())
    codes = parcels["code"].to_numpy()
    frames = []
    for facility, (served, size) in SERVED.items():
        count = totals.get(COUNTED.get(facility, ""), round(residents.sum() / served))
        share = apportion(residents.to_numpy(), count)
        for code, number in zip(residents.index, share, strict=True):
            candidates = np.flatnonzero(codes == code)
            chance = urban[candidates] + 1e-3
            repeat = number > len(candidates)
            chosen = rng.choice(candidates, int(number), replace=repeat, p=chance / chance.sum())
            sizes = rng.lognormal(np.log(size), 0.4, len(chosen)) if size > 1 else np.ones(len(chosen))
            frames.append(
                gpd.GeoDataFrame(
                    {
                        "facility": facility,
                        "code": code,
                        "capacity": pd.array(np.maximum(1, sizes.round()).astype(int), dtype="Int64"),
                    },
                    geometry=middles.iloc[chosen].to_list(),
                    crs=parcels.crs,
                )
            )
    layer = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=parcels.crs)
    if BEDS in totals:
        beds = layer["facility"] == "hospital"
        layer.loc[beds, "capacity"] = apportion(layer.loc[beds, "capacity"].to_numpy(dtype="int64"), totals[BEDS])
    layer["name"] = "示例设施" + (layer.index + 1).astype(str)
    layer["status"] = STATUS
    return layer[["facility", "name", "code", "capacity", "status", "geometry"]]
