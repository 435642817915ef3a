"""Allocate facilities to candidate parcels: the sites, sizes and persons served of least objective, to a proven gap."""

from landlink.siting.limits import Limits, Watch
from landlink.siting.solver.allocation import Allocation, Conflict, no_allocation
from landlink.siting.solver.model import Model, build
from landlink.siting.solver.problem import Problem, Weights
from landlink.siting.solver.search import Search


def allocate(
    problem: Problem,
    *,
    weights: Weights | None = None,
    time_limit: float | None = None,
    gap: float = 0.01,
    seed: int = 0,
    threads: int = 1,
    watch: Watch | None = None,
    iterations: int | None = None,
) -> Allocation:
    """Choose what to put where, so that the weighted sum of the objective's terms is least.

    Parameters
    ----------
    weights
        Of the terms.
    time_limit
        Seconds; the best answer so far is kept. Even without any time an answer that meets all rules is made, which
        takes some seconds for the largest problems.
    gap
        Gap that is good enough, see :func:`landlink.siting.sites.gap_of`; 0 asks for the proven optimum.
    seed, threads, watch
        See :class:`landlink.siting.limits.Limits`.
    iterations
        Most rounds of each ascent, nodes of each program, exchanges, and turns of the kinds. With it and no time
        limit, a seed gives the same answer on every machine.

    Returns
    -------
    The best answer; ``infeasible``, with the conflicts, only where what is fixed cannot be met.

    Raises
    ------
    DataError
        A limit is out of range.

    Examples
    --------
    Ten persons live at the first of two candidates, five at the second, 300 m apart; there is land for one clinic of
    12 places. At the first it serves its ten and two of the others: 3 of 15 are left, and two walk 300 m of 1,000 m.

    >>> import numpy as np
    >>> from scipy import sparse
    >>> from landlink.siting.solver import Budget, Kind, Problem, Weights, allocate
    >>> metres = sparse.csr_array((np.array([0.0, 300, 300, 0]), ([0, 0, 1, 1], [0, 1, 0, 1])), shape=(2, 2))
    >>> kind = Kind(np.array([10, 5]), metres, 1_000.0, np.zeros(0, dtype="int64"), sparse.csr_array((2, 0)))
    >>> each = np.array([0, 1])
    >>> problem = Problem(
    ...     (kind,), candidate=each, kind=np.array([0, 0]), units=np.array([1, 1]), capacity=np.array([12, 12]),
    ...     land_m2=np.array([900, 900]), area_m2=np.array([1_000, 1_000]), suitability=np.ones(2),
    ...     is_new=np.zeros(2, dtype=bool), budgets=(Budget(900, 0, each),),
    ... )  # fmt: skip
    >>> answer = allocate(problem, weights=Weights(cover=1_000, distance=30), gap=0)
    >>> answer.status, answer.taken.tolist(), answer.uncovered[0].tolist(), round(answer.objective, 6)
    ('optimal', [0], [0, 3], 201.2)
    """
    weights = weights or Weights()
    limits = Limits(time_limit, gap, seed, threads, watch, iterations)
    model = build(problem, weights)
    conflicts = _conflicts(model)
    if conflicts:
        return no_allocation(model, limits.seconds, *conflicts)
    return Search(model, weights, limits).run()


def _conflicts(model: Model) -> list[Conflict]:
    """Why what is fixed cannot be met; proven without a solver, since less land never breaks a rule."""
    problem = model.problem
    options = set(zip(model.candidate[model.site].tolist(), model.kind[model.site].tolist(), strict=True))
    conflicts = [
        Conflict("fixed_and_barred" if pair in problem.barred else "fixed_no_room", pair)
        for pair in problem.fixed
        if pair in problem.barred or pair not in options
    ]
    if not conflicts and not model.allows(model.least_required):
        conflicts.append(Conflict("fixed_over_budget"))
    return conflicts
