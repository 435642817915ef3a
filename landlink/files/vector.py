"""Reading layers as planners have them: shapefiles, geodatabases, GeoPackage, GeoJSON, KML, DXF, MapInfo, zipped."""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from landlink.errors import DataError, Fault
from landlink.files import dbf

# Formats that cannot be read, and the message that says what to ask for instead.
UNREADABLE = {
    ".dwg": "format.dwg",
    ".mdb": "format.mdb",
    ".rar": "format.archive",
    ".7z": "format.archive",
    ".mxd": "format.project",
    ".aprx": "format.project",
    ".qgz": "format.project",
    ".qgs": "format.project",
    ".lyr": "format.project",
    ".lyrx": "format.project",
    ".doc": "format.document",
    ".docx": "format.document",
    ".pdf": "format.document",
    ".jpg": "format.document",
    ".png": "format.document",
}
# Files of a shapefile that must stand beside the .shp; the others can be missing.
PARTS = (".shx", ".dbf")
# Files that stand for their shapefile.
SIDECARS = (".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx")
# Data sets in a zip file.
_IN_ZIP = (".gdb", ".shp", ".gpkg", ".geojson", ".json", ".kml", ".dxf", ".tab", ".mif", ".fgb")
# Columns that the KML driver adds.
_KML = ("id", "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon")


def layer_names(path: Path) -> list[str]:
    """Names of the layers with geometry in a file.

    Raises
    ------
    DataError
        The file is missing or of a kind that cannot be read.
    """
    with _unpacked(path) as inner:
        return _layers(inner, path.name)


def read_layer(path: Path, layer: str | None = None, *, crs_needed: bool = True) -> gpd.GeoDataFrame:
    """Read a vector layer with its attributes and CRS as they are; heights (Z) are left out.

    Closed lines of a drawing (DXF) become polygons, and text is decoded by the encoding that fits, whatever a ``.cpg``
    file says.

    Parameters
    ----------
    path
        File, folder (``.gdb``) or ``.zip`` of one; within the latter one data set.
    layer
        Name of the layer, where the file holds several.
    crs_needed
        Refuse a layer without CRS.

    Raises
    ------
    DataError
        The file is missing, incomplete, of a kind that cannot be read, or has no feature, no CRS, or several layers
        and none is named; the message says which and what to ask for.
    """
    with _unpacked(path) as inner:
        names = _layers(inner, path.name)
        if layer is None and len(names) > 1:
            raise DataError(Fault("layer.choose", {"layers": ", ".join(names)}, path.name))
        if layer is not None and layer not in names:
            raise DataError(Fault("layer.unknown", {"name": layer, "layers": ", ".join(names)}, path.name))
        try:
            frame = _read(inner, layer or names[0], path.name)
        except DataError:
            raise
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, RuntimeError) as error:
            reason = str(error).replace(str(inner), path.name).strip()
            raise DataError(Fault("layer.unreadable", {"reason": reason}, path.name)) from None
    if not isinstance(frame, gpd.GeoDataFrame):
        raise DataError(Fault("layer.no_geometry", file=path.name))
    if frame.empty:
        raise DataError(Fault("layer.empty", file=path.name))
    if crs_needed and frame.crs is None:
        raise DataError(Fault("layer.crs_missing", file=path.name))
    kind = path.name.lower().removesuffix(".zip")
    if kind.endswith((".kml", ".kmz")):
        frame = frame.drop(columns=[name for name in _KML if name in frame])
    if kind.endswith(".dxf"):
        frame = frame.set_geometry(_closed(frame.geometry))
    return frame.set_geometry(frame.geometry.force_2d())


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """The data set itself; that of a zip file is unpacked to a temporary folder."""
    if path.suffix.lower() in SIDECARS and path.with_suffix(".shp").exists():
        path = path.with_suffix(".shp")
    name = path.name
    if not path.exists():
        raise DataError(Fault("file.missing", {"path": path}, name))
    suffix = path.suffix.lower()
    if suffix in UNREADABLE:
        raise DataError(Fault(UNREADABLE[suffix], {"suffix": suffix}, name))
    if suffix == ".shp":
        lacking = [part for part in PARTS if not _has_part(path, part)]
        if lacking:
            raise DataError(Fault("format.shapefile_parts", {"parts": ", ".join(lacking)}, name))
    if suffix != ".zip":
        yield path
        return
    folder = Path(tempfile.mkdtemp(prefix="landlink-"))
    try:
        yield _unzip(path, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _has_part(path: Path, suffix: str) -> bool:
    return any(path.with_suffix(part).exists() for part in (suffix, suffix.upper()))


def _unzip(path: Path, folder: Path) -> Path:
    """Unpack a zip file and return the one data set in it."""
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                # Windows in Chinese names members in GBK without saying so.
                written = member.flag_bits & 0x800
                shown = member.filename if written else dbf.decode(_bytes(member.filename), dbf.GB) or member.filename
                target = folder / shown
                if not target.resolve().is_relative_to(folder.resolve()):
                    raise DataError(Fault("format.zip_unsafe", {"member": shown}, path.name))
                if member.is_dir():
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as source, target.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
    except (zipfile.BadZipFile, RuntimeError, OSError) as error:
        raise DataError(Fault("format.zip_broken", {"reason": error}, path.name)) from None
    sets = [file for file in sorted(folder.rglob("*")) if file.suffix.lower() in _IN_ZIP]
    sets = [file for file in sets if not any(parent.suffix.lower() == ".gdb" for parent in file.parents)]
    if len(sets) != 1:
        names = ", ".join(str(file.relative_to(folder)) for file in sets) or "—"
        raise DataError(Fault("format.zip_several" if sets else "format.zip_empty", {"names": names}, path.name))
    return sets[0]


def _bytes(name: str) -> str:
    """Bytes of the name of a zip file's member, which Python has read as code page 437."""
    return name.encode("cp437", "replace").decode(dbf.BYTES)


def _layers(path: Path, shown: str) -> list[str]:
    try:
        table = pyogrio.list_layers(path)
    except (pyogrio.errors.DataSourceError, UnicodeDecodeError) as error:
        reason = str(error).replace(str(path), shown)
        raise DataError(Fault("layer.unreadable", {"reason": reason}, shown)) from None
    with_shapes = [str(name) for name, kind in table if kind is not None]
    if not with_shapes:
        raise DataError(Fault("layer.no_geometry", file=shown))
    return with_shapes


def _read(path: Path, layer: str, shown: str) -> gpd.GeoDataFrame:
    if path.suffix.lower() == ".shp":
        return _read_bytes(path, layer, shown)
    try:
        return pyogrio.read_dataframe(path, layer=layer)
    except UnicodeDecodeError:
        return _read_bytes(path, layer, shown)


def _read_bytes(path: Path, layer: str, shown: str) -> gpd.GeoDataFrame:
    """Read text as bytes and decode it by the encoding that fits."""
    frame = pyogrio.read_dataframe(path, layer=layer, encoding=dbf.BYTES)
    texts = [
        name for name in frame.columns if name != "geometry" and pd.api.types.is_string_dtype(frame[name].dropna())
    ]
    named = next((part for part in (path.with_suffix(".cpg"), path.with_suffix(".CPG")) if part.exists()), None)
    cpg = named.read_text(encoding="ascii", errors="replace") if named else None
    cells = (cell for name in texts for cell in frame[name].dropna().unique())
    encoding = dbf.encoding_of([*map(str, frame.columns), *cells], cpg)
    if encoding is None:
        raise DataError(Fault("layer.encoding", {"declared": cpg or "—"}, shown))
    for name in texts:
        frame[name] = dbf.decode_column(frame[name], encoding)
    return frame.rename(columns={name: dbf.decode(str(name), encoding) for name in frame.columns if name != "geometry"})


def _closed(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Closed lines as polygons; open ones stay lines."""
    parts: np.ndarray[Any, Any] = shapes.to_numpy().copy()
    closed = (shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING) & shapely.is_closed(parts)
    closed &= shapely.get_num_coordinates(parts) > 3  # noqa: PLR2004 - fewer points do not enclose anything
    points, line = shapely.get_coordinates(parts[closed], return_index=True)
    parts[closed] = shapely.polygons(shapely.linearrings(points, indices=line))
    return gpd.GeoSeries(parts, index=shapes.index, crs=shapes.crs)
