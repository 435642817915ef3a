"""The p-median: p sites from which all demand is served at the least cost together."""

import numpy as np
import numpy.typing as npt
from scipy import sparse

from landlink.siting.arrays import Ints
from landlink.siting.limits import Limits, Watch
from landlink.siting.models.answer import Answer, no_answer, whole_shares
from landlink.siting.models.arguments import (
    Matrix,
    checked_amounts,
    checked_cost,
    checked_p,
    nearest,
    unreached,
)
from landlink.siting.models.minimum_cover import minimum_cover, reach, too_few
from landlink.siting.models.monitor import Monitor
from landlink.siting.models.pairs import pairs_of
from landlink.siting.models.search import Search


def p_median(
    cost: Matrix,
    weights: npt.ArrayLike,
    p: int,
    *,
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    threads: int = 1,
    watch: Watch | None = None,
) -> Answer:
    """Open ``p`` sites so that the sum of weighted costs of all demand to its nearest open site is least.

    Parameters
    ----------
    cost
        n × m, of one unit of demand by site, 0 or more; how to write a pair that is not allowed, see
        :func:`landlink.siting.models.arguments.checked_cost`.
    weights
        Units of each demand, n, 0 or more; a demand of weight 0 must be served as well.
    p
        Number of sites to open, 1 to m.
    time_limit, gap, seed, threads, watch
        See :class:`landlink.siting.limits.Limits`; a gap of 0 asks for the proven optimum.

    Returns
    -------
    The objective is in units of weight times cost. There is none where demand reaches no site (``unreached``) or
    ``p`` sites do not reach all demand (``too_few``).

    Raises
    ------
    DataError
        Costs, weights, number of sites or options are not as they must be.

    Notes
    -----
    Where all weighted costs are whole, so is the optimum, and a bound is rounded up.

    References
    ----------
    Hakimi, S. L. (1964). Optimum locations of switching centers and the absolute centers and medians of a graph.
    Operations Research 12.
    ReVelle, C. and Swain, R. (1970). Central facilities location. Geographical Analysis 2.

    Examples
    --------
    Three villages on a road, at 0, 1 and 5 km, of 10, 20 and 30 people; the second and third get a clinic each:

    >>> answer = p_median([[0, 1, 5], [1, 0, 4], [5, 4, 0]], [10, 20, 30], 2)
    >>> answer.open, answer.objective, answer.status
    (array([1, 2]), 10.0, 'optimal')
    """
    limits = Limits(time_limit, gap, seed, threads, watch)
    table = checked_cost(cost)
    wanted, weight = checked_p(p, table.shape[1]), checked_amounts("weights", weights, table.shape[0])
    if reasons := unreached(table):
        return no_answer("infeasible", table.shape, limits, *reasons)
    monitor = Monitor(limits)
    start, bound = _start(table, wanted, monitor)
    if bound > wanted:
        return no_answer("infeasible", table.shape, limits, too_few(table, wanted, monitor))
    if len(start) > wanted:
        return no_answer(monitor.status, table.shape, limits, bound=0.0)
    # No better choice serves any demand at more than the whole of this one's cost.
    spare = float(weight @ nearest(table, start)[1]) + 1.0
    search = Search(pairs_of(table, weight, np.full(len(weight), spare)), start, monitor)
    search.run()
    opened = search.opened
    return Answer(
        monitor.status,
        opened,
        whole_shares(nearest(table, opened)[0], table.shape[1]),
        monitor.objective,
        monitor.bound,
        limits.seconds,
    )


def _start(table: sparse.csr_array, p: int, monitor: Monitor) -> tuple[Ints, int]:
    """Sites that reach all demand, more than ``p`` where so few are not known to; and how many it takes at least."""
    drawn = np.random.default_rng(monitor.limits.seed).permutation(table.shape[1])
    if table.nnz == table.shape[0] * table.shape[1]:
        return np.sort(drawn[:p]), 1
    cover = minimum_cover(reach(table), monitor, enough=p)
    more = np.setdiff1d(drawn, cover.open, assume_unique=True)[: max(0, p - len(cover.open))]
    return np.sort(np.append(cover.open, more)), cover.bound
