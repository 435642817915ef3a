"""Pairwise comparisons of factors as a matrix on Saaty's scale, shown and edited."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from landlink.present.labels import status_label
from landlink.supply.ahp import Weights, matrix
from landlink.texts import Lang, text

# Saaty's scale, 1 to 9, and its reciprocals.
SCALE = {1.0: "1", **{float(n): str(n) for n in range(2, 10)}, **{1 / n: f"1/{n}" for n in range(2, 10)}}
Comparisons = tuple[tuple[str, str, float], ...]


def matrix_table(comparisons: pd.DataFrame, titles: Mapping[str, str], lang: Lang) -> pd.DataFrame:
    """Matrix of comparisons, each as the nearest value of the scale.

    Parameters
    ----------
    comparisons
        ``factor``, ``other`` and ``ratio``.
    titles
        Titles of the factors, in order of rows and columns.
    """
    cells = [[nearest(ratio) for ratio in row] for row in matrix(comparisons, list(titles))]
    table = pd.DataFrame(cells, columns=list(titles.values()))
    table.insert(0, text("ui.supply.factor", lang), list(titles.values()))
    return table


def nearest(ratio: float) -> str:
    """Value of the scale nearest to a ratio.

    Examples
    --------
    >>> nearest(2.9), nearest(0.26)
    ('3', '1/4')
    """
    return SCALE[min(SCALE, key=lambda value: abs(np.log(value / ratio)))]


def edited_comparisons(table: pd.DataFrame, comparisons: pd.DataFrame, factors: Sequence[str]) -> Comparisons:
    """Comparisons of an edited matrix, above its diagonal.

    Parameters
    ----------
    table
        Table of :func:`matrix_table`, edited.
    comparisons
        Comparisons before the edit, which an emptied cell or one off the scale keeps.
    factors
        Factors in order of rows and columns.
    """
    values = {label: value for value, label in SCALE.items()}
    before = matrix(comparisons, list(factors))
    return tuple(
        (factor, other, values.get(str(table.iloc[row, column + 1]), float(before[row, column])))
        for row, factor in enumerate(factors)
        for column, other in enumerate(factors)
        if row < column
    )


def weights_table(weights: Weights, factors: pd.DataFrame, titles: Mapping[str, str], lang: Lang) -> pd.DataFrame:
    """Weight, value function and status of each factor."""
    return pd.DataFrame(
        {
            text("ui.supply.factor", lang): list(titles.values()),
            text("ui.supply.weight", lang): np.round([weights.weights[name] for name in titles], 4),
            text("ui.supply.points", lang): factors["points"],
            text("ui.supply.status", lang): [status_label(status, lang) for status in factors["status"]],
        }
    )
