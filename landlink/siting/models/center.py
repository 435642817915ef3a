"""The p-centre: p sites from which no demand is farther than need be."""

import math

import numpy as np
from scipy import sparse

from landlink.siting.arrays import Floats, Ints
from landlink.siting.limits import Limits, Watch
from landlink.siting.models.answer import Answer, no_answer, whole_shares
from landlink.siting.models.arguments import Matrix, checked_cost, checked_p, nearest, unreached
from landlink.siting.models.minimum_cover import minimum_cover, too_few
from landlink.siting.models.monitor import Monitor

# Demand cells that are added to the program at once, at most.
_MOST_ADDED = 100


def p_center(
    cost: Matrix,
    p: int,
    *,
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    threads: int = 1,
    watch: Watch | None = None,
) -> Answer:
    """Open ``p`` sites so that the largest cost of any demand to its nearest open site is least.

    Parameters
    ----------
    cost
        n × m, of demand by site, 0 or more; how to write a pair that is not allowed, see
        :func:`landlink.siting.models.arguments.checked_cost`.
    p
        Number of sites to open, 1 to m.
    time_limit, gap, seed, threads, watch
        See :class:`landlink.siting.limits.Limits`; a gap of 0 asks for the proven optimum.

    Returns
    -------
    The objective is the largest cost, in the costs' unit. Sites that the largest cost does not ask for are opened
    where they lower the sum of costs most. There is none where demand reaches no site (``unreached``) or ``p`` sites
    do not reach all demand (``too_few``).

    Raises
    ------
    DataError
        Costs, number of sites or options are not as they must be.

    Notes
    -----
    The optimum is one of the costs; it is found by binary search. Whether ``p`` sites cover all demand within a cost is
    a set cover of some of the demand, and of more as long as its sites leave any uncovered.

    References
    ----------
    Minieka, E. (1970). The m-center problem. SIAM Review 12.
    Chen, D. and Chen, R. (2009). New relaxation-based algorithms for the optimal solution of the continuous and
    discrete p-center problems. Computers & Operations Research 36.
    Contardo, C., Iori, M. and Kramer, R. (2019). A scalable exact algorithm for the vertex p-center problem.
    Computers & Operations Research 103.

    Examples
    --------
    Three villages on a road, at 0, 1 and 5 km; with two clinics nobody is farther than 1 km:

    >>> p_center([[0, 1, 5], [1, 0, 4], [5, 4, 0]], 2).objective
    1.0
    """
    limits = Limits(time_limit, gap, seed, threads, watch)
    table = checked_cost(cost)
    wanted = checked_p(p, table.shape[1])
    if reasons := unreached(table):
        return no_answer("infeasible", table.shape, limits, *reasons)
    monitor = Monitor(limits)
    search = _Search(table, wanted, monitor)
    search.run()
    if search.low == len(search.levels):
        return no_answer("infeasible", table.shape, limits, too_few(table, wanted, monitor))
    if math.isinf(monitor.objective):
        return no_answer(monitor.status, table.shape, limits, bound=monitor.bound)
    opened = _with_more(table, search.opened, wanted)
    shares = whole_shares(nearest(table, opened)[0], table.shape[1])
    return Answer(monitor.status, opened, shares, monitor.objective, monitor.bound, limits.seconds)


class _Search:
    """Binary search among the costs for the least within which ``p`` sites reach all demand.

    Attributes
    ----------
    levels
        Costs that the optimum may be, ascending.
    low, high
        Indices of levels that the optimum lies between; ``high`` is beyond all where no answer is known.
    opened
        Sites of the best answer.
    """

    def __init__(self, table: sparse.csr_array, p: int, monitor: Monitor) -> None:
        self.opened: Ints = np.array([], dtype=np.int64)
        self.levels: Floats = np.array([])
        self._table, self._p, self._monitor = table, p, monitor
        self._columns = table.tocsc()
        floor = float(np.minimum.reduceat(table.data, table.indptr[:-1]).max())
        self._demand, sites = self._scattered(np.full(table.shape[0], np.inf), floor)
        self._keep(sites)
        self.levels = np.unique(table.data[(table.data >= floor) & (table.data <= monitor.objective)])
        self.low, self.high = 0, int(np.searchsorted(self.levels, monitor.objective))
        monitor.prove(floor)

    def run(self) -> None:
        """Halve the levels until one is left or the limits end it; try the last first where no answer is known."""
        count = len(self.levels)
        while self.low < self.high and self._monitor.running:
            self._try(count - 1 if self.high == count else (self.low + self.high) // 2)

    def _try(self, level: int) -> None:
        """Find sites that reach all demand within a level, or prove that none do: for some demand first, then more."""
        most = self.levels[level]
        while self._monitor.running:
            rows = self._table[self._demand]
            within = rows.data <= most
            starts = np.concatenate([[0], np.cumsum(within)])[rows.indptr]
            reach = sparse.csr_array((np.ones(starts[-1]), rows.indices[within], starts), shape=rows.shape)
            cover = minimum_cover(reach, self._monitor, enough=self._p)
            if cover.bound > self._p:
                self.low = level + 1
                if self.low < len(self.levels):
                    self._monitor.prove(float(self.levels[self.low]))
                return
            if len(cover.open) > self._p:
                return
            costs = self._keep(cover.open)
            if self.high <= level:
                return
            beyond = np.flatnonzero(costs > most)
            more = beyond if len(beyond) <= _MOST_ADDED else self._scattered(costs, most)[0]
            self._demand = np.concatenate([self._demand, more])

    def _keep(self, opened: Ints) -> Floats:
        """Costs of each demand by its nearest of some sites; these are kept if they are the best answer."""
        costs = np.full(self._table.shape[0], np.inf)
        for site in opened:
            self._open(costs, int(site))
        largest = float(costs.max())
        if largest < self._monitor.objective:
            self._monitor.improve(largest)
            self.opened = opened
            self.high = int(np.searchsorted(self.levels, largest))
        return costs

    def _open(self, costs: Floats, site: int) -> None:
        """Lower the costs to those of one more site."""
        pairs = slice(self._columns.indptr[site], self._columns.indptr[site + 1])
        rows = self._columns.indices[pairs]
        costs[rows] = np.minimum(costs[rows], self._columns.data[pairs])

    def _scattered(self, costs: Floats, most: float) -> tuple[Ints, Ints]:
        """Demand far apart and its nearest sites: again and again the farthest beyond a cost, whose site is opened."""
        costs = costs.copy()
        rows: list[int] = []
        sites: list[int] = []
        while len(rows) < self._p and costs.max() > most:
            row = int(costs.argmax())
            pairs = slice(self._table.indptr[row], self._table.indptr[row + 1])
            site = int(self._table.indices[pairs][self._table.data[pairs].argmin()])
            rows.append(row)
            sites.append(site)
            self._open(costs, site)
        return np.array(rows, dtype=np.int64), np.array(sorted(sites), dtype=np.int64)


def _with_more(table: sparse.csr_array, opened: Ints, p: int) -> Ints:
    """Sites and as many more as are wanted, each time the one that lowers the sum of costs most."""
    while len(opened) < p:
        costs = np.repeat(nearest(table, opened)[1], np.diff(table.indptr))
        saved = np.bincount(table.indices, np.maximum(costs - table.data, 0.0), table.shape[1])
        saved[opened] = -1.0
        opened = np.sort(np.append(opened, saved.argmax()))
    return opened
