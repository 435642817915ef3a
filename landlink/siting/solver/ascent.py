"""Prices at which the bound is high, and the answers that are met on the way."""

import math
from collections.abc import Callable

import numpy as np

from landlink.siting.arrays import Floats, Ints
from landlink.siting.limits import Limits
from landlink.siting.solver.model import Model, assign, capacities
from landlink.siting.solver.relax import relax

# Rounds without a better bound before steps are halved; steps, and a part of the objective, too small to help.
PATIENCE, SHORTEST, NOTHING = 12, 1e-3, 1e-7
# Rounds between two answers, seconds for choosing among options and how exactly, and rounds at most.
ANSWERS, CHOOSING, NEARLY, ROUNDS = 5, 5.0, 1e-4, 600
# What the latest round counts for in the mean of what is taken.
_LATEST = 0.1


class Ascent:
    """Rise of a model's bound by subgradients, with steps of each kind's own length (Polyak 1969).

    Parameters
    ----------
    flat
        The model.
    price
        By row, to begin with; what one more person would save at the existing facilities, where it is not given.

    Attributes
    ----------
    bound
        No answer's objective is less.
    taken, objective, by_kind
        Options of the best answer met, and its objective, in all and by kind.
    promise
        By option, how much of it was taken of late.
    possible
        The rules on land can be met.
    """

    def __init__(self, flat: Model, limits: Limits, price: Floats | None = None) -> None:
        self.flat, self.limits = flat, limits
        self.taken = np.array([], dtype="int64")
        served, first = assign(flat, capacities(flat, self.taken), limits)
        self.by_kind = flat.by_kind(self.taken, served)
        self.objective = math.inf if flat.needed.any() else float(self.by_kind.sum())
        self.price = first if price is None else price
        self.highest = np.zeros(len(first))
        np.maximum.at(self.highest, flat.pair_row, flat.saved)
        self.bound = flat.without - float(self.highest @ flat.persons)
        self.promise = np.zeros(len(flat.option))
        self.possible = True
        self._tried: set[bytes] = set()

    def climb(self, goes: Callable[[], bool], *, whole: bool, rounds: int = ROUNDS) -> None:
        """Raise the bound for some rounds, until steps are too small to help or it does not go on.

        Choosing whole options takes longer and bounds better than choosing parts of them, which serves to find prices.
        """
        best, price, since, pace = -math.inf, self.price, 0, 1.0
        for turn in range(rounds):
            gap = NEARLY if whole else 0.0
            found = relax(self.flat, price, brief(self.limits, gap), whole=whole)
            if found is None:
                self.possible = turn > 0
                return
            self.promise += _LATEST * (found.part - self.promise)
            since += 1
            if found.bound > best + NOTHING * self.flat.without:
                best, since, self.price = found.bound, 0, price
            self.bound = max(self.bound, found.bound)
            if whole and turn % ANSWERS == 0:
                self.meet(np.flatnonzero(found.part > 0.5))  # noqa: PLR2004 - taken
            if pace < SHORTEST or not found.slope.any() or not goes():
                return
            if since >= PATIENCE:
                price, since, pace = self.price, 0, pace / 2
            else:
                price = np.clip(price - pace * self._steps(found.slope, found.saving), 0, self.highest)

    def meet(self, taken: Ints) -> None:
        """Keep options that the rules allow, with the best assignment to them, if they are the best answer."""
        if taken.tobytes() in self._tried:
            return
        self._tried.add(taken.tobytes())
        by_kind = self.flat.by_kind(taken, assign(self.flat, capacities(self.flat, taken), self.limits)[0])
        if by_kind.sum() < self.objective:
            self.taken, self.by_kind, self.objective = taken, by_kind, float(by_kind.sum())

    def _steps(self, slope: Floats, saving: Floats) -> Floats:
        """Steps along the slope that would bring each kind's bound to its objective if the bound were flat."""
        flat, kinds = self.flat, len(self.flat.problem.kinds)
        without = np.zeros(kinds)
        without[flat.asked] = flat.without / len(flat.asked)
        missing = np.maximum(self.by_kind - (without - saving), 1e-9 * flat.without)
        length = np.bincount(flat.row_kind, slope**2, minlength=kinds)
        step: Floats = (missing / np.where(length > 0, length, 1.0))[flat.row_kind] * slope
        return step


def brief(limits: Limits, gap: float = 0.0) -> Limits:
    """Limits of one choice among options."""
    return Limits(min(CHOOSING, max(limits.left, 0.1)), gap, limits.seed, limits.threads)
