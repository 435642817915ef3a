"""Supply: where land can be had, of which source, what takes it away, and how good it is."""

import time
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from landlink.city.landuse import land_use
from landlink.city.shipped import example_folder
from landlink.plan.derivation.parcels import explain_parcel
from landlink.present.colors import SUITABILITY
from landlink.present.supply import constraint_titles, district_supply, losses
from landlink.schema import LAND_SOURCES, USABLE_SOURCES
from landlink.supply.ahp import ACCEPTED, matrix, weights
from landlink.supply.find import Supply
from landlink.texts import pick
from landlink.ui import land_map, land_state, maps, state
from landlink.ui.derivation import derivation
from landlink.units import ha

MODES = ("source", "reason", "score")
HEIGHT = 480
# Saaty's scale and its reciprocals, as the matrix shows them.
SCALE = {1.0: "1", **{float(n): str(n) for n in range(2, 10)}, **{1 / n: f"1/{n}" for n in range(2, 10)}}


def page() -> None:
    """Draw the page."""
    t = state.texts()
    at = land_state.look()
    if at is None:
        _offer_example()
        return
    with st.spinner(t("ui.supply.computing")):
        found = land_state.found(at)
    if at.folder != state.folder():
        st.caption(t("ui.supply.example", folder=at.folder.name))
    _headline(found)
    left, right = st.columns([6, 5], gap="medium")
    with left:
        _map(found, at)
    with right:
        _tabs(found, at)


def _offer_example() -> None:
    t = state.texts()
    st.info(t("ui.supply.none"))
    count = st.number_input(t("ui.supply.parcels"), 1_000, 1_000_000, 60_000, step=10_000)
    if st.button(t("ui.supply.make"), icon=":material/auto_fix_high:"):
        from landlink.example import make_example  # noqa: PLC0415 - only who asks for it waits for it

        with st.spinner(t("ui.supply.making")):
            make_example(state.city(), example_folder(state.folder()), parcels=int(count))
        st.rerun()


def _headline(found: Supply) -> None:
    t = state.texts()
    parcels = found.developable.parcels
    usable = parcels[parcels["developable_m2"] > 0]
    cells = st.columns(len(LAND_SOURCES) + 1)
    mark = "" if found.status == "official" else f" {t(f'model.status.{found.status}')}"
    headline = t("model.unit.beside", name=t("model.column.developable_m2"), unit=f"{t('model.unit.ha')}{mark}")
    cells[0].metric(headline, f"{ha(int(usable['developable_m2'].sum())):,}")
    for cell, source in zip(cells[1:], USABLE_SOURCES, strict=False):
        area = int(usable.loc[usable["land_source"] == source, "developable_m2"].sum())
        cell.metric(t(f"model.land_source.{source}"), f"{ha(area):,}")
    cells[-1].metric(t("ui.supply.usable"), f"{len(usable):,} / {len(parcels):,}")


def _names(found: Supply) -> dict[str, str]:
    return found.land.city.names(state.lang())


def _map(found: Supply, at: land_state.Look) -> None:
    t, names = state.texts(), _names(found)
    mode_cell, district_cell, search_cell, online_cell = st.columns([3.1, 1.5, 1.7, 1.4], vertical_alignment="bottom")
    mode = mode_cell.segmented_control(
        t("ui.supply.show"),
        MODES,
        key="supply_mode",
        default=MODES[0],
        format_func=lambda name: t(f"ui.supply.by_{name}"),
        required=True,
    )
    many = len(found.developable.parcels) > land_state.MOST_DRAWN
    code = district_cell.selectbox(
        t("model.column.district"),
        list(names),
        key="district",
        index=0 if many else None,
        placeholder=t("ui.needs.all"),
        format_func=names.__getitem__,
    )
    wanted = search_cell.text_input(t("ui.supply.search"), key="parcel_search", placeholder=t("ui.supply.search_hint"))
    _look_for(found, wanted)
    layers = [_layer(found, mode, land_state.parcels_url(at, code if many else None), at)]
    if online_cell.toggle(t("ui.quota.online"), key="online_base"):
        layers.insert(0, maps.online_base(*state.tiles()))
    bounds = found.land.city.districts
    shown = bounds if code is None else bounds[bounds["code"] == code]
    place = land_map.show(
        maps.base_map(tuple(shown.total_bounds)), layers, key=f"supply-map-{code or 'all'}", height=HEIGHT
    )
    if place and place != st.session_state.get("parcel_clicked"):
        st.session_state["parcel_clicked"] = place
        if parcel := land_state.parcel_at(at, place):
            st.session_state["parcel"] = parcel
            st.rerun()


def _look_for(found: Supply, wanted: str) -> None:
    """Select a parcel that has just been asked for by its number or a part of it."""
    state_ = st.session_state
    if wanted == state_.get("parcel_sought"):
        return
    state_["parcel_sought"] = wanted
    wanted = wanted.strip()
    numbers = found.developable.parcels["parcel"]
    hits = (
        numbers[numbers == wanted] if (numbers == wanted).any() else numbers[numbers.str.contains(wanted, regex=False)]
    )
    if wanted and len(hits):
        state_["parcel"] = hits.iloc[0]
        state_["parcel_focus"] = {"id": hits.iloc[0], "stamp": time.time()}
    elif wanted:
        st.toast(state.texts()("ui.supply.not_found", parcel=wanted))


def _layer(found: Supply, mode: str, url: str, at: land_state.Look) -> maps.Layer:
    t, lang = state.texts(), state.lang()
    titles = constraint_titles(found, lang)
    order = [name.removeprefix("lost_").removesuffix("_m2") for name in found.developable.losses]
    colors = land_map.rule_colors(order)
    colors["in_use"] = land_map.NOT_SHOWN
    sources = {name: t(f"model.land_source.{name}") for name in LAND_SOURCES}
    note = "" if found.status == "official" else t("ui.quota.rests_on", status=t(f"model.status.{found.status}"))
    entries = {
        "source": land_map.source_legend({**sources, "": t("ui.supply.nothing_left")}),
        "score": [*land_map.score_legend(), {"label": t("ui.supply.nothing_left"), "color": land_map.NOT_SHOWN}],
        "reason": [
            {"label": t("model.column.developable_m2"), "color": colors[""]},
            *({"label": titles[name], "color": colors[name]} for name in order),
        ],
    }
    overlays: list[dict[str, object]] = [
        {"id": name, "title": titles[name], "color": colors.get(name, "#444444"), "url": address}
        for name, address in land_state.zone_urls(at).items()
    ]
    picture, corners = land_state.score_url(at)
    if picture:
        ramp = f"linear-gradient(90deg, {', '.join(SUITABILITY)})"
        overlays.append(
            {"id": "score", "title": t("model.column.score"), "color": ramp, "url": picture, "bounds": corners}
        )
    systems = found.land.parcels[["code_system", "land_use"]].drop_duplicates()
    uses = {f"{system} {code}": _use(system, code) for system, code in systems.itertuples(index=False)}
    return land_map.parcels_layer(
        url,
        land_state.borders_url(at),
        mode,
        legend={"title": t(f"ui.supply.by_{mode}"), "entries": entries[mode], "note": note},
        reasons=colors,
        texts={
            "gross": t("model.column.gross_m2"),
            "developable": t("model.column.developable_m2"),
            "score": t("model.column.score"),
            "overlays": t("ui.supply.overlays"),
        },
        names={"districts": _names(found), "uses": uses, "sources": sources, "lost": titles},
        overlays=overlays,
        note=t("ui.supply.popup_note"),
        focus=st.session_state.get("parcel_focus"),
    )


def _use(system: str, code: str) -> str:
    known = land_use(system, code)
    return f"{code} {known.title(state.lang())}" if known else code


def _tabs(found: Supply, at: land_state.Look) -> None:
    t, lang = state.texts(), state.lang()
    table, taken, derived, weighing = st.tabs(
        [t("ui.supply.table"), t("ui.supply.losses"), t("ui.quota.derivation"), t("ui.supply.weights")]
    )
    with table:
        areas = district_supply(found, lang, _names(found))
        shown = {name: st.column_config.NumberColumn(format="%.2f") for name in areas.columns[1:]}
        st.dataframe(areas, hide_index=True, height=(len(areas) + 1) * 35 + 3, column_config=shown)
        st.caption(t("ui.supply.units"))
        st.download_button(
            t("ui.supply.download"),
            partial(land_state.supply_csv, at, lang),
            "supply.csv",
            icon=":material/download:",
            on_click="ignore",
        )
    with taken:
        shown = {t("ui.supply.taken"): st.column_config.NumberColumn(format="%.2f")}
        st.dataframe(losses(found, lang), hide_index=True, column_config=shown)
        st.caption(t("ui.supply.order"))
    with derived:
        parcel = st.session_state.get("parcel")
        if parcel is None or not (found.developable.parcels["parcel"] == parcel).any():
            st.caption(t("ui.supply.no_parcel"))
        else:
            st.markdown(f"**{t('model.column.parcel')} {parcel}**")
            with st.container(height=400, border=False):
                st.html(derivation(explain_parcel(found, parcel, lang), lang))
    with weighing:
        _weights(found, at)


def _weights(found: Supply, at: land_state.Look) -> None:
    """Matrix of comparisons, edited, with weights and consistency ratio as it stands."""
    t, lang = state.texts(), state.lang()
    if found.suitability is None:
        return
    factors = found.suitability.factors
    names = list(factors["factor"])
    titles = {row["factor"]: pick(row["title"], lang) for row in factors.to_dict("records")}
    own = land_state.own_comparisons(at)
    current = pd.DataFrame(
        st.session_state.get("comparisons_draft") or own.to_records(index=False).tolist(), columns=own.columns
    )
    ratios = matrix(current, names)
    shown = pd.DataFrame(
        [[_scale(ratio) for ratio in line] for line in ratios],
        columns=[titles[name] for name in names],
    )
    shown.insert(0, t("ui.supply.factor"), [titles[name] for name in names])
    st.caption(t("ui.supply.matrix_hint"))
    edited = st.data_editor(
        shown,
        hide_index=True,
        key=f"ahp-{lang}-{st.session_state.get('ahp_round', 0)}",
        disabled=[t("ui.supply.factor")],
        column_config={titles[name]: st.column_config.SelectboxColumn(options=["", *SCALE.values()]) for name in names},
    )
    pairs = tuple(
        (one, two, _ratio(edited.iloc[row, column + 1], ratios[row, column]))
        for row, one in enumerate(names)
        for column, two in enumerate(names)
        if row < column
    )
    weighed = weights(matrix(pd.DataFrame(pairs, columns=own.columns), names), names)
    ratio = f"{weighed.consistency_ratio:.3f}"
    one, two, implied = weighed.doubtful
    if weighed.accepted:
        st.success(t("ui.supply.consistent", ratio=ratio, limit=ACCEPTED))
    else:
        st.warning(
            t(
                "ui.supply.inconsistent",
                ratio=ratio,
                limit=ACCEPTED,
                one=titles[one],
                two=titles[two],
                implied=f"{implied:.2f}",
            )
        )
    st.dataframe(
        pd.DataFrame(
            {
                t("ui.supply.factor"): [titles[name] for name in names],
                t("ui.supply.weight"): np.round([weighed.weights[name] for name in names], 4),
                t("ui.supply.points"): factors["points"],
                t("ui.supply.status"): [t(f"model.status.{status}") for status in factors["status"]],
            }
        ),
        hide_index=True,
    )
    apply, reset = st.columns(2)
    if apply.button(t("ui.supply.apply"), disabled=not weighed.accepted, type="primary"):
        st.session_state["comparisons"] = st.session_state["comparisons_draft"] = pairs
        st.rerun()
    if reset.button(t("ui.supply.reset")):
        st.session_state["comparisons"] = st.session_state["comparisons_draft"] = None
        st.session_state["ahp_round"] = st.session_state.get("ahp_round", 0) + 1
        st.rerun()


def _scale(ratio: float) -> str:
    """The scale's value nearest to a ratio."""
    nearest = min(SCALE, key=lambda value: abs(np.log(value / ratio)))
    return SCALE[nearest]


def _ratio(cell: object, before: float) -> float:
    """What a cell of the matrix says; an emptied one says what stood there."""
    known = {shown: value for value, shown in SCALE.items()}
    return known.get(str(cell), before)


if __name__ == "__main__":
    page()
