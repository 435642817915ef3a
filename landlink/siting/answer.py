"""How a solve is limited, watched and stopped, and why it has no answer."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
# `optimal`: the objective is proven; `gap`: within the gap asked for; `time` and `stopped`: the best so far.
Status = Literal["optimal", "gap", "time", "stopped", "infeasible", "unbounded"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a solve has come.

    Parameters
    ----------
    objective
        Of the best answer so far; infinite where there is none.
    bound
        No answer can be better.
    seconds
        Since the solve began.
    """

    objective: float
    bound: float
    seconds: float

    @property
    def gap(self) -> float:
        """Relative gap, see :func:`relative_gap`."""
        return relative_gap(self.objective, self.bound)


# Told of progress; the solve stops with its best answer where it returns True.
Watch = Callable[[Progress], bool]


@dataclass(frozen=True, slots=True)
class Limits:
    """When a solve may end.

    Parameters
    ----------
    time_limit
        Seconds; None for as long as it takes.
    gap
        Relative gap that is good enough; 0 asks for the proven optimum.
    seed
        Of everything random.
    threads
        Threads of the solver.
    watch
        Told of progress, may stop the solve.
    started
        Moment from which seconds count, of :func:`time.perf_counter`.
    """

    time_limit: float | None = None
    gap: float = 0.0
    seed: int = 0
    threads: int = 1
    watch: Watch | None = None
    started: float = field(default_factory=time.perf_counter)

    @property
    def seconds(self) -> float:
        """Seconds since the solve began."""
        return time.perf_counter() - self.started

    @property
    def left(self) -> float:
        """Seconds that are left; infinite without a limit."""
        return math.inf if self.time_limit is None else max(0.0, self.time_limit - self.seconds)

    def stops(self, objective: float, bound: float) -> bool:
        """Tell the watch of progress, and whether it wants the solve to stop."""
        return self.watch is not None and bool(self.watch(Progress(objective, bound, self.seconds)))


def relative_gap(objective: float, bound: float) -> float:
    """Distance of a bound from an objective, as a share of the objective; infinite where there is no answer."""
    if not (math.isfinite(objective) and math.isfinite(bound)):
        return math.inf
    return abs(objective - bound) / max(abs(objective), 1e-12) if objective != bound else 0.0


@dataclass(frozen=True, slots=True)
class Reason:
    """Why there is no answer.

    Parameters
    ----------
    id
        Such as ``fixed_no_room``.
    values
        What it concerns.
    """

    id: str
    values: Mapping[str, object] = field(default_factory=dict)
