"""Weights from pairwise comparisons: the analytic hierarchy process (层次分析法), after Saaty (1980)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from landlink.errors import DataError, Fault

# Mean consistency index of random matrices by size from 1 on (Saaty 1980).
RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)
ACCEPTED = 0.1

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
        """Tell whether the comparisons are consistent enough."""
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
    """
    place = {factor: row for row, factor in enumerate(factors)}
    found = np.full((len(factors), len(factors)), np.nan)
    np.fill_diagonal(found, 1.0)
    file = comparisons.attrs.get("file", "")
    faults = []
    for row in comparisons.to_dict("records"):
        if row["factor"] not in place or row["other"] not in place:
            continue
        one, two = place[row["factor"]], place[row["other"]]
        if not np.isnan(found[one, two]):
            faults.append(Fault("ahp.pair_twice", {"factor": row["factor"], "other": row["other"]}, file))
        found[one, two], found[two, one] = row["ratio"], 1 / row["ratio"]
    for one, two in zip(*np.nonzero(np.triu(np.isnan(found))), strict=True):
        faults.append(Fault("ahp.pair_missing", {"factor": factors[one], "other": factors[two]}, file))
    if faults:
        raise DataError(faults)
    return found


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
    """
    count = len(factors)
    if not 0 < count <= len(RANDOM_INDEX):
        raise DataError(Fault("ahp.count", {"count": count, "most": len(RANDOM_INDEX)}))
    values, vectors = np.linalg.eig(comparisons)
    principal = int(np.argmax(values.real))
    vector = np.abs(vectors[:, principal].real)
    vector /= vector.sum()
    index = RANDOM_INDEX[count - 1]
    ratio = max(float(values[principal].real) - count, 0.0) / (count - 1) / index if index else 0.0
    implied = vector[:, None] / vector[None, :]
    off = np.triu(np.abs(np.log(comparisons / implied)), 1)
    one, two = np.unravel_index(int(np.argmax(off)), off.shape)
    doubtful = (factors[int(one)], factors[int(two)], float(implied[one, two]))
    return Weights(dict(zip(factors, vector.tolist(), strict=True)), ratio, doubtful)
