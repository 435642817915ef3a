"""Why here, why not there: what it would cost to do without a site, or to put it on the next best candidate."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from landlink.siting.arrays import Floats, Ints, Mask
from landlink.siting.limits import Limits
from landlink.siting.solver.model import Model, assign, capacities, model
from landlink.siting.solver.problem import Allocation, Problem, Weights


def next_best(problem: Problem, allocation: Allocation, weights: Weights) -> pd.DataFrame:
    """Cost of each site's next best, all other sites and whom they serve kept.

    Those whom a site serves go to another open site where that has room for all of them, or to the candidate that takes
    the site's place; this one also takes in people whom nobody serves.

    Returns
    -------
    A row an option taken: ``option``, ``without`` (what the objective rises by where nothing takes its place),
    ``instead`` (the best candidate for its place, -1 where there is none), ``instead_cost`` (what it rises by then),
    ``persons_lost`` (persons more whom nobody serves) and ``metres`` (change of the mean distance of those served).
    """
    flat = model(problem, weights)
    taken = np.flatnonzero(np.isin(flat.option, allocation.taken))
    state = State.of(flat, taken)
    found = [exchange(state, place, weights) for place in taken.tolist()]
    instead = np.array([one.instead for one in found], dtype="int64")
    return pd.DataFrame(
        {
            "option": flat.option[taken],
            "without": [one.without for one in found],
            "instead": np.where(instead >= 0, flat.candidate[flat.site[instead]], -1) if len(instead) else instead,
            "instead_cost": [one.cost for one in found],
            "persons_lost": np.array([one.persons_lost for one in found], dtype="int64"),
            "metres": [one.metres for one in found],
        }
    )


@dataclass(frozen=True, slots=True)
class State:
    """An answer: options taken, persons by pair, persons by row whom nobody serves, and room left by site."""

    flat: Model
    taken: Ints
    served: Ints
    unserved: Ints
    left: Ints

    @classmethod
    def of(cls, flat: Model, taken: Ints) -> "State":
        """Answer of options taken."""
        room = capacities(flat, taken)
        served = assign(flat, room, Limits())[0]
        unserved = flat.persons - np.bincount(flat.pair_row, served, minlength=len(flat.persons)).astype("int64")
        load = np.bincount(flat.pair_site, served, minlength=flat.sites).astype("int64")
        return cls(flat, taken, served, unserved, room - load)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What doing without a site costs, and the option that best takes its place (-1 where there is none)."""

    without: float
    instead: int
    cost: float
    persons_lost: int
    metres: float


def exchange(state: State, option: int, weights: Weights) -> Exchange:
    """Find the best exchange of an option that is taken, by its order in the model."""
    flat = state.flat
    site = flat.site[option]
    mine = slice(flat.starts[site], flat.starts[site + 1])
    rows, persons, saved = flat.pair_row[mine], state.served[mine], flat.saved[mine]
    released = np.zeros(len(flat.persons), dtype="int64")
    released[rows] = persons
    total, value = int(persons.sum()), float(persons @ saved)
    other = _elsewhere(state, site, released)
    without = value - float(released @ other) - float(flat.cost[option])
    replacing = _replacements(state, option)
    if not len(replacing):
        return Exchange(without, -1, np.nan, 0, np.nan)
    places, worth, count, way = _filled(state, flat.site[replacing], flat.capacity[replacing], released, other, weights)
    cost = without - worth + flat.cost[replacing]
    best = int(np.argmin(cost))
    moved = int(released[other > 0].sum()) - int(places[best])
    was = float(_metres(flat, site, saved, weights) @ persons) / total if total else np.nan
    now = float(way[best] / count[best]) if count[best] else np.nan
    return Exchange(without, int(replacing[best]), float(cost[best]), total - int(count[best]) - moved, now - was)


def _elsewhere(state: State, site: int, released: Ints) -> Floats:
    """What a person of each row saves at the best other open site that has room for all who are released."""
    flat = state.flat
    roomy = state.left >= released.sum()
    roomy[site] = False
    pairs = np.flatnonzero(roomy[flat.pair_site] & (released[flat.pair_row] > 0))
    found = np.zeros(len(flat.persons))
    np.maximum.at(found, flat.pair_row[pairs], flat.saved[pairs])
    return found


def _replacements(state: State, option: int) -> Ints:
    """Options that could take one's place: of each other candidate the one nearest in size, within budgets and area."""
    flat, problem = state.flat, state.flat.problem
    site = flat.site[option]
    barred = np.zeros(flat.sites, dtype=bool)
    barred[flat.site[state.taken]] = True
    others = state.taken[state.taken != option]
    used = np.zeros(len(problem.area_m2))
    np.add.at(used, flat.candidate[flat.site[others]], flat.land[others])
    where = flat.candidate[flat.site]
    room = problem.area_m2[where] - used[where] >= flat.land
    if not problem.split:
        room &= used[where] == 0
    good: Mask = (flat.kind[flat.site] == flat.kind[site]) & ~barred[flat.site] & room
    for budget in problem.budgets:
        counted = np.isin(where, budget.members)
        if budget.kind is not None:
            counted &= flat.kind[flat.site] == budget.kind
        good &= ~counted | (flat.land[others][counted[others]].sum() + flat.land <= budget.limit_m2)
    found = np.flatnonzero(good)
    units = problem.units[flat.option]
    off = np.abs(units[found] - units[option])
    order = found[np.lexsort((off, flat.site[found]))]
    return order[np.diff(flat.site[order], prepend=-1) > 0]


def _filled(
    state: State, sites: Ints, capacity: Ints, released: Ints, other: Floats, weights: Weights
) -> tuple[Floats, Floats, Floats, Floats]:
    """Persons taken from elsewhere, what is saved, persons and metres, of each site filled by those it helps most."""
    flat = state.flat
    number = np.full(flat.sites, -1)
    number[sites] = np.arange(len(sites))
    pairs = np.flatnonzero(number[flat.pair_site] >= 0)
    row = flat.pair_row[pairs]
    pairs = np.concatenate([pairs, pairs])
    amount = np.concatenate([state.unserved[row], released[row]])
    alternative = np.concatenate([np.zeros(len(row)), other[row]])
    gain = flat.saved[pairs] - alternative
    good = (amount > 0) & (gain > 0)
    pairs, amount, gain, alternative = pairs[good], amount[good], gain[good], alternative[good]
    at = number[flat.pair_site[pairs]]
    order = np.lexsort((-gain, at))
    pairs, amount, gain, at, alternative = pairs[order], amount[order], gain[order], at[order], alternative[order]
    before = np.cumsum(amount) - amount
    start = np.searchsorted(at, np.arange(len(sites)))
    first = before[np.minimum(start, len(before) - 1)] if len(before) else np.zeros(len(sites))
    fits = np.clip(capacity[at] - (before - first[at]), 0, amount) if len(at) else amount
    metres = _metres(flat, flat.pair_site[pairs], flat.saved[pairs], weights)

    def total(values: Floats) -> Floats:
        return np.bincount(at, values, minlength=len(sites)).astype("float64")

    return total(fits * (alternative > 0)), total(fits * gain), total(fits), total(fits * metres)


def _metres(flat: Model, site: "Ints | int", saved: Floats, weights: Weights) -> Floats:
    """Metres behind what pairs save; none where distance has no weight."""
    kinds = flat.problem.kinds
    kind = flat.kind[site]
    total = np.array([max(int(one.persons.sum()), 1) for one in kinds])[kind]
    radius = np.array([one.radius_m for one in kinds])[kind]
    if not weights.distance:
        return np.full(np.shape(saved), np.nan)
    return np.asarray((weights.cover - saved * total) * radius / weights.distance)
