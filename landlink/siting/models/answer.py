"""What a model of location science answers, or why it has no answer."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from landlink.siting.arrays import Ints
from landlink.siting.limits import Limits, relative_gap
from landlink.siting.sites import Status
from landlink.texts import Lang, text


@dataclass(frozen=True, slots=True)
class Reason:
    """Why there is no answer; its text is ``model.unsolved.<id>`` in the catalogues.

    Parameters
    ----------
    id
        ``unreached``: demand that reaches no site; ``too_few``: p sites do not reach all demand.
    values
        What fills the text's placeholders.
    demand
        Indices of the demand concerned.
    """

    id: str
    values: Mapping[str, object] = field(default_factory=dict)
    demand: tuple[int, ...] = ()

    def text(self, lang: Lang | None = None) -> str:
        """Text of the reason."""
        return text(f"model.unsolved.{self.id}", lang, **self.values)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model answers.

    Parameters
    ----------
    status
        See :data:`landlink.siting.sites.Status`; ``infeasible`` only where that is proven.
    open
        Indices of the open sites, ascending.
    shares
        Share of each demand (row) that each site (column) serves, CSR, n × m; rows sum to 1, or to 0 where demand is
        not served.
    objective
        Of the answer; infinite where there is none.
    bound
        No answer can be better.
    seconds
        That the solve took.
    reasons
        Why there is no answer; empty where there is one.
    """

    status: Status
    open: Ints
    shares: sparse.csr_array
    objective: float
    bound: float
    seconds: float
    reasons: tuple[Reason, ...] = ()

    @property
    def gap(self) -> float:
        """Relative gap, see :func:`landlink.siting.limits.relative_gap`."""
        return relative_gap(self.objective, self.bound)

    @property
    def assignment(self) -> Ints:
        """Index of the site that serves the most of each demand, -1 where none does."""
        site = np.full(self.shares.shape[0], -1, dtype=np.int64)
        rows = np.repeat(np.arange(self.shares.shape[0]), np.diff(self.shares.indptr))
        order = np.argsort(self.shares.data, kind="stable")
        site[rows[order]] = self.shares.indices[order]
        return site


def whole_shares(assignment: Ints, sites: int) -> sparse.csr_array:
    """Shares of demand that is served whole, from the index of each one's site (-1: none) and the number of sites."""
    served = np.flatnonzero(assignment >= 0)
    return sparse.csr_array((np.ones(len(served)), (served, assignment[served])), shape=(len(assignment), sites))


def no_answer(
    status: Status, shape: tuple[int, int], limits: Limits, *reasons: Reason, bound: float = -math.inf
) -> Answer:
    """Answer where none is known: infeasible, or time ran out before there was one."""
    none = np.array([], dtype=np.int64)
    return Answer(status, none, sparse.csr_array(shape), math.inf, bound, limits.seconds, reasons)
