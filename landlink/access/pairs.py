"""Pairs of a demand cell and a site that it reaches, with the travel cost: by straight distance or from a table."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.spatial import cKDTree

from landlink.access.inputs import Floats, Locations, coordinates, positive, reaching, same_plane
from landlink.errors import DataError, Fault

Unit = Literal["m", "min"]

# Demand cells whose pairs are computed together.
_CELLS = 10_000
# Greatest number of pairs of these cells, which bounds memory.
_MOST = 20_000_000


@dataclass(frozen=True, slots=True)
class Pairs:
    """Travel cost of every site that a demand cell reaches.

    Parameters
    ----------
    cost
        CSR, demand cells × sites, float64. A pair that is not stored is not reachable within the limit; a stored 0
        is a cost of 0.
    limit
        Greatest cost that is reachable.
    unit
        Of costs and limit: ``m`` or ``min``.

    Raises
    ------
    DataError
        A cost is negative, not a number or above the limit, or the limit is not above 0.
    """

    cost: sparse.csr_array
    limit: float
    unit: Unit = "m"

    def __post_init__(self) -> None:
        """Refuse costs outside the limit."""
        positive("limit", self.limit)
        cost = self.cost.data
        if cost.size and not (cost.min() >= 0 and cost.max() <= self.limit):
            wrong = np.flatnonzero(~((cost >= 0) & (cost <= self.limit)))
            values = {"count": wrong.size, "cost": float(cost[wrong[0]]), "limit": self.limit}
            raise DataError(Fault("access.cost", values))

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of demand cells and sites."""
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
        """Pairs from a table with one row per pair, as map services and GIS return it.

        Parameters
        ----------
        demand, site
            Indices of the pair's demand cell and site, from 0.
        cost
            NaN where there is no route; costs above the limit are left out.
        shape
            Numbers of demand cells and sites.

        Raises
        ------
        DataError
            The columns are not equally long, an index is out of range, a pair is repeated, or a cost is negative.

        Examples
        --------
        >>> nearest(Pairs.from_table([0, 1], [0, 0], [300, 900], (2, 1), limit=500))
        array([300.,  nan])
        """
        rows, columns, costs = np.asarray(demand), np.asarray(site), np.asarray(cost, dtype=np.float64)
        for name, column in (("site", columns), ("cost", costs)):
            if rows.ndim != 1 or column.shape != rows.shape:
                raise DataError(Fault("access.length", {"name": name, "shape": column.shape, "size": rows.size}))
        for name, indices, size in (("demand", rows, shape[0]), ("site", columns, shape[1])):
            if rows.size and not (indices.dtype.kind in "iu" and indices.min() >= 0 and indices.max() < size):
                raise DataError(Fault("access.pair_unknown", {"name": name, "size": size}))
        reachable = ~(costs > reaching(positive("limit", limit))) & ~np.isnan(costs)
        matrix = _sorted(costs[reachable], rows[reachable], columns[reachable], shape)
        same = (np.diff(matrix.indices) == 0) & (np.diff(_rows(matrix)) == 0)
        if same.any():
            raise DataError(Fault("access.pair_twice", {"count": int(same.sum())}))
        return _pairs(matrix, limit, unit)


def straight(demand: Locations, sites: Locations, limit_m: float, *, circuity: float = 1.0) -> Pairs:
    """Pairs by straight distance in the plane, multiplied by a circuity factor (绕行系数).

    Parameters
    ----------
    demand, sites
        Layers in one plane in metres, or arrays of x and y; polygons and lines are represented by a point inside.
    limit_m
        Greatest distance, circuity included. A pair at the limit is reachable.
    circuity
        Length of the route over the straight distance, 1 or more.

    Raises
    ------
    DataError
        A location is missing, the limit is not above 0, or the circuity is below 1.
    CrsError
        The layers are not in one plane in metres.

    Examples
    --------
    >>> straight([[0, 0], [0, 400]], [[0, 0], [300, 0]], 500).cost.toarray()
    array([[  0., 300.],
           [400., 500.]])
    """
    same_plane({"demand": demand, "sites": sites})
    cells, targets = coordinates("demand", demand), coordinates("sites", sites)
    if not 1 <= circuity < np.inf:
        raise DataError(Fault("access.circuity", {"value": circuity}))
    radius = reaching(positive("limit_m", limit_m)) / circuity
    tree = cKDTree(targets)

    def within_radius(block: Floats) -> sparse.csr_array:
        distances = cKDTree(block).sparse_distance_matrix(tree, radius, output_type="ndarray")
        cost = distances["v"] * circuity
        return _sorted(cost, distances["i"], distances["j"], (len(block), len(targets)))

    size = max(1, min(_CELLS, _MOST // max(1, len(targets))))
    with ThreadPoolExecutor() as threads:
        parts = list(threads.map(within_radius, np.array_split(cells, max(1, -(-len(cells) // size)))))
    return _pairs(sparse.vstack(parts, format="csr"), limit_m, "m")


def nearest(pairs: Pairs) -> Floats:
    """Cost of the nearest site, by demand cell, in the unit of the pairs; NaN where none is reachable.

    Examples
    --------
    >>> nearest(straight([[0, 0], [0, 900]], [[0, 100], [300, 0]], 500))
    array([100.,  nan])
    """
    costs = np.full(pairs.shape[0], np.nan)
    starts = pairs.cost.indptr[:-1]
    reaching_any = np.diff(pairs.cost.indptr) > 0
    if reaching_any.any():
        costs[reaching_any] = np.minimum.reduceat(pairs.cost.data, starts[reaching_any])
    return costs


def _pairs(cost: sparse.csr_array, limit: float, unit: Unit) -> Pairs:
    """Pairs of costs, those that exceed the limit by rounding set to it."""
    np.minimum(cost.data, limit, out=cost.data)
    return Pairs(cost, float(limit), unit)


def _sorted(
    cost: Floats, rows: npt.NDArray[np.integer], columns: npt.NDArray[np.integer], shape: tuple[int, int]
) -> sparse.csr_array:
    """Costs as CSR with sorted columns, duplicates kept: two counting sorts, by column and then by row."""
    listed = sparse.coo_array((cost, (rows.astype(np.int32), columns.astype(np.int32))), shape=shape)
    listed.has_canonical_format = True
    return listed.tocsc().tocsr()


def _rows(matrix: sparse.csr_array) -> npt.NDArray[np.int64]:
    """Row of each stored value."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
