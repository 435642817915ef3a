"""Needs: land for each facility by district, what is granted of it, and the deficits."""

import pandas as pd
import streamlit as st

from landlink.plan.plan import Plan
from landlink.present.labels import label
from landlink.present.tables import column_status, decimals, shown_values, total
from landlink.schema import RESULTS
from landlink.ui import charts, state
from landlink.ui.derivation import derivation

TABLE_COLUMNS = ("persons", "units", "land_m2", "granted_m2", "deficit_m2")
MEASURES = ("land_m2", "granted_m2", "deficit_m2")
HEADLINE = ("budget_m2", "need_m2", "granted_m2", "deficit_m2", "unassigned_m2")
FIGURES = ("land_m2", "units", "persons", "granted_m2", "deficit_m2")


def page() -> None:
    """Draw the page."""
    plan = state.plan()
    _headline(plan)
    left, right = st.columns([5, 6], gap="medium")
    with left:
        _chart(plan)
    with right:
        _details(plan)


def _headline(plan: Plan) -> None:
    explainer = state.explainer(plan, state.lang())
    for cell, name in zip(st.columns(len(HEADLINE)), HEADLINE, strict=True):
        cell.metric(*total(explainer, "ledger", name))


def _chart(plan: Plan) -> None:
    t, lang, names = state.texts(), state.lang(), state.names(plan)
    measure = st.segmented_control(
        t("ui.needs.measure"),
        MEASURES,
        key="measure",
        default=MEASURES[0],
        format_func=lambda name: t(f"model.column.{name}"),
        required=True,
    )
    titles = plan.titles(lang)
    colors = charts.facility_colors({facility.id: facility.group for facility in plan.facilities})
    areas = pd.DataFrame(
        {
            "code": plan.needs["code"],
            "district": plan.needs["code"].map(names),
            "part": plan.needs["facility"].map(titles),
            "area_ha": shown_values(plan.needs[measure], RESULTS["needs"][measure]),
            "color": plan.needs["facility"].map(colors),
        }
    )
    st.caption(t("ui.needs.by_facility"))
    state.select_on_chart(
        charts.shares(areas, st.session_state["district"], t("ui.needs.area")),
        f"needs-chart-{lang}-{measure}",
    )
    st.caption(t("ui.needs.order"))


def _details(plan: Plan) -> None:
    t, lang, names = state.texts(), state.lang(), state.names(plan)
    status = column_status(state.explainer(plan, lang), "needs")
    district, facility = st.columns(2)
    code = district.selectbox(
        t("ui.needs.district"),
        list(names),
        key="district",
        index=None,
        placeholder=t("ui.needs.all"),
        format_func=names.__getitem__,
    )
    titles = {found.id: found.title[lang] for found in plan.facilities}
    table, derived = st.tabs([t("ui.needs.table"), t("ui.quota.derivation")])
    with table:
        rows = plan.needs if code is None else plan.needs[plan.needs["code"] == code]
        shown = pd.DataFrame({t("ui.needs.facility"): rows["facility"].map(titles)})
        if code is None:
            shown.insert(0, t("model.column.district"), rows["code"].map(names))
        config = {}
        for name in TABLE_COLUMNS:
            spec = RESULTS["needs"][name]
            head = label("needs", name, lang, status=status[name])
            shown[head] = shown_values(rows[name], spec)
            config[head] = st.column_config.NumberColumn(format="%.2f" if decimals(spec) else "localized")
        height = (min(len(shown), 12) + 1) * 35 + 3
        st.dataframe(shown, hide_index=True, height=height, column_config=config)
        st.caption(t("ui.quota.units"))
    with derived:
        chosen = facility.selectbox(
            t("ui.needs.facility"), list(titles), format_func=titles.__getitem__, key="facility"
        )
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
        else:
            node = state.explainer(plan, lang).explain("needs", code, column, facility=chosen)
            with st.container(height=400, border=False):
                st.html(derivation(node, lang))


if __name__ == "__main__":
    page()
