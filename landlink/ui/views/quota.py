"""Quota: policy, year and options; the quota table, a chart and the map that follow from them."""

from functools import partial

import pandas as pd
import streamlit as st

from landlink.city.facts import BASES
from landlink.plan.plan import Plan
from landlink.policy import BALANCING_RULES
from landlink.present.labels import MARK, label
from landlink.present.tables import QUOTA_SHOWN, column_status, decimals, shown_values, total
from landlink.schema import RESULTS
from landlink.texts import Lang, listed, text
from landlink.ui import charts, maps, state
from landlink.ui.derivation import derivation, popup

QUOTA_COLUMNS = tuple(column.name for column in RESULTS["quota"].columns if column.name not in ("code", "district"))
LEDGER_COLUMNS = ("stock_met_m2", "budget_m2", "need_m2", "granted_m2", "deficit_m2", "unassigned_m2")
# What the map can show, by name; a name stands in one of both tables only.
MAP_COLUMNS = {**dict.fromkeys(QUOTA_COLUMNS, "quota"), **dict.fromkeys(LEDGER_COLUMNS, "ledger")}
HEADLINE = ("settled", "entitlement_m2", "quota_m2", "stock_need_m2", "cut_m2")
HEIGHT = 430


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
    """Policy, year, basis, cap, rule, adjustment and offset in one row."""
    t, lang = state.texts(), state.lang()
    cells = st.columns([2.6, 1, 1.7, 1.4, 1.7, 1.2, 1.2])
    cells[0].selectbox(
        t("ui.quota.policy"),
        state.policies(),
        key="policy",
        on_change=state.follow_policy,
        format_func=lambda name: state.policy(name).title[lang],
    )
    cells[2].selectbox(t("ui.quota.basis"), BASES, key="basis", format_func=lambda name: t(f"model.basis.{name}"))
    cells[1].selectbox(t("ui.quota.year"), state.plan_years(), key="year")
    cells[3].number_input(t("ui.quota.cap"), 0.0, None, key="cap_ha", step=50.0, placeholder=t("ui.quota.cap_none"))
    cells[4].selectbox(
        t("ui.quota.rule"), BALANCING_RULES, key="rule", format_func=lambda name: t(f"model.rule.{name}")
    )
    cells[5].number_input(t("ui.quota.adjust"), -10.0, 10.0, key="adjust_pct", step=1.0)
    cells[6].number_input(t("ui.quota.offset"), 0.0, 1.0, key="offset_share", step=0.05)


def _headline(plan: Plan) -> None:
    t, explainer = state.texts(), state.explainer(plan, state.lang())
    cells = st.columns([1, 1, 1, 1, 1, 1.3], vertical_alignment="center")
    for cell, name in zip(cells, HEADLINE, strict=False):
        cell.metric(*total(explainer, "quota", name))
    with cells[5]:
        st.download_button(
            t("ui.quota.annex"),
            partial(state.annex_workbook, plan, state.lang()),
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
    layers = [_layer(plan, lang, column, st.session_state["district"])]
    if online.toggle(t("ui.quota.online"), key="online_base"):
        layers.insert(0, maps.online_base(*state.tiles()))
    bounds = state.boundaries().total_bounds
    clicked = maps.show(maps.base_map(tuple(bounds)), layers, key="quota-map", height=HEIGHT)
    if clicked and clicked != st.session_state["district"]:
        state.select(clicked)
        st.rerun()


def _layer(plan: Plan, lang: Lang, column: str, selected: str | None) -> maps.Layer:
    """Choropleth of a column, each district with the derivation of its figure."""
    boundaries = state.boundaries()
    explainer = state.explainer(plan, lang)
    table = MAP_COLUMNS[column]
    spec = RESULTS[table][column]
    values = shown_values(plan.table(table).set_index("code")[column], spec)
    if column == "cut_by":
        values = values.map(
            lambda rule: (
                listed((text(f"model.cut.{part}", lang) for part in rule), lang) or text("ui.quota.empty", lang)
            )
        )
    names = state.names(plan)
    popups = {code: popup(names[code], explainer.explain(table, code, column), lang) for code in names}
    status = column_status(explainer, table)[column]
    return maps.choropleth(
        boundaries,
        values,
        title=label(table, column, lang, unit=True),
        names=names,
        popups=popups,
        selected=selected,
        decimals=decimals(spec),
        note=""
        if status == "official"
        else text("ui.quota.rests_on", lang, status=text(f"model.status.{status}", lang)),
        no_data=text("ui.quota.no_data", lang),
    )


def _tabs(plan: Plan) -> None:
    t, lang = state.texts(), state.lang()
    table, chart, edit, derived = st.tabs(
        [t("ui.quota.table"), t("ui.quota.chart"), t("ui.quota.edit"), t("ui.quota.derivation")]
    )
    with table:
        _table(plan)
    with chart:
        _chart(plan)
    with edit:
        _edit()
    with derived:
        _derivation(plan)
    with st.expander(t("ui.quota.notes", count=len(plan.notes))):
        st.markdown("\n".join(f"- {note.text(lang)}" for note in plan.notes))


def _table(plan: Plan) -> None:
    t, lang = state.texts(), state.lang()
    names, status = state.names(plan), column_status(state.explainer(plan, lang), "quota")
    shown = pd.DataFrame({t("model.column.district"): [names[code] for code in plan.quota["code"]]})
    config = {}
    for name in QUOTA_SHOWN:
        spec = RESULTS["quota"][name]
        head = t(f"ui.short.{name}") + ("" if status[name] == "official" else MARK)
        shown[head] = shown_values(plan.quota[name], spec).to_numpy()
        config[head] = st.column_config.NumberColumn(
            format="localized" if not decimals(spec) else "%.2f", help=label("quota", name, lang, unit=True)
        )
    shown[t("model.column.cut_by")] = [
        listed((t(f"model.cut.{part}") for part in rule), lang) for rule in plan.quota["cut_by"]
    ]
    codes = list(plan.quota["code"])
    selected = st.session_state["district"]
    chosen = st.dataframe(
        shown,
        key=f"table-{selected}",
        hide_index=True,
        height=(len(shown) + 1) * 35 + 3,
        column_config={t("model.column.district"): st.column_config.TextColumn(pinned=True), **config},
        on_select="rerun",
        selection_mode="single-row",
        selection_default={"selection": {"rows": [codes.index(selected)] if selected in codes else []}},
    )
    st.caption(t("ui.quota.units"))
    rows = chosen["selection"]["rows"]
    if rows and codes[rows[0]] != selected:
        state.select(codes[rows[0]])
        st.rerun()


def _chart(plan: Plan) -> None:
    t, names, lang = state.texts(), state.names(plan), state.lang()
    parts = (("quota_m2", charts.QUOTA), ("stock_need_m2", charts.STOCK), ("cut_m2", charts.CUT))
    areas = pd.concat(
        pd.DataFrame(
            {
                "code": plan.quota["code"],
                "district": plan.quota["code"].map(names),
                "part": t(f"model.column.{name}"),
                "area_ha": shown_values(plan.quota[name], RESULTS["quota"][name]),
                "color": color,
            }
        )
        for name, color in parts
    )
    state.select_on_chart(charts.shares(areas, st.session_state["district"], t("ui.needs.area")), f"quota-chart-{lang}")


def _edit() -> None:
    """The district facts in a grid; what is typed replaces the city's data for this plan."""
    t, session = state.texts(), st.session_state
    key = f"editor-{session['year']}-{session['basis']}-{state.lang()}-{session.get('editor_round', 0)}"
    if key not in session:
        session["editor_start"] = state.editable(state.plan())
    start: pd.DataFrame = session["editor_start"]
    names = state.names(state.plan())
    st.data_editor(
        start.assign(district=start["code"].map(names))[
            ["district", "settled", "new_capacity_m2", "stock_available_m2"]
        ],
        key=key,
        on_change=lambda: state.edit(start, session[key]["edited_rows"]),
        hide_index=True,
        width="stretch",
        height=(len(start) + 1) * 35 + 3,
        disabled=["district"],
        placeholder="",
        column_config={
            "district": st.column_config.TextColumn(t("model.column.district")),
            "settled": st.column_config.NumberColumn(t("model.column.settled"), min_value=0, step=1, required=True),
            "new_capacity_m2": st.column_config.NumberColumn(t("ui.quota.capacity"), min_value=0.0, step=0.0001),
            "stock_available_m2": st.column_config.NumberColumn(
                t("ui.quota.stock_available"), min_value=0.0, step=0.0001
            ),
        },
    )
    st.caption(t("ui.quota.edit_hint"))
    st.button(t("ui.quota.reset"), icon=":material/undo:", on_click=state.reset_edits)


def _derivation(plan: Plan) -> None:
    t, lang, code = state.texts(), state.lang(), st.session_state["district"]
    names = state.names(plan)
    first, second = st.columns(2)
    first.selectbox(
        t("ui.quota.selected"),
        list(names),
        key="district",
        index=None,
        placeholder=t("ui.quota.none_selected"),
        format_func=names.__getitem__,
    )
    column = second.selectbox(
        t("ui.quota.figure"),
        list(MAP_COLUMNS),
        index=list(MAP_COLUMNS).index("quota_m2"),
        format_func=lambda name: label(MAP_COLUMNS[name], name, lang),
    )
    if code is None:
        st.caption(t("ui.quota.no_district"))
        return
    node = state.explainer(plan, lang).explain(MAP_COLUMNS[column], code, column)
    with st.container(height=HEIGHT - 60, border=False):
        st.html(derivation(node, lang))


if __name__ == "__main__":
    page()
