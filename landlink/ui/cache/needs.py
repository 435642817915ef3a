"""The map of needs, kept as long as the plan, the facilities and what is chosen stay the same."""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import streamlit as st

from landlink.city.shipped import example_folder
from landlink.crs import to_cgcs2000
from landlink.errors import DataError
from landlink.plan.plan import Plan
from landlink.present import needs as present
from landlink.present.labels import rests_on, status_label, with_unit
from landlink.present.sites import popup_rows
from landlink.schema import STATUSES
from landlink.texts import Lang, text
from landlink.ui.cache import supply as supplies
from landlink.ui.cache.plan import BY_FINGERPRINT, Stamp, boundaries, explainer, stamp
from landlink.ui.derivation import popup, popup_with_account
from landlink.ui.maps import needs as maps
from landlink.ui.maps.frame import Layer
from landlink.ui.maps.sites import publish_sites

_LAYER = "facilities"


class Existing(NamedTuple):
    """Folder that holds existing facilities, and the times at which its files were changed."""

    folder: Path
    stamp: Stamp


class Shown(NamedTuple):
    """What a map shows: subject (its id), measure, mode, language, district selected, and facilities, None for none."""

    subject: str
    measure: str
    mode: str
    lang: Lang
    selected: str | None
    existing: Existing | None


def existing_of(folder: Path) -> Existing | None:
    """Folder that has a layer of existing facilities: the city's own, or else its example's; None without one."""
    for path in (folder, example_folder(folder)):
        with suppress(DataError):  # the pages on land tell what is wrong with an example
            if path.is_dir() and _LAYER in supplies.city(path, stamp(path)).land:
                return Existing(path, stamp(path))
    return None


@st.cache_resource(show_spinner=False, max_entries=2)
def _facilities(existing: Existing) -> gpd.GeoDataFrame:
    """Existing facilities as points."""
    resource = supplies.city(*existing).land[_LAYER]
    layer = to_cgcs2000(resource.checked_shapes(polygons=False), resource.file)
    return layer.set_geometry(layer.representative_point())


@st.cache_resource(show_spinner=False, max_entries=48, hash_funcs=BY_FINGERPRINT)
def needs_map(plan: Plan, folder: Path, stamp: Stamp, shown: Shown) -> list[Layer]:
    """Layers of the map from bottom to top.

    Raises
    ------
    DataError
        The layer of existing facilities is at fault.
    """
    lang, derivations = shown.lang, explainer(plan, shown.lang)
    subject = present.subjects(plan, lang)[shown.subject]
    areas, names = present.figures(plan, subject, shown.measure), plan.names(lang)
    status = present.status_of(derivations, subject, shown.measure)
    points, marks = _points(plan, subject, shown)
    account = with_unit(text("ui.needs.account", lang), "ha", lang)
    popups = {}
    for code in names:
        figure = popup(names[code], present.derived(derivations, subject, shown.measure, code), lang)
        popups[code] = popup_with_account(figure, account, present.account(derivations, code))
    layers = maps.needs_layers(
        boundaries(folder, stamp),
        areas,
        mode=shown.mode,
        ramp=present.MEASURES[shown.measure],
        title=present.heading(subject, shown.measure, lang),
        note=rests_on(status, lang),
        marks=marks,
        names=names,
        popups=popups,
        selected=shown.selected,
    )
    return [*layers, *points]


def _points(plan: Plan, subject: present.Subject, shown: Shown) -> tuple[list[Layer], list[dict[str, object]]]:
    """Layer of existing facilities and sites of a subject, and their legend entries; nothing where there are none."""
    url, marks = "", []
    if shown.existing is not None:
        points = present.existing(_facilities(shown.existing), plan, subject, shown.lang)
        url = maps.publish_facilities(points)
        marks = [maps.mark(_named("existing", status, shown.lang), status) for status in _statuses(points)]
    sites, hollow = "", []
    if plan.siting is not None:
        chosen = plan.siting.sites[plan.siting.sites["facility"].isin(subject.facilities)]
        titles, rows = plan.titles(shown.lang), chosen.to_dict("records")
        sites = publish_sites(
            chosen,
            {row["site"]: maps.POINTS[row["status"]] for row in rows},
            {row["site"]: f"{row['site']} · {titles[row['facility']]}" for row in rows},
            {row["site"]: popup_rows(plan, row, shown.lang) for row in rows},
            rests_on(plan.siting.data_status, shown.lang),
        )
        marks += [maps.mark(_named("site", status, shown.lang), status, site=True) for status in _statuses(chosen)]
        hollow = [row["site"] for row in rows if row["status"] == maps.HOLLOW]
    return ([maps.points_layer(url, sites, hollow)] if marks else []), marks


def _statuses(rows: gpd.GeoDataFrame) -> list[str]:
    """Statuses of points, the official first."""
    return [status for status in STATUSES if (rows["status"] == status).any()]


def _named(what: str, status: str, lang: Lang) -> str:
    return text(f"ui.needs.point.{what}", lang, status=status_label(status, lang))
