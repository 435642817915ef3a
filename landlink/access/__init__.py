"""Spatial access (可达性): facilities within reach, capacity per person, and equity between people.

Takes people on cells and facilities with capacities; gives access by cell and measures of it by district.
"""

from landlink.access.decay import Decay, gaussian, gaussian_to, power, steps, uniform
from landlink.access.equity import Shortage, coverage, equity, gini, lorenz, palma, shortage
from landlink.access.fca import METHODS, Method, access, opportunities
from landlink.access.pairs import Pairs, Unit, nearest, straight
from landlink.access.roads import ONEWAY, network

__all__ = [
    "METHODS",
    "ONEWAY",
    "Decay",
    "Method",
    "Pairs",
    "Shortage",
    "Unit",
    "access",
    "coverage",
    "equity",
    "gaussian",
    "gaussian_to",
    "gini",
    "lorenz",
    "nearest",
    "network",
    "opportunities",
    "palma",
    "power",
    "shortage",
    "steps",
    "straight",
    "uniform",
]
