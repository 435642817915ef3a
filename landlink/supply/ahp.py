"""Weights from pairwise comparisons: the analytic hierarchy process (层次分析法), after Saaty (1980)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np
import numpy.typing as npt
import pandas as pd

from landlink.errors import DataError, Fault

# Mean consistency index of random matrices by size from 1 on (Saaty 1980).
RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)
# Greatest consistency ratio that is accepted (Saaty 1980).
ACCEPTED = 0.1
# Change of a weight between two rounds of power iteration below which it has settled.
_SETTLED = 1e-15
# Rounds of power iteration; the most contradictory comparisons need some hundred.
_ROUNDS = 2_000

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of factors and how consistent the comparisons behind them are.

    Parameters
    ----------
    weights
        By factor; they sum to 1.
    consistency_ratio
        Consistency index over that of random matrices; at most 0.1 is accepted.
    doubtful
        The pair whose comparison departs most from the weights, and the ratio that the weights give it.
    """

    weights: Mapping[str, float]
    consistency_ratio: float
    doubtful: tuple[str, str, float]

    @property
    def accepted(self) -> bool:
        """True if the comparisons are consistent enough."""
        return self.consistency_ratio <= ACCEPTED


def matrix(comparisons: pd.DataFrame, factors: Sequence[str]) -> Matrix:
    """Matrix of pairwise comparisons.

    Parameters
    ----------
    comparisons
        ``factor``, ``other`` and ``ratio``: how many times as much the former counts, 1/9 to 9; each pair once, in
        either direction. Pairs of other factors are left out.
    factors
        Factors in order of rows and columns.

    Returns
    -------
    Shape (n, n), reciprocal, with ones in the diagonal.

    Raises
    ------
    DataError
        A pair is missing or given twice.

    Examples
    --------
    >>> pairs = pd.DataFrame([["metro", "road", 2.0]], columns=["factor", "other", "ratio"])
    >>> matrix(pairs, ["metro", "road"])
    array([[1. , 2. ],
           [0.5, 1. ]])
    """
    index = {factor: number for number, factor in enumerate(factors)}
    ratios = np.full((len(factors), len(factors)), np.nan)
    np.fill_diagonal(ratios, 1.0)
    file = comparisons.attrs.get("file", "")
    faults = []
    for row in comparisons.to_dict("records"):
        if row["factor"] not in index or row["other"] not in index:
            continue
        factor, other = index[row["factor"]], index[row["other"]]
        if not np.isnan(ratios[factor, other]):
            faults.append(Fault("ahp.pair_twice", {"factor": row["factor"], "other": row["other"]}, file))
        ratios[factor, other], ratios[other, factor] = row["ratio"], 1 / row["ratio"]
    for factor, other in zip(*np.nonzero(np.triu(np.isnan(ratios))), strict=True):
        faults.append(Fault("ahp.pair_missing", {"factor": factors[factor], "other": factors[other]}, file))
    if faults:
        raise DataError(faults)
    return ratios


def weights(comparisons: Matrix, factors: Sequence[str]) -> Weights:
    r"""Weights as the principal eigenvector of a matrix of comparisons, and its consistency ratio.

    .. math:: CR = \frac{\lambda_{max} - n}{(n - 1)\,RI_n}

    Parameters
    ----------
    comparisons
        Of :func:`matrix`.
    factors
        At most 15, in order of rows.

    Raises
    ------
    DataError
        There is no factor, or more than the random indices are known for.

    Examples
    --------
    >>> weights(np.array([[1, 3], [1 / 3, 1]]), ["metro", "road"]).weights
    {'metro': 0.75, 'road': 0.25}
    """
    count = len(factors)
    if not 0 < count <= len(RANDOM_INDEX):
        raise DataError(Fault("ahp.count", {"count": count, "most": len(RANDOM_INDEX)}))
    vector, eigenvalue = _principal(comparisons)
    index = RANDOM_INDEX[count - 1]
    ratio = max(eigenvalue - count, 0.0) / (count - 1) / index if index else 0.0
    implied = vector[:, None] / vector[None, :]
    departure = np.maximum(comparisons / implied, implied / comparisons)
    factor, other = np.unravel_index(int(np.argmax(np.triu(departure, 1))), departure.shape)
    doubtful = (factors[int(factor)], factors[int(other)], float(implied[factor, other]))
    return Weights(dict(zip(factors, vector.tolist(), strict=True)), ratio, doubtful)


def _principal(comparisons: Matrix) -> tuple[npt.NDArray[np.float64], float]:
    """Principal eigenvector, which sums to 1, and eigenvalue of a positive matrix, by power iteration.

    Sums are exact before they are rounded: LAPACK's last digits depend on its version and on the processor, and the
    scores of all parcels with them.
    """
    vector, eigenvalue = np.full(len(comparisons), 1 / len(comparisons)), 1.0
    for _ in range(_ROUNDS):
        product = np.array([fsum(row) for row in (comparisons * vector).tolist()])
        eigenvalue = fsum(product)
        before, vector = vector, product / eigenvalue
        if np.abs(vector - before).max() <= _SETTLED:
            break
    return vector, eigenvalue
