"""The problem, or some of its sites, as one mixed-integer program: the strong formulation.

A site serves its capacity at most, and of each row at most its persons if it is taken. Its variables are options,
whole, then persons by pair.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from landlink.siting.arrays import Floats, Ints, Mask
from landlink.siting.mip import Program
from landlink.siting.solver.model import Model

# Value of an option's variable, 0–1, above which the option counts as taken.
_TAKEN = 0.5


@dataclass(frozen=True, slots=True)
class SitesProgram:
    """A program of some sites of a model.

    Parameters
    ----------
    program
        The program; its objective is the model's less that of serving nobody.
    options, pairs
        Indices in the model of what the variables stand for.
    """

    program: Program
    options: Ints
    pairs: Ints

    def taken(self, values: Floats) -> Ints:
        """Options that values of the variables take."""
        return self.options[values[: len(self.options)] > _TAKEN]

    def point(self, taken: Ints, served: Ints) -> Floats:
        """Values of the variables of options and persons by pair."""
        return np.concatenate([np.isin(self.options, taken), served[self.pairs]]).astype("float64")


def program(model: Model, sites: Mask) -> SitesProgram:
    """Write a program of some sites."""
    options, pairs = np.flatnonzero(sites[model.site]), np.flatnonzero(sites[model.pair_site])
    site, row = model.pair_site[pairs], model.pair_row[pairs]
    n, m = len(options), len(pairs)
    rules, low, high = model.rules
    rules = rules[:, options].tocsr()
    kept = (np.diff(rules.indptr) > 0) | (low > -np.inf)
    rules, low, high = rules[kept], low[kept], high[kept]
    rows, row_index = np.unique(row, return_inverse=True)
    served = sparse.csr_array((np.ones(m), (row_index, np.arange(m))), shape=(len(rows), m))
    known, site_index = np.unique(site, return_inverse=True)
    number = np.full(model.sites, -1)
    number[known] = np.arange(len(known))
    mine = number[model.site[options]] >= 0
    load = sparse.csr_array((np.ones(m), (site_index, np.arange(m))), shape=(len(known), m))
    room = sparse.csr_array(
        (-model.capacity[options][mine].astype("float64"), (number[model.site[options]][mine], np.flatnonzero(mine))),
        shape=(len(known), n),
    )
    new = np.flatnonzero(~model.existing[site])
    opened = sparse.csr_array((np.ones(n), (model.site[options], np.arange(n))), shape=(model.sites, n))
    persons = model.persons[row].astype("float64")
    strong_options = sparse.diags_array(-persons[new]) @ opened[site[new]]
    strong_pairs = sparse.csr_array((np.ones(len(new)), (np.arange(len(new)), new)), shape=(len(new), m))
    matrix = sparse.vstack(
        [
            sparse.hstack([rules, sparse.csr_array((rules.shape[0], m))]),
            sparse.hstack([sparse.csr_array((len(rows), n)), served]),
            sparse.hstack([room, load]),
            sparse.hstack([strong_options, strong_pairs]),
        ]
    ).tocsr()
    existing_room = np.where(model.existing[known], model.room[known], 0).astype("float64")
    return SitesProgram(
        Program(
            cost=np.concatenate([model.cost[options], -model.saved[pairs]]),
            rows=matrix,
            low=np.concatenate([low, np.full(len(rows) + len(known) + len(new), -np.inf)]),
            high=np.concatenate([high, model.persons[rows], existing_room, np.zeros(len(new))]),
            least=np.zeros(n + m),
            most=np.concatenate([np.ones(n), persons]),
            whole=np.concatenate([np.ones(n, dtype=bool), np.zeros(m, dtype=bool)]),
        ),
        options,
        pairs,
    )
