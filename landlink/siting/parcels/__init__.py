"""Choosing parcels for facilities: kinds, sizes, land, and an answer to a proven gap."""

from landlink.siting.parcels.exchange import next_best
from landlink.siting.parcels.problem import Allocation, Budget, Kind, Problem, Weights
from landlink.siting.parcels.solving import allocate

__all__ = ["Allocation", "Budget", "Kind", "Problem", "Weights", "allocate", "next_best"]
