"""Rasters as pictures for the maps: PNG in web Mercator, each cell in the colour of its class."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import rasterio as rio  # type: ignore[import-untyped]
from rasterio.enums import Resampling  # type: ignore[import-untyped]
from rasterio.errors import NotGeoreferencedWarning  # type: ignore[import-untyped]
from rasterio.vrt import WarpedVRT  # type: ignore[import-untyped]

from landlink.crs import CGCS2000
from landlink.present.colors import SUITABILITY
from landlink.raster import Grid
from landlink.ui.maps.files import publish

WEB_MERCATOR = 3857  # EPSG code of the web map's plane
# Longest side of a picture, pixels.
LONGEST = 1600
# Class of a cell without data.
_NODATA = 255

Floats = npt.NDArray[np.float64]


def picture(grid: Grid, values: Floats, edges: npt.ArrayLike, colors: Sequence[str]) -> str:
    """Publish values on a grid as a picture, and return the address.

    Parameters
    ----------
    values
        Rows and columns of the grid; NaN where there is nothing to draw.
    edges
        Ascending bounds between the classes; a class holds its lower bound.
    colors
        Colours of the classes, one more than there are edges.
    """
    classes = np.digitize(np.nan_to_num(values), np.asarray(edges, dtype="float64"))
    classes = np.where(np.isnan(values), _NODATA, classes).astype(np.uint8)
    with rio.MemoryFile() as memory:
        with memory.open(**_profile(grid)) as target:
            target.write(classes, 1)
        with memory.open() as source, _warped(source, Resampling.nearest) as vrt:
            warped = vrt.read(1, out_shape=_size(vrt), resampling=Resampling.nearest)
    return _publish(warped, warped == _NODATA, colors)


def corners(grid: Grid) -> list[list[float]]:
    """South-west and north-east corner of a grid's picture, latitude and longitude."""
    with rio.MemoryFile() as memory:
        with memory.open(**_profile(grid)):
            pass
        with memory.open() as source, _warped(source, Resampling.nearest) as vrt:
            return _corners(vrt)


def score_picture(path: Path) -> tuple[str, list[list[float]]]:
    """Publish a raster of suitability scores as a picture, and return the address and the corners."""
    with rio.open(path) as source, _warped(source, Resampling.bilinear) as vrt:
        scores = vrt.read(1, out_shape=_size(vrt), resampling=Resampling.average, masked=True)
        bounds = _corners(vrt)
    classes = np.clip((scores.filled(0) * len(SUITABILITY)).astype(int), 0, len(SUITABILITY) - 1)
    return _publish(classes, scores.mask, SUITABILITY), bounds


def _publish(classes: npt.NDArray[np.integer], missing: npt.NDArray[np.bool_], colors: Sequence[str]) -> str:
    """Publish classes as a PNG in their colours, transparent where they are missing, and return the address."""
    ramp = np.array([[int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in colors], dtype=np.uint8)
    red_green_blue = ramp[np.where(missing, 0, classes)].transpose(2, 0, 1)
    content = np.concatenate([red_green_blue, [np.where(missing, 0, 255).astype(np.uint8)]])
    height, width = classes.shape
    with rio.MemoryFile() as memory, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # the map is given the corners apart
        with memory.open(driver="PNG", width=width, height=height, count=4, dtype="uint8") as target:
            target.write(content)
        return publish(memory.read(), ".png")


def _profile(grid: Grid) -> dict[str, object]:
    return {**grid.profile("uint8", _NODATA), "driver": "GTiff"}


def _warped(source: object, resampling: Resampling) -> WarpedVRT:
    return WarpedVRT(source, crs=f"EPSG:{WEB_MERCATOR}", resampling=resampling)


def _size(vrt: WarpedVRT) -> tuple[int, int]:
    """Height and width of a picture of at most :data:`LONGEST` pixels."""
    shrink = max(1.0, max(vrt.width, vrt.height) / LONGEST)
    return round(vrt.height / shrink), round(vrt.width / shrink)


def _corners(vrt: WarpedVRT) -> list[list[float]]:
    west, south, east, north = vrt.bounds
    ends = gpd.GeoSeries(gpd.points_from_xy([west, east], [south, north]), crs=WEB_MERCATOR).to_crs(CGCS2000)
    return [[point.y, point.x] for point in ends]
