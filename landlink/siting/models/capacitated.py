"""The capacitated p-median: p sites, each with a capacity, that serve every demand whole at least cost."""

import numpy as np
import numpy.typing as npt

from landlink.siting.models.capacity import shortfalls
from landlink.siting.models.given import Matrix, checked_amounts, checked_cost, checked_limits, checked_p
from landlink.siting.models.sourcing.problem import sourcing
from landlink.siting.models.sourcing.solving import solved
from landlink.siting.solver.answer import Answer, Watch, nothing


def capacitated_p_median(
    cost: Matrix,
    demand: npt.ArrayLike,
    capacity: npt.ArrayLike,
    p: int,
    *,
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    threads: int = 1,
    watch: Watch | None = None,
) -> Answer:
    """Open p sites within whose capacities every demand is served by one site, at the least cost.

    The objective is the sum of the costs of the pairs in use, as in the OR-Library: demand fills capacities and does
    not weigh costs. Where a cost is by unit of demand, give cost times demand.

    Parameters
    ----------
    cost
        n × m, of serving a demand whole from a site, in any unit, 0 or more; see
        :func:`~landlink.siting.models.given.checked_cost` for pairs that are not allowed.
    demand
        n, 0 or more.
    capacity
        One for all sites, or m, in units of demand, 0 or more.
    p
        Number of open sites. One that serves nothing counts.
    time_limit
        Seconds; None for as long as it takes.
    gap
        Relative gap that is good enough; 0 asks for the proven optimum.
    seed
        Of what is random.
    threads
        Of the solver.
    watch
        Told of progress some times a second; the solve stops where it returns True.

    Returns
    -------
    The answer. Reasons of an infeasible one: ``unreached``, ``too_big``, ``over_capacity`` (see
    :func:`~landlink.siting.models.capacity.shortfalls`), or ``no_assignment`` where only the solve has shown it. Loads
    exceed
    capacities by rounding alone, 10⁻⁹ of the capacity at most.

    Raises
    ------
    DataError
        An argument is of the wrong shape or out of range.

    Notes
    -----
    Exact: Lagrangian bounds with whole knapsacks, sites and pairs decided by reduced costs, and a mixed-integer
    program for what is left.

    References
    ----------
    Ceselli, A. and Righini, G. (2005). A branch-and-price algorithm for the capacitated p-median problem. Networks
    45(3): the relaxation. Beasley, J. E. (1990). OR-Library. Journal of the Operational Research Society 41(11).

    Examples
    --------
    >>> answer = capacitated_p_median([[0, 3, 9], [3, 0, 6], [9, 6, 0]], demand=[2, 2, 2], capacity=4, p=2)
    >>> answer.objective, answer.open.tolist(), answer.assignment.tolist()
    (3.0, [0, 2], [0, 0, 2])
    """
    limits = checked_limits(time_limit=time_limit, gap=gap, seed=seed, threads=threads, watch=watch)
    pairs = checked_cost(cost)
    n, m = pairs.shape
    count = checked_p(p, m)
    needed = checked_amounts("demand", demand, n)
    room = checked_amounts("capacity", capacity, m, scalar=True, infinite=True)
    reasons = shortfalls(pairs, needed, room, count, single_source=True)
    if reasons:
        return nothing("infeasible", pairs.shape, limits, *reasons)
    return solved(sourcing(np.zeros(m), pairs, needed, room, (count, count), whole=True), limits)
