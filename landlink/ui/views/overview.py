"""Overview: the plan's targets, its headline figures, and notes on the data."""

from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from landlink.plan.plan import Plan
from landlink.present.tables import total
from landlink.present.targets import gap_note, shown_targets
from landlink.ui import state
from landlink.ui.charts import rates
from landlink.years.targets import gap, targets

HEADLINE = (
    (("quota", "settled"), ("quota", "entitlement_m2"), ("quota", "quota_m2")),
    (("quota", "stock_need_m2"), ("ledger", "need_m2"), ("ledger", "deficit_m2")),
)


def page() -> None:
    """Draw the page."""
    t, city = state.texts(), state.city()
    rules = state.policy(st.session_state["policy"]).on(datetime.now(UTC).date().isoformat())
    series = gap(city, rules)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader(t("ui.overview.targets"))
        _targets(targets(city, rules), series)
        _headline(state.plan())
    with right:
        if len(series):
            st.subheader(t("ui.overview.series"))
            st.altair_chart(rates(series, t), width="stretch")
        st.subheader(t("ui.overview.steps"))
        st.markdown(t("ui.overview.steps_text"))


def _targets(table: pd.DataFrame, series: pd.DataFrame) -> None:
    t, lang = state.texts(), state.lang()
    if table.empty:
        st.caption(t("ui.overview.no_targets"))
        return
    shown = shown_targets(table, lang)
    for cell, target in zip(st.columns(len(shown)), shown, strict=True):
        cell.metric(
            target.name,
            target.actual,
            target.reached,
            delta_color="off",
            delta_arrow="off",
            border=True,
            help=target.source,
        )
        cell.caption(target.target)
    if note := gap_note(series, lang):
        st.caption(note)


def _headline(plan: Plan) -> None:
    t, lang, explainer = state.texts(), state.lang(), state.explainer(plan)
    basis = t(f"model.basis.{plan.options.basis}")
    policy = state.policy(st.session_state["policy"]).title[lang]
    st.subheader(t("ui.overview.headline", year=plan.options.year, policy=policy, basis=basis))
    for row in HEADLINE:
        for cell, (table, name) in zip(st.columns(len(row)), row, strict=True):
            cell.metric(*total(explainer, table, name), border=True)
    st.caption(t("ui.mark"))
    st.info("\n".join(f"- {note.text(lang)}" for note in plan.notes), icon=":material/info:")


if __name__ == "__main__":
    page()
