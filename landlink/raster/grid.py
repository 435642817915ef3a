"""Grids of cells, the checks that a raster must pass, and reading it window by window."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import rasterio as rio  # type: ignore[import-untyped]
from pyproj import CRS
from rasterio import Affine
from rasterio.errors import NotGeoreferencedWarning, RasterioError  # type: ignore[import-untyped]
from rasterio.windows import Window  # type: ignore[import-untyped]

from landlink.errors import CrsError, DataError, Fault

Floats = npt.NDArray[np.float64]
# Value that stands for no data in the files written.
NODATA = -9999.0
# Cells along a side of a window.
_SIDE = 1024
# Cells along a side of a file's tile.
TILE = 512
# Share of a cell by which the lines of two grids may differ and still be the same grid.
_OFF = 1e-3
# Share of a cell to which coordinates are computed.
EXACT = 1e-9
# GDAL's cache, bytes.
CACHE = 256 * 2**20


@dataclass(frozen=True, slots=True)
class Grid:
    """Position of a raster's cells: rows run southwards from the north-western corner.

    Parameters
    ----------
    crs
        Coordinate system.
    transform
        From column and row to coordinates in units of the CRS.
    width, height
        Columns and rows.
    """

    crs: CRS
    transform: Affine
    width: int
    height: int

    @classmethod
    def over(cls, bounds: Sequence[float], cell_m: float, crs: object) -> "Grid":
        """Grid over bounds, its lines at whole multiples of the cell, so that grids of one cell size align.

        Parameters
        ----------
        bounds
            West, south, east, north, in m.
        cell_m
            Side of a cell, m.
        crs
            A plane CRS in metres, as anything PROJ understands.

        Examples
        --------
        >>> grid = Grid.over((95, 20, 310, 180), 100, "EPSG:4547")
        >>> grid.bounds, grid.width, grid.height
        ((0.0, 0.0, 400.0, 200.0), 4, 2)
        """
        if not (cell_m > 0 and np.isfinite([*bounds, cell_m]).all()):
            raise ValueError(f"no grid over {bounds} with cells of {cell_m} m")
        low = [math.floor(value / cell_m + EXACT) for value in bounds[:2]]
        high = [math.ceil(value / cell_m - EXACT) for value in bounds[2:]]
        width, height = (max(stop - start, 1) for start, stop in zip(low, high, strict=True))
        north = (low[1] + height) * cell_m
        return cls(CRS.from_user_input(crs), Affine(cell_m, 0, low[0] * cell_m, 0, -cell_m, north), width, height)

    @classmethod
    def of(cls, path: Path) -> "Grid":
        """Grid of a raster file; DataError where that cannot be read or has no CRS."""
        with opened(path) as source:
            if source.crs is None:
                raise DataError(Fault("raster.crs_missing", file=path.name))
            return cls(CRS.from_user_input(source.crs), source.transform, source.width, source.height)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north, in units of the CRS."""
        a, _, west, _, e, north = tuple(self.transform)[:6]
        return west, north + self.height * e, west + self.width * a, north

    def part(self, column: int, row: int, width: int, height: int) -> "Grid":
        """Grid of a window, which may reach beyond this one."""
        a, _, west, _, e, north = tuple(self.transform)[:6]
        return Grid(self.crs, Affine(a, 0, west + column * a, 0, e, north + row * e), width, height)

    def profile(self, dtype: str = "float32", nodata: float | None = NODATA) -> dict[str, Any]:
        """What rasterio needs to write a tiled, compressed GeoTIFF of one band on this grid."""
        grid = {"crs": self.crs, "transform": self.transform, "width": self.width, "height": self.height}
        tiles = {"tiled": True, "blockxsize": TILE, "blockysize": TILE, "sparse_ok": True, "bigtiff": "if_safer"}
        packed = {"compress": "deflate", "zlevel": 4, "predictor": 3 if dtype.startswith("float") else 2}
        values = {"count": 1, "dtype": dtype, "nodata": nodata}
        return {"driver": "GTiff", "num_threads": "all_cpus", **grid, **tiles, **packed, **values}


def check_raster(path: Path, *, like: Grid | Path | None = None, metres: bool = True) -> None:
    """Refuse a raster that cannot be worked with as it is.

    Parameters
    ----------
    like
        Grid, or raster, in whose CRS and on whose lines the cells must lie; the extent may be another.
    metres
        Whether the CRS must be a plane in metres.

    Raises
    ------
    DataError
        The file cannot be read, has no CRS or another than is needed, several bands, or rotated, flipped or shifted
        cells; every fault is reported.
    """
    with opened(path) as source:
        crs, bands, to_xy, size = source.crs, source.count, source.transform, (source.width, source.height)
    file = path.name
    faults: list[Fault] = []
    if bands != 1:
        faults.append(Fault("raster.bands", {"count": bands}, file))
    if crs is None:
        faults.append(Fault("raster.crs_missing", file=file))
    elif metres and not (crs.is_projected and math.isclose(crs.linear_units_factor[1], 1)):
        faults.append(Fault("raster.not_projected", {"crs": _name(CRS.from_user_input(crs))}, file))
    if to_xy.b or to_xy.d or to_xy.a <= 0 or to_xy.e >= 0:
        values = {"transform": ", ".join(f"{value:.9g}" for value in tuple(to_xy)[:6])}
        faults.append(Fault("raster.rotated", values, file))
    elif crs is not None and like is not None:
        grid, other = Grid(CRS.from_user_input(crs), to_xy, *size), like if isinstance(like, Grid) else Grid.of(like)
        if not _aligned(grid, other):
            faults.append(Fault("raster.misaligned", {"grid": _describe(grid), "other": _describe(other)}, file))
    if faults:
        raise DataError(faults)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Report what goes wrong as the fault of a file that is read."""
    try:
        yield
    except (RasterioError, OSError) as error:
        raise DataError(
            Fault("raster.unreadable", {"reason": str(error.__cause__ or error).strip()}, path.name)
        ) from None


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Raster to read from."""
    with reading(path), catch_warnings(), rio.Env(GDAL_CACHEMAX=CACHE):
        simplefilter("ignore", NotGeoreferencedWarning)
        with rio.open(path) as source:
            yield source


def values_of(source: Any, window: Window, *, halo: int = 0) -> Floats:
    """Values of a window and a margin around it; NaN for cells without data, infinite ones and those outside."""
    left, top = max(window.col_off - halo, 0), max(window.row_off - halo, 0)
    right = min(window.col_off + window.width + halo, source.width)
    bottom = min(window.row_off + window.height + halo, source.height)
    with reading(Path(source.name)):
        read = source.read(1, window=Window(left, top, right - left, bottom - top), masked=True)
    values: Floats = read.astype("float64").filled(np.nan) * source.scales[0] + source.offsets[0]
    values[np.isinf(values)] = np.nan
    row, column = top - window.row_off + halo, left - window.col_off + halo
    after = window.height + 2 * halo - row - len(values), window.width + 2 * halo - column - values.shape[1]
    return np.pad(values, ((row, after[0]), (column, after[1])), constant_values=np.nan) if halo else values


def windows_of(grid: Any, most: float = math.inf) -> Iterator[Window]:
    """Windows of a grid or an open raster, at most so many cells along a side."""
    side = int(min(most, _SIDE))
    for row in range(0, grid.height, side):
        for column in range(0, grid.width, side):
            yield Window(column, row, min(side, grid.width - column), min(side, grid.height - row))


def in_crs(layer: gpd.GeoDataFrame, crs: CRS) -> npt.NDArray[np.object_]:
    """Shapes of a layer in another CRS; CrsError where the layer has none."""
    if layer.crs is None:
        raise CrsError(Fault("layer.crs_missing"))
    shapes: npt.NDArray[np.object_] = layer.geometry.to_crs(crs).to_numpy()
    return shapes


def _aligned(grid: Grid, other: Grid) -> bool:
    a, b = grid.transform, other.transform
    first = np.array([(a.c - b.c) / b.a, (a.f - b.f) / b.e])
    corners = first + np.array([(0, 0), (grid.width * a.a / b.a, grid.height * a.e / b.e)])
    deviation = np.abs(corners - np.round(corners)).max()
    same_size = np.allclose((a.a, a.e), (b.a, b.e), rtol=_OFF**2, atol=0)
    return bool(grid.crs == other.crs and same_size and deviation <= _OFF)


def _name(crs: CRS) -> str:
    return ":".join(crs.to_authority() or (crs.name,))


def _describe(grid: Grid) -> str:
    to_xy = grid.transform
    return f"{_name(grid.crs)}, {to_xy.a:.9g} × {-to_xy.e:.9g}, {to_xy.c:.12g} / {to_xy.f:.12g}"
