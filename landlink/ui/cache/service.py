"""Service of facilities, kept as long as the plan and the land stay the same."""

import pandas as pd
import streamlit as st

from landlink.access.cells import CELL_M, grid_of
from landlink.access.service import How, Service
from landlink.plan.chain import measure_service, people_on_cells
from landlink.plan.plan import Plan
from landlink.ui.cache.plan import BY_FINGERPRINT
from landlink.ui.cache.supply import SupplyInputs, land
from landlink.ui.maps.files import publish_shapes
from landlink.ui.maps.pictures import corners

# Shares of settled people who live near affordable housing, and near jobs.
Shares = tuple[float, float]


@st.cache_resource(show_spinner=False, max_entries=24, hash_funcs={**BY_FINGERPRINT, How: repr})
def service(plan: Plan, inputs: SupplyInputs, facility: str, how: How, shares: Shares) -> Service:
    """Service of a kind of facility."""
    return measure_service(plan, land(inputs), _people(plan, inputs, shares), facility, how)


@st.cache_resource(show_spinner=False, max_entries=4, hash_funcs=BY_FINGERPRINT)
def _people(plan: Plan, inputs: SupplyInputs, shares: Shares) -> pd.DataFrame:
    return people_on_cells(plan, land(inputs), housing_share=shares[0], jobs_share=shares[1])


@st.cache_data(show_spinner=False, max_entries=16)
def facilities_url(inputs: SupplyInputs, facility: str) -> str:
    """Address of the existing facilities of a kind."""
    layer = land(inputs).layers["facilities"]
    return publish_shapes(layer[layer["facility"] == facility].representative_point())


@st.cache_data(show_spinner=False, max_entries=4)
def picture_corners(inputs: SupplyInputs) -> list[list[float]]:
    """Corners of a picture of the cells."""
    return corners(grid_of(land(inputs).districts, CELL_M))
