"""Rasters brought to a grid (重采样), totals kept where that is asked for."""

import math
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import rasterio as rio  # type: ignore[import-untyped]
from rasterio import Affine, MemoryFile, coords, warp
from rasterio.enums import Resampling  # type: ignore[import-untyped]
from rasterio.vrt import WarpedVRT  # type: ignore[import-untyped]
from rasterio.windows import Window  # type: ignore[import-untyped]

from landlink.raster.grid import EXACT, NODATA, Floats, Grid, check_raster, opened, reading, windows_of
from landlink.raster.output import write

# Cells along a side of a window that is warped at once.
_WINDOW = 4096
# Cells that the widest method (lanczos) reads on either side of a cell.
_KERNEL = 3


def to_grid(path: Path, grid: Grid, out: Path, *, resampling: str = "bilinear") -> Path:
    """Bring a raster to a grid.

    Parameters
    ----------
    path
        Raster of one band in any CRS; infinite cells count as cells without data.
    out
        GeoTIFF to write on the grid, nodata outside the raster: of the raster's type with ``nearest`` and ``mode``
        where that has nodata, float64 with ``sum``, float32 or what holds the raster's values otherwise.
    resampling
        A method of GDAL's; ``sum`` shares each cell's value out by area, so that totals such as population are kept.

    Raises
    ------
    DataError
        :func:`check_raster` refuses the raster (its unit may be the degree), or part of the file cannot be read.
    OutputError
        The output cannot be written; nothing is left of it.
    """
    check_raster(path, metres=False)
    method = Resampling[resampling]
    with opened(path) as source:
        dtype, nodata, scaled = source.dtypes[0], source.nodata, (source.scales[0], source.offsets[0]) != (1, 0)
    if method not in {Resampling.nearest, Resampling.mode} or nodata is None or scaled:
        exact = np.result_type(dtype, "float32").name
        dtype, nodata = "float64" if method == Resampling.sum else exact, NODATA
    return write(out, grid.profile(dtype, nodata), _warped(path, grid, method))


def _warped(path: Path, grid: Grid, method: Resampling) -> Iterator[tuple[Window, Floats]]:
    """Windows of the grid that the raster reaches, with their values; each is warped with a margin, and whole at once.

    So no value depends on where windows end, and GDAL loses nothing there: it does where it warps block by block.
    """
    with rio.open(path) as source:
        reached = warp.transform_bounds(source.crs, grid.crs, *source.bounds)
        # Cells of the grid to a cell of the raster, across and down.
        across = (reached[2] - reached[0]) / source.width / grid.transform.a
        down = (reached[1] - reached[3]) / source.height / grid.transform.e
        margin = math.ceil(max(1, across, down)) + 1
        unmarked = source.nodata is None and source.dtypes[0].startswith("float")
        options = {
            "resampling": method,
            "src_nodata": np.nan if unmarked else source.nodata,
            "nodata": np.nan,
            "dtype": "float64",
            "tolerance": EXACT,
            "XSCALE": across,
            "YSCALE": down,
        }
        for window in windows_of(grid, max(int(_WINDOW * min(across, down)), 1)):
            size = window.width + 2 * margin, window.height + 2 * margin
            part = grid.part(window.col_off - margin, window.row_off - margin, *size)
            if coords.disjoint_bounds(reached, part.bounds):
                continue
            target = {"crs": part.crs, "transform": part.transform, "width": part.width, "height": part.height}
            with ExitStack() as stack:
                stack.enter_context(reading(path))
                finite = _without_infinite(source, part, max(1, 1 / across, 1 / down), options["src_nodata"], stack)
                warped = stack.enter_context(WarpedVRT(finite, **target, **options))
                values = warped.read(1)[margin:-margin, margin:-margin]
            yield window, values * source.scales[0] + source.offsets[0]


def _without_infinite(source: Any, part: Grid, scale: float, nodata: float, stack: ExitStack) -> Any:
    """The raster itself, or, where it has infinite cells under a part of the grid, a copy of these with no data there.

    The cells are those that GDAL reads for the part, so that looking at them costs no further reading.
    """
    if not source.dtypes[0].startswith("float"):
        return source
    bounds = warp.transform_bounds(part.crs, source.crs, *part.bounds)
    west, south, east, north = bounds if np.isfinite(bounds).all() else source.bounds
    to_xy, reach = source.transform, math.ceil(_KERNEL * scale)
    left = max(math.floor((west - to_xy.c) / to_xy.a) - reach, 0)
    right = min(math.ceil((east - to_xy.c) / to_xy.a) + reach, source.width)
    top = max(math.floor((north - to_xy.f) / to_xy.e) - reach, 0)
    bottom = min(math.ceil((south - to_xy.f) / to_xy.e) + reach, source.height)
    if right <= left or bottom <= top:
        return source
    window = Window(left, top, right - left, bottom - top)
    cells = source.read(1, window=window)
    infinite = np.isinf(cells)
    if not infinite.any():
        return source
    cells[infinite] = nodata
    memory = stack.enter_context(MemoryFile())
    to_xy = Affine(to_xy.a, 0, to_xy.c + left * to_xy.a, 0, to_xy.e, to_xy.f + top * to_xy.e)
    size = {"width": window.width, "height": window.height, "transform": to_xy}
    with memory.open(driver="GTiff", count=1, dtype=cells.dtype, crs=source.crs, nodata=nodata, **size) as copy:
        copy.write(cells, 1)
    return stack.enter_context(memory.open())
