"""Readers of the published siting instances in ``tests/data/orlib``."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

FOLDER = Path(__file__).parent / "data" / "orlib"
Floats = NDArray[np.float64]


def optima(model: str) -> dict[str, float]:
    """Optimum by instance of a model."""
    table = pd.read_csv(FOLDER / "optima.csv")
    return dict(table.loc[table["model"] == model, ["instance", "optimum"]].itertuples(index=False, name=None))


def _values(name: str) -> Floats:
    return np.array((FOLDER / f"{name}.txt").read_text().split(), dtype=np.float64)


def pmed(name: str) -> tuple[Floats, int]:
    """Costs and p."""
    values = _values(name)
    size, edges, p = (int(value) for value in values[:3])
    lengths = np.zeros((size, size))
    for one, other, length in values[3 : 3 + 3 * edges].reshape(-1, 3):
        lengths[int(one) - 1, int(other) - 1] = lengths[int(other) - 1, int(one) - 1] = length
    return sparse.csgraph.shortest_path(sparse.csr_array(lengths), directed=False), p


def pmedcap(name: str) -> tuple[Floats, Floats, float, int]:
    """Costs, demand, capacity and p."""
    values = _values(name)
    size, p, capacity = int(values[2]), int(values[3]), float(values[4])
    _, x, y, demand = values[5 : 5 + 4 * size].reshape(-1, 4).T
    return np.floor(np.hypot(x[:, None] - x, y[:, None] - y)), demand, capacity, p


def cap(name: str) -> tuple[Floats, Floats, Floats, Floats]:
    """Fixed costs, costs, demand and capacities; demand may be split."""
    values = _values(name)
    sites, customers = int(values[0]), int(values[1])
    capacity, fixed = values[2 : 2 + 2 * sites].reshape(-1, 2).T
    rows = values[2 + 2 * sites :].reshape(customers, 1 + sites)
    return fixed, rows[:, 1:], rows[:, 0], capacity


def single_cap(name: str) -> tuple[Floats, Floats, Floats, Floats]:
    """Fixed costs, costs, demand and capacities; each customer is served by one site."""
    values = _values(name)
    sites, customers = int(values[0]), int(values[1])
    capacity, fixed = values[2 : 2 + 2 * sites].reshape(-1, 2).T
    demand = values[2 + 2 * sites :][:customers]
    cost = values[2 + 2 * sites + customers :][: sites * customers].reshape(sites, customers)
    return fixed, cost.T.copy(), demand, capacity
