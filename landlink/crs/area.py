"""Ellipsoidal area on CGCS2000 of polygons whose edges are straight in the Gauss-Krüger plane, as surveys draw them."""

from functools import cache
from math import fsum

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Geod
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import TransverseMercatorConversion
from pyproj.exceptions import CRSError as ProjError

from landlink.errors import CrsError, Fault

_GEODETIC = CRS.from_epsg(4490)
# Ellipsoid of CGCS2000: semi-major axis, m.
_A = 6_378_137.0
# Ellipsoid of CGCS2000: flattening.
_F = 1 / 298.257222101
# Ellipsoid of CGCS2000: first eccentricity squared.
_E2 = _F * (2 - _F)
# Width of a zone, degrees.
_ZONE_WIDTH = 3
# Central meridian of the first zone that EPSG lists without a zone prefix, degrees.
_FIRST = 75
# Central meridian of the last such zone, degrees.
_LAST = 135
# EPSG code of the first such zone, 75° E.
_EPSG_FIRST = 4534
# False easting of a zone, m.
_EASTING = 500_000.0
# Half the width of a zone at the equator, m: the short series of the scale holds to 2e-9 up to there.
_NEAR = 170_000.0
# Distance from the meridian, m, up to which the long series holds to 2e-9: twice the half-width of a 6° zone at 20° N.
_REACH = 600_000.0
# Distance from the equator to the pole, m, rounded up.
_QUADRANT = 10_002_000.0
# Greatest rise of an edge, m, along which the ellipsoid's curvature is taken as that at its middle.
_EDGE = 20_000.0

Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]


def gauss_kruger(longitude: float) -> int:
    """EPSG code of the 3-degree Gauss-Krüger plane of CGCS2000 (no zone prefix) of the nearest central meridian.

    Examples
    --------
    >>> gauss_kruger(113.3)
    4547
    """
    zone = round(min(max(longitude, _FIRST), _LAST) / _ZONE_WIDTH)
    return _EPSG_FIRST + zone - _FIRST // _ZONE_WIDTH


def area_m2(layer: gpd.GeoDataFrame | gpd.GeoSeries) -> Floats:
    r"""Ellipsoidal area on CGCS2000 of each shape by itself.

    The vertices of a shape are projected to the 3-degree Gauss-Krüger plane of the zone that its middle lies in, unless
    the layer is in such a plane already, and are joined by straight lines there. In that plane the area on the
    ellipsoid is :math:`\iint k^{-2}\,dx\,dy`, k being the scale at a point,

    .. math:: k^{-2} = 1 - u + \tfrac{2}{3} u^2 + \ldots, \qquad u = \frac{x^2}{M N},

    with x the distance from the central meridian, M and N the radii of curvature. Green's theorem makes it a sum over
    edges. Within a zone (170 km of the central meridian) these terms hold to 2e-9 of the area. A shape that reaches
    farther is measured with terms up to :math:`u^4` and those of the ellipsoid, which hold to 3e-9 up to 600 km; one
    that reaches farther than that, along geodesics from vertex to vertex (Karney 2013).

    Parameters
    ----------
    layer
        Polygons and multipolygons in any CRS, anywhere on the ellipsoid; null and empty shapes have no area.

    Returns
    -------
    m², float64, one a row; a row's area does not depend on the other rows.

    Raises
    ------
    CrsError
        The layer has no CRS, or one that cannot be transformed, or a shape's coordinates are not on the ellipsoid.

    References
    ----------
    Redfearn, J. C. B. (1948). Transverse Mercator formulae. Empire Survey Review 9: 318–322: the scale.
    Karney, C. F. F. (2013). Algorithms for geodesics. Journal of Geodesy 87: 43–55.

    Examples
    --------
    A cell of 0.01° in Guangzhou, and the same on the meridian of Greenwich.

    >>> cells = gpd.GeoSeries([shapely.box(x, 23, x + 0.01, 23.01) for x in (114, 0)], crs=4490)
    >>> area_m2(cells).round(1).tolist()
    [1135334.6, 1135334.6]
    """
    shapes = layer.geometry
    if shapes.crs is None:
        raise CrsError(Fault("layer.crs_missing"))
    x_0 = false_easting(shapes.crs)
    areas = np.full(len(shapes), np.nan) if x_0 is None else _plane_areas(shapes.to_numpy(), x_0)
    try:
        for measure in (_zone_areas, _geodesic_areas):
            rows = np.flatnonzero(np.isnan(areas))
            if len(rows):
                areas[rows] = measure(shapes if len(rows) == len(shapes) else shapes.iloc[rows])
    except ProjError as error:
        raise CrsError(Fault("layer.crs_unusable", {"reason": error})) from None
    _refuse_unmeasured(areas, shapes.to_numpy())
    return areas


def false_easting(crs: CRS) -> float | None:
    """False easting of a Gauss-Krüger plane of CGCS2000, in m; None for any other CRS.

    Examples
    --------
    >>> false_easting(CRS.from_epsg(4526))
    38500000.0
    """
    operation, geodetic = crs.coordinate_operation, crs.geodetic_crs
    if operation is None or geodetic is None or not geodetic.equals(_GEODETIC) or crs.axis_info[0].unit_name != "metre":
        return None
    values = {param.name: float(param.value) for param in operation.params if isinstance(param.value, float | int)}
    plain = values.get("Scale factor at natural origin") == 1 and values.get("Latitude of natural origin") == 0
    mercator = operation.method_name == "Transverse Mercator" and values.get("False northing") == 0
    return values["False easting"] if plain and mercator else None


def plane_area_m2(shapes: Shapes, x_0: float) -> Floats:
    """Ellipsoidal area of shapes that lie in one Gauss-Krüger plane, so that parts of a shape sum to it.

    Parameters
    ----------
    shapes
        Polygons and multipolygons, coordinates in m; other shapes, null and empty ones have no area.
    x_0
        False easting, m.

    Returns
    -------
    m², float64, one a shape.

    Raises
    ------
    CrsError
        A shape reaches farther than 600 km from the plane's central meridian, or has coordinates that are no numbers.

    Examples
    --------
    A hectare 70 km west of the central meridian, where the plane enlarges by x²/R² = 0.000121.

    >>> plane_area_m2(np.array([shapely.box(430_000, 2_500_000, 430_100, 2_500_100)]), 500_000.0).round(2)
    array([9998.79])
    """
    areas = _plane_areas(shapes, x_0)
    _refuse_unmeasured(areas, shapes)
    return areas


def _refuse_unmeasured(areas: Floats, shapes: Shapes) -> None:
    """Raise where areas are NaN; a row is a feature's number from 1."""
    rows = np.flatnonzero(np.isnan(areas))
    if not len(rows):
        return
    faults = []
    for row, bounds in zip(rows.tolist(), shapely.bounds(shapes[rows]), strict=True):
        values = {"bounds": ", ".join(f"{value:,.10g}" for value in bounds), "reach": f"{_REACH / 1000:.0f}"}
        faults.append(Fault("layer.area_beyond", values, row=row + 1))
    raise CrsError(faults)


def _zone_areas(shapes: gpd.GeoSeries) -> Floats:
    """Areas in the plane of the zone that each shape's middle lies in; NaN beyond its reach."""
    degrees = shapes if shapes.crs.is_geographic else shapes.to_crs(_GEODETIC)
    west, _, east, _ = shapely.bounds(degrees.to_numpy()).T
    with np.errstate(invalid="ignore"):
        middle = (west + east) / 2
    known = np.isfinite(middle)
    zones = np.round(middle[known] / _ZONE_WIDTH).astype("int64")
    areas = np.where(shapely.is_missing(shapes.to_numpy()) | shapely.is_empty(shapes.to_numpy()), 0.0, np.nan)
    rows = np.flatnonzero(known)
    for zone in np.unique(zones).tolist():
        chosen = rows[zones == zone]
        within = shapes if len(chosen) == len(shapes) else shapes.iloc[chosen]
        areas[chosen] = _plane_areas(within.to_crs(_zone_crs(zone)).to_numpy(), _EASTING)
    return areas


@cache
def _zone_crs(zone: int) -> CRS:
    """Gauss-Krüger plane of CGCS2000 of a 3-degree zone, by its central meridian over 3."""
    longitude = (zone * _ZONE_WIDTH + 180) % 360 - 180
    if _FIRST <= longitude <= _LAST:
        return CRS.from_epsg(gauss_kruger(longitude))
    conversion = TransverseMercatorConversion(0, longitude, _EASTING, 0, 1)
    return ProjectedCRS(conversion, geodetic_crs=_GEODETIC)


def _geodesic_areas(shapes: gpd.GeoSeries) -> Floats:
    """Areas within geodesics from vertex to vertex."""
    degrees = shapes.to_crs(_GEODETIC).to_numpy()
    areas = np.full(len(degrees), np.nan)
    geod = Geod(a=_A, f=_F)
    for row in np.flatnonzero(np.isfinite(shapely.bounds(degrees)).all(axis=1)).tolist():
        polygons = _polygons(degrees[row])
        areas[row] = fsum(abs(geod.geometry_area_perimeter(part)[0]) for part in shapely.orient_polygons(polygons))
    return areas


def _polygons(shape: shapely.Geometry) -> Shapes:
    """Polygons of a shape of any kind."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    polygons: Shapes = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return polygons


def _plane_areas(shapes: Shapes, x_0: float) -> Floats:
    """Areas as of :func:`plane_area_m2`; NaN for a shape that reaches too far."""
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


def _ring_areas(rings: Shapes, x_0: float) -> Floats:
    """Area within each ring, m², as of :func:`_plane_areas`; a shape is one ring or none."""
    points, ring = shapely.get_coordinates(rings, return_index=True)
    points[:, 0] -= x_0
    reach, northing = (np.abs(points[:, axis]).max(initial=0.0) for axis in (0, 1))
    if not (reach <= _REACH and northing <= _QUADRANT):
        inside = np.ones(len(rings), dtype=bool)
        inside[ring[~(np.abs(points) <= (_REACH, _QUADRANT)).all(axis=1)]] = False
        areas = np.full(len(rings), np.nan)
        areas[inside] = _ring_areas(rings[inside], x_0)
        return areas
    start = np.flatnonzero(np.diff(ring, prepend=-1))
    length = np.diff(start, append=len(points))
    # Seen from each ring's first point, so that no digits are lost to large coordinates.
    x, base = points[:, 0], np.repeat(points[start, 0], length)
    rise = np.diff(points[:, 1] - np.repeat(points[start, 1], length))
    rise[start[1:] - 1] = 0.0  # from one ring's end to the next ring's start
    if np.abs(rise).max(initial=0.0) > _EDGE:
        long = np.unique(ring[:-1][np.abs(rise) > _EDGE])
        rings = rings.copy()
        rings[long] = shapely.segmentize(rings[long], _EDGE)
        return _ring_areas(rings, x_0)
    cosine = _cosine((points[:-1, 1] + points[1:, 1]) / 2)
    radius2 = _A**2 * (1 - _E2) / (1 - _E2 * (1 - cosine) / 2) ** 2
    a, b = x[:-1], x[1:]
    # Mean over an edge of F(x) = ∫ k⁻² dx = x − x³/(3R²) + 2x⁵/(15R⁴).
    squares, total, product = a * a + b * b, a + b, a * b
    cubic, quintic = total * squares / 4, total * (squares + product) * (squares - product) / 6
    mean = total / 2 - base[:-1] - cubic / (3 * radius2) + 2 * quintic / (15 * radius2 * radius2)
    if reach > _NEAR:
        far = np.zeros(len(rings), dtype=bool)
        far[ring[np.abs(x) > _NEAR]] = True
        edges = np.flatnonzero(far[ring[:-1]])
        mean[edges] += _far_terms(a[edges], b[edges], cosine[edges], radius2[edges])
    return np.abs(np.bincount(ring[:-1], mean * rise, minlength=len(rings))).astype("float64")


def _far_terms(a: Floats, b: Floats, cosine: Floats, radius2: Floats) -> Floats:
    """What the long series of the scale adds to the mean of F(x) over edges from a to b."""
    cos2, sin2 = (1 + cosine) / 2, (1 - cosine) / 2
    second = _E2 / (1 - _E2)
    psi = 1 + second * cos2
    quartic = 2 * second**2 * sin2 * cos2 / psi - second * cos2 / 3
    fifth, seventh, ninth = (
        np.sum([a**i * b ** (power - i) for i in range(power + 1)], axis=0) / (power + 1) for power in (5, 7, 9)
    )
    terms: Floats = (
        quartic * fifth / (5 * radius2**2) - 17 * seventh / (315 * radius2**3) + 62 * ninth / (2835 * radius2**4)
    )
    return terms


def _cosine(northing: Floats) -> Floats:
    """Cosine of twice the latitude that a northing, m, has on the central meridian."""
    double = 2 * northing / (_A * (1 - _E2 / 4 - 3 * _E2**2 / 64 - 5 * _E2**3 / 256))
    third = _F / (2 - _F)
    cosine = np.cos(double)
    cosine -= 3 * third * (1 - cosine**2)  # of twice the latitude, from twice the rectifying latitude
    return cosine
