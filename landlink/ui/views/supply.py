"""Supply: where land can be had, from which source, what takes it away, and how suitable it is."""

import time
from collections.abc import Iterable
from functools import partial
from html import escape

import pandas as pd
import streamlit as st

from landlink.city import credits_of
from landlink.city.landuse import land_use
from landlink.city.shipped import example_folder
from landlink.plan.derivation.parcels import explain_parcel
from landlink.present.comparisons import SCALE, edited_comparisons, matrix_table, weights_table
from landlink.present.labels import rests_on
from landlink.present.supply import constraint_titles, district_supply, headline, losses
from landlink.schema import CONSTRAINT_LAYER, LAND_SOURCES
from landlink.supply.ahp import ACCEPTED
from landlink.supply.find import Supply, weigh
from landlink.texts import pick
from landlink.ui import state
from landlink.ui.cache import supply as supplies
from landlink.ui.cache.supply import SupplyInputs
from landlink.ui.derivation import derivation
from landlink.ui.maps import parcels
from landlink.ui.maps.frame import Layer, base_map, clicked_point
from landlink.ui.widgets import base_layers, table_height

MODES = ("source", "reason", "score")
# Height of the map, pixels.
MAP_HEIGHT = 480
# Height of a derivation, pixels.
DERIVATION_HEIGHT = 400
# Colour of the shapes of a constraint that has no colour of its own.
OTHER_CONSTRAINT = "#444444"
# Colour of metro stations.
STATIONS = "#6a3d9a"
# Fewest parcels of the example layers.
FEWEST = 1_000
# Most parcels of the example layers.
MOST = 1_000_000
# Parcels of the example layers that are proposed.
PROPOSED = 60_000


def page() -> None:
    """Draw the page."""
    t, inputs = state.texts(), state.supply_inputs()
    if inputs is None:
        st.info(t("ui.supply.none"))
        _offer_example()
        return
    if inputs.folder == state.folder() and not supplies.has_layers_of_people(inputs):
        with st.expander(t("ui.supply.partial")):
            _offer_example()
    with st.spinner(t("ui.supply.computing")):
        supply = supplies.supply(inputs)
    if inputs.folder != state.folder():
        st.caption(t("ui.supply.example", folder=inputs.folder.name))
    metrics = headline(supply, state.lang())
    for cell, (label, value) in zip(st.columns(len(metrics)), metrics, strict=True):
        cell.metric(label, value)
    left, right = st.columns([6, 5], gap="medium")
    with left:
        _map(supply, inputs)
    with right:
        _tabs(supply, inputs)


def _offer_example() -> None:
    t = state.texts()
    count = st.number_input(t("ui.supply.parcels"), FEWEST, MOST, PROPOSED, step=10_000)
    if st.button(t("ui.supply.make"), icon=":material/auto_fix_high:"):
        from landlink.example import make_example  # noqa: PLC0415 - the page opens faster without it

        with st.spinner(t("ui.supply.making")):
            make_example(state.city(), example_folder(state.folder()), parcels=int(count))
        st.rerun()


def _map(supply: Supply, inputs: SupplyInputs) -> None:
    t, session = state.texts(), st.session_state
    city = supply.land.city
    names = city.names(state.lang())
    mode_cell, district_cell, search_cell, online_cell = st.columns([4.6, 1.4, 1.4, 1.3], vertical_alignment="bottom")
    mode = mode_cell.segmented_control(
        t("ui.supply.show"),
        MODES,
        key="supply_mode",
        default=MODES[0],
        format_func=lambda name: t(f"ui.supply.by_{name}"),
        required=True,
    )
    too_many = len(supply.developable.parcels) > supplies.MOST_DRAWN
    code = district_cell.selectbox(
        t("model.column.district"),
        list(names),
        key="district",
        index=0 if too_many else None,
        placeholder=t("ui.needs.all"),
        format_func=names.__getitem__,
    )
    query = search_cell.text_input(t("ui.supply.search"), key="parcel_search", placeholder=t("ui.supply.search_hint"))
    _search(supply, query)
    url = supplies.parcels_url(inputs, code if too_many else None)
    layers = [*base_layers(online_cell), _layer(supply, inputs, mode, url)]
    districts = city.districts if code is None else city.districts[city.districts["code"] == code]
    base = base_map(tuple(districts.total_bounds))
    point = clicked_point(base, layers, key=f"supply-map-{code or 'all'}", height=MAP_HEIGHT)
    if point and point != session.get("parcel_clicked"):
        session["parcel_clicked"] = point
        if parcel := supplies.parcel_at(inputs, point):
            session["parcel"] = parcel
            st.rerun()


def _search(supply: Supply, query: str) -> None:
    """Select the parcel of a new query: its number or a part of it."""
    session = st.session_state
    if query == session.get("parcel_query"):
        return
    session["parcel_query"] = query
    query = query.strip()
    numbers = supply.developable.parcels["parcel"]
    same = numbers == query
    hits = numbers[same] if same.any() else numbers[numbers.str.contains(query, regex=False)]
    if query and len(hits):
        session["parcel"] = hits.iloc[0]
        session["parcel_focus"] = {"id": hits.iloc[0], "stamp": time.time()}
    elif query:
        st.toast(state.texts()("ui.supply.not_found", parcel=query))


def _layer(supply: Supply, inputs: SupplyInputs, mode: str, url: str) -> Layer:
    t, lang = state.texts(), state.lang()
    titles = constraint_titles(supply, lang)
    constraints = [name.removeprefix("lost_").removesuffix("_m2") for name in supply.developable.losses]
    colors = {**parcels.rule_colors(constraints), "in_use": parcels.NOT_SHOWN}
    sources = {name: t(f"model.land_source.{name}") for name in LAND_SOURCES}
    nothing_left = t("ui.supply.nothing_left")
    entries = {
        "source": parcels.source_legend({**sources, "": nothing_left}),
        "score": [*parcels.score_legend(), {"label": nothing_left, "color": parcels.NOT_SHOWN}],
        "reason": [
            {"label": t("model.column.developable_m2"), "color": colors[""]},
            *({"label": titles[name], "color": colors[name]} for name in constraints),
        ],
    }
    legend = {
        "title": t(f"ui.supply.by_{mode}"),
        "entries": entries[mode],
        "note": rests_on(supply.status, lang),
    }
    return parcels.parcels_layer(
        url,
        supplies.borders_url(inputs),
        mode,
        legend=legend,
        reasons=colors,
        texts={
            "gross": t("model.column.gross_m2"),
            "developable": t("model.column.developable_m2"),
            "score": t("model.column.score"),
            "overlays": t("ui.supply.overlays"),
        },
        names={
            "districts": supply.land.city.names(lang),
            "uses": _uses(supply),
            "sources": sources,
            "lost": titles,
        },
        overlays=_overlays(supply, inputs, titles, colors),
        note=t("ui.supply.popup_note"),
        focus=st.session_state.get("parcel_focus"),
        credit=_credit(supply, ["parcels"]),
    )


def _credit(supply: Supply, layers: Iterable[str]) -> str:
    """Whom the map must name for layers of the city, each once, as HTML."""
    named = credits_of(supply.land.city)
    return "; ".join(dict.fromkeys(escape(pick(named[name], state.lang())) for name in layers if name in named))


def _overlays(
    supply: Supply, inputs: SupplyInputs, titles: dict[str, str], colors: dict[str, str]
) -> list[dict[str, object]]:
    """Shapes of the constraints, metro stations, and the picture of scores."""
    overlays: list[dict[str, object]] = [
        {
            "id": name,
            "title": titles[name],
            "color": colors.get(name, OTHER_CONSTRAINT),
            "url": url,
            "credit": _credit(supply, [f"{CONSTRAINT_LAYER}{name}"]),
        }
        for name, url in supplies.constraint_urls(inputs).items()
    ]
    if url := supplies.stations_url(inputs):
        title, credit = state.texts()("ui.supply.stations"), _credit(supply, ["stations"])
        overlays.append({"id": "stations", "title": title, "color": STATIONS, "url": url, "credit": credit})
    url, bounds = supplies.score_url(inputs)
    if url:
        title = state.texts()("model.column.score")
        overlays.append(
            {
                "id": "score",
                "title": title,
                "color": parcels.score_gradient(),
                "url": url,
                "bounds": bounds,
                "credit": _credit(supply, supply.land.city.land),
            }
        )
    return overlays


def _uses(supply: Supply) -> dict[str, str]:
    """Titles of the land uses, by system and code."""
    pairs = supply.land.parcels[["code_system", "land_use"]].drop_duplicates().itertuples(index=False)
    known = {(system, code): land_use(system, code) for system, code in pairs}
    return {
        f"{system} {code}": f"{code} {use.title(state.lang())}" if use else code
        for (system, code), use in known.items()
    }


def _tabs(supply: Supply, inputs: SupplyInputs) -> None:
    t, lang = state.texts(), state.lang()
    table, taken, derived, weighing = st.tabs(
        [t("ui.supply.table"), t("ui.supply.losses"), t("ui.quota.derivation"), t("ui.supply.weights")]
    )
    with table:
        areas = district_supply(supply, lang, supply.land.city.names(lang))
        config = {name: st.column_config.NumberColumn(format="%.2f") for name in areas.columns[1:]}
        st.dataframe(areas, hide_index=True, height=table_height(len(areas)), column_config=config)
        st.caption(t("ui.supply.units"))
        st.download_button(
            t("ui.supply.download"),
            partial(supplies.supply_csv, inputs, lang),
            "supply.csv",
            icon=":material/download:",
            on_click="ignore",
        )
    with taken:
        config = {t("ui.supply.taken"): st.column_config.NumberColumn(format="%.2f")}
        st.dataframe(losses(supply, lang), hide_index=True, column_config=config)
        st.caption(t("ui.supply.order"))
    with derived:
        _derivation(supply)
    with weighing:
        _weights(supply, inputs)


def _derivation(supply: Supply) -> None:
    t, lang, parcel = state.texts(), state.lang(), st.session_state.get("parcel")
    if parcel is None or not (supply.developable.parcels["parcel"] == parcel).any():
        st.caption(t("ui.supply.no_parcel"))
        return
    st.markdown(f"**{t('model.column.parcel')} {parcel}**")
    with st.container(height=DERIVATION_HEIGHT, border=False):
        st.html(derivation(explain_parcel(supply, parcel, lang), lang))


def _weights(supply: Supply, inputs: SupplyInputs) -> None:
    """Matrix of comparisons to edit, and the weights and consistency ratio that follow from it."""
    if supply.suitability is None:
        return
    t, lang, session = state.texts(), state.lang(), st.session_state
    factors = supply.suitability.factors
    titles = {row["factor"]: pick(row["title"], lang) for row in factors.to_dict("records")}
    city = supplies.city_comparisons(inputs)
    draft = session.get("comparisons_draft") or city.to_records(index=False).tolist()
    comparisons = pd.DataFrame(draft, columns=city.columns)
    st.caption(t("ui.supply.matrix_hint"))
    edited = st.data_editor(
        matrix_table(comparisons, titles, lang),
        hide_index=True,
        key=f"ahp-{lang}-{session.get('ahp_round', 0)}",
        disabled=[t("ui.supply.factor")],
        column_config={
            title: st.column_config.SelectboxColumn(options=["", *SCALE.values()]) for title in titles.values()
        },
    )
    pairs = edited_comparisons(edited, comparisons, list(titles))
    weights = weigh(factors, pd.DataFrame(pairs, columns=city.columns))
    ratio = f"{weights.consistency_ratio:.3f}"
    factor, other, implied = weights.doubtful
    if weights.accepted:
        st.success(t("ui.supply.consistent", ratio=ratio, limit=ACCEPTED))
    else:
        values = {"one": titles[factor], "two": titles[other], "implied": f"{implied:.2f}"}
        st.warning(t("ui.supply.inconsistent", ratio=ratio, limit=ACCEPTED, **values))
    st.dataframe(weights_table(weights, factors, titles, lang), hide_index=True)
    apply, reset = st.columns(2)
    if apply.button(t("ui.supply.apply"), disabled=not weights.accepted, type="primary"):
        session["comparisons"] = session["comparisons_draft"] = pairs
        st.rerun()
    if reset.button(t("ui.supply.reset")):
        session["comparisons"] = session["comparisons_draft"] = None
        session["ahp_round"] = session.get("ahp_round", 0) + 1
        st.rerun()


if __name__ == "__main__":
    page()
