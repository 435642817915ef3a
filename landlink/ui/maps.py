"""The folium map of districts, with every script and style served from this package and none from elsewhere."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import streamlit as st
from branca.element import MacroElement
from folium.template import Template
from streamlit.components.v1 import declare_component
from streamlit_folium import st_folium

ASSETS = Path(__file__).with_name("assets")
# Streamlit serves a component's folder to every page. The map's own frame is a component too, hence the relative path.
_COMPONENT = "assets"
declare_component(_COMPONENT, path=ASSETS)
_BASE = f"../{__name__}.{_COMPONENT}"
SCRIPTS = (("leaflet", f"{_BASE}/leaflet/leaflet.js"), ("landlink", f"{_BASE}/landlink/map.js"))
STYLES = (("leaflet_css", f"{_BASE}/leaflet/leaflet.css"), ("landlink_css", f"{_BASE}/landlink/map.css"))

# ColorBrewer YlOrBr, safe for colour-blind readers and ordered in grey.
RAMP = ("#fee391", "#fec44f", "#fe9929", "#ec7014", "#cc4c02", "#8c2d04")
# Okabe and Ito, for values that have no order.
HUES = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#0072b2", "#d55e00")
ZERO, NO_DATA = "#fffdf2", "#c9ccd0"
EDGE, SELECTED = "#5b5f66", "#0b5cad"

Layer = folium.FeatureGroup
Bounds = tuple[float, float, float, float]
Classes = list[tuple[str, str]]


def base_map(bounds: Bounds) -> folium.Map:
    """Map without layers; its script never changes with the figures, so that centre and zoom stay.

    Parameters
    ----------
    bounds
        West, south, east and north of what is first shown, degrees.
    """
    west, south, east, north = bounds
    base = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        tiles=None,
        zoom_snap=0.25,
    )
    base.default_js = list(SCRIPTS)
    base.default_css = list(STYLES)
    base.fit_bounds([[south, west], [north, east]])
    return base


def online_base(url: str, attribution: str) -> Layer:
    """Base map from the internet; where its tiles do not come, the map stays as it is without them.

    Parameters
    ----------
    url
        Template of the tiles' addresses with ``{x}``, ``{y}`` and ``{z}``.
    """
    group = folium.FeatureGroup()
    folium.TileLayer(url, attr=attribution, max_zoom=18, opacity=0.8).add_to(group)
    return group


def choropleth(
    districts: gpd.GeoDataFrame,
    values: "pd.Series[Any]",
    *,
    title: str,
    names: Mapping[str, str],
    popups: Mapping[str, str],
    selected: str | None = None,
    decimals: int = 0,
    no_data: str = "–",
    note: str = "",
) -> Layer:
    """Districts coloured by a value, with labels, legend and popups.

    Parameters
    ----------
    districts
        ``code`` and polygons in geographic CGCS2000 or WGS 84, simplified for display.
    values
        Value by code: numbers in classes of equal count, text in distinct colours; missing values in grey.
    title
        Title of the legend, with the unit.
    names, popups
        Label and popup (HTML) by code.
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

    def style(feature: Mapping[str, Any]) -> dict[str, object]:
        code = feature["properties"]["code"]
        chosen = code == selected
        return {
            "fillColor": colors[code],
            "fillOpacity": 0.82,
            "color": SELECTED if chosen else EDGE,
            "weight": 3.5 if chosen else 1,
        }

    group = folium.FeatureGroup()
    layer = folium.GeoJson(
        districts[["code", "geometry"]].to_json(drop_id=True),
        style_function=style,
        highlight_function=lambda _: {"weight": 3, "fillOpacity": 0.95},
    )
    layer.add_to(group)
    points = districts.geometry.representative_point()
    ranked = districts.assign(lat=points.y, lng=points.x, size=shapely.area(districts.geometry.to_numpy())).sort_values(
        "size"
    )
    labels = [
        {"lat": round(row.lat, 5), "lng": round(row.lng, 5), "text": escape(names[row.code])}
        for row in ranked.itertuples()
    ]
    legend = {"title": title, "entries": [{"label": label, "color": color} for label, color in entries], "note": note}
    _Decoration({"labels": labels, "legend": legend, "popups": dict(popups), "selected": selected}).add_to(layer)
    return group


class _Decoration(MacroElement):
    """Labels, legend and popups beside a GeoJSON layer; see ``assets/landlink/map.js``."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        landlink.decorate({{ this._parent._parent._parent.get_name() }}, {{ this._parent._parent.get_name() }},
            {{ this._parent.get_name() }}, {{ this.options | tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, options: Mapping[str, object]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Decoration"
        self.options = options


def _colors(values: "pd.Series[Any]", decimals: int, no_data: str) -> tuple[dict[str, str], Classes]:
    """Colour of each district and the legend's entries."""
    missing = values.isna()
    known = values[~missing]
    if known.map(lambda value: isinstance(value, str)).any():
        kinds = sorted(set(known))
        entries = [(kind, HUES[place % len(HUES)]) for place, kind in enumerate(kinds)]
        colors = known.map(dict(entries)).to_dict()
    else:
        colors, entries = _classes(known.astype("float64"), decimals)
    if missing.any():
        entries = [*entries, (no_data, NO_DATA)]
    return {**colors, **dict.fromkeys(values.index[missing], NO_DATA)}, entries


def _classes(values: "pd.Series[float]", decimals: int) -> tuple[dict[str, str], Classes]:
    """Zero by itself, the rest in classes of about equal count between round bounds."""
    entries: Classes = []
    zero, rest = values[values == 0], values[values != 0]
    colors = dict.fromkeys(zero.index, ZERO)
    if len(zero):
        entries.append(("0", ZERO))
    if rest.empty:
        return colors, entries
    bounds = _bounds(rest, decimals)
    count = len(bounds) - 1
    ramp = [RAMP[2]] if count == 1 else [RAMP[round(step * (len(RAMP) - 1) / (count - 1))] for step in range(count)]
    place = np.clip(np.searchsorted(bounds, rest.to_numpy(), side="right") - 1, 0, count - 1)
    colors.update({code: ramp[step] for code, step in zip(rest.index, place, strict=True)})
    digits = 0 if all(bound == round(bound) for bound in bounds) else decimals
    for low, high, color in zip(bounds[:-1], bounds[1:], ramp, strict=True):
        span = f"{low:,.{digits}f}" if low == high else f"{low:,.{digits}f} – {high:,.{digits}f}"
        entries.append((span, color))
    return colors, entries


def _bounds(values: "pd.Series[float]", decimals: int) -> list[float]:
    """Class bounds: quintiles rounded to two digits, without empty classes; one value twice where all are equal."""
    distinct = np.unique(values.to_numpy())
    if len(distinct) == 1:
        return [float(distinct[0])] * 2
    step = max(10.0 ** np.floor(np.log10(np.abs(distinct).max()) - 1), 10.0**-decimals)
    inner = np.round(np.quantile(distinct, [0.2, 0.4, 0.6, 0.8]) / step) * step
    edges = np.unique([np.floor(distinct[0] / step) * step, *inner, np.ceil(distinct[-1] / step) * step])
    filled = np.histogram(distinct, edges)[0] > 0
    return [float(round(edge, 6)) for edge in (edges[0], *edges[1:][filled])]


def show(base: folium.Map, layers: Sequence[Layer], *, key: str, height: int) -> str | None:
    """Draw a map and return the code of a district that has just been clicked.

    Panning and zooming do not re-run the page, and a click is returned once.

    Parameters
    ----------
    layers
        Layers from below to above; they are replaced on the map without loading it anew.
    """
    answer = st_folium(
        base,
        key=key,
        height=height,
        use_container_width=True,
        feature_group_to_add=list(layers),
        returned_objects=["last_active_drawing", "last_object_clicked_count"],
    )
    count = answer.get("last_object_clicked_count")
    drawing = answer.get("last_active_drawing")
    seen = f"{key}-clicks"
    if not drawing or count == st.session_state.get(seen):
        return None
    st.session_state[seen] = count
    code: str = drawing["properties"]["code"]
    return code
