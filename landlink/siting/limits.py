"""Limits of a solve: time or iterations, gap, seed and threads, and the watch that follows it and may stop it."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from numbers import Integral

from landlink.errors import DataError, Fault

# Relative difference of objective and bound that is rounding.
EXACT = 1e-9
# Greatest seed that HiGHS takes.
_MAX_SEED = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a solve has come.

    Parameters
    ----------
    objective
        Of the best answer so far; infinite where there is none yet.
    bound
        No answer can be better; -infinite where nothing is proven yet.
    gap
        Relative, as the solve's answer defines it; infinite where there is no answer or no bound yet.
    seconds
        Since the solve began.
    """

    objective: float
    bound: float
    gap: float
    seconds: float


# Receives the progress; the solve stops with its best answer where it returns True.
Watch = Callable[[Progress], bool]


@dataclass(frozen=True, slots=True)
class Limits:
    """When a solve may end.

    Parameters
    ----------
    time_limit
        Seconds, 0 or more; None for no clock.
    gap
        Relative gap that is good enough, 0 to 1; 0 asks for the proven optimum.
    seed
        Of everything random, 0 to 2³¹ − 1.
    threads
        Threads of the solver.
    watch
        Receives the progress and may stop the solve.
    iterations
        Most iterations of each step of a search (see :func:`landlink.siting.solver.allocate`), 1 or more; None for no
        limit. With it and without a clock, the same seed gives the same answer on every machine.
    started
        Moment from which seconds count, of :func:`time.perf_counter`.

    Raises
    ------
    DataError
        A limit is out of range; all faults are collected.
    """

    time_limit: float | None = None
    gap: float = 0.0
    seed: int = 0
    threads: int = 1
    watch: Watch | None = None
    iterations: int | None = None
    started: float = field(default_factory=time.perf_counter)

    def __post_init__(self) -> None:
        """Refuse limits that are out of range."""
        seconds, count = self.time_limit, self.iterations
        refused = {
            "siting.time_limit": (seconds, seconds is not None and not seconds >= 0),
            "siting.gap": (self.gap, not 0 <= self.gap <= 1),
            "siting.seed": (self.seed, not isinstance(self.seed, Integral) or not 0 <= self.seed <= _MAX_SEED),
            "siting.threads": (self.threads, not isinstance(self.threads, Integral) or self.threads < 1),
            "siting.iterations": (count, count is not None and (not isinstance(count, Integral) or count < 1)),
        }
        faults = [Fault(name, {"value": value}) for name, (value, wrong) in refused.items() if wrong]
        if faults:
            raise DataError(faults)

    @property
    def seconds(self) -> float:
        """Seconds since the solve began."""
        return time.perf_counter() - self.started

    @property
    def left(self) -> float:
        """Seconds that are left; infinite without a clock."""
        return math.inf if self.time_limit is None else max(0.0, self.time_limit - self.seconds)

    @property
    def clock(self) -> bool:
        """True if time is limited."""
        return self.time_limit is not None and math.isfinite(self.time_limit)

    def at_most(self, rounds: int) -> int:
        """Rounds of a step, as far as the iterations allow."""
        return rounds if self.iterations is None else min(rounds, self.iterations)

    def stops(self, objective: float, bound: float, gap: float | None = None) -> bool:
        """True if the watch, which is shown the progress, asks to stop; the gap is relative_gap() by default."""
        if self.watch is None:
            return False
        gap = relative_gap(objective, bound) if gap is None else gap
        return bool(self.watch(Progress(objective, bound, gap, self.seconds)))

    def reached(self, objective: float, bound: float) -> bool:
        """True if an objective is as good as was asked for."""
        return relative_gap(objective, bound) <= max(self.gap, EXACT)


def relative_gap(objective: float, bound: float) -> float:
    """Distance of a bound from an objective, as a share of the objective; infinite where there is no answer.

    Examples
    --------
    >>> relative_gap(200.0, 190.0)
    0.05
    """
    if not (math.isfinite(objective) and math.isfinite(bound)):
        return math.inf
    return abs(objective - bound) / max(abs(objective), 1e-12) if objective != bound else 0.0
