"""Checks of the models' arguments: costs of demand (row) by site (column), amounts and numbers of sites."""

from numbers import Integral
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from landlink.errors import DataError, Fault
from landlink.siting.arrays import Floats, Ints, Mask
from landlink.siting.models.answer import Reason

Matrix: TypeAlias = npt.ArrayLike | sparse.sparray | sparse.spmatrix

# Dimensions of a table.
_DIMENSIONS = 2
# Greatest index of 32 bits.
_MAX_INT32 = 2**31 - 1


def checked_cost(cost: Matrix) -> sparse.csr_array:
    """Costs as a sparse matrix of the pairs that are allowed.

    Parameters
    ----------
    cost
        n × m, of demand by site, in any unit, 0 or more. In a dense array an infinite cost is a pair that is not
        allowed; in a sparse matrix an absent one is, and a 0 that is stored is a cost of 0.

    Returns
    -------
    CSR, n × m, float64, indices sorted, with every allowed pair stored, zeros too; never the argument's own arrays.

    Raises
    ------
    DataError
        The costs are not a matrix of numbers with a row and a column, or some are missing (NaN) or negative.
    """
    pairs = _sparse("cost", cost) if sparse.issparse(cost) else _dense("cost", cost)
    _refuse("siting.cost_missing", pairs, np.isnan(pairs.data))
    _refuse("siting.cost_negative", pairs, pairs.data < 0)
    allowed = np.isfinite(pairs.data)
    return pairs if allowed.all() else _kept(pairs, allowed)


def checked_cover(cover: Matrix) -> sparse.csr_array:
    """Which site (column) covers which demand (row), as a sparse matrix of ones.

    Parameters
    ----------
    cover
        n × m, boolean or numbers of which any but 0 means covered, dense or sparse.

    Returns
    -------
    CSR, n × m, float64, indices sorted, ones only.

    Raises
    ------
    DataError
        It is not a matrix of numbers with a row and a column, or some of it is missing (NaN).
    """
    pairs = _sparse("cover", cover) if sparse.issparse(cover) else _dense("cover", cover)
    _refuse("siting.cover_missing", pairs, np.isnan(pairs.data))
    pairs = _kept(pairs, pairs.data != 0)
    pairs.data[:] = 1.0
    return pairs


def checked_amounts(
    name: str, values: npt.ArrayLike, count: int, *, scalar: bool = False, infinite: bool = False
) -> Floats:
    """Amounts by demand or by site.

    Parameters
    ----------
    name
        Of the argument.
    values
        ``count`` numbers of 0 or more.
    scalar
        One number for all will do.
    infinite
        Amounts may be infinite.

    Raises
    ------
    DataError
        There are not as many numbers, or some are missing, infinite or negative.
    """
    array = _numbers(name, values)
    if scalar and array.ndim == 0:
        array = np.full(count, float(array))
    if array.shape != (count,):
        raise DataError(Fault("siting.length", {"name": name, "shape": array.shape, "size": count}))
    missing = np.isnan(array) if infinite else ~np.isfinite(array)
    for fault, wrong in (("siting.missing", missing), ("siting.negative", array < 0)):
        if wrong.any():
            first = int(wrong.argmax())
            detail = {"name": name, "count": int(wrong.sum()), "position": first, "value": float(array[first])}
            raise DataError(Fault(fault, detail))
    return array


def checked_p(p: int, sites: int) -> int:
    """Number of sites to open.

    Raises
    ------
    DataError
        It is not a whole number from 1 to the number of sites.
    """
    if isinstance(p, bool) or not isinstance(p, Integral) or not 1 <= p <= sites:
        raise DataError(Fault("siting.p", {"p": p, "sites": sites}))
    return int(p)


def unreached(pairs: sparse.csr_array) -> tuple[Reason, ...]:
    """Reason why there is no answer where some demand has no pair; none where all have."""
    rows = np.flatnonzero(np.diff(pairs.indptr) == 0)
    return (Reason("unreached", {"count": len(rows)}, tuple(rows.tolist())),) if len(rows) else ()


def nearest(pairs: sparse.csr_array, opened: Ints) -> tuple[Ints, Floats]:
    """Open site of least cost of each demand, the first of several, and that cost; -1 and infinite without one."""
    near = pairs[:, opened]
    lengths = np.diff(near.indptr)
    rows = np.flatnonzero(lengths)
    sites, costs = np.full(len(lengths), -1), np.full(len(lengths), np.inf)
    if len(rows):
        costs[rows] = np.minimum.reduceat(near.data, near.indptr[rows])
        hits = np.flatnonzero(near.data == np.repeat(costs, lengths))
        sites[rows] = opened[near.indices[hits[np.searchsorted(hits, near.indptr[rows])]]]
    return sites, costs


def _numbers(name: str, values: npt.ArrayLike) -> Floats:
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise DataError(Fault("siting.not_numbers", {"name": name, "kind": str(array.dtype)}))
    return array.astype(np.float64)


def _check_table(name: str, shape: tuple[int, ...]) -> None:
    """Refuse what is no table with a row and a column."""
    if len(shape) != _DIMENSIONS or 0 in shape:
        raise DataError(Fault("siting.not_table", {"name": name, "shape": shape}))


def _dense(name: str, values: npt.ArrayLike) -> sparse.csr_array:
    """Every entry as a pair."""
    array = _numbers(name, values)
    _check_table(name, array.shape)
    rows, columns = array.shape
    kind = np.int32 if array.size < _MAX_INT32 else np.int64
    starts = np.arange(rows + 1, dtype=kind) * columns
    indices = np.tile(np.arange(columns, dtype=kind), rows)
    return sparse.csr_array((array.ravel(), indices, starts), shape=array.shape)


def _sparse(name: str, values: sparse.sparray | sparse.spmatrix) -> sparse.csr_array:
    """The stored pairs, duplicates added up."""
    _check_table(name, values.shape)
    if values.dtype.kind not in "biuf":
        raise DataError(Fault("siting.not_numbers", {"name": name, "kind": str(values.dtype)}))
    pairs = sparse.csr_array(values, dtype=np.float64, copy=True)
    pairs.sum_duplicates()
    return pairs


def _kept(pairs: sparse.csr_array, mask: Mask) -> sparse.csr_array:
    """Only the pairs of a mask."""
    starts = np.concatenate([[0], np.cumsum(mask)])[pairs.indptr].astype(pairs.indptr.dtype)
    return sparse.csr_array((pairs.data[mask], pairs.indices[mask], starts), shape=pairs.shape)


def _refuse(fault: str, pairs: sparse.csr_array, wrong: Mask) -> None:
    """Raise a fault with the first wrong pair, if there is one."""
    if wrong.any():
        first = int(wrong.argmax())
        row = int(np.searchsorted(pairs.indptr, first, side="right")) - 1
        value = float(pairs.data[first])
        detail = {"count": int(wrong.sum()), "row": row, "column": int(pairs.indices[first]), "value": value}
        raise DataError(Fault(fault, detail))
