"""The map of districts: a choropleth with labels, legend, tooltips and popups."""

import json
from collections.abc import Mapping
from html import escape
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from landlink.present.classes import classify
from landlink.ui.maps.frame import PLACES, Layer, call_on

# ColorBrewer YlOrBr, safe for colour-blind readers and ordered in grey.
RAMP = ("#fee391", "#fec44f", "#fe9929", "#ec7014", "#cc4c02", "#8c2d04")
# Okabe and Ito, then Tol's muted ones, for values that have no order.
HUES = (
    *("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#0072b2", "#d55e00"),
    *("#332288", "#999933", "#882255", "#117733", "#aa4499"),
)
# A zero that has no class.
ZERO = "#fffdf2"
# A missing value, which ``map.js`` hatches.
NO_DATA = "url(#ll-hatch)"
# Outline of a district.
EDGE = "#5b5f66"
# Outline of the selected district.
SELECTED = "#0b5cad"
# Tolerance of simplified boundaries, degrees: about 100 m.
TOLERANCE = 0.001
# Most that a popup is wide, pixels.
POPUP_WIDTH = 360

Classes = list[tuple[str, str]]


def simplified(districts: gpd.GeoDataFrame, *, tolerance: float = TOLERANCE) -> gpd.GeoDataFrame:
    """Districts with few vertices, their shared borders simplified alike.

    Parameters
    ----------
    districts
        Polygons in geographic coordinates.
    tolerance
        Degrees, as of :func:`shapely.coverage_simplify`.
    """
    coarse = shapely.coverage_simplify(districts.geometry.to_numpy(), tolerance)
    return districts.set_geometry(gpd.GeoSeries(_rounded(coarse), index=districts.index, crs=districts.crs))


def choropleth(
    districts: gpd.GeoDataFrame,
    values: "pd.Series[Any]",
    *,
    title: str,
    names: Mapping[str, str],
    popups: Mapping[str, str],
    tooltips: Mapping[str, str] | None = None,
    unit: str = "",
    selected: str | None = None,
    decimals: int = 0,
    no_data: str = "–",
    note: str = "",
) -> Layer:
    """Layer of districts coloured by a value, with labels, legend, tooltips and popups.

    Parameters
    ----------
    districts
        ``code`` and polygons in geographic CGCS2000 or WGS 84, simplified for display.
    values
        Value by code: numbers in classes, texts in distinct colours, missing values hatched.
    title, unit
        Title of the legend, and its unit if the title does not name it.
    names, tooltips, popups
        By code: label, text under the pointer, and HTML shown on a click.
    selected
        Code of the district that is outlined.
    decimals
        Decimals of the class bounds.
    no_data
        Legend entry of missing values.
    note
        Last line of the legend.
    """
    colors, entries = _colors(values.reindex(districts["code"]), decimals, no_data)
    legend = {"title": title, "unit": unit, "entries": legend_entries(entries), "note": note}
    return colored(districts, colors, legend, names=names, popups=popups, tooltips=tooltips, selected=selected)


def legend_entries(entries: Classes) -> list[dict[str, object]]:
    """Labels and colours as the legend's script reads them."""
    return [{"label": label, "color": color, "missing": color == NO_DATA} for label, color in entries]


def colored(
    districts: gpd.GeoDataFrame,
    colors: Mapping[str, str],
    legend: Mapping[str, object],
    *,
    names: Mapping[str, str],
    popups: Mapping[str, str],
    tooltips: Mapping[str, str] | None = None,
    figures: Mapping[str, str] | None = None,
    selected: str | None = None,
    popup_width: int = POPUP_WIDTH,
) -> Layer:
    """Layer of districts in given colours; see :func:`choropleth`.

    Parameters
    ----------
    colors, figures
        By code: colour, and figure below the label, shown where it has room.
    legend
        ``title``, ``unit``, ``entries`` (:func:`legend_entries`) and ``note``; for symbols ``sizes`` (pairs of label
        and radius, the largest first) and their ``ink``; for points ``marks`` (``label``, ``color``, ``hollow``).
    popup_width
        Most that a popup may be wide, pixels.
    """

    def style(feature: Mapping[str, Any]) -> dict[str, object]:
        code = feature["properties"]["code"]
        chosen = code == selected
        return {
            "fillColor": colors[code],
            "fillOpacity": 0.85,
            "color": SELECTED if chosen else EDGE,
            "weight": 4 if chosen else 1,
        }

    group = folium.FeatureGroup()
    layer = folium.GeoJson(_features(districts), style_function=style, highlight_function=lambda _: {"weight": 4})
    layer.add_to(group)
    options = {
        "labels": _labels(districts, names, figures or {}),
        "legend": dict(legend),
        "popups": dict(popups),
        "tooltips": {code: escape(tooltip) for code, tooltip in (tooltips or {}).items()},
        "selected": selected,
        "popupWidth": popup_width,
    }
    call_on(layer, "decorate", options)
    return group


def inner_points(districts: gpd.GeoDataFrame) -> dict[str, tuple[float, float]]:
    """Latitude and longitude of a point within each district, by code: where a label has most room.

    That is the centre of the largest circle inside.
    """
    points = shapely.get_point(shapely.maximum_inscribed_circle(districts.geometry.to_numpy(), TOLERANCE), 0)
    places = zip(
        shapely.get_y(points).round(PLACES).tolist(), shapely.get_x(points).round(PLACES).tolist(), strict=True
    )
    return dict(zip(districts["code"], places, strict=True))


def _rounded(geometries: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    rounded: npt.NDArray[np.object_] = shapely.transform(geometries, lambda points: points.round(PLACES))
    return rounded


def _features(districts: gpd.GeoDataFrame) -> dict[str, object]:
    """GeoJSON of codes and rounded shapes."""
    shapes = map(json.loads, shapely.to_geojson(_rounded(districts.geometry.to_numpy())))
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": shape}
        for code, shape in zip(districts["code"], shapes, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def _labels(
    districts: gpd.GeoDataFrame, names: Mapping[str, str], figures: Mapping[str, str]
) -> list[dict[str, object]]:
    """Names at points within the districts, the smallest district first, as its label has least room to move."""
    points, codes = inner_points(districts), districts["code"].to_numpy()
    order = codes[np.argsort(shapely.area(districts.geometry.to_numpy()), kind="stable")]
    labels: list[dict[str, object]] = [
        {"lat": points[code][0], "lng": points[code][1], "text": escape(names[code])} for code in order
    ]
    for code, label in zip(order, labels, strict=True):
        if code in figures:
            label["figure"] = escape(figures[code])
    return labels


def _colors(values: "pd.Series[Any]", decimals: int, no_data: str) -> tuple[dict[str, str], Classes]:
    """Colour of each district and the legend's entries."""
    missing = values.isna()
    known = values[~missing]
    if known.map(lambda value: isinstance(value, str)).any():
        kinds = sorted({str(value) for value in known})
        entries = list(zip(kinds, _hues(len(kinds)), strict=True))
        colors = known.astype(str).map(dict(entries)).to_dict()
    else:
        colors, entries = _classes(known.astype("float64"), decimals)
    if missing.any():
        entries = [*entries, (no_data, NO_DATA)]
    return {**colors, **dict.fromkeys(values.index[missing], NO_DATA)}, entries


def _hues(count: int) -> list[str]:
    """Distinct colours: the named ones, or evenly spaced hues where there are too few."""
    if count <= len(HUES):
        return list(HUES[:count])
    return [f"hsl({i * 360 // count}, 55%, {65 if i % 2 else 45}%)" for i in range(count)]


def _classes(values: "pd.Series[float]", decimals: int) -> tuple[dict[str, str], Classes]:
    """Zeros by themselves unless there are negative values, the rest in the classes of the map sheets."""
    classes = classify(values.round(decimals), decimals)
    zero: Classes = [("0", ZERO)] if classes.has_zero else []
    return classes.colors(RAMP, ZERO), [*zero, *classes.legend(RAMP, decimals)]
