"""Which sites each demand cell reaches, and at what cost: pairs, by straight distance or from a table."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.spatial import cKDTree

from landlink.access.inputs import Floats, Places, coordinates, positive, reaching, same_plane
from landlink.errors import DataError, Fault

Unit = Literal["m", "min"]

# Cells looked at together, and the pairs that they may make at most.
_CELLS, _MOST = 10_000, 20_000_000


@dataclass(frozen=True, slots=True)
class Pairs:
    """Travel cost of every site that a demand cell reaches.

    Parameters
    ----------
    cost
        CSR, demand cells × sites, float64. A pair that is not stored is not reachable within the limit; a stored 0
        is a cost of 0.
    limit
        Greatest cost; it counts as reachable.
    unit
        Of costs and limit: ``m`` or ``min``.

    Raises
    ------
    DataError
        A cost is negative, no number or above the limit, or the limit is not above 0.
    """

    cost: sparse.csr_array
    limit: float
    unit: Unit = "m"

    def __post_init__(self) -> None:
        """Refuse costs that are none."""
        positive("limit", self.limit)
        cost = self.cost.data
        if cost.size and not (cost.min() >= 0 and cost.max() <= self.limit):
            wrong = np.flatnonzero(~((cost >= 0) & (cost <= self.limit)))
            told = {"count": wrong.size, "cost": float(cost[wrong[0]]), "limit": self.limit}
            raise DataError(Fault("access.cost", told))

    @property
    def shape(self) -> tuple[int, int]:
        """How many demand cells and sites there are."""
        cells, sites = self.cost.shape
        return cells, sites

    @classmethod
    def from_table(
        cls,
        demand: npt.ArrayLike,
        site: npt.ArrayLike,
        cost: npt.ArrayLike,
        shape: tuple[int, int],
        *,
        limit: float,
        unit: Unit = "m",
    ) -> "Pairs":
        """Pairs from a table of one row a pair, as a map service or a GIS gives it.

        Parameters
        ----------
        demand, site
            Places of the pair's demand cell and site, from 0.
        cost
            NaN where there is no way; costs above the limit are left out.
        shape
            How many demand cells and sites there are.

        Raises
        ------
        DataError
            The columns are not equally long, a place is none, a pair stands twice, or a cost is negative.
        """
        rows, columns, costs = np.asarray(demand), np.asarray(site), np.asarray(cost, dtype=np.float64)
        for name, column in (("site", columns), ("cost", costs)):
            if rows.ndim != 1 or column.shape != rows.shape:
                raise DataError(Fault("access.length", {"name": name, "shape": column.shape, "size": rows.size}))
        for name, places, size in (("demand", rows, shape[0]), ("site", columns, shape[1])):
            if rows.size and not (places.dtype.kind in "iu" and places.min() >= 0 and places.max() < size):
                raise DataError(Fault("access.pair_unknown", {"name": name, "size": size}))
        near = ~(costs > reaching(positive("limit", limit))) & ~np.isnan(costs)
        found = _sorted(costs[near], rows[near], columns[near], shape)
        same = (np.diff(found.indices) == 0) & (np.diff(_rows(found)) == 0)
        if same.any():
            raise DataError(Fault("access.pair_twice", {"count": int(same.sum())}))
        return _pairs(found, limit, unit)


def straight(demand: Places, sites: Places, limit_m: float, *, circuity: float = 1.0) -> Pairs:
    """Pairs by straight distance in the plane, times a circuity factor (绕行系数).

    Parameters
    ----------
    demand, sites
        Layers in one plane in metres, or arrays of x and y; a point within stands for what is no point.
    limit_m
        Greatest distance, circuity included. A pair at the limit is reachable.
    circuity
        Length of the way over the straight distance, 1 or more.

    Raises
    ------
    DataError
        A place is missing, the limit is not above 0, or the circuity is below 1.
    CrsError
        The layers are not in one plane in metres.

    Examples
    --------
    >>> straight([[0, 0], [0, 400]], [[0, 0], [300, 0]], 500).cost.toarray()
    array([[  0., 300.],
           [400., 500.]])
    """
    same_plane({"demand": demand, "sites": sites})
    cells, there = coordinates("demand", demand), coordinates("sites", sites)
    if not 1 <= circuity < np.inf:
        raise DataError(Fault("access.circuity", {"value": circuity}))
    radius = reaching(positive("limit_m", limit_m)) / circuity
    tree = cKDTree(there)

    def near(block: Floats) -> sparse.csr_array:
        found = cKDTree(block).sparse_distance_matrix(tree, radius, output_type="ndarray")
        return _sorted(found["v"] * circuity, found["i"], found["j"], (len(block), len(there)))

    size = max(1, min(_CELLS, _MOST // max(1, len(there))))
    with ThreadPoolExecutor() as threads:
        parts = list(threads.map(near, np.array_split(cells, max(1, -(-len(cells) // size)))))
    return _pairs(sparse.vstack(parts, format="csr"), limit_m, "m")


def nearest(pairs: Pairs) -> Floats:
    """Cost of the nearest site, by demand cell, in the unit of the pairs; NaN where none is reachable."""
    found = np.full(pairs.shape[0], np.nan)
    starts = pairs.cost.indptr[:-1]
    some = np.diff(pairs.cost.indptr) > 0
    if some.any():
        found[some] = np.minimum.reduceat(pairs.cost.data, starts[some])
    return found


def _pairs(cost: sparse.csr_array, limit: float, unit: Unit) -> Pairs:
    """Pairs of costs that reach the limit, rounding taken away."""
    np.minimum(cost.data, limit, out=cost.data)
    return Pairs(cost, float(limit), unit)


def _sorted(
    cost: Floats, rows: npt.NDArray[np.integer], columns: npt.NDArray[np.integer], shape: tuple[int, int]
) -> sparse.csr_array:
    """Costs as CSR in order of the columns, nothing added up: two counting sorts, by column and then by row."""
    listed = sparse.coo_array((cost, (rows.astype(np.int32), columns.astype(np.int32))), shape=shape)
    listed.has_canonical_format = True
    return listed.tocsc().tocsr()


def _rows(matrix: sparse.csr_array) -> npt.NDArray[np.int64]:
    """Row of each stored value."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
