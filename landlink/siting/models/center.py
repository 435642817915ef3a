"""The p-centre: p sites from which no demand is farther than need be."""

import math

import numpy as np
from scipy import sparse

from landlink.siting.arrays import Floats, Ints
from landlink.siting.limits import Limits, Watch
from landlink.siting.models.answer import Answer, assigned, nothing
from landlink.siting.models.arguments import Matrix, checked_cost, checked_p, nearest, unreached
from landlink.siting.models.fewest import fewest, too_few
from landlink.siting.models.pace import Pace

_FEW = 100  # demands that are asked about at once


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
        n × m, of demand by site, 0 or more; see :func:`~landlink.siting.models.arguments.checked_cost` for pairs
        that are not
        allowed.
    p
        Number of sites to open, 1 to m.
    time_limit, gap, seed, threads, watch
        See :class:`~landlink.siting.limits.Limits`; a gap of 0 asks for the proven optimum.

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
    The optimum is one of the costs; it is searched for by halves. Whether ``p`` sites cover all demand within a cost
    is asked of some of the demand, and of more as long as the sites found leave any uncovered.

    References
    ----------
    Minieka, E. (1970). The m-center problem. SIAM Review 12.
    Chen, D. and Chen, R. (2009). New relaxation-based algorithms for the optimal solution of the continuous and
    discrete p-center problems. Computers & Operations Research 36.
    Contardo, C., Iori, M. and Kramer, R. (2019). A scalable exact algorithm for the vertex p-center problem.
    Computers & Operations Research 103.
    """
    limits = Limits(time_limit, gap, seed, threads, watch)
    table = checked_cost(cost)
    wanted = checked_p(p, table.shape[1])
    if reasons := unreached(table):
        return nothing("infeasible", table.shape, limits, *reasons)
    pace = Pace(limits)
    search = _Search(table, wanted, pace)
    search.run()
    if search.low == len(search.levels):
        return nothing("infeasible", table.shape, limits, too_few(table, wanted, pace))
    if math.isinf(pace.objective):
        return nothing(pace.status, table.shape, limits, bound=pace.bound)
    opened = _filled(table, search.opened, wanted)
    shares = assigned(nearest(table, opened)[0], table.shape[1])
    return Answer(pace.status, opened, shares, pace.objective, pace.bound, limits.seconds)


class _Search:
    """Search among the costs for the least within which ``p`` sites reach all demand.

    Attributes
    ----------
    levels
        Costs that the optimum may be, ascending.
    low, high
        Levels that the optimum lies between; ``high`` is beyond all where no answer is known.
    opened
        Sites of the best answer.
    """

    def __init__(self, table: sparse.csr_array, p: int, pace: Pace) -> None:
        self.opened: Ints = np.array([], dtype=np.int64)
        self.levels: Floats = np.array([])
        self._table, self._p, self._pace = table, p, pace
        self._columns = table.tocsc()
        floor = float(np.minimum.reduceat(table.data, table.indptr[:-1]).max())
        self._asked, sites = self._chain(np.full(table.shape[0], np.inf), floor)
        self._take(sites)
        self.levels = np.unique(table.data[(table.data >= floor) & (table.data <= pace.objective)])
        self.low, self.high = 0, int(np.searchsorted(self.levels, pace.objective))
        pace.proven(floor)

    def run(self) -> None:
        """Halve the levels until one is left, or the pace ends the search; first of all see whether any will do."""
        count = len(self.levels)
        while self.low < self.high and self._pace.goes:
            self._ask(count - 1 if self.high == count else (self.low + self.high) // 2)

    def _ask(self, level: int) -> None:
        """Find sites that reach all demand within a level, or that there are none."""
        most = self.levels[level]
        while self._pace.goes:
            rows = self._table[self._asked]
            within = rows.data <= most
            starts = np.concatenate([[0], np.cumsum(within)])[rows.indptr]
            cover = sparse.csr_array((np.ones(starts[-1]), rows.indices[within], starts), shape=rows.shape)
            found = fewest(cover, self._pace, enough=self._p)
            if found.bound > self._p:
                self.low = level + 1
                if self.low < len(self.levels):
                    self._pace.proven(float(self.levels[self.low]))
                return
            if len(found.opened) > self._p:
                return
            costs = self._take(found.opened)
            if self.high <= level:
                return
            beyond = np.flatnonzero(costs > most)
            more = beyond if len(beyond) <= _FEW else self._chain(costs, most)[0]
            self._asked = np.concatenate([self._asked, more])

    def _take(self, opened: Ints) -> Floats:
        """Take note of an answer; returns what each demand costs in it."""
        costs = np.full(self._table.shape[0], np.inf)
        for site in opened:
            self._lower(costs, int(site))
        largest = float(costs.max())
        if largest < self._pace.objective:
            self._pace.found(largest)
            self.opened = opened
            self.high = int(np.searchsorted(self.levels, largest))
        return costs

    def _lower(self, costs: Floats, site: int) -> None:
        """Costs with one more site."""
        pairs = slice(self._columns.indptr[site], self._columns.indptr[site + 1])
        rows = self._columns.indices[pairs]
        costs[rows] = np.minimum(costs[rows], self._columns.data[pairs])

    def _chain(self, costs: Floats, most: float) -> tuple[Ints, Ints]:
        """Demand that is far apart: time and again the farthest beyond a cost, its nearest site then being opened."""
        costs = costs.copy()
        rows: list[int] = []
        sites: list[int] = []
        while len(rows) < self._p and costs.max() > most:
            row = int(costs.argmax())
            pairs = slice(self._table.indptr[row], self._table.indptr[row + 1])
            site = int(self._table.indices[pairs][self._table.data[pairs].argmin()])
            rows.append(row)
            sites.append(site)
            self._lower(costs, site)
        return np.array(rows, dtype=np.int64), np.array(sorted(sites), dtype=np.int64)


def _filled(table: sparse.csr_array, opened: Ints, p: int) -> Ints:
    """Sites and as many more as are wanted, each time the one that lowers the sum of costs most."""
    while len(opened) < p:
        costs = np.repeat(nearest(table, opened)[1], np.diff(table.indptr))
        saved = np.bincount(table.indices, np.maximum(costs - table.data, 0.0), table.shape[1])
        saved[opened] = -1.0
        opened = np.sort(np.append(opened, saved.argmax()))
    return opened
