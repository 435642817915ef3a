"""The map of sites: chosen parcels, the parcels considered, and the cells that each site serves."""

import json
from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landlink.access.cells import on_grid
from landlink.raster import Grid
from landlink.ui.access_map import picture
from landlink.ui.land_map import publish
from landlink.ui.maps import Layer, call_layer

# Colours of sites that lie beside each other, in turn (Okabe and Ito, and Tol's).
TURNS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#332288", "#999933", "#882255", "#44aa99")


def site_colors(sites: pd.DataFrame) -> dict[str, str]:
    """Colour of each site, in turn."""
    return {site: TURNS[place % len(TURNS)] for place, site in enumerate(sites["site"])}


def sites_file(
    sites: gpd.GeoDataFrame,
    colors: Mapping[str, str],
    titles: Mapping[str, str],
    rows: Mapping[str, Sequence[tuple[str, str]]],
    note: str,
) -> str:
    """Publish sites with what their popups say, and return the address.

    Parameters
    ----------
    sites
        In geographic coordinates.
    colors, titles, rows
        By site: colour, head of the popup, and its names and values.
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
    """Publish the cells that sites serve, each in the colour of the site that serves the most of it.

    Parameters
    ----------
    catchments
        ``site``, ``cell``, ``persons``.
    grid
        That the cells lie on.
    colors
        By site.
    """
    most = catchments.sort_values("persons").drop_duplicates("cell", keep="last")
    number = {site: place for place, site in enumerate(colors)}
    cells = on_grid(grid, most, most["site"].map(number))
    return picture(
        grid, cells, np.arange(1, max(len(colors), 2)) - 0.5, [*colors.values(), "#000000"][: max(len(colors), 2)]
    )


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
    """Sites as points and shapes with popups, over the cells they serve and the parcels considered.

    Parameters
    ----------
    borders, sites, served, candidates
        Addresses of the districts' outlines and of this module's files; an empty one is left out.
    bounds
        Corners that the picture of cells lies between.
    legend
        ``title``, ``entries`` (``label`` and ``color``) and ``note``.
    selected
        Site to be drawn larger.
    """
    options = {"borders": borders, "sites": sites, "served": served, "candidates": candidates, "bounds": bounds}
    return call_layer("sites", {**options, "legend": legend, "selected": selected})
