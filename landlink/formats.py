"""Reading planners' files and writing results whole or not at all."""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from landlink.errors import DataError, Fault, OutputError

ENCODINGS = ("utf-8-sig", "gb18030")


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV file as text cells, indexed by line of the file.

    The encoding is UTF-8 with or without BOM, or GB18030, as Excel in Chinese writes it.

    Raises
    ------
    DataError
        The file is missing, empty, of another encoding, or its lines do not have the header's number of cells.
    """
    name = path.name
    for encoding in ENCODINGS:
        try:
            frame = pd.read_csv(
                path,
                dtype=str,
                keep_default_na=False,
                encoding=encoding,
                skip_blank_lines=False,
                index_col=False,
            )
        except FileNotFoundError:
            raise DataError(Fault("file.missing", {"path": path}, name)) from None
        except UnicodeDecodeError:
            continue
        except pd.errors.EmptyDataError:
            raise DataError(Fault("file.empty", file=name)) from None
        except (pd.errors.ParserError, pd.errors.ParserWarning, OSError) as error:
            raise DataError(Fault("file.not_csv", {"reason": str(error).strip()}, name)) from None
        frame.columns = frame.columns.str.strip()
        frame.index = pd.RangeIndex(2, len(frame) + 2)
        blank = (frame == "").all(axis=1)
        return frame[~blank]
    raise DataError(Fault("file.encoding", file=name))


def read_layer(path: Path) -> gpd.GeoDataFrame:
    """Read a vector layer with its attributes and CRS as they are.

    Raises
    ------
    DataError
        The file is missing or cannot be read as a layer, has no feature or no CRS.
    """
    if not path.exists():
        raise DataError(Fault("file.missing", {"path": path}, path.name))
    try:
        layer = pyogrio.read_dataframe(path)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise DataError(Fault("layer.unreadable", {"reason": str(error).strip()}, path.name)) from None
    if not isinstance(layer, gpd.GeoDataFrame) or layer.empty:
        raise DataError(Fault("layer.empty", file=path.name))
    if layer.crs is None:
        raise DataError(Fault("layer.crs_missing", file=path.name))
    return layer


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """CSV in UTF-8 with BOM, so that Excel opens it as Chinese; a whole float is written without a point."""
    shown = frame.copy()
    for name in shown.select_dtypes("float64"):
        shown[name] = shown[name].map(lambda value: "" if pd.isna(value) else f"{value:.15g}")
    content: str = shown.to_csv(index=False, lineterminator="\r\n")
    return b"\xef\xbb\xbf" + content.encode()


def write_files(folder: Path, files: Mapping[str, bytes | Callable[[Path], None]]) -> list[Path]:
    """Write all the files of a result, or none.

    Everything is first written to a temporary folder beside the target, then moved into place, once each
    existing file has proved to be replaceable.

    Parameters
    ----------
    folder
        Target folder; made where it is missing.
    files
        By file name: the content, or a function that writes the file at a path.

    Raises
    ------
    OutputError
        The folder or a file in it cannot be written; nothing has been changed.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".landlink-", dir=folder))
    except OSError as error:
        raise OutputError(Fault("output.folder", {"path": folder, "reason": error.strerror or error})) from None
    try:
        for name, content in files.items():
            if callable(content):
                content(staging / name)
            else:
                (staging / name).write_bytes(content)
        for name in files:
            _prove_replaceable(folder / name)
        for name in files:
            (staging / name).replace(folder / name)
    except OSError as error:
        file = Path(str(error.filename or folder)).name
        raise OutputError(Fault("output.file", {"reason": error.strerror or error}, file)) from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return [folder / name for name in files]


def _prove_replaceable(path: Path) -> None:
    """Raise where a file is open elsewhere (Windows) or is a folder."""
    if path.exists():
        with path.open("r+b"):
            pass
