"""Siting models on published instances, to the proven optimum, landlink against PySAL ``spopt`` with HiGHS in one run.

``python tests/benchmarks/bench_siting.py`` prints, for each instance, seconds, whether the published optimum is met and
proven, and with ``--peer SECONDS`` how long spopt takes on the same costs, at most so long. Both solve in one thread.
"""

import argparse
import time
import warnings
from collections.abc import Callable

import numpy as np

from landlink.siting.models import Answer, max_cover, p_center, p_median, set_cover
from tests import orlib

Peer = Callable[[], object] | None
Instance = tuple[float, Callable[[], Answer], Peer]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--models", nargs="*", choices=sorted(MODELS), default=list(MODELS))
    options.add_argument("--names", nargs="*", help="of instances; all without it")
    options.add_argument("--limit", type=float, default=300.0, help="seconds of landlink for an instance")
    options.add_argument("--peer", type=float, help="seconds of spopt for an instance; not run without it")
    given = options.parse_args()
    for model in given.models:
        print(
            f"\n{model}\n{'instance':12}{'optimum':>14}{'objective':>14}{'bound':>14}{'seconds':>9}{'spopt':>9}{'ratio':>7}"
        )
        total = 0.0
        for name in names_of(model):
            if given.names and name not in given.names:
                continue
            total += run(name, MODELS[model](name, given.limit, given.peer), peer=given.peer is not None)
        print(f"{'together':12}{'':42}{total:9.1f}")


def run(name: str, instance: Instance, *, peer: bool) -> float:
    optimum, solve, other = instance
    answer = solve()
    # Published optima of location have three decimals.
    met = answer.status == "optimal" and abs(answer.objective - optimum) < 0.01
    line = f"{name:12}{optimum:14.2f}{answer.objective:14.2f}{answer.bound:14.2f}{answer.seconds:9.2f}"
    if peer and other is not None:
        start = time.perf_counter()
        found = other()
        seconds = time.perf_counter() - start
        line += f"{seconds:9.1f}{seconds / answer.seconds:7.1f}" + ("" if found else "  (not proven)")
    print(line if met else f"{line}  NOT MET: {answer.status}", flush=True)
    return answer.seconds


def names_of(model: str) -> list[str]:
    return list(orlib.optima(model if model not in {"set_cover", "max_cover"} else "p_center"))


def median(name: str, limit: float, peer: float | None) -> Instance:
    cost, p = orlib.pmed(name)
    weights = np.ones(len(cost))
    return (
        orlib.optima("p_median")[name],
        lambda: p_median(cost, weights, p, time_limit=limit),
        lambda: spopt("PMedian", peer, cost, weights, p_facilities=p),
    )


def center(name: str, limit: float, peer: float | None) -> Instance:
    cost, p = orlib.pmed(name)
    return (
        orlib.optima("p_center")[name],
        lambda: p_center(cost, p, time_limit=limit),
        lambda: spopt("PCenter", peer, cost, p_facilities=p),
    )


def covers(name: str, limit: float, peer: float | None) -> Instance:
    """Fewest sites within the optimum of the centre: the optimum found is compared with spopt's alone."""
    cost, _ = orlib.pmed(name)
    radius = orlib.optima("p_center")[name]
    best = set_cover(cost <= radius).objective
    return (
        best,
        lambda: set_cover(cost <= radius, time_limit=limit),
        lambda: spopt("LSCP", peer, cost, radius),
    )


def most(name: str, limit: float, peer: float | None) -> Instance:
    """Most demand within half the optimum of the centre."""
    cost, p = orlib.pmed(name)
    weights = np.ones(len(cost))
    radius = orlib.optima("p_center")[name] // 2
    best = max_cover(cost <= radius, weights, p).objective
    return (
        best,
        lambda: max_cover(cost <= radius, weights, p, time_limit=limit),
        lambda: spopt("MCLP", peer, cost, weights, radius, p_facilities=p),
    )


def spopt(model: str, limit: float | None, *given: object, **options: object) -> bool:
    """Build and solve a model of spopt's; whether it is proven in time."""
    import pulp
    from spopt import locate

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        problem = getattr(locate, model).from_cost_matrix(*given, **options)
        try:
            problem = problem.solve(pulp.HiGHS(msg=False, threads=1, timeLimit=limit), results=False)
        except RuntimeError:
            return False
    return bool(problem.problem.sol_status == pulp.LpSolutionOptimal)


MODELS: dict[str, Callable[[str, float, float | None], Instance]] = {
    "p_median": median,
    "p_center": center,
    "set_cover": covers,
    "max_cover": most,
}

if __name__ == "__main__":
    main()
