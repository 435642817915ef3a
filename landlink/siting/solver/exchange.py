"""Why a site stands where it does: what doing without it would cost, or putting it on the next best candidate."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from landlink.siting.arrays import Floats, Ints, Mask
from landlink.siting.limits import Limits
from landlink.siting.solver.allocation import Allocation
from landlink.siting.solver.assign import assign, capacities
from landlink.siting.solver.model import Model, build
from landlink.siting.solver.problem import Problem, Weights


def next_best(problem: Problem, allocation: Allocation, weights: Weights) -> pd.DataFrame:
    """Cost of each site's next best, all other sites and whom they serve kept.

    Those whom a site serves go to another open site where that has room for all of them, or to the candidate that
    replaces the site; this one also serves people whom nobody serves.

    Returns
    -------
    A row an option taken: ``option``, ``without`` (rise of the objective where nothing replaces it), ``instead`` (the
    best candidate in its place, -1 where there is none), ``instead_cost`` (rise of the objective then),
    ``persons_lost`` (persons more whom nobody serves) and ``metres`` (change of the mean distance of those served, m).
    """
    model = build(problem, weights)
    taken = np.flatnonzero(np.isin(model.option, allocation.taken))
    state = State.of(model, taken)
    exchanges = [exchange(state, option, weights) for option in taken.tolist()]
    instead = np.array([swap.instead for swap in exchanges], dtype="int64")
    candidates = model.candidate[model.site[np.maximum(instead, 0)]] if len(instead) else instead
    return pd.DataFrame(
        {
            "option": model.option[taken],
            "without": [swap.without for swap in exchanges],
            "instead": np.where(instead >= 0, candidates, -1),
            "instead_cost": [swap.cost for swap in exchanges],
            "persons_lost": np.array([swap.persons_lost for swap in exchanges], dtype="int64"),
            "metres": [swap.metres for swap in exchanges],
        }
    )


@dataclass(frozen=True, slots=True)
class State:
    """An answer: options taken, persons by pair, persons by row whom nobody serves, and room left by site."""

    model: Model
    taken: Ints
    served: Ints
    unserved: Ints
    left: Ints

    @classmethod
    def of(cls, model: Model, taken: Ints) -> "State":
        """Answer of options taken."""
        room = capacities(model, taken)
        served = assign(model, room, Limits())[0]
        unserved = model.persons - np.bincount(model.pair_row, served, minlength=len(model.persons)).astype("int64")
        load = np.bincount(model.pair_site, served, minlength=model.sites).astype("int64")
        return cls(model, taken, served, unserved, room - load)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What doing without a site costs, and the option that best replaces it (-1 where there is none)."""

    without: float
    instead: int
    cost: float
    persons_lost: int
    metres: float


def exchange(state: State, option: int, weights: Weights) -> Exchange:
    """Best exchange of an option that is taken (an index in the model)."""
    model = state.model
    site = model.site[option]
    mine = slice(model.starts[site], model.starts[site + 1])
    rows, persons, saved = model.pair_row[mine], state.served[mine], model.saved[mine]
    released = np.zeros(len(model.persons), dtype="int64")
    released[rows] = persons
    total, value = int(persons.sum()), float((persons * saved).sum())
    elsewhere = _elsewhere(state, site, released)
    without = value - float((released * elsewhere).sum()) - float(model.cost[option])
    options = _replacements(state, option)
    if not len(options):
        return Exchange(without, -1, np.nan, 0, np.nan)
    filled = _fill(state, options, released, elsewhere, weights)
    cost = without - filled.saved + model.cost[options]
    best = int(np.argmin(cost))
    moved = int(released[elsewhere > 0].sum()) - int(filled.from_elsewhere[best])
    served = filled.persons[best]
    before = float((_metres(model, site, saved, weights) * persons).sum()) / total if total else np.nan
    after = float(filled.metres[best] / served) if served else np.nan
    return Exchange(without, int(options[best]), float(cost[best]), total - int(served) - moved, after - before)


def _elsewhere(state: State, site: int, released: Ints) -> Floats:
    """What a person of each row saves at the best other open site that has room for all who are released."""
    model = state.model
    roomy = state.left >= released.sum()
    roomy[site] = False
    pairs = np.flatnonzero(roomy[model.pair_site] & (released[model.pair_row] > 0))
    saved = np.zeros(len(model.persons))
    np.maximum.at(saved, model.pair_row[pairs], model.saved[pairs])
    return saved


def _replacements(state: State, option: int) -> Ints:
    """Options that could replace one: of each other candidate the one nearest in size, within budgets and area."""
    model, problem = state.model, state.model.problem
    site = model.site[option]
    taken_sites = np.zeros(model.sites, dtype=bool)
    taken_sites[model.site[state.taken]] = True
    others = state.taken[state.taken != option]
    used = np.zeros(len(problem.area_m2))
    np.add.at(used, model.candidate[model.site[others]], model.land[others])
    candidate = model.candidate[model.site]
    room = problem.area_m2[candidate] - used[candidate] >= model.land
    if not problem.split:
        room &= used[candidate] == 0
    allowed: Mask = (model.kind[model.site] == model.kind[site]) & ~taken_sites[model.site] & room
    for budget in problem.budgets:
        counted = np.isin(candidate, budget.members)
        if budget.kind is not None:
            counted &= model.kind[model.site] == budget.kind
        allowed &= ~counted | (model.land[others][counted[others]].sum() + model.land <= budget.limit_m2)
    options = np.flatnonzero(allowed)
    units = problem.units[model.option]
    difference = np.abs(units[options] - units[option])
    order = options[np.lexsort((difference, model.site[options]))]
    return order[np.diff(model.site[order], prepend=-1) > 0]


@dataclass(frozen=True, slots=True)
class _Filled:
    """By option: persons taken from elsewhere, what is saved, persons in all, and the sum of their metres."""

    from_elsewhere: Floats
    saved: Floats
    persons: Floats
    metres: Floats


def _fill(state: State, options: Ints, released: Ints, elsewhere: Floats, weights: Weights) -> _Filled:
    """Fill each option, by itself, with those it helps most of the unserved and the released."""
    model = state.model
    number = np.full(model.sites, -1)
    number[model.site[options]] = np.arange(len(options))
    pairs = np.flatnonzero(number[model.pair_site] >= 0)
    row = model.pair_row[pairs]
    pairs = np.concatenate([pairs, pairs])
    amount = np.concatenate([state.unserved[row], released[row]])
    alternative = np.concatenate([np.zeros(len(row)), elsewhere[row]])
    gain = model.saved[pairs] - alternative
    helpful = (amount > 0) & (gain > 0)
    pairs, amount, gain, alternative = pairs[helpful], amount[helpful], gain[helpful], alternative[helpful]
    index = number[model.pair_site[pairs]]
    order = np.lexsort((-gain, index))
    pairs, amount, gain, index, alternative = pairs[order], amount[order], gain[order], index[order], alternative[order]
    before = np.cumsum(amount) - amount
    start = np.searchsorted(index, np.arange(len(options)))
    first = before[np.minimum(start, len(before) - 1)] if len(before) else np.zeros(len(options))
    capacity = model.capacity[options]
    fits = np.clip(capacity[index] - (before - first[index]), 0, amount) if len(index) else amount
    metres = _metres(model, model.pair_site[pairs], model.saved[pairs], weights)

    def total(values: Floats) -> Floats:
        return np.bincount(index, values, minlength=len(options)).astype("float64")

    return _Filled(total(fits * (alternative > 0)), total(fits * gain), total(fits), total(fits * metres))


def _metres(model: Model, site: "Ints | int", saved: Floats, weights: Weights) -> Floats:
    """Metres behind what pairs save; missing where distance has no weight."""
    kinds = model.problem.kinds
    index = model.kind[site]
    total = np.array([max(int(kind.persons.sum()), 1) for kind in kinds])[index]
    radius = np.array([kind.radius_m for kind in kinds])[index]
    if not weights.distance:
        return np.full(np.shape(saved), np.nan)
    return np.asarray((weights.cover - saved * total) * radius / weights.distance)
