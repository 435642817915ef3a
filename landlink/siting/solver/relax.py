"""Lagrangian relaxation: persons of a row may be served more than once at a price, so that each site stands alone.

With prices λ of the rows, a site of some capacity takes those persons of whom it saves most beyond their price, in that
order (a continuous knapsack). Which options to take is then a small program on their values alone. Its optimum and the
sum of prices bound what any answer saves (Geoffrion 1974); prices follow its subgradient.
"""

from dataclasses import dataclass, replace

import numpy as np

from landlink.siting.arrays import Floats, Ints
from landlink.siting.limits import Limits
from landlink.siting.mip import Outcome, Program, solve
from landlink.siting.solver.model import Model

# A part of an option below this is rounding.
_NO_PART = 1e-9


@dataclass(frozen=True, slots=True)
class Knapsacks:
    """What each site takes at given prices, in the order in which it takes it.

    Parameters
    ----------
    pair
        Pairs worth more than their price, in order of site and falling worth.
    worth
        Of a person, by such a pair.
    before, worth_before
        Persons, and their worth, of all such pairs before one; the last is of all.
    first
        By site, its first such pair; the last is the number of pairs.
    """

    pair: Ints
    worth: Floats
    before: Ints
    worth_before: Floats
    first: Ints

    def within(self, site: Ints, capacity: Ints) -> tuple[Ints, Ints, Floats]:
        """By site and capacity: the first pair that is not taken whole, persons left for it, and the worth taken."""
        start, end = self.first[site], self.first[site + 1]
        stop = np.searchsorted(self.before, self.before[start] + capacity, side="right") - 1
        stop = np.minimum(np.maximum(stop, start), end)
        rest = capacity - (self.before[stop] - self.before[start])
        worth = np.append(self.worth, 0.0)
        partial = np.where(stop < end, rest * worth[np.minimum(stop, len(self.worth))], 0.0)
        return stop, np.where(stop < end, rest, 0), self.worth_before[stop] - self.worth_before[start] + partial


def knapsacks(model: Model, price: Floats) -> Knapsacks:
    """What each site takes first at given prices of the rows."""
    worth = model.saved - price[model.pair_row]
    pair = np.flatnonzero(worth > 0)
    reached = np.bincount(model.pair_site[pair], model.persons[model.pair_row[pair]], minlength=model.sites)
    # Who comes first matters only where not all have room.
    full = np.flatnonzero((reached > model.smallest)[model.pair_site[pair]])
    pair[full] = pair[full][np.lexsort((-worth[pair[full]], model.pair_site[pair[full]]))]
    persons = model.persons[model.pair_row[pair]]
    before = np.concatenate([[0], np.cumsum(persons)])
    worth_before = np.concatenate([[0.0], np.cumsum(persons * worth[pair])])
    first = np.searchsorted(model.pair_site[pair], np.arange(model.sites + 1))
    return Knapsacks(pair, worth[pair], before, worth_before, first)


def option_values(model: Model, price: Floats) -> Floats:
    """What each option adds at given prices: the worth of those it takes, less its cost."""
    return knapsacks(model, price).within(model.site, model.capacity)[2] - model.cost


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The relaxation at some prices.

    Parameters
    ----------
    bound
        No answer's objective is less.
    slope
        By row: persons less those who are served at these prices.
    part
        By option, how much of it is taken, 0 to 1.
    saving
        By kind, what is saved.
    """

    bound: float
    slope: Floats
    part: Floats
    saving: Floats


def relax(model: Model, price: Floats, limits: Limits, *, whole: bool) -> Relaxed | None:
    """Solve the relaxation, in whole options or in parts of them; None where the limits end it without a choice."""
    taken_first = knapsacks(model, price)
    stop, rest, worth = taken_first.within(model.site, model.capacity)
    value = worth - model.cost
    outcome = _choose(model, value, limits, whole=whole)
    if len(outcome.values) < len(value):
        return None
    existing = np.flatnonzero(model.existing)
    existing_stop, existing_rest, existing_worth = taken_first.within(existing, model.room[existing])
    part = outcome.values
    taken = np.flatnonzero(part > _NO_PART)
    sites = np.concatenate([model.site[taken], existing])
    shares = np.concatenate([part[taken], np.ones(len(existing))])
    stops, rests = np.concatenate([stop[taken], existing_stop]), np.concatenate([rest[taken], existing_rest])
    served = _served(model, taken_first, sites, shares, stops, rests)
    kinds = len(model.problem.kinds)
    saving = np.zeros(kinds)
    saving += np.bincount(model.row_kind, price * model.persons, minlength=kinds)
    saving += np.bincount(model.kind[existing], existing_worth, minlength=kinds)
    bound = model.without - float(saving.sum()) + outcome.bound
    saving += np.bincount(model.kind[model.site], value * part, minlength=kinds)
    return Relaxed(bound, model.persons - served, part, saving)


def _choose(model: Model, value: Floats, limits: Limits, *, whole: bool) -> Outcome:
    """Take options of the greatest value, each by itself, under the rules on land."""
    matrix, low, high = model.rules
    options = np.flatnonzero((value > 0) | model.required)
    count = len(options)
    if not count:
        return Outcome("optimal", np.zeros(len(value)), 0.0, 0.0, np.zeros(0))
    program = Program(
        cost=-value[options],
        rows=matrix[:, options],
        low=low,
        high=high,
        least=np.zeros(count),
        most=np.ones(count),
        whole=np.full(count, whole),
    )
    outcome = solve(program, limits)
    if not len(outcome.values):
        return outcome
    values = np.zeros(len(value))
    values[options] = outcome.values
    return replace(outcome, values=values)


def _served(model: Model, taken_first: Knapsacks, site: Ints, share: Floats, stop: Ints, rest: Ints) -> Floats:
    """Persons served by row: whole up to each site's last pair, and of that what is left."""
    start = taken_first.first[site]
    length = stop - start
    pairs = np.repeat(start - np.concatenate([[0], np.cumsum(length)[:-1]]), length) + np.arange(length.sum())
    rows = model.pair_row[taken_first.pair[pairs]]
    size = len(model.persons)
    served: Floats = np.bincount(rows, model.persons[rows] * np.repeat(share, length), minlength=size).astype("float64")
    cut = (rest > 0) & (stop < taken_first.first[site + 1])
    last = model.pair_row[taken_first.pair[stop[cut]]]
    return served + np.bincount(last, rest[cut] * share[cut], minlength=size)
