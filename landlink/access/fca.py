"""Floating catchment areas (移动搜索法): capacity per person, shared with all who reach the same sites."""

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import sparse

from landlink.access.decay import Decay, uniform
from landlink.access.inputs import Floats, amounts
from landlink.access.pairs import Pairs
from landlink.errors import DataError, Fault

Method = Literal["2sfca", "e2sfca", "3sfca", "m2sfca"]
METHODS: tuple[Method, ...] = get_args(Method)

# Weighted demand up to this is rounding, or none.
_NONE = 1e-100


def access(
    pairs: Pairs,
    demand: npt.ArrayLike,
    capacity: npt.ArrayLike,
    *,
    method: Method = "e2sfca",
    decay: Decay | None = None,
) -> Floats:
    r"""Capacity per person, by demand cell.

    With demand :math:`D_i`, capacity :math:`S_j` and weight :math:`W_{ij} = decay(c_{ij})` of a pair, 0 beyond the
    pairs' limit:

    .. math::

        A_i = \sum_j G_{ij} W_{ij} V_{ij} \frac{S_j}{\sum_k D_k G_{kj} W_{kj}}

    - ``2sfca`` (Luo & Wang 2003): :math:`W = G = V = 1`.
    - ``e2sfca`` (Luo & Qi 2009): :math:`G = V = 1`.
    - ``3sfca`` (Wan, Zou & Sternberg 2012): :math:`V = 1`, and a cell divides its demand between the sites that it
      reaches, :math:`G_{ij} = W_{ij} / \sum_l W_{il}`.
    - ``m2sfca`` (Delamater 2013): :math:`G = 1` and :math:`V = W`: the cost also counts absolutely, and capacity that
      is far from everyone is partly lost.

    Parameters
    ----------
    pairs
        Cost of each demand cell to each site.
    demand
        Persons, by cell.
    capacity
        By site, in any unit: places, beds, m².
    decay
        Weight by cost, of :mod:`landlink.access.decay` or the like; none for ``2sfca``, required by the others.

    Returns
    -------
    Capacity per person, shape (cells,); 0 where no site is reachable. A cell without persons has the access that a
    person there would have.

    Raises
    ------
    DataError
        The method is unknown; a decay is missing, or given to ``2sfca``, or returns a weight that is negative or not a
        number; amounts are missing, negative, infinite, or not as many as the pairs have cells and sites.

    Notes
    -----
    Sites that no one reaches contribute nothing. Otherwise capacity is conserved: demand times access sums to capacity;
    under ``m2sfca`` to no more than that, as long as no weight is above 1.

    References
    ----------
    Luo, W. and Wang, F. (2003). Measures of spatial accessibility to health care in a GIS environment. Environment and
    Planning B 30: 865–884.
    Luo, W. and Qi, Y. (2009). An enhanced two-step floating catchment area (E2SFCA) method. Health & Place 15:
    1100–1107.
    Wan, N., Zou, B. and Sternberg, T. (2012). A three-step floating catchment area method for analyzing spatial access
    to health services. International Journal of Geographical Information Science 26: 1073–1089.
    Delamater, P. (2013). Spatial accessibility in suboptimally configured health care systems: a modified two-step
    floating catchment area (M2SFCA) metric. Health & Place 24: 30–43.

    Examples
    --------
    >>> from landlink.access import straight
    >>> access(straight([[0, 0], [0, 400]], [[0, 0], [300, 0]], 400), [100, 50], [30, 10], method="2sfca")
    array([0.3, 0.2])
    """
    persons = amounts("demand", demand, pairs.shape[0])
    offered = amounts("capacity", capacity, pairs.shape[1])
    if method not in METHODS:
        raise DataError(Fault("access.method", {"method": method, "known": ", ".join(METHODS)}))
    if (decay is None) != (method == "2sfca"):
        name = "—" if decay is None else getattr(decay, "__name__", decay)
        raise DataError(Fault("access.decay", {"method": method, "decay": name}))
    weights = _weighted(pairs, decay or uniform)
    choice = np.ones(pairs.shape[0])
    if method == "3sfca":
        choice = _ratio(choice, weights @ np.ones(pairs.shape[1]))
        weights = _squared(weights)
    ratios = _ratio(offered, weights.T @ (persons * choice))
    if method == "m2sfca":
        weights = _squared(weights)
    capacity_per_person: Floats = choice * (weights @ ratios)
    return capacity_per_person


def opportunities(pairs: Pairs, capacity: npt.ArrayLike) -> Floats:
    """Capacity within the limit, by demand cell, shared with no one (cumulative opportunities; Wachs & Kumagai 1973).

    Raises
    ------
    DataError
        Capacity is missing, negative, infinite, or not as many as the pairs have sites.

    Examples
    --------
    >>> from landlink.access import straight
    >>> opportunities(straight([[0, 0], [0, 400]], [[0, 0], [300, 0]], 400), [30, 10])
    array([40., 30.])
    """
    reachable: Floats = _weighted(pairs, uniform) @ amounts("capacity", capacity, pairs.shape[1])
    return reachable


def _weighted(pairs: Pairs, decay: Decay) -> sparse.csr_array:
    """Weights of the pairs."""
    cost = pairs.cost.data
    weight = np.asarray(decay(cost), dtype=np.float64)
    if weight.shape != cost.shape:
        raise DataError(Fault("access.length", {"name": "decay", "shape": weight.shape, "size": cost.size}))
    if weight.size and not (weight.min() >= 0 and weight.max() < np.inf):
        wrong = np.flatnonzero(~((weight >= 0) & (weight < np.inf)))
        first = wrong[0]
        values = {"count": wrong.size, "cost": float(cost[first]), "weight": float(weight[first])}
        raise DataError(Fault("access.weight", values))
    return _like(pairs.cost, weight)


def _squared(matrix: sparse.csr_array) -> sparse.csr_array:
    return _like(matrix, np.square(matrix.data))


def _like(matrix: sparse.csr_array, values: Floats) -> sparse.csr_array:
    return sparse.csr_array((values, matrix.indices, matrix.indptr), shape=matrix.shape)


def _ratio(amount: Floats, divisor: Floats) -> Floats:
    """Ratio of two amounts; 0 where there is nothing to divide by."""
    return np.divide(amount, divisor, out=np.zeros_like(divisor), where=divisor > _NONE)
