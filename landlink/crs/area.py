"""Ellipsoidal area on CGCS2000 of polygons whose edges are straight in the Gauss-Krüger plane, as surveys draw them."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjError

from landlink.errors import CrsError, Fault

# Ellipsoid of CGCS2000: semi-major axis in m, flattening, first eccentricity squared.
_GEODETIC = CRS.from_epsg(4490)
_A, _F = 6_378_137.0, 1 / 298.257222101
_E2 = _F * (2 - _F)
# Central meridians of the 3-degree zones, degrees, and the EPSG code of the first.
_FIRST, _LAST, _ZONE_WIDTH, _EPSG_FIRST = 75, 135, 3, 4534
_EASTING = 500_000.0

Floats = npt.NDArray[np.float64]


def gauss_kruger(longitude: float) -> int:
    """EPSG code of the 3-degree Gauss-Krüger plane of CGCS2000 (no zone prefix) of the nearest central meridian."""
    zone = round(min(max(longitude, _FIRST), _LAST) / _ZONE_WIDTH)
    return _EPSG_FIRST + zone - _FIRST // _ZONE_WIDTH


def area_m2(layer: gpd.GeoDataFrame | gpd.GeoSeries) -> Floats:
    r"""Ellipsoidal area on CGCS2000.

    Vertices are projected to the 3-degree Gauss-Krüger plane that the layer's middle lies in, unless the layer is in
    such a plane already, and are joined by straight lines there. In that plane the area on the ellipsoid is
    :math:`\iint k^{-2}\,dx\,dy`, k being the scale at a point,

    .. math:: k^{-2} = 1 - x^2/R^2 + \tfrac{2}{3} x^4/R^4, \qquad R^2 = M N,

    with x the distance from the central meridian, M and N the radii of curvature. Green's theorem makes it a sum over
    edges, exact but for terms below 1e-9 of the area within a zone.

    Parameters
    ----------
    layer
        Polygons and multipolygons in any CRS; null and empty shapes have no area.

    Returns
    -------
    m², float64, one a row.

    Raises
    ------
    CrsError
        The layer has no CRS, or one that cannot be transformed.
    """
    plane, x_0 = in_plane(layer.geometry)
    return plane_area_m2(plane.to_numpy(), x_0)


def in_plane(shapes: gpd.GeoSeries) -> tuple[gpd.GeoSeries, float]:
    """Shapes in a Gauss-Krüger plane of CGCS2000, and its false easting in m.

    Raises
    ------
    CrsError
        The shapes have no CRS, or one that cannot be transformed.
    """
    if shapes.crs is None:
        raise CrsError(Fault("layer.crs_missing"))
    if (easting := false_easting(shapes.crs)) is not None:
        return shapes, easting
    try:
        degrees = shapes if shapes.crs.is_geographic else shapes.to_crs(4490)
        west, _, east, _ = degrees.total_bounds
        middle = (west + east) / 2 if np.isfinite(west + east) else 0.0
        plane = gauss_kruger(middle)
        return shapes.to_crs(plane), _EASTING
    except ProjError as error:
        raise CrsError(Fault("layer.crs_unusable", {"reason": error})) from None


def false_easting(crs: CRS) -> float | None:
    """False easting of a Gauss-Krüger plane of CGCS2000, in m; None for any other CRS."""
    operation, geodetic = crs.coordinate_operation, crs.geodetic_crs
    if operation is None or geodetic is None or not geodetic.equals(_GEODETIC) or crs.axis_info[0].unit_name != "metre":
        return None
    known = {found.name: float(found.value) for found in operation.params if isinstance(found.value, float | int)}
    plain = known.get("Scale factor at natural origin") == 1 and known.get("Latitude of natural origin") == 0
    mercator = operation.method_name == "Transverse Mercator" and known.get("False northing") == 0
    return known["False easting"] if plain and mercator else None


def plane_area_m2(shapes: npt.NDArray[np.object_], x_0: float) -> Floats:
    """Ellipsoidal area of shapes that lie in a Gauss-Krüger plane.

    Parameters
    ----------
    shapes
        Polygons and multipolygons, coordinates in m; other shapes, null and empty ones have no area.
    x_0
        False easting, m.

    Returns
    -------
    m², float64, one a shape.
    """
    areas = np.zeros(len(shapes))
    simple = (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON) & (
        shapely.get_num_interior_rings(shapes) == 0
    )
    areas[simple] = _ring_areas(shapes[simple], x_0)
    polygons, owner = shapely.get_parts(shapes[~simple], return_index=True)
    ringed = shapely.get_type_id(polygons) == shapely.GeometryType.POLYGON
    rings, polygon = shapely.get_rings(polygons[ringed], return_index=True)
    first = np.diff(polygon, prepend=-1) != 0
    signed = np.where(first, 1, -1) * _ring_areas(rings, x_0)
    areas[~simple] = np.bincount(owner[ringed][polygon], signed, minlength=int((~simple).sum()))
    return areas


def _ring_areas(rings: npt.NDArray[np.object_], x_0: float) -> Floats:
    """Area within each ring, m², as of :func:`plane_area_m2`; a shape is one ring or none."""
    points, ring = shapely.get_coordinates(rings, return_index=True)
    start = np.flatnonzero(np.diff(ring, prepend=-1))
    length = np.diff(start, append=len(points))
    # Seen from each ring's first point, so that no digits are lost to large coordinates.
    x, base = points[:, 0] - x_0, np.repeat(points[start, 0] - x_0, length)
    y = points[:, 1] - np.repeat(points[start, 1], length)
    radius2 = _radius2((points[:-1, 1] + points[1:, 1]) / 2)
    a, b = x[:-1], x[1:]
    # Mean over an edge of F(x) = ∫ k⁻² dx = x − x³/(3R²) + 2x⁵/(15R⁴).
    squares, total, product = a * a + b * b, a + b, a * b
    cubic, quintic = total * squares / 4, total * (squares + product) * (squares - product) / 6
    mean = total / 2 - base[:-1] - cubic / (3 * radius2) + 2 * quintic / (15 * radius2 * radius2)
    within = mean * np.diff(y)
    within[start[1:] - 1] = 0.0  # from one ring's end to the next ring's start
    return np.abs(np.bincount(ring[:-1], within, minlength=len(rings)))


def _radius2(northing: Floats) -> Floats:
    """Product of the ellipsoid's radii of curvature, m², at the latitude of a northing on the central meridian."""
    double = 2 * northing / (_A * (1 - _E2 / 4 - 3 * _E2**2 / 64 - 5 * _E2**3 / 256))
    third = _F / (2 - _F)
    cosine = np.cos(double)
    cosine -= 3 * third * (1 - cosine**2)  # of twice the latitude, from twice the rectifying latitude
    return _A**2 * (1 - _E2) / (1 - _E2 * (1 - cosine) / 2) ** 2
