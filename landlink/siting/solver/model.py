"""The problem as flat arrays: what serving a person saves, what an option costs, and who could be served where.

Serving a person of a kind saves ``cover/persons - distance·metres/(radius·persons)``; an answer's objective is that of
serving nobody, less what it saves, plus what its land costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from landlink.siting.arrays import Floats, Ints, Mask
from landlink.siting.solver.problem import Kind, Problem, Weights


@dataclass(frozen=True)
class Model:
    """Flat arrays of a problem.

    A site is a pair of candidate and kind that has an option, or an existing facility; a row is a cell's persons who
    count for a kind and whom a site can reach.

    Parameters
    ----------
    problem
        What they come from.
    option
        Indices of the problem's options that can be taken, in order of site and capacity.
    site, capacity, cost, land
        By such an option: its site, persons it can serve, cost in the objective, m².
    candidate, kind
        By site; existing facilities come last and have candidate -1.
    room
        By site: persons at its largest size; what an existing facility can serve.
    pair_site, pair_row, saved
        By pair of site and row, in order of site: what serving a person saves; only pairs that save anything.
    row_kind, row_cell, persons
        By row.
    without
        Objective of serving nobody.
    """

    problem: Problem
    option: Ints
    site: Ints
    candidate: Ints
    kind: Ints
    capacity: Ints
    cost: Floats
    land: Ints
    room: Ints
    pair_site: Ints
    pair_row: Ints
    saved: Floats
    row_kind: Ints
    row_cell: Ints
    persons: Ints
    without: float

    @property
    def sites(self) -> int:
        """Number of sites, existing facilities among them."""
        return len(self.candidate)

    @property
    def existing(self) -> Mask:
        """Sites that are existing facilities."""
        return self.candidate < 0

    @cached_property
    def starts(self) -> Ints:
        """First pair of each site, and the number of pairs."""
        return np.searchsorted(self.pair_site, np.arange(self.sites + 1))

    @cached_property
    def required(self) -> Mask:
        """Options of sites that must be taken."""
        fixed = [(self.candidate == candidate) & (self.kind == kind) for candidate, kind in self.problem.fixed]
        return np.any(fixed, axis=0)[self.site] if fixed else np.zeros(len(self.option), dtype=bool)

    @cached_property
    def least_required(self) -> Ints:
        """Of each site that must be taken, the option of least land; these are allowed if any choice is."""
        required = np.flatnonzero(self.required)
        order = required[np.lexsort((self.land[required], self.site[required]))]
        return np.sort(order[np.diff(self.site[order], prepend=-1) > 0])

    @cached_property
    def smallest(self) -> Ints:
        """Persons that each site has room for at its smallest size."""
        persons = np.where(self.existing, self.room, np.iinfo("int64").max)
        np.minimum.at(persons, self.site, self.capacity)
        return persons

    @cached_property
    def rules(self) -> tuple[sparse.csr_array, Floats, Floats]:
        """Rows on the options: budgets, one option a site, and each candidate's area or, unless shared, one option."""
        count = len(self.option)
        rows, highs = [], []
        candidate, kind = self.candidate[self.site], self.kind[self.site]
        for budget in self.problem.budgets:
            mine = np.isin(candidate, budget.members) & ((kind == budget.kind) if budget.kind is not None else True)
            if self.land[mine].sum() > budget.limit_m2:
                rows.append(np.where(mine, self.land, 0).astype("float64"))
                highs.append(float(budget.limit_m2))
        budgets = sparse.csr_array(np.array(rows, dtype="float64").reshape(len(rows), count))
        per_site = sparse.csr_array((np.ones(count), (self.site, np.arange(count))), shape=(self.sites, count))
        land = self.land.astype("float64") if self.problem.split else np.ones(count)
        parcels = sparse.csr_array((land, (candidate, np.arange(count))), shape=(len(self.problem.area_m2), count))
        most = self.problem.area_m2.astype("float64") if self.problem.split else np.ones(len(self.problem.area_m2))
        matrix = sparse.vstack([budgets, per_site, parcels]).tocsr()
        high = np.concatenate([highs, np.ones(self.sites), most])
        low = np.full(len(high), -np.inf)
        low[len(highs) + np.unique(self.site[self.required])] = 1
        used = np.diff(matrix.indptr) > 0
        return matrix[used], low[used], high[used]

    @cached_property
    def demanded(self) -> Ints:
        """Kinds with persons to be served."""
        return np.flatnonzero([kind.persons.any() for kind in self.problem.kinds])

    def by_kind(self, taken: Ints, served: Ints) -> Floats:
        """Objective by kind of options (indices in this model) and of persons served by pair."""
        kinds = len(self.problem.kinds)
        objective = np.zeros(kinds)
        objective[self.demanded] = self.without / max(len(self.demanded), 1)
        objective += np.bincount(self.kind[self.site[taken]], self.cost[taken], minlength=kinds)
        objective -= np.bincount(self.row_kind[self.pair_row], self.saved * served, minlength=kinds)
        return objective

    def objective(self, taken: Ints, served: Ints) -> float:
        """Objective of options (indices in this model) and of persons served by pair."""
        return float(self.by_kind(taken, served).sum())

    def allows(self, taken: Ints) -> bool:
        """True if options (indices in this model) meet the rules on land and have all that is required."""
        matrix, low, high = self.rules
        used = matrix[:, taken].sum(axis=1)
        return bool((used >= low).all() and (used <= high).all())

    def left_by(self, candidate: Ints, land: Ints) -> "tuple[Model, Ints]":
        """Model of what others leave that take land (m²) of candidates, and the indices of its options in this one."""
        problem = self.problem
        used = np.bincount(candidate, land, minlength=len(problem.area_m2)).astype("int64")
        area = problem.area_m2 - used if problem.split else np.where(used > 0, 0, problem.area_m2)
        budgets = tuple(
            budget
            if budget.kind is not None
            else replace(budget, limit_m2=max(budget.limit_m2 - int(used[budget.members].sum()), 0))
            for budget in problem.budgets
        )
        kept = np.flatnonzero(self.land <= area[self.candidate[self.site]])
        left = replace(
            self,
            problem=replace(problem, area_m2=area, budgets=budgets),
            option=self.option[kept],
            site=self.site[kept],
            capacity=self.capacity[kept],
            cost=self.cost[kept],
            land=self.land[kept],
        )
        return left, kept

    def of_kind(self, kind: int) -> "Part":
        """Model of one kind alone."""
        sites, rows = self.kind == kind, self.row_kind == kind
        options, pairs = np.flatnonzero(sites[self.site]), np.flatnonzero(rows[self.pair_row])
        new_site, new_row = np.cumsum(sites) - 1, np.cumsum(rows) - 1
        model = replace(
            self,
            option=self.option[options],
            site=new_site[self.site[options]],
            candidate=self.candidate[sites],
            kind=self.kind[sites],
            capacity=self.capacity[options],
            cost=self.cost[options],
            land=self.land[options],
            room=self.room[sites],
            pair_site=new_site[self.pair_site[pairs]],
            pair_row=new_row[self.pair_row[pairs]],
            saved=self.saved[pairs],
            row_kind=self.row_kind[rows],
            row_cell=self.row_cell[rows],
            persons=self.persons[rows],
            without=self.without / len(self.demanded),
        )
        return Part(model, options, np.flatnonzero(rows))


@dataclass(frozen=True, slots=True)
class Part:
    """Model of one kind, and the indices of its options and rows in the whole model."""

    model: Model
    options: Ints
    rows: Ints


def build(problem: Problem, weights: Weights) -> Model:
    """Lay a problem out in flat arrays; options that no answer can take are left out."""
    kinds = max(len(problem.kinds), 1)
    option = np.flatnonzero(_usable(problem))
    option = option[np.lexsort((problem.capacity[option], problem.kind[option], problem.candidate[option]))]
    keys, site = np.unique(problem.candidate[option] * kinds + problem.kind[option], return_inverse=True)
    candidate, kind = keys // kinds, keys % kinds
    room = np.zeros(len(keys), dtype="int64")
    np.maximum.at(room, site, problem.capacity[option])
    demands, count, without = [], 0, 0.0
    for number, facility in enumerate(problem.kinds):
        if not facility.persons.any():
            continue
        without += weights.cover
        demand = _demand(problem, number, weights, (candidate, kind), count)
        candidate = np.concatenate([candidate, np.full(len(demand.spare), -1)])
        kind = np.concatenate([kind, np.full(len(demand.spare), number)])
        room = np.concatenate([room, demand.spare])
        count += len(demand.cell)
        demands.append(demand)
    pair_site = _ints([demand.site for demand in demands])
    pair_row = _ints([demand.row for demand in demands])
    saved = np.concatenate([[], *(demand.saved for demand in demands)])
    persons = _ints([demand.persons for demand in demands])
    kept = useful_pairs(pair_site, pair_row, saved, persons, np.where(candidate < 0, room, -1))
    kept = kept[np.lexsort((pair_row[kept], pair_site[kept]))]
    unsuitable = weights.suitability * (1 - problem.suitability) + weights.new_land * problem.is_new
    return Model(
        problem=problem,
        option=option,
        site=site,
        candidate=candidate,
        kind=kind,
        capacity=problem.capacity[option],
        cost=unsuitable[problem.candidate[option]] * problem.land_m2[option] / problem.granted_m2,
        land=problem.land_m2[option],
        room=room,
        pair_site=pair_site[kept],
        pair_row=pair_row[kept],
        saved=saved[kept],
        row_kind=_ints([np.full(len(demand.cell), demand.kind) for demand in demands]),
        row_cell=_ints([demand.cell for demand in demands]),
        persons=persons,
        without=without,
    )


def useful_pairs(site: Ints, row: Ints, saved: Floats, persons: Ints, room: Ints) -> Ints:
    """Indices of pairs without those that save less than another site with room for all whom it could serve.

    Parameters
    ----------
    site, row, saved
        By pair.
    persons, room
        By row, and by site.
    """
    reached = np.bincount(site, persons[row], minlength=len(room))
    pairs = np.flatnonzero((room >= reached)[site])
    order = pairs[np.lexsort((saved[pairs], row[pairs]))]
    best = order[np.flatnonzero(np.diff(row[order], append=-1))]
    least = np.full(len(persons), -np.inf)
    least[row[best]] = saved[best]
    useful = saved > least[row]
    useful[best] = True
    return np.flatnonzero(useful)


def _usable(problem: Problem) -> Mask:
    """Options that fit their candidate and each budget, and are not barred."""
    usable = problem.land_m2 <= problem.area_m2[problem.candidate]
    for budget in problem.budgets:
        mine = np.isin(problem.candidate, budget.members)
        if budget.kind is not None:
            mine &= problem.kind == budget.kind
        usable &= ~mine | (problem.land_m2 <= budget.limit_m2)
    for candidate, kind in problem.barred:
        usable &= (problem.candidate != candidate) | (problem.kind != kind)
    return usable


@dataclass(frozen=True, slots=True)
class _Demand:
    """One kind's pairs (site, row, saved), rows (cell, persons), and spare capacity of its existing facilities."""

    kind: int
    site: Ints
    row: Ints
    saved: Floats
    cell: Ints
    persons: Ints
    spare: Ints


def _demand(problem: Problem, number: int, weights: Weights, sites: tuple[Ints, Ints], rows: int) -> _Demand:
    """Pairs and rows of a kind; its existing facilities follow the sites (candidate and kind) and rows so far."""
    facility, (candidate, kind) = problem.kinds[number], sites
    total = int(facility.persons.sum())
    mine = np.flatnonzero((kind == number) & (candidate >= 0))
    site_of_candidate = np.full(len(problem.area_m2), -1)
    site_of_candidate[candidate[mine]] = mine
    spare = np.flatnonzero(facility.spare > 0)
    site_of_existing = np.full(len(facility.spare), -1)
    site_of_existing[spare] = len(candidate) + np.arange(len(spare))
    parts = [_pairs(facility, facility.cost, site_of_candidate), _pairs(facility, facility.reach, site_of_existing)]
    site, cell, metres = (np.concatenate(part) for part in zip(*parts, strict=True))
    saved = (weights.cover - weights.distance * metres / facility.radius_m) / total
    useful = saved > 0
    cells, row = np.unique(cell[useful], return_inverse=True)
    return _Demand(
        number, site[useful], rows + row, saved[useful], cells, facility.persons[cells], facility.spare[spare]
    )


def _pairs(kind: Kind, metres: sparse.csr_array, sites: Ints) -> tuple[Ints, Ints, Floats]:
    """Site, cell and metres of the stored pairs whose column is a site (-1: is none) and whose cell has persons."""
    cell = np.repeat(np.arange(metres.shape[0]), np.diff(metres.indptr))
    site = sites[metres.indices] if len(sites) else np.full(metres.nnz, -1)
    served = (site >= 0) & (kind.persons[cell] > 0)
    return site[served], cell[served], metres.data[served]


def _ints(parts: Sequence[Ints]) -> Ints:
    """One array of integers, empty where there are no parts."""
    return np.concatenate([[], *parts]).astype("int64")
