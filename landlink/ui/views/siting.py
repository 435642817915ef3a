"""Siting: which parcels to take for which facilities, solved in a process of its own and put into the plan."""

import math
import tempfile
import time
from pathlib import Path
from typing import Any

import streamlit as st

from landlink.access.cells import grid_of
from landlink.plan.chain import people_on_cells, siting_task
from landlink.plan.plan import Plan
from landlink.present import sites as present
from landlink.present.colors import facility_colors
from landlink.schema import PEOPLE, USABLE_SOURCES
from landlink.siting.request import CANDIDATES, Chosen, Wish
from landlink.siting.solver import Weights
from landlink.siting.worker import Solve
from landlink.ui import state
from landlink.ui.cache import supply as supplies
from landlink.ui.cache.supply import SupplyInputs
from landlink.ui.derivation import derivation
from landlink.ui.maps import sites as site_map
from landlink.ui.maps.files import publish_shapes
from landlink.ui.maps.frame import Layer, base_map, clicked_point
from landlink.ui.maps.pictures import corners
from landlink.ui.widgets import base_layers

# Height of the map, pixels.
MAP_HEIGHT = 480
# Height of the table of sites, pixels.
SITES_HEIGHT = 400
# Height of the table of provision, pixels.
PROVISION_HEIGHT = 420
# Height of a derivation, pixels.
DERIVATION_HEIGHT = 300
# Sides of the population cells to choose from, m.
CELLS_M = (200.0, 300.0, 500.0)
# Choice that shows the sites of all facilities.
ALL = "all"
# Sites that a legend has room for.
LEGEND = 11
# Largest weight of a term of the objective.
MAX_WEIGHT = 100_000.0
Pair = tuple[str, str]


def page() -> None:
    """Draw the page."""
    t, inputs = state.texts(), state.site_inputs()
    if inputs is None:
        st.info(t("ui.siting.no_land"))
        return
    plan = state.plan()
    if inputs.folder != state.folder():
        st.caption(t("ui.supply.example", folder=inputs.folder.name))
    _headline(plan)
    left, right = st.columns([6, 5], gap="medium")
    with left:
        _map(plan, inputs)
    with right:
        _tabs(plan, inputs)


def _headline(plan: Plan) -> None:
    if plan.siting is None:
        st.caption(state.texts()("ui.siting.none"))
        return
    metrics = present.headline(plan.siting, state.lang())
    for cell, metric in zip(st.columns(len(metrics)), metrics, strict=True):
        cell.metric(metric.label, metric.value, metric.detail or None, delta_color="off", delta_arrow="off")


def _map(plan: Plan, inputs: SupplyInputs) -> None:
    t, lang, session = state.texts(), state.lang(), st.session_state
    titles = plan.titles(lang)
    sited = set() if plan.siting is None else set(plan.siting.sites["facility"])
    facility_cell, online = st.columns([4, 1.4], vertical_alignment="bottom")
    facility = facility_cell.selectbox(
        t("ui.siting.show"),
        [ALL, *(name for name in titles if name in sited)],
        format_func=lambda name: t("ui.siting.all") if name == ALL else titles[name],
        key=f"siting-show-{len(sited)}-{lang}",
    )
    layers = [*base_layers(online), _layer(plan, inputs, facility)]
    base = base_map(tuple(plan.districts.total_bounds))
    point = clicked_point(base, layers, key="siting-map", height=MAP_HEIGHT)
    if point and point != session.get("site_clicked"):
        session["site_clicked"] = point
        if parcel := supplies.parcel_at(inputs, point):
            _select_parcel(plan, parcel)
            st.rerun()


def _select_parcel(plan: Plan, parcel: str) -> None:
    """Select a parcel, and the site on it if there is one."""
    st.session_state["siting_parcel"] = parcel
    if plan.siting is not None:
        sites = plan.siting.sites
        on_parcel = sites.loc[sites["parcel"] == parcel, "site"]
        if len(on_parcel):
            st.session_state["site"] = on_parcel.iloc[0]


def _layer(plan: Plan, inputs: SupplyInputs, facility: str) -> Layer:
    """Layer of the sites of all facilities, or of one with the cells that each of its sites serves."""
    t, lang, session = state.texts(), state.lang(), st.session_state
    chosen: Chosen | None = session.get("chosen")
    borders = supplies.borders_url(inputs)
    if plan.siting is None or chosen is None:
        url = site_map.publish_sites(plan.districts.iloc[:0].assign(site=""), {}, {}, {}, "")
        legend: dict[str, object] = {"title": t("ui.siting.no_sites"), "entries": []}
        return site_map.sites_layer(borders, url, "", [], "", legend=legend, selected=None)
    titles = plan.titles(lang)
    sites = plan.siting.sites
    sites = sites if facility == ALL else sites[sites["facility"] == facility]
    rows = sites.to_dict("records")
    served, bounds = "", []
    if facility == ALL:
        shades = facility_colors({kind.id: kind.group for kind in plan.facilities})
        colors = {row["site"]: shades[row["facility"]] for row in rows}
        sited = set(sites["facility"])
        entries = [{"label": titles[name], "color": shades[name]} for name in titles if name in sited]
    else:
        colors = site_map.site_colors(sites)
        names = plan.names(lang)
        entries = [
            {"label": f"{row['site']} {names[row['code']]}", "color": colors[row["site"]]} for row in rows[:LEGEND]
        ]
        grid = grid_of(supplies.land(inputs).districts, session["siting_cell"])
        catchments = chosen.catchments[chosen.catchments["site"].isin(sites["site"])]
        served, bounds = site_map.served_picture(catchments, grid, colors), corners(grid)
    note = t("ui.quota.rests_on", status=t(f"model.status.{plan.siting.data_status}"))
    url = site_map.publish_sites(
        sites,
        colors,
        {row["site"]: f"{row['site']} · {titles[row['facility']]}" for row in rows},
        {row["site"]: present.popup_rows(plan, row, lang) for row in rows},
        note,
    )
    title = t("ui.siting.all_sites") if facility == ALL else titles[facility]
    return site_map.sites_layer(
        borders,
        url,
        served,
        bounds,
        session.get("candidates_url", ""),
        legend={"title": title, "entries": entries, "note": note},
        selected=session.get("site"),
    )


def _tabs(plan: Plan, inputs: SupplyInputs) -> None:
    t = state.texts()
    solve, sites, provision, why = st.tabs([t(f"ui.siting.{name}") for name in ("solve", "table", "provision", "why")])
    with solve:
        if st.session_state.get("solve") is None:
            _ask(plan, inputs)
        else:
            _progress()
    with sites:
        _sites(plan)
    with provision:
        _provision(plan)
    with why:
        _why(plan)


def _ask(plan: Plan, inputs: SupplyInputs) -> None:
    """What to site, for whom and on which land; the button that starts the solve."""
    t, lang, session = state.texts(), state.lang(), st.session_state
    titles = plan.titles(lang)
    facilities = st.multiselect(
        t("ui.siting.facilities"),
        plan.rules.with_radius,
        default=plan.rules.with_radius,
        format_func=titles.__getitem__,
        key=f"siting_facilities-{lang}",
    )
    left, right = st.columns(2)
    group = left.segmented_control(
        t("ui.siting.group"),
        PEOPLE,
        default=PEOPLE[1],
        format_func=lambda name: t(f"model.people.{name}"),
        required=True,
        key="siting_group",
    )
    sources = right.multiselect(
        t("model.column.land_source"),
        USABLE_SOURCES,
        default=USABLE_SOURCES,
        format_func=lambda name: t(f"model.land_source.{name}"),
        key=f"siting_sources-{lang}",
    )
    weights = _weights()
    with st.expander(t("ui.siting.more")):
        cells = st.columns(4)
        cell_m = cells[0].selectbox(t("ui.siting.cell"), CELLS_M, format_func=lambda size: f"{size:.0f}")
        candidates = cells[1].number_input(t("ui.siting.candidates"), 10, 5_000, CANDIDATES, step=100)
        seconds = cells[2].number_input(t("ui.siting.seconds"), 5, 3_600, 60, step=10)
        gap_pct = cells[3].number_input(t("ui.siting.wanted_gap"), 0.0, 20.0, 1.0, step=0.5)
        housing = cells[0].number_input(t("ui.siting.housing"), 0.0, 1.0, 0.0, step=0.1)
        jobs = cells[1].number_input(t("ui.siting.jobs"), 0.0, 1.0, 0.0, step=0.1)
        split = cells[2].toggle(t("ui.siting.split"))
        existing = cells[3].toggle(t("ui.siting.existing"), value=True)
    fixed, barred = (_pairs(plan, name) for name in ("fixed", "barred"))
    wish = Wish(tuple(facilities), group, weights, tuple(sources), split, existing, int(candidates), fixed, barred)
    if st.button(t("ui.siting.run"), type="primary", disabled=not facilities, icon=":material/play_arrow:"):
        with st.spinner(t("ui.siting.preparing")):
            supply = supplies.supply(inputs)
            people = people_on_cells(plan, supply.land, cell_m=cell_m, housing_share=housing, jobs_share=jobs)
            task = siting_task(plan, supply, people, wish)
            session["siting_cell"] = cell_m
            session["candidates_url"] = publish_shapes(task.parcels.representative_point())
            folder = Path(tempfile.mkdtemp(prefix="landlink-solve-"))
            session["solve"] = Solve(task, folder, {"time_limit": seconds, "gap": gap_pct / 100})
        st.rerun()
    if plan.siting is not None and st.button(t("ui.siting.clear")):
        session["chosen"] = session["site"] = None
        st.rerun()


def _weights() -> Weights:
    """Weights of the objective's terms."""
    t, default = state.texts(), Weights()
    with st.expander(t("ui.siting.weights")):
        weights = [
            cell.number_input(
                t(f"ui.siting.term.{name}"), 0.0, MAX_WEIGHT, float(getattr(default, name)), key=f"siting_{name}"
            )
            for cell, name in zip(st.columns(4), Weights.__slots__, strict=True)
        ]
        st.caption(t("ui.siting.weights_hint"))
    return Weights(*weights)


def _pairs(plan: Plan, name: str) -> tuple[Pair, ...]:
    """Pairs of parcel and facility that are ``fixed`` or ``barred``, in a box where each can be taken back."""
    session = st.session_state
    pairs: list[Pair] = session.setdefault(f"siting_{name}", [])
    if not pairs:
        return ()
    titles = plan.titles(state.lang())
    kept = st.multiselect(
        state.texts()(f"ui.siting.{name}"),
        pairs,
        default=pairs,
        format_func=lambda pair: f"{pair[0]} · {titles[pair[1]]}",
        key=f"siting-{name}-{len(pairs)}-{state.lang()}",
    )
    if len(kept) < len(pairs):
        session[f"siting_{name}"] = kept
        st.rerun()
    return tuple(kept)


@st.fragment(run_every=1.0)
def _progress() -> None:
    """Show the progress of the solve; when it has ended, its sites enter the plan."""
    t, session = state.texts(), st.session_state
    solve: Solve | None = session.get("solve")
    if solve is None:
        return
    progress = solve.progress()
    if not solve.running:
        session["solve"] = None
        session["chosen"] = solve.result()
        session["site"] = None
        st.rerun()
    st.info(t("ui.siting.solving"), icon=":material/hourglass_top:")
    figures = {
        "objective": progress.objective if progress else math.inf,
        "bound": progress.bound if progress else math.inf,
        "gap": progress.gap if progress else math.inf,
        "elapsed": time.time() - solve.started,
    }
    for cell, (name, value) in zip(st.columns(len(figures)), figures.items(), strict=True):
        cell.metric(t(f"ui.siting.{name}"), present.progress(name, value))
    if st.button(t("ui.siting.stop"), icon=":material/stop:"):
        solve.stop()


def _sites(plan: Plan) -> None:
    t, session = state.texts(), st.session_state
    if plan.siting is None:
        st.caption(t("ui.siting.none"))
        return
    event = st.dataframe(
        present.sites_table(plan, plan.siting, state.lang()),
        hide_index=True,
        height=SITES_HEIGHT,
        on_select="rerun",
        selection_mode="single-row",
        key="sites-table",
    )
    rows, sites = event["selection"]["rows"], plan.siting.sites
    if rows and sites["site"].iloc[rows[0]] != session.get("site"):
        session["site"], session["siting_parcel"] = sites[["site", "parcel"]].iloc[rows[0]]
        st.rerun()
    st.caption(t("ui.siting.table_hint"))


def _provision(plan: Plan) -> None:
    t = state.texts()
    if plan.siting is None:
        st.caption(t("ui.siting.none"))
        return
    table = present.provision_table(plan, plan.siting, state.lang(), st.session_state["district"])
    st.dataframe(table, hide_index=True, height=PROVISION_HEIGHT)
    st.caption(t("ui.siting.provision_hint"))


def _why(plan: Plan) -> None:
    """Why the selected site was chosen, and whether the selected parcel must or must not be."""
    t, lang, session = state.texts(), state.lang(), st.session_state
    if plan.siting is not None:
        sites = plan.siting.sites
        for site in sites[sites["site"] == session.get("site")].to_dict("records"):
            _derivation(plan, site)
    parcel = session.get("siting_parcel")
    if parcel is None:
        st.caption(t("ui.siting.choose"))
        return
    titles = plan.titles(lang)
    facility = st.selectbox(
        t("ui.siting.for_parcel", parcel=parcel),
        plan.rules.with_radius,
        format_func=titles.__getitem__,
        key=f"siting_facility-{lang}",
    )
    for cell, name in zip(st.columns(2), ("fixed", "barred"), strict=True):
        if cell.button(t(f"ui.siting.make_{name}")):
            _demand((parcel, facility), name)
            st.toast(t("ui.siting.run_again"))
            st.rerun()


def _demand(pair: Pair, name: str) -> None:
    """Fix or bar a pair of parcel and facility; it cannot be both."""
    session = st.session_state
    for demand in ("fixed", "barred"):
        others = [other for other in session.get(f"siting_{demand}", []) if other != pair]
        session[f"siting_{demand}"] = [*others, pair] if demand == name else others


def _derivation(plan: Plan, site: dict[str, Any]) -> None:
    lang, explainer = state.lang(), state.explainer(plan)
    st.markdown(f"**{site['site']} · {plan.titles(lang)[site['facility']]} · {site['parcel']}**")
    st.markdown(present.next_best(site, lang))
    with st.container(height=DERIVATION_HEIGHT, border=False):
        for column in ("served", "site_m2"):
            node = explainer.explain("sites", site["code"], column, site=site["site"])
            st.html(derivation(node, lang))


if __name__ == "__main__":
    page()
