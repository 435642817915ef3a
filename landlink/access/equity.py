"""Equity of access (公平性): coverage, Gini, Lorenz, Palma and shortage, every person counting once.

Values belong to cells and weights are the cells' persons: each measure is that of the values repeated once a person.
Cells without persons do not count.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from landlink.access.inputs import Floats, amounts, positive, reaching
from landlink.errors import DataError, Fault

# Share of the population above which Palma's ratio takes the top tenth.
_TOP = 0.9
# Share of the population up to which it takes the bottom.
_BOTTOM = 0.4


@dataclass(frozen=True, slots=True)
class Shortage:
    """Persons with less access than a threshold.

    Parameters
    ----------
    persons
        Persons whose access is below it.
    share
        Of all persons, 0–1; NaN where there are none.
    lack
        Capacity that would raise each of them to it, if it went to them alone.
    """

    persons: float
    share: float
    lack: float


def lorenz(values: npt.ArrayLike, weights: npt.ArrayLike) -> pd.DataFrame:
    """Lorenz curve.

    Parameters
    ----------
    values
        Access per person, by cell.
    weights
        Persons, by cell.

    Returns
    -------
    ``population`` and ``access``, both 0–1: share of access that a share of the population has, those with the least
    first. One row per cell after a row of zeros, with straight lines in between. Without any access the curve is the
    diagonal, as all have the same; without persons only the row of zeros is left.

    Raises
    ------
    DataError
        A value or weight is missing, negative or infinite, or there are not as many of both.

    Examples
    --------
    One person has 3 units, another 1: the poorer half has a quarter.

    >>> lorenz([3, 1], [1, 1]).to_dict("list")
    {'population': [0.0, 0.5, 1.0], 'access': [0.0, 0.25, 1.0]}
    """
    access, persons = _counted(values, weights)
    order = np.argsort(access, kind="stable")
    population = _shares(persons[order])
    amounts_had = access[order] * persons[order]
    shares = _shares(amounts_had) if amounts_had.sum() > 0 else population
    return pd.DataFrame({"population": population, "access": shares})


def gini(values: npt.ArrayLike, weights: npt.ArrayLike) -> float:
    """Gini coefficient: twice the area between the Lorenz curve and the diagonal.

    Parameters
    ----------
    values, weights
        As :func:`lorenz` takes them.

    Returns
    -------
    0 (all have the same, or nobody has any) up to almost 1 (one has all); NaN without persons. It does not change when
    all values are multiplied, or when a cell is divided into cells of the same value.

    Raises
    ------
    DataError
        As :func:`lorenz`.

    Examples
    --------
    One of four persons has all: 1 − 1/4.

    >>> gini([0, 8], [3, 1])
    0.75
    """
    curve = lorenz(values, weights)
    if len(curve) == 1:
        return float("nan")
    access = curve["access"].to_numpy()
    below = np.diff(curve["population"]) @ (access[1:] + access[:-1])
    return max(0.0, float(1 - below))


def palma(values: npt.ArrayLike, weights: npt.ArrayLike) -> float:
    """Palma ratio: share of access of the tenth of the population with the most, over that of the 40 % with the least.

    A cell at the boundary is divided.

    Parameters
    ----------
    values, weights
        As :func:`lorenz` takes them.

    Returns
    -------
    0.25 where all have the same or nobody has any; infinite where only the 40 % have none; NaN without persons.

    Raises
    ------
    DataError
        As :func:`lorenz`.

    References
    ----------
    Palma, J. G. (2011). Homogeneous middles vs. heterogeneous tails. Development and Change 42: 87–153.

    Examples
    --------
    Of ten persons the first four have 1 each, the last 8.

    >>> palma([1, 2, 8], [4, 5, 1])
    2.0
    """
    curve = lorenz(values, weights)
    if len(curve) == 1:
        return float("nan")
    bottom, below_top = np.interp([_BOTTOM, _TOP], curve["population"], curve["access"])
    return float((1 - below_top) / bottom) if bottom > 0 else float("inf")


def shortage(values: npt.ArrayLike, weights: npt.ArrayLike, threshold: float) -> Shortage:
    """Persons whose access is below a threshold, and the capacity they lack.

    Parameters
    ----------
    values, weights
        As :func:`lorenz` takes them.
    threshold
        Capacity per person; a person with exactly that is not short.

    Raises
    ------
    DataError
        As :func:`lorenz`, or the threshold is not above 0.

    Examples
    --------
    >>> shortage([0.5, 2, 3], [10, 20, 10], 2)
    Shortage(persons=10.0, share=0.25, lack=15.0)
    """
    access, persons = _counted(values, weights)
    short = np.maximum(positive("threshold", threshold) - access, 0.0)
    below = float(persons[short > 0].sum())
    return Shortage(below, _part(below, persons), float(short @ persons))


def coverage(cost: npt.ArrayLike, weights: npt.ArrayLike, radius: float) -> float:
    """Share of persons with a site within a radius, 0–1; NaN without persons.

    Parameters
    ----------
    cost
        Of the nearest site, by cell, of :func:`landlink.access.nearest`; NaN where none is reachable.
    weights
        Persons, by cell.
    radius
        In the unit of the cost; a site at the radius is within it.

    Raises
    ------
    DataError
        A cost is negative, a weight is missing, negative or infinite, there are not as many of both, or the radius is
        not above 0.

    Examples
    --------
    >>> coverage([400, 500, 501, np.nan], [10, 20, 5, 5], radius=500)
    0.75
    """
    persons = amounts("weights", weights)
    costs = amounts("cost", pd.Series(cost).fillna(0.0), len(persons))
    within = (costs <= reaching(positive("radius", radius))) & pd.Series(cost).notna().to_numpy()
    return _part(float(persons[within].sum()), persons)


def equity(cells: pd.DataFrame, *, radius: float, threshold: float, by: str | None = None) -> pd.DataFrame:
    """Measures of equity, by district or of the whole.

    Parameters
    ----------
    cells
        ``persons``, ``access`` (capacity per person), ``cost`` (of the nearest site; NaN where none is reachable), and
        the column that groups them.
    radius
        Of coverage, in the unit of the cost.
    threshold
        Of shortage, capacity per person.
    by
        Column that groups the cells, such as ``code``; cells without a value are a group of their own. Without it all
        cells are one group.

    Returns
    -------
    One row a group, in order of the groups: the group, ``persons``, ``access`` (mean over persons), ``gini``,
    ``palma``, ``covered`` (share of persons with a site within the radius), ``short_persons`` and ``short_share``
    (persons below the threshold and their share) and ``lack`` (capacity that they lack). Shares are 0–1; means and
    shares of a group without persons are NaN.

    Raises
    ------
    DataError
        A column is missing, or as :func:`lorenz`, :func:`coverage` and :func:`shortage`.

    Examples
    --------
    >>> cells = pd.DataFrame({"persons": [100, 300], "access": [0.02, 0.04], "cost": [400.0, 1_200.0]})
    >>> table = equity(cells, radius=1_000, threshold=0.03)
    >>> table[["persons", "access", "covered", "short_persons", "lack"]].round(4).to_dict("records")
    [{'persons': 400.0, 'access': 0.035, 'covered': 0.25, 'short_persons': 100.0, 'lack': 1.0}]
    """
    keys = [] if by is None else [by]
    for name in ("persons", "access", "cost", *keys):
        if name not in cells:
            raise DataError(Fault("table.column_missing", {"name": name, "have": ", ".join(map(str, cells))}))
    groups = [((), cells)] if by is None else cells.groupby(keys, sort=True, dropna=False)
    return pd.DataFrame(
        [dict(zip(keys, key, strict=True)) | _measures(group, radius, threshold) for key, group in groups]
    )


def _measures(cells: pd.DataFrame, radius: float, threshold: float) -> dict[str, float]:
    """Measures of a group of cells."""
    values, weights = cells["access"], cells["persons"]
    access, persons = _counted(values, weights)
    short = shortage(values, weights, threshold)
    return {
        "persons": float(persons.sum()),
        "access": _part(float(access @ persons), persons),
        "gini": gini(values, weights),
        "palma": palma(values, weights),
        "covered": coverage(cells["cost"], weights, radius),
        "short_persons": short.persons,
        "short_share": short.share,
        "lack": short.lack,
    }


def _counted(values: npt.ArrayLike, weights: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Values and weights of the cells with persons."""
    persons = amounts("weights", weights)
    if np.shape(values) != persons.shape:
        raise DataError(Fault("access.length", {"name": "values", "shape": np.shape(values), "size": persons.size}))
    lived_in = persons > 0
    return amounts("values", pd.Series(values)[lived_in]), persons[lived_in]


def _shares(parts: Floats) -> Floats:
    """Running sum as a share of the whole, from 0 to 1."""
    running = np.concatenate([[0.0], np.cumsum(parts)])
    return running / running[-1] if len(parts) else running


def _part(part: float, persons: Floats) -> float:
    """Share of all persons; NaN where there are none."""
    everyone = float(persons.sum())
    return part / everyone if everyone > 0 else float("nan")
