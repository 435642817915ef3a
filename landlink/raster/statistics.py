"""Zonal statistics (分区统计): of a raster's cells in each polygon, weighted by the share of a cell that is covered."""

import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from exactextract import exact_extract  # type: ignore[import-untyped]
from exactextract.operation import Operation, prepare_operations  # type: ignore[import-untyped]
from exactextract.raster import RasterioRasterSource  # type: ignore[import-untyped]

from landlink.raster.grid import Floats, Grid, check_raster, in_crs, opened, reading

# Cells that exactextract reads at once.
_CELLS = 4_000_000
_COUNT = "count"  # exactextract's name of the covered cells, weighted by the share covered
# A statistic as exactextract writes it: `quantile(q=0.9)`, `q90=quantile(q=0.9)`.
_STATISTIC = re.compile(r"(?:\w+\s*=\s*)?(?P<name>\w+)\s*(?:\((?P<arguments>.*)\))?")


def zonal(path: Path, polygons: gpd.GeoDataFrame, stats: Sequence[str] = ("mean",)) -> pd.DataFrame:
    """Statistics of a raster's cells in each polygon; see :func:`zonal_each`."""
    (table,) = zonal_each([path], polygons, stats)
    return table


def zonal_each(
    paths: Sequence[Path], polygons: gpd.GeoDataFrame, stats: Sequence[str] = ("mean",)
) -> list[pd.DataFrame]:
    """Statistics of several rasters' cells in each polygon, every cell weighted by the share of it that is covered.

    Parameters
    ----------
    paths
        Rasters of one band on one grid in any CRS; cells without data, and infinite ones, do not count.
    polygons
        Polygons in any CRS; their vertices are brought to the rasters' CRS.
    stats
        What exactextract gives as a number: ``count`` (cells), ``sum``, ``mean``, ``min``, ``max``, ``median``,
        ``stdev``, ``majority`` and so on, with arguments too, such as ``count(coverage_weight=none)``.

    Returns
    -------
    By raster: one row a polygon, indexed as the polygons, a float64 column for each of the statistics, in units of the
    raster. A column is named as its statistic is written; that of ``quantile(q=0.9)`` is ``quantile_90``, that of
    ``name=…`` is the name. Where no cell with data is covered a count is 0 and all else NaN.

    Raises
    ------
    DataError
        :func:`check_raster` refuses a raster (its unit may be the degree), they are not on one grid, or part of a file
        cannot be read.
    CrsError
        The polygons have no CRS.
    """
    if not paths:
        return []
    for path in paths:
        check_raster(path, like=paths[0], metres=False)
    grids = [Grid.of(path) for path in paths]
    shapes = in_crs(polygons, grids[0].crs)
    west, south, east, north = shapely.total_bounds([shapely.box(*grid.bounds) for grid in grids])
    bounds = shapely.bounds(shapes)
    inside = (bounds[:, :2] < (east, north)).all(axis=1) & (bounds[:, 2:] > (west, south)).all(axis=1)
    inside &= np.isfinite(bounds).all(axis=1)
    low, high = np.maximum(bounds[inside, :2], (west, south)), np.minimum(bounds[inside, 2:], (east, north))
    wanted = list(dict.fromkeys(stats))
    with ExitStack() as stack:
        sources = [_Source(stack.enter_context(opened(path)), name=str(raster)) for raster, path in enumerate(paths)]
        block = np.array(sources[0].ds.block_shapes[0][::-1]) * (grids[0].transform.a, -grids[0].transform.e)
        columns = [_column(stat, sources[0]) for stat in wanted]
        table = exact_extract(
            [],
            gpd.GeoDataFrame({"row": np.flatnonzero(inside)}, geometry=shapes[inside], crs=sources[0].ds.crs.to_wkt()),
            [
                Operation(name, f"{raster}_{number}", source, None, arguments)
                for number, (name, arguments) in enumerate(map(_parsed, [_COUNT, *wanted]))
                for raster, source in enumerate(sources)
            ],
            include_cols=["row"],
            strategy="raster-sequential" if _overlapping(low, high, block) else "feature-sequential",
            max_cells_in_memory=_CELLS // len(paths),
            output="pandas",
        )
    table = table.set_index("row").reindex(range(len(polygons))).astype("float64").set_index(polygons.index)
    # The columns of a statistic follow each other by raster; first come the counts, which say where data are covered.
    tables = [table.iloc[:, raster :: len(paths)] for raster in range(len(paths))]
    return [_with_data(frame.iloc[:, 1:].set_axis(columns, axis=1), frame.iloc[:, 0], wanted) for frame in tables]


class _Source(RasterioRasterSource):  # type: ignore[misc]
    """Raster that exactextract reads: without infinite cells, and what goes wrong is a fault of its file."""

    def read_window(self, *window: int) -> npt.NDArray[np.generic]:
        with reading(Path(self.ds.name)):
            values: npt.NDArray[np.generic] = super().read_window(*window)
        if self.isfloat and (infinite := np.isinf(np.ma.getdata(values))).any():
            values[infinite] = np.nan
        return values


def _parsed(stat: str) -> tuple[str, Mapping[str, str]]:
    """Name and arguments of a statistic; what is not written so is left to exactextract to refuse."""
    match = _STATISTIC.fullmatch(stat.strip())
    if match is None or not match["arguments"]:
        return (match["name"] if match else stat), {}
    pairs = (argument.partition("=") for argument in match["arguments"].split(","))
    return match["name"], {key.strip(): value.strip() for key, _, value in pairs}


def _column(stat: str, source: _Source) -> str:
    """Column of a statistic: what exactextract calls it, or what was asked for where that leaves the arguments out."""
    named: str = prepare_operations([stat], [source], [])[0].name
    return stat if named == _parsed(stat)[0] else named


def _with_data(table: pd.DataFrame, count: "pd.Series[float]", stats: Sequence[str]) -> pd.DataFrame:
    """Statistics where cells with data are covered; elsewhere counts of 0, and nothing else."""
    counted = [_parsed(stat)[0] == _COUNT for stat in stats]
    covered = table.where(count > 0)
    covered.loc[:, counted] = covered.loc[:, counted].fillna(0.0)
    return covered


def _overlapping(low: Floats, high: Floats, block: Floats) -> bool:
    """True if reading the blocks of each polygon reads more than reading all that lies around them once."""
    if not len(low):
        return False
    cells = np.prod(high - low + block, axis=1).sum()
    return bool(cells > np.prod(high.max(axis=0) - low.min(axis=0) + block))
