"""Needs: land for facilities by district on the map, how much of it is granted, and the land that it lies on."""

import pandas as pd
import streamlit as st

from landlink.errors import DataError
from landlink.plan.plan import Plan
from landlink.present import needs as present
from landlink.present.colors import facility_colors
from landlink.present.housing import housing_text
from landlink.present.needs import ALL, MEASURES, Subject
from landlink.present.tables import shown_values, total
from landlink.schema import RESULTS
from landlink.ui import charts, state
from landlink.ui.cache import needs as maps
from landlink.ui.derivation import derivation
from landlink.ui.maps.frame import Layer, base_map, clicked_district
from landlink.ui.maps.needs import MODES
from landlink.ui.widgets import base_layers, chart_select, district_select, table_height

HEADLINE = ("budget_m2", "need_m2", "granted_m2", "deficit_m2", "other_m2")
# Height of the map, pixels.
MAP_HEIGHT = 560
# Rows that a table shows without scrolling.
ROWS_SHOWN = 12
# Height of a derivation, pixels.
DERIVATION_HEIGHT = 440


def page() -> None:
    """Draw the page."""
    plan = state.plan()
    explainer = state.explainer(plan)
    for cell, name in zip(st.columns(len(HEADLINE)), HEADLINE, strict=True):
        cell.metric(*total(explainer, "ledger", name))
    subjects = present.subjects(plan, state.lang())
    if st.session_state["needs_subject"] not in subjects:
        st.session_state["needs_subject"] = ALL
    _choices(subjects)
    subject = subjects[st.session_state["needs_subject"]]
    left, right = st.columns([9, 5])
    with left:
        _map(plan)
    with right:
        _details(plan, subject)
    _chart(plan, subject)


def _choices(subjects: dict[str, Subject]) -> None:
    """Subject, measure and mode of the map in one row."""
    t, lang = state.texts(), state.lang()
    cells = st.columns([2, 4.6, 2.4], vertical_alignment="bottom")
    cells[0].selectbox(
        t("ui.needs.about"), list(subjects), key="needs_subject", format_func=lambda name: subjects[name].title
    )
    cells[1].segmented_control(
        t("ui.needs.measure"),
        list(MEASURES),
        key="needs_measure",
        format_func=lambda name: present.short_label(name, lang),
        required=True,
    )
    cells[2].segmented_control(
        t("ui.needs.mode"), MODES, key="needs_mode", format_func=lambda name: t(f"ui.needs.modes.{name}"), required=True
    )


def _map(plan: Plan) -> None:
    """The map, and below it what else it shows."""
    t, session, folder = state.texts(), st.session_state, state.folder()
    above = st.container()
    facilities, online, note = st.columns([1.9, 1.6, 2.4], vertical_alignment="center")
    facilities.toggle(t("ui.needs.existing"), key="needs_existing", help=t("ui.needs.existing_help"))
    below = base_layers(online)
    existing = maps.existing_of(folder) if session["needs_existing"] else None
    if existing and existing.folder != folder:
        note.caption(t("ui.supply.example", folder=existing.folder.name))
    elif session["needs_existing"] and existing is None:
        note.caption(t("ui.needs.no_existing"))
    with above:
        layers = _layers(plan, existing)
        base = base_map(tuple(state.boundaries().total_bounds))
        clicked = clicked_district(base, [*below, *layers], key="needs-map", height=MAP_HEIGHT)
    if clicked and clicked != session["district"]:
        state.select(clicked)
        st.rerun()


def _layers(plan: Plan, existing: maps.Existing | None) -> list[Layer]:
    """Layers of what is chosen; without facilities where their layer is at fault, which is said."""
    session = st.session_state
    choice = (session["needs_subject"], session["needs_measure"], session["needs_mode"])
    shown = maps.Shown(*choice, state.lang(), session["district"], existing)
    try:
        return maps.needs_map(plan, state.folder(), state.stamp(), shown)
    except DataError as error:
        st.warning("\n".join(f"- {fault.text(state.lang())}" for fault in error.faults))
        return maps.needs_map(plan, state.folder(), state.stamp(), shown._replace(existing=None))


def _details(plan: Plan, subject: Subject) -> None:
    t, explainer = state.texts(), state.explainer(plan)
    code = district_select(st.container(), t("ui.needs.district"), t("ui.needs.all"), plan)
    table, land, derived = st.tabs([t("ui.needs.table"), t("ui.needs.account"), t("ui.quota.derivation")])
    with table:
        _grid(present.needs_table(explainer, subject, code))
    with land:
        _grid(present.account_table(explainer) if code is None else present.sources_table(explainer, code))
        st.caption(t("ui.needs.account_hint"))
    with derived:
        _derivation(plan, subject, code)


def _grid(table: pd.DataFrame) -> None:
    """Table with areas to 0.01 ha and all else in whole numbers."""
    first, *others = table.columns
    config = {first: st.column_config.TextColumn(pinned=True)}
    for name in others:
        if pd.api.types.is_numeric_dtype(table[name]):
            is_area = pd.api.types.is_float_dtype(table[name])
            config[name] = st.column_config.NumberColumn(format="%.2f" if is_area else "localized")
    height = table_height(min(len(table), ROWS_SHOWN))
    st.dataframe(table, hide_index=True, height=height, column_config=config, placeholder="—")
    st.caption(state.texts()("ui.quota.units"))


def _derivation(plan: Plan, subject: Subject, code: str | None) -> None:
    """Derivation of the district's figure on the map, and of each figure that it adds up."""
    if code is None:
        st.caption(state.texts()("ui.quota.no_district"))
        return
    lang, explainer, measure = state.lang(), state.explainer(plan), st.session_state["needs_measure"]
    with st.container(height=DERIVATION_HEIGHT, border=False):
        st.html(derivation(present.derived(explainer, subject, measure, code), lang))
        for node in present.addends(explainer, subject, measure, code):
            st.html(derivation(node, lang, open_to=0))


def _chart(plan: Plan, subject: Subject) -> None:
    t, lang, measure = state.texts(), state.lang(), st.session_state["needs_measure"]
    colors = facility_colors({facility.id: facility.group for facility in plan.facilities})
    rows = plan.needs[plan.needs["facility"].isin(subject.facilities)]
    areas = pd.DataFrame(
        {
            "code": rows["code"],
            "district": rows["code"].map(plan.names(lang)),
            "part": rows["facility"].map(plan.titles(lang)),
            "area_ha": shown_values(rows[measure], RESULTS["needs"][measure]),
            "color": rows["facility"].map(colors),
        }
    )
    st.caption(t("ui.needs.by_facility", measure=present.short_label(measure, lang)))
    chart = charts.shares(areas, st.session_state["district"], t("ui.needs.area"))
    chart_select(chart, f"needs-chart-{lang}-{measure}-{subject.id}")
    st.caption(t("ui.needs.order"))
    st.caption(housing_text(plan, lang, st.session_state["district"] or None))


if __name__ == "__main__":
    page()
