"""The tab of the quota page on the next step: distances, base pairs, and existing land scaled to the built-up area."""

import pandas as pd
import streamlit as st

from landlink.plan.plan import Plan
from landlink.present.labels import rests_on
from landlink.present.steps import built_up_text, view_table
from landlink.present.tables import column_status
from landlink.ui import state
from landlink.ui.widgets import table_height

# Format of numbers: areas are exact to the m², 0.0001 ha.
_EXACT = "%.4f"


def steps(plan: Plan) -> None:
    """Draw the tab's tables."""
    t, lang = state.texts(), state.lang()
    _draw(view_table(plan, "steps", lang))
    status = column_status(state.explainer(plan), "quota")["per_capita_stock_m2"]
    st.caption(" ".join(part for part in (t("ui.quota.steps_hint"), rests_on(status, lang)) if part))
    if plan.options.base_year is not None:
        st.subheader(t("model.table.base"))
        _draw(view_table(plan, "base", lang))
    said = built_up_text(plan, lang)
    if said:
        st.subheader(t("model.table.scaled"))
        st.markdown(said)
        _draw(view_table(plan, "scaled", lang))


def _draw(table: pd.DataFrame) -> None:
    """Draw a table whose first column stays in sight."""
    first, *rest = table.columns
    areas = [name for name in rest if table[name].dtype == "float64"]
    st.dataframe(
        table,
        hide_index=True,
        height=table_height(len(table)),
        column_config={
            first: st.column_config.TextColumn(pinned=True),
            **{name: st.column_config.NumberColumn(format=_EXACT) for name in areas},
        },
    )
