"""What a solve has found so far, and whether it goes on."""

import itertools
import math
from dataclasses import dataclass, replace
from time import perf_counter

from landlink.siting.models.pace import Pace
from landlink.siting.models.sourcing.problem import Plan, Sourcing
from landlink.siting.solver.answer import Limits, Progress

# What a bound may be above a multiple of the objective's step and still stand for it, as a part of the step.
_ROUNDING = 1e-6
# Seconds of grace.
_GRACE = 1.0


@dataclass(slots=True)
class Search:
    """Best plan and bound of a problem.

    Parameters
    ----------
    problem
        That is solved; plans' shares stand for its pairs.
    pace
        Of the solve.
    best
        Best plan; None where none is known.
    """

    problem: Sourcing
    pace: Pace
    best: Plan | None = None

    @property
    def objective(self) -> float:
        """Of the best plan; infinite where there is none."""
        return self.pace.objective

    @property
    def bound(self) -> float:
        """No plan costs less."""
        return self.pace.bound

    @property
    def target(self) -> float:
        """Plans are looked for that cost no more than this."""
        return self.objective - self.problem.step * (1 - _ROUNDING)

    @property
    def goes(self) -> bool:
        """The solve may go on."""
        return self.pace.goes

    def offer(self, plan: Plan | None) -> bool:
        """Keep a plan if it is the best; tell whether it is."""
        better = plan is not None and plan.objective < self.objective
        if plan is not None and better:
            self.best = plan
            self.pace.found(plan.objective)
        return better

    def prove(self, bound: float) -> None:
        """Keep a bound if it is the best, rounded up to a multiple of the objective's step."""
        step = self.problem.step
        if step and math.isfinite(bound):
            bound = step * math.ceil(bound / step - _ROUNDING)
        self.pace.proven(bound)

    def part(self, gap: float, reports: int) -> Limits:
        """Limits of solving a part to a gap of its own, or until the solver has reported so many times."""
        count = itertools.count()
        return replace(self.pace.limits, gap=gap, watch=lambda _: not self.goes or next(count) >= reports)

    def rest(self) -> Limits:
        """Limits of solving a program whose answers are all plans that are better than the best."""

        def heard(progress: Progress) -> bool:
            self.prove(min(progress.bound, self.objective))
            return not self.goes

        return replace(self.pace.limits, watch=heard)

    def grace(self) -> Limits:
        """Limits of a last small step, for which there is a second even where time is over."""
        left = max(self.pace.limits.left, _GRACE)
        time_limit = left if math.isfinite(left) else None
        return replace(self.pace.limits, time_limit=time_limit, watch=None, gap=0.0, started=perf_counter())
