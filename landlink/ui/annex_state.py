"""What the page of annexes shows, kept as long as the plan and the wish stay the same."""

import io
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from landlink.access.service import How
from landlink.annex import Filing, Material, material, write_annex
from landlink.annex.bundle import Progress, explanation, map_sheets
from landlink.annex.maps import Sheet, png
from landlink.annex.preview import pages
from landlink.errors import DataError
from landlink.plan.plan import Plan
from landlink.texts import Lang, text
from landlink.ui import land_state, service_state, state

_PLAN: dict[str | type[Any], Callable[[Any], Any]] = {Plan: lambda plan: plan.fingerprint}
_PREVIEW_DPI = 110
_STORED = zipfile.ZIP_STORED  # the editions are packed already


@dataclass(frozen=True)
class Wish:
    """Language, district (None for the whole city), how it is filed, and whose land goes with it (None without)."""

    lang: Lang
    district: str | None
    filing: Filing
    at: land_state.Look | None


def enclosed(plan: Plan, at: land_state.Look | None) -> Material:
    """What is told beside the plan's own figures; with supply and service where land is given."""
    folder = state.folder()
    return _enclosed(plan, at, land_state.stamp(folder))


@st.cache_resource(show_spinner=False, max_entries=4, hash_funcs=_PLAN)
def _enclosed(plan: Plan, at: land_state.Look | None, stamp: tuple[float, ...]) -> Material:  # noqa: ARG001
    if at is None:
        return material(plan, state.city())
    services = []
    for facility in plan.rules.with_radius:
        try:
            services.append(service_state.measured(plan, at, facility, How(), (0.0, 0.0)))
        except DataError:  # existing facilities without a capacity: told among the gaps
            continue
    return material(plan, state.city(), land_state.found(at), tuple(services))


def packed(plan: Plan, wish: Wish, editions: list[str | None], progress: Progress) -> tuple[str, bytes]:
    """Name and content of an edition's zip, or of a zip with those of several."""
    with tempfile.TemporaryDirectory(prefix="landlink-") as folder:
        written = write_annex(
            plan,
            Path(folder) / "out",
            wish.lang,
            editions=editions,
            material=enclosed(plan, wish.at),
            filing=wish.filing,
            progress=progress,
        )
        if len(written) == 1:
            return written[0].name, written[0].read_bytes()
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", _STORED) as archive:
            for path in written:
                archive.write(path, path.name)
        name = text("annex.package.all", wish.lang, title=written[0].stem) + ".zip"
        return name, held.getvalue()


@st.cache_resource(show_spinner=False, max_entries=8, hash_funcs=_PLAN)
def _sheets(plan: Plan, wish: Wish) -> list[Sheet]:
    return map_sheets(plan, wish.lang, wish.district, enclosed(plan, wish.at), wish.filing)


def sheet_titles(plan: Plan, wish: Wish) -> list[str]:
    """Titles of the map sheets."""
    return [sheet.title for sheet in _sheets(plan, wish)]


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=_PLAN)
def sheet_image(plan: Plan, wish: Wish, place: int) -> bytes:
    """Picture of a map sheet."""
    return png(_sheets(plan, wish)[place], _PREVIEW_DPI)


@st.cache_data(show_spinner=False, max_entries=8, hash_funcs=_PLAN)
def document_pages(plan: Plan, wish: Wish) -> list[bytes]:
    """Pictures of the document's pages."""
    drawn = _sheets(plan, wish)
    return pages(explanation(plan, wish.lang, wish.district, drawn, enclosed(plan, wish.at), wish.filing))
