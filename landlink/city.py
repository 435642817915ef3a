"""A city: a folder of tables and layers that a Frictionless ``datapackage.json`` names, read and checked whole."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import geopandas as gpd
import pandas as pd

from landlink.checks import check, check_layer, geometry_faults
from landlink.crs import to_cgcs2000
from landlink.errors import DataError, Fault
from landlink.formats import read_layer, read_table
from landlink.schema import INPUTS, REQUIRED_INPUTS
from landlink.texts import LANGS, Lang

MANIFEST = "datapackage.json"
CENTRAL_AREA = "central_area"


@dataclass(frozen=True, slots=True)
class City:
    """A city's data, checked.

    Parameters
    ----------
    districts
        Boundaries in EPSG:4490 with the attributes that :data:`landlink.schema.INPUTS` declares, by code.
    tables
        Tables by name; the index is the line of the file, ``attrs["file"]`` its name.
    central_area
        Polygons of the central urban area in EPSG:4490, where the city has them.
    questions
        Values that look wrong and have been accepted.
    """

    id: str
    title: Mapping[Lang, str]
    folder: Path
    districts: gpd.GeoDataFrame
    tables: Mapping[str, pd.DataFrame]
    central_area: gpd.GeoDataFrame | None
    questions: tuple[Fault, ...]

    @property
    def codes(self) -> list[str]:
        """District codes, in order."""
        return list(self.districts["code"])


def load_city(folder: str | Path, *, accept_questions: bool = False) -> City:
    """Read a city's folder and check all of it.

    Parameters
    ----------
    folder
        Folder that holds ``datapackage.json``.
    accept_questions
        Take values that are questioned (a thousand times off their neighbours) as right.

    Raises
    ------
    DataError
        Everything that is wrong in the folder, at once.
    """
    folder = Path(folder)
    manifest = _manifest(folder)
    paths = _resources(manifest, folder)
    faults: list[Fault] = []
    tables: dict[str, pd.DataFrame] = {}
    layers: dict[str, gpd.GeoDataFrame] = {}
    for name, path in paths.items():
        try:
            if name in ("districts", CENTRAL_AREA):
                layers[name] = _layer(name, path)
                faults.extend(layers[name].attrs.get("questions", ()))
            else:
                tables[name] = check(read_table(path), INPUTS[name], path.name)
                tables[name].attrs["file"] = path.name
                faults.extend(tables[name].attrs.get("questions", ()))
        except DataError as error:
            faults.extend(error.faults)
    if "districts" in layers:
        codes = set(layers["districts"]["code"])
        for table in tables.values():
            faults.extend(_unknown_codes(table, codes, paths["districts"].name))
    if any(not (fault.question and accept_questions) for fault in faults):
        raise DataError(faults)
    title = manifest["landlink"].get("title", {})
    named: dict[Lang, str] = {"zh": title.get("zh", manifest["title"]), "en": title.get("en", manifest["title"])}
    districts = layers["districts"].sort_values("code", ignore_index=True)
    return City(manifest["name"], named, folder, districts, tables, layers.get(CENTRAL_AREA), tuple(faults))


def _layer(name: str, path: Path) -> gpd.GeoDataFrame:
    layer = read_layer(path)
    if name in INPUTS:
        layer = check_layer(layer, INPUTS[name], path.name)
    elif faults := geometry_faults(layer, path.name):
        raise DataError(faults)
    return to_cgcs2000(layer, path.name)


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError:
        raise DataError(Fault("package.missing", {"path": path}, MANIFEST)) from None
    except UnicodeDecodeError:
        raise DataError(Fault("file.encoding", file=MANIFEST)) from None
    except json.JSONDecodeError as error:
        raise DataError(
            Fault("package.not_json", {"reason": error.msg, "place": error.colno}, MANIFEST, row=error.lineno)
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


def _resources(manifest: Mapping[str, Any], folder: Path) -> dict[str, Path]:
    """Path of each resource by name, having complained of resources that are broken, unknown or missing."""
    faults: list[Fault] = []
    found: dict[str, Path] = {}
    known = [*INPUTS, CENTRAL_AREA]
    for resource in manifest["resources"]:
        name = resource.get("name") if isinstance(resource, dict) else None
        path = resource.get("path") if isinstance(resource, dict) else None
        if not isinstance(name, str) or not isinstance(path, str):
            faults.append(
                Fault(
                    "package.resource_broken",
                    {"resource": json.dumps(resource, ensure_ascii=False)[:80]},
                    MANIFEST,
                )
            )
        elif name not in known:
            faults.append(Fault("package.resource_unknown", {"name": name, "known": ", ".join(known)}, MANIFEST))
        elif name in found:
            faults.append(Fault("package.resource_twice", {"name": name}, MANIFEST))
        elif PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or ":" in path or "\\" in path:
            faults.append(Fault("package.path_outside", {"name": name, "path": path}, MANIFEST))
        else:
            found[name] = folder / path
    faults.extend(
        Fault("package.resource_missing", {"name": name}, MANIFEST) for name in REQUIRED_INPUTS if name not in found
    )
    if faults:
        raise DataError(faults)
    return found


def _unknown_codes(table: pd.DataFrame, codes: set[str], boundaries: str) -> list[Fault]:
    if "code" not in table:
        return []
    return [
        Fault(
            "table.district_unknown",
            {"code": code, "boundaries": boundaries},
            table.attrs["file"],
            row=int(str(row)),
            column="code",
        )
        for row, code in table["code"].items()
        if code not in codes
    ]
