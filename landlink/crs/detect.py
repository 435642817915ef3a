"""Detecting a coordinate system that is missing, wrong or shifted, by where the data fall against the districts."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError as ProjError

from landlink.crs.area import gauss_kruger
from landlink.crs.place import CGCS2000, EAST, NORTH, SAME_AS_CGCS2000, SOUTH, SWAPPED, WEST, plane_of
from landlink.crs.shifted import SHIFTED, to_shifted
from landlink.errors import Fault

Floats = npt.NDArray[np.float64]

# Points that are looked at, and the share of them that lies in the districts where the system is right or wrong.
SAMPLE, RIGHT, WRONG = 4000, 0.9, 0.5
# Shifts are sought up to this length, m, by votes in cells of this size; a shift shorter than the last is none.
REACH, CELL, NOTED = 1600.0, 4.0, 10.0
# Votes for a shift beyond what chance gives a cell: at least so many, and so many times the cell that comes next.
VOTES, CLEAR = 12, 3.0
# How far a shift found may lie from what GCJ-02 or BD-09 give at the place, m.
AGREES = 40.0
# Degrees that data may lie off the districts, as points of a region around a city may.
MARGIN = 0.02
OLD_DATUMS = {4610: "Xi'an 1980", 4214: "Beijing 1954"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What seems to be wrong with a layer's coordinate system, with evidence, and what would mend it.

    Parameters
    ----------
    fault
        A question, never applied by itself.
    fix
        Specification for :func:`landlink.crs.declare`, or empty where there is none to propose.
    """

    fault: Fault
    fix: str = ""


def detect(layer: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, file: str = "") -> list[Finding]:
    """Tell whether a layer's coordinate system fits where its data ought to be.

    Parameters
    ----------
    layer
        Shapes with their CRS as the file has it, or none.
    districts
        Boundaries of the city that the data belong to, geographic CGCS2000.
    file
        Name of the file, for the findings.

    Returns
    -------
    Findings, empty where nothing speaks against the system declared. That the data then are right is not proved:
    a shift is only seen where outlines follow the district boundaries.
    """
    points = _sample(layer)
    if not len(points):
        return []
    area = shapely.union_all(districts.to_crs(CGCS2000).geometry.to_numpy()).buffer(MARGIN)
    shapely.prepare(area)
    declared = layer.crs
    fits = 0.0 if declared is None else _share(_degrees(points, declared), area)
    findings = [] if declared is None else _old_datum(declared, file)
    if fits >= WRONG and declared is not None:
        return findings + _shift(layer, declared, districts, file)
    tried = [(spec, _share(_degrees(points, spec), area)) for spec in _specs(declared, districts)]
    highest = max(share for _, share in tried)
    alike = [spec for spec, share in tried if share > highest - 1 + RIGHT] if highest else []
    chosen = _closest(layer, alike, districts) if len(alike) > 1 else tried[0][0] if not alike else alike[0]
    evidence = {
        "declared": _name(declared),
        "bounds": ", ".join(f"{edge:,.4f}".rstrip("0").rstrip(".") for edge in layer.total_bounds),
        "fits": f"{100 * fits:.0f}%",
        "proposed": chosen,
        "share": f"{100 * highest:.0f}%",
        "others": ", ".join(spec for spec in alike if spec != chosen) or "—",
    }
    if highest < RIGHT:
        return [*findings, Finding(Fault("crs.elsewhere", evidence, file, question=True))]
    message = _message(chosen, declared)
    return [*findings, Finding(Fault(message, evidence, file, question=True), chosen)]


def _closest(layer: gpd.GeoDataFrame, specs: list[str], districts: gpd.GeoDataFrame) -> str:
    """Of systems that put the data into the city alike, the one in which most vertices fall on the districts' own."""
    plane = plane_of(districts)
    corners = _plane(districts.geometry, districts.crs, plane)
    votes = [found[3] if (found := _votes(_plane(layer.geometry, spec, plane), corners)) else 0 for spec in specs]
    return specs[int(np.argmax(votes))]


def _sample(layer: gpd.GeoDataFrame) -> Floats:
    points: Floats = shapely.get_coordinates(layer.geometry.to_numpy())
    points = points[np.isfinite(points).all(axis=1)]
    return points[:: max(1, len(points) // SAMPLE)]


def _name(crs: CRS | None) -> str:
    if crs is None:
        return "—"
    code = crs.to_epsg()
    return f"EPSG:{code} {crs.name}" if code else crs.name


def _message(spec: str, declared: CRS | None) -> str:
    """Message for a system other than the declared one that fits."""
    if spec.startswith(SWAPPED):
        return "crs.swapped"
    if declared is None:
        return "crs.missing"
    proposed = CRS.from_user_input(spec)
    return "crs.unit_wrong" if proposed.is_geographic != declared.is_geographic else "crs.wrong"


def _specs(declared: CRS | None, districts: gpd.GeoDataFrame) -> list[str]:
    """Systems that planners' data come in, the likeliest first: of those that fit alike the first is proposed."""
    west, _, east, _ = districts.total_bounds
    middle = (west + east) / 2
    plain: list[str] = ["EPSG:4490"]
    for longitude in (middle, west, east, middle - 3, middle + 3):
        without = gauss_kruger(longitude)
        plain += [f"EPSG:{without}", f"EPSG:{without - 21}"]  # the same zone with its number before the easting
    for zone in sorted({int(longitude // 6) for longitude in (west, east)}):
        # Gauss-Krüger in 6 degrees without and with the zone's number (from zone 13, 75° E), and UTM.
        plain += [f"EPSG:{4490 + zone}", f"EPSG:{4479 + zone}", f"EPSG:{32631 + zone}"]
    plain.append("EPSG:3857")
    plain = list(dict.fromkeys(plain))
    own = [f"EPSG:{code}" for code in ([declared.to_epsg()] if declared is not None else []) if code]
    swapped = [SWAPPED + spec for spec in dict.fromkeys([*own, *plain])]
    return [*plain, *swapped]


def _degrees(points: Floats, spec: str | CRS) -> Floats:
    """Longitude and latitude of points in a system; not a number where it cannot be."""
    if isinstance(spec, str):
        if spec.startswith(SWAPPED):
            points, spec = points[:, ::-1], spec.removeprefix(SWAPPED)
        spec = CRS.from_user_input(spec)
    if any(spec.equals(same, ignore_axis_order=True) for same in SAME_AS_CGCS2000):
        return points
    try:
        transformer = Transformer.from_crs(spec, CGCS2000, always_xy=True)
        return np.stack(transformer.transform(points[:, 0], points[:, 1]), axis=1)
    except ProjError:
        return np.full_like(points, np.nan)


def _share(degrees: Floats, area: shapely.Geometry) -> float:
    """Share of points that lie in the districts."""
    longitude, latitude = degrees.T
    with np.errstate(invalid="ignore"):
        possible = (longitude > WEST) & (longitude < EAST) & (latitude > SOUTH) & (latitude < NORTH)
    return float(shapely.contains_xy(area, degrees[possible]).sum() / len(degrees))


def _old_datum(crs: CRS, file: str) -> list[Finding]:
    """A system on a datum before CGCS2000: PROJ has no official parameters between them."""
    geodetic = crs.geodetic_crs
    return [
        Finding(Fault("crs.old_datum", {"declared": _name(crs), "datum": name}, file, question=True))
        for code, name in OLD_DATUMS.items()
        if geodetic is not None and geodetic.equals(CRS.from_epsg(code), ignore_axis_order=True)
    ]


def _shift(layer: gpd.GeoDataFrame, declared: CRS, districts: gpd.GeoDataFrame, file: str) -> list[Finding]:
    """A shift that most outlines share against the district boundaries, found by votes of pairs of vertices."""
    plane = plane_of(districts)
    found = _votes(_plane(layer.geometry, declared, plane), _plane(districts.geometry, districts.crs, plane))
    if found is None:
        return []
    east, north, votes, still = found
    length = float(np.hypot(east, north))
    if length < NOTED or votes < VOTES or votes < CLEAR * still:
        return []
    values: dict[str, Any] = {"east": f"{east:.0f}", "north": f"{north:.0f}", "votes": votes, "still": still}
    places = shapely.get_coordinates(districts.to_crs(CGCS2000).representative_point().to_numpy())
    to_metres = Transformer.from_crs(CGCS2000, plane, always_xy=True)
    start = np.stack(to_metres.transform(*places.T))
    for system in SHIFTED:
        moved = np.stack(to_metres.transform(*to_shifted(places, system).T)) - start
        if np.hypot(moved[0] - east, moved[1] - north).min() < AGREES:
            values |= {"system": system, "declared": _name(declared)}
            fix = system if declared.is_geographic else ""
            return [Finding(Fault("crs.shifted_map", values, file, question=True), fix)]
    return [Finding(Fault("crs.shifted", values | {"declared": _name(declared)}, file, question=True))]


def _plane(shapes: gpd.GeoSeries, crs: CRS | str, plane: CRS) -> Floats:
    """Vertices in the plane, each once."""
    points = _degrees(np.unique(shapely.get_coordinates(shapes.to_numpy()), axis=0), crs)
    points = points[np.isfinite(points).all(axis=1)]
    x, y = Transformer.from_crs(CGCS2000, plane, always_xy=True).transform(points[:, 0], points[:, 1])
    return np.stack([x, y], axis=1)


def _votes(vertices: Floats, corners: Floats) -> tuple[float, float, int, int] | None:
    """The displacement that most pairs of a vertex and a corner within reach share.

    Returns
    -------
    East and north, m, the pairs that vote for it, and the pairs that vote for no displacement at all or, where that
    is the winner, 0.
    """
    if len(vertices) > SAMPLE * 50:
        vertices = vertices[:: len(vertices) // (SAMPLE * 50) + 1]
    tree = shapely.STRtree(shapely.points(corners))
    boxes = shapely.box(*(vertices - REACH).T, *(vertices + REACH).T)
    total = np.zeros((int(2 * REACH / CELL) + 1,) * 2, dtype=np.int64)
    for start in range(0, len(vertices), SAMPLE):
        vertex, corner = tree.query(boxes[start : start + SAMPLE])
        moved = np.floor((vertices[start : start + SAMPLE][vertex] - corners[corner] + REACH) / CELL).astype(int)
        moved = moved[((moved >= 0) & (moved < len(total))).all(axis=1)]
        np.add.at(total, (moved[:, 0], moved[:, 1]), 1)
    # Votes of a cell and its neighbours, since a shift may fall on their border.
    padded = np.pad(total, 1)
    size = len(total)
    around = np.sum([padded[i : i + size, j : j + size] for i in range(3) for j in range(3)], axis=0)
    place = np.unravel_index(int(np.argmax(around)), around.shape)
    if not around[place]:
        return None
    near = slice(int(REACH / CELL) - 3, int(REACH / CELL) + 4)
    still = int(around[near, near].max())
    east, north = ((np.array(place) + 0.5) * CELL - REACH).tolist()
    return east, north, int(around[place]), still
