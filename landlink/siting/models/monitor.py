"""The best answer and bound of a solve so far, and whether the solve may go on."""

import math
from dataclasses import dataclass, replace

from landlink.siting.limits import Limits
from landlink.siting.sites import Status

# Seconds between two reports to the watch.
_REPORT_SECONDS = 0.2


@dataclass(slots=True)
class Monitor:
    """Best objective and bound so far, reported to the watch now and then.

    Parameters
    ----------
    limits
        Of the solve.
    objective, bound
        Of the best answer so far.
    ended
        Why the solve may not go on; None as long as it may.
    reported
        Seconds at which the watch was last called.
    """

    limits: Limits
    objective: float = math.inf
    bound: float = -math.inf
    ended: Status | None = None
    reported: float = -math.inf

    @property
    def running(self) -> bool:
        """True if there is time, the watch does not stop the solve, and the answer is not good enough yet."""
        if self.ended is None and self.limits.left <= 0:
            self.ended = "time"
        now = self.limits.seconds
        if self.ended is None and now - self.reported >= _REPORT_SECONDS:
            self.reported = now
            if self.limits.stops(self.objective, self.bound):
                self.ended = "stopped"
        return self.ended is None and not self.reached

    @property
    def reached(self) -> bool:
        """True if the answer is as good as was asked for."""
        return self.limits.reached(self.objective, self.bound)

    @property
    def status(self) -> Status:
        """Status of the answer so far: a solve that ends unproven without having been stopped has used up its time."""
        exact = replace(self.limits, gap=0.0)
        if exact.reached(self.objective, self.bound):
            return "optimal"
        return "gap" if self.reached else self.ended or "time"

    def improve(self, objective: float) -> None:
        """Keep the objective of an answer if it is the best; a bound beyond it, by rounding, comes down to it."""
        self.objective = min(self.objective, objective)
        self.bound = min(self.bound, self.objective)

    def prove(self, bound: float) -> None:
        """Keep a bound if it is the best; one beyond the answer, by rounding, is the answer."""
        self.bound = min(max(self.bound, bound), self.objective)
