"""The siting engine on every published instance whose form it can take, beside the published optima.

``python tests/benchmarks/bench_siting_published.py`` prints, for each instance, the published optimum, objective and
bound of the engine, the gap that it proves, how far the objective is from the optimum, and seconds. The engine splits
demand between sites; where an instance forbids that, its optimum cannot be below the engine's bound, and where the
engine's answer splits nothing, it is an answer of the instance too. A line is marked WRONG where any of this fails.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

from landlink.siting.solver import allocate
from tests import orlib
from tests.siting import published
from tests.siting.published import Instance

# Instances, and the gap asked for.
FORMS: dict[str, tuple[str, Callable[[str], Instance], float]] = {
    "p_median": ("p_median", published.p_median, 1e-3),
    "p_center": ("p_center", lambda name: published.p_center(name, below=False), 0.0),
    "facility_location": ("facility_location", published.facility_location, 1e-6),
    "single_source_location": ("facility_location_single_source", published.single_source_location, 1e-6),
    "capacitated_p_median": ("capacitated_p_median", published.capacitated_p_median, 1e-4),
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--forms", nargs="*", choices=list(FORMS), default=list(FORMS))
    options.add_argument("--names", nargs="*", help="of instances; all without it")
    options.add_argument("--limit", type=float, default=60.0, help="seconds for an instance")
    given = options.parse_args()
    for form in given.forms:
        model, build, gap = FORMS[form]
        print(f"\n{form}\n{'instance':10}{'optimum':>14}{'objective':>14}{'bound':>14}{'gap %':>9}{'off %':>9}{'s':>8}")
        for name in orlib.optima(model):
            if not given.names or name in given.names:
                print(line(name, build(name), gap, given.limit), flush=True)


def line(name: str, instance: Instance, gap: float, limit: float) -> str:
    start = time.perf_counter()
    answer = allocate(instance.problem, weights=instance.weights, gap=gap, time_limit=limit)
    seconds = time.perf_counter() - start
    split = np.diff(answer.served[0].indptr) > 1
    tolerance = 1e-9 * answer.without
    sound = answer.bound <= instance.optimum + tolerance
    if instance.exact or not split.any():
        sound &= answer.objective >= instance.optimum - tolerance
    off = 100 * (answer.objective / instance.optimum - 1) if instance.optimum else np.nan
    numbers = f"{instance.optimum:14.3f}{answer.objective:14.3f}{answer.bound:14.3f}{100 * answer.gap:9.4f}{off:9.4f}"
    return f"{name:10}{numbers}{seconds:8.1f}{'' if sound else '  WRONG'}  {answer.status}"


if __name__ == "__main__":
    main()
