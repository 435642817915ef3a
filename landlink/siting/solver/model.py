"""The problem as flat arrays: what serving a person saves, what taking an option costs, and who could be served where.

Serving a person of a kind saves ``cover/persons - distance·metres/(radius·persons)``; an answer's objective is that of
serving nobody, less what it saves, plus what its land costs.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from landlink.siting.arrays import Floats, Ints, Mask
from landlink.siting.limits import Limits
from landlink.siting.mip import Program, solve
from landlink.siting.solver.problem import Problem, Weights


@dataclass(frozen=True)
class Model:
    """Flat arrays of a problem.

    Parameters
    ----------
    problem
        What they come from.
    option
        Ints of the options that can be taken, in order of site and capacity.
    site
        By such an option: number of its pair of candidate and kind.
    candidate, kind
        By site; existing facilities come after the candidates' and have candidate -1.
    capacity, cost, land
        By such an option: persons, cost in the objective, m².
    room
        By site, persons at most; what existing facilities can serve.
    pair_site, pair_row, saved
        By pair of site and row of demand, in order of site: what serving a person saves; only where it saves.
    row_kind, row_cell, persons
        By row of demand.
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
        """Place of each site's first pair, and the number of pairs."""
        return np.searchsorted(self.pair_site, np.arange(self.sites + 1))

    @cached_property
    def needed(self) -> Mask:
        """Options of sites that must be taken."""
        wanted = [(self.candidate == candidate) & (self.kind == kind) for candidate, kind in self.problem.fixed]
        return np.any(wanted, axis=0)[self.site] if wanted else np.zeros(len(self.option), dtype=bool)

    @cached_property
    def smallest(self) -> Ints:
        """Persons that each site has room for at its smallest size."""
        found = np.where(self.existing, self.room, np.iinfo("int64").max)
        np.minimum.at(found, self.site, self.capacity)
        return found

    @cached_property
    def rules(self) -> tuple[sparse.csr_array, Floats, Floats]:
        """Rows on the options: land of budgets and parcels, one option a site and, unless shared, one a candidate."""
        count = len(self.option)
        rows, highs = [], []
        where, what = self.candidate[self.site], self.kind[self.site]
        for budget in self.problem.budgets:
            mine = np.isin(where, budget.members) & ((what == budget.kind) if budget.kind is not None else True)
            if self.land[mine].sum() > budget.limit_m2:
                rows.append(np.where(mine, self.land, 0).astype("float64"))
                highs.append(float(budget.limit_m2))
        budgets = sparse.csr_array(np.array(rows, dtype="float64").reshape(len(rows), count))
        one = sparse.csr_array((np.ones(count), (self.site, np.arange(count))), shape=(self.sites, count))
        land = self.land.astype("float64") if self.problem.split else np.ones(count)
        parcels = sparse.csr_array((land, (where, np.arange(count))), shape=(len(self.problem.area_m2), count))
        most = self.problem.area_m2.astype("float64") if self.problem.split else np.ones(len(self.problem.area_m2))
        matrix = sparse.vstack([budgets, one, parcels]).tocsr()
        high = np.concatenate([highs, np.ones(self.sites), most])
        low = np.full(len(high), -np.inf)
        for candidate, kind in self.problem.fixed:
            low[len(highs) + np.flatnonzero((self.candidate == candidate) & (self.kind == kind))] = 1
        used = np.diff(matrix.indptr) > 0
        return matrix[used], low[used], high[used]

    @cached_property
    def asked(self) -> Ints:
        """Kinds that anyone asks for."""
        return np.flatnonzero([kind.persons.any() for kind in self.problem.kinds])

    def by_kind(self, taken: Ints, served: Ints) -> Floats:
        """Objective by kind of options (by their order here) and of persons served by pair."""
        kinds = len(self.problem.kinds)
        found = np.zeros(kinds)
        found[self.asked] = self.without / max(len(self.asked), 1)
        found += np.bincount(self.kind[self.site[taken]], self.cost[taken], minlength=kinds)
        saved: Floats = found - np.bincount(self.row_kind[self.pair_row], self.saved * served, minlength=kinds)
        return saved

    def objective(self, taken: Ints, served: Ints) -> float:
        """Objective of options (by their order here) and of persons served by pair."""
        return float(self.by_kind(taken, served).sum())

    def allows(self, taken: Ints) -> bool:
        """Tell whether options meet the rules on land."""
        matrix, low, high = self.rules
        used = matrix[:, taken].sum(axis=1)
        return bool((used >= low).all() and (used <= high).all())

    def beside(self, candidate: Ints, land: Ints) -> "tuple[Model, Ints]":
        """Model of what others leave that take land of some candidates, and the places of its options in this one."""
        problem = self.problem
        used = np.bincount(candidate, land, minlength=len(problem.area_m2)).astype("int64")
        area = problem.area_m2 - used if problem.split else np.where(used > 0, 0, problem.area_m2)
        budgets = tuple(
            budget
            if budget.kind is not None
            else replace(budget, limit_m2=max(budget.limit_m2 - int(used[budget.members].sum()), 0))
            for budget in problem.budgets
        )
        room = np.flatnonzero(self.land <= area[self.candidate[self.site]])
        left = replace(
            self,
            problem=replace(problem, area_m2=area, budgets=budgets),
            option=self.option[room],
            site=self.site[room],
            capacity=self.capacity[room],
            cost=self.cost[room],
            land=self.land[room],
        )
        return left, room

    def part(self, kind: int) -> "Part":
        """Model of one kind alone."""
        sites, rows = self.kind == kind, self.row_kind == kind
        options, pairs = np.flatnonzero(sites[self.site]), np.flatnonzero(rows[self.pair_row])
        at, to = np.cumsum(sites) - 1, np.cumsum(rows) - 1
        flat = replace(
            self,
            option=self.option[options],
            site=at[self.site[options]],
            candidate=self.candidate[sites],
            kind=self.kind[sites],
            capacity=self.capacity[options],
            cost=self.cost[options],
            land=self.land[options],
            room=self.room[sites],
            pair_site=at[self.pair_site[pairs]],
            pair_row=to[self.pair_row[pairs]],
            saved=self.saved[pairs],
            row_kind=self.row_kind[rows],
            row_cell=self.row_cell[rows],
            persons=self.persons[rows],
            without=self.without / len(self.asked),
        )
        return Part(flat, options, np.flatnonzero(rows))


@dataclass(frozen=True, slots=True)
class Part:
    """Model of one kind, and the places of its options and rows of demand in the whole."""

    flat: Model
    options: Ints
    rows: Ints


def model(problem: Problem, weights: Weights) -> Model:
    """Lay a problem out in flat arrays; options that no answer can take are left out."""
    scale = max(sum(budget.limit_m2 for budget in problem.budgets if budget.kind is not None), 1)
    lacking = weights.suitability * (1 - problem.suitability) + weights.new_land * problem.is_new
    option = np.flatnonzero(_usable(problem))
    option = option[np.lexsort((problem.capacity[option], problem.kind[option], problem.candidate[option]))]
    both = problem.candidate[option] * max(len(problem.kinds), 1) + problem.kind[option]
    known, site = np.unique(both, return_inverse=True)
    candidate, kind = known // max(len(problem.kinds), 1), known % max(len(problem.kinds), 1)
    room = np.zeros(len(known), dtype="int64")
    np.maximum.at(room, site, problem.capacity[option])
    parts, rows, cells, persons, without = [], [], [], [], 0.0
    count = 0
    for place, one in enumerate(problem.kinds):
        total = int(one.persons.sum())
        if total == 0:
            continue
        without += weights.cover
        own = np.flatnonzero((kind == place) & (candidate >= 0))
        at = np.full(len(problem.area_m2), -1)
        at[candidate[own]] = own
        spare = np.flatnonzero(one.spare > 0)
        beside = np.full(len(one.spare), -1)
        beside[spare] = len(candidate) + np.arange(len(spare))
        candidate = np.concatenate([candidate, np.full(len(spare), -1)])
        kind = np.concatenate([kind, np.full(len(spare), place)])
        room = np.concatenate([room, one.spare[spare]])
        found = [_pairs(matrix, sites, one.persons) for matrix, sites in ((one.cost, at), (one.reach, beside))]
        where, cell, metres = (np.concatenate(part) for part in zip(*found, strict=True))
        saved = (weights.cover - weights.distance * metres / one.radius_m) / total
        good = saved > 0
        lived, row = np.unique(cell[good], return_inverse=True)
        parts.append((where[good], count + row, saved[good]))
        rows.append(np.full(len(lived), place))
        cells.append(lived)
        persons.append(one.persons[lived])
        count += len(lived)
    where = np.concatenate([[], *(part[0] for part in parts)]).astype("int64")
    row = np.concatenate([[], *(part[1] for part in parts)]).astype("int64")
    saved = np.concatenate([[], *(part[2] for part in parts)])
    numbers = np.concatenate([[], *persons]).astype("int64")
    kept = _undominated(where, row, saved, numbers, np.where(candidate < 0, room, -1))
    where, row, saved = where[kept], row[kept], saved[kept]
    order = np.lexsort((row, where))
    return Model(
        problem,
        option,
        site,
        candidate,
        kind,
        problem.capacity[option],
        lacking[problem.candidate[option]] * problem.land_m2[option] / scale,
        problem.land_m2[option],
        room,
        where[order],
        row[order],
        saved[order],
        np.concatenate([[], *rows]).astype("int64"),
        np.concatenate([[], *cells]).astype("int64"),
        numbers,
        without,
    )


def assign(flat: Model, capacity: Ints, limits: Limits) -> tuple[Ints, Floats]:
    """Persons served by pair, in whole persons, so that the most is saved by sites of given capacities.

    A row whose best site has room for all who come goes there; what is left is a transport problem, whose vertices are
    whole.

    Parameters
    ----------
    capacity
        By site; 0 where nothing is taken.

    Returns
    -------
    Persons by pair, and by row what one more person would save at these sites.
    """
    found, price = np.zeros(len(flat.saved), dtype="int64"), np.zeros(len(flat.persons))
    pairs = np.flatnonzero(capacity[flat.pair_site] > 0)
    if not len(pairs):
        return found, price
    pairs = pairs[_undominated(flat.pair_site[pairs], flat.pair_row[pairs], flat.saved[pairs], flat.persons, capacity)]
    order = pairs[np.lexsort((flat.saved[pairs], flat.pair_row[pairs]))]
    best = order[np.flatnonzero(np.diff(flat.pair_row[order], append=-1))]
    found[best] = flat.persons[flat.pair_row[best]]
    price[flat.pair_row[best]] = flat.saved[best]
    load = np.bincount(flat.pair_site[best], found[best], minlength=flat.sites)
    if (load <= capacity).all():
        return found, price
    # Rows with a single pair to a site with room for all who could come are settled.
    reached = np.bincount(flat.pair_site[pairs], flat.persons[flat.pair_row[pairs]], minlength=flat.sites)
    ample = (capacity >= reached)[flat.pair_site[pairs]]
    open_ = np.zeros(len(flat.persons), dtype=bool)
    open_[flat.pair_row[pairs[~ample]]] = True
    pairs = pairs[open_[flat.pair_row[pairs]]]
    found[pairs] = 0
    site, row = flat.pair_site[pairs], flat.pair_row[pairs]
    names, at = np.unique(np.concatenate([flat.sites + row, site]), return_inverse=True)
    ones = np.ones(len(at))
    rows = sparse.csr_array((ones, (at, np.tile(np.arange(len(pairs)), 2))), shape=(len(names), len(pairs)))
    room = np.concatenate([capacity, flat.persons])[names].astype("float64")
    free = np.full(len(names), -np.inf)
    scale = flat.saved[pairs].max()
    most = np.minimum(flat.persons[row], capacity[site]).astype("float64")
    program = Program(
        -flat.saved[pairs] / scale, rows, free, room, np.zeros(len(pairs)), most, np.zeros(len(pairs), dtype=bool)
    )
    outcome = solve(program, Limits(seed=limits.seed, threads=limits.threads))
    found[pairs] = np.floor(outcome.values + 0.5).astype("int64")
    people = names >= flat.sites
    price[names[people] - flat.sites] = np.maximum(0, -scale * outcome.duals[people])
    return found, price


def capacities(flat: Model, taken: Ints) -> Ints:
    """Capacity by site where options (by their order in the model) are taken, existing facilities' among them."""
    found = np.where(flat.existing, flat.room, 0)
    np.maximum.at(found, flat.site[taken], flat.capacity[taken])
    return found


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


def _pairs(matrix: sparse.csr_array, sites: Ints, persons: Ints) -> tuple[Ints, Ints, Floats]:
    """Site, cell and metres of the stored pairs whose column is a site and whose cell has persons."""
    cell = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    where = sites[matrix.indices] if len(sites) else np.full(matrix.nnz, -1)
    good = (where >= 0) & (persons[cell] > 0)
    return where[good], cell[good], matrix.data[good]


def _undominated(site: Ints, row: Ints, saved: Floats, persons: Ints, room: Ints) -> Ints:
    """Pairs without those that save less than an existing facility with room for all who could come."""
    reached = np.bincount(site, persons[row], minlength=len(room))
    ample = (room >= reached)[site]
    pairs = np.flatnonzero(ample)
    order = pairs[np.lexsort((saved[pairs], row[pairs]))]
    best = order[np.flatnonzero(np.diff(row[order], append=-1))]
    least = np.full(len(persons), -np.inf)
    least[row[best]] = saved[best]
    kept = saved > least[row]
    kept[best] = True
    return np.flatnonzero(kept)
