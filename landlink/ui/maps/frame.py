"""The frame of every map: a folium map that loads nothing from elsewhere, layers drawn by its scripts, and clicks."""

import json
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import folium
import streamlit as st
from branca.element import Element, MacroElement
from folium.template import Template
from streamlit.components.v1 import declare_component
from streamlit_folium import st_folium

ASSETS = Path(__file__).parents[1] / "assets"
# Streamlit serves a component's folder to every page. The map's own frame is a component too, hence the relative path.
_COMPONENT = "assets"
declare_component(_COMPONENT, path=ASSETS)
BASE = f"../{__name__}.{_COMPONENT}"
SCRIPTS = (
    ("leaflet", f"{BASE}/leaflet/leaflet.js"),
    ("landlink", f"{BASE}/landlink/map.js"),
    ("landlink_land", f"{BASE}/landlink/land.js"),
    ("landlink_sites", f"{BASE}/landlink/sites.js"),
    ("landlink_needs", f"{BASE}/landlink/needs.js"),
    ("landlink_access", f"{BASE}/landlink/access.js"),
)
STYLES = (("leaflet_css", f"{BASE}/leaflet/leaflet.css"), ("landlink_css", f"{BASE}/landlink/map.css"))
# Decimals of degrees: about 1 m.
PLACES = 5

Layer = folium.FeatureGroup
Bounds = tuple[float, float, float, float]


def base_map(bounds: Bounds) -> folium.Map:
    """Map without layers, whose script does not depend on the figures, so that centre and zoom stay.

    Parameters
    ----------
    bounds
        West, south, east and north of the first view, degrees.
    """
    west, south, east, north = (round(float(edge), PLACES) for edge in bounds)
    base = folium.Map(location=[(south + north) / 2, (west + east) / 2], tiles=None, zoom_snap=0.25)
    base.default_js = list(SCRIPTS)
    base.default_css = list(STYLES)
    call_on(base, "frame", [[south, west], [north, east]])
    return base


def online_base(url: str, attribution: str) -> Layer:
    """Base map from the internet, the lowest layer of a map; where its tiles do not load, the map lacks only them.

    Parameters
    ----------
    url
        Template of the tiles' addresses with ``{x}``, ``{y}`` and ``{z}``. 天地图 can be reached in China, with the
        user's own key; it is in CGCS2000 and fits the districts, which tiles in GCJ-02 do not:
        ``https://t0.tianditu.gov.cn/vec_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=vec&STYLE=default``
        ``&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=…``
    attribution
        Source of the tiles (HTML), shown on the map.
    """
    return call_layer("base", url, attribution)


def call_layer(function: str, *values: object) -> Layer:
    """Layer that a function of the map's scripts draws; it is called with the layer and the values."""
    group = folium.FeatureGroup()
    call_on(group, function, *values)
    return group


def call_on(element: Element, function: str, *values: object) -> None:
    """Call a function of the map's scripts on a map or layer, with its group if it has one, and with the values."""
    _Call(function, *values).add_to(element)


def clicked_district(base: folium.Map, layers: Sequence[Layer], *, key: str, height: int) -> str | None:
    """Draw a map and return the code of a district that was clicked since the last run.

    A click is returned once, so that it does not undo a selection that is made elsewhere afterwards.

    Parameters
    ----------
    base
        Map of :func:`base_map`.
    layers
        Layers from bottom to top; they are replaced on the map without loading it again.
    key
        Name of the map, unique within the app.
    height
        Pixels; the width is the container's.
    """
    clicked = _draw(base, layers, key, height, "last_active_drawing")
    state_key = f"{key}-clicked"
    if not clicked or clicked["properties"] == st.session_state.get(state_key):
        return None
    st.session_state[state_key] = clicked["properties"]
    return str(clicked["properties"]["code"])


def clicked_point(base: folium.Map, layers: Sequence[Layer], *, key: str, height: int) -> tuple[float, float] | None:
    """Draw a map and return the longitude and latitude of its last click; see :func:`clicked_district`."""
    clicked = _draw(base, layers, key, height, "last_clicked")
    return (clicked["lng"], clicked["lat"]) if clicked else None


class _Call(MacroElement):
    """Call of a function of ``assets/landlink/*.js`` on the element it is added to and, within a layer, its group."""

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


def _draw(base: folium.Map, layers: Sequence[Layer], key: str, height: int, returned: str) -> dict[str, Any]:
    """Draw a map and return what the browser says of clicks; panning and zooming do not re-run the page.

    streamlit-folium changes the objects that it draws, hence the copies: drawn a second time, they would load the map
    again or not at all.
    """
    answer = st_folium(
        deepcopy(base),
        key=key,
        height=height,
        use_container_width=True,
        feature_group_to_add=[deepcopy(layer) for layer in layers],
        returned_objects=[returned],
    )
    return (answer or {}).get(returned) or {}
