"""Rasters (栅格): zonal statistics, slope, distance, alignment and areas of cells, read and written window by window.

Every function takes files and gives a file or a table. No raster is held whole; an output appears whole or not at all.
Cells without data are nodata in files and NaN while they are worked on. An infinite cell, which a division by zero or
an overflow has left, is a cell without data to every function but :func:`save_cog`, which copies cells as they are.
"""

from landlink.raster.algebra import combine, polygonise, slope
from landlink.raster.grid import NODATA, Grid, check_raster
from landlink.raster.output import save_cog
from landlink.raster.rasterize import burn, distance
from landlink.raster.resample import to_grid
from landlink.raster.statistics import zonal, zonal_each

__all__ = [
    "NODATA",
    "Grid",
    "burn",
    "check_raster",
    "combine",
    "distance",
    "polygonise",
    "save_cog",
    "slope",
    "to_grid",
    "zonal",
    "zonal_each",
]
