"""Geometry health of a layer of polygons: findings with their positions, and repairs that report every change."""

from collections.abc import Callable, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from landlink.crs import CGCS2000, area_m2, same_crs

# Area, m², below which a polygon is a sliver.
SLIVER_M2 = 5.0
# Mean width, m, below which a polygon is a sliver.
SLIVER_M = 0.5
# Overlaps and gaps below this area, m², are rounding.
NOTED_M2 = 0.1
# A gap below this area, m², was left by drawing and is no land between parcels.
GAP_M2 = 400.0
# Likewise a gap narrower than this, m.
GAP_M = 2.0
# Kinds of findings.
KINDS = ("null", "mixed", "invalid", "sliver", "duplicate", "overlap", "outside", "gap")
# Kinds that are repaired.
REPAIRS = ("null", "invalid", "sliver", "duplicate", "overlap")
# Columns of the table of findings.
COLUMNS = ("kind", "row", "other_row", "id", "area_m2", "longitude", "latitude", "detail")
_AREAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)

Rows = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]


def examine(layer: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, *, id_column: str | None = None) -> pd.DataFrame:
    """List all findings on a layer's shapes.

    Parameters
    ----------
    layer
        Shapes in a plane, such as :func:`landlink.crs.to_plane` gives, in any order.
    districts
        Boundaries of the city in the same CRS.
    id_column
        Column with the names of the shapes in the list.

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
    findings: list[pd.DataFrame] = []

    def note(kind: str, rows: Rows, parts: Shapes, detail: object = "", other: Rows | None = None) -> None:
        areas = area_m2(gpd.GeoSeries(parts, crs=crs))
        others = np.full(len(rows), -1) if other is None else other
        points = gpd.GeoSeries(shapely.point_on_surface(parts), crs=crs).to_crs(CGCS2000)
        findings.append(
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
    table = pd.concat(findings, ignore_index=True)
    table.loc[table["row"] == 0, "row"] = pd.NA
    table.loc[table["other_row"] == 0, "other_row"] = pd.NA
    names = layer[id_column].astype(str).to_numpy() if id_column else np.arange(1, len(layer) + 1).astype(str)
    table.insert(3, "id", [("" if pd.isna(row) else names[row - 1]) for row in table["row"]])
    return table[list(COLUMNS)]


def repair(layer: gpd.GeoDataFrame, kinds: Sequence[str] = REPAIRS) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Repair what needs no decision on the land, and report the changes.

    Null shapes, slivers and the later of two duplicates are dropped; invalid shapes are made valid, keeping every
    vertex; an overlap stays with the earlier of two shapes.

    Parameters
    ----------
    layer
        Shapes in a plane.
    kinds
        Kinds to repair, of :data:`REPAIRS`.

    Returns
    -------
    The repaired layer, without the rows dropped, and the changes: ``kind``, ``row`` (feature's number from 1),
    ``before_m2``, ``after_m2``, one row a shape and kind.
    """
    shapes, crs = layer.geometry.to_numpy().copy(), layer.crs
    changes = []
    for kind in REPAIRS:
        if kind not in kinds:
            continue
        before, after = shapes, _REPAIRERS[kind](shapes.copy())
        missing = shapely.is_missing(before) | shapely.is_empty(before)
        changed = np.flatnonzero(missing if kind == "null" else ~missing & ~(shapely.equals_identical(before, after)))
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
    """True for shapes smaller than an area or, by twice the area over the perimeter, narrower than a width."""
    areas, lengths = shapely.area(shapes), shapely.length(shapes)
    with np.errstate(invalid="ignore"):
        sliver: npt.NDArray[np.bool_] = (lengths > 0) & ((areas < area) | (2 * areas < width * lengths))
    return sliver


def _meeting_pairs(shapes: Shapes) -> tuple[Rows, Rows]:
    """Pairs of shapes whose interiors intersect, the earlier first."""
    first, second = shapely.STRtree(shapes).query(shapes)
    later = second > first
    first, second = first[later], second[later]
    inner = shapely.relate_pattern(shapes[first], shapes[second], "T********")
    order = np.lexsort((second[inner], first[inner]))
    return first[inner][order], second[inner][order]


def _gaps(shapes: Shapes, districts: Shapes) -> Shapes:
    """Small or narrow parts of the districts that no shape covers."""
    free = shapely.get_parts(shapely.difference(shapely.union_all(districts), shapely.union_all(shapes)))
    free = free[shapely.area(free) > NOTED_M2]
    gaps: Shapes = free[_is_sliver(free, GAP_M2, GAP_M)]
    return gaps


def _as_they_are(shapes: Shapes) -> Shapes:
    """The shapes unchanged: null ones are dropped with the rows."""
    return shapes


def _valid(shapes: Shapes) -> Shapes:
    invalid = ~shapely.is_missing(shapes) & ~shapely.is_valid(shapes)
    for row in np.flatnonzero(invalid):
        parts = shapely.get_parts(shapely.make_valid(shapes[row], method="structure", keep_collapsed=False))
        areal = parts[np.isin(shapely.get_type_id(parts), _AREAL)]
        shapes[row] = shapely.union_all(areal) if len(areal) else None
    return shapes


def _without_slivers(shapes: Shapes) -> Shapes:
    shapes[_is_sliver(shapes, SLIVER_M2, SLIVER_M)] = None
    return shapes


def _sound(shapes: Shapes) -> Rows:
    """Rows of the shapes that can be overlaid."""
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


# By kind of finding: from shapes to shapes, what is dropped being None.
_REPAIRERS: dict[str, Callable[[Shapes], Shapes]] = {
    "null": _as_they_are,
    "invalid": _valid,
    "sliver": _without_slivers,
    "duplicate": _without_duplicates,
    "overlap": _without_overlaps,
}
