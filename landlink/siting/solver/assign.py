"""Persons assigned to sites of given capacities, whole persons, so that the most is saved: a transport problem."""

import numpy as np
from scipy import sparse

from landlink.siting.arrays import Floats, Ints
from landlink.siting.limits import Limits
from landlink.siting.mip import Program, solve
from landlink.siting.solver.model import Model, useful_pairs


def capacities(model: Model, taken: Ints) -> Ints:
    """Capacity by site where options (indices in the model) are taken, existing facilities' among them."""
    capacity = np.where(model.existing, model.room, 0)
    np.maximum.at(capacity, model.site[taken], model.capacity[taken])
    return capacity


def assign(model: Model, capacity: Ints, limits: Limits) -> tuple[Ints, Floats]:
    """Persons served by pair, and what one more person of each row would save.

    A row whose best site has room for all who come goes there; what is left is a transport problem, whose vertices are
    whole numbers.

    Parameters
    ----------
    capacity
        By site, persons; 0 where nothing is taken.
    limits
        Their seed and threads hold; time does not, since an assignment is part of every answer.

    Returns
    -------
    Persons by pair, int, and saved by row.
    """
    served, price = np.zeros(len(model.saved), dtype="int64"), np.zeros(len(model.persons))
    pairs = np.flatnonzero(capacity[model.pair_site] > 0)
    if not len(pairs):
        return served, price
    useful = useful_pairs(model.pair_site[pairs], model.pair_row[pairs], model.saved[pairs], model.persons, capacity)
    pairs = pairs[useful]
    order = pairs[np.lexsort((model.saved[pairs], model.pair_row[pairs]))]
    best = order[np.flatnonzero(np.diff(model.pair_row[order], append=-1))]
    served[best] = model.persons[model.pair_row[best]]
    price[model.pair_row[best]] = model.saved[best]
    load = np.bincount(model.pair_site[best], served[best], minlength=model.sites)
    if (load <= capacity).all():
        return served, price
    pairs = _contested(model, pairs, capacity)
    served[pairs] = 0
    served[pairs], rows, prices = _transport(model, pairs, capacity, limits)
    price[rows] = prices
    return served, price


def _contested(model: Model, pairs: Ints, capacity: Ints) -> Ints:
    """Pairs of rows with a pair to a site that lacks room for all who could come; other rows are settled."""
    reached = np.bincount(model.pair_site[pairs], model.persons[model.pair_row[pairs]], minlength=model.sites)
    ample = (capacity >= reached)[model.pair_site[pairs]]
    contested = np.zeros(len(model.persons), dtype=bool)
    contested[model.pair_row[pairs[~ample]]] = True
    return pairs[contested[model.pair_row[pairs]]]


def _transport(model: Model, pairs: Ints, capacity: Ints, limits: Limits) -> tuple[Ints, Ints, Floats]:
    """Persons by pair, the rows concerned, and what one more person of each would save."""
    site, row, saved = model.pair_site[pairs], model.pair_row[pairs], model.saved[pairs]
    names, ends = np.unique(np.concatenate([model.sites + row, site]), return_inverse=True)
    rows = sparse.csr_array(
        (np.ones(len(ends)), (ends, np.tile(np.arange(len(pairs)), 2))), shape=(len(names), len(pairs))
    )
    scale = saved.max()
    outcome = solve(
        Program(
            cost=-saved / scale,
            rows=rows,
            low=np.full(len(names), -np.inf),
            high=np.concatenate([capacity, model.persons])[names].astype("float64"),
            least=np.zeros(len(pairs)),
            most=np.minimum(model.persons[row], capacity[site]).astype("float64"),
            whole=np.zeros(len(pairs), dtype=bool),
        ),
        Limits(seed=limits.seed, threads=limits.threads),
    )
    people = names >= model.sites
    prices = np.maximum(0, -scale * outcome.duals[people])
    return np.floor(outcome.values + 0.5).astype("int64"), names[people] - model.sites, prices
