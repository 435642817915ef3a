"""Overview: the plan's targets, its headline figures and what to know of the data."""

import pandas as pd
import streamlit as st

from landlink.evaluate import gap, targets
from landlink.ui import state
from landlink.ui.charts import rates
from landlink.units import ha, wan


def page() -> None:
    """Draw the page."""
    t, lang = state.texts(), state.lang()
    policy, city = state.policy(st.session_state["policy"]), state.city()
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader(t("ui.overview.targets"))
        _targets(targets(city, policy), gap(city, policy))
        plan = state.plan()
        values = {
            "year": plan.options.year,
            "policy": policy.title[lang],
            "basis": t(f"model.basis.{plan.options.basis}"),
        }
        st.subheader(t("ui.overview.headline", **values))
        totals = plan.totals()
        figures = ("settled", "entitlement_m2", "quota_m2", "stock_need_m2", "need_m2", "deficit_m2")
        names = ("settled", "entitlement", "quota", "stock", "need", "deficit")
        for row in (0, 3):
            for column, figure, name in zip(st.columns(3), figures[row : row + 3], names[row : row + 3], strict=True):
                value = f"{wan(totals[figure])} {t('model.unit.wan')}"
                if figure != "settled":
                    value = f"{ha(totals[figure]):,} {t('model.unit.ha')}"
                column.metric(t(f"ui.overview.{name}"), value, border=True)
        st.info("\n".join(f"- {note.text(lang)}" for note in plan.notes), icon=":material/info:")
    with right:
        series = gap(city, policy)
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
        target = f"{t('ui.overview.target', year=row['target_year'])}：{_value(row['target'], row['unit'])}"
        column.metric(
            name,
            value,
            state_of,
            delta_color="off",
            delta_arrow="off",
            border=True,
            help=row["target_source"],
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
        return f"{wan(int(value))} {t('model.unit.wan')}"
    return f"{value:.2f} {t(f'model.unit.{unit}')}"


if __name__ == "__main__":
    page()
