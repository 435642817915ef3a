"""Overview: the plan's targets, its headline figures and what to know of the data."""

from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from landlink.present.tables import people, total
from landlink.texts import pick
from landlink.ui import state
from landlink.ui.charts import rates
from landlink.years.targets import gap, targets

HEADLINE = (
    (("quota", "settled"), ("quota", "entitlement_m2"), ("quota", "quota_m2")),
    (("quota", "stock_need_m2"), ("ledger", "need_m2"), ("ledger", "deficit_m2")),
)


def page() -> None:
    """Draw the page."""
    t, lang = state.texts(), state.lang()
    policy, city = state.policy(st.session_state["policy"]), state.city()
    rules = policy.on(datetime.now(UTC).date().isoformat())
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader(t("ui.overview.targets"))
        _targets(targets(city, rules), gap(city, rules))
        plan = state.plan()
        values = {
            "year": plan.options.year,
            "policy": policy.title[lang],
            "basis": t(f"model.basis.{plan.options.basis}"),
        }
        st.subheader(t("ui.overview.headline", **values))
        explainer = state.explainer(plan, lang)
        for row in HEADLINE:
            for cell, (table, name) in zip(st.columns(len(row)), row, strict=True):
                cell.metric(*total(explainer, table, name), border=True)
        st.caption(t("ui.mark"))
        st.info("\n".join(f"- {note.text(lang)}" for note in plan.notes), icon=":material/info:")
    with right:
        series = gap(city, rules)
        if len(series):
            st.subheader(t("ui.overview.series"))
            st.altair_chart(rates(series, t), width="stretch")
        st.subheader(t("ui.overview.steps"))
        st.markdown(t("ui.overview.steps_text"))


def _targets(table: pd.DataFrame, series: pd.DataFrame) -> None:
    t = state.texts()
    if table.empty:
        st.caption(t("ui.overview.no_targets"))
        return
    for column, row in zip(st.columns(len(table)), table.to_dict("records"), strict=True):
        name = t(f"ui.overview.{row['indicator']}")
        if pd.isna(row["actual"]):
            state_of, value = t("ui.overview.unknown"), "—"
        else:
            reached = row["reached"]
            year = None if pd.isna(row["reached_year"]) else int(row["reached_year"])
            state_of = t("ui.overview.reached", year=year) if reached else t("ui.overview.not_reached")
            value = _value(row["actual"], row["unit"])
        target = t("ui.overview.target", year=row["target_year"], value=_value(row["target"], row["unit"]))
        column.metric(
            name,
            value,
            state_of,
            delta_color="off",
            delta_arrow="off",
            border=True,
            help=pick(row["target_source"], state.lang()),
        )
        column.caption(target)
    if len(series):
        last = series.iloc[-1]
        values = {
            "year": int(last["year"]),
            "gap": f"{last['gap']:.2f}",
            "share": f"{last['base_share_at_most']:.2f}",
        }
        st.caption(t("ui.overview.gap_hint", **values))


def _value(value: float, unit: str) -> str:
    t = state.texts()
    if unit == "person":
        return people(int(value), state.lang())
    return f"{value:.2f} {t(f'model.unit.{unit}')}"


if __name__ == "__main__":
    page()
