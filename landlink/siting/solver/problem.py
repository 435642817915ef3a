"""What the engine solves: kinds of facility, options of size on candidate parcels, and budgets of land."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from landlink.errors import DataError, Fault
from landlink.siting.arrays import Floats, Ints, Mask


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the objective's terms, each term a share between 0 and 1; 0 or more.

    Parameters
    ----------
    cover
        Of persons who are not served.
    distance
        Of the mean distance of those served, as a share of the radius.
    suitability
        Of land taken times what it lacks in suitability.
    new_land
        Of new land taken.
    """

    cover: float = 1000.0
    distance: float = 30.0
    suitability: float = 3.0
    new_land: float = 1.0


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of facility.

    Parameters
    ----------
    persons
        Who are to be served, by cell, int.
    cost
        CSR, cells × candidates: metres to each candidate within the radius; a stored 0 is a distance of 0.
    radius_m
        Metres that distances are set against.
    spare
        Persons whom each existing facility can still serve, int.
    reach
        CSR, cells × existing facilities: metres to each within the radius.
    """

    persons: Ints
    cost: sparse.csr_array
    radius_m: float
    spare: Ints
    reach: sparse.csr_array


@dataclass(frozen=True, slots=True)
class Budget:
    """Land that some candidates may give together.

    Parameters
    ----------
    limit_m2
        Most land, m².
    kind
        Kind that takes it; None for all kinds together.
    members
        Indices of the candidates.
    """

    limit_m2: int
    kind: int | None
    members: Ints


@dataclass(frozen=True, slots=True)
class Problem:
    """Which sizes of which kinds to put on which candidates.

    Parameters
    ----------
    kinds
        Kinds of facility, with the same cells and candidates.
    candidate, kind, units, capacity, land_m2
        By option, int: indices of its candidate and kind, its size, persons whom it can serve, land that it takes.
    area_m2, suitability, is_new
        By candidate: developable area, int; score from 0 to 1; and whether it is new land.
    budgets
        Land that may be taken.
    fixed, barred
        Pairs of candidate and kind that must be taken, and that must not.
    split
        Several kinds may share a candidate, up to its area; else it takes one.

    Raises
    ------
    DataError
        Shapes, indices, signs or types are wrong; all faults are collected.
    """

    kinds: tuple[Kind, ...]
    candidate: Ints
    kind: Ints
    units: Ints
    capacity: Ints
    land_m2: Ints
    area_m2: Ints
    suitability: Floats
    is_new: Mask
    budgets: tuple[Budget, ...] = ()
    fixed: tuple[tuple[int, int], ...] = ()
    barred: tuple[tuple[int, int], ...] = ()
    split: bool = False

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit together."""
        faults = [*_kind_faults(self), *_option_faults(self), *_pair_faults(self)]
        if faults:
            raise DataError(faults)

    @property
    def granted_m2(self) -> int:
        """Land that the kinds' budgets grant in all, 1 m² at least: land costs are shares of it."""
        return max(sum(budget.limit_m2 for budget in self.budgets if budget.kind is not None), 1)


def _kind_faults(problem: Problem) -> list[Fault]:
    faults = []
    cells, candidates = len(problem.kinds[0].persons) if problem.kinds else 0, len(problem.area_m2)
    for number, kind in enumerate(problem.kinds, 1):
        shapes = {
            "persons": (kind.persons.shape, (cells,)),
            "cost": (kind.cost.shape, (cells, candidates)),
            "reach": (kind.reach.shape, (cells, len(kind.spare))),
        }
        faults += [
            Fault("siting.kind_shape", {"name": name, "kind": number, "shape": shape, "size": expected})
            for name, (shape, expected) in shapes.items()
            if shape != expected
        ]
        faults += [
            Fault("siting.kind_cost", {"name": name, "kind": number})
            for name, metres in (("cost", kind.cost.data), ("reach", kind.reach.data))
            if len(metres) and not (np.isfinite(metres).all() and metres.min() >= 0)
        ]
        faults += [
            Fault("siting.kind_whole", {"name": name, "kind": number})
            for name, persons in (("persons", kind.persons), ("spare", kind.spare))
            if not _is_whole(persons)
        ]
        if not kind.radius_m > 0:
            faults.append(Fault("siting.kind_radius", {"kind": number, "value": kind.radius_m}))
    return faults


def _option_faults(problem: Problem) -> list[Fault]:
    faults: list[Fault] = []
    count = len(problem.candidate)
    lengths = {name: len(getattr(problem, name)) for name in ("kind", "units", "capacity", "land_m2")}
    faults += [
        Fault("siting.option_length", {"name": name, "found": length, "size": count})
        for name, length in lengths.items()
        if length != count
    ]
    for name, size in (("candidate", len(problem.area_m2)), ("kind", len(problem.kinds))):
        if not _in_range(getattr(problem, name), size):
            faults.append(Fault("siting.option_unknown", {"name": name, "size": size}))
    wholes = ("units", "capacity", "land_m2", "area_m2")
    faults += [Fault("siting.option_whole", {"name": name}) for name in wholes if not _is_whole(getattr(problem, name))]
    if not ((problem.suitability >= 0) & (problem.suitability <= 1)).all():
        faults.append(Fault("siting.option_score"))
    return faults


def _pair_faults(problem: Problem) -> list[Fault]:
    """Candidates and kinds of budgets, fixed and barred pairs that are out of range."""
    size, kinds = len(problem.area_m2), len(problem.kinds)
    pairs = {"fixed": problem.fixed, "barred": problem.barred}
    candidates = {name: np.array([candidate for candidate, _ in part]) for name, part in pairs.items()}
    candidates["budgets"] = np.concatenate([[], *(budget.members for budget in problem.budgets)])
    numbers = {name: np.array([kind for _, kind in part]) for name, part in pairs.items()}
    numbers["budgets"] = np.array([budget.kind for budget in problem.budgets if budget.kind is not None])
    return [
        Fault("siting.option_unknown", {"name": name, "size": most})
        for values, most in ((candidates, size), (numbers, kinds))
        for name, indices in values.items()
        if not _in_range(indices, most)
    ]


def _in_range(indices: npt.NDArray[np.generic], size: int) -> bool:
    """True if all indices are from 0 and below a size."""
    return not len(indices) or bool(indices.min() >= 0 and indices.max() < size)


def _is_whole(values: npt.NDArray[np.generic]) -> bool:
    """True if values are integers of 0 or more."""
    return values.dtype.kind in "iu" and (not len(values) or bool(values.min() >= 0))
