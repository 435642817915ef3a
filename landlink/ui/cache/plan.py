"""Cities, policies, plans and their derivations, kept as long as the files they come from stay the same."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import streamlit as st

from landlink.city import City, load_city
from landlink.city.land import has_land
from landlink.plan.derivation import Explainer
from landlink.plan.make import make_plan
from landlink.plan.options import Options
from landlink.plan.plan import Plan
from landlink.policy import Policy, load_policy
from landlink.texts import Lang
from landlink.ui.maps import districts

Stamp = tuple[float, ...]
# Edited facts by district: code, and pairs of fact and value.
Edits = tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
# Streamlit compares plans by their fingerprints.
BY_FINGERPRINT: dict[str | type[Any], Callable[[Any], Any]] = {Plan: lambda plan: plan.fingerprint}


def stamp(folder: Path) -> Stamp:
    """Times at which the files of a folder were last changed; empty without the folder."""
    return tuple(file.stat().st_mtime for file in sorted(folder.glob("*"))) if folder.is_dir() else ()


@st.cache_resource(show_spinner=False, max_entries=4)
def city(folder: Path, stamp: Stamp) -> City:  # noqa: ARG001 - a new stamp is a new city
    """City of a folder."""
    return load_city(folder)


def policy(name: str) -> Policy:
    """Policy of a name or path."""
    return _policy(name, Path(name).stat().st_mtime if Path(name).is_file() else 0.0)


@st.cache_resource(show_spinner=False, max_entries=16)
def _policy(name: str, stamp: float) -> Policy:  # noqa: ARG001 - a new stamp is a new policy
    return load_policy(name)


@st.cache_resource(show_spinner=False, max_entries=64)
def plan(folder: Path, stamp: Stamp, policy_name: str, options: Options, edits: Edits) -> Plan:
    """Plan of a city's folder, a policy, options and edited facts."""
    rows = pd.DataFrame([{"code": code, **dict(facts)} for code, facts in edits]) if edits else None
    return make_plan(city(folder, stamp), policy(policy_name), options, edits=rows, measured=measured(folder, stamp))


@st.cache_resource(show_spinner=False, max_entries=4)
def measured(folder: Path, stamp: Stamp) -> pd.DataFrame | None:
    """Measured supply of a city's layers; None where it has none."""
    if not has_land(city(folder, stamp)):
        return None
    from landlink.supply.measured import measured_of  # noqa: PLC0415 - the app opens faster without it

    return measured_of(city(folder, stamp), accept_questions=True)


@st.cache_resource(show_spinner=False, max_entries=4)
def boundaries(folder: Path, stamp: Stamp) -> gpd.GeoDataFrame:
    """Simplified boundaries of a city's districts."""
    return districts.simplified(city(folder, stamp).districts)


@st.cache_resource(show_spinner=False, max_entries=32, hash_funcs=BY_FINGERPRINT)
def explainer(plan: Plan, lang: Lang) -> Explainer:
    """Derivations of a plan."""
    return Explainer(plan, lang)


@st.cache_data(show_spinner=False, max_entries=8, hash_funcs=BY_FINGERPRINT)
def annex_workbook(plan: Plan, lang: Lang) -> bytes:
    """Workbook of a plan."""
    from landlink.annex.workbook import workbook  # noqa: PLC0415 - the app opens faster without it

    return workbook(plan, lang)
