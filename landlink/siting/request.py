"""What siting is asked for, the land it may give, the problem this makes, and the sites that come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from landlink.errors import DataError, Fault
from landlink.policy import Rules
from landlink.schema import PEOPLE, USABLE_SOURCES
from landlink.siting.sites import Siting
from landlink.siting.solver import Allocation, Problem, Weights

# Rules of the policy that siting reads: the standards of facilities.
RULES = ("facility.",)
# Parcels that are considered at most.
CANDIDATES = 1_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of siting.

    Parameters
    ----------
    facilities
        Kinds of facility to be sited; where none is named, all that have a service radius.
    group
        Who is to be served: ``settled`` people or all ``residents``.
    weights
        Of the objective's terms, see :class:`landlink.siting.solver.Weights`.
    sources
        Sources of land that may be used.
    split
        Several facilities may share a parcel.
    existing
        What existing facilities have left over serves people too.
    candidates
        Parcels to consider at most; those that the most people could reach go first.
    fixed, barred
        Pairs of parcel and facility that must be chosen, and that must not.
    """

    facilities: tuple[str, ...] = ()
    group: str = PEOPLE[1]
    weights: Weights = field(default_factory=Weights)
    sources: tuple[str, ...] = USABLE_SOURCES
    split: bool = False
    existing: bool = True
    candidates: int = CANDIDATES
    fixed: tuple[tuple[str, str], ...] = ()
    barred: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Refuse unknown groups and sources of land."""
        choices = (("group", (self.group,), PEOPLE), ("sources", self.sources, USABLE_SOURCES))
        faults = [
            Fault("option.choice", {"option": name, "value": value, "choices": " | ".join(known)})
            for name, chosen, known in choices
            for value in chosen
            if value not in known
        ]
        if faults:
            raise DataError(faults)


@dataclass(frozen=True, slots=True)
class Grants:
    """Land that districts grant to facilities, for which sites are chosen.

    Parameters
    ----------
    plan
        Fingerprint of the plan that grants it.
    needs
        A row a district and facility: ``code``, ``facility``, ``units``, ``granted_m2``.
    quota
        A row a district: ``code``, ``district``, ``quota_m2``.
    central
        Codes of the districts in the central area, where a standard may ask for less land.
    rules
        Values in force, of which those of :data:`RULES` are read.
    """

    plan: str
    needs: pd.DataFrame
    quota: pd.DataFrame
    central: tuple[str, ...]
    rules: Rules


@dataclass(frozen=True, slots=True)
class Task:
    """A problem of siting, and what its rows and columns stand for.

    Parameters
    ----------
    facilities
        By kind.
    parcels
        Candidates: ``parcel``, ``code``, ``land_source``, ``score``, ``status``, ``developable_m2`` and developable
        shapes.
    cells
        People on cells, in the order of the problem's.
    large
        How many parcels would be large enough.
    unsited
        Why a facility cannot be sited in a district, by both; only where that is known beforehand.
    data_status
        The least official status of parcels, constraints, facilities and population raster.
    """

    grants: Grants
    wish: Wish
    problem: Problem
    facilities: tuple[str, ...]
    parcels: gpd.GeoDataFrame
    cells: pd.DataFrame
    large: int
    unsited: Mapping[tuple[str, str], str]
    data_status: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """Sites, and who goes where.

    Parameters
    ----------
    siting
        For the plan, see :meth:`landlink.plan.plan.Plan.with_siting`.
    catchments
        ``site``, ``cell``, ``x``, ``y`` (of the cell's middle, m), ``persons``, ``metres``.
    allocation
        The solver's own answer.
    """

    siting: Siting
    catchments: pd.DataFrame
    allocation: Allocation
