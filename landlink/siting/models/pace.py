"""How long a solve may go on, and how far it has come."""

import math
from dataclasses import dataclass, replace

from landlink.siting.limits import Limits
from landlink.siting.sites import Status

_TELL = 0.2  # seconds between two tellings of the watch


@dataclass(slots=True)
class Pace:
    """How far a solve has come, told to the watch now and then, and whether it may go on.

    Parameters
    ----------
    limits
        Of the solve.
    objective, bound
        Of the best answer so far.
    ended
        Why the solve may not go on; none as long as it may.
    """

    limits: Limits
    objective: float = math.inf
    bound: float = -math.inf
    ended: Status | None = None
    told: float = -math.inf

    @property
    def goes(self) -> bool:
        """Tell whether the solve may go on: there is time, the watch lets it, and the answer is not good enough yet."""
        if self.ended is None and self.limits.left <= 0:
            self.ended = "time"
        now = self.limits.seconds
        if self.ended is None and now - self.told >= _TELL:
            self.told = now
            if self.limits.stops(self.objective, self.bound):
                self.ended = "stopped"
        return self.ended is None and not self.reached

    @property
    def reached(self) -> bool:
        """Tell whether the answer is as good as was asked for."""
        return self.limits.reached(self.objective, self.bound)

    @property
    def status(self) -> Status:
        """Status of the answer, there being one."""
        exact = replace(self.limits, gap=0.0)
        if exact.reached(self.objective, self.bound):
            return "optimal"
        return "gap" if self.reached else self.ended or "stopped"

    def found(self, objective: float) -> None:
        """Take note of an answer; a bound beyond it, by rounding, comes down to it."""
        self.objective = min(self.objective, objective)
        self.bound = min(self.bound, self.objective)

    def proven(self, bound: float) -> None:
        """Take note of a bound; one beyond the answer, by rounding, is the answer."""
        self.bound = min(max(self.bound, bound), self.objective)
