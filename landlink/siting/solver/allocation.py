"""What the engine answers: options taken, persons served by each site, objective, bound and the terms behind them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse

from landlink.siting.arrays import Ints, Mask
from landlink.siting.sites import Status, gap_of
from landlink.siting.solver.model import Model
from landlink.siting.solver.problem import Weights


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why no answer has all that is fixed.

    Parameters
    ----------
    id
        ``fixed_and_barred``: a pair is both; ``fixed_no_room``: no option of a pair fits its candidate and budgets;
        ``fixed_over_budget``: all fixed pairs together break a budget or a candidate's area even at their least land.
    pair
        Candidate and kind; None where it concerns all fixed pairs.
    """

    id: Literal["fixed_and_barred", "fixed_no_room", "fixed_over_budget"]
    pair: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Allocation:
    """Options that are taken, and who is served.

    Parameters
    ----------
    status
        ``optimal``: the objective is proven; ``gap``: proven within the gap asked for; ``time``: the best answer when
        time or iterations were used up; ``stopped``: the best answer when the watch stopped the solve; ``infeasible``:
        proven that no answer has all that is fixed.
    taken
        Indices of the options, ascending.
    served, served_existing
        By kind, persons, int: CSR, cells × candidates, and cells × existing facilities.
    uncovered
        By kind, persons by cell whom nobody serves, int.
    objective, bound
        Of this answer, and what no answer is below.
    without
        The objective of serving nobody.
    terms
        Share not served, mean distance, unsuitability and new land, each before its weight.
    seconds
        That the solve took.
    conflicts
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
    conflicts: tuple[Conflict, ...] = ()

    @property
    def gap(self) -> float:
        """Relative gap, see :func:`landlink.siting.sites.gap_of`."""
        return gap_of(self.objective, self.bound, self.without)


def allocation(
    model: Model, weights: Weights, taken: Ints, served: Ints, bound: float, status: Status, seconds: float
) -> Allocation:
    """Answer of a model's options and of persons by its pairs, in the terms of its problem."""
    problem = model.problem
    new, existing, uncovered, metres, unserved = [], [], [], 0.0, 0.0
    for number, kind in enumerate(problem.kinds):
        mine = model.row_kind[model.pair_row] == number
        is_existing = model.existing[model.pair_site]
        spare = np.flatnonzero(kind.spare > 0)
        order = np.cumsum(model.existing & (model.kind == number)) - 1
        columns = spare[np.maximum(order, 0)] if len(spare) else order
        new.append(_matrix(model, served, mine & ~is_existing, model.candidate, kind.cost.shape))
        existing.append(_matrix(model, served, mine & is_existing, columns, kind.reach.shape))
        rest = kind.persons - new[-1].sum(axis=1) - existing[-1].sum(axis=1)
        uncovered.append(rest)
        total = int(kind.persons.sum())
        if total:
            unserved += float(rest.sum()) / total
            weighted = (served * (weights.cover / total - model.saved))[mine].sum()
            metres += float(weighted) / weights.distance if weights.distance else 0.0
    candidates, land, scale = problem.candidate[model.option[taken]], model.land[taken], problem.granted_m2
    terms = {
        "cover": unserved,
        "distance": metres,
        "suitability": float(((1 - problem.suitability[candidates]) * land).sum()) / scale,
        "new_land": float(land[problem.is_new[candidates]].sum()) / scale,
    }
    objective = model.objective(taken, served)
    options = np.sort(model.option[taken])
    return Allocation(
        status, options, tuple(new), tuple(existing), tuple(uncovered), objective, bound, model.without, terms, seconds
    )


def no_allocation(model: Model, seconds: float, *conflicts: Conflict) -> Allocation:
    """Answer where none has all that is fixed: nobody is served."""
    kinds = model.problem.kinds
    return Allocation(
        "infeasible",
        np.array([], dtype="int64"),
        tuple(sparse.csr_array(kind.cost.shape, dtype="int64") for kind in kinds),
        tuple(sparse.csr_array(kind.reach.shape, dtype="int64") for kind in kinds),
        tuple(kind.persons for kind in kinds),
        math.inf,
        -math.inf,
        model.without,
        {},
        seconds,
        conflicts,
    )


def _matrix(model: Model, served: Ints, mine: Mask, column: Ints, shape: tuple[int, int]) -> sparse.csr_array:
    """Persons by cell and column, of those pairs that are a kind's and serve anybody."""
    pairs = np.flatnonzero(mine & (served > 0))
    cells, columns = model.row_cell[model.pair_row[pairs]], column[model.pair_site[pairs]]
    return sparse.csr_array((served[pairs], (cells, columns)), shape=shape, dtype="int64")
