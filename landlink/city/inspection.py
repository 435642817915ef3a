"""Inspection of a planner's file before it is added to a city, and of a city's boundaries against published areas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from landlink.city.city import City
from landlink.crs import Finding, area_m2, declare, detect, plane_of, to_plane
from landlink.errors import CrsError, DataError, Fault
from landlink.files import layer_names, read_layer
from landlink.files.health import examine
from landlink.files.tables import BOOKS, TEXTS, Sheet, guess, read_sheet
from landlink.schema import INPUTS, LAND_LAYERS
from landlink.units import exact, ha, ha_to_m2, half_up

# Share of a resource's columns in a file from which on the file is taken for it.
_LIKELY = 0.3
# Departure of a boundary's area from the published one, in percent, from which it is questioned. Generalised outlines,
# and whether water belongs to a district, move areas by some percent; more means another territory.
MOST_DEPARTURE_PCT = 10


@dataclass(frozen=True, slots=True)
class Inspection:
    """Contents of a file, and what seems to be wrong with it.

    Parameters
    ----------
    path, layer
        The file, and its layer or sheet.
    frame
        Features of the file in the coordinate system declared for them, or a table's cells.
    plane
        Features in the city's plane; None for a table, and where they cannot be transformed.
    findings
        Doubts about the coordinate system, each with the fix that it proposes.
    health
        Findings of :func:`landlink.files.health.examine`; None for points and lines, and where the CRS must be
        corrected first.
    questions
        Doubts about a table's cells.
    units
        Units in a table's header, by column.
    """

    path: Path
    layer: str
    frame: pd.DataFrame
    plane: gpd.GeoDataFrame | None
    findings: tuple[Finding, ...] = ()
    health: pd.DataFrame | None = None
    questions: tuple[Fault, ...] = ()
    units: Mapping[str, str] | None = None

    @property
    def sound(self) -> bool:
        """True if there are no findings.

        Examples
        --------
        >>> Inspection(Path("人口.xlsx"), "", pd.DataFrame(), None).sound
        True
        """
        return not self.findings and not self.questions and (self.health is None or self.health.empty)


def is_table(path: Path) -> bool:
    """True if a file is read as a table, not as a layer.

    Examples
    --------
    >>> is_table(Path("人口.xlsx")), is_table(Path("地块.shp"))
    (True, False)
    """
    return path.suffix.lower() in (*BOOKS, *TEXTS, ".xls")


def parts(path: Path) -> list[str]:
    """Names of a file's layers; none for a table.

    Raises
    ------
    DataError
        It cannot be read.

    Examples
    --------
    >>> parts(Path("人口.xlsx"))
    []
    """
    return [] if is_table(path) else layer_names(path)


def inspect(
    path: Path, city: City, *, layer: str | None = None, crs: str = "", id_column: str | None = None
) -> Inspection:
    """Inspect a file.

    Parameters
    ----------
    city
        The city that the file is meant for.
    layer
        Layer or sheet, where the file holds several.
    crs
        Coordinate system that takes the place of the file's, as :func:`landlink.crs.declare` understands it.
    id_column
        Column that names the features in the findings.

    Raises
    ------
    DataError
        The file cannot be read.
    """
    if is_table(path):
        return _table(path, read_sheet(path, sheet=layer))
    features = read_layer(path, layer, crs_needed=False)
    if crs:
        features = declare(features, crs, path.name)
    if id_column is not None and id_column not in features:
        values = {"name": id_column, "have": ", ".join(map(str, features.columns))}
        raise DataError(Fault("table.column_missing", values, path.name))
    findings = tuple(detect(features, city.districts, path.name))
    plane = None
    if features.crs is not None:
        try:
            plane = to_plane(features, plane_of(city.districts), path.name)
        except CrsError as error:
            findings = findings or tuple(Finding(fault) for fault in error.faults)
    health = None
    in_place = not any(finding.fix for finding in findings)
    if plane is not None and in_place and plane.geom_type.isin(("Polygon", "MultiPolygon")).any():
        districts = to_plane(city.districts[["code", "geometry"]], plane.crs)
        health = examine(plane, districts, id_column=id_column)
    return Inspection(path, layer or "", features, plane, findings, health)


def boundary_areas(districts: gpd.GeoDataFrame) -> pd.DataFrame:
    """Area of each district by its boundary and as published.

    The two are measures of different things wherever they depart: a ratio takes both its parts from one of them.

    Parameters
    ----------
    districts
        ``code``, ``official_area_ha`` and boundaries in any CRS, of a city or a plan.

    Returns
    -------
    One row a district in their order: ``code``, ``geometric_m2`` (ellipsoidal area inside the boundary, int64),
    ``official_m2`` (published area, int64), ``departure_pct`` (of the former from the latter, in percent of the latter,
    to two decimals; missing where the published area is 0).

    Examples
    --------
    >>> from landlink.city import load_city
    >>> areas = boundary_areas(load_city("guangzhou").districts).set_index("code")
    >>> areas.loc[["440106", "440111"], "departure_pct"].tolist()
    [42.43, -16.59]
    """
    geometric = [half_up(exact(float(area))) for area in area_m2(districts)]
    official = [ha_to_m2(area) for area in districts["official_area_ha"]]
    departure = [
        round(100 * (own - stated) / stated, 2) if stated else None
        for own, stated in zip(geometric, official, strict=True)
    ]
    areas = pd.DataFrame({"code": list(districts["code"]), "geometric_m2": geometric, "official_m2": official})
    return areas.assign(departure_pct=pd.array(departure, dtype="Float64"))


def boundary_departures(districts: gpd.GeoDataFrame) -> pd.DataFrame:
    """Rows of :func:`boundary_areas` that depart by more than :data:`MOST_DEPARTURE_PCT` percent.

    Examples
    --------
    >>> from landlink.city import load_city
    >>> boundary_departures(load_city("guangzhou").districts)["code"].tolist()
    ['440106', '440111']
    """
    areas = boundary_areas(districts)
    apart = 100 * (areas["geometric_m2"] - areas["official_m2"]).abs()
    return areas[apart > MOST_DEPARTURE_PCT * areas["official_m2"]].reset_index(drop=True)


def boundary_questions(districts: gpd.GeoDataFrame) -> list[Fault]:
    """Questions of districts whose boundary departs from the published area; the city is taken as it is."""
    return [
        Fault(
            "data.boundary_area",
            {
                "code": row["code"],
                "geometric": f"{ha(row['geometric_m2']):,}",
                "official": f"{ha(row['official_m2']):,}",
                "departure": "—" if pd.isna(row["departure_pct"]) else f"{row['departure_pct']:+.1f}",
                "most": MOST_DEPARTURE_PCT,
            },
            "districts",
            question=True,
        )
        for row in boundary_departures(districts).to_dict("records")
    ]


def _table(path: Path, sheet: Sheet) -> Inspection:
    return Inspection(path, sheet.name, sheet.frame, None, questions=sheet.notes, units=sheet.units)


def mapping(columns: Sequence[str], resource: str) -> dict[str, str]:
    """Guess which column of a file is which declared column of a resource.

    Returns
    -------
    Declared column by the file's own; columns that resemble none are left out.

    Examples
    --------
    >>> mapping(["行政区代码", "年份", "备注"], "land")
    {'行政区代码': 'code', '年份': 'year'}
    """
    return guess(columns, INPUTS[resource]) if resource in INPUTS else {}


def likely_resource(inspection: Inspection) -> str | None:
    """Resource of a city that a file resembles; None where there is none.

    The one most of whose required columns it has, of equal ones the one with the most of its columns.

    Examples
    --------
    >>> table = pd.DataFrame(columns=list(INPUTS["land"].names))
    >>> likely_resource(Inspection(Path("土地.xlsx"), "", table, None))
    'land'
    """
    layered = inspection.plane is not None
    names = [name for name in INPUTS if (name in (*LAND_LAYERS, "districts")) == layered]
    columns = [str(name) for name in inspection.frame.columns]
    matches = {name: set(mapping(columns, name).values()) for name in names}
    required = {name: {column.name for column in INPUTS[name].columns if column.required} for name in names}
    shares = {name: (len(matches[name] & required[name]) / len(required[name]), len(matches[name])) for name in names}
    best = max(shares, key=lambda name: shares[name], default=None)
    return best if best is not None and shares[best][0] >= _LIKELY else None
