"""Data: look at planners' files, see what is wrong with them, match their columns, put them into the city's folder."""

import tempfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import streamlit as st

from landlink.city.inspection import Inspection, inspect, likely_resource, mapping, parts
from landlink.city.take_over import add_layer, add_table
from landlink.crs import area_m2, to_cgcs2000
from landlink.errors import CrsError, LandlinkError
from landlink.files import csv_bytes
from landlink.files.health import REPAIRS, repair
from landlink.files.vector import SIDECARS
from landlink.schema import CONSTRAINT_LAYER, INPUTS, LAND_LAYERS, STATUSES
from landlink.texts import has_text, listed
from landlink.ui import land_map, maps, state
from landlink.units import ha

# Features that a map of a file draws, and findings that it marks.
DRAWN, MARKED = 20_000, 500
HEIGHT = 420


def page() -> None:
    """Draw the page."""
    t = state.texts()
    st.caption(t("ui.data.start", folder=state.folder()))
    given = st.file_uploader(
        t("ui.data.upload"), accept_multiple_files=True, help=t("ui.data.upload_help"), key="uploads"
    )
    paths = _kept(given or [])
    if not paths:
        return
    cells = st.columns([2, 1.4, 2])
    path = cells[0].selectbox(t("ui.data.file"), paths, format_func=lambda path: path.name)
    try:
        names = parts(path)
        layer = cells[1].selectbox(t("ui.data.layer"), names) if len(names) > 1 else None
        crs = cells[2].text_input(t("ui.data.crs"), key=f"crs-{path.name}", placeholder=t("ui.data.crs_hint"))
        seen = inspect(path, state.city(), layer=layer, crs=crs)
    except LandlinkError as error:
        st.error("\n\n".join(fault.text(state.lang()) for fault in error.faults))
        return
    left, right = st.columns([6, 5], gap="medium")
    with left:
        _facts(seen)
        _findings(seen)
        if isinstance(seen.frame, gpd.GeoDataFrame):
            _map(seen)
        else:
            _preview(seen)
    with right:
        _match(seen)


def _kept(uploads: list[Any]) -> list[Path]:
    """Files of an upload in a folder of this session; the parts of a shapefile lie side by side."""
    folder = st.session_state.setdefault("upload_folder", Path(tempfile.mkdtemp(prefix="landlink-upload-")))
    for upload in uploads:
        path = folder / Path(upload.name).name
        if not path.exists() or path.stat().st_size != upload.size:
            path.write_bytes(upload.getbuffer())
    names = {Path(upload.name).name for upload in uploads}
    whole = {Path(name).stem for name in names if name.lower().endswith(".shp")}
    return [
        folder / name
        for name in sorted(names)
        if not (Path(name).suffix.lower() in SIDECARS and Path(name).stem in whole) and not name.endswith(".shp.xml")
    ]


def _facts(seen: Inspection) -> None:
    t = state.texts()
    frame = seen.frame
    if isinstance(frame, gpd.GeoDataFrame):
        area = "–" if seen.plane is None or seen.findings else f"{ha(round(area_m2(seen.plane).sum())):,}"
        kinds = listed(sorted(set(frame.geom_type.dropna())), state.lang())
        crs = t("ui.data.none") if frame.crs is None else frame.crs.name
        st.markdown(t("ui.data.facts", rows=f"{len(frame):,}", kinds=kinds, crs=crs, area=area))
    else:
        st.markdown(t("ui.data.facts_table", sheet=seen.layer or seen.path.name, rows=f"{len(frame):,}"))


def _findings(seen: Inspection) -> None:
    t, lang = state.texts(), state.lang()
    for place, finding in enumerate(seen.findings):
        st.warning(finding.fault.text(lang))
        if finding.fix:
            st.button(
                t("ui.data.use", fix=finding.fix),
                key=f"fix-{place}",
                on_click=lambda fix=finding.fix: st.session_state.update({f"crs-{seen.path.name}": fix}),
            )
    for fault in seen.questions:
        st.warning(fault.text(lang))
    if seen.health is None or seen.health.empty:
        if seen.sound:
            st.success(t("ui.data.sound"))
        return
    counts = seen.health.groupby("kind", sort=False).agg(count=("kind", "size"), area=("area_m2", "sum")).reset_index()
    counts["kind"] = counts["kind"].map(lambda kind: t(f"model.health.{kind}"))
    counts.columns = pd.Index([t("ui.data.kind"), t("ui.data.count"), t("ui.data.area")])
    st.markdown(f"**{t('ui.data.found')}**")
    st.dataframe(counts, hide_index=True)
    st.download_button(
        t("ui.data.download"), csv_bytes(seen.health), f"{seen.path.stem}-findings.csv", on_click="ignore"
    )


def _map(seen: Inspection) -> None:
    t, lang = state.texts(), state.lang()
    frame = seen.frame
    url, bounds = "", state.city().districts.total_bounds
    try:
        some = frame.iloc[:DRAWN]
        placed = to_cgcs2000(some[some.geometry.notna() & ~some.geometry.is_empty], seen.path.name)
        url, bounds = land_map.publish(land_map.degrees_file(placed), ".json"), placed.total_bounds
    except CrsError:
        pass  # what cannot be placed is told above the map
    if len(frame) > DRAWN:
        st.caption(t("ui.data.drawn", count=f"{DRAWN:,}"))
    found = pd.DataFrame() if seen.health is None else seen.health.dropna(subset=["longitude"]).head(MARKED)
    marks = [
        {
            "lat": row["latitude"],
            "lng": row["longitude"],
            "text": " ".join([t(f"model.health.{row['kind']}"), row["id"], f"{row['area_m2']:,.2f} m²", row["detail"]]),
        }
        for row in found.to_dict("records")
    ]
    borders = land_map.publish(land_map.degrees_file(state.boundaries()), ".json")
    layer = land_map.look_layer(url, borders, marks)
    land_map.show(maps.base_map(tuple(bounds)), [layer], key=f"data-map-{lang}-{seen.path.name}", height=HEIGHT)


def _preview(seen: Inspection) -> None:
    st.markdown(f"**{state.texts()('ui.data.preview')}**")
    st.dataframe(seen.frame.head(100), height=HEIGHT)


def _match(seen: Inspection) -> None:
    """Which resource the file becomes, which column is which, and where the data come from."""
    t, lang = state.texts(), state.lang()
    layered = isinstance(seen.frame, gpd.GeoDataFrame)
    choices = [name for name in INPUTS if (name in (*LAND_LAYERS, "districts")) == layered]
    if layered:
        choices += ["central_area", CONSTRAINT_LAYER]
    guess = likely_resource(seen)
    resource = st.selectbox(
        t("ui.data.resource"),
        choices,
        index=choices.index(guess) if guess in choices else 0,
        format_func=lambda name: f"{t(f'model.resource.{name}')} {name}",
    )
    name = resource
    if resource == CONSTRAINT_LAYER:
        name = resource + st.text_input(t("ui.data.constraint"), "zone")
    own = [str(column) for column in seen.frame.columns if column != "geometry"]
    columns, missing = _columns(resource, own)
    cells = st.columns(3)
    options: dict[str, Any] = {
        "source": cells[0].text_input(t("ui.data.source"), seen.path.name),
        "date": cells[1].text_input(t("ui.data.date"), "2020"),
        "status": cells[2].selectbox(
            t("ui.data.status"),
            STATUSES,
            index=None,
            placeholder="",
            format_func=lambda name: t(f"model.status.{name}"),
        ),
        "confidence": "known",
    }
    kinds = st.multiselect(
        t("ui.data.repair"),
        REPAIRS,
        format_func=lambda kind: t(f"model.health.{kind}"),
        disabled=seen.plane is None,
        placeholder="",
    )
    lacking = [column for column in missing if not options.get(column)]
    if options["status"] is None and "status" not in lacking:
        lacking.append("status")
    if lacking:
        st.caption(t("ui.data.missing", names=listed(lacking, lang)))
    if layered:
        with st.expander(t("ui.data.preview")):
            st.dataframe(pd.DataFrame(seen.frame.drop(columns="geometry")).head(100))
    if not st.button(t("ui.data.accept"), type="primary", disabled=bool(lacking) or (layered and seen.plane is None)):
        return
    try:
        if seen.plane is not None:
            layer = seen.plane
            if kinds:
                layer, changes = repair(layer, kinds)
                for kind, rows in changes.groupby("kind", sort=False):
                    before, after = f"{rows['before_m2'].sum():,.2f}", f"{rows['after_m2'].sum():,.2f}"
                    named = t(f"model.health.{kind}")
                    st.info(t("ui.data.repaired", kind=named, count=len(rows), before=before, after=after))
            written = add_layer(state.folder(), name, layer.rename(columns=columns), options)
        else:
            written = add_table(state.folder(), name, seen.path, {**options, "columns": columns, "layer": seen.layer})
    except LandlinkError as error:
        st.error("\n\n".join(fault.text(lang) for fault in error.faults))
        return
    st.success(t("ui.data.accepted", files=listed((path.name for path in written), lang)))


def _columns(resource: str, own: list[str]) -> tuple[dict[str, str], list[str]]:
    """Columns as matched: declared column by the file's own where they differ, and declared ones without any."""
    t = state.texts()
    if resource not in INPUTS:
        return {}, []
    guesses = {declared: name for name, declared in mapping(own, resource).items()}
    st.markdown(f"**{t('ui.data.columns')}**")
    st.caption(t("ui.data.columns_hint"))
    columns: dict[str, str] = {}
    missing = []
    pairs = st.columns(2)
    for place, column in enumerate(INPUTS[resource].columns):
        choices = [t("ui.data.none"), *own]
        guess = guesses.get(column.name)
        chosen = pairs[place % 2].selectbox(
            _label(column.name),
            choices,
            index=choices.index(guess) if guess else 0,
            key=f"match-{resource}-{column.name}",
        )
        if chosen != choices[0]:
            if chosen != column.name:
                columns[chosen] = column.name
        elif column.required:
            missing.append(column.name)
    return columns, missing


def _label(column: str) -> str:
    """Name of a declared column, with what it means beside it."""
    meaning = f"model.column.{column}"
    return f"{column} {state.texts()(meaning)}" if has_text(meaning) else column


if __name__ == "__main__":
    page()
