"""A problem as a mixed-integer program, and plans as its points."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from landlink.siting.models.sourcing.problem import Mask, Sourcing
from landlink.siting.solver.answer import Floats, Places
from landlink.siting.solver.mip import Program

# A capacity is written as this number unless it and demands are whole: the solver's tolerance is absolute.
_SCALE = 1e4


@dataclass(frozen=True, slots=True)
class Model:
    """A program: its variables are the pairs' shares, then the sites that are not shut.

    Parameters
    ----------
    problem
        That is written.
    program
        The program.
    sites
        Places of the sites.
    """

    problem: Sourcing
    program: Program
    sites: Places

    def point(self, sites: Mask, shares: Floats) -> Floats:
        """Open sites and shares by pair as values of the variables."""
        return np.concatenate([shares, sites[self.sites].astype(np.float64)])

    def read(self, values: Floats) -> tuple[Mask, Floats]:
        """Open sites and shares by pair of values of the variables."""
        sites = np.zeros(len(self.problem.fixed), dtype=np.bool_)
        pairs = len(self.problem.row)
        sites[self.sites] = values[pairs:] > 0.5  # noqa: PLR2004 - rounded
        return sites, np.clip(values[:pairs], 0.0, 1.0)


def model(problem: Sourcing, covers: Sequence[Places] = ()) -> Model:
    """Write a problem.

    Parameters
    ----------
    covers
        Places of pairs of one site that together exceed its capacity, by less than the solver sees.

    Notes
    -----
    The strong formulation: what a site serves is its capacity at most if it is open, and each share alone is at most
    1 if it is (Cornuéjols, Sridharan and Thizy 1991).
    """
    sites = np.flatnonzero(~problem.shut)
    place = np.full(len(problem.fixed), -1)
    place[sites] = np.arange(len(sites))
    pairs, size = len(problem.row), len(problem.row) + len(sites)
    opening = pairs + place[problem.column]
    binds = np.flatnonzero(problem.binds & ~problem.shut)
    bound = np.full(len(problem.fixed), -1)
    bound[binds] = np.arange(len(binds))
    heavy = np.flatnonzero(bound[problem.column] >= 0)
    free = np.flatnonzero(~problem.must[problem.column])
    each = np.arange(len(free))
    scale = _scales(problem)
    covered = np.concatenate([np.empty(0, dtype=np.int64), *covers])
    cover = np.repeat(np.arange(len(covers)), [len(pairs) for pairs in covers])
    demands = _rows(len(problem.demand), size, (problem.row, np.arange(pairs), np.ones(pairs)))
    capacities = _rows(
        len(binds),
        size,
        (bound[problem.column[heavy]], heavy, (problem.weight * scale[problem.column])[heavy]),
        (bound[binds], pairs + place[binds], -(problem.capacity * scale)[binds]),
    )
    openings = _rows(len(free), size, (each, free, np.ones(len(free))), (each, opening[free], -problem.upper[free]))
    count = _rows(1, size, (np.zeros(len(sites), dtype=np.int64), pairs + place[sites], np.ones(len(sites))))
    forbidden = _rows(len(covers), size, (cover, covered, np.ones(len(covered))))
    most = [np.ones(len(problem.demand)), np.zeros(len(binds) + len(free)), [problem.most]]
    least = [np.ones(len(problem.demand)), np.full(len(binds) + len(free), -np.inf), [problem.fewest]]
    program = Program(
        cost=np.concatenate([problem.cost, problem.fixed[sites]]),
        rows=sparse.csr_array(sparse.vstack([demands, capacities, openings, count, forbidden], format="csr")),
        low=np.concatenate([*least, np.full(len(covers), -np.inf)]),
        high=np.concatenate([*most, [len(pairs) - 1.0 for pairs in covers]]),
        least=np.concatenate([np.zeros(pairs), problem.must[sites].astype(np.float64)]),
        most=np.ones(size),
        whole=np.concatenate([np.full(pairs, problem.whole and len(binds) > 0), np.ones(len(sites), dtype=np.bool_)]),
    )
    return Model(problem, program, sites)


def _scales(problem: Sourcing) -> Floats:
    """Factors of the capacities, by site."""
    values = np.concatenate([problem.demand, problem.capacity])
    if (values == np.floor(values)).all():
        return np.ones(len(problem.capacity))
    return _SCALE / np.where(problem.room > 0, problem.room, _SCALE)


def _rows(rows: int, columns: int, *parts: tuple[Places, Places, Floats]) -> sparse.csr_array:
    row, column, value = (np.concatenate(pieces) for pieces in zip(*parts, strict=True))
    return sparse.csr_array((value, (row, column)), shape=(rows, columns))
