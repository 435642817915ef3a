"""The fewest sites that cover all demand."""

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from landlink.siting.arrays import Ints
from landlink.siting.limits import Progress
from landlink.siting.mip import Program, solve
from landlink.siting.models.answer import Reason
from landlink.siting.models.pace import Pace

_WORK = 3e8  # products that comparing all rows, or all columns, with one another may take
_ROUNDING = 1e-6  # of a bound that is whole
_HALF = 0.5
_AGAIN = 30  # times that greedy choice is repeated
_KEPT = 0.8  # share of a choice that is kept then


@dataclass(frozen=True, slots=True)
class Fewest:
    """Sites that cover all demand, and how many it takes at least.

    Parameters
    ----------
    opened
        Sites, ascending.
    bound
        No fewer cover all demand.
    """

    opened: Ints
    bound: int


def fewest(cover: sparse.csr_array, pace: Pace, *, enough: int = 0, tells: bool = False) -> Fewest:
    """Cover all demand by the fewest sites.

    Rows and columns that others imply are left out; the solver begins with what greedy choice finds.

    Parameters
    ----------
    cover
        n × m, ones where a site (column) covers a demand (row); each row has one.
    pace
        Of the solve; ends this one with it.
    enough
        Number of sites that will do: stop as soon as so many are found, or proven too few. 0 asks for the fewest.
    tells
        The number of sites is the objective of the solve, to be told as its progress.

    References
    ----------
    Toregas, C., Swain, R., ReVelle, C. and Bergman, L. (1971). The location of emergency service facilities.
    Operations Research 19.
    """
    rows, columns = thinned(cover)
    table = cover[rows][:, columns]
    greedy = _good(table, pace, enough)
    told = pace if tells else Pace(pace.limits)
    told.found(len(greedy))
    told.proven(1)

    def watch(progress: Progress) -> bool:
        told.found(_up(progress.objective))
        told.proven(_up(progress.bound))
        return told.objective <= enough or (enough and told.bound > enough) or not pace.goes

    if told.objective <= max(enough, 1):
        return Fewest(columns[greedy], 1)
    count = len(columns)
    start = np.zeros(count)
    start[greedy] = 1.0
    program = Program(
        cost=np.ones(count),
        rows=table,
        low=np.ones(len(rows)),
        high=np.full(len(rows), np.inf),
        least=np.zeros(count),
        most=np.ones(count),
        whole=np.ones(count, dtype=bool),
    )
    outcome = solve(program, replace(pace.limits, watch=watch), start=start)
    found = np.flatnonzero(outcome.values > _HALF) if len(outcome.values) else greedy
    told.found(len(found))
    told.proven(_up(outcome.bound))
    return Fewest(columns[found], int(told.bound))


def covering(pairs: sparse.csr_array) -> sparse.csr_array:
    """Return ones in place of the pairs' costs."""
    return sparse.csr_array((np.ones(pairs.nnz), pairs.indices, pairs.indptr), shape=pairs.shape)


def too_few(pairs: sparse.csr_array, p: int, pace: Pace) -> Reason:
    """Reason why ``p`` sites, proven not to reach all demand, do not: how many it takes at least."""
    return Reason("too_few", {"p": p, "least": max(p + 1, fewest(covering(pairs), pace).bound)})


def thinned(cover: sparse.csr_array) -> tuple[Ints, Ints]:
    """Rows and columns that imply the others, until there are none to leave out.

    A row is left out that has all columns of another, and a column all of whose rows another has; of equal ones the
    first is kept.
    """
    rows, columns = np.arange(cover.shape[0]), np.arange(cover.shape[1])
    while True:
        table = cover[rows][:, columns]
        _, outer, later = _nested(table)
        kept_rows = np.delete(rows, np.append(outer, later))
        turned = cover[kept_rows][:, columns].T.tocsr()
        inner, _, later = _nested(turned)
        empty = np.flatnonzero(np.diff(turned.indptr) == 0)
        kept_columns = np.delete(columns, np.concatenate([inner, later, empty]))
        if len(kept_rows) == len(rows) and len(kept_columns) == len(columns):
            return rows, columns
        rows, columns = kept_rows, kept_columns


def _nested(table: sparse.csr_array) -> tuple[Ints, Ints, Ints]:
    """Rows that lie within another and those others; and rows that equal an earlier one."""
    heights = np.bincount(table.indices, minlength=1).astype(np.float64)
    if (heights * heights).sum() > _WORK:
        none = np.array([], dtype=np.int64)
        return none, none, none
    sizes = np.diff(table.indptr)
    common = (table @ table.T).tocoo()
    one, other = common.row, common.col
    nested = common.data == sizes[one]
    equal = nested & (sizes[one] == sizes[other])
    within = nested & ~equal
    return one[within], other[within], one[equal & (one > other)]


def _good(table: sparse.csr_array, pace: Pace, enough: int) -> Ints:
    """Few columns that cover all rows: greedy choice, a part of it time and again being chosen anew."""
    random = np.random.default_rng(pace.limits.seed)
    chosen = _greedy(table, np.array([], dtype=np.int64))
    for _ in range(_AGAIN):
        if len(chosen) <= max(1, enough) or not pace.goes:
            break
        other = _greedy(table, random.permutation(chosen)[: int(_KEPT * len(chosen))])
        chosen = other if len(other) <= len(chosen) else chosen
    return np.sort(chosen)


def _greedy(table: sparse.csr_array, chosen: Ints) -> Ints:
    """Columns that cover all rows, some being chosen: each time the one that covers most; those not needed left out."""
    by_column = table.tocsc()
    times = table[:, chosen].sum(axis=1).astype(np.int64)
    gains = np.bincount(table[times == 0].indices, minlength=table.shape[1])
    columns = [*chosen]
    while (times == 0).any():
        column = int(gains.argmax())
        covered = by_column.indices[by_column.indptr[column] : by_column.indptr[column + 1]]
        gains -= np.bincount(table[covered[times[covered] == 0]].indices, minlength=table.shape[1])
        times[covered] += 1
        columns.append(column)
    for column in tuple(columns):
        covered = by_column.indices[by_column.indptr[column] : by_column.indptr[column + 1]]
        if (times[covered] > 1).all():
            times[covered] -= 1
            columns.remove(column)
    return np.array(columns, dtype=np.int64)


def _up(value: float) -> float:
    """Objective or bound of a whole number, up to rounding."""
    return math.ceil(value - _ROUNDING) if math.isfinite(value) else value
