"""Adding a file to a city's folder: copied there, and named in the manifest with the options to read it."""

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd

from landlink.city.manifest import MANIFEST, OPTIONS, read_manifest, resources
from landlink.errors import DataError, Fault
from landlink.files import save_layer, write_files


def add_table(folder: Path, name: str, path: Path, options: Mapping[str, Any]) -> list[Path]:
    """Copy a table into a city's folder and name it in the manifest, in place of the resource of that name.

    Parameters
    ----------
    name
        Resource, such as ``settlement``.
    path
        The file.
    options
        Entries below the resource's key ``landlink``: ``columns``, ``layer``, ``source`` and the like.

    Raises
    ------
    DataError
        The manifest would not be understood.
    OutputError
        The folder cannot be written; nothing has been changed.
    """
    file = f"{name}{path.suffix.lower()}"
    return write_files(folder, {file: path.read_bytes(), MANIFEST: _with(folder, name, file, options)})


def add_layer(folder: Path, name: str, layer: gpd.GeoDataFrame, options: Mapping[str, Any]) -> list[Path]:
    """Write a layer into a city's folder as GeoPackage and name it in the manifest, as :func:`add_table` does.

    Parameters
    ----------
    layer
        Features with their columns and coordinate system as they have been accepted.
    """
    file = f"{name}.gpkg"
    staging = Path(tempfile.mkdtemp(prefix="landlink-"))
    try:
        written = save_layer(layer, staging / file)[0]
        return write_files(folder, {file: written.read_bytes(), MANIFEST: _with(folder, name, file, options)})
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _with(folder: Path, name: str, file: str, options: Mapping[str, Any]) -> bytes:
    """Manifest with a resource in place of the one of its name, checked."""
    if set(options) - set(OPTIONS):
        raise DataError(Fault("package.options", {"name": name, "known": ", ".join(OPTIONS)}, MANIFEST))
    manifest = read_manifest(folder)
    others = [other for other in manifest["resources"] if other.get("name") != name]
    filled = {key: value for key, value in options.items() if value}
    manifest["resources"] = [*others, {"name": name, "path": file, "landlink": filled}]
    resources(manifest, folder)
    return (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()
