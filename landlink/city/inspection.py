"""Looking at a planner's file before it is taken over: what is in it, and what seems to be wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from landlink.city.city import City
from landlink.crs import Finding, declare, detect, plane_of, to_plane
from landlink.errors import CrsError, DataError, Fault
from landlink.files import layer_names, read_layer
from landlink.files.health import examine
from landlink.files.tables import BOOKS, TEXTS, Sheet, guess, read_sheet
from landlink.schema import INPUTS, LAND_LAYERS


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file holds and what seems to be wrong with it.

    Parameters
    ----------
    path, layer
        The file, and its layer or sheet.
    frame
        Features as they stand in the file, in the coordinate system declared for them, or a table's cells.
    plane
        The features in the city's plane; None for a table, and where they cannot be placed.
    findings
        Doubts about the coordinate system, each with the fix that it proposes.
    health
        Findings of :func:`landlink.files.health.examine`; None for points and lines, and where the CRS is to
        be mended first.
    questions
        Doubts about a table's cells.
    units
        Units found in a table's header, by column.
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
        """Tell whether nothing has been found."""
        return not self.findings and not self.questions and (self.health is None or self.health.empty)


def is_table(path: Path) -> bool:
    """Tell whether a file is read as a table, not as a layer."""
    return path.suffix.lower() in (*BOOKS, *TEXTS, ".xls")


def parts(path: Path) -> list[str]:
    """Layers that a file holds; of a table none.

    Raises
    ------
    DataError
        It cannot be read.
    """
    return [] if is_table(path) else layer_names(path)


def inspect(
    path: Path, city: City, *, layer: str | None = None, crs: str = "", id_column: str | None = None
) -> Inspection:
    """Look at a file.

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
    found = read_layer(path, layer, crs_needed=False)
    if crs:
        found = declare(found, crs, path.name)
    if id_column is not None and id_column not in found:
        values = {"name": id_column, "have": ", ".join(map(str, found.columns))}
        raise DataError(Fault("table.column_missing", values, path.name))
    findings = tuple(detect(found, city.districts, path.name))
    plane = None
    if found.crs is not None:
        try:
            plane = to_plane(found, plane_of(city.districts), path.name)
        except CrsError as error:
            findings = findings or tuple(Finding(fault) for fault in error.faults)
    health = None
    placed = plane is not None and not any(finding.fix for finding in findings)
    if plane is not None and placed and plane.geom_type.isin(("Polygon", "MultiPolygon")).any():
        districts = to_plane(city.districts[["code", "geometry"]], plane.crs)
        health = examine(plane, districts, id_column=id_column)
    return Inspection(path, layer or "", found, plane, findings, health)


def _table(path: Path, sheet: Sheet) -> Inspection:
    return Inspection(path, sheet.name, sheet.frame, None, questions=sheet.notes, units=sheet.units)


def mapping(columns: Sequence[str], resource: str) -> dict[str, str]:
    """Best guess of which column of a file is which declared column of a resource.

    Returns
    -------
    Declared column by the file's own; those that nothing resembles are left out.
    """
    return guess(columns, INPUTS[resource]) if resource in INPUTS else {}


def likely_resource(inspection: Inspection) -> str | None:
    """Resource of a city that a file looks like: the one most of whose columns are there; None where none is."""
    layered = inspection.plane is not None
    names = [name for name in INPUTS if (name in (*LAND_LAYERS, "districts")) == layered]
    columns = [str(name) for name in inspection.frame.columns]
    shares = {name: len(mapping(columns, name)) / len(INPUTS[name].columns) for name in names}
    best = max(shares, key=lambda name: shares[name], default=None)
    return best if best is not None and shares[best] >= _LIKELY else None


_LIKELY = 0.3
