"""The siting engine: kinds of facility, candidate parcels, sizes and land in, the best sites to a proven gap out."""

from landlink.siting.solver.allocation import Allocation, Conflict
from landlink.siting.solver.engine import allocate
from landlink.siting.solver.exchange import next_best
from landlink.siting.solver.problem import Budget, Kind, Problem, Weights

__all__ = ["Allocation", "Budget", "Conflict", "Kind", "Problem", "Weights", "allocate", "next_best"]
