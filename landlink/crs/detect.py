"""Detection of a coordinate system that is missing, wrong or shifted, by comparing the data with the districts."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError as ProjError

from landlink.crs.area import gauss_kruger
from landlink.crs.shifted import SHIFTED, to_shifted
from landlink.crs.systems import CGCS2000, EAST, NORTH, SAME_AS_CGCS2000, SOUTH, SWAPPED, WEST, plane_of
from landlink.errors import Fault

Floats = npt.NDArray[np.float64]

# Vertices that are sampled.
SAMPLE = 4000
# Share of the sampled vertices inside the districts from which on a system is taken as right.
RIGHT = 0.9
# Share of the sampled vertices inside the districts below which a declared system is taken as wrong.
WRONG = 0.5
# Longest shift that is searched, m: GCJ-02 and BD-09 together stay below it.
REACH = 1600.0
# Side of the cells in which displacements are counted, m.
CELL = 4.0
# Length, m, below which a displacement is no shift.
NOTED = 10.0
# Least votes for a shift: more than chance gives a cell.
VOTES = 12
# Times by which the votes for a shift must exceed those for none.
CLEAR = 3.0
# Distance, m, within which a shift counts as that of GCJ-02 or BD-09.
AGREES = 40.0
# Distance, degrees, that data may lie outside the districts, as a region around a city does.
MARGIN = 0.02
# Datums before CGCS2000, by EPSG code.
OLD_DATUMS = {4610: "Xi'an 1980", 4214: "Beijing 1954"}


@dataclass(frozen=True, slots=True)
class Finding:
    """A doubt about a layer's coordinate system, with evidence and the fix that is proposed.

    Parameters
    ----------
    fault
        The doubt, as a question to the user.
    fix
        Specification for :func:`landlink.crs.declare`; empty where none is proposed. It is never applied unasked.
    """

    fault: Fault
    fix: str = ""


def detect(layer: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, file: str = "") -> list[Finding]:
    """Compare a layer with the districts that it belongs to, and list doubts about its coordinate system.

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
    Findings; empty where nothing speaks against the declared system. That does not prove the data right: a shift is
    only detected where outlines follow the district boundaries.
    """
    points = _sample(layer)
    if not len(points):
        return []
    city = shapely.union_all(districts.to_crs(CGCS2000).geometry.to_numpy()).buffer(MARGIN)
    shapely.prepare(city)
    declared = layer.crs
    inside = 0.0 if declared is None else _share(_degrees(points, declared), city)
    findings = [] if declared is None else _old_datum(declared, file)
    if inside >= WRONG and declared is not None:
        return findings + _shift(layer, declared, districts, file)
    shares = {spec: _share(_degrees(points, spec), city) for spec in _specs(declared, districts)}
    highest = max(shares.values())
    fitting = [spec for spec, share in shares.items() if share > highest - 1 + RIGHT] if highest else []
    chosen = _closest(layer, fitting, districts) if len(fitting) > 1 else (fitting or list(shares))[0]
    evidence = {
        "declared": _name(declared),
        "bounds": ", ".join(f"{edge:,.4f}".rstrip("0").rstrip(".") for edge in layer.total_bounds),
        "fits": f"{100 * inside:.0f}%",
        "proposed": chosen,
        "share": f"{100 * highest:.0f}%",
        "others": ", ".join(spec for spec in fitting if spec != chosen) or "—",
    }
    if highest < RIGHT:
        return [*findings, Finding(Fault("crs.elsewhere", evidence, file, question=True))]
    message = _message(chosen, declared)
    return [*findings, Finding(Fault(message, evidence, file, question=True), chosen)]


def _closest(layer: gpd.GeoDataFrame, specs: list[str], districts: gpd.GeoDataFrame) -> str:
    """Of systems that fit equally, the one in which most vertices fall on those of the districts."""
    plane = plane_of(districts)
    corners = _plane(districts.geometry, districts.crs, plane)
    shifts = [_best_shift(_plane(layer.geometry, spec, plane), corners) for spec in specs]
    return specs[int(np.argmax([shift.unmoved if shift else 0 for shift in shifts]))]


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
    """Message that proposes a system other than the declared one."""
    if spec.startswith(SWAPPED):
        return "crs.swapped"
    if declared is None:
        return "crs.missing"
    proposed = CRS.from_user_input(spec)
    return "crs.unit_wrong" if proposed.is_geographic != declared.is_geographic else "crs.wrong"


def _specs(declared: CRS | None, districts: gpd.GeoDataFrame) -> list[str]:
    """Systems that planners' data come in, the likeliest first: of those that fit equally the first is proposed."""
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
    code = None if declared is None else declared.to_epsg()
    swapped = [SWAPPED + spec for spec in dict.fromkeys([*([f"EPSG:{code}"] if code else []), *plain])]
    return [*plain, *swapped]


def _degrees(points: Floats, spec: str | CRS) -> Floats:
    """Longitude and latitude of points in a system; NaN where they cannot be transformed."""
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


def _share(degrees: Floats, city: shapely.Geometry) -> float:
    """Share of points that lie in the districts."""
    longitude, latitude = degrees.T
    with np.errstate(invalid="ignore"):
        possible = (longitude > WEST) & (longitude < EAST) & (latitude > SOUTH) & (latitude < NORTH)
    return float(shapely.contains_xy(city, degrees[possible]).sum() / len(degrees))


def _old_datum(crs: CRS, file: str) -> list[Finding]:
    """Doubt about a system on a datum before CGCS2000: PROJ has no official parameters between them."""
    geodetic = crs.geodetic_crs
    return [
        Finding(Fault("crs.old_datum", {"declared": _name(crs), "datum": name}, file, question=True))
        for code, name in OLD_DATUMS.items()
        if geodetic is not None and geodetic.equals(CRS.from_epsg(code), ignore_axis_order=True)
    ]


def _shift(layer: gpd.GeoDataFrame, declared: CRS, districts: gpd.GeoDataFrame, file: str) -> list[Finding]:
    """Doubt about a layer most of whose outlines are displaced alike from the district boundaries."""
    plane = plane_of(districts)
    shift = _best_shift(_plane(layer.geometry, declared, plane), _plane(districts.geometry, districts.crs, plane))
    if shift is None or np.hypot(shift.east, shift.north) < NOTED:
        return []
    if shift.votes < VOTES or shift.votes < CLEAR * shift.unmoved:
        return []
    values: dict[str, Any] = {"east": f"{shift.east:.0f}", "north": f"{shift.north:.0f}"}
    values |= {"votes": shift.votes, "still": shift.unmoved}
    points = shapely.get_coordinates(districts.to_crs(CGCS2000).representative_point().to_numpy())
    to_metres = Transformer.from_crs(CGCS2000, plane, always_xy=True)
    start = np.stack(to_metres.transform(*points.T))
    for system in SHIFTED:
        moved = np.stack(to_metres.transform(*to_shifted(points, system).T)) - start
        if np.hypot(moved[0] - shift.east, moved[1] - shift.north).min() < AGREES:
            values |= {"system": system, "declared": _name(declared)}
            fix = system if declared.is_geographic else ""
            return [Finding(Fault("crs.shifted_map", values, file, question=True), fix)]
    return [Finding(Fault("crs.shifted", values | {"declared": _name(declared)}, file, question=True))]


def _plane(shapes: gpd.GeoSeries, crs: CRS | str, plane: CRS) -> Floats:
    """Distinct vertices of shapes, in the plane."""
    points = _degrees(np.unique(shapely.get_coordinates(shapes.to_numpy()), axis=0), crs)
    points = points[np.isfinite(points).all(axis=1)]
    x, y = Transformer.from_crs(CGCS2000, plane, always_xy=True).transform(points[:, 0], points[:, 1])
    return np.stack([x, y], axis=1)


class _Shift(NamedTuple):
    """A displacement in m, the pairs of vertices that share it, and the pairs that are not displaced at all."""

    east: float
    north: float
    votes: int
    unmoved: int


def _best_shift(vertices: Floats, corners: Floats) -> _Shift | None:
    """Displacement that most pairs of a vertex and a corner within reach share; None where there is no such pair."""
    if len(vertices) > SAMPLE * 50:
        vertices = vertices[:: len(vertices) // (SAMPLE * 50) + 1]
    tree = shapely.STRtree(shapely.points(corners))
    boxes = shapely.box(*(vertices - REACH).T, *(vertices + REACH).T)
    votes = np.zeros((int(2 * REACH / CELL) + 1,) * 2, dtype=np.int64)
    for start in range(0, len(vertices), SAMPLE):
        vertex, corner = tree.query(boxes[start : start + SAMPLE])
        moved = np.floor((vertices[start : start + SAMPLE][vertex] - corners[corner] + REACH) / CELL).astype(int)
        moved = moved[((moved >= 0) & (moved < len(votes))).all(axis=1)]
        np.add.at(votes, (moved[:, 0], moved[:, 1]), 1)
    # A cell counts with its neighbours, since a shift may fall on their border.
    padded = np.pad(votes, 1)
    size = len(votes)
    around = np.sum([padded[i : i + size, j : j + size] for i in range(3) for j in range(3)], axis=0)
    best = np.unravel_index(int(np.argmax(around)), around.shape)
    if not around[best]:
        return None
    middle = slice(int(REACH / CELL) - 3, int(REACH / CELL) + 4)
    east, north = ((np.array(best) + 0.5) * CELL - REACH).tolist()
    return _Shift(east, north, int(around[best]), int(around[middle, middle].max()))
