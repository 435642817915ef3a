"""Bounds: persons of a row may be served more than once at a price, so that each site can be looked at by itself.

With prices λ of the rows, a site of a given capacity takes those persons of whom it saves most beyond their price, in
that order (a continuous knapsack). Which options to take is then a small program on their values alone. Its optimum and
the sum of prices bound what any answer saves (Lagrangian relaxation; Geoffrion 1974); prices follow its subgradient.
"""

from dataclasses import dataclass, replace

import numpy as np

from landlink.siting.arrays import Floats, Ints
from landlink.siting.limits import Limits
from landlink.siting.mip import Outcome, Program, solve
from landlink.siting.solver.model import Model

# Parts of an option below this are rounding.
_NONE = 1e-9


@dataclass(frozen=True, slots=True)
class Look:
    """What a site takes at given prices.

    Parameters
    ----------
    pair
        Pairs worth their price, in order of site and falling worth.
    worth
        Of a person, by such a pair.
    before, sum_before
        Persons, and their worth, of all such pairs before one, and of all.
    first
        Place of each site's first such pair, and the number of pairs.
    """

    pair: Ints
    worth: Floats
    before: Ints
    sum_before: Floats
    first: Ints

    def within(self, site: Ints, capacity: Ints) -> tuple[Ints, Floats, Floats]:
        """Per site and capacity: the first pair that is not taken whole, persons left for it, and the worth taken."""
        start, end = self.first[site], self.first[site + 1]
        stop = np.searchsorted(self.before, self.before[start] + capacity, side="right") - 1
        stop = np.minimum(np.maximum(stop, start), end)
        rest = capacity - (self.before[stop] - self.before[start])
        worth = np.append(self.worth, 0.0)
        partial = np.where(stop < end, rest * worth[np.minimum(stop, len(self.worth))], 0.0)
        return stop, np.where(stop < end, rest, 0), self.sum_before[stop] - self.sum_before[start] + partial


def look(flat: Model, price: Floats) -> Look:
    """Return what each site takes first at given prices of the rows."""
    worth = flat.saved - price[flat.pair_row]
    pair = np.flatnonzero(worth > 0)
    come = np.bincount(flat.pair_site[pair], flat.persons[flat.pair_row[pair]], minlength=flat.sites)
    # Who comes first matters only where there is no room for all.
    full = np.flatnonzero((come > flat.smallest)[flat.pair_site[pair]])
    pair[full] = pair[full][np.lexsort((-worth[pair[full]], flat.pair_site[pair[full]]))]
    persons = flat.persons[flat.pair_row[pair]]
    before = np.concatenate([[0], np.cumsum(persons)])
    sums = np.concatenate([[0.0], np.cumsum(persons * worth[pair])])
    first = np.searchsorted(flat.pair_site[pair], np.arange(flat.sites + 1))
    return Look(pair, worth[pair], before, sums, first)


def choose(flat: Model, value: Floats, limits: Limits, *, whole: bool) -> Outcome:
    """Take options of the greatest value, each by itself, under the rules on land."""
    matrix, low, high = flat.rules
    good = np.flatnonzero((value > 0) | flat.needed)
    count = len(good)
    if not count:
        return Outcome("optimal", np.zeros(len(value)), 0.0, 0.0, np.zeros(0))
    most, kinds = np.ones(count), np.full(count, whole)
    outcome = solve(Program(-value[good], matrix[:, good], low, high, np.zeros(count), most, kinds), limits)
    if not len(outcome.values):
        return outcome
    values = np.zeros(len(value))
    values[good] = outcome.values
    return replace(outcome, values=values)


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
        By option, how much of it is taken.
    saving
        By kind, what is saved.
    """

    bound: float
    slope: Floats
    part: Floats
    saving: Floats


def relax(flat: Model, price: Floats, limits: Limits, *, whole: bool) -> Relaxed | None:
    """Solve the relaxation, in whole options or in parts of them; None where the rules on land cannot be met."""
    seen = look(flat, price)
    stop, rest, worth = seen.within(flat.site, flat.capacity)
    value = worth - flat.cost
    outcome = choose(flat, value, limits, whole=whole)
    if len(outcome.values) < len(value):
        return None
    there = np.flatnonzero(flat.existing)
    e_stop, e_rest, e_worth = seen.within(there, flat.room[there])
    part = outcome.values
    taken = np.flatnonzero(part > _NONE)
    sites = np.concatenate([flat.site[taken], there])
    shares = np.concatenate([part[taken], np.ones(len(there))])
    ends, rests = np.concatenate([stop[taken], e_stop]), np.concatenate([rest[taken], e_rest])
    used = _used(flat, seen, sites, shares, ends, rests)
    kinds = len(flat.problem.kinds)
    saving = np.zeros(kinds)
    saving += np.bincount(flat.row_kind, price * flat.persons, minlength=kinds)
    saving += np.bincount(flat.kind[there], e_worth, minlength=kinds)
    bound = flat.without - float(saving.sum()) + outcome.bound
    saving += np.bincount(flat.kind[flat.site], value * part, minlength=kinds)
    return Relaxed(bound, flat.persons - used, part, saving)


def _used(flat: Model, seen: Look, site: Ints, share: Floats, stop: Ints, rest: Floats) -> Floats:
    """Persons served by row: whole up to each site's last pair, and of that what is left."""
    start = seen.first[site]
    length = stop - start
    places = np.repeat(start - np.concatenate([[0], np.cumsum(length)[:-1]]), length) + np.arange(length.sum())
    rows = flat.pair_row[seen.pair[places]]
    size = len(flat.persons)
    used: Floats = np.bincount(rows, flat.persons[rows] * np.repeat(share, length), minlength=size).astype("float64")
    cut = (rest > 0) & (stop < seen.first[site + 1])
    last = flat.pair_row[seen.pair[stop[cut]]]
    return used + np.bincount(last, rest[cut] * share[cut], minlength=len(flat.persons))
