"""Sites (选址): parcels for the facilities that a plan grants land for, within each district's granted land."""

import pandas as pd

from landlink.plan.plan import Plan
from landlink.siting.limits import Watch
from landlink.siting.prepare import prepare
from landlink.siting.request import Chosen, Task, Wish
from landlink.siting.result import conclude
from landlink.siting.solver import allocate
from landlink.supply.find import Supply

__all__ = ["Chosen", "Task", "Wish", "conclude", "prepare", "site_facilities"]


def site_facilities(
    plan: Plan,
    found: Supply,
    there: pd.DataFrame,
    wish: Wish | None = None,
    *,
    time_limit: float | None = 60,
    gap: float = 0.01,
    seed: int = 0,
    threads: int = 1,
    watch: Watch | None = None,
) -> Chosen:
    """Choose parcels for facilities, to a proven gap.

    Parameters
    ----------
    plan
        What is needed and granted; sites that it has are not looked at.
    found
        Where land can be had.
    there
        People on cells, as :func:`landlink.access.people.people` returns them.
    time_limit, gap, seed, threads, watch
        See :class:`landlink.siting.limits.Limits`.

    Raises
    ------
    DataError
        Something is wrong with what is asked for, or no choice meets it; the message says why.
    """
    task = prepare(plan, found, there, wish or Wish())
    answer = allocate(
        task.problem,
        weights=task.wish.weights,
        time_limit=time_limit,
        gap=gap,
        seed=seed,
        threads=threads,
        watch=watch,
    )
    return conclude(task, answer)
