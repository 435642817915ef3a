"""Siting (选址): models of location science, and parcels for a plan's facilities, each to a proven gap.

References
----------
Laporte, G., Nickel, S. and Saldanha da Gama, F. (eds., 2019). Location Science, 2nd ed. Springer.
"""

from landlink.siting.models.capacitated import capacitated_p_median
from landlink.siting.models.centre import p_center
from landlink.siting.models.cover import max_cover, set_cover
from landlink.siting.models.location import facility_location
from landlink.siting.models.median import p_median
from landlink.siting.solver import Allocation, Budget, Kind, Problem, Weights, allocate, next_best
from landlink.siting.solver.answer import Answer, Limits, Progress, Reason, Watch

__all__ = [
    "Allocation",
    "Answer",
    "Budget",
    "Kind",
    "Limits",
    "Problem",
    "Progress",
    "Reason",
    "Watch",
    "Weights",
    "allocate",
    "capacitated_p_median",
    "facility_location",
    "max_cover",
    "next_best",
    "p_center",
    "p_median",
    "set_cover",
]
