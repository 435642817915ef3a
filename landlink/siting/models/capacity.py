"""Whether sites of some capacities could serve all demand."""

import numpy as np
from scipy import sparse

from landlink.siting.solver.answer import Floats, Reason

# Relative excess over a capacity that is rounding.
ROUNDING = 1e-9


def shortfalls(
    cost: sparse.csr_array, demand: Floats, capacity: Floats, most: int, *, single_source: bool
) -> tuple[Reason, ...]:
    """Why no sites could serve all demand, as far as sums tell; nothing where they do not.

    Parameters
    ----------
    cost
        Allowed pairs, n × m.
    demand
        n.
    capacity
        m, infinite where there is none.
    most
        Greatest number of open sites.
    single_source
        A demand is served by one site alone.

    Returns
    -------
    ``unreached`` (``count`` demands reach no site that has a capacity), ``too_big`` (``count`` demands are larger than
    each site that they reach; the first one's ``demand`` and greatest ``capacity``), ``over_capacity`` (``demand`` in
    all, and ``capacity`` of the ``sites`` that hold most).
    """
    reasons = []
    row = np.repeat(np.arange(len(demand)), np.diff(cost.indptr))
    pairs = np.bincount(row[(demand[row] == 0) | (capacity[cost.indices] > 0)], minlength=len(demand))
    if not pairs.all():
        alone = np.flatnonzero(pairs == 0)
        reasons.append(Reason("unreached", {"count": len(alone)}, tuple(alone.tolist())))
    if single_source:
        reached = np.flatnonzero(pairs)
        all_greatest = np.zeros(len(demand))
        np.maximum.at(all_greatest, row, capacity[cost.indices])
        greatest = all_greatest[reached]
        over = demand[reached] > greatest * (1 + ROUNDING)
        if over.any():
            first = int(over.argmax())
            found = {
                "count": int(over.sum()),
                "demand": float(demand[reached[first]]),
                "capacity": float(greatest[first]),
            }
            reasons.append(Reason("too_big", found, tuple(reached[over].tolist())))
    total, room = float(demand.sum()), float(np.sort(capacity)[::-1][:most].sum())
    if total > room * (1 + ROUNDING):
        reasons.append(Reason("over_capacity", {"demand": total, "capacity": room, "sites": most}))
    return tuple(reasons)


def fewest(demand: Floats, capacity: Floats) -> int:
    """Least number of sites that hold all demand, at least one."""
    held = np.cumsum(np.sort(capacity)[::-1])
    return 1 + int(np.searchsorted(held * (1 + ROUNDING), demand.sum()))
