"""The fewest sites that cover all demand: reduction of rows and columns, greedy choice and a mixed-integer program."""

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from landlink.siting.arrays import Ints
from landlink.siting.limits import Progress
from landlink.siting.mip import Program, solve
from landlink.siting.models.answer import Reason
from landlink.siting.models.monitor import Monitor

# Products of entries above which comparing all rows, or all columns, takes more than some seconds.
_MAX_PRODUCTS = 3e8
# Rounding of a bound of whole numbers.
_ROUNDING = 1e-6
# Value of a site's variable, 0–1, above which the site counts as chosen.
_CHOSEN = 0.5
# Times that greedy choice is repeated from a part of the best.
_REPEATS = 30
# Share of the best choice that each repetition keeps.
_KEPT = 0.8


@dataclass(frozen=True, slots=True)
class Cover:
    """Sites that cover all demand, and how many it takes at least.

    Parameters
    ----------
    open
        Indices of the sites, ascending.
    bound
        No fewer cover all demand.
    """

    open: Ints
    bound: int


def minimum_cover(cover: sparse.csr_array, monitor: Monitor, *, enough: int = 0, reports: bool = False) -> Cover:
    """Cover all demand by the fewest sites.

    Rows and columns that others imply are left out; the solver begins with what greedy choice finds.

    Parameters
    ----------
    cover
        n × m, ones where a site (column) covers a demand (row); each row has one.
    monitor
        Of the solve; this one ends with it.
    enough
        Number of sites that will do: stop as soon as so many suffice, or are proven too few. 0 asks for the fewest.
    reports
        The number of sites is the objective of the whole solve, reported as its progress.

    References
    ----------
    Toregas, C., Swain, R., ReVelle, C. and Bergman, L. (1971). The location of emergency service facilities.
    Operations Research 19.
    """
    rows, columns = reduced(cover)
    table = cover[rows][:, columns]
    greedy = _repeated_greedy(table, monitor, enough)
    count = monitor if reports else Monitor(monitor.limits)
    count.improve(len(greedy))
    count.prove(1)

    def watch(progress: Progress) -> bool:
        count.improve(_rounded_up(progress.objective))
        count.prove(_rounded_up(progress.bound))
        return count.objective <= enough or (enough and count.bound > enough) or not monitor.running

    if count.objective <= max(enough, 1):
        return Cover(columns[greedy], 1)
    size = len(columns)
    start = np.zeros(size)
    start[greedy] = 1.0
    program = Program(
        cost=np.ones(size),
        rows=table,
        low=np.ones(len(rows)),
        high=np.full(len(rows), np.inf),
        least=np.zeros(size),
        most=np.ones(size),
        whole=np.ones(size, dtype=bool),
    )
    outcome = solve(program, replace(monitor.limits, watch=watch), start=start)
    chosen = np.flatnonzero(outcome.values > _CHOSEN) if len(outcome.values) else greedy
    count.improve(len(chosen))
    count.prove(_rounded_up(outcome.bound))
    return Cover(columns[chosen], int(count.bound))


def reach(pairs: sparse.csr_array) -> sparse.csr_array:
    """Ones in place of the pairs' costs."""
    return sparse.csr_array((np.ones(pairs.nnz), pairs.indices, pairs.indptr), shape=pairs.shape)


def too_few(pairs: sparse.csr_array, p: int, monitor: Monitor) -> Reason:
    """Reason why ``p`` sites, proven not to reach all demand, do not: how many it takes at least."""
    return Reason("too_few", {"p": p, "least": max(p + 1, minimum_cover(reach(pairs), monitor).bound)})


def reduced(cover: sparse.csr_array) -> tuple[Ints, Ints]:
    """Indices of the rows and columns that imply all others.

    A row is left out that has all columns of another, and a column all of whose rows another has; of equal ones the
    first is kept.

    Examples
    --------
    Whatever covers the first row covers the second; without the second row the second column covers nothing.

    >>> rows, columns = reduced(sparse.csr_array([[1, 0], [1, 1]]))
    >>> rows.tolist(), columns.tolist()
    ([0], [0])
    """
    rows, columns = np.arange(cover.shape[0]), np.arange(cover.shape[1])
    while True:
        table = cover[rows][:, columns]
        _, outer, later = _nested(table)
        kept_rows = np.delete(rows, np.append(outer, later))
        by_column = cover[kept_rows][:, columns].T.tocsr()
        inner, _, later = _nested(by_column)
        empty = np.flatnonzero(np.diff(by_column.indptr) == 0)
        kept_columns = np.delete(columns, np.concatenate([inner, later, empty]))
        if len(kept_rows) == len(rows) and len(kept_columns) == len(columns):
            return rows, columns
        rows, columns = kept_rows, kept_columns


def _nested(table: sparse.csr_array) -> tuple[Ints, Ints, Ints]:
    """Rows that lie within another and those others; and rows that equal an earlier one."""
    heights = np.bincount(table.indices, minlength=1).astype(np.float64)
    if (heights * heights).sum() > _MAX_PRODUCTS:
        none = np.array([], dtype=np.int64)
        return none, none, none
    sizes = np.diff(table.indptr)
    common = (table @ table.T).tocoo()
    row, other = common.row, common.col
    nested = common.data == sizes[row]
    equal = nested & (sizes[row] == sizes[other])
    within = nested & ~equal
    return row[within], other[within], row[equal & (row > other)]


def _repeated_greedy(table: sparse.csr_array, monitor: Monitor, fewest: int) -> Ints:
    """Few columns that cover all rows: greedy choice, repeated from a random part of the best."""
    random = np.random.default_rng(monitor.limits.seed)
    chosen = _greedy(table, np.array([], dtype=np.int64))
    for _ in range(_REPEATS):
        if len(chosen) <= max(1, fewest) or not monitor.running:
            break
        other = _greedy(table, random.permutation(chosen)[: int(_KEPT * len(chosen))])
        chosen = other if len(other) <= len(chosen) else chosen
    return np.sort(chosen)


def _greedy(table: sparse.csr_array, chosen: Ints) -> Ints:
    """Columns that cover all rows, from some on: each time the one that covers most; those not needed left out."""
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


def _rounded_up(value: float) -> float:
    """Objective or bound of a whole number, up to rounding."""
    return math.ceil(value - _ROUNDING) if math.isfinite(value) else value
