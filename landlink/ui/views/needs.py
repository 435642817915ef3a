"""Needs: land for each facility by district, how much of it is granted, and the deficits."""

import pandas as pd
import streamlit as st

from landlink.plan.plan import Plan
from landlink.present.colors import facility_colors
from landlink.present.labels import label
from landlink.present.tables import column_status, decimals, shown_values, total
from landlink.schema import RESULTS
from landlink.ui import charts, state
from landlink.ui.derivation import derivation
from landlink.ui.widgets import chart_select, district_select, table_height

TABLE_COLUMNS = ("persons", "units", "land_m2", "granted_m2", "deficit_m2")
MEASURES = ("land_m2", "granted_m2", "deficit_m2")
HEADLINE = ("budget_m2", "need_m2", "granted_m2", "deficit_m2", "other_m2")
FIGURES = ("land_m2", "units", "persons", "granted_m2", "deficit_m2")
# Rows that the table shows without scrolling.
ROWS_SHOWN = 12
# Height of a derivation, pixels.
DERIVATION_HEIGHT = 400


def page() -> None:
    """Draw the page."""
    plan = state.plan()
    explainer = state.explainer(plan)
    for cell, name in zip(st.columns(len(HEADLINE)), HEADLINE, strict=True):
        cell.metric(*total(explainer, "ledger", name))
    left, right = st.columns([5, 6], gap="medium")
    with left:
        _chart(plan)
    with right:
        _details(plan)


def _chart(plan: Plan) -> None:
    t, lang = state.texts(), state.lang()
    measure = st.segmented_control(
        t("ui.needs.measure"),
        MEASURES,
        key="measure",
        default=MEASURES[0],
        format_func=lambda name: t(f"model.column.{name}"),
        required=True,
    )
    colors = facility_colors({facility.id: facility.group for facility in plan.facilities})
    areas = pd.DataFrame(
        {
            "code": plan.needs["code"],
            "district": plan.needs["code"].map(plan.names(lang)),
            "part": plan.needs["facility"].map(plan.titles(lang)),
            "area_ha": shown_values(plan.needs[measure], RESULTS["needs"][measure]),
            "color": plan.needs["facility"].map(colors),
        }
    )
    st.caption(t("ui.needs.by_facility"))
    chart = charts.shares(areas, st.session_state["district"], t("ui.needs.area"))
    chart_select(chart, f"needs-chart-{lang}-{measure}")
    st.caption(t("ui.needs.order"))


def _details(plan: Plan) -> None:
    t = state.texts()
    district, facility = st.columns(2)
    code = district_select(district, t("ui.needs.district"), t("ui.needs.all"), plan)
    titles = plan.titles(state.lang())
    table, derived = st.tabs([t("ui.needs.table"), t("ui.quota.derivation")])
    with table:
        _table(plan, code)
    with derived:
        name = facility.selectbox(t("ui.needs.facility"), list(titles), format_func=titles.__getitem__, key="facility")
        _derivation(plan, code, name)


def _table(plan: Plan, code: str | None) -> None:
    t, lang = state.texts(), state.lang()
    status = column_status(state.explainer(plan), "needs")
    rows = plan.needs if code is None else plan.needs[plan.needs["code"] == code]
    shown = pd.DataFrame({t("ui.needs.facility"): rows["facility"].map(plan.titles(lang))})
    if code is None:
        shown.insert(0, t("model.column.district"), rows["code"].map(plan.names(lang)))
    config = {}
    for name in TABLE_COLUMNS:
        spec = RESULTS["needs"][name]
        heading = label("needs", name, lang, status=status[name])
        shown[heading] = shown_values(rows[name], spec)
        config[heading] = st.column_config.NumberColumn(format="%.2f" if decimals(spec) else "localized")
    st.dataframe(shown, hide_index=True, height=table_height(min(len(shown), ROWS_SHOWN)), column_config=config)
    st.caption(t("ui.quota.units"))


def _derivation(plan: Plan, code: str | None, facility: str) -> None:
    t = state.texts()
    column = st.segmented_control(
        t("ui.quota.figure"),
        FIGURES,
        default=FIGURES[0],
        key="needs_figure",
        format_func=lambda name: t(f"model.column.{name}"),
        required=True,
    )
    if code is None:
        st.caption(t("ui.quota.no_district"))
        return
    node = state.explainer(plan).explain("needs", code, column, facility=facility)
    with st.container(height=DERIVATION_HEIGHT, border=False):
        st.html(derivation(node, state.lang()))


if __name__ == "__main__":
    page()
