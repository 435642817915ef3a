"""The map of needs: districts in classes, symbols in proportion to the figures, facilities and sites as points."""

import json
from collections.abc import Mapping, Sequence

import geopandas as gpd
import pandas as pd
import shapely

from landlink.present import needs as present
from landlink.present.colors import ZERO
from landlink.schema import STATUSES
from landlink.ui.maps.districts import Classes, colored, inner_points, legend_entries
from landlink.ui.maps.files import publish
from landlink.ui.maps.frame import Layer, call_layer

# What the figures are drawn as.
MODES = ("choropleth", "symbols", "both")
# Radius of the largest symbol, pixels.
LARGEST = 26.0
# Districts below symbols that stand for the figures alone.
PLAIN = "#fbfaf5"
# Symbols above districts that are coloured themselves.
NEUTRAL = "#3b3f46"
# Facilities and sites by status: those that are synthetic are hollow.
POINTS = {"official": "#1f2328", "estimated": "#9a5b00", "synthetic": "#9b1c6b"}
HOLLOW = "synthetic"
# Most that a popup with two columns is wide, pixels: what a small screen has room for.
POPUP_WIDTH = 570
# Decimals of degrees: about 1 m.
_PLACES = 5


def needs_layers(
    districts: gpd.GeoDataFrame,
    areas: pd.Series,
    *,
    mode: str,
    ramp: Sequence[str],
    title: str,
    note: str,
    marks: Sequence[Mapping[str, object]],
    names: Mapping[str, str],
    popups: Mapping[str, str],
    selected: str | None,
) -> list[Layer]:
    """Layers of a figure by district: the districts, and symbols above them where the mode has any.

    Parameters
    ----------
    districts
        ``code`` and simplified polygons in geographic coordinates.
    areas
        m² by code.
    mode
        One of :data:`MODES`.
    ramp
        Colours of the classes, light to dark.
    title, note
        First and last line of the legend.
    marks
        Legend entries of points: ``label``, ``color``, ``hollow``.
    names, popups
        By code.
    selected
        Code of the district that is outlined.
    """
    classes = present.classes(areas)
    entries: Classes = [("0", ZERO)] if classes.has_zero else []
    entries += classes.legend(ramp)
    shaded, drawn = mode != "symbols", mode != "choropleth"
    ink, radii = NEUTRAL if shaded else ramp[-1], present.radii(areas, LARGEST)
    legend = {
        "title": title,
        "entries": legend_entries(entries) if shaded else [],
        "sizes": present.sizes(areas, LARGEST) if drawn else [],
        "ink": ink,
        "marks": list(marks),
        "note": note,
    }
    colors = classes.colors(ramp, ZERO) if shaded else dict.fromkeys(districts["code"], PLAIN)
    figures = present.shown_figures(areas)
    tooltips = {code: f"{names[code]}\n{title} {figure}" for code, figure in figures.items()}
    words = {"names": names, "popups": popups, "tooltips": tooltips, "figures": figures}
    layers = [colored(districts, colors, legend, **words, selected=selected, popup_width=POPUP_WIDTH)]
    if drawn:
        points = inner_points(districts)
        symbols = [
            {"at": points[code], "radius": round(radius, 2)}
            for code, radius in sorted(radii.items(), key=lambda item: -item[1])
        ]
        opacity = 0.45 if shaded else 0.8
        layers.append(call_layer("symbols", {"symbols": symbols, "color": ink, "opacity": opacity}))
    return layers


def publish_facilities(points: gpd.GeoDataFrame) -> str:
    """Publish existing facilities, and return the address.

    Parameters
    ----------
    points
        ``label`` (shown under the pointer), ``status``, and points in geographic coordinates.
    """
    where = shapely.get_coordinates(points.geometry.to_numpy()).round(_PLACES)
    rows = zip(where.tolist(), points["status"], points["label"], strict=True)
    content = {"points": [[lat, lng, STATUSES.index(status), label] for (lng, lat), status, label in rows]}
    return publish(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), ".json")


def points_layer(facilities: str, sites: str, hollow: Sequence[str]) -> Layer:
    """Layer of existing facilities and of sites.

    Parameters
    ----------
    facilities, sites
        Addresses of :func:`publish_facilities` and :func:`landlink.ui.maps.sites.publish_sites`; empty: none are drawn.
    hollow
        Sites that are synthetic.
    """
    kinds = [{"color": POINTS[status], "hollow": status == HOLLOW} for status in STATUSES]
    options = {"facilities": facilities, "kinds": kinds, "sites": sites, "hollow": list(hollow)}
    return call_layer("points", options)


def mark(label: str, status: str, *, site: bool = False) -> dict[str, object]:
    """Legend entry of points of a status: facilities, or sites, which are larger."""
    return {"label": label, "color": POINTS[status], "hollow": status == HOLLOW, "site": site}
