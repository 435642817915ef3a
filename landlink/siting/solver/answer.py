"""What a siting model answers, and how its solve is limited, watched and stopped."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import sparse

from landlink.siting.sites import Status
from landlink.texts import Lang, text

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a solve has come.

    Parameters
    ----------
    objective
        Of the best answer so far; infinite where there is none.
    bound
        No answer can be better.
    gap
        Relative, as the solve's answer has it; infinite where there is none.
    seconds
        Since the solve began.
    """

    objective: float
    bound: float
    gap: float
    seconds: float


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

    def stops(self, objective: float, bound: float, gap: float | None = None) -> bool:
        """Tell the watch of progress, with :func:`relative_gap` unless told another, and whether it wants to stop."""
        if self.watch is None:
            return False
        gap = relative_gap(objective, bound) if gap is None else gap
        return bool(self.watch(Progress(objective, bound, gap, self.seconds)))

    def reached(self, objective: float, bound: float) -> bool:
        """Tell whether an objective is as good as was asked for."""
        return relative_gap(objective, bound) <= max(self.gap, EXACT)


# Relative difference that is rounding.
EXACT = 1e-9


def relative_gap(objective: float, bound: float) -> float:
    """Distance of a bound from an objective, as a share of the objective; infinite where there is no answer."""
    if not (math.isfinite(objective) and math.isfinite(bound)):
        return math.inf
    return abs(objective - bound) / max(abs(objective), 1e-12) if objective != bound else 0.0


@dataclass(frozen=True, slots=True)
class Reason:
    """Why there is no answer; its text is ``model.unsolved.<id>`` in the catalogues.

    Parameters
    ----------
    id
        Such as ``unreached``.
    values
        What fills the text's placeholders.
    demand
        Places of the demand concerned.
    """

    id: str
    values: Mapping[str, object] = field(default_factory=dict)
    demand: tuple[int, ...] = ()

    def text(self, lang: Lang | None = None) -> str:
        """Text of the reason."""
        return text(f"model.unsolved.{self.id}", lang, **self.values)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a siting model answers.

    Parameters
    ----------
    status
        See :data:`landlink.siting.sites.Status`.
    open
        Places of the open sites, ascending.
    shares
        Share of each demand (row) that each site (column) serves, CSR, n × m; rows sum to 1, or to 0 where demand is
        not served.
    objective
        Of the answer; infinite where there is none.
    bound
        Best bound: no answer can be better.
    seconds
        That the solve took.
    reasons
        Why there is no answer; empty where there is one.
    """

    status: Status
    open: Places
    shares: sparse.csr_array
    objective: float
    bound: float
    seconds: float
    reasons: tuple[Reason, ...] = ()

    @property
    def gap(self) -> float:
        """Relative gap, see :func:`relative_gap`."""
        return relative_gap(self.objective, self.bound)

    @property
    def assignment(self) -> Places:
        """Place of the site that serves the most of each demand, -1 where none does."""
        found = np.full(self.shares.shape[0], -1, dtype=np.int64)
        rows = np.repeat(np.arange(self.shares.shape[0]), np.diff(self.shares.indptr))
        order = np.argsort(self.shares.data, kind="stable")
        found[rows[order]] = self.shares.indices[order]
        return found


def assigned(sites: Places, count: int) -> sparse.csr_array:
    """Shares of demand that is served whole, from the place of each one's site (-1: by none) and how many there are."""
    served = np.flatnonzero(sites >= 0)
    return sparse.csr_array((np.ones(len(served)), (served, sites[served])), shape=(len(sites), count))


def nothing(
    status: Status, shape: tuple[int, int], limits: Limits, *reasons: Reason, bound: float = -math.inf
) -> Answer:
    """Answer where there is none."""
    none = np.array([], dtype=np.int64)
    return Answer(status, none, sparse.csr_array(shape), math.inf, bound, limits.seconds, reasons)
