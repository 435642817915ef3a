"""What the pages share: the language, the options, the edits, the selected district and the plan that follows."""

import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

import altair as alt
import geopandas as gpd
import pandas as pd
import streamlit as st

from landlink.city import City, load_city
from landlink.city.facts import BASES, years
from landlink.city.shipped import GUANGZHOU, city_folder
from landlink.errors import DataError, Fault, LandlinkError, PolicyError
from landlink.plan.derivation import Explainer
from landlink.plan.make import make_plan
from landlink.plan.options import Options
from landlink.plan.plan import Plan
from landlink.policy import Policy, load_policy, shipped
from landlink.texts import Lang, default_lang, is_lang, text
from landlink.ui import charts, maps
from landlink.units import ha, ha_to_m2

Texts = Callable[..., str]
OPTIONS: dict[str, object] = {"policy": None, "year": None, "basis": BASES[0], "cap_ha": None}
TILES, TILES_BY = "https://tile.openstreetmap.org/{z}/{x}/{y}.png", "© OpenStreetMap contributors"
CHART_HEIGHT = 440


def lang() -> Lang:
    """Language chosen on the page."""
    chosen = st.session_state.get("lang")
    return chosen if isinstance(chosen, str) and is_lang(chosen) else default_lang()


def texts() -> Texts:
    """Texts in the chosen language."""
    return partial(text, lang=lang())


def keep() -> None:
    """Give each shared value its start, and keep it while a page without its widget is open."""
    state = st.session_state
    starts = {**OPTIONS, "lang": default_lang(), "district": None, "edits": {}, "column": "quota_m2"}
    for key, start in starts.items():
        state[key] = state.get(key, start)
    if state["lang"] is None:
        state["lang"] = default_lang()


def start() -> None:
    """Choose what fits the city where nothing has been chosen: a policy with its own options, a year with data."""
    state = st.session_state
    if state["policy"] is None:
        state["policy"] = next(name for name in (*own_policies(), "guangzhou-2018", "national-2016") if _fits(name))
        follow_policy()
    choices = plan_years()
    if state["year"] not in choices:
        state["year"] = choices[-1] if choices else None
    for option in ("rule", "adjust_pct", "offset_share"):
        state[option] = state[option]


def follow_policy() -> None:
    """Set the options that a policy has values of its own for to these."""
    state = st.session_state
    rules = policy(state["policy"]).on(f"{state['year'] or date.max.year}-12-31")
    state["rule"] = rules["balance.rule"].content
    state["adjust_pct"] = float(rules["linkage.adjustment"].number)
    state["offset_share"] = float(rules["stock.offset_share"].number)


def _fits(name: str) -> bool:
    """Tell whether every district a policy names is one of the city's."""
    try:
        policy(name).check_districts(city().codes)
    except PolicyError:
        return False
    return True


def guard(page: Callable[[], None]) -> None:
    """Run a page; what is at fault in data, policy or options is shown in one box."""
    try:
        start()
        page()
    except LandlinkError as error:
        t = texts()
        faults = "\n".join(f"- {fault.text(lang())}" for fault in error.faults)
        st.error(f"{t('ui.failed', count=len(error.faults))}\n\n{faults}")


def folder() -> Path:
    """City folder that the app shows."""
    return city_folder(os.environ.get("LANDLINK_CITY", GUANGZHOU))


def tiles() -> tuple[str, str]:
    """Address template and attribution of the online base map; ``LANDLINK_TILES`` names another one."""
    return os.environ.get("LANDLINK_TILES", TILES), os.environ.get("LANDLINK_TILES_BY", TILES_BY)


@st.cache_resource(show_spinner=False, max_entries=4)
def _city(path: Path, stamp: tuple[float, ...]) -> City:  # noqa: ARG001 - a new stamp is a new city
    return load_city(path)


def city() -> City:
    """City of the app's folder, read again when a file in it changes."""
    with st.spinner(texts()("ui.loading")):
        return _city(folder(), _stamp(folder()))


def _stamp(path: Path) -> tuple[float, ...]:
    """When the folder's files were last changed."""
    return tuple(file.stat().st_mtime for file in sorted(path.glob("*"))) if path.is_dir() else ()


def own_policies() -> list[str]:
    """Paths of the policies in the city's folder."""
    return [str(path) for path in sorted(folder().glob("*.yaml"))]


def policies() -> list[str]:
    """Policies to choose from: the city's own, then those that come with landlink."""
    return [*own_policies(), *shipped()]


def policy(name: str) -> Policy:
    """Policy of a name or path, read again when its file changes."""
    return _policy(name, Path(name).stat().st_mtime if Path(name).is_file() else 0.0)


@st.cache_resource(show_spinner=False, max_entries=16)
def _policy(name: str, stamp: float) -> Policy:  # noqa: ARG001 - a new stamp is a new policy
    return load_policy(name)


def plan() -> Plan:
    """Plan of the present options and edits, with the sites that have been chosen for it."""
    state = st.session_state
    if state["year"] is None:
        raise DataError(Fault("option.no_year", {"basis": texts()(f"model.basis.{state['basis']}")}))
    options = Options(
        state["year"],
        state["basis"],
        None if state["cap_ha"] is None else Decimal(str(state["cap_ha"])),
        state["rule"],
        Decimal(str(state["adjust_pct"])),
        Decimal(str(state["offset_share"])),
    )
    edits = tuple(sorted((code, tuple(sorted(values.items()))) for code, values in state["edits"].items() if values))
    with st.spinner(texts()("ui.computing")):
        found = _plan(folder(), _stamp(folder()), state["policy"], options, edits)
    chosen = state.get("chosen")
    return found.with_siting(chosen.siting) if chosen and chosen.siting.plan == found.fingerprint else found


@st.cache_resource(show_spinner=False, max_entries=64)
def _plan(
    path: Path,
    stamp: tuple[float, ...],
    policy_name: str,
    options: Options,
    edits: tuple[tuple[str, tuple[tuple[str, int], ...]], ...],
) -> Plan:
    rows = pd.DataFrame([{"code": code, **dict(values)} for code, values in edits]) if edits else None
    return make_plan(_city(path, stamp), policy(policy_name), options, edits=rows)


def plan_years() -> list[int]:
    """Plan years that the city has data for on the chosen basis."""
    return years(city(), st.session_state["basis"])


def boundaries() -> gpd.GeoDataFrame:
    """Boundaries for display: shared borders simplified alike."""
    return _boundaries(folder(), _stamp(folder()))


@st.cache_resource(show_spinner=False, max_entries=4)
def _boundaries(path: Path, stamp: tuple[float, ...]) -> gpd.GeoDataFrame:
    return maps.simplified(_city(path, stamp).districts)


@st.cache_resource(show_spinner=False, max_entries=32, hash_funcs={Plan: lambda plan: plan.fingerprint})
def explainer(of: Plan, language: Lang) -> Explainer:
    """Derivations of a plan."""
    return Explainer(of, language)


@st.cache_data(show_spinner=False, max_entries=8, hash_funcs={Plan: lambda plan: plan.fingerprint})
def annex_workbook(of: Plan, language: Lang) -> bytes:
    """Workbook of a plan."""
    from landlink.annex.workbook import workbook  # noqa: PLC0415 - the app opens faster without it

    return workbook(of, language)


def names(of: Plan) -> dict[str, str]:
    """District names by code in the chosen language."""
    return of.names(lang())


def select(code: str | None) -> None:
    """Select a district everywhere."""
    st.session_state["district"] = code


def select_on_chart(chart: alt.Chart, key: str) -> None:
    """Draw a chart on which a click selects a district."""
    selected = st.session_state["district"]
    event = st.altair_chart(chart, width="stretch", height=CHART_HEIGHT, on_select="rerun", key=f"{key}-{selected}")
    points = event["selection"].get(charts.DISTRICT) or []
    if points and points[0]["code"] != selected:
        select(points[0]["code"])
        st.rerun()


def editable(of: Plan) -> pd.DataFrame:
    """District facts that may be edited, as a planner reads them: persons and hectares."""
    facts = of.base.table
    shown = {name: facts[name].map(lambda area: None if pd.isna(area) else float(ha(area))) for name in _AREAS}
    return pd.DataFrame({"code": facts["code"], "settled": facts["settled"], **shown})


_AREAS = ("new_capacity_m2", "stock_available_m2")


def edit(start: pd.DataFrame, changes: dict[int, dict[str, float | None]]) -> None:
    """Take over what has been typed into a grid of :func:`editable`; an emptied cell is the city's own value again."""
    edits = st.session_state["edits"]
    for row, cells in changes.items():
        own = edits.setdefault(start["code"].iloc[int(row)], {})
        for name, value in cells.items():
            if value is None:
                own.pop(name, None)
            else:
                own[name] = ha_to_m2(value) if name in _AREAS else int(value)


def reset_edits() -> None:
    """Go back to the city's own data."""
    st.session_state["edits"] = {}
    st.session_state["editor_round"] = st.session_state.get("editor_round", 0) + 1
