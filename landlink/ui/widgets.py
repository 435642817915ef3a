"""Widgets that several pages share."""

import altair as alt
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from landlink.plan.plan import Plan
from landlink.ui import charts, state
from landlink.ui.maps.frame import Layer, online_base

# Height of a chart, pixels.
_CHART_HEIGHT = 440
# Height of a table's row, pixels.
_ROW = 35
# Height of a table's border, pixels.
_BORDER = 3


def base_layers(cell: DeltaGenerator) -> list[Layer]:
    """Toggle of the online base map, and the layer that it switches on."""
    switched_on = cell.toggle(state.texts()("ui.quota.online"), key="online_base")
    return [online_base(*state.tiles())] if switched_on else []


def district_select(cell: DeltaGenerator, label: str, placeholder: str, plan: Plan) -> str | None:
    """Box in which a district is selected for every page."""
    names = plan.names(state.lang())
    code: str | None = cell.selectbox(
        label, list(names), key="district", index=None, placeholder=placeholder, format_func=names.__getitem__
    )
    return code


def chart_select(chart: alt.Chart, key: str) -> None:
    """Draw a chart in which a click selects a district for every page."""
    selected = st.session_state["district"]
    event = st.altair_chart(chart, width="stretch", height=_CHART_HEIGHT, on_select="rerun", key=f"{key}-{selected}")
    points = event["selection"].get(charts.DISTRICT) or []
    if points and points[0]["code"] != selected:
        state.select(points[0]["code"])
        st.rerun()


def table_height(rows: int) -> int:
    """Height at which a table shows its heading and so many rows, pixels."""
    return (rows + 1) * _ROW + _BORDER
