"""Developable area (可开发面积): each parcel's area outside every constraint, to the m², and by source of land."""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from landlink.crs import plane_area_m2
from landlink.crs.area import false_easting
from landlink.schema import CONSTRAINT_RULES, NO_SOURCE, VOLUNTARY_SOURCES
from landlink.supply.constraints import PIECES_TAKEN, Constraint, constraints_of, warned
from landlink.supply.overlay import Meeting, Shapes, keep, meet, remove

# What takes the area of parcels that stay in their present use.
IN_USE = "in_use"
# Area, m², of pieces that rounding leaves: they go to the constraint that cut them.
_CRUMB = 0.5
# Columns of the parcels that are kept.
FIXED = ("parcel", "code", "land_use", "code_system", "land_source", "status")

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Developable:
    """Developable area of parcels and districts.

    Parameters
    ----------
    parcels
        One row a parcel: its columns, ``gross_m2``, one column ``lost_<constraint>_m2`` for each constraint that takes
        area, in order of the constraints, ``lost_in_use_m2`` first, ``developable_m2``, ``compactness`` (Polsby-Popper,
        0–1, of the developable shape; missing where it is empty), ``reason`` (the constraint that took most of a parcel
        of which nothing is left) and ``warnings`` (a tuple of the constraints that warn). The geometry is the
        developable shape, in the plane of the parcels. Areas are ellipsoidal, in whole m²; a row's losses and
        ``developable_m2`` sum exactly to ``gross_m2``.
    districts
        One row a district and source of land: ``code``, ``land_source``, ``parcels`` (number with any developable
        area), ``gross_m2``, ``developable_m2``.
    constraints
        Table of the constraints, in their order.
    """

    parcels: gpd.GeoDataFrame
    districts: pd.DataFrame
    constraints: pd.DataFrame

    @property
    def losses(self) -> list[str]:
        """Columns of area lost, in order."""
        return [name for name in self.parcels.columns if name.startswith("lost_")]


def lost(constraint: str) -> str:
    """Column of the area that a constraint takes.

    Examples
    --------
    >>> lost("water")
    'lost_water_m2'
    """
    return f"lost_{constraint}_m2"


def developable(
    parcels: gpd.GeoDataFrame,
    constraints: pd.DataFrame,
    zones: Mapping[str, Shapes],
    *,
    threads: int | None = None,
) -> Developable:
    """Compute the developable area of each parcel.

    Constraints take area in their order, so that what two of them claim counts for the first. What is left in the end
    does not depend on the order, to the m²: it is computed in the order of their names. Pieces that are too small or
    too narrow are taken last.

    Parameters
    ----------
    parcels
        ``parcel``, ``code``, ``land_use``, ``code_system``, ``land_source``, ``status`` and valid polygons in a
        Gauss-Krüger plane of CGCS2000. One that :func:`counts` leaves out stays in its present use.
    constraints
        ``constraint``, ``rule`` and ``value``, in the order in which they count. ``exclude`` takes what lies in its
        zones or within ``value`` m of them, ``inside`` what lies outside its zones, ``slope`` what lies in its
        zones; ``min_area`` (m²) and ``min_width`` (m; twice the radius of the largest circle within) take pieces
        that are smaller; ``warn`` (within ``value`` m) and ``min_compactness`` take nothing and are noted.
    zones
        Valid shapes of each constraint with a layer, in the parcels' plane.
    threads
        Number of threads; that of processors where it is not given.

    Raises
    ------
    ValueError
        The parcels are not in a Gauss-Krüger plane of CGCS2000.
    CrsError
        A parcel lies too far from the plane's central meridian for its area to be measured.

    Notes
    -----
    DESIGN: developable area is a parcel's area outside every constraint. Buffers are measured in the plane, whose
    scale differs from the ground's by less than 3 in 10,000 within a zone.

    Examples
    --------
    A parcel of 100 m × 100 m at the central meridian, whose western 30 m are water.

    >>> parcels = gpd.GeoDataFrame(
    ...     {"parcel": ["p"], "code": "440106", "land_use": "0101", "code_system": "ydyh", "land_source": "new"},
    ...     geometry=[shapely.box(500_000, 2_500_000, 500_100, 2_500_100)],
    ...     crs=4547,
    ... ).assign(status="synthetic")
    >>> constraints = pd.DataFrame({"constraint": ["water"], "rule": ["exclude"], "value": [None]})
    >>> water = np.array([shapely.box(499_900, 2_499_900, 500_030, 2_500_200)])
    >>> developable(parcels, constraints, {"water": water}).parcels[["lost_water_m2", "developable_m2"]].values.tolist()
    [[3000, 7000]]
    """
    crs: CRS = parcels.crs
    x_0 = None if crs is None else false_easting(crs)
    if x_0 is None:
        raise ValueError("parcels must be in a Gauss-Krüger plane of CGCS2000; see landlink.crs.to_plane")
    listed = constraints_of(constraints)
    shapes = parcels.geometry.to_numpy()
    free = np.flatnonzero(counts(parcels))
    run = _Run(shapes[free], x_0, threads)
    gross = plane_area_m2(shapes, x_0)
    on_zones = [constraint for constraint in listed if constraint.rule.on_zones]
    on_pieces = [constraint for constraint in listed if constraint.rule.acts == "on pieces"]
    meetings = {constraint.name: meet(run.shapes, constraint.zones(zones), threads=threads) for constraint in on_zones}
    passed = run.through(on_zones, meetings, gross[free])
    left = run.pieces(passed, gross[free], on_pieces)
    steps = _attributed(passed, left)
    columns = _columns(len(parcels), free, gross, steps)
    geometry = np.full(len(parcels), shapely.Polygon(), dtype=object)
    geometry[free] = left.shapes
    compactness = _compactness(geometry)
    result = parcels[list(FIXED)].reset_index(drop=True).assign(**columns)
    result["compactness"] = compactness.round(4)
    result["reason"] = _reasons(result, [name for name in columns if name.startswith("lost_")])
    result["warnings"] = _warnings(listed, zones, geometry, compactness, threads)
    layer = gpd.GeoDataFrame(result, geometry=gpd.GeoSeries(geometry, crs=crs))
    return Developable(layer, by_district(layer), constraints.reset_index(drop=True))


def counts(parcels: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """True for parcels whose land counts as supply.

    Those of the source ``none`` do not. Land of 增减挂钩 counts where its holders leave it of their own will, for pay
    and within their collective (clause 9): ``voluntary_exit`` is ``yes`` and ``collective`` named.

    Parameters
    ----------
    parcels
        ``land_source``, and where there is any such land ``voluntary_exit`` and ``collective``.

    Examples
    --------
    >>> parcels = pd.DataFrame({"land_source": ["new", "none", "offset", "offset"]})
    >>> counts(parcels).tolist()
    [True, False, False, False]
    >>> counts(parcels.assign(voluntary_exit="yes", collective=["", "", "石门村", " "])).tolist()
    [True, False, True, False]
    """
    source = parcels["land_source"].to_numpy()
    linked = np.isin(source, VOLUNTARY_SOURCES)
    left = np.zeros(len(parcels), dtype=bool)
    if {"voluntary_exit", "collective"} <= set(parcels.columns):
        rows = parcels[linked]
        left[linked] = (rows["voluntary_exit"] == "yes") & (rows["collective"].fillna("").str.strip() != "")
    counted: npt.NDArray[np.bool_] = np.where(linked, left, source != NO_SOURCE)
    return counted


def by_district(parcels: pd.DataFrame) -> pd.DataFrame:
    """Developable area by district and source of land, whole m².

    Examples
    --------
    >>> parcels = pd.DataFrame({"code": "440106", "land_source": "new", "gross_m2": [900, 500]})
    >>> parcels["developable_m2"] = [600, 0]
    >>> by_district(parcels).to_dict("records")
    [{'code': '440106', 'land_source': 'new', 'parcels': 1, 'gross_m2': 1400, 'developable_m2': 600}]
    """
    usable = parcels.assign(parcels=(parcels["developable_m2"] > 0).astype("int64"))
    sums = usable.groupby(["code", "land_source"], sort=True)[["parcels", "gross_m2", "developable_m2"]].sum()
    return sums.reset_index()


@dataclass(frozen=True, slots=True)
class _Passed:
    """Shapes after all constraints with zones.

    Parameters
    ----------
    shapes
        What the constraints leave.
    areas
        Area left after each constraint in turn, m².
    last
        Index of the last constraint that took a part of each shape; their number where none did.
    """

    shapes: Shapes
    areas: dict[str, Floats]
    last: Ints


@dataclass(frozen=True, slots=True)
class _Left:
    """What is left of each shape: the shape, its area in m², and the area that each constraint on pieces took."""

    shapes: Shapes
    area: Floats
    taken: dict[str, Floats]


@dataclass(frozen=True, slots=True)
class _Run:
    """Shapes of the parcels that may be developed, their plane's false easting, and the number of threads."""

    shapes: Shapes
    x_0: float
    threads: int | None

    def apply(self, shapes: Shapes, constraint: Constraint, meeting: Meeting) -> Shapes:
        """Shapes without the part that a constraint takes."""
        outside = constraint.rule.acts == "outside zones"
        return keep(shapes, meeting, threads=self.threads) if outside else remove(shapes, meeting, threads=self.threads)

    def through(self, constraints: list[Constraint], meetings: Mapping[str, Meeting], gross: Floats) -> _Passed:
        """Apply the constraints in turn.

        A shape that several of them cut is overlaid once more in order of their names, since the last digits of the
        result depend on the order.
        """
        shapes, area = self.shapes, gross
        areas = {}
        last, count = np.full(len(shapes), len(constraints)), np.zeros(len(shapes), dtype=int)
        for index, constraint in enumerate(constraints):
            meeting = meetings[constraint.name]
            takes = ~meeting.within if constraint.rule.acts == "outside zones" else meeting.met
            shapes = self.apply(shapes, constraint, meeting)
            area = area.copy()
            area[takes] = plane_area_m2(shapes[takes], self.x_0)
            areas[constraint.name] = area
            last[takes] = index
            count += takes
        several = np.flatnonzero(count > 1)
        by_name = sorted(constraints, key=lambda constraint: constraint.name)
        if by_name != constraints and len(several):
            recut = self.shapes[several]
            for constraint in by_name:
                recut = self.apply(recut, constraint, meetings[constraint.name].of(several))
            shapes[several] = recut
        return _Passed(shapes, areas, last)

    def pieces(self, passed: _Passed, gross: Floats, constraints: list[Constraint]) -> _Left:
        """Shapes without crumbs, and without the pieces that are too small or too narrow."""
        shapes = passed.shapes
        cut = passed.last < len(passed.areas)
        whole = ~cut & (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON)
        loose = np.flatnonzero(~whole)
        parts, index = shapely.get_parts(shapes[loose], return_index=True)
        owner, area = loose[index], plane_area_m2(parts, self.x_0)
        removed = (area < _CRUMB) & cut[owner]
        parts = np.concatenate([shapes[whole], parts[~removed]])
        owner = np.concatenate([np.flatnonzero(whole), owner[~removed]])
        area = np.concatenate([gross[whole], area[~removed]])
        taken = {}
        order = list(CONSTRAINT_RULES)
        for constraint in sorted(constraints, key=lambda constraint: order.index(constraint.rule_name)):
            removed = PIECES_TAKEN[constraint.rule_name](parts, area, constraint.limit)
            taken[constraint.name] = _summed(owner[removed], area[removed], len(shapes))
            parts, owner, area = parts[~removed], owner[~removed], area[~removed]
        return _Left(_joined(shapes, parts, owner), _summed(owner, area, len(shapes)), taken)


def _attributed(passed: _Passed, left: _Left) -> dict[str, Ints]:
    """Area left after each constraint, those on pieces last, in whole m²; the last is the developable area."""
    final = sum(left.taken.values(), start=left.area)
    steps = {}
    for index, (name, area) in enumerate(passed.areas.items()):
        steps[name] = _whole(np.where(passed.last <= index, final, np.maximum(area, final)))
    for name, taken in left.taken.items():
        final = final - taken
        steps[name] = _whole(final)
    return steps


def _summed(owner: Ints, area: Floats, count: int) -> Floats:
    return np.bincount(owner, area, minlength=count).astype("float64")


def _whole(area: Floats) -> Ints:
    return np.floor(area + 0.5).astype("int64")


def _columns(count: int, free: Ints, gross: Floats, steps: Mapping[str, Ints]) -> dict[str, Ints]:
    """Gross, lost and developable area of every parcel; one that stays in use loses all of it to that."""
    whole = _whole(gross)
    in_use = whole.copy()
    in_use[free] = 0
    columns = {"gross_m2": whole, lost(IN_USE): in_use}
    before = whole[free]
    for name, after in steps.items():
        column = np.zeros(count, dtype="int64")
        after = np.minimum(before, after)  # noqa: PLW2901 - rounding must not return what an earlier one took
        column[free] = before - after
        columns[lost(name)] = column
        before = after
    developable = np.zeros(count, dtype="int64")
    developable[free] = before
    return {**columns, "developable_m2": developable}


def _joined(shapes: Shapes, parts: Shapes, owner: Ints) -> Shapes:
    """Parts joined to one shape per owner; a shape that keeps all its parts is the same object."""
    joined = np.full(len(shapes), shapely.Polygon(), dtype=object)
    kept = np.bincount(owner, minlength=len(shapes))
    whole = (kept > 0) & (kept == shapely.get_num_geometries(shapes))
    joined[whole] = shapes[whole]
    single = (kept == 1) & ~whole
    joined[owner[single[owner]]] = parts[single[owner]]
    several = (kept > 1) & ~whole
    chosen = several[owner]
    if chosen.any():
        owners, index = np.unique(owner[chosen], return_inverse=True)
        joined[owners] = shapely.multipolygons(parts[chosen], indices=index)
    return joined


def _compactness(shapes: Shapes) -> Floats:
    lengths = shapely.length(shapes)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(lengths > 0, 4 * np.pi * shapely.area(shapes) / lengths**2, np.nan)


def _reasons(table: pd.DataFrame, losses: list[str]) -> npt.NDArray[np.object_]:
    """Constraint that took most of a parcel of which nothing is left, the first of equals; empty elsewhere."""
    names = np.array([name.removeprefix("lost_").removesuffix("_m2") for name in losses], dtype=object)
    most = table[losses].to_numpy().argmax(axis=1)
    return np.where(table["developable_m2"] == 0, names[most], "")


def _warnings(
    constraints: list[Constraint],
    zones: Mapping[str, Shapes],
    left: Shapes,
    compactness: Floats,
    threads: int | None,
) -> npt.NDArray[np.object_]:
    """Names of the constraints that warn of each developable shape, as tuples."""
    noted: dict[int, list[str]] = {}
    usable = np.flatnonzero(~shapely.is_empty(left))
    for constraint in constraints:
        if constraint.rule.acts == "warns":
            parcels = usable[warned(constraint, left[usable], compactness[usable], zones, threads)]
            for parcel in parcels.tolist():
                noted.setdefault(parcel, []).append(constraint.name)
    warnings = np.empty(len(left), dtype=object)
    warnings.fill(())
    for parcel, names in noted.items():
        warnings[parcel] = tuple(names)
    return warnings
