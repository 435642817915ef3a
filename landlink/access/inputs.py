"""Checks shared by all measures of access: amounts by cell or site, positive options, points in one plane in metres."""

from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from landlink.errors import CrsError, DataError, Fault

Floats = npt.NDArray[np.float64]
# Points, polygons (represented by a point inside each), or x, y in metres, shape (n, 2).
Locations: TypeAlias = gpd.GeoSeries | gpd.GeoDataFrame | npt.ArrayLike

# Relative error of a cost by rounding of plane coordinates: a micrometre in a kilometre.
_ROUNDING = 1e-9


def reaching(limit: float) -> float:
    """Greatest cost within a limit: the limit itself, with a margin for rounding.

    Examples
    --------
    >>> 700.0000001 <= reaching(700), 700.001 <= reaching(700)
    (True, False)
    """
    return limit * (1 + _ROUNDING)


def positive(name: str, value: float) -> float:
    """An option, which must be above 0 and finite.

    Raises
    ------
    DataError
        It is not.

    Examples
    --------
    >>> positive("radius", 500)
    500.0
    """
    if not 0 < value < np.inf:
        raise DataError(Fault("access.not_positive", {"name": name, "value": value}))
    return float(value)


def amounts(name: str, values: npt.ArrayLike, size: int | None = None) -> Floats:
    """Amounts, one per cell or site, as float64.

    Parameters
    ----------
    size
        Number of cells or sites, where it is known.

    Raises
    ------
    DataError
        Not as many as there are cells or sites, or one is missing, negative or infinite.

    Examples
    --------
    >>> amounts("capacity", [30, 10], 2)
    array([30., 10.])
    """
    shape = np.shape(values)
    if len(shape) != 1 or shape[0] != (shape[0] if size is None else size):
        required = "—" if size is None else size
        raise DataError(Fault("access.length", {"name": name, "shape": shape, "size": required}))
    array: Floats = pd.to_numeric(pd.Series(values), errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    # Two reductions are all that valid amounts cost; NaN passes neither.
    if array.size and not (array.min() >= 0 and array.max() < np.inf):
        raise DataError(
            [
                *_faults("access.missing", name, array, np.isnan(array)),
                *_faults("access.negative", name, array, array < 0),
                *_faults("access.infinite", name, array, array == np.inf),
            ]
        )
    return array


def coordinates(name: str, locations: Locations) -> Floats:
    """Coordinates x and y of locations, m, shape (n, 2); a polygon or line is represented by a point inside it.

    Raises
    ------
    DataError
        An array of another shape, or a location without a geometry or finite coordinates.

    Examples
    --------
    >>> coordinates("demand", gpd.GeoSeries([shapely.Point(3, 4), shapely.box(0, 0, 2, 2)]))
    array([[3., 4.],
           [1., 1.]])
    """
    if isinstance(locations, gpd.GeoSeries | gpd.GeoDataFrame):
        shapes = locations.geometry.to_numpy()
        extended = ~np.isin(shapely.get_type_id(shapes), (-1, shapely.GeometryType.POINT))
        if extended.any():
            shapes = np.where(extended, shapely.point_on_surface(shapes), shapes)
        shapes = np.where(shapely.is_empty(shapes), None, shapes)
        points = np.column_stack([shapely.get_x(shapes), shapely.get_y(shapes)])
    else:
        points = np.asarray(locations, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != 2:  # noqa: PLR2004 - x and y
            raise DataError(Fault("access.coordinates", {"name": name, "shape": points.shape}))
    missing = np.flatnonzero(~np.isfinite(points).all(axis=1))
    if missing.size:
        values = {"name": name, "count": missing.size, "position": int(missing[0]) + 1}
        raise DataError(Fault("access.location_missing", values))
    return points


def same_plane(layers: dict[str, Any]) -> None:
    """Make sure that all layers are in one plane in metres; arrays are taken to be in it.

    Raises
    ------
    CrsError
        A layer has no coordinate reference system, its coordinates are not metres, or it is not in the plane of the
        first.

    Examples
    --------
    >>> site = gpd.GeoSeries(gpd.points_from_xy([500_000], [2_500_000]), crs="EPSG:4547")
    >>> same_plane({"demand": site, "sites": [[500_000, 2_500_300]]})
    """
    systems: dict[str, CRS | None] = {
        name: layer.crs for name, layer in layers.items() if isinstance(layer, gpd.GeoSeries | gpd.GeoDataFrame)
    }
    first = next(iter(systems.values()), None)
    faults = []
    for name, crs in systems.items():
        if crs is None:
            faults.append(Fault("access.crs_missing", {"name": name}))
        elif crs.is_geocentric or not crs.axis_info or {axis.unit_name for axis in crs.axis_info[:2]} != {"metre"}:
            faults.append(Fault("access.crs_plane", {"name": name, "crs": crs.to_string()}))
        elif first is not None and not crs.equals(first, ignore_axis_order=True):
            values = {"name": name, "crs": crs.to_string(), "expected": first.to_string()}
            faults.append(Fault("access.crs_differs", values))
    if faults:
        raise CrsError(faults)


def _faults(fault: str, name: str, values: Floats, wrong: npt.NDArray[np.bool_]) -> list[Fault]:
    """One fault for all amounts that are wrong in the same way, if any: their number, and the first of them."""
    rows = np.flatnonzero(wrong)
    if not rows.size:
        return []
    first = int(rows[0])
    return [Fault(fault, {"name": name, "count": rows.size, "position": first + 1, "value": float(values[first])})]
