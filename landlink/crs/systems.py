"""Coordinate systems of layers: as users declare them, and those landlink works in, geographic and plane CGCS2000."""

import geopandas as gpd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjError

from landlink.crs.area import gauss_kruger
from landlink.crs.shifted import SHIFTED, unshift
from landlink.errors import CrsError, Fault

CGCS2000 = CRS.from_epsg(4490)
# WGS 84 is taken as equal to CGCS2000: they differ by centimetres.
SAME_AS_CGCS2000 = (CGCS2000, CRS.from_epsg(4326), CRS.from_user_input("OGC:CRS84"))
# Before a specification: x and y are interchanged.
SWAPPED = "swapped "
# Bounds of China.
WEST = 73  # degrees: the Pamirs
SOUTH = 3  # degrees: 曾母暗沙
EAST = 136  # degrees: the Ussuri
NORTH = 54  # degrees: 漠河


def declare(layer: gpd.GeoDataFrame, spec: str, file: str = "") -> gpd.GeoDataFrame:
    """Set a layer's coordinate system to the one that a user names, whatever the file says; coordinates stay.

    Parameters
    ----------
    spec
        Anything PROJ understands (``EPSG:4547``, a PROJ string of a local grid, WKT), or ``GCJ-02`` or ``BD-09``,
        whose shift is undone; with ``swapped`` before it, x and y are interchanged first.

    Raises
    ------
    CrsError
        PROJ does not understand the specification.

    Examples
    --------
    >>> points = gpd.GeoDataFrame(geometry=[shapely.Point(23.1, 113.3)])
    >>> declare(points, "swapped EPSG:4490").geometry.iloc[0].wkt
    'POINT (113.3 23.1)'
    """
    swapped = spec.startswith(SWAPPED)
    name = spec.removeprefix(SWAPPED).strip()
    shapes = layer.geometry.to_numpy()
    if swapped:
        shapes = shapely.transform(shapes, lambda points: points[:, ::-1])
    shifted = next((system for system in SHIFTED if name.upper() == system), None)
    if shifted is not None:
        shapes, name = unshift(shapes, shifted), "EPSG:4490"
    try:
        crs = CRS.from_user_input(name)
    except ProjError as error:
        raise CrsError(Fault("layer.crs_unknown", {"spec": spec, "reason": error}, file)) from None
    return layer.set_geometry(gpd.GeoSeries(shapes, index=layer.index, crs=crs))


def to_cgcs2000(layer: gpd.GeoDataFrame, file: str) -> gpd.GeoDataFrame:
    """Bring a layer to geographic CGCS2000 (EPSG:4490), longitude first.

    Raises
    ------
    CrsError
        The layer has no CRS, or its coordinates are not in China once transformed.
    """
    if layer.crs is None:
        raise CrsError(Fault("layer.crs_missing", file=file))
    try:
        if any(layer.crs.equals(same, ignore_axis_order=True) for same in SAME_AS_CGCS2000):
            geographic = layer.set_crs(CGCS2000, allow_override=True)
        else:
            geographic = layer.to_crs(CGCS2000)
    except ProjError as error:
        raise CrsError(Fault("layer.crs_unusable", {"reason": error}, file)) from None
    west, south, east, north = geographic.total_bounds
    if not (WEST < west <= east < EAST and SOUTH < south <= north < NORTH):
        bounds = f"{west:.4f}, {south:.4f}, {east:.4f}, {north:.4f}"
        raise CrsError(Fault("layer.outside_china", {"bounds": bounds, "crs": layer.crs.to_string()}, file))
    return geographic


def to_plane(layer: gpd.GeoDataFrame, crs: CRS, file: str = "") -> gpd.GeoDataFrame:
    """Project a layer to a city's plane, having made sure that it lies in China.

    Parameters
    ----------
    crs
        The city's Gauss-Krüger plane, of :func:`plane_of`.

    Raises
    ------
    CrsError
        As :func:`to_cgcs2000`.
    """
    if layer.crs is not None and layer.crs.equals(crs, ignore_axis_order=True):
        return layer.set_crs(crs, allow_override=True)
    return to_cgcs2000(layer, file).to_crs(crs)


def plane_of(districts: gpd.GeoDataFrame) -> CRS:
    """Gauss-Krüger plane of a city: the 3-degree zone that the middle of its districts lies in.

    Examples
    --------
    >>> plane_of(gpd.GeoDataFrame(geometry=[shapely.box(113, 22.5, 114, 24)], crs=4490)).to_epsg()
    4547
    """
    west, _, east, _ = districts.to_crs(CGCS2000).total_bounds
    return CRS.from_epsg(gauss_kruger((west + east) / 2))


def same_crs(*layers: gpd.GeoDataFrame) -> CRS:
    """CRS that all layers are in.

    Raises
    ------
    CrsError
        They differ, which geopandas answers with an empty result and no error.
    """
    first: CRS = layers[0].crs
    for layer in layers[1:]:
        if layer.crs != first:
            raise CrsError(Fault("layer.crs_wrong", {"crs": layer.crs, "expected": first}))
    return first
