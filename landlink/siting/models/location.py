"""Facility location: which sites to open at a fixed cost so that serving all demand costs least in all."""

import numpy as np
import numpy.typing as npt

from landlink.siting.models.capacity import fewest, shortfalls
from landlink.siting.models.given import Matrix, checked_amounts, checked_cost, checked_limits
from landlink.siting.models.sourcing.problem import sourcing
from landlink.siting.models.sourcing.solving import solved
from landlink.siting.solver.answer import Answer, Watch, nothing


def facility_location(
    fixed_cost: npt.ArrayLike,
    cost: Matrix,
    demand: npt.ArrayLike,
    capacity: npt.ArrayLike | None = None,
    *,
    single_source: bool = False,
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    threads: int = 1,
    watch: Watch | None = None,
) -> Answer:
    """Open the sites whose fixed costs and costs of serving all demand are least together.

    Parameters
    ----------
    fixed_cost
        Of opening: one for all sites, or m, 0 or more.
    cost
        n × m, of serving a demand whole from a site, in the unit of the fixed costs, 0 or more; a part of the demand
        costs that part of it. See :func:`~landlink.siting.models.given.checked_cost` for pairs that are not allowed.
    demand
        n, 0 or more.
    capacity
        One for all sites, or m, in units of demand, 0 or more, infinite where there is none; None for sites without
        capacities.
    single_source
        Serve every demand by one site alone; else it may be split.
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
    Exact where time allows: Lagrangian bounds with split knapsacks, sites decided by reduced costs, and a
    mixed-integer program for what is left. With very many pairs the bound and the plans by regions end within the
    time limit with a gap, some tenths of a percent as a rule.

    References
    ----------
    Cornuéjols, G., Sridharan, R. and Thizy, J. M. (1991). A comparison of heuristics and relaxations for the
    capacitated plant location problem. European Journal of Operational Research 50(3). Barahona, F. and Chudak, F. A.
    (2005). Near-optimal solutions to large-scale facility location problems. Discrete Optimization 2(1): plans from
    how often a relaxation opens a site.

    Examples
    --------
    Two sites of capacity 3 for demands 2 and 4: the second is split, a quarter of it (cost 8 / 4) to the first site.

    >>> answer = facility_location([5, 5], [[1, 9], [8, 4]], demand=[2, 4], capacity=3)
    >>> answer.objective, answer.shares.toarray().tolist()
    (16.0, [[1.0, 0.0], [0.25, 0.75]])
    """
    limits = checked_limits(time_limit=time_limit, gap=gap, seed=seed, threads=threads, watch=watch)
    pairs = checked_cost(cost)
    n, m = pairs.shape
    fixed = checked_amounts("fixed_cost", fixed_cost, m, scalar=True)
    needed = checked_amounts("demand", demand, n)
    room = checked_amounts("capacity", np.inf if capacity is None else capacity, m, scalar=True, infinite=True)
    reasons = shortfalls(pairs, needed, room, m, single_source=single_source)
    if reasons:
        return nothing("infeasible", pairs.shape, limits, *reasons)
    return solved(sourcing(fixed, pairs, needed, room, (fewest(needed, room), m), whole=single_source), limits)
