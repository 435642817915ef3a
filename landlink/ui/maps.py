"""The folium map of districts, with every script and style served from this package and none from elsewhere."""

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from html import escape
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import streamlit as st
from branca.element import MacroElement
from folium.template import Template
from streamlit.components.v1 import declare_component
from streamlit_folium import st_folium

from landlink.present.classes import classify

ASSETS = Path(__file__).with_name("assets")
# Streamlit serves a component's folder to every page. The map's own frame is a component too, hence the relative path.
_COMPONENT = "assets"
declare_component(_COMPONENT, path=ASSETS)
_BASE = f"../{__name__}.{_COMPONENT}"
SCRIPTS = (
    ("leaflet", f"{_BASE}/leaflet/leaflet.js"),
    ("landlink", f"{_BASE}/landlink/map.js"),
    ("landlink_land", f"{_BASE}/landlink/land.js"),
    ("landlink_sites", f"{_BASE}/landlink/sites.js"),
    ("landlink_access", f"{_BASE}/landlink/access.js"),
)
STYLES = (("leaflet_css", f"{_BASE}/leaflet/leaflet.css"), ("landlink_css", f"{_BASE}/landlink/map.css"))

# ColorBrewer YlOrBr, safe for colour-blind readers and ordered in grey.
RAMP = ("#fee391", "#fec44f", "#fe9929", "#ec7014", "#cc4c02", "#8c2d04")
# Okabe and Ito, then Tol's muted ones, for values that have no order.
HUES = (
    *("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#0072b2", "#d55e00"),
    *("#332288", "#999933", "#882255", "#117733", "#aa4499"),
)
# A zero by itself and a missing value: the latter is hatched by ``map.js``.
ZERO, NO_DATA = "#fffdf2", "url(#ll-hatch)"
EDGE, SELECTED = "#5b5f66", "#0b5cad"
# Vertices that a map of districts can do without, in degrees: some 100 m; and decimals of degrees: some 1 m.
TOLERANCE, PLACES = 0.001, 5

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
    west, south, east, north = (round(float(edge), PLACES) for edge in bounds)
    base = folium.Map(location=[(south + north) / 2, (west + east) / 2], tiles=None, zoom_snap=0.25)
    base.default_js = list(SCRIPTS)
    base.default_css = list(STYLES)
    _Call("frame", [[south, west], [north, east]]).add_to(base)
    return base


def online_base(url: str, attribution: str) -> Layer:
    """Base map from the internet; where its tiles do not come, the map stays as it is without them.

    It is a layer, to be given to :func:`show` below the others, so that it comes and goes without the map being
    loaded anew. Its tiles stay while the layers above are replaced.

    Parameters
    ----------
    url
        Template of the tiles' addresses with ``{x}``, ``{y}`` and ``{z}``. In China 天地图 can be reached, with a key
        of one's own; it is in CGCS2000 and so lies under the districts, as tiles in GCJ-02 do not:
        ``https://t0.tianditu.gov.cn/vec_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=vec&STYLE=default``
        ``&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=…``
    attribution
        Whom the tiles come from (HTML), shown on the map.
    """
    return call_layer("base", url, attribution)


def call_layer(function: str, *values: object) -> Layer:
    """Layer that a function of the map's scripts draws when it is added, given the layer and values."""
    group = folium.FeatureGroup()
    _Call(function, *values).add_to(group)
    return group


def simplified(districts: gpd.GeoDataFrame, *, tolerance: float = TOLERANCE) -> gpd.GeoDataFrame:
    """Districts for display: few vertices, borders that were shared still shared.

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
    """Districts coloured by a value, with labels, legend, tooltips and popups.

    Parameters
    ----------
    districts
        ``code`` and polygons in geographic CGCS2000 or WGS 84, simplified for display.
    values
        Value by code: numbers in at most six classes, text in distinct colours; missing values in a grey hatch.
    title, unit
        Title of the legend, and the unit where the title does not have it.
    names, tooltips, popups
        By code: label, text shown under the pointer, and HTML shown on a click.
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
            "fillOpacity": 0.85,
            "color": SELECTED if chosen else EDGE,
            "weight": 4 if chosen else 1,
        }

    group = folium.FeatureGroup()
    layer = folium.GeoJson(_features(districts), style_function=style, highlight_function=lambda _: {"weight": 4})
    layer.add_to(group)
    options = {
        "labels": _labels(districts, names),
        "legend": {
            "title": title,
            "unit": unit,
            "entries": [{"label": label, "color": color, "missing": color == NO_DATA} for label, color in entries],
            "note": note,
        },
        "popups": dict(popups),
        "tooltips": {code: escape(tooltip) for code, tooltip in (tooltips or {}).items()},
        "selected": selected,
    }
    _Call("decorate", options).add_to(layer)
    return group


def show(base: folium.Map, layers: Layer | Sequence[Layer], *, key: str, height: int) -> str | None:
    """Draw a map and return the code of a district that has just been clicked.

    Panning and zooming do not re-run the page. A click is returned once, so that a district selected elsewhere
    afterwards is not overwritten by it.

    Parameters
    ----------
    base
        Map of :func:`base_map`.
    layers
        One layer, or layers from below to above; they are replaced on the map without loading it anew. Like the map
        they are left as they were, and can be kept.
    key
        Name of the map, of its own within the app.
    height
        Pixels; the width is the container's.
    """
    given = [layers] if isinstance(layers, Layer) else list(layers)
    # streamlit-folium writes into what it draws: shown again, that would load the map anew, or not at all.
    answer = st_folium(
        deepcopy(base),
        key=key,
        height=height,
        use_container_width=True,
        feature_group_to_add=deepcopy(given),
        returned_objects=["last_active_drawing"],
    )
    clicked = (answer or {}).get("last_active_drawing")
    seen = f"{key}-clicked"
    if not clicked or clicked["properties"] == st.session_state.get(seen):
        return None
    st.session_state[seen] = clicked["properties"]
    return str(clicked["properties"]["code"])


class _Call(MacroElement):
    """Call of a function of ``assets/landlink/map.js`` on the element it is added to and, within a layer, its group."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        landlink.{{ this.function }}({{ this.arguments() }});
        {% endmacro %}
        """
    )

    def __init__(self, function: str, *values: object) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Call"
        self.function = function
        self.values = values

    def arguments(self) -> str:
        """Arguments in JavaScript."""
        parent = self._parent
        group = parent._parent if isinstance(parent, folium.GeoJson) else None  # noqa: SLF001
        elements = [element.get_name() for element in (group, parent) if element is not None]
        values = [json.dumps(value, ensure_ascii=False, separators=(",", ":")) for value in self.values]
        return ", ".join([*elements, *values])


def _rounded(geometries: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    rounded: npt.NDArray[np.object_] = shapely.transform(geometries, lambda points: points.round(PLACES))
    return rounded


def _features(districts: gpd.GeoDataFrame) -> dict[str, object]:
    """GeoJSON of codes and shapes, in as few characters as show them."""
    shapes = map(json.loads, shapely.to_geojson(_rounded(districts.geometry.to_numpy())))
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": shape}
        for code, shape in zip(districts["code"], shapes, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def _labels(districts: gpd.GeoDataFrame, names: Mapping[str, str]) -> list[dict[str, object]]:
    """Names at points within the districts, the smallest first: it is they that have no room to step aside."""
    shapes = districts.geometry.to_numpy()
    # The middle of the largest circle within: that is where there is most room.
    points = shapely.get_point(shapely.maximum_inscribed_circle(shapes, TOLERANCE), 0)
    codes = districts["code"].to_numpy()
    return [
        {
            "lat": round(float(points[place].y), PLACES),
            "lng": round(float(points[place].x), PLACES),
            "text": escape(names[codes[place]]),
        }
        for place in np.argsort(shapely.area(shapes), kind="stable")
    ]


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
    """Colours that differ; beyond the named ones, hues at equal distances."""
    if count <= len(HUES):
        return list(HUES[:count])
    return [f"hsl({place * 360 // count}, 55%, {65 if place % 2 else 45}%)" for place in range(count)]


def _classes(values: "pd.Series[float]", decimals: int) -> tuple[dict[str, str], Classes]:
    """Zero by itself unless there are values below it, the rest in the classes that map sheets have."""
    classes = classify(values.round(decimals), decimals)
    zero: Classes = [("0", ZERO)] if classes.has_zero else []
    return classes.colors(RAMP, ZERO), [*zero, *classes.legend(RAMP, decimals)]
