"""Siting: which parcels to take for which facilities, solved beside the page and put into the plan."""

import math
import tempfile
import time
from pathlib import Path

import pandas as pd
import streamlit as st

from landlink.access.cells import grid_of
from landlink.plan.chain import people_on_cells, siting_task
from landlink.plan.derivation import Explainer
from landlink.plan.plan import Plan
from landlink.present.tables import proof
from landlink.schema import PEOPLE, RESULTS, USABLE_SOURCES
from landlink.siting.request import CANDIDATES, Chosen, Wish
from landlink.siting.solver import Weights
from landlink.siting.worker import Solve
from landlink.ui import access_map, charts, land_map, land_state, maps, site_map, state
from landlink.ui.derivation import derivation
from landlink.ui.site_shown import popup_rows, shown
from landlink.units import ha

HEIGHT = 480
SHOWN = (
    "site",
    "district",
    "facility",
    "parcel",
    "units",
    "served",
    "mean_m",
    "site_m2",
    "land_source",
    "score",
    "instead",
)
PROVISION = ("district", "facility", "persons", "served_existing", "served_new", "unserved", "granted_m2", "sited_m2")
_CELLS_M = (200.0, 300.0, 500.0)
_ALL = "all"
# Sites that a legend has room for.
_LEGEND = 11


def page() -> None:
    """Draw the page."""
    t = state.texts()
    at = land_state.look()
    if at is None:
        st.info(t("ui.siting.no_land"))
        return
    plan = state.plan()
    if at.folder != state.folder():
        st.caption(t("ui.supply.example", folder=at.folder.name))
    _headline(plan)
    left, right = st.columns([6, 5], gap="medium")
    with left:
        _map(plan, at)
    with right:
        _tabs(plan, at)


def _headline(plan: Plan) -> None:
    t = state.texts()
    if plan.siting is None:
        st.caption(t("ui.siting.none"))
        return
    siting = plan.siting
    sums = siting.provision[["persons", "served_existing", "served_new", "unserved"]].sum()
    cells = st.columns(5)
    mark = "" if siting.data_status == "official" else f" {t(f'model.status.{siting.data_status}')}"
    cells[0].metric(t("ui.siting.sites"), f"{len(siting.sites):,}")
    area = t("model.unit.beside", name=t("model.column.site_m2"), unit=f"{t('model.unit.ha')}{mark}")
    cells[1].metric(area, f"{ha(int(siting.sites['site_m2'].sum())):,}")
    persons = max(int(sums["persons"]), 1)
    for cell, name in zip(cells[2:4], ("served_existing", "served_new"), strict=True):
        cell.metric(
            t(f"model.column.{name}"),
            f"{sums[name]:,}",
            f"{100 * sums[name] / persons:.1f} %",
            delta_color="off",
            delta_arrow="off",
        )
    cells[4].metric(
        t("ui.siting.gap"),
        f"{100 * siting.gap:.2f} %",
        proof(siting, state.lang())["status"],
        delta_color="off",
        delta_arrow="off",
    )


def _map(plan: Plan, at: land_state.Look) -> None:
    t, lang = state.texts(), state.lang()
    titles = plan.titles(lang)
    there = [] if plan.siting is None else [name for name in titles if (plan.siting.sites["facility"] == name).any()]
    which, online = st.columns([4, 1.4], vertical_alignment="bottom")
    facility = which.selectbox(
        t("ui.siting.show"),
        [_ALL, *there],
        format_func=lambda name: t("ui.siting.all") if name == _ALL else titles[name],
        key=f"siting-show-{len(there)}-{lang}",
    )
    layers = [_layer(plan, at, facility)]
    if online.toggle(t("ui.quota.online"), key="online_base"):
        layers.insert(0, maps.online_base(*state.tiles()))
    place = land_map.show(maps.base_map(tuple(plan.districts.total_bounds)), layers, key="siting-map", height=HEIGHT)
    if place and place != st.session_state.get("site_clicked"):
        st.session_state["site_clicked"] = place
        parcel = land_state.parcel_at(at, place)
        if parcel is not None and plan.siting is not None:
            own = plan.siting.sites.loc[plan.siting.sites["parcel"] == parcel, "site"]
            st.session_state["site"] = own.iloc[0] if len(own) else st.session_state.get("site")
        if parcel is not None:
            st.session_state["siting_parcel"] = parcel
            st.rerun()


def _layer(plan: Plan, at: land_state.Look, facility: str) -> maps.Layer:
    t, lang = state.texts(), state.lang()
    titles = {one.id: one.title[lang] for one in plan.facilities}
    chosen: Chosen | None = st.session_state.get("chosen")
    if plan.siting is None or chosen is None:
        url = site_map.sites_file(_no_sites(plan), {}, {}, {}, "")
        legend: dict[str, object] = {"title": t("ui.siting.no_sites"), "entries": []}
        return site_map.sites_layer(land_state.borders_url(at), url, "", [], "", legend=legend, selected=None)
    sites = plan.siting.sites
    sites = sites if facility == _ALL else sites[sites["facility"] == facility]
    served, bounds = "", []
    if facility == _ALL:
        by_kind = charts.facility_colors({one.id: one.group for one in plan.facilities})
        colors = {row["site"]: by_kind[row["facility"]] for row in sites.to_dict("records")}
        entries = [
            {"label": titles[name], "color": by_kind[name]} for name in titles if (sites["facility"] == name).any()
        ]
    else:
        colors = site_map.site_colors(sites)
        names = state.names(plan)
        entries = [
            {"label": f"{row['site']} {names[row['code']]}", "color": colors[row["site"]]}
            for row in sites.head(_LEGEND).to_dict("records")
        ]
        own = chosen.catchments[chosen.catchments["site"].isin(sites["site"])]
        grid = grid_of(land_state.land(at).districts, st.session_state["siting_cell"])
        served, bounds = site_map.served_picture(own, grid, colors), access_map.corners(grid)
    note = t("ui.quota.rests_on", status=t(f"model.status.{plan.siting.data_status}"))
    rows = {row["site"]: popup_rows(plan, row) for row in sites.to_dict("records")}
    heads = {row["site"]: f"{row['site']} · {titles[row['facility']]}" for row in sites.to_dict("records")}
    url = site_map.sites_file(sites, colors, heads, rows, note)
    title = t("ui.siting.all_sites") if facility == _ALL else titles[facility]
    legend = {"title": title, "entries": entries, "note": note}
    return site_map.sites_layer(
        land_state.borders_url(at),
        url,
        served,
        bounds,
        st.session_state.get("candidates_url", ""),
        legend=legend,
        selected=st.session_state.get("site"),
    )


def _no_sites(plan: Plan) -> "pd.DataFrame":
    return plan.districts.iloc[:0].assign(site="")


def _tabs(plan: Plan, at: land_state.Look) -> None:
    t = state.texts()
    solving, listed, provided, why = st.tabs(
        [t(f"ui.siting.{name}") for name in ("solve", "table", "provision", "why")]
    )
    with solving:
        _solve(plan, at)
    with listed:
        _table(plan)
    with provided:
        _provision(plan)
    with why:
        _why(plan)


def _solve(plan: Plan, at: land_state.Look) -> None:
    running: Solve | None = st.session_state.get("solve")
    if running is not None:
        _progress()
        return
    t, lang = state.texts(), state.lang()
    titles = {name: plan.titles(lang)[name] for name in plan.rules.with_radius}
    facilities = st.multiselect(
        t("ui.siting.facilities"),
        list(titles),
        default=list(titles),
        format_func=titles.__getitem__,
        key=f"siting_facilities-{state.lang()}",
    )
    one, two = st.columns(2)
    group = one.segmented_control(
        t("ui.siting.group"),
        PEOPLE,
        default=PEOPLE[1],
        format_func=lambda name: t(f"model.people.{name}"),
        required=True,
        key="siting_group",
    )
    sources = two.multiselect(
        t("model.column.land_source"),
        USABLE_SOURCES,
        default=USABLE_SOURCES,
        format_func=lambda name: t(f"model.land_source.{name}"),
        key=f"siting_sources-{state.lang()}",
    )
    with st.expander(t("ui.siting.weights")):
        start = Weights()
        cells = st.columns(4)
        weights = [
            cell.number_input(
                t(f"ui.siting.term.{name}"), 0.0, 100_000.0, float(getattr(start, name)), key=f"siting_{name}"
            )
            for cell, name in zip(cells, Weights.__slots__, strict=True)
        ]
        st.caption(t("ui.siting.weights_hint"))
    with st.expander(t("ui.siting.more")):
        cells = st.columns(4)
        cell_m = cells[0].selectbox(t("ui.siting.cell"), _CELLS_M, format_func=lambda size: f"{size:.0f}")
        candidates = cells[1].number_input(t("ui.siting.candidates"), 10, 5_000, CANDIDATES, step=100)
        seconds = cells[2].number_input(t("ui.siting.seconds"), 5, 3_600, 60, step=10)
        gap = cells[3].number_input(t("ui.siting.wanted_gap"), 0.0, 20.0, 1.0, step=0.5)
        housing = cells[0].number_input(t("ui.siting.housing"), 0.0, 1.0, 0.0, step=0.1)
        jobs = cells[1].number_input(t("ui.siting.jobs"), 0.0, 1.0, 0.0, step=0.1)
        split = cells[2].toggle(t("ui.siting.split"))
        existing = cells[3].toggle(t("ui.siting.existing"), value=True)
    fixed, barred = (_pairs(name) for name in ("fixed", "barred"))
    wish = Wish(
        tuple(facilities), group, Weights(*weights), tuple(sources), split, existing, int(candidates), fixed, barred
    )
    if st.button(t("ui.siting.run"), type="primary", disabled=not facilities, icon=":material/play_arrow:"):
        with st.spinner(t("ui.siting.preparing")):
            found = land_state.found(at)
            cells = people_on_cells(plan, found.land, cell_m=cell_m, housing_share=housing, jobs_share=jobs)
            task = siting_task(plan, found, cells, wish)
            folder = Path(tempfile.mkdtemp(prefix="landlink-solve-"))
            st.session_state["siting_cell"] = cell_m
            st.session_state["candidates_url"] = access_map.points_file(task.parcels.representative_point())
            st.session_state["solve"] = Solve(task, folder, {"time_limit": seconds, "gap": gap / 100})
        st.rerun()
    if plan.siting is not None and st.button(t("ui.siting.clear")):
        st.session_state["chosen"] = st.session_state["site"] = None
        st.rerun()


def _pairs(name: str) -> tuple[tuple[str, str], ...]:
    """Pairs of parcel and facility that have been fixed or barred, each of which can be taken back."""
    given = st.session_state.setdefault(f"siting_{name}", [])
    if not given:
        return ()
    t = state.texts()
    plan = state.plan()
    kept = st.multiselect(
        t(f"ui.siting.{name}"),
        given,
        default=given,
        format_func=lambda pair: f"{pair[0]} · {plan.rules.standard(pair[1]).facility.title[state.lang()]}",
        key=f"siting-{name}-{len(given)}-{state.lang()}",
    )
    if len(kept) < len(given):
        st.session_state[f"siting_{name}"] = kept
        st.rerun()
    return tuple(kept)


@st.fragment(run_every=1.0)
def _progress() -> None:
    """Show how far the solve has come; when it has ended its sites enter the plan."""
    t = state.texts()
    solve: Solve | None = st.session_state.get("solve")
    if solve is None:
        return
    told = solve.progress()
    if not solve.running:
        st.session_state["solve"] = None
        st.session_state["chosen"] = solve.result()
        st.session_state["site"] = None
        st.rerun()
    st.info(t("ui.siting.solving"), icon=":material/hourglass_top:")
    cells = st.columns(4)
    figures = {
        "objective": told.objective if told else math.inf,
        "bound": told.bound if told else -math.inf,
        "gap": told.gap if told else math.inf,
        "elapsed": time.time() - solve.started,
    }
    for cell, (name, value) in zip(cells, figures.items(), strict=True):
        text = "—" if not math.isfinite(value) else f"{100 * value:.2f} %" if name == "gap" else f"{value:,.1f}"
        cell.metric(t(f"ui.siting.{name}"), text)
    if st.button(t("ui.siting.stop"), icon=":material/stop:"):
        solve.stop()


def _table(plan: Plan) -> None:
    t = state.texts()
    if plan.siting is None:
        st.caption(t("ui.siting.none"))
        return
    sites = plan.siting.sites
    rows = [{name: shown(plan, name, row) for name in SHOWN} for row in sites.to_dict("records")]
    table = pd.DataFrame(rows, columns=list(SHOWN)).rename(columns={name: t(f"model.column.{name}") for name in SHOWN})
    event = st.dataframe(
        table, hide_index=True, height=400, on_select="rerun", selection_mode="single-row", key="sites-table"
    )
    picked = event["selection"]["rows"]
    if picked and sites["site"].iloc[picked[0]] != st.session_state.get("site"):
        st.session_state["site"] = sites["site"].iloc[picked[0]]
        st.session_state["siting_parcel"] = sites["parcel"].iloc[picked[0]]
        st.rerun()
    st.caption(t("ui.siting.table_hint"))


def _provision(plan: Plan) -> None:
    t = state.texts()
    if plan.siting is None:
        st.caption(t("ui.siting.none"))
        return
    table = plan.siting.provision
    code = st.session_state["district"]
    table = table if code is None else table[table["code"] == code]
    listed = pd.DataFrame({name: [shown(plan, name, row) for row in table.to_dict("records")] for name in PROVISION})
    areas = [name for name in PROVISION if RESULTS["provision"][name].unit == "m2"]
    listed[areas] = listed[areas].map(lambda area: float(ha(int(area))))
    listed["unsited_by"] = [t(f"model.unsited.{reason}") if reason else "" for reason in table["unsited_by"]]
    heads = {name: t(f"model.column.{name}") for name in listed.columns}
    st.dataframe(listed.rename(columns=heads), hide_index=True, height=420)
    st.caption(t("ui.siting.provision_hint"))


def _why(plan: Plan) -> None:
    """Why a site is here and not elsewhere, and what the user wants instead."""
    t, lang = state.texts(), state.lang()
    parcel = st.session_state.get("siting_parcel")
    if plan.siting is not None:
        rows = plan.siting.sites[plan.siting.sites["site"] == st.session_state.get("site")]
        if len(rows):
            _derive(plan, rows.iloc[0].to_dict(), state.explainer(plan, lang))
    if parcel is None:
        st.caption(t("ui.siting.choose"))
        return
    titles = {name: plan.titles(lang)[name] for name in plan.rules.with_radius}
    facility = st.selectbox(
        t("ui.siting.for_parcel", parcel=parcel),
        list(titles),
        format_func=titles.__getitem__,
        key=f"siting_facility-{state.lang()}",
    )
    fix, bar = st.columns(2)
    for cell, name, other in ((fix, "fixed", "barred"), (bar, "barred", "fixed")):
        if cell.button(t(f"ui.siting.make_{name}")):
            pair = (parcel, facility)
            for key, wanted in ((name, True), (other, False)):
                given = [one for one in st.session_state.get(f"siting_{key}", []) if one != pair]
                st.session_state[f"siting_{key}"] = [*given, pair] if wanted else given
            st.toast(t("ui.siting.run_again"))
            st.rerun()


def _derive(plan: Plan, site: dict[str, object], explainer: Explainer) -> None:
    t = state.texts()
    st.markdown(f"**{site['site']} · {shown(plan, 'facility', site)} · {site['parcel']}**")
    if site["instead"]:
        st.markdown(
            t(
                "ui.siting.next_best",
                parcel=site["instead"],
                persons=f"{int(str(site['instead_unserved'])):+,}",
                metres=f"{float(str(site['instead_m'])):+,.0f}",
            )
        )
    else:
        st.markdown(t("ui.siting.no_next"))
    with st.container(height=300, border=False):
        for column in ("served", "site_m2"):
            node = explainer.explain("sites", str(site["code"]), column, site=str(site["site"]))
            st.html(derivation(node, state.lang()))


if __name__ == "__main__":
    page()
