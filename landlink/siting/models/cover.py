"""Covering: the fewest sites that cover all demand, and the most demand that p sites cover."""

import numpy as np
import numpy.typing as npt

from landlink.siting.limits import Limits, Watch
from landlink.siting.models.answer import Answer, no_answer, whole_shares
from landlink.siting.models.arguments import (
    Matrix,
    checked_amounts,
    checked_cover,
    checked_p,
    nearest,
    unreached,
)
from landlink.siting.models.minimum_cover import minimum_cover
from landlink.siting.models.monitor import Monitor
from landlink.siting.models.pairs import pairs_of
from landlink.siting.models.search import Search


def set_cover(
    cover: Matrix,
    *,
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    threads: int = 1,
    watch: Watch | None = None,
) -> Answer:
    """Open the fewest sites that cover all demand.

    Parameters
    ----------
    cover
        n × m, which site (column) covers which demand (row): boolean, or numbers of which any but 0 means covered;
        dense or sparse.
    time_limit, gap, seed, threads, watch
        See :class:`landlink.siting.limits.Limits`; a gap of 0 asks for the proven optimum.

    Returns
    -------
    The objective is the number of sites; each demand is given to the first open one that covers it. There is none
    where no site covers some demand (``unreached``).

    Raises
    ------
    DataError
        The matrix or options are not as they must be.

    References
    ----------
    Toregas, C., Swain, R., ReVelle, C. and Bergman, L. (1971). The location of emergency service facilities.
    Operations Research 19.

    Examples
    --------
    >>> set_cover([[1, 1, 0], [0, 1, 0], [0, 1, 1], [0, 0, 1]]).open
    array([1, 2])
    """
    limits = Limits(time_limit, gap, seed, threads, watch)
    table = checked_cover(cover)
    if reasons := unreached(table):
        return no_answer("infeasible", table.shape, limits, *reasons)
    monitor = Monitor(limits)
    opened = minimum_cover(table, monitor, reports=True).open
    shares = whole_shares(nearest(table, opened)[0], table.shape[1])
    return Answer(monitor.status, opened, shares, monitor.objective, monitor.bound, limits.seconds)


def max_cover(
    cover: Matrix,
    weights: npt.ArrayLike,
    p: int,
    *,
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    threads: int = 1,
    watch: Watch | None = None,
) -> Answer:
    """Open ``p`` sites so that the weight of the demand they cover is greatest.

    Parameters
    ----------
    cover
        As of :func:`set_cover`.
    weights
        Of each demand, n, 0 or more.
    p
        Number of sites to open, 1 to m.
    time_limit, gap, seed, threads, watch
        See :class:`landlink.siting.limits.Limits`; a gap of 0 asks for the proven optimum.

    Returns
    -------
    The objective is the weight that is left uncovered, so that it is least as in all models: covered is
    ``weights.sum() - objective``. Each covered demand is given to the first open site that covers it, others to none.

    Raises
    ------
    DataError
        The matrix, weights, number of sites or options are not as they must be.

    References
    ----------
    Church, R. and ReVelle, C. (1974). The maximal covering location problem. Papers of the Regional Science
    Association 32.

    Examples
    --------
    >>> answer = max_cover([[1, 0], [0, 1], [0, 1]], [5, 2, 2], 1)
    >>> answer.open, answer.objective, answer.assignment
    (array([0]), 4.0, array([ 0, -1, -1]))
    """
    limits = Limits(time_limit, gap, seed, threads, watch)
    table = checked_cover(cover)
    wanted, weight = checked_p(p, table.shape[1]), checked_amounts("weights", weights, table.shape[0])
    monitor = Monitor(limits)
    free = table.copy()
    free.data[:] = 0.0
    start = np.random.default_rng(limits.seed).permutation(table.shape[1])[:wanted]
    search = Search(pairs_of(free, weight, weight), start, monitor)
    search.run()
    opened = search.opened
    shares = whole_shares(nearest(table, opened)[0], table.shape[1])
    return Answer(monitor.status, opened, shares, monitor.objective, monitor.bound, limits.seconds)
