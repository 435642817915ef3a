"""Mixed-integer programs in sparse arrays, solved by HiGHS to a proven gap."""

import math
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from landlink.siting.sites import Status
from landlink.siting.solver.answer import Floats, Limits

_ENDED: dict[highspy.HighsModelStatus, Status] = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kModelEmpty: "optimal",
    highspy.HighsModelStatus.kTimeLimit: "time",
    highspy.HighsModelStatus.kInterrupt: "stopped",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnbounded: "unbounded",
    highspy.HighsModelStatus.kUnboundedOrInfeasible: "unbounded",
}


@dataclass(frozen=True, slots=True)
class Program:
    """Minimise ``cost @ x`` with ``low ≤ rows @ x ≤ high`` and ``least ≤ x ≤ most``.

    Parameters
    ----------
    cost, least, most
        By variable.
    whole
        Variables that are integers.
    rows
        Coefficients, rows × variables, sparse.
    low, high
        By row; infinite where a side is free.
    """

    cost: Floats
    rows: sparse.csr_array
    low: Floats
    high: Floats
    least: Floats
    most: Floats
    whole: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the solver found.

    Parameters
    ----------
    status
        ``optimal`` within the gap asked for.
    values
        By variable; empty where nothing was found.
    objective, bound
        Of the values, infinite where nothing was found; and the best bound.
    duals
        By row, of a program without integers; else empty.
    """

    status: Status
    values: Floats
    objective: float
    bound: float
    duals: Floats


def solve(program: Program, limits: Limits, *, start: Floats | None = None, presolve: bool = True) -> Outcome:
    """Solve a program.

    Parameters
    ----------
    limits
        Time counts from their beginning; the watch is asked whenever the solver reports.
    start
        A feasible point to begin with.
    presolve
        Let the solver reduce the program first.
    """
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("random_seed", limits.seed)
    highs.setOptionValue("threads", limits.threads)
    highs.setOptionValue("mip_rel_gap", limits.gap)
    highs.setOptionValue("mip_abs_gap", 0.0 if limits.gap == 0 else 1e-6)
    highs.setOptionValue("presolve", "on" if presolve else "off")
    if math.isfinite(limits.left):
        highs.setOptionValue("time_limit", limits.left)
    highs.passModel(_model(program))
    if start is not None:
        highs.setSolution(len(start), np.arange(len(start), dtype=np.int32), start)
    integer = bool(program.whole.any())
    if integer and limits.watch is not None:
        highs.setCallback(_watcher(limits), None)
        for kind in (highspy.cb.HighsCallbackType.kCallbackMipInterrupt,):
            highs.startCallback(kind)
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
    def told(kind, message, out, asked, data) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001, ARG001
        if limits.stops(out.mip_primal_bound, out.mip_dual_bound):
            asked.user_interrupt = True

    return told


def _outcome(highs: highspy.Highs, program: Program, *, integer: bool) -> Outcome:
    info = highs.getInfo()
    status: Status = _ENDED.get(highs.getModelStatus(), "stopped")
    solution = highs.getSolution()
    empty = np.array([], dtype=np.float64)
    bound = info.mip_dual_bound if integer else info.objective_function_value
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    if not feasible:
        return Outcome(status, empty, math.inf, bound if integer and status != "infeasible" else -math.inf, empty)
    values = np.array(solution.col_value)
    if integer:
        values[program.whole] = values[program.whole].round()
        return Outcome(status, values, float(program.cost @ values), bound, empty)
    if status != "optimal":
        bound = -math.inf
    return Outcome(status, values, info.objective_function_value, bound, np.array(solution.row_dual))
