"""Annexes, their material and their previews, kept as long as the plan and the request stay the same."""

import io
import tempfile
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from landlink.access.service import How
from landlink.annex import Edition, Filing, Material, check_annex, write_annex
from landlink.annex import material as city_material
from landlink.annex.bundle import Progress, explanation
from landlink.annex.maps import Sheet, png, sheets
from landlink.annex.preview import pages
from landlink.errors import DataError
from landlink.plan.plan import Plan
from landlink.texts import Lang, text
from landlink.ui.cache.plan import BY_FINGERPRINT, Stamp, city
from landlink.ui.cache.service import service
from landlink.ui.cache.supply import SupplyInputs, supply

# Resolution of previews.
_PREVIEW_DPI = 110


@dataclass(frozen=True)
class Request:
    """What is asked of the annexes.

    Parameters
    ----------
    lang
        Language.
    folder, stamp
        City's folder, and the times at which its files were changed.
    district
        Code of a district for its edition, None for the whole city's.
    filing
        Compiler, date, template, paper.
    land
        Inputs of the supply that goes into the annexes, None to leave land and service out.
    """

    lang: Lang
    folder: Path
    stamp: Stamp
    district: str | None
    filing: Filing
    land: SupplyInputs | None


@st.cache_resource(show_spinner=False, max_entries=4, hash_funcs=BY_FINGERPRINT)
def _material(plan: Plan, folder: Path, stamp: Stamp, land: SupplyInputs | None) -> Material:
    if land is None:
        return city_material(plan, city(folder, stamp))
    services = []
    for facility in plan.rules.with_radius:
        with suppress(DataError):  # existing facilities without a capacity: named among the gaps
            services.append(service(plan, land, facility, How(), (0.0, 0.0)))
    return city_material(plan, city(folder, stamp), supply(land), tuple(services))


def material(plan: Plan, request: Request) -> Material:
    """Figures of the city that the annexes add to the plan's own."""
    return _material(plan, request.folder, request.stamp, request.land)


def _edition(plan: Plan, request: Request) -> Edition:
    return Edition(plan, request.lang, request.district, material(plan, request))


def packed(plan: Plan, request: Request, editions: list[str | None], progress: Progress) -> tuple[str, bytes]:
    """Name and content of the zip of one edition, or of a zip of the zips of several."""
    check_annex(plan, request.lang, editions=editions, filing=request.filing)  # before land and service are measured
    with tempfile.TemporaryDirectory(prefix="landlink-") as folder:
        paths = write_annex(
            plan,
            Path(folder) / "out",
            request.lang,
            editions=editions,
            material=material(plan, request),
            filing=request.filing,
            progress=progress,
        )
        if len(paths) == 1:
            return paths[0].name, paths[0].read_bytes()
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:  # the editions are compressed already
            for path in paths:
                archive.write(path, path.name)
        name = text("annex.package.all", request.lang, title=paths[0].stem) + ".zip"
        return name, content.getvalue()


@st.cache_resource(show_spinner=False, max_entries=8, hash_funcs=BY_FINGERPRINT)
def _sheets(plan: Plan, request: Request) -> list[Sheet]:
    return sheets(_edition(plan, request), request.filing)


def sheet_titles(plan: Plan, request: Request) -> list[str]:
    """Titles of the map sheets."""
    return [sheet.title for sheet in _sheets(plan, request)]


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=BY_FINGERPRINT)
def sheet_image(plan: Plan, request: Request, index: int) -> bytes:
    """Picture of a map sheet."""
    return png(_sheets(plan, request)[index], _PREVIEW_DPI)


@st.cache_data(show_spinner=False, max_entries=8, hash_funcs=BY_FINGERPRINT)
def document_pages(plan: Plan, request: Request) -> list[bytes]:
    """Pictures of the document's pages."""
    return pages(explanation(_edition(plan, request), request.filing, _sheets(plan, request)))
