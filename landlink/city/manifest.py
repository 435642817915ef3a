"""A city's ``datapackage.json``: which resources it names, where they are, and how they are to be read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

import geopandas as gpd
import pandas as pd

from landlink.city.shipped import shipped_cities
from landlink.columns import Table
from landlink.crs import declare
from landlink.errors import DataError, Fault, Faults
from landlink.files import read_layer
from landlink.files.check import check_layer, geometry_faults
from landlink.files.tables import convert, read_sheet
from landlink.schema import CONSTRAINT_LAYER, INPUTS, LAND_LAYERS, LAND_RASTERS, REQUIRED_INPUTS
from landlink.texts import LANGS

Frame = TypeVar("Frame", bound=pd.DataFrame)
MANIFEST = "datapackage.json"
CENTRAL_AREA = "central_area"
# Units as tables write them, by declared unit.
WRITTEN = {"person": "人", "ha": "公顷", "m2": "平方米"}
# Keys of a resource that say where it comes from.
ORIGIN = ("source", "date", "status", "confidence")
# Key of the parcels' resource: true, or the codes of the districts all of whose parcels are in it.
COMPLETE = "landlink:complete"
# Options of a resource, below its key "landlink".
OPTIONS = ("columns", "crs", "layer", "credit", *ORIGIN)


@dataclass(frozen=True, slots=True)
class Resource:
    """One table, layer or raster of a city.

    Parameters
    ----------
    columns
        Declared column by the file's own name, where they differ.
    crs
        Coordinate system that takes the place of the file's, as :func:`landlink.crs.declare` understands it.
    layer
        Layer of the file, or sheet of the workbook, where it holds several.
    origin
        ``source``, ``date``, ``status`` and ``confidence`` of every row, where they are no columns of the file.
    credit
        Whom its licence asks to name on every map that shows it, such as © OpenStreetMap contributors, ODbL 1.0.
    complete
        Codes of the districts whose parcels are all in it; True for all districts. Nothing else can say so: what a
        measured supply lacks is short only in a district declared complete, elsewhere it has not been verified.
    """

    name: str
    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    crs: str = ""
    layer: str | None = None
    origin: Mapping[str, str] = field(default_factory=dict)
    credit: str = ""
    complete: bool | tuple[str, ...] = False

    @property
    def file(self) -> str:
        """Name of the file, for faults."""
        return self.path.name

    def table(self) -> pd.DataFrame:
        """Cells as text, under the declared names and in the declared units, indexed by row of the file.

        Where the manifest maps columns, those that it does not map and nothing declares are left out.
        """
        sheet = read_sheet(self.path, sheet=self.layer)
        frame = self._named(sheet.frame)
        declared = INPUTS[self.name]
        units = {self.columns.get(name, name): unit for name, unit in sheet.units.items()}
        wanted = {column.name: WRITTEN[column.unit] for column in declared.columns if column.unit in WRITTEN}
        known = {name: unit for name, unit in units.items() if name in wanted and name in frame}
        try:
            frame = convert(frame, known, {name: wanted[name] for name in known})
        except DataError as error:
            raise DataError([replace(fault, file=self.file, layer=sheet.name) for fault in error.faults]) from None
        if self.columns:
            frame = frame[[name for name in frame.columns if name in declared.names]]
        frame.attrs["questions"] = list(sheet.notes)
        return frame

    def shapes(self) -> gpd.GeoDataFrame:
        """Features as they stand in the file, under the declared names, in the coordinate system that is declared."""
        layer = read_layer(self.path, self.layer, crs_needed=not self.crs)
        if self.crs:
            layer = declare(layer, self.crs, self.file)
        return self._named(layer)

    def checked_shapes(self, *, polygons: bool) -> gpd.GeoDataFrame:
        """Features with the columns that their table declares, checked.

        Raises
        ------
        DataError
            Everything that is wrong with the layer, at once.
        """
        layer = self.shapes()
        declared = INPUTS.get(self.name)
        if declared is not None:
            return check_layer(self._only(layer, declared), declared, self.file, polygons=polygons)
        if faults := geometry_faults(layer, self.file, polygons=polygons):
            raise DataError(faults)
        return layer

    def _named(self, frame: Frame) -> Frame:
        lacking = [name for name in self.columns if name not in frame]
        if lacking:
            have = ", ".join(map(str, frame.columns))
            raise DataError(
                [Fault("package.column_mapped", {"name": name, "have": have}, self.file) for name in lacking]
            )
        named: Frame = frame.rename(columns=dict(self.columns))
        declared = INPUTS.get(self.name)
        for name, value in self.origin.items():
            if declared is not None and name in declared.names and name not in named:
                named[name] = value
        return named

    def _only(self, layer: gpd.GeoDataFrame, declared: Table) -> gpd.GeoDataFrame:
        """Without the columns that nobody asked for: what planners' layers bring along is no fault."""
        wanted = [name for name in layer.columns if name in declared.names or name == layer.geometry.name]
        return layer[wanted]


def read_manifest(folder: Path) -> dict[str, Any]:
    """Contents of a city's manifest.

    Raises
    ------
    DataError
        It is missing, no JSON, or lacks what a Data Package must have.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError:
        raise DataError(
            Fault("package.missing", {"path": path, "cities": ", ".join(shipped_cities()) or "—"}, MANIFEST)
        ) from None
    except UnicodeDecodeError:
        raise DataError(Fault("file.encoding", file=MANIFEST)) from None
    except json.JSONDecodeError as error:
        raise DataError(
            Fault("package.not_json", {"reason": error.msg, "character": error.colno}, MANIFEST, row=error.lineno)
        ) from None
    if not isinstance(manifest, dict):
        raise DataError(Fault("package.key_missing", {"key": "resources"}, MANIFEST))
    kinds = {"name": str, "title": str, "resources": list}
    wrong = [key for key, kind in kinds.items() if not isinstance(manifest.get(key), kind) or not manifest[key]]
    if wrong:
        raise DataError([Fault("package.key_missing", {"key": key}, MANIFEST) for key in wrong])
    titles = manifest.setdefault("landlink", {})
    titles = titles.get("title", {}) if isinstance(titles, dict) else None
    if not isinstance(titles, dict) or not all(isinstance(titles.get(lang, ""), str) for lang in LANGS):
        raise DataError(Fault("package.titles", file=MANIFEST))
    return manifest


def resources(manifest: Mapping[str, Any], folder: Path) -> dict[str, Resource]:
    """Resources by name.

    Raises
    ------
    DataError
        Resources are broken, unknown, named twice or missing.
    """
    faults = Faults()
    named: dict[str, Resource] = {}
    for entry in manifest["resources"]:
        with faults.collect():
            resource = _resource(entry, folder)
            if resource.name in named:
                faults.add(Fault("package.resource_twice", {"name": resource.name}, MANIFEST))
            named.setdefault(resource.name, resource)
    # A resource that is named but broken is not missing as well.
    names = {entry.get("name") for entry in manifest["resources"] if isinstance(entry, dict)}
    missing = [name for name in REQUIRED_INPUTS if name not in names]
    faults.add(*(Fault("package.resource_missing", {"name": name}, MANIFEST) for name in missing))
    faults.raise_if_any()
    return named


def _resource(entry: Any, folder: Path) -> Resource:
    name = entry.get("name") if isinstance(entry, dict) else None
    path = entry.get("path") if isinstance(entry, dict) else None
    if not isinstance(name, str) or not isinstance(path, str):
        shown = json.dumps(entry, ensure_ascii=False)[:80]
        raise DataError(Fault("package.resource_broken", {"resource": shown}, MANIFEST))
    known = [*INPUTS, CENTRAL_AREA, *LAND_RASTERS]
    if name not in known and not name.startswith(CONSTRAINT_LAYER):
        values = {"name": name, "known": ", ".join([*known, f"{CONSTRAINT_LAYER}…"])}
        raise DataError(Fault("package.resource_unknown", values, MANIFEST))
    parts = PurePosixPath(path).parts
    if PurePosixPath(path).is_absolute() or ".." in parts or ":" in path or "\\" in path:
        raise DataError(Fault("package.path_outside", {"name": name, "path": path}, MANIFEST))
    options = entry.get("landlink", {})
    if not isinstance(options, dict) or not _are_options(options):
        values = {"name": name, "known": ", ".join(OPTIONS)}
        raise DataError(Fault("package.options", values, MANIFEST))
    origin = {key: options[key] for key in ORIGIN if key in options}
    columns = options.get("columns", {})
    return Resource(
        name,
        folder / path,
        columns,
        options.get("crs", ""),
        options.get("layer"),
        origin,
        options.get("credit", ""),
        _complete(entry),
    )


def _complete(entry: Mapping[str, Any]) -> bool | tuple[str, ...]:
    """Districts that the parcels' resource declares complete."""
    declared = entry.get(COMPLETE, False)
    listed = isinstance(declared, list) and all(isinstance(code, str) for code in declared)
    if not (isinstance(declared, bool) or listed) or (COMPLETE in entry and entry["name"] != LAND_LAYERS[0]):
        shown = json.dumps(declared, ensure_ascii=False)[:80]
        values = {"name": entry["name"], "key": COMPLETE, "value": shown}
        raise DataError(Fault("package.complete", values, MANIFEST))
    return tuple(declared) if listed else bool(declared)


def _are_options(options: Mapping[str, Any]) -> bool:
    columns = options.get("columns", {})
    texts = [value for key, value in options.items() if key != "columns"]
    mapped = isinstance(columns, dict) and all(isinstance(value, str) for value in columns.values())
    return mapped and set(options) <= set(OPTIONS) and all(isinstance(value, str) for value in texts)
