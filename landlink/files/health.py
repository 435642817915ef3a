"""Geometry health of a layer of polygons: what is wrong, where, and repairs that say what they changed."""

from collections.abc import Callable, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from landlink.crs import CGCS2000, area_m2, same_crs

# A polygon smaller than this, m², or narrower, m, is a sliver; overlaps and gaps below the area are rounding.
SLIVER_M2, SLIVER_M, NOTED_M2 = 5.0, 0.5, 0.1
# A gap as small or as narrow as this is one left by drawing, not land between parcels.
GAP_M2, GAP_M = 400.0, 2.0
KINDS = ("null", "mixed", "invalid", "sliver", "duplicate", "overlap", "outside", "gap")
REPAIRS = ("null", "invalid", "sliver", "duplicate", "overlap")
COLUMNS = ("kind", "row", "other_row", "id", "area_m2", "longitude", "latitude", "detail")
_AREAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)

Rows = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]


def examine(layer: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, *, id_column: str | None = None) -> pd.DataFrame:
    """List everything that is wrong with a layer's shapes.

    Parameters
    ----------
    layer
        Shapes in a plane, such as :func:`landlink.crs.to_plane` gives, in any order.
    districts
        Boundaries of the city in the same CRS.
    id_column
        Column whose values name the shapes in the list.

    Returns
    -------
    One row a finding: ``kind`` (of :data:`KINDS`), ``row`` (feature's number from 1; missing for a gap),
    ``other_row`` (the shape that it duplicates or overlaps), ``id``, ``area_m2`` (of the shape, or of the overlap,
    gap or part outside), ``longitude`` and ``latitude`` of a point in it (degrees, CGCS2000), ``detail``.

    Raises
    ------
    CrsError
        Both are not in the same CRS.
    """
    crs = same_crs(layer, districts)
    shapes = layer.geometry.to_numpy()
    found: list[pd.DataFrame] = []

    def note(kind: str, rows: Rows, where: Shapes, detail: object = "", other: Rows | None = None) -> None:
        areas = area_m2(gpd.GeoSeries(where, crs=crs))
        others = np.full(len(rows), -1) if other is None else other
        points = gpd.GeoSeries(shapely.point_on_surface(where), crs=crs).to_crs(CGCS2000)
        found.append(
            pd.DataFrame(
                {
                    "kind": kind,
                    "row": pd.array(np.where(rows < 0, 0, rows + 1), dtype="Int64"),
                    "other_row": pd.array(others + 1, dtype="Int64"),
                    "area_m2": areas.round(2),
                    "longitude": points.x.to_numpy().round(7),
                    "latitude": points.y.to_numpy().round(7),
                    "detail": detail,
                }
            )
        )

    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    note("null", np.flatnonzero(missing), np.full(missing.sum(), None))
    areal = np.isin(shapely.get_type_id(shapes), _AREAL)
    mixed = np.flatnonzero(~missing & ~areal)
    note("mixed", mixed, shapes[mixed], [str(shape.geom_type) for shape in shapes[mixed]])
    invalid = np.flatnonzero(areal & ~missing & ~shapely.is_valid(shapes))
    note("invalid", invalid, shapes[invalid], shapely.is_valid_reason(shapes[invalid]))
    sound = np.flatnonzero(areal & ~missing & shapely.is_valid(shapes))
    slivers = sound[_is_sliver(shapes[sound], SLIVER_M2, SLIVER_M)]
    note("sliver", slivers, shapes[slivers])
    first, second = _meeting_pairs(shapes[sound])
    overlaps = shapely.intersection(shapes[sound[first]], shapes[sound[second]])
    noted = shapely.area(overlaps) > NOTED_M2
    first, second, overlaps = sound[first[noted]], sound[second[noted]], overlaps[noted]
    same = shapely.area(overlaps) >= np.maximum(shapely.area(shapes[first]), shapely.area(shapes[second])) - NOTED_M2
    note("duplicate", second[same], overlaps[same], other=first[same])
    note("overlap", second[~same], overlaps[~same], other=first[~same])
    if len(sound):
        city = shapely.union_all(districts.geometry.to_numpy())
        shapely.prepare(city)
        crossing = sound[~shapely.covers(city, shapes[sound])]
        outside = shapely.difference(shapes[crossing], city)
        beyond = shapely.area(outside) > NOTED_M2
        note("outside", crossing[beyond], outside[beyond])
        gaps = _gaps(shapes[sound], districts.geometry.to_numpy())
        note("gap", np.full(len(gaps), -1), gaps)
    table = pd.concat(found, ignore_index=True)
    table.loc[table["row"] == 0, "row"] = pd.NA
    table.loc[table["other_row"] == 0, "other_row"] = pd.NA
    names = layer[id_column].astype(str).to_numpy() if id_column else np.arange(1, len(layer) + 1).astype(str)
    table.insert(3, "id", [("" if pd.isna(row) else names[row - 1]) for row in table["row"]])
    return table[list(COLUMNS)]


def repair(layer: gpd.GeoDataFrame, kinds: Sequence[str] = REPAIRS) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Mend what can be mended without a decision on the land, and say what has changed.

    Null shapes, slivers and the later of two duplicates are left out; invalid shapes are made valid, keeping every
    vertex; an overlap stays with the earlier of two shapes.

    Parameters
    ----------
    layer
        Shapes in a plane.
    kinds
        What to mend, of :data:`REPAIRS`.

    Returns
    -------
    The layer mended, without the rows left out, and the changes: ``kind``, ``row`` (feature's number from 1),
    ``before_m2``, ``after_m2``, one row a shape and kind.
    """
    steps: dict[str, Callable[[Shapes], Shapes]] = {
        "null": lambda shapes: shapes,
        "invalid": _valid,
        "sliver": lambda shapes: _without(shapes, _is_sliver(shapes, SLIVER_M2, SLIVER_M)),
        "duplicate": _without_duplicates,
        "overlap": _without_overlaps,
    }
    shapes, crs = layer.geometry.to_numpy().copy(), layer.crs
    changes = []
    for kind in REPAIRS:
        if kind not in kinds:
            continue
        before, after = shapes, steps[kind](shapes.copy())
        gone = shapely.is_missing(before) | shapely.is_empty(before)
        changed = np.flatnonzero(gone if kind == "null" else ~gone & ~(shapely.equals_identical(before, after)))
        changes.append(
            pd.DataFrame(
                {
                    "kind": kind,
                    "row": changed + 1,
                    "before_m2": area_m2(gpd.GeoSeries(before[changed], crs=crs)).round(2),
                    "after_m2": area_m2(gpd.GeoSeries(after[changed], crs=crs)).round(2),
                }
            )
        )
        shapes = after
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    kept = layer.set_geometry(gpd.GeoSeries(shapes, index=layer.index, crs=crs))[~empty]
    columns = ["kind", "row", "before_m2", "after_m2"]
    return kept, pd.concat(changes, ignore_index=True) if changes else pd.DataFrame(columns=columns)


def _is_sliver(shapes: Shapes, area: float, width: float) -> npt.NDArray[np.bool_]:
    """Tell which shapes are smaller than an area or, by twice the area over the perimeter, narrower than a width."""
    areas, lengths = shapely.area(shapes), shapely.length(shapes)
    with np.errstate(invalid="ignore"):
        sliver: npt.NDArray[np.bool_] = (lengths > 0) & ((areas < area) | (2 * areas < width * lengths))
    return sliver


def _meeting_pairs(shapes: Shapes) -> tuple[Rows, Rows]:
    """Pairs of shapes whose insides meet, the earlier first."""
    first, second = shapely.STRtree(shapes).query(shapes)
    later = second > first
    first, second = first[later], second[later]
    inner = shapely.relate_pattern(shapes[first], shapes[second], "T********")
    order = np.lexsort((second[inner], first[inner]))
    return first[inner][order], second[inner][order]


def _gaps(shapes: Shapes, districts: Shapes) -> Shapes:
    """Small or narrow places of the districts that no shape covers."""
    free = shapely.get_parts(shapely.difference(shapely.union_all(districts), shapely.union_all(shapes)))
    free = free[shapely.area(free) > NOTED_M2]
    gaps: Shapes = free[_is_sliver(free, GAP_M2, GAP_M)]
    return gaps


def _valid(shapes: Shapes) -> Shapes:
    broken = ~shapely.is_missing(shapes) & ~shapely.is_valid(shapes)
    for place in np.flatnonzero(broken):
        parts = shapely.get_parts(shapely.make_valid(shapes[place], method="structure", keep_collapsed=False))
        areal = parts[np.isin(shapely.get_type_id(parts), _AREAL)]
        shapes[place] = shapely.union_all(areal) if len(areal) else None
    return shapes


def _without(shapes: Shapes, left_out: npt.NDArray[np.bool_]) -> Shapes:
    shapes[left_out] = None
    return shapes


def _sound(shapes: Shapes) -> Rows:
    """Places of the shapes that can be overlaid."""
    return np.flatnonzero(np.isin(shapely.get_type_id(shapes), _AREAL) & shapely.is_valid(shapes))


def _without_duplicates(shapes: Shapes) -> Shapes:
    sound = _sound(shapes)
    first, second = _meeting_pairs(shapes[sound])
    same = shapely.equals(shapes[sound[first]], shapes[sound[second]])
    shapes[sound[second[same]]] = None
    return shapes


def _without_overlaps(shapes: Shapes) -> Shapes:
    sound = _sound(shapes)
    for first, second in zip(*_meeting_pairs(shapes[sound]), strict=True):
        earlier, later = shapes[sound[first]], shapes[sound[second]]
        if shapely.area(shapely.intersection(earlier, later)) > NOTED_M2:
            shapes[sound[second]] = shapely.difference(later, earlier)
    return shapes
