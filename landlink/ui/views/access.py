"""Access: who is served by which facility and how well, before the plan's sites and with them."""

import streamlit as st

from landlink.access import METHODS
from landlink.access.cells import CELL_M, grid_of, on_grid
from landlink.access.service import DECAYS, TRAVEL, How, Service
from landlink.files import csv_bytes
from landlink.plan.plan import Plan
from landlink.present.access import cell_at, cell_classes, cell_table, district_table, headline, lorenz_curves
from landlink.present.labels import rests_on
from landlink.schema import PEOPLE
from landlink.ui import charts, state
from landlink.ui.cache import service as services
from landlink.ui.cache import supply as supplies
from landlink.ui.cache.service import Shares
from landlink.ui.cache.supply import SupplyInputs
from landlink.ui.maps import access
from landlink.ui.maps.files import publish_shapes
from landlink.ui.maps.frame import Layer, base_map, clicked_point
from landlink.ui.maps.pictures import picture
from landlink.ui.widgets import base_layers

# Height of the map, pixels.
MAP_HEIGHT = 480
# Height of the Lorenz curve and of the table by district, pixels.
CHART_HEIGHT = 400
# Height of a cell's table, pixels.
CELL_HEIGHT = 380
# Figures that the map shows.
FIGURES = ("before", "after", "change", "nearest", "short")
# Figures that need sites.
WITH_SITES = ("after", "change")
# Radius of an existing facility's point, pixels: there are thousands.
FACILITY_RADIUS = 1.8
# Radius of a site's point, pixels.
SITE_RADIUS = 5


def page() -> None:
    """Draw the page."""
    t, inputs = state.texts(), state.site_inputs()
    if inputs is None:
        st.info(t("ui.siting.no_land"))
        return
    plan = state.plan()
    if inputs.folder != state.folder():
        st.caption(t("ui.supply.example", folder=inputs.folder.name))
    facility, group, how, shares = _choices(plan)
    with st.spinner(t("ui.access.computing")):
        service = services.service(plan, inputs, facility, how, shares)
    _headline(plan, service, group)
    left, right = st.columns([6, 5], gap="medium")
    with left:
        _map(plan, inputs, service)
    with right:
        _tabs(plan, inputs, service, group)


def _choices(plan: Plan) -> tuple[str, str, How, Shares]:
    """Facility, group, method and shares in one row."""
    t, lang = state.texts(), state.lang()
    titles = plan.titles(lang)
    cells = st.columns([2.2, 2.4, 1.4, 1.4, 1.4, 1, 1], vertical_alignment="bottom")
    facility = cells[0].selectbox(
        t("model.column.facility"),
        plan.rules.with_radius,
        format_func=titles.__getitem__,
        key=f"access_facility-{lang}",
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
        key=f"access_decay-{lang}",
        disabled=method == METHODS[0],
    )
    travel = cells[4].selectbox(
        t("ui.access.travel"),
        TRAVEL,
        format_func=lambda name: t(f"ui.access.travels.{name}"),
        key=f"access_travel-{lang}",
    )
    housing = cells[5].number_input(t("ui.siting.housing"), 0.0, 1.0, 0.0, step=0.1, key="access_housing")
    jobs = cells[6].number_input(t("ui.siting.jobs"), 0.0, 1.0 - housing, 0.0, step=0.1, key="access_jobs")
    return facility, group, How(method=method, decay=decay, travel=travel), (housing, jobs)


def _unit(plan: Plan, service: Service) -> str:
    """Unit of the facility's size."""
    return plan.rules.standard(service.facility).facility.unit[state.lang()]


def _headline(plan: Plan, service: Service, group: str) -> None:
    t = state.texts()
    figures = headline(service, group, _unit(plan, service), state.lang())
    for cell, (name, (label, before, after)) in zip(st.columns(len(figures)), figures.items(), strict=True):
        delta = t("ui.access.after_sites", value=after) if service.sites else None
        cell.metric(label, before, delta, delta_color="off", delta_arrow="off", help=t(f"ui.access.help.{name}"))


def _map(plan: Plan, inputs: SupplyInputs, service: Service) -> None:
    t, session = state.texts(), st.session_state
    figure_cell, swipe, online = st.columns([4, 1.7, 1.3], vertical_alignment="bottom")
    choices = FIGURES if service.sites else tuple(name for name in FIGURES if name not in WITH_SITES)
    figure = figure_cell.segmented_control(
        t("ui.access.show"),
        choices,
        default=choices[0],
        format_func=lambda name: t(f"ui.access.shows.{name}"),
        key=f"access-show-{bool(service.sites)}",
        required=True,
        help=None if service.sites else t("ui.access.no_sites"),
    )
    swiped = swipe.toggle(
        t("ui.access.swipe"), key="access_swipe", disabled=not service.sites, help=t("ui.access.no_sites")
    )
    comparing = swiped and service.sites and figure in ("before", "after")
    layers = [*base_layers(online), _layer(plan, inputs, service, ("before", "after") if comparing else (figure,))]
    base = base_map(tuple(plan.districts.total_bounds))
    point = clicked_point(base, layers, key="access-map", height=MAP_HEIGHT)
    if point and point != session.get("access_clicked"):
        session["access_clicked"] = point
        st.rerun()


def _layer(plan: Plan, inputs: SupplyInputs, service: Service, figures: tuple[str, ...]) -> Layer:
    """Layer of one figure, or of two with a slider between them."""
    t, lang = state.texts(), state.lang()
    grid = grid_of(supplies.land(inputs).districts, CELL_M)
    pictures = []
    for figure in figures:
        classes, colors = cell_classes(service, figure, lang), access.COLORS[figure]
        pictures.append(picture(grid, on_grid(grid, service.cells, classes.values), classes.edges, colors))
    unit = _unit(plan, service)
    legend = {
        "title": " / ".join(t(f"ui.access.shows.{figure}") for figure in figures),
        "unit": t("ui.access.of_standard", standard=f"{service.standard:g}", unit=unit),
        "entries": [{"label": label, "color": color} for label, color in zip(classes.labels, colors, strict=True)],
        "note": rests_on(service.status, lang),
    }
    points = [
        {
            "url": services.facilities_url(inputs, service.facility),
            "color": access.FACILITY,
            "radius": FACILITY_RADIUS,
        }
    ]
    if service.sites and plan.siting is not None and figures[-1] != "before":
        sites = plan.siting.sites[plan.siting.sites["facility"] == service.facility]
        url = publish_shapes(sites.representative_point())
        points.append({"url": url, "color": access.SITE, "radius": SITE_RADIUS})
    clicked = st.session_state.get("access_clicked")
    return access.access_layer(
        pictures,
        services.picture_corners(inputs),
        supplies.borders_url(inputs),
        points,
        legend=legend,
        swipe=t("ui.access.swipe"),
        clicked=None if clicked is None else clicked[::-1],
    )


def _tabs(plan: Plan, inputs: SupplyInputs, service: Service, group: str) -> None:
    t, lang = state.texts(), state.lang()
    cell, curve, table = st.tabs([t(f"ui.access.tab.{name}") for name in ("cell", "lorenz", "table")])
    with cell:
        _cell(plan, inputs, service)
    with curve:
        curves = lorenz_curves(service, group, lang)
        st.altair_chart(
            charts.lorenz(curves, t("ui.access.share_people"), t("ui.access.share_access")), height=CHART_HEIGHT
        )
        st.caption(t("ui.access.source"))
    with table:
        districts = district_table(service, group, plan.names(lang), lang)
        st.dataframe(districts, hide_index=True, height=CHART_HEIGHT)
        name = t("ui.access.file", facility=service.facility)
        st.download_button(t("ui.access.download"), csv_bytes(districts), name, "text/csv")


def _cell(plan: Plan, inputs: SupplyInputs, service: Service) -> None:
    """Figures of the cell that was clicked last."""
    t, lang, clicked = state.texts(), state.lang(), st.session_state.get("access_clicked")
    if clicked is None:
        st.caption(t("ui.access.choose"))
        return
    cell = cell_at(service, clicked, supplies.land(inputs).crs, CELL_M)
    if cell is None:
        st.caption(t("ui.access.nobody"))
        return
    table = cell_table(service, cell, plan.names(lang)[cell["code"]], _unit(plan, service), lang)
    st.dataframe(table, hide_index=True, height=CELL_HEIGHT)


if __name__ == "__main__":
    page()
