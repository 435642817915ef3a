"""The problem, or some of its sites, as one mixed-integer program."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from landlink.siting.arrays import Floats, Ints, Mask
from landlink.siting.mip import Program
from landlink.siting.solver.model import Model


@dataclass(frozen=True, slots=True)
class Written:
    """A program: its variables are options, whole, then persons by pair.

    Parameters
    ----------
    program
        The program; its cost is the objective less that of serving nobody.
    options, pairs
        Ints of what is written.
    """

    program: Program
    options: Ints
    pairs: Ints

    def taken(self, values: Floats) -> Ints:
        """Options that values of the variables take."""
        return self.options[values[: len(self.options)] > 0.5]  # noqa: PLR2004 - rounded

    def point(self, taken: Ints, served: Ints) -> Floats:
        """Options and persons by pair as values of the variables."""
        return np.concatenate([np.isin(self.options, taken), served[self.pairs]]).astype("float64")


def program(flat: Model, sites: Mask) -> Written:
    """Write a program of some sites.

    Notes
    -----
    The strong formulation: a site serves its capacity at most, and of each row at most its persons if it is taken.
    """
    options = np.flatnonzero(sites[flat.site])
    pairs = np.flatnonzero(sites[flat.pair_site])
    site, row = flat.pair_site[pairs], flat.pair_row[pairs]
    n, m = len(options), len(pairs)
    rules, low, high = flat.rules
    rules = rules[:, options].tocsr()
    kept = (np.diff(rules.indptr) > 0) | (low > -np.inf)
    rules, low, high = rules[kept], low[kept], high[kept]
    rows, at = np.unique(row, return_inverse=True)
    served = sparse.csr_array((np.ones(m), (at, np.arange(m))), shape=(len(rows), m))
    names, of = np.unique(site, return_inverse=True)
    number = np.full(flat.sites, -1)
    number[names] = np.arange(len(names))
    mine = number[flat.site[options]] >= 0
    load = sparse.csr_array((np.ones(m), (of, np.arange(m))), shape=(len(names), m))
    room = sparse.csr_array(
        (-flat.capacity[options][mine].astype("float64"), (number[flat.site[options]][mine], np.flatnonzero(mine))),
        shape=(len(names), n),
    )
    new = np.flatnonzero(~flat.existing[site])
    opened = sparse.csr_array((np.ones(n), (flat.site[options], np.arange(n))), shape=(flat.sites, n))
    persons = flat.persons[row].astype("float64")
    strong_z = sparse.diags_array(-persons[new]) @ opened[site[new]]
    strong_x = sparse.csr_array((np.ones(len(new)), (np.arange(len(new)), new)), shape=(len(new), m))
    matrix = sparse.vstack(
        [
            sparse.hstack([rules, sparse.csr_array((rules.shape[0], m))]),
            sparse.hstack([sparse.csr_array((len(rows), n)), served]),
            sparse.hstack([room, load]),
            sparse.hstack([strong_z, strong_x]),
        ]
    ).tocsr()
    beside = np.where(flat.existing[names], flat.room[names], 0).astype("float64")
    high = np.concatenate([high, flat.persons[rows], beside, np.zeros(len(new))])
    low = np.concatenate([low, np.full(len(rows) + len(names) + len(new), -np.inf)])
    cost = np.concatenate([flat.cost[options], -flat.saved[pairs]])
    most = np.concatenate([np.ones(n), persons])
    whole = np.concatenate([np.ones(n, dtype=bool), np.zeros(m, dtype=bool)])
    return Written(Program(cost, matrix, low, high, np.zeros(n + m), most, whole), options, pairs)
