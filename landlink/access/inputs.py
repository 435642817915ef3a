"""Checks that all measures of access share: amounts by place, positive options, places in one plane in metres."""

from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from landlink.errors import CrsError, DataError, Fault

Floats = npt.NDArray[np.float64]
# Points, polygons (a point within stands for each), or x, y in metres, shape (n, 2).
Places: TypeAlias = gpd.GeoSeries | gpd.GeoDataFrame | npt.ArrayLike

# What rounding of plane coordinates does to a cost, relative: a micrometre in a kilometre.
_ROUNDING = 1e-9


def reaching(limit: float) -> float:
    """Greatest cost that counts as within a limit: the limit itself does, whatever rounding has made of it."""
    return limit * (1 + _ROUNDING)


def positive(name: str, value: float) -> float:
    """Take an option that must be above 0 and finite.

    Raises
    ------
    DataError
        It is not.
    """
    if not 0 < value < np.inf:
        raise DataError(Fault("access.not_positive", {"name": name, "value": value}))
    return float(value)


def amounts(name: str, values: npt.ArrayLike, size: int | None = None) -> Floats:
    """Take one amount a place, by position.

    Parameters
    ----------
    size
        How many there must be, where it is known.

    Raises
    ------
    DataError
        Not as many as there are places, or one is missing, negative or infinite.
    """
    shape = np.shape(values)
    if len(shape) != 1 or shape[0] != (shape[0] if size is None else size):
        wanted = "—" if size is None else size
        raise DataError(Fault("access.length", {"name": name, "shape": shape, "size": wanted}))
    array: Floats = pd.to_numeric(pd.Series(values), errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    # The two reductions are all that good amounts cost; NaN passes neither.
    if array.size and not (array.min() >= 0 and array.max() < np.inf):
        raise DataError(
            [
                *_told("access.missing", name, array, np.isnan(array)),
                *_told("access.negative", name, array, array < 0),
                *_told("access.infinite", name, array, array == np.inf),
            ]
        )
    return array


def coordinates(name: str, places: Places) -> Floats:
    """Points of places as x and y, metres, shape (n, 2); a point within stands for what is no point.

    Raises
    ------
    DataError
        An array of another shape, or a place without a geometry or finite coordinates.
    """
    if isinstance(places, gpd.GeoSeries | gpd.GeoDataFrame):
        shapes = places.geometry.to_numpy()
        extended = ~np.isin(shapely.get_type_id(shapes), (-1, shapely.GeometryType.POINT))
        if extended.any():
            shapes = np.where(extended, shapely.point_on_surface(shapes), shapes)
        shapes = np.where(shapely.is_empty(shapes), None, shapes)
        points = np.column_stack([shapely.get_x(shapes), shapely.get_y(shapes)])
    else:
        points = np.asarray(places, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != 2:  # noqa: PLR2004 - x and y
            raise DataError(Fault("access.coordinates", {"name": name, "shape": points.shape}))
    missing = np.flatnonzero(~np.isfinite(points).all(axis=1))
    if missing.size:
        told = {"name": name, "count": missing.size, "position": int(missing[0]) + 1}
        raise DataError(Fault("access.place_missing", told))
    return points


def same_plane(layers: dict[str, Any]) -> None:
    """Make sure that all layers are in one plane in metres; arrays are taken to be in it.

    Raises
    ------
    CrsError
        A layer has no coordinate reference system, its coordinates are not metres, or it is not in the plane of the
        first.
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
            told = {"name": name, "crs": crs.to_string(), "expected": first.to_string()}
            faults.append(Fault("access.crs_differs", told))
    if faults:
        raise CrsError(faults)


def _told(fault: str, name: str, values: Floats, wrong: npt.NDArray[np.bool_]) -> list[Fault]:
    """One fault for all amounts that are wrong in the same way, if any: how many, and which is the first."""
    places = np.flatnonzero(wrong)
    if not places.size:
        return []
    first = int(places[0])
    return [Fault(fault, {"name": name, "count": places.size, "position": first + 1, "value": float(values[first])})]
