"""Choosing parcels for facilities: kinds, sizes, land, and an answer to a proven gap."""

from landlink.siting.solver.exchange import next_best
from landlink.siting.solver.problem import Allocation, Budget, Kind, Problem, Weights
from landlink.siting.solver.solving import allocate

__all__ = ["Allocation", "Budget", "Kind", "Problem", "Weights", "allocate", "next_best"]
