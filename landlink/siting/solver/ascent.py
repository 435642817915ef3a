"""Subgradient ascent: prices at which the relaxation's bound is high, and the answers met on the way."""

from collections.abc import Callable

import numpy as np

from landlink.siting.arrays import Floats, Ints
from landlink.siting.limits import Limits
from landlink.siting.solver.assign import assign, capacities
from landlink.siting.solver.model import Model
from landlink.siting.solver.relax import relax

# Rounds of an ascent at most.
ROUNDS = 600
# Relative gap to which whole options are chosen in a round: a bound is hardly worse for it.
CHOICE_GAP = 1e-4
# Seconds for choosing options in one round, at most, where time is limited.
_CHOICE_SECONDS = 5.0
# Seconds for choosing options where time is used up, so that there is an answer at all.
_LEAST_SECONDS = 0.1
# Nodes for choosing options without a limit of time or iterations: a knapsack can take for ever for a last 0.01 %.
_CHOICE_NODES = 1_000
# Rounds without a better bound before the step length is halved.
_PATIENCE = 12
# Step length, as a share of the Polyak step, that is too short to help.
_SHORTEST_STEP = 1e-3
# Rise of the bound, as a share of the objective of serving nobody, that counts as better.
_RISE = 1e-7
# Rounds between two answers that are tried.
_ROUNDS_BETWEEN_ANSWERS = 5
# Weight of the latest round in the mean of what is taken.
_LATEST = 0.1
# Value of an option's variable, 0–1, above which the option counts as taken.
TAKEN = 0.5


class Ascent:
    """Rise of a model's bound by subgradients, with steps of each kind's own length (Polyak 1969).

    Parameters
    ----------
    model
        The model.
    taken
        Options of an answer to begin with, which the rules on land allow.
    price
        By row, to begin with; what one more person would save in that answer, by default.

    Attributes
    ----------
    bound
        No answer's objective is less.
    taken, objective, by_kind
        Options of the best answer met, and its objective, in all and by kind.
    promise
        By option, how much of it was taken of late, 0 to 1.
    """

    def __init__(self, model: Model, limits: Limits, taken: Ints, price: Floats | None = None) -> None:
        self.model, self.limits, self.taken = model, limits, taken
        served, first = assign(model, capacities(model, taken), limits)
        self.by_kind = model.by_kind(taken, served)
        self.objective = float(self.by_kind.sum())
        self.price = first if price is None else price
        self.highest = np.zeros(len(first))
        np.maximum.at(self.highest, model.pair_row, model.saved)
        self.bound = model.without - float((self.highest * model.persons).sum())
        self.promise = np.zeros(len(model.option))
        self._tried: set[bytes] = set()

    def climb(self, proceed: Callable[[], bool], *, whole: bool, rounds: int = ROUNDS) -> None:
        """Raise the bound until steps are too short to help, rounds are used up or it does not go on.

        Choosing whole options takes longer and bounds better than choosing parts of them, which serves to find prices.

        Parameters
        ----------
        proceed
            Asked after each round whether to go on.
        """
        best, price, idle, length = -np.inf, self.price, 0, 1.0
        for turn in range(self.limits.at_most(rounds)):
            relaxed = relax(self.model, price, choice_limits(self.limits, CHOICE_GAP if whole else 0.0), whole=whole)
            if relaxed is None:
                return
            self.promise += _LATEST * (relaxed.part - self.promise)
            idle += 1
            if relaxed.bound > best + _RISE * self.model.without:
                best, idle, self.price = relaxed.bound, 0, price
            self.bound = max(self.bound, relaxed.bound)
            if whole and turn % _ROUNDS_BETWEEN_ANSWERS == 0:
                self.meet(np.flatnonzero(relaxed.part > TAKEN))
            if length < _SHORTEST_STEP or not relaxed.slope.any() or not proceed():
                return
            if idle >= _PATIENCE:
                price, idle, length = self.price, 0, length / 2
            else:
                step = length * self._steps(relaxed.slope, relaxed.saving)
                price = np.clip(price - step, 0, self.highest)

    def meet(self, taken: Ints) -> None:
        """Keep options that the rules allow, with the best assignment to them, if they are the best answer."""
        if taken.tobytes() in self._tried:
            return
        self._tried.add(taken.tobytes())
        served, _ = assign(self.model, capacities(self.model, taken), self.limits)
        by_kind = self.model.by_kind(taken, served)
        if by_kind.sum() < self.objective:
            self.taken, self.by_kind, self.objective = taken, by_kind, float(by_kind.sum())

    def _steps(self, slope: Floats, saving: Floats) -> Floats:
        """Steps along the slope that would bring each kind's bound to its objective if the bound were flat."""
        model, kinds = self.model, len(self.model.problem.kinds)
        without = np.zeros(kinds)
        without[model.demanded] = model.without / len(model.demanded)
        missing = np.maximum(self.by_kind - (without - saving), 1e-9 * model.without)
        length = np.bincount(model.row_kind, slope**2, minlength=kinds)
        step: Floats = (missing / np.where(length > 0, length, 1.0))[model.row_kind] * slope
        return step


def choice_limits(limits: Limits, gap: float) -> Limits:
    """Limits of choosing options once."""
    seconds = min(_CHOICE_SECONDS, max(limits.left, _LEAST_SECONDS)) if limits.clock else None
    nodes = limits.iterations if limits.clock or limits.iterations else _CHOICE_NODES
    return Limits(seconds, gap, limits.seed, limits.threads, iterations=nodes)
