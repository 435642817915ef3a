"""Siting (选址): where to put facilities, to a proven gap."""

from landlink.siting.answer import Progress, Reason, Watch
from landlink.siting.parcels import Allocation, Budget, Kind, Problem, Weights, allocate, next_best

__all__ = [
    "Allocation",
    "Budget",
    "Kind",
    "Problem",
    "Progress",
    "Reason",
    "Watch",
    "Weights",
    "allocate",
    "next_best",
]
