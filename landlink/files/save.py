"""Writing a layer in the formats that planners exchange, whole or not at all."""

import shutil
import tempfile
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from landlink.errors import DataError, Fault, OutputError
from landlink.files.output import csv_bytes, write_files

DRIVERS = {
    ".shp": "ESRI Shapefile",
    ".gpkg": "GPKG",
    ".geojson": "GeoJSON",
    ".fgb": "FlatGeobuf",
    ".gdb": "OpenFileGDB",
    ".kml": "LIBKML",
    ".dxf": "DXF",
    ".tab": "MapInfo File",
    ".csv": "",
}
ENCODINGS = ("UTF-8", "GBK")
_NAME_BYTES = 10  # of a DBF column's name
# Formats whose layers are of one kind of shape: single and multiple shapes together are written as multiple ones.
_ONE_KIND = (".gdb", ".shp", ".fgb", ".gpkg")
# DXF holds shapes and these attributes only.
_DXF = ("Layer", "Text")


def save_layer(layer: gpd.GeoDataFrame, path: Path, *, encoding: str = "UTF-8") -> list[Path]:
    """Write a layer; the suffix tells the format, ``.zip`` being a zipped shapefile and ``.gdb.zip`` a geodatabase.

    Parameters
    ----------
    layer
        Shapes and attributes; KML and GeoJSON are written in WGS 84, as their standards have it, all else as it is.
    encoding
        ``UTF-8`` or ``GBK``, of a shapefile's text.

    Returns
    -------
    The files written.

    Raises
    ------
    DataError
        The format or encoding cannot be written, or the encoding cannot hold the text.
    OutputError
        The folder or a file in it cannot be written; nothing has been changed.
    """
    kind = next((suffix for suffix in (".gdb.zip", ".zip", *DRIVERS) if path.name.lower().endswith(suffix)), None)
    if kind is None:
        values = {"suffix": path.suffix or "—", "known": " ".join([*DRIVERS, ".gdb.zip", ".zip"])}
        raise DataError(Fault("format.not_written", values, path.name))
    if encoding not in ENCODINGS:
        values = {"option": "--encoding", "value": encoding, "choices": " | ".join(ENCODINGS)}
        raise DataError(Fault("option.choice", values))
    if kind == ".csv":
        return write_files(path.parent, {path.name: csv_bytes(pd.DataFrame(layer.drop(columns=layer.geometry.name)))})
    name = path.name[: -len(kind)]
    inner = {".gdb.zip": ".gdb", ".zip": ".shp"}.get(kind, kind)
    staging = Path(tempfile.mkdtemp(prefix="landlink-"))
    try:
        _write(layer, staging / (name + inner), encoding)
        if kind.endswith(".zip"):
            return write_files(path.parent, {path.name: lambda target: _zip(staging, target)})
        if kind == ".gdb":
            return [_move_folder(staging / path.name, path)]
        return write_files(path.parent, {part.name: part.read_bytes() for part in sorted(staging.iterdir())})
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def shapefile_names(columns: "pd.Index[str]", encoding: str = "UTF-8") -> dict[str, str]:
    """Field names of a shapefile by column: at most ten bytes, and unique.

    Examples
    --------
    >>> shapefile_names(pd.Index(["developable_m2", "developable_x", "地块编号"]))
    {'developable_m2': 'developabl', 'developable_x': 'developa_1', '地块编号': '地块编'}
    """
    names: dict[str, str] = {}
    for column in columns:
        name = _cut(column, _NAME_BYTES, encoding)
        number = 0
        while name.lower() in {other.lower() for other in names.values()}:
            number += 1
            ending = f"_{number}"
            name = _cut(column, _NAME_BYTES - len(ending), encoding) + ending
        names[column] = name
    return names


def _cut(name: str, length: int, encoding: str) -> str:
    return name.encode(encoding, "replace")[:length].decode(encoding, "ignore")


def _write(layer: gpd.GeoDataFrame, path: Path, encoding: str) -> None:
    kind = path.suffix.lower()
    options: dict[str, object] = {}
    if kind in _ONE_KIND and len(set(layer.geom_type)) > 1:
        options["promote_to_multi"] = True
    if kind == ".shp":
        _check_encoding(layer, path.name, encoding)
        layer = layer.rename(columns=shapefile_names(layer.columns.drop(layer.geometry.name), encoding))
        options["encoding"] = encoding
    elif kind == ".tab":
        options["ENCODING"] = "UTF-8"
    elif kind == ".dxf":
        shapes = layer.geometry.boundary if layer.geom_type.str.endswith("Polygon").all() else layer.geometry
        layer = layer[[name for name in _DXF if name in layer]].set_geometry(shapes)
    elif kind in (".geojson", ".kml") and layer.crs is not None:
        layer = layer.to_crs(4326)
    try:
        pyogrio.write_dataframe(layer, path, driver=DRIVERS[kind], **options)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, RuntimeError) as error:
        raise OutputError(Fault("output.file", {"reason": error}, path.name)) from None


def _check_encoding(layer: gpd.GeoDataFrame, file: str, encoding: str) -> None:
    for name in layer.columns.drop(layer.geometry.name):
        cells = [str(name), *(cell for cell in layer[name].dropna().unique() if isinstance(cell, str))]
        for cell in cells:
            try:
                cell.encode(encoding)
            except UnicodeEncodeError:
                raise DataError(Fault("format.not_encodable", {"cell": cell, "encoding": encoding}, file)) from None


def _zip(folder: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder))


def _move_folder(folder: Path, target: Path) -> Path:
    """Move a geodatabase to its target; an existing one is not overwritten, since others may have it open."""
    if target.exists():
        raise OutputError(Fault("output.exists", {"path": target}, target.name))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".landlink-", dir=target.parent))
        shutil.copytree(folder, beside / target.name)
        (beside / target.name).rename(target)
        beside.rmdir()
    except OSError as error:
        raise OutputError(Fault("output.folder", {"path": target, "reason": error.strerror or error})) from None
    return target
