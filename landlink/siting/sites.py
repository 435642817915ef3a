"""What siting adds to a plan: the sites, who is served, and how good the choice is proven to be."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import pandas as pd

# `optimal`: the objective is proven; `gap`: proven within the gap asked for; `time`, `iterations`, `stopped`: the best
# answer when time or iterations were used up, or the watch stopped the solve; `infeasible`: proven to have no answer.
Status = Literal["optimal", "gap", "time", "iterations", "stopped", "infeasible"]


@dataclass(frozen=True, slots=True)
class Siting:
    """Sites chosen for a plan.

    Parameters
    ----------
    plan
        Fingerprint of the plan, without sites, that they are chosen for.
    sites
        As the result table ``sites``, with the parcels' developable shapes in EPSG:4490.
    provision
        As the result table ``provision``: of each district's persons who count for a facility, how many are served.
    status, objective, bound
        Of the choice, see :class:`landlink.siting.solver.Allocation`; the objective is the weighted sum of its terms.
    terms
        Share of persons not served, mean distance as a share of the radius, mean unsuitability and share of new land,
        before their weights.
    without
        Objective of serving nobody.
    weights
        By term.
    options
        What was asked for: ``facilities``, ``split``, ``sources``, ``cell_m``, ``fixed``, ``barred``.
    data_status
        The least official status of parcels, facilities and population raster.
    candidates, parcels
        Parcels considered, and parcels that would have been large enough for one of the facilities.
    """

    plan: str
    sites: gpd.GeoDataFrame
    provision: pd.DataFrame
    status: Status
    objective: float
    bound: float
    without: float
    terms: Mapping[str, float]
    weights: Mapping[str, float]
    options: Mapping[str, object]
    data_status: str
    candidates: int
    parcels: int

    @property
    def gap(self) -> float:
        """Gap of the choice, see :func:`gap_of`."""
        return gap_of(self.objective, self.bound, self.without)


def gap_of(objective: float, bound: float, without: float) -> float:
    """Distance of the bound from the objective, as a share of the objective or of what it saves, whichever is less.

    Most people may be out of any candidate's reach; their share in the objective must not make the gap look small.

    Examples
    --------
    A choice that leaves 40 of 100 unserved, proven not to be better than 39, saves 60: the gap is 1 of 40.

    >>> gap_of(40, 39, 100)
    0.025
    """
    if not (math.isfinite(objective) and math.isfinite(bound)):
        return math.inf
    missing = max(objective - bound, 0.0)
    least = min(objective, without - objective)
    return 0.0 if missing <= 1e-9 * max(abs(without), 1e-12) else missing / max(least, 1e-12)
