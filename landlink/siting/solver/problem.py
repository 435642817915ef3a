"""What is solved: kinds of facility, sizes that parcels have room for, land that may be taken; and an answer."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from landlink.errors import DataError, Fault
from landlink.siting.arrays import Floats, Ints, Mask
from landlink.siting.reason import Reason
from landlink.siting.sites import Status, gap_of


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the objective's terms, each a share between 0 and 1; 0 or more.

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
        Who are to be served, by cell; whole.
    cost
        CSR, cells × candidates: metres to each candidate within the radius; a stored 0 is a distance of 0.
    radius_m
        That distances are set against.
    spare
        Persons whom each existing facility can still serve; whole.
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
    """Land in m² that some candidates may give to a kind, or to all kinds where it is None."""

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
        By option: where, what, its size, persons whom it can serve and land that it takes; whole.
    area_m2, suitability, is_new
        By candidate: developable area, score from 0 to 1, and whether it is new land.
    budgets
        Land that may be taken.
    fixed, barred
        Pairs of candidate and kind that must be taken, and that must not.
    split
        Several kinds may share a candidate, up to its area; else it takes one.
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
        """Refuse what is no problem."""
        faults = [*_kind_faults(self), *_option_faults(self)]
        if faults:
            raise DataError(faults)


@dataclass(frozen=True, slots=True)
class Allocation:
    """Options that are taken, and who is served.

    Parameters
    ----------
    status
        As of an :class:`landlink.siting.models.Answer`.
    taken
        Ints of the options, ascending.
    served, served_existing
        By kind, whole persons: CSR, cells × candidates, and cells × existing facilities.
    uncovered
        By kind, persons by cell whom nobody serves.
    objective, bound
        Of this answer, and what none can be better than.
    without
        The objective of taking nothing.
    terms
        Share not served, mean distance, unsuitability and new land, each before its weight.
    seconds
        That the solve took.
    reasons
        Why there is no answer; empty where there is one.
    """

    status: Status
    taken: Ints
    served: tuple[sparse.csr_array, ...]
    served_existing: tuple[sparse.csr_array, ...]
    uncovered: tuple[Ints, ...]
    objective: float
    bound: float
    without: float
    terms: Mapping[str, float]
    seconds: float
    reasons: tuple[Reason, ...] = ()

    @property
    def gap(self) -> float:
        """Relative gap, see :func:`landlink.siting.sites.gap_of`."""
        return gap_of(self.objective, self.bound, self.without)


def _kind_faults(problem: Problem) -> list[Fault]:
    faults = []
    cells, candidates = len(problem.kinds[0].persons) if problem.kinds else 0, len(problem.area_m2)
    for place, kind in enumerate(problem.kinds, 1):
        for name, matrix, shape in (
            ("cost", kind.cost, (cells, candidates)),
            ("reach", kind.reach, (cells, len(kind.spare))),
        ):
            if matrix.shape != shape:
                faults.append(
                    Fault("siting.kind_shape", {"name": name, "kind": place, "shape": matrix.shape, "size": shape})
                )
            elif matrix.nnz and not (np.isfinite(matrix.data).all() and matrix.data.min() >= 0):
                faults.append(Fault("siting.kind_cost", {"name": name, "kind": place}))
        for name, values in (("persons", kind.persons), ("spare", kind.spare)):
            if not _is_whole(values):
                faults.append(Fault("siting.kind_whole", {"name": name, "kind": place}))
        if len(kind.persons) != cells:
            faults.append(
                Fault(
                    "siting.kind_shape", {"name": "persons", "kind": place, "shape": len(kind.persons), "size": cells}
                )
            )
        if not kind.radius_m > 0:
            faults.append(Fault("siting.kind_radius", {"kind": place, "value": kind.radius_m}))
    return faults


def _option_faults(problem: Problem) -> list[Fault]:
    faults: list[Fault] = []
    count = len(problem.candidate)
    lengths = {name: len(getattr(problem, name)) for name in ("kind", "units", "capacity", "land_m2")}
    faults += [
        Fault("siting.option_length", {"name": name, "found": found, "size": count})
        for name, found in lengths.items()
        if found != count
    ]
    for name, size in (("candidate", len(problem.area_m2)), ("kind", len(problem.kinds))):
        values = getattr(problem, name)
        if len(values) and not (values.min() >= 0 and values.max() < size):
            faults.append(Fault("siting.option_unknown", {"name": name, "size": size}))
    wholes = ("units", "capacity", "land_m2", "area_m2")
    faults += [Fault("siting.option_whole", {"name": name}) for name in wholes if not _is_whole(getattr(problem, name))]
    if not ((problem.suitability >= 0) & (problem.suitability <= 1)).all():
        faults.append(Fault("siting.option_score"))
    return faults


def _is_whole(values: npt.NDArray[np.generic]) -> bool:
    return values.dtype.kind in "iu" and (not len(values) or bool(values.min() >= 0))
