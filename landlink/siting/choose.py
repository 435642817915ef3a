"""Choosing parcels for facilities: state the problem, solve it to a proven gap, name the sites."""

import pandas as pd

from landlink.siting.limits import Watch
from landlink.siting.prepare import prepare
from landlink.siting.request import Chosen, Grants, Wish
from landlink.siting.result import conclude
from landlink.siting.solver import allocate
from landlink.supply.find import Supply


def choose_sites(
    grants: Grants,
    supply: Supply,
    cells: pd.DataFrame,
    wish: Wish | None = None,
    *,
    time_limit: float | None = 60,
    gap: float = 0.01,
    seed: int = 0,
    threads: int = 1,
    watch: Watch | None = None,
    iterations: int | None = None,
) -> Chosen:
    """Choose parcels for facilities, to a proven gap.

    Parameters
    ----------
    grants
        Land that districts grant to facilities.
    supply
        Where land can be had.
    cells
        People on cells, as :func:`landlink.access.people.people` returns them.
    time_limit, gap, seed, threads, watch, iterations
        See :func:`landlink.siting.solver.allocate`. Iterations in place of a time limit (None) give the same sites for
        a seed on every machine.

    Raises
    ------
    DataError
        Something is wrong with what is asked for, or no choice meets it; the message says why.
    """
    task = prepare(grants, supply, cells, wish or Wish())
    answer = allocate(
        task.problem,
        weights=task.wish.weights,
        time_limit=time_limit,
        gap=gap,
        seed=seed,
        threads=threads,
        watch=watch,
        iterations=iterations,
    )
    return conclude(task, answer)
