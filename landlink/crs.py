"""Coordinates and area on CGCS2000: every area is ellipsoidal, as the land survey (国土调查) defines it."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Geod
from pyproj.exceptions import CRSError as ProjError

from landlink.errors import CrsError, Fault

CGCS2000 = CRS.from_epsg(4490)
# WGS 84 is taken as equal to CGCS2000: they differ by centimetres.
SAME_AS_CGCS2000 = (CGCS2000, CRS.from_epsg(4326), CRS.from_user_input("OGC:CRS84"))
_GEOD = Geod(a=6378137.0, rf=298.257222101)


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
            placed = layer.set_crs(CGCS2000, allow_override=True)
        else:
            placed = layer.to_crs(CGCS2000)
    except ProjError as error:
        raise CrsError(Fault("layer.crs_unusable", {"reason": error}, file)) from None
    west, south, east, north = placed.total_bounds
    if not (73 < west <= east < 136 and 3 < south <= north < 54):  # noqa: PLR2004 - the extent of China
        bounds = f"{west:.4f}, {south:.4f}, {east:.4f}, {north:.4f}"
        raise CrsError(Fault("layer.outside_china", {"bounds": bounds, "crs": layer.crs.to_string()}, file))
    return placed


def area_m2(layer: gpd.GeoDataFrame) -> npt.NDArray[np.float64]:
    """Ellipsoidal area on CGCS2000, edges being geodesics.

    Parameters
    ----------
    layer
        Polygons in EPSG:4490.

    Returns
    -------
    m², float64, one a row.

    Raises
    ------
    CrsError
        The layer is not in EPSG:4490.
    """
    if layer.crs is None or not layer.crs.equals(CGCS2000):
        raise CrsError(Fault("layer.crs_wrong", {"crs": layer.crs, "expected": "EPSG:4490"}))
    return np.array(
        [abs(_GEOD.geometry_area_perimeter(shape)[0]) for shape in shapely.orient_polygons(layer.geometry.to_numpy())],
        dtype="float64",
    )
