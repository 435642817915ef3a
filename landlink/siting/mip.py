"""Linear and mixed-integer programs in sparse arrays, solved by HiGHS to a proven gap."""

import math
from dataclasses import dataclass
from typing import Literal

import highspy
import numpy as np
from scipy import sparse

from landlink.siting.arrays import Floats, Mask
from landlink.siting.limits import Limits

# `optimal`: within the gap asked for; `limit`: time or nodes are used up; `interrupted`: by the watch; `infeasible`:
# proven to have no solution; `failed`: the solver gave up. Only `infeasible` says that there is no solution.
Ended = Literal["optimal", "limit", "interrupted", "infeasible", "failed"]

_ENDED: dict[highspy.HighsModelStatus, Ended] = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kModelEmpty: "optimal",
    highspy.HighsModelStatus.kTimeLimit: "limit",
    highspy.HighsModelStatus.kSolutionLimit: "limit",  # of nodes
    highspy.HighsModelStatus.kInterrupt: "interrupted",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnboundedOrInfeasible: "infeasible",  # every variable here is bounded
}
# Absolute gap that counts as proven where a relative gap is asked for, in units of the objective.
_ABSOLUTE_GAP = 1e-6


@dataclass(frozen=True, slots=True)
class Program:
    """Minimise ``cost @ x`` with ``low ≤ rows @ x ≤ high`` and ``least ≤ x ≤ most``.

    Parameters
    ----------
    cost, least, most
        By variable; bounds are finite.
    rows
        Coefficients, rows × variables, sparse.
    low, high
        By row; infinite where a side is free.
    whole
        Variables that are integers.
    """

    cost: Floats
    rows: sparse.csr_array
    low: Floats
    high: Floats
    least: Floats
    most: Floats
    whole: Mask


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the solver returned.

    Parameters
    ----------
    ended
        Why it ended.
    values
        By variable; empty where it has no feasible point.
    objective, bound
        Of the values, infinite without any; and the best proven bound, -infinite without one.
    duals
        By row, of a program without integers; else empty.
    """

    ended: Ended
    values: Floats
    objective: float
    bound: float
    duals: Floats


def solve(program: Program, limits: Limits, *, start: Floats | None = None) -> Outcome:
    """Solve a program.

    Parameters
    ----------
    limits
        Time counts from their beginning; the watch is asked whenever the solver reports; iterations limit the nodes.
    start
        A feasible point to begin with.
    """
    integer = bool(program.whole.any())
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("random_seed", limits.seed)
    highs.setOptionValue("threads", limits.threads)
    highs.setOptionValue("mip_rel_gap", limits.gap)
    highs.setOptionValue("mip_abs_gap", 0.0 if limits.gap == 0 else _ABSOLUTE_GAP)
    if math.isfinite(limits.left):
        highs.setOptionValue("time_limit", limits.left)
    if limits.iterations is not None:
        highs.setOptionValue("mip_max_nodes", limits.iterations)
    highs.passModel(_model(program))
    if start is not None:
        highs.setSolution(len(start), np.arange(len(start), dtype=np.int32), start)
    if integer and limits.watch is not None:
        highs.setCallback(_watcher(limits), None)
        highs.startCallback(highspy.cb.HighsCallbackType.kCallbackMipInterrupt)
    highs.run()
    return _outcome(highs, program, integer=integer)


def _model(program: Program) -> highspy.HighsLp:
    rows = program.rows.tocsc()
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(program.cost), len(program.low)
    model.col_cost_, model.col_lower_, model.col_upper_ = program.cost, program.least, program.most
    model.row_lower_, model.row_upper_ = program.low, program.high
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = rows.indptr, rows.indices, rows.data
    if program.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(whole)] for whole in program.whole]
    return model


def _watcher(limits: Limits):  # type: ignore[no-untyped-def]  # noqa: ANN202 - highspy's types are its own
    def report(kind, message, out, callback_in, data) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001, ARG001
        if limits.stops(out.mip_primal_bound, out.mip_dual_bound):
            callback_in.user_interrupt = True

    return report


def _outcome(highs: highspy.Highs, program: Program, *, integer: bool) -> Outcome:
    ended, info = _ENDED.get(highs.getModelStatus(), "failed"), highs.getInfo()
    none = np.array([], dtype=np.float64)
    if integer:
        bound = -math.inf if ended == "infeasible" else info.mip_dual_bound
    else:
        bound = info.objective_function_value if ended == "optimal" else -math.inf
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Outcome(ended, none, math.inf, bound, none)
    solution = highs.getSolution()
    values = np.array(solution.col_value)
    if not integer:
        return Outcome(ended, values, info.objective_function_value, bound, np.array(solution.row_dual))
    values[program.whole] = values[program.whole].round()
    return Outcome(ended, values, float((program.cost * values).sum()), bound, none)
