"""The map of access: cells in classes as a picture, facilities and sites as points."""

import json
import warnings
from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import rasterio as rio  # type: ignore[import-untyped]
from rasterio.enums import Resampling  # type: ignore[import-untyped]
from rasterio.errors import NotGeoreferencedWarning  # type: ignore[import-untyped]
from rasterio.vrt import WarpedVRT  # type: ignore[import-untyped]

from landlink.crs import CGCS2000
from landlink.raster import Grid
from landlink.ui.land_map import PICTURE, WEB_MERCATOR, publish
from landlink.ui.maps import Layer, call_layer

# From little to much: ColorBrewer PuBuGn, and for change PuOr; both are told apart by the colour-blind and in grey.
RAMP = ("#f0e4d8", "#d0d1e6", "#a6bddb", "#67a9cf", "#3690c0", "#02818a", "#014636")
CHANGE = ("#e08214", "#fdd49e", "#eef0f2", "#c7b9e0", "#8073ac", "#542788")
FACILITY, SITE = "#f46d43", "#d1007c"


def picture(grid: Grid, values: npt.NDArray[np.float64], edges: npt.ArrayLike, colors: Sequence[str]) -> str:
    """Publish cells as a picture in web Mercator (PNG), each in the colour of its class, and return the address.

    Parameters
    ----------
    values
        Rows and columns on the grid; NaN where there is no cell.
    edges
        Ascending bounds between the classes, each of which belongs to the class above it.
    colors
        Of the classes, one more than there are edges.
    """
    step = np.where(
        np.isnan(values), 255, np.digitize(np.nan_to_num(values), np.asarray(edges, dtype="float64"))
    ).astype(np.uint8)
    ramp = np.array([[int(color[at : at + 2], 16) for at in (1, 3, 5)] for color in colors], dtype=np.uint8)
    with rio.MemoryFile() as memory:
        with memory.open(**{**grid.profile("uint8", 255), "driver": "GTiff"}) as target:
            target.write(step, 1)
        with memory.open() as source, _warped(source) as vrt:
            size = _size(vrt)
            shown = vrt.read(1, out_shape=size, resampling=Resampling.nearest)
    nothing = shown == 255  # noqa: PLR2004 - nodata
    painted = ramp[np.where(nothing, 0, shown)].transpose(2, 0, 1)
    content = np.concatenate([painted, [np.where(nothing, 0, 255).astype(np.uint8)]])
    with rio.MemoryFile() as memory, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # a picture has no place of its own
        with memory.open(driver="PNG", width=size[1], height=size[0], count=4, dtype="uint8") as target:
            target.write(content)
        return publish(memory.read(), ".png")


def corners(grid: Grid) -> list[list[float]]:
    """Corners that a grid's picture lies between: latitude and longitude of the south-west and the north-east."""
    with rio.MemoryFile() as memory:
        with memory.open(**{**grid.profile("uint8", 255), "driver": "GTiff"}):
            pass
        with memory.open() as source, _warped(source) as vrt:
            west, south, east, north = vrt.bounds
    ends = gpd.GeoSeries(gpd.points_from_xy([west, east], [south, north]), crs=WEB_MERCATOR).to_crs(4326)
    return [[point.y, point.x] for point in ends]


def points_file(points: gpd.GeoSeries) -> str:
    """Publish points as GeoJSON."""
    degrees = points.to_crs(CGCS2000)
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [round(x, 6), round(y, 6)]}}
        for x, y in zip(degrees.x, degrees.y, strict=True)
    ]
    return publish(json.dumps({"type": "FeatureCollection", "features": features}).encode(), ".json")


def access_layer(
    pictures: Sequence[str],
    bounds: Sequence[Sequence[float]],
    borders: str,
    points: Sequence[Mapping[str, object]],
    *,
    legend: Mapping[str, object],
    swipe: str,
    place: Sequence[float] | None,
) -> Layer:
    """One picture of cells, or two with a slider between them, with facilities.

    Parameters
    ----------
    pictures
        Addresses of :func:`picture`.
    bounds
        Corners that they lie between.
    borders
        Address of the districts' outlines.
    points
        ``url``, ``color`` and ``radius`` (pixels).
    legend
        ``title``, ``unit``, ``entries`` (``label`` and ``color``) and ``note``.
    swipe
        Name of the slider.
    place
        Latitude and longitude to be marked.
    """
    options = {"pictures": list(pictures), "bounds": bounds, "borders": borders, "points": list(points)}
    return call_layer("access", {**options, "legend": legend, "texts": {"swipe": swipe}, "place": place})


def _warped(source: object) -> WarpedVRT:
    return WarpedVRT(source, crs=f"EPSG:{WEB_MERCATOR}", resampling=Resampling.nearest)


def _size(vrt: WarpedVRT) -> tuple[int, int]:
    shrink = max(1.0, max(vrt.width, vrt.height) / PICTURE)
    return round(vrt.height / shrink), round(vrt.width / shrink)
