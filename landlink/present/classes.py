"""Classes of figures on maps, one for screen and paper: quintiles (mapclassify) between rounded bounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from landlink.present.colors import ramp

# Most classes of a map: more shades of one hue cannot be distinguished.
MOST = 5
# Bounds of a suitability score's classes, from 0 to 1.
SCORE_EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
# Class of a zero, which has none.
ZERO_CLASS = -1


@dataclass(frozen=True, slots=True)
class Classes:
    """Figures in classes.

    Parameters
    ----------
    edges
        Bounds in ascending order, one more than there are classes; empty where all figures are zero.
    classes
        Class of each figure from 0, on the figures' index; :data:`ZERO_CLASS` for a zero that stands by itself.
    """

    edges: tuple[float, ...]
    classes: pd.Series

    @property
    def count(self) -> int:
        """Number of classes, the zeros' not among them."""
        return max(len(self.edges) - 1, 0)

    @property
    def has_zero(self) -> bool:
        """True if zeros stand by themselves."""
        return bool((self.classes == ZERO_CLASS).any())

    def legend(self, colors: Sequence[str], decimals: int = 2) -> list[tuple[str, str]]:
        """Bounds of each class as people read them, with its colour of a ramp."""
        if not self.count:
            return []
        return list(zip(class_labels(self.edges, decimals), ramp(colors, self.count), strict=True))

    def colors(self, colors: Sequence[str], zero: str) -> dict[str, str]:
        """Colour of each figure by its index: of a ramp, or the zeros' own."""
        shades = [*(ramp(colors, self.count) if self.count else []), zero]  # class -1 is the last
        return {key: shades[number] for key, number in self.classes.items()}


def classify(values: pd.Series, decimals: int = 2) -> Classes:
    """Put figures in at most five classes of about equal count.

    Parameters
    ----------
    values
        Figures as they are shown, none missing. Where none is negative, zeros stand by themselves.
    decimals
        Decimals of the bounds.

    Examples
    --------
    >>> found = classify(pd.Series({"a": 0.0, "b": 64.0, "c": 187.15, "d": 259.54}))
    >>> found.edges, found.classes.to_list()
    ((64.0, 110.0, 200.0, 260.0), [-1, 0, 1, 2])
    """
    figures = values.astype("float64")
    is_zero = (figures == 0) & bool((figures >= 0).all())
    classes = pd.Series(ZERO_CLASS, index=figures.index, dtype="int64")
    rest = figures[~is_zero]
    if rest.empty:
        return Classes((), classes)
    edges = breaks(rest.to_numpy(), decimals)
    classes[~is_zero] = class_of(rest.to_numpy(), edges)
    return Classes(tuple(edges), classes)


def breaks(values: npt.ArrayLike, decimals: int = 2) -> list[float]:
    """Bounds of at most five classes of about equal count: quintiles of the distinct values, rounded.

    A class holds its lower bound and not its upper one; the last holds both.

    Parameters
    ----------
    values
        At least one value, none missing.
    decimals
        Most decimals of a bound.

    Returns
    -------
    One bound more than there are classes, none of which is empty; one value twice where all values are equal.

    Examples
    --------
    >>> breaks([64, 187.15, 85.63, 95.47, 97.51, 209.63, 259.54])
    [64.0, 88.0, 96.0, 150.0, 210.0, 260.0]
    """
    distinct = np.unique(np.asarray(values, dtype="float64"))
    if len(distinct) == 1:
        return [float(distinct[0])] * 2
    # Takes seconds to import: only where a map is drawn.
    from mapclassify import Quantiles  # noqa: PLC0415

    *inner, _ = Quantiles(distinct, k=MOST).bins
    edges = _rounded(distinct[0], inner, distinct[-1], decimals)
    filled = np.histogram(distinct, edges)[0] > 0
    return [float(edge) for edge in (edges[0], *edges[1:][filled])]


def class_of(values: npt.ArrayLike, edges: Sequence[float]) -> npt.NDArray[np.int64]:
    """Class of each value from 0; what lies beyond the bounds belongs to the first class or the last.

    Examples
    --------
    >>> class_of([64, 87.9, 88, 260], [64, 88, 260]).tolist()
    [0, 0, 1, 1]
    """
    return np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)


def class_labels(edges: Sequence[float], decimals: int = 2) -> list[str]:
    """Classes as people read them; whole bounds without decimals.

    Examples
    --------
    >>> class_labels([64, 86, 1100]), class_labels([1.5, 1.5])
    (['64–86', '86–1,100'], ['1.50'])
    """
    digits = 0 if all(edge == round(edge) for edge in edges) else decimals
    shown = [f"{edge:,.{digits}f}" for edge in edges]
    if edges[0] == edges[-1]:
        return [shown[0]]
    return [f"{low}–{high}" for low, high in pairwise(shown)]


def _rounded(low: float, inner: Sequence[float], high: float, decimals: int) -> npt.NDArray[np.float64]:
    """Bounds to two digits, in ascending order: the lowest rounded down, the highest up, the others to the nearest."""
    # More digits where the values lie closer together than that.
    spread = 10.0 ** np.floor(np.log10((high - low) / MOST))

    def step(bound: float) -> float:
        two_digits = 10.0 ** (np.floor(np.log10(abs(bound))) - 1) if bound else spread
        return float(max(min(two_digits, spread), 10.0**-decimals))

    nearest = [round(bound / step(bound)) * step(bound) for bound in inner]
    edges = [np.floor(low / step(low)) * step(low), *nearest, np.ceil(high / step(high)) * step(high)]
    return np.unique(np.round(edges, decimals))
