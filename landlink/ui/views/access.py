"""Access: who is served by which facility and how well, before the plan's sites and with them."""

from itertools import pairwise

import numpy as np
import pandas as pd
import streamlit as st
from pyproj import Transformer

from landlink.access import METHODS
from landlink.access.cells import CELL_M, grid_of, on_grid
from landlink.access.service import DECAYS, TRAVEL, How, Service
from landlink.crs import CGCS2000
from landlink.files import csv_bytes
from landlink.plan.plan import Plan
from landlink.schema import PEOPLE
from landlink.ui import access_map, charts, land_map, land_state, maps, service_state, state

HEIGHT = 480
SHOWN = ("before", "after", "change", "nearest", "short")
# Classes of access as shares of the standard, and of its change; of the nearest facility as shares of the radius.
OF_STANDARD = (1e-9, 0.25, 0.5, 0.75, 1.0, 1.5)
OF_CHANGE = (-1e-6, 1e-6, 0.1, 0.25, 0.5)
OF_RADIUS = (0.25, 0.5, 0.75, 1.0, 2.0, 4.0)


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
    facility, group, how, shares = _choices(plan)
    with st.spinner(t("ui.access.computing")):
        found = service_state.measured(plan, at, facility, how, shares)
    _headline(plan, found, group)
    left, right = st.columns([6, 5], gap="medium")
    with left:
        _map(plan, at, found)
    with right:
        _tabs(plan, at, found, group)


def _choices(plan: Plan) -> tuple[str, str, How, tuple[float, float]]:
    t, lang = state.texts(), state.lang()
    titles = {name: plan.titles(lang)[name] for name in plan.rules.with_radius}
    cells = st.columns([2.2, 2.4, 1.4, 1.4, 1.4, 1, 1], vertical_alignment="bottom")
    facility = cells[0].selectbox(
        t("model.column.facility"), list(titles), format_func=titles.__getitem__, key=f"access_facility-{state.lang()}"
    )
    group = cells[1].segmented_control(
        t("ui.access.group"),
        PEOPLE,
        default=PEOPLE[0],
        format_func=lambda name: t(f"model.people.{name}"),
        key="access_group",
        required=True,
    )
    method = cells[2].selectbox(t("ui.access.method"), METHODS, index=1, format_func=str.upper, key="access_method")
    decay = cells[3].selectbox(
        t("ui.access.decay"),
        DECAYS,
        format_func=lambda name: t(f"ui.access.decays.{name}"),
        key=f"access_decay-{state.lang()}",
        disabled=method == METHODS[0],
    )
    travel = cells[4].selectbox(
        t("ui.access.travel"),
        TRAVEL,
        format_func=lambda name: t(f"ui.access.travels.{name}"),
        key=f"access_travel-{state.lang()}",
    )
    housing = cells[5].number_input(t("ui.siting.housing"), 0.0, 1.0, 0.0, step=0.1, key="access_housing")
    jobs = cells[6].number_input(t("ui.siting.jobs"), 0.0, 1.0 - housing, 0.0, step=0.1, key="access_jobs")
    return facility, group, How(method=method, decay=decay, travel=travel), (housing, jobs)


def _headline(plan: Plan, found: Service, group: str) -> None:
    t = state.texts()
    table = found.table(None)
    own = table[table["group"] == group].set_index("when")
    mark = "" if found.status == "official" else f" {t(f'model.status.{found.status}')}"
    unit = t("ui.access.per_1000", unit=plan.rules.standard(found.facility).facility.unit[state.lang()])
    labels = {
        "covered": t("ui.access.covered", radius=f"{found.radius_m:,.0f}") + mark,
        "short_persons": t("ui.access.short"),
        "access": f"{t('ui.access.mean')} ({unit})",
        "gini": t("ui.access.gini"),
        "palma": t("ui.access.palma"),
    }
    for cell, (name, label) in zip(st.columns(len(labels)), labels.items(), strict=True):
        before, after = (_told(name, float(own.loc[when, name]), found.standard) for when in ("before", "after"))
        delta = t("ui.access.after_sites", value=after) if found.sites else None
        cell.metric(label, before, delta, delta_color="off", delta_arrow="off", help=t(f"ui.access.help.{name}"))


def _told(name: str, value: float, standard: float) -> str:
    if not np.isfinite(value):
        return "—"
    shown = {
        "covered": f"{100 * value:.1f} %",
        "short_persons": f"{value:,.0f}",
        "access": f"{value:.4g} / {standard:g}",
    }
    return shown.get(name, f"{value:.3f}")


def _map(plan: Plan, at: land_state.Look, found: Service) -> None:
    t = state.texts()
    which, swipe, online = st.columns([4, 1.7, 1.3], vertical_alignment="bottom")
    choices = SHOWN if found.sites else tuple(name for name in SHOWN if name not in ("after", "change"))
    mode = which.segmented_control(
        t("ui.access.show"),
        choices,
        default=choices[0],
        format_func=lambda name: t(f"ui.access.shows.{name}"),
        key=f"access-show-{bool(found.sites)}",
        required=True,
        help=None if found.sites else t("ui.access.no_sites"),
    )
    swiped = swipe.toggle(
        t("ui.access.swipe"), key="access_swipe", disabled=not found.sites, help=t("ui.access.no_sites")
    )
    modes = ("before", "after") if swiped and found.sites and mode in ("before", "after") else (mode,)
    layers = [_layer(plan, at, found, modes)]
    if online.toggle(t("ui.quota.online"), key="online_base"):
        layers.insert(0, maps.online_base(*state.tiles()))
    place = land_map.show(maps.base_map(tuple(plan.districts.total_bounds)), layers, key="access-map", height=HEIGHT)
    if place and place != st.session_state.get("access_place"):
        st.session_state["access_place"] = place
        st.rerun()


def _layer(plan: Plan, at: land_state.Look, found: Service, modes: tuple[str, ...]) -> maps.Layer:
    t, lang = state.texts(), state.lang()
    pictures = []
    for mode in modes:
        url, colors, labels = _picture(at, found, mode)
        pictures.append(url)
    unit = plan.rules.standard(found.facility).facility.unit[lang]
    note = "" if found.status == "official" else t("ui.quota.rests_on", status=t(f"model.status.{found.status}"))
    legend = {
        "title": " / ".join(t(f"ui.access.shows.{mode}") for mode in modes),
        "unit": t("ui.access.of_standard", standard=f"{found.standard:g}", unit=unit),
        "entries": [{"label": label, "color": color} for label, color in zip(labels, colors, strict=True)],
        "note": note,
    }
    points = [{"url": _facilities_url(at, found.facility), "color": access_map.FACILITY, "radius": 1.8}]
    if found.sites and plan.siting is not None and modes[-1] != "before":
        chosen = plan.siting.sites[plan.siting.sites["facility"] == found.facility]
        url = access_map.points_file(chosen.representative_point())
        points.append({"url": url, "color": access_map.SITE, "radius": 5})
    place = st.session_state.get("access_place")
    return access_map.access_layer(
        pictures,
        _corners(at),
        land_state.borders_url(at),
        points,
        legend=legend,
        swipe=t("ui.access.swipe"),
        place=None if place is None else [place[1], place[0]],
    )


def _picture(at: land_state.Look, found: Service, mode: str) -> tuple[str, tuple[str, ...], list[str]]:
    """Address of a picture of the cells, with the classes' colours and labels."""
    cells, standard = found.cells, max(found.standard, 1e-12)
    edges: tuple[float, ...]
    colors: tuple[str, ...]
    if mode == "nearest":
        column = "nearest_after_m" if found.sites else "nearest_before_m"
        values, edges, colors = cells[column].fillna(np.inf) / found.radius_m, OF_RADIUS, access_map.RAMP[::-1]
        bounds = [f"{share * found.radius_m:,.0f} m" for share in edges]
    elif mode == "change":
        values = (cells["access_after"] - cells["access_before"]) / standard
        edges, colors = OF_CHANGE, access_map.CHANGE
        bounds = [f"{100 * share:+.0f} %" for share in edges]
    elif mode == "short":
        column = "access_after" if found.sites else "access_before"
        values = (cells[column] / standard >= 1 - 1e-12).astype("float64")
        edges, colors, bounds = (0.5,), (access_map.SITE, access_map.RAMP[2]), []
    else:
        values, edges, colors = cells[f"access_{mode}"] / standard, OF_STANDARD, access_map.RAMP
        bounds = [f"{100 * share:.0f} %" for share in edges]
    grid = grid_of(land_state.land(at).districts, CELL_M)
    url = access_map.picture(grid, on_grid(grid, cells, values), edges, colors)
    return url, colors, _labels(mode, bounds)


def _labels(mode: str, bounds: list[str]) -> list[str]:
    t = state.texts()
    if mode == "short":
        return [t("ui.access.below"), t("ui.access.reached")]
    between = [f"{low} – {high}" for low, high in pairwise(bounds)]
    if mode in ("before", "after"):
        return [t("ui.access.nothing"), f"< {bounds[1]}", *between[1:], f"≥ {bounds[-1]}"]
    if mode == "change":
        return [t("ui.access.less"), t("ui.access.same"), f"< {bounds[2]}", *between[2:], f"≥ {bounds[-1]}"]
    return [f"< {bounds[0]}", *between, f"≥ {bounds[-1]}"]


@st.cache_data(show_spinner=False, max_entries=16)
def _facilities_url(at: land_state.Look, facility: str) -> str:
    layer = land_state.land(at).layers["facilities"]
    return access_map.points_file(layer[layer["facility"] == facility].geometry)


@st.cache_data(show_spinner=False, max_entries=4)
def _corners(at: land_state.Look) -> list[list[float]]:
    return access_map.corners(grid_of(land_state.land(at).districts, CELL_M))


def _tabs(plan: Plan, at: land_state.Look, found: Service, group: str) -> None:
    t = state.texts()
    here, curve, table = st.tabs([t(f"ui.access.tab.{name}") for name in ("here", "lorenz", "table")])
    with here:
        _here(plan, at, found)
    with curve:
        curves = [found.lorenz(group, "before").assign(part=t("model.when.before"))]
        if found.sites:
            curves.append(found.lorenz(group, "after").assign(part=t("model.when.after")))
        thin = pd.concat([curve.iloc[np.unique(np.linspace(0, len(curve) - 1, 400).astype(int))] for curve in curves])
        st.altair_chart(charts.lorenz(thin, t("ui.access.share_people"), t("ui.access.share_access")), height=400)
        st.caption(t("ui.access.source"))
    with table:
        _table(plan, found, group)


def _here(plan: Plan, at: land_state.Look, found: Service) -> None:
    """Figures of the cell that has been clicked."""
    t = state.texts()
    place = st.session_state.get("access_place")
    if place is None:
        st.caption(t("ui.access.choose"))
        return
    x, y = Transformer.from_crs(CGCS2000, land_state.plane(at), always_xy=True).transform(*place)
    near = found.cells[(found.cells["x"] - x).abs().le(CELL_M / 2) & (found.cells["y"] - y).abs().le(CELL_M / 2)]
    if near.empty:
        st.caption(t("ui.access.nobody"))
        return
    cell = near.iloc[0]
    unit = t("ui.access.per_1000", unit=plan.rules.standard(found.facility).facility.unit[state.lang()])
    rows = [
        (t("model.column.district"), state.names(plan)[cell["code"]]),
        *((t(f"model.people.{name}"), f"{cell[name]:,}") for name in PEOPLE),
    ]
    for when in ("before", "after") if found.sites else ("before",):
        name, far = t(f"model.when.{when}"), cell[f"nearest_{when}_m"]
        below = cell[f"access_{when}"] < found.standard
        rows += [
            (f"{t('ui.access.access')} · {name}", f"{cell[f'access_{when}']:.4g} {unit}"),
            (f"{t('ui.access.shows.nearest')} · {name}", "—" if np.isnan(far) else f"{far:,.0f} m"),
            (f"{t('ui.access.against')} · {name}", t("ui.access.below" if below else "ui.access.reached")),
        ]
    st.dataframe(pd.DataFrame(rows, columns=[t("ui.access.figure"), t("ui.access.value")]), hide_index=True, height=380)


def _table(plan: Plan, found: Service, group: str) -> None:
    t, names = state.texts(), state.names(plan)
    whole = pd.concat([found.table(), found.table(None)], ignore_index=True)
    whole = whole[(whole["group"] == group) & (whole["when"].eq("before") | bool(found.sites))]
    whole["code"] = whole["code"].fillna("")
    whole = whole.sort_values(
        ["code", "when"], key=lambda column: column.replace({"": "~", "before": "0"}), kind="stable"
    )
    shown = pd.DataFrame(
        {
            t("model.column.district"): [names.get(code, t("ui.needs.all")) for code in whole["code"]],
            t("ui.access.when"): [t(f"model.when.{when}") for when in whole["when"]],
            t("model.column.persons"): whole["persons"].astype("int64"),
            t("ui.access.share"): (100 * whole["covered"]).round(1),
            t("ui.access.access"): whole["access"].round(4),
            t("ui.access.gini"): whole["gini"].round(3),
            t("ui.access.short"): whole["short_persons"].astype("int64"),
            t("ui.access.lack"): whole["lack"].round(1),
        }
    )
    st.dataframe(shown, hide_index=True, height=400)
    name = t("ui.access.file", facility=found.facility)
    st.download_button(t("ui.access.download"), csv_bytes(shown), name, "text/csv")


if __name__ == "__main__":
    page()
