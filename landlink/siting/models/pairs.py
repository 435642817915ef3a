"""Pairs of demand and site, each demand's nearest first: what the p-median and maximal covering search in."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import sparse

from landlink.siting.arrays import Floats, Ints, Mask

# Pairs of a demand searched first for its two nearest open sites, as a multiple of the sites per open site.
_FIRST_LOOK = 3
# Pairs of a demand searched first, which that multiple is added to.
_LEAST_LOOK = 4


@dataclass(frozen=True, slots=True)
class Pairs:
    """Demand, each with the sites that can serve it, and what it costs.

    The problem is to open sites so that the sum, over demand, of the least cost of an open site, or of ``spare``
    where that is less, is least.

    Parameters
    ----------
    starts
        First pair of each demand, and the number of pairs, n + 1.
    sites, costs
        By pair; each demand's are in ascending order of cost, those of equal cost in order of the site.
    spare
        By demand, what it costs to be served by none; no pair costs more.
    count
        Number of sites, m.
    """

    starts: Ints
    sites: npt.NDArray[np.int32]
    costs: Floats
    spare: Floats
    count: int
    demand: npt.NDArray[np.int32] = field(init=False)
    site_starts: Ints = field(init=False)
    by_site: Ints = field(init=False)

    def __post_init__(self) -> None:
        """Index the pairs by site."""
        put = object.__setattr__
        size = len(self.starts) - 1
        put(self, "demand", np.repeat(np.arange(size, dtype=np.int32), np.diff(self.starts)))
        by_row = sparse.csr_array((np.arange(len(self.sites)), self.sites, self.starts), shape=(size, self.count))
        by_column = by_row.tocsc()
        put(self, "site_starts", by_column.indptr.astype(np.int64))
        put(self, "by_site", by_column.data)

    @property
    def size(self) -> int:
        """Number of demands, n."""
        return len(self.spare)

    def kept(self, mask: Mask) -> "Pairs":
        """Only the pairs of a mask."""
        starts = np.concatenate([[0], np.cumsum(mask)])[self.starts]
        return Pairs(starts, self.sites[mask], self.costs[mask], self.spare, self.count)

    def first(self, rows: Ints, lengths: Ints) -> Ints:
        """Indices of the first pairs of some demands, of each as many as its length, one demand after another."""
        ends = np.cumsum(lengths)
        return np.repeat(self.starts[rows] - ends + lengths, lengths) + np.arange(ends[-1] if len(ends) else 0)

    def of_site(self, site: int) -> Ints:
        """Indices of a site's pairs."""
        return self.by_site[self.site_starts[site] : self.site_starts[site + 1]]

    def nearest(self, opened: Mask, rows: Ints) -> tuple[Ints, Ints]:
        """Pairs of some demands with their nearest and second nearest open sites; their ends where there is none.

        Demands with fewer than two among their first pairs are looked at again, twice as far.
        """
        ends = self.starts[rows + 1]
        whole = ends - self.starts[rows]
        first, second = ends.copy(), ends.copy()
        pending = np.arange(len(rows))
        depth = _LEAST_LOOK + _FIRST_LOOK * self.count // max(1, int(opened.sum()))
        while len(pending):
            lengths = np.minimum(whole[pending], depth)
            pairs = self.first(rows[pending], lengths)
            hits = np.flatnonzero(opened[self.sites[pairs]])
            begin = np.searchsorted(np.repeat(np.arange(len(pending)), lengths)[hits], np.arange(len(pending) + 1))
            open_count = np.diff(begin)
            open_pairs = np.append(pairs[hits], [0, 0])
            first[pending] = np.where(open_count > 0, open_pairs[begin[:-1]], ends[pending])
            second[pending] = np.where(open_count > 1, open_pairs[begin[:-1] + 1], ends[pending])
            pending = pending[(open_count <= 1) & (lengths < whole[pending])]
            depth *= 2
        return first, second

    def costs_of(self, pairs: Ints, rows: Ints) -> Floats:
        """Costs of demands (rows) by a pair each, the end of a demand's pairs standing for none."""
        served = pairs < self.starts[rows + 1]
        costs = self.spare[rows].copy()
        costs[served] = self.costs[pairs[served]]
        return costs


def pairs_of(cost: sparse.csr_array, weights: Floats, spare: Floats) -> Pairs:
    """Pairs of a matrix of costs with the weights of demand; those that cost no less than ``spare`` are left out."""
    lengths = np.diff(cost.indptr)
    size, count = cost.shape
    costs = cost.data * np.repeat(weights, lengths)
    if (lengths == count).all():
        order = np.argsort(costs.reshape(cost.shape), axis=1, kind="stable")
        order = (order + np.arange(size)[:, None] * count).ravel()
    else:
        order = np.lexsort((costs, np.repeat(np.arange(size), lengths)))
    costs = costs[order]
    useful = costs < np.repeat(spare, lengths)
    starts = np.concatenate([[0], np.cumsum(useful)])[cost.indptr]
    return Pairs(starts, cost.indices[order][useful].astype(np.int32), costs[useful], spare, count)
