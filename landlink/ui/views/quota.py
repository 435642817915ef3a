"""Quota: policy, year and options; the quota table, a chart and the map that follow from them."""

from functools import partial

import pandas as pd
import streamlit as st

from landlink.city.edits import EDITABLE
from landlink.city.facts import BASES
from landlink.plan.plan import Plan
from landlink.policy import BALANCING_RULES
from landlink.present.edits import editable
from landlink.present.labels import MARK, cuts_label, fact_label, fact_unit, label, rests_on, with_unit
from landlink.present.tables import QUOTA_SHOWN, column_status, decimals, shown_values, total
from landlink.schema import FACTS, RESULTS
from landlink.ui import charts, state
from landlink.ui.cache.plan import annex_workbook
from landlink.ui.derivation import derivation, popup
from landlink.ui.maps.districts import choropleth
from landlink.ui.maps.frame import Layer, base_map, clicked_district
from landlink.ui.steps import steps
from landlink.ui.widgets import base_layers, chart_select, district_select, table_height

QUOTA_COLUMNS = tuple(name for name in RESULTS["quota"].names if name not in ("code", "district"))
# Columns that the map can show, with their tables; one that both tables have is the quota table's.
MAP_COLUMNS = dict.fromkeys(QUOTA_COLUMNS, "quota") | {
    name: "ledger" for name in RESULTS["ledger"].names if name not in RESULTS["quota"].names
}
# Columns whose totals stand above the map.
HEADLINE = ("settled", "entitlement_m2", "quota_m2", "stock_need_m2", "cut_m2")
# Smallest step of an edited fact by its unit: a person, a square metre; of other units 0.01.
STEPS = {"person": 1, "ha": 0.0001}
# Height of the map, pixels.
MAP_HEIGHT = 430
# Height of a derivation, pixels.
DERIVATION_HEIGHT = 370


def page() -> None:
    """Draw the page."""
    _options()
    plan = state.plan()
    _headline(plan)
    left, right = st.columns([5, 6], gap="medium")
    with left:
        _map(plan)
    with right:
        _tabs(plan)


def _options() -> None:
    """Policy, year, basis, base year, cap, rule, adjustment and offset in one row."""
    t, lang = state.texts(), state.lang()
    cells = st.columns([2.6, 1, 1.7, 1.2, 1.4, 1.7, 1.2, 1.2])
    cells[0].selectbox(
        t("ui.quota.policy"),
        state.policies(),
        key="policy",
        on_change=state.follow_policy,
        format_func=lambda name: state.policy(name).title[lang],
    )
    cells[2].selectbox(t("ui.quota.basis"), BASES, key="basis", format_func=lambda name: t(f"model.basis.{name}"))
    cells[1].selectbox(t("ui.quota.year"), state.plan_years(), key="year")
    cells[3].selectbox(
        t("ui.quota.base_year"),
        [state.AUTOMATIC, *state.base_years()],
        key="base_year",
        format_func=lambda year: t("ui.quota.base_auto") if year == state.AUTOMATIC else str(year),
    )
    cells[4].number_input(t("ui.quota.cap"), 0.0, None, key="cap_ha", step=50.0, placeholder=t("ui.quota.cap_none"))
    cells[5].selectbox(
        t("ui.quota.rule"), BALANCING_RULES, key="rule", format_func=lambda name: t(f"model.rule.{name}")
    )
    cells[6].number_input(t("ui.quota.adjust"), -10.0, 10.0, key="adjust_pct", step=1.0)
    cells[7].number_input(t("ui.quota.offset"), 0.0, 1.0, key="offset_share", step=0.05)


def _headline(plan: Plan) -> None:
    t, explainer = state.texts(), state.explainer(plan)
    *cells, last = st.columns([1, 1, 1, 1, 1, 1.3], vertical_alignment="center")
    for cell, name in zip(cells, HEADLINE, strict=True):
        cell.metric(*total(explainer, "quota", name))
    last.download_button(
        t("ui.quota.annex"),
        partial(annex_workbook, plan, state.lang()),
        t("ui.quota.annex_file"),
        icon=":material/download:",
        on_click="ignore",
    )


def _map(plan: Plan) -> None:
    t, lang = state.texts(), state.lang()
    choose, online = st.columns([3, 1.2], vertical_alignment="bottom")
    column = choose.selectbox(
        t("ui.quota.map_column"),
        list(MAP_COLUMNS),
        key="column",
        format_func=lambda name: label(MAP_COLUMNS[name], name, lang, unit=True),
    )
    layers = [*base_layers(online), _layer(plan, column)]
    base = base_map(tuple(state.boundaries().total_bounds))
    clicked = clicked_district(base, layers, key="quota-map", height=MAP_HEIGHT)
    if clicked and clicked != st.session_state["district"]:
        state.select(clicked)
        st.rerun()


def _layer(plan: Plan, column: str) -> Layer:
    """Choropleth of a column, with the derivation of each district's figure in its popup."""
    t, lang, explainer = state.texts(), state.lang(), state.explainer(plan)
    table = MAP_COLUMNS[column]
    spec = RESULTS[table][column]
    values = shown_values(plan.table(table).set_index("code")[column], spec)
    if column == "cut_by":
        values = values.map(lambda rules: cuts_label(rules, lang) or t("ui.quota.empty"))
    names = plan.names(lang)
    return choropleth(
        state.boundaries(),
        values,
        title=label(table, column, lang, unit=True),
        names=names,
        popups={code: popup(names[code], explainer.explain(table, code, column), lang) for code in names},
        selected=st.session_state["district"],
        decimals=decimals(spec),
        note=rests_on(column_status(explainer, table)[column], lang),
        no_data=t("ui.quota.no_data"),
    )


def _tabs(plan: Plan) -> None:
    t = state.texts()
    table, chart, edit, derived, next_step = st.tabs(
        [t(f"ui.quota.{name}") for name in ("table", "chart", "edit", "derivation", "steps")]
    )
    with table:
        _table(plan)
    with chart:
        _chart(plan)
    with edit:
        _edit(plan)
    with derived:
        _derivation(plan)
    with next_step:
        steps(plan)
    with st.expander(t("ui.quota.notes", count=len(plan.notes))):
        st.markdown("\n".join(f"- {note.text(state.lang())}" for note in plan.notes))


def _table(plan: Plan) -> None:
    t, lang = state.texts(), state.lang()
    names, status = plan.names(lang), column_status(state.explainer(plan), "quota")
    shown = pd.DataFrame({t("model.column.district"): [names[code] for code in plan.quota["code"]]})
    config = {t("model.column.district"): st.column_config.TextColumn(pinned=True)}
    for name in QUOTA_SHOWN:
        spec = RESULTS["quota"][name]
        heading = t(f"ui.short.{name}") + ("" if status[name] == "official" else MARK)
        shown[heading] = shown_values(plan.quota[name], spec).to_numpy()
        config[heading] = st.column_config.NumberColumn(
            format="localized" if not decimals(spec) else "%.2f", help=label("quota", name, lang, unit=True)
        )
    shown[t("model.column.cut_by")] = [cuts_label(rules, lang) for rules in plan.quota["cut_by"]]
    codes, selected = list(plan.quota["code"]), st.session_state["district"]
    event = st.dataframe(
        shown,
        key=f"table-{selected}",
        hide_index=True,
        height=table_height(len(shown)),
        column_config=config,
        on_select="rerun",
        selection_mode="single-row",
        selection_default={"selection": {"rows": [codes.index(selected)] if selected in codes else []}},
    )
    st.caption(t("ui.quota.units"))
    rows = event["selection"]["rows"]
    if rows and codes[rows[0]] != selected:
        state.select(codes[rows[0]])
        st.rerun()


def _chart(plan: Plan) -> None:
    t, lang = state.texts(), state.lang()
    parts = (("quota_m2", charts.QUOTA), ("stock_need_m2", charts.STOCK), ("cut_m2", charts.CUT))
    areas = pd.concat(
        pd.DataFrame(
            {
                "code": plan.quota["code"],
                "district": plan.quota["code"].map(plan.names(lang)),
                "part": t(f"model.column.{name}"),
                "area_ha": shown_values(plan.quota[name], RESULTS["quota"][name]),
                "color": color,
            }
        )
        for name, color in parts
    )
    chart_select(charts.shares(areas, st.session_state["district"], t("ui.needs.area")), f"quota-chart-{lang}")


def _edit(plan: Plan) -> None:
    """District facts in a grid; an edited cell replaces the city's data in this plan."""
    t, session = state.texts(), st.session_state
    key = f"editor-{session['year']}-{session['basis']}-{state.lang()}-{session.get('editor_round', 0)}"
    if key not in session:
        session["editor_facts"] = editable(plan)
    facts: pd.DataFrame = session["editor_facts"]
    lang = state.lang()
    st.data_editor(
        facts.assign(district=facts["code"].map(plan.names(lang)))[["district", *EDITABLE]],
        key=key,
        on_change=lambda: state.edit(facts, session[key]["edited_rows"]),
        hide_index=True,
        width="stretch",
        height=table_height(len(facts)),
        disabled=["district"],
        placeholder="",
        column_config={
            "district": st.column_config.TextColumn(t("model.column.district")),
            **{
                name: st.column_config.NumberColumn(
                    with_unit(fact_label(name, lang), fact_unit(name), lang),
                    min_value=0,
                    step=STEPS.get(fact_unit(name), 0.01),
                    required=FACTS[name].required,
                )
                for name in EDITABLE
            },
        },
    )
    st.caption(t("ui.quota.edit_hint"))
    st.button(t("ui.quota.reset"), icon=":material/undo:", on_click=state.reset_edits)


def _derivation(plan: Plan) -> None:
    t, lang = state.texts(), state.lang()
    first, second = st.columns(2)
    code = district_select(first, t("ui.quota.selected"), t("ui.quota.none_selected"), plan)
    column = second.selectbox(
        t("ui.quota.figure"),
        list(MAP_COLUMNS),
        index=list(MAP_COLUMNS).index("quota_m2"),
        format_func=lambda name: label(MAP_COLUMNS[name], name, lang),
    )
    if code is None:
        st.caption(t("ui.quota.no_district"))
        return
    node = state.explainer(plan).explain(MAP_COLUMNS[column], code, column)
    with st.container(height=DERIVATION_HEIGHT, border=False):
        st.html(derivation(node, lang))


if __name__ == "__main__":
    page()
