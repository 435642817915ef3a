"""Rasters (栅格): zonal statistics, slope, distance, alignment and areas of cells, read and written window by window.

Every function takes files and gives a file or a table. No raster is held whole; an output appears whole or not at all.
Cells without data are nodata in files and NaN while they are worked on.
"""

from landlink.raster.cells import combine, polygonise, slope, zonal, zonal_each
from landlink.raster.grid import NODATA, Grid, check_raster
from landlink.raster.place import burn, distance, to_grid
from landlink.raster.store import save_cog

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
