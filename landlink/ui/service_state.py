"""Service of facilities, kept as long as the plan and the land stay the same."""

import pandas as pd
import streamlit as st

from landlink.access.service import How, Service
from landlink.plan.chain import measure_service, people_on_cells
from landlink.plan.plan import Plan
from landlink.ui import land_state

Shares = tuple[float, float]


@st.cache_resource(show_spinner=False, max_entries=24, hash_funcs={Plan: lambda plan: plan.fingerprint, How: repr})
def measured(plan: Plan, at: land_state.Look, facility: str, how: How, shares: Shares) -> Service:
    """Service of a kind of facility; ``shares`` are those of settled people near housing and near jobs."""
    return measure_service(plan, land_state.land(at), _people(plan, at, shares), facility, how)


@st.cache_resource(show_spinner=False, max_entries=4, hash_funcs={Plan: lambda plan: plan.fingerprint})
def _people(plan: Plan, at: land_state.Look, shares: Shares) -> pd.DataFrame:
    return people_on_cells(plan, land_state.land(at), housing_share=shares[0], jobs_share=shares[1])
