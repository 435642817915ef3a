"""Pairs of demand and site, each demand's nearest first: what the median and cover models search in."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import sparse

from landlink.siting.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Pairs:
    """Demand, each with the sites that can serve it, and what it costs.

    The problem is to open sites so that the sum, over demand, of the least cost of an open site, or of ``spare``
    where that is less, is least.

    Parameters
    ----------
    starts
        Where the pairs of each demand begin, n + 1.
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
        columns = sparse.csr_array((np.arange(len(self.sites)), self.sites, self.starts), shape=(size, self.count))
        turned = columns.tocsc()
        put(self, "site_starts", turned.indptr.astype(np.int64))
        put(self, "by_site", turned.data)

    @property
    def size(self) -> int:
        """Number of demands, n."""
        return len(self.spare)

    def kept(self, flags: npt.NDArray[np.bool_]) -> "Pairs":
        """Return the flagged pairs alone."""
        starts = np.concatenate([[0], np.cumsum(flags)])[self.starts]
        return Pairs(starts, self.sites[flags], self.costs[flags], self.spare, self.count)

    def heads(self, rows: Ints, lengths: Ints) -> Ints:
        """Ints of the first pairs, as many as told, of each of some demands, one after another."""
        ends = np.cumsum(lengths)
        return np.repeat(self.starts[rows] - ends + lengths, lengths) + np.arange(ends[-1] if len(ends) else 0)

    def of(self, site: int) -> Ints:
        """Ints of a site's pairs."""
        return self.by_site[self.site_starts[site] : self.site_starts[site + 1]]

    def nearest(self, opened: npt.NDArray[np.bool_], rows: Ints) -> tuple[Ints, Ints]:
        """Pairs of some demands with their nearest and second nearest open sites; their ends where there is none.

        Demands with fewer than two among their first pairs are looked at twice as far.
        """
        ends = self.starts[rows + 1]
        whole = ends - self.starts[rows]
        first, second = ends.copy(), ends.copy()
        left = np.arange(len(rows))
        far = 4 + 3 * self.count // max(1, int(opened.sum()))
        while len(left):
            lengths = np.minimum(whole[left], far)
            looked = self.heads(rows[left], lengths)
            seen = np.flatnonzero(opened[self.sites[looked]])
            begin = np.searchsorted(np.repeat(np.arange(len(left)), lengths)[seen], np.arange(len(left) + 1))
            many = np.diff(begin)
            hits = np.append(looked[seen], [0, 0])
            first[left] = np.where(many > 0, hits[begin[:-1]], ends[left])
            second[left] = np.where(many > 1, hits[begin[:-1] + 1], ends[left])
            left = left[(many <= 1) & (lengths < whole[left])]
            far *= 2
        return first, second

    def paying(self, near: Ints, rows: Ints) -> Floats:
        """Costs of demands with given pairs, the ends of their pairs standing for none."""
        known = near < self.starts[rows + 1]
        costs = self.spare[rows].copy()
        costs[known] = self.costs[near[known]]
        return costs

    def total(self, opened: Ints) -> float:
        """Cost of a choice of sites."""
        rows = np.arange(self.size)
        flags = np.zeros(self.count, dtype=bool)
        flags[opened] = True
        return float(self.paying(self.nearest(flags, rows)[0], rows).sum())

    def serving(self, opened: Ints) -> Ints:
        """Site that serves each demand, -1 where none does."""
        flags = np.zeros(self.count, dtype=bool)
        flags[opened] = True
        near = self.nearest(flags, np.arange(self.size))[0]
        known = near < self.starts[1:]
        found = np.full(self.size, -1)
        found[known] = self.sites[near[known]]
        return found


def paired(cost: sparse.csr_array, weights: Floats, spare: Floats) -> Pairs:
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
