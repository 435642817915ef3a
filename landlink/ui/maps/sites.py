"""The map of sites: chosen parcels, the parcels considered, and the cells that each site serves."""

import json
from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landlink.access.cells import on_grid
from landlink.raster import Grid
from landlink.ui.maps.files import publish
from landlink.ui.maps.frame import Layer, call_layer
from landlink.ui.maps.pictures import picture

# Colours of neighbouring sites, in turn: Okabe and Ito, then Tol's.
TURNS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#332288", "#999933", "#882255", "#44aa99")


def site_colors(sites: pd.DataFrame) -> dict[str, str]:
    """Colour of each site, in turn."""
    return {site: TURNS[i % len(TURNS)] for i, site in enumerate(sites["site"])}


def publish_sites(
    sites: gpd.GeoDataFrame,
    colors: Mapping[str, str],
    titles: Mapping[str, str],
    rows: Mapping[str, Sequence[tuple[str, str]]],
    note: str,
) -> str:
    """Publish sites with their popups, and return the address.

    Parameters
    ----------
    sites
        In geographic coordinates.
    colors, titles, rows
        By site: colour, title of the popup, and its rows of name and value.
    note
        Last line of a popup.
    """
    shapes = shapely.to_geojson(shapely.transform(sites.geometry.to_numpy(), lambda points: points.round(6)))
    points = sites.representative_point()
    content = [
        {
            "id": site,
            "at": [round(point.y, 6), round(point.x, 6)],
            "color": colors[site],
            "title": titles[site],
            "rows": list(rows[site]),
            "note": note,
            "shape": json.loads(shape),
        }
        for site, point, shape in zip(sites["site"], points, shapes, strict=True)
    ]
    return publish(json.dumps(content, ensure_ascii=False).encode(), ".json")


def served_picture(catchments: pd.DataFrame, grid: Grid, colors: Mapping[str, str]) -> str:
    """Publish a picture of the cells that sites serve, each in the colour of the site that serves most of it.

    Parameters
    ----------
    catchments
        ``site``, ``cell``, ``persons``.
    grid
        Grid of the cells.
    colors
        By site.
    """
    most = catchments.sort_values("persons").drop_duplicates("cell", keep="last")
    numbers = {site: i for i, site in enumerate(colors)}
    cells = on_grid(grid, most, most["site"].map(numbers))
    shades = [*colors.values(), "#000000"][: max(len(colors), 2)]  # a picture has two classes or more
    return picture(grid, cells, np.arange(1, len(shades)) - 0.5, shades)


def sites_layer(
    borders: str,
    sites: str,
    served: str,
    bounds: Sequence[Sequence[float]],
    candidates: str,
    *,
    legend: Mapping[str, object],
    selected: str | None,
) -> Layer:
    """Layer of sites with popups, over the cells that they serve and the parcels considered.

    Parameters
    ----------
    borders, sites, served, candidates
        Addresses of the districts' outlines, the sites, the picture of served cells and the parcels; empty: not drawn.
    bounds
        Corners of the picture.
    legend
        ``title``, ``entries`` (``label`` and ``color``) and ``note``.
    selected
        Site that is drawn larger.
    """
    options = {"borders": borders, "sites": sites, "served": served, "candidates": candidates, "bounds": bounds}
    return call_layer("sites", {**options, "legend": legend, "selected": selected})
