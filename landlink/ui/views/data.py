"""Data: inspect planners' files, match their columns, and put them into the city's folder."""

import tempfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import streamlit as st

from landlink.city.adding import add_layer, add_table
from landlink.city.inspection import Inspection, inspect, likely_resource, mapping, parts
from landlink.crs import to_cgcs2000
from landlink.errors import CrsError, LandlinkError
from landlink.files import csv_bytes
from landlink.files.health import REPAIRS, repair
from landlink.files.vector import SIDECARS
from landlink.present.inspection import contents, finding_marks, findings_table, repairs
from landlink.schema import CONSTRAINT_LAYER, INPUTS, LAND_LAYERS, STATUSES
from landlink.texts import has_text, listed
from landlink.ui import state
from landlink.ui.maps.files import publish_shapes
from landlink.ui.maps.frame import base_map, clicked_point
from landlink.ui.maps.upload import upload_layer

# Features that the map draws: a browser slows down with more.
DRAWN = 20_000
# Findings that the map marks.
MARKED = 500
# Rows of a preview.
PREVIEWED = 100
# Height of the map and of a preview, pixels.
HEIGHT = 420


def page() -> None:
    """Draw the page."""
    t = state.texts()
    st.caption(t("ui.data.start", folder=state.folder()))
    uploads = st.file_uploader(
        t("ui.data.upload"), accept_multiple_files=True, help=t("ui.data.upload_help"), key="uploads"
    )
    paths = _saved(uploads or [])
    if not paths:
        return
    cells = st.columns([2, 1.4, 2])
    path = cells[0].selectbox(t("ui.data.file"), paths, format_func=lambda path: path.name)
    try:
        names = parts(path)
        layer = cells[1].selectbox(t("ui.data.layer"), names) if len(names) > 1 else None
        crs = cells[2].text_input(t("ui.data.crs"), key=f"crs-{path.name}", placeholder=t("ui.data.crs_hint"))
        inspection = inspect(path, state.city(), layer=layer, crs=crs)
    except LandlinkError as error:
        _show_faults(error)
        return
    left, right = st.columns([6, 5], gap="medium")
    with left:
        st.markdown(contents(inspection, state.lang()))
        _findings(inspection)
        if isinstance(inspection.frame, gpd.GeoDataFrame):
            _map(inspection)
        else:
            st.markdown(f"**{t('ui.data.preview')}**")
            st.dataframe(inspection.frame.head(PREVIEWED), height=HEIGHT)
    with right:
        _take_over(inspection)


def _saved(uploads: list[Any]) -> list[Path]:
    """Save uploads in a folder of the session; return the files to inspect, a shapefile's sidecars not among them."""
    folder = st.session_state.setdefault("upload_folder", Path(tempfile.mkdtemp(prefix="landlink-upload-")))
    for upload in uploads:
        path = folder / Path(upload.name).name
        if not path.exists() or path.stat().st_size != upload.size:
            path.write_bytes(upload.getbuffer())
    names = {Path(upload.name).name for upload in uploads}
    shapefiles = {Path(name).stem for name in names if name.lower().endswith(".shp")}
    return [
        folder / name
        for name in sorted(names)
        if not (Path(name).suffix.lower() in SIDECARS and Path(name).stem in shapefiles)
        and not name.endswith(".shp.xml")
    ]


def _show_faults(error: LandlinkError) -> None:
    st.error("\n\n".join(fault.text(state.lang()) for fault in error.faults))


def _findings(inspection: Inspection) -> None:
    """Doubts about the coordinate system with their fixes, questioned cells, and findings of the geometry."""
    t, lang = state.texts(), state.lang()
    for index, finding in enumerate(inspection.findings):
        st.warning(finding.fault.text(lang))
        if finding.fix:
            st.button(
                t("ui.data.use", fix=finding.fix),
                key=f"fix-{index}",
                on_click=lambda fix=finding.fix: st.session_state.update({f"crs-{inspection.path.name}": fix}),
            )
    for fault in inspection.questions:
        st.warning(fault.text(lang))
    if inspection.health is None or inspection.health.empty:
        if inspection.sound:
            st.success(t("ui.data.sound"))
        return
    st.markdown(f"**{t('ui.data.found')}**")
    st.dataframe(findings_table(inspection.health, lang), hide_index=True)
    st.download_button(
        t("ui.data.download"), csv_bytes(inspection.health), f"{inspection.path.stem}-findings.csv", on_click="ignore"
    )


def _map(inspection: Inspection) -> None:
    """Map of the features, the districts and the findings; features that cannot be placed are left out."""
    t, lang, frame = state.texts(), state.lang(), inspection.frame
    url, bounds = "", state.city().districts.total_bounds
    try:
        drawn = frame.iloc[:DRAWN]
        placed = to_cgcs2000(drawn[drawn.geometry.notna() & ~drawn.geometry.is_empty], inspection.path.name)
        url, bounds = publish_shapes(placed.geometry), placed.total_bounds
    except CrsError:  # which the findings above the map say
        pass
    if len(frame) > DRAWN:
        st.caption(t("ui.data.drawn", count=f"{DRAWN:,}"))
    borders = publish_shapes(state.boundaries().geometry)
    layer = upload_layer(url, borders, finding_marks(inspection.health, MARKED, lang))
    clicked_point(base_map(tuple(bounds)), [layer], key=f"data-map-{lang}-{inspection.path.name}", height=HEIGHT)


def _take_over(inspection: Inspection) -> None:
    """What the file becomes, which column is which, where the data come from; the button that takes it over."""
    t, lang = state.texts(), state.lang()
    layered = isinstance(inspection.frame, gpd.GeoDataFrame)
    resource = _resource(inspection, layered=layered)
    name = resource
    if resource == CONSTRAINT_LAYER:
        name = resource + st.text_input(t("ui.data.constraint"), "zone")
    columns, missing = _columns(resource, [str(name) for name in inspection.frame.columns if name != "geometry"])
    options = _origin(inspection)
    kinds = st.multiselect(
        t("ui.data.repair"),
        REPAIRS,
        format_func=lambda kind: t(f"model.health.{kind}"),
        disabled=inspection.plane is None,
        placeholder="",
    )
    lacking = [column for column in missing if not options.get(column)]
    if options["status"] is None and "status" not in lacking:
        lacking.append("status")
    if lacking:
        st.caption(t("ui.data.missing", names=listed(lacking, lang)))
    if layered:
        with st.expander(t("ui.data.preview")):
            st.dataframe(pd.DataFrame(inspection.frame.drop(columns="geometry")).head(PREVIEWED))
    unplaced = layered and inspection.plane is None
    if not st.button(t("ui.data.accept"), type="primary", disabled=bool(lacking) or unplaced):
        return
    try:
        paths = _written(inspection, name, columns, options, kinds)
    except LandlinkError as error:
        _show_faults(error)
        return
    st.success(t("ui.data.accepted", files=listed((path.name for path in paths), lang)))


def _resource(inspection: Inspection, *, layered: bool) -> str:
    """Box in which the user says what the file is; the likeliest resource is proposed."""
    t = state.texts()
    choices = [name for name in INPUTS if (name in (*LAND_LAYERS, "districts")) == layered]
    if layered:
        choices += ["central_area", CONSTRAINT_LAYER]
    likely = likely_resource(inspection)
    chosen: str = st.selectbox(
        t("ui.data.resource"),
        choices,
        index=choices.index(likely) if likely in choices else 0,
        format_func=lambda name: f"{t(f'model.resource.{name}')} {name}",
    )
    return chosen


def _origin(inspection: Inspection) -> dict[str, Any]:
    """Source, date and status of the data."""
    t, cells = state.texts(), st.columns(3)
    return {
        "source": cells[0].text_input(t("ui.data.source"), inspection.path.name),
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


def _written(
    inspection: Inspection, name: str, columns: dict[str, str], options: dict[str, Any], kinds: list[str]
) -> list[Path]:
    """Put the file into the city's folder, repaired if asked for, and return the files written."""
    if inspection.plane is None:
        options = {**options, "columns": columns, "layer": inspection.layer}
        return add_table(state.folder(), name, inspection.path, options)
    layer = inspection.plane
    if kinds:
        layer, changes = repair(layer, kinds)
        for line in repairs(changes, state.lang()):
            st.info(line)
    return add_layer(state.folder(), name, layer.rename(columns=columns), options)


def _columns(resource: str, file_columns: list[str]) -> tuple[dict[str, str], list[str]]:
    """Boxes in which columns are matched.

    Returns
    -------
    Declared column by the file's own where their names differ; and the required columns without a match.
    """
    t = state.texts()
    if resource not in INPUTS:
        return {}, []
    likely = {declared: name for name, declared in mapping(file_columns, resource).items()}
    st.markdown(f"**{t('ui.data.columns')}**")
    st.caption(t("ui.data.columns_hint"))
    choices = [t("ui.data.none"), *file_columns]
    columns: dict[str, str] = {}
    missing = []
    cells = st.columns(2)
    for index, column in enumerate(INPUTS[resource].columns):
        chosen = cells[index % 2].selectbox(
            _column_label(column.name),
            choices,
            index=choices.index(likely[column.name]) if column.name in likely else 0,
            key=f"match-{resource}-{column.name}",
        )
        if chosen != choices[0]:
            if chosen != column.name:
                columns[chosen] = column.name
        elif column.required:
            missing.append(column.name)
    return columns, missing


def _column_label(name: str) -> str:
    """Name of a declared column, with its meaning."""
    meaning = f"model.column.{name}"
    return f"{name} {state.texts()(meaning)}" if has_text(meaning) else name


if __name__ == "__main__":
    page()
