"""Writing rasters whole or not at all."""

import errno
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
import rasterio as rio  # type: ignore[import-untyped]
from rasterio import shutil
from rasterio._err import CPLE_BaseError  # type: ignore[import-untyped]
from rasterio.errors import RasterioError  # type: ignore[import-untyped]
from rasterio.windows import Window  # type: ignore[import-untyped]

from landlink.files import write_files
from landlink.raster.grid import CACHE, TILE, Floats, Grid, check_raster, reading, windows_of


def save_cog(
    source: Path | npt.NDArray[Any],
    out: Path,
    *,
    grid: Grid | None = None,
    nodata: float | None = None,
    tags: Mapping[str, str] | None = None,
    overviews: str = "nearest",
) -> Path:
    """Write a Cloud Optimized GeoTIFF with overviews.

    Parameters
    ----------
    source
        Raster file of one band, or rows and columns of values.
    grid
        Grid of the values of an array.
    nodata
        Value that stands for no data; a file's own where it is not given.
    tags
        What to write into the file's metadata, such as ``{"status": "synthetic"}``.
    overviews
        Resampling method of the overviews: ``nearest`` or ``mode`` for classes, ``average`` for measures.

    Raises
    ------
    DataError
        :func:`check_raster` refuses the file (its unit may be the degree), or part of it cannot be read.
    OutputError
        The output cannot be written; nothing is left of it.
    """
    if isinstance(source, Path):
        check_raster(source, metres=False)
    elif grid is None:
        raise ValueError("an array needs a grid")

    def make(path: Path) -> None:
        plain = path.with_suffix(".plain")
        if isinstance(source, Path):
            with reading(source), rio.open(source) as read:
                known = [(window, _crc(read, window)) for window in windows_of(read)]
            shutil.copy(source.resolve(), plain, driver="VRT")
        elif grid is not None:
            values = source.astype("uint8") if source.dtype == bool else np.ma.filled(source, nodata)
            with rio.open(plain, "w", **grid.profile(values.dtype.name, nodata)) as target:
                target.write(values, 1)
            known = [(window, crc32(values[window.toslices()].tobytes())) for window in windows_of(grid)]
        with rio.open(plain, "r+") as target:
            target.update_tags(**(tags or {}))
            if nodata is not None:
                target.nodata = nodata
        options = {"compress": "deflate", "predictor": "yes", "blocksize": TILE, "bigtiff": "if_safer"}
        shutil.copy(plain, path, driver="COG", overview_resampling=overviews, num_threads="all_cpus", **options)
        _prove(path, known)

    return make_beside(out, make)


def make_beside(out: Path, make: Callable[[Path], None]) -> Path:
    """Make a file in a temporary folder beside its target and move it there."""

    def make_or_fail(path: Path) -> None:
        try:
            with rio.Env(GDAL_CACHEMAX=CACHE):
                make(path)
        except (RasterioError, CPLE_BaseError) as error:
            raise OSError(errno.EIO, str(error), str(out)) from None

    return write_files(out.parent, {out.name: make_or_fail})[0]


def write(out: Path, profile: Mapping[str, Any], windows: Iterable[tuple[Window, Floats]]) -> Path:
    """Write windows, NaN and infinite cells as nodata; a window without any value is left out of the file."""

    def make(path: Path) -> None:
        known = []
        with rio.open(path, "w", **profile) as target:
            for window, values in windows:
                missing = ~np.isfinite(values)
                if not missing.all():
                    cells = np.where(missing, profile["nodata"], values) if missing.any() else values
                    stored = cells.astype(profile["dtype"])
                    target.write(stored, 1, window=window)
                    known.append((window, crc32(stored.tobytes())))
        _prove(path, known)

    return make_beside(out, make)


def _prove(path: Path, known: Iterable[tuple[Window, int]]) -> None:
    """Read a file again: GDAL reports no error when a disk is full as a file is closed."""
    with rio.open(path) as source:
        if any(_crc(source, window) != crc for window, crc in known):
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))


def _crc(source: Any, window: Window) -> int:
    return crc32(source.read(1, window=window))
