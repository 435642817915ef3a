"""What the page of annexes shows, kept as long as the plan and the wish stay the same."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from landlink.annex import write_annex
from landlink.annex.maps import Sheet, png, sheets
from landlink.plan import Plan
from landlink.texts import Lang

_PLAN: dict[str | type[Any], Callable[[Any], Any]] = {Plan: lambda plan: plan.fingerprint}
_PREVIEW_DPI = 110


@dataclass(frozen=True)
class Wish:
    """Language, district (None for the whole city), and who compiles."""

    lang: Lang
    district: str | None
    compiler: str


@st.cache_data(show_spinner=False, max_entries=4, hash_funcs=_PLAN)
def package(plan: Plan, wish: Wish) -> bytes:
    """Zip of an edition."""
    with tempfile.TemporaryDirectory(prefix="landlink-") as name:
        written = write_annex(plan, Path(name) / "out", wish.lang, editions=[wish.district], compiler=wish.compiler)
        return written[0].read_bytes()


@st.cache_resource(show_spinner=False, max_entries=8, hash_funcs=_PLAN)
def _sheets(plan: Plan, wish: Wish) -> list[Sheet]:
    return sheets(plan, wish.lang, district=wish.district, compiler=wish.compiler)


def sheet_titles(plan: Plan, wish: Wish) -> list[str]:
    """Titles of the map sheets."""
    return [sheet.title for sheet in _sheets(plan, wish)]


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=_PLAN)
def sheet_image(plan: Plan, wish: Wish, place: int) -> bytes:
    """Picture of a map sheet."""
    return png(_sheets(plan, wish)[place], _PREVIEW_DPI)
