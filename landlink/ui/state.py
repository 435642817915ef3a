"""What a session has chosen: language, policy, options, edited facts, district; and the plan that follows."""

import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

import geopandas as gpd
import pandas as pd
import streamlit as st

from landlink.city import City
from landlink.city.base import base_years as years_with_base
from landlink.city.facts import BASES, years
from landlink.city.shipped import GUANGZHOU, city_folder, example_folder
from landlink.errors import DataError, Fault, LandlinkError, PolicyError
from landlink.plan.derivation import Explainer
from landlink.plan.options import Options
from landlink.plan.plan import Plan
from landlink.policy import Policy, shipped
from landlink.present.edits import edited_facts
from landlink.texts import Lang, default_lang, is_lang, text
from landlink.ui.cache import plan as plans
from landlink.ui.cache import supply as supplies
from landlink.ui.cache.supply import SupplyInputs

Texts = Callable[..., str]
# Base year of a plan that takes each district's latest base pair.
AUTOMATIC = 0
# Values with which a session begins; None is chosen by :func:`choose_defaults`.
_FIRST: dict[str, object] = {
    "policy": None,
    "year": None,
    "basis": BASES[0],
    "base_year": AUTOMATIC,
    "cap_ha": None,
    "district": None,
    "edits": {},
    "column": "quota_m2",
    "needs_subject": "all",
    "needs_measure": "land_m2",
    "needs_mode": "choropleth",
    "needs_existing": True,
}
# Address template of the online base map.
_TILES = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
# Attribution of the online base map.
_TILES_BY = "© OpenStreetMap contributors"


def lang() -> Lang:
    """Language of the session."""
    chosen = st.session_state.get("lang")
    return chosen if isinstance(chosen, str) and is_lang(chosen) else default_lang()


def texts() -> Texts:
    """Texts in the language of the session."""
    return partial(text, lang=lang())


def keep() -> None:
    """Keep every shared value while a page without its widget is open; Streamlit would drop it."""
    session = st.session_state
    for key, first in {**_FIRST, "lang": default_lang()}.items():
        session[key] = session.get(key, first)
    if session["lang"] is None:
        session["lang"] = default_lang()


def choose_defaults() -> None:
    """Choose what has not been chosen: a policy that fits the city, its options, and the last year with data."""
    session = st.session_state
    if session["policy"] is None:
        session["policy"] = next(name for name in (*city_policies(), "guangzhou-2018", "national-2016") if _fits(name))
        follow_policy()
    choices = plan_years()
    if session["year"] not in choices:
        session["year"] = choices[-1] if choices else None
    if session["base_year"] not in base_years():
        session["base_year"] = AUTOMATIC
    for option in ("rule", "adjust_pct", "offset_share"):
        session[option] = session[option]


def follow_policy() -> None:
    """Set the options to the policy's own values."""
    session = st.session_state
    rules = plans.policy(session["policy"]).on(f"{session['year'] or date.max.year}-12-31")
    session["rule"] = rules["balance.rule"].content
    session["adjust_pct"] = float(rules["linkage.adjustment"].number)
    session["offset_share"] = float(rules["stock.offset_share"].number)


def _fits(name: str) -> bool:
    """True if the city has every district that a policy names."""
    try:
        plans.policy(name).check_districts(city().codes)
    except PolicyError:
        return False
    return True


def run(page: Callable[[], None]) -> None:
    """Run a page, and show faults of data, policy or options in one box."""
    try:
        choose_defaults()
        page()
    except LandlinkError as error:
        faults = "\n".join(f"- {fault.text(lang())}" for fault in error.faults)
        st.error(f"{texts()('ui.failed', count=len(error.faults))}\n\n{faults}")


def folder() -> Path:
    """Folder of the city that the app shows."""
    return city_folder(os.environ.get("LANDLINK_CITY", GUANGZHOU))


def tiles() -> tuple[str, str]:
    """Address template and attribution of the online base map; ``LANDLINK_TILES`` and ``_BY`` replace them."""
    return os.environ.get("LANDLINK_TILES", _TILES), os.environ.get("LANDLINK_TILES_BY", _TILES_BY)


def city() -> City:
    """City that the app shows, read again after a file of it changes."""
    with st.spinner(texts()("ui.loading")):
        return plans.city(folder(), plans.stamp(folder()))


def city_policies() -> list[str]:
    """Paths of the policies in the city's folder."""
    return [str(path) for path in sorted(folder().glob("*.yaml"))]


def policies() -> list[str]:
    """Policies to choose from: the city's own, then those that come with landlink."""
    return [*city_policies(), *shipped()]


def policy(name: str) -> Policy:
    """Policy of a name or path, read again after its file changes."""
    return plans.policy(name)


def plan() -> Plan:
    """Plan of the session's options and edits, with its sites if they have been chosen."""
    session = st.session_state
    if session["year"] is None:
        raise DataError(Fault("option.no_year", {"basis": texts()(f"model.basis.{session['basis']}")}))
    options = Options(
        session["year"],
        session["basis"],
        None if session["cap_ha"] is None else Decimal(str(session["cap_ha"])),
        session["rule"],
        Decimal(str(session["adjust_pct"])),
        Decimal(str(session["offset_share"])),
        session["base_year"] or None,
    )
    edits = tuple(sorted((code, tuple(sorted(facts.items()))) for code, facts in session["edits"].items() if facts))
    with st.spinner(texts()("ui.computing")):
        computed = plans.plan(folder(), plans.stamp(folder()), session["policy"], options, edits)
    chosen = session.get("chosen")
    return computed.with_siting(chosen.siting) if chosen and chosen.siting.plan == computed.fingerprint else computed


def plan_years() -> list[int]:
    """Plan years that the city has data for on the chosen basis."""
    return years(city(), st.session_state["basis"])


def stamp() -> plans.Stamp:
    """Times at which the files of the city were last changed."""
    return plans.stamp(folder())


def base_years() -> list[int]:
    """Years whose base pair can be chosen for the city's districts."""
    return years_with_base(city())


def boundaries() -> gpd.GeoDataFrame:
    """Simplified boundaries of the city's districts."""
    return plans.boundaries(folder(), plans.stamp(folder()))


def explainer(plan: Plan) -> Explainer:
    """Derivations of a plan in the language of the session."""
    return plans.explainer(plan, lang())


def supply_inputs() -> SupplyInputs | None:
    """What the city's supply is computed from; None if neither the city nor its example has parcels.

    The example's goes first where the city has no residents on cells or no facilities, which service and siting need.
    """
    comparisons = st.session_state.get("comparisons")
    candidates = [
        SupplyInputs(path, plans.stamp(path), comparisons)
        for path in (folder(), example_folder(folder()))
        if supplies.has_parcels(path, plans.stamp(path))
    ]
    whole = [inputs for inputs in candidates if supplies.has_layers_of_people(inputs)]
    return next(iter([*whole, *candidates]), None)


def site_inputs() -> SupplyInputs | None:
    """What service and sites are computed from; None if neither the city nor its example has the layers."""
    inputs = supply_inputs()
    return inputs if inputs is not None and supplies.has_layers_of_people(inputs) else None


def select(code: str | None) -> None:
    """Select a district on every page."""
    st.session_state["district"] = code


def edit(facts: pd.DataFrame, changes: dict[int, dict[str, float | None]]) -> None:
    """Take over the changes of a grid of :func:`landlink.present.edits.editable`."""
    session = st.session_state
    session["edits"] = edited_facts(session["edits"], facts, changes)


def reset_edits() -> None:
    """Return to the city's own facts."""
    session = st.session_state
    session["edits"] = {}
    session["editor_round"] = session.get("editor_round", 0) + 1
