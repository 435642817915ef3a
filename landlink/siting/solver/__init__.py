"""The siting engine: kinds of facility, candidate parcels, sizes and land in, the best sites to a proven gap out."""

from landlink.siting.solver.exchange import next_best
from landlink.siting.solver.problem import Allocation, Budget, Kind, Problem, Weights
from landlink.siting.solver.solving import allocate

__all__ = ["Allocation", "Budget", "Kind", "Problem", "Weights", "allocate", "next_best"]
