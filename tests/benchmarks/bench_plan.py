"""Start and size of a plan: the command from a cold start, many districts, and the derivation of every figure.

``python tests/benchmarks/bench_plan.py [--record]``; times of commands are medians, as ratios to the import of
geopandas in the same run. ``--record`` appends them to ``history.csv``.
"""

import argparse
import gc
import math
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from statistics import median

import landlink
from landlink.plan.derivation import Explainer
from landlink.plan.formulas import columns_of
from landlink.plan.plan import Plan
from tests.benchmarks.grid_city import grid_city
from tests.benchmarks.history import record

RUNS = 5
# Districts of the made-up cities whose whole command is timed; the first is set against the import, the last two give
# the exponent.
SIZES = (3_000, 5_000, 20_000)
# Districts of the city whose every figure is derived.
EXPLAINED = 500
POLICY = "national-2016"
TARGETS = {
    "help / import geopandas": 0.5,
    "plan / import geopandas": 1.9,
    f"{SIZES[0]} districts / import geopandas": 16.0,
    f"exponent from {SIZES[1]} to {SIZES[2]} districts": 1.1,
    f"s, all figures of {EXPLAINED} districts derived": 0.5,
    f"MB, all figures of {EXPLAINED} districts derived": 20.0,
}


def seconds(*arguments: str, runs: int = RUNS) -> float:
    """Median time of a command in a process of its own."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return median(times)


def plan_seconds(city: str, folder: Path, *, supply: Path | None = None, runs: int = RUNS) -> float:
    """Median time of the whole command ``landlink plan``, of a city without parcels or of a saved supply."""
    options = ["--policy", POLICY, "--year", "2020", "--cap", "100", "--out", str(folder)]
    options += [] if supply is None else ["--supply", str(supply)]
    return seconds("-m", "landlink.cli", "plan", city, *options, runs=runs)


def derive_all(plan: Plan) -> Explainer:
    """Derive every figure of the quota, the sources of land, the needs and the ledger."""
    explainer = Explainer(plan, "zh")
    for table in ("quota", "sources", "needs", "ledger"):
        rows = plan.table(table)
        facilities, sources = (rows.get(name, [None] * len(rows)) for name in ("facility", "land_source"))
        for column in columns_of(table):
            for code, facility, source in zip(rows["code"], facilities, sources, strict=True):
                explainer.explain(table, code, column, facility=facility, source=source)
    return explainer


def derivation_costs(folder: Path) -> tuple[float, float]:
    """Seconds of processor time, and MB that are kept, for the derivations of every figure."""
    city = landlink.load_city(grid_city(folder, EXPLAINED))
    plan = landlink.make_plan(city, landlink.load_policy(POLICY), 2020, cap_ha=100)
    derive_all(plan)
    gc.collect()
    start = time.process_time()
    derive_all(plan)
    spent = time.process_time() - start
    gc.collect()
    tracemalloc.start()
    kept = derive_all(plan)
    megabytes = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    del kept
    return spent, megabytes


def main() -> None:
    """Run and print all figures beside their targets."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--record", action="store_true", help="append the figures to history.csv")
    options.add_argument("--runs", type=int, default=RUNS)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        unit = seconds("-c", "import geopandas", runs=chosen.runs)
        print(f"import geopandas: {unit:.2f} s")
        supply = folder / "supply"
        seconds("-m", "landlink.cli", "supply", "guangzhou", "--out", str(supply), runs=1)
        values = [
            seconds("-m", "landlink.cli", "--help", runs=chosen.runs) / unit,
            plan_seconds("guangzhou", folder / "out", supply=supply, runs=chosen.runs) / unit,
        ]
        times = {}
        for size in SIZES:
            city = grid_city(folder / str(size), size)
            times[size] = plan_seconds(str(city), folder / "out", runs=1 if size > SIZES[0] else 3)
            print(f"{size} districts: {times[size]:.2f} s")
        _, middle, last = SIZES
        values += [times[SIZES[0]] / unit, math.log(times[last] / times[middle]) / math.log(last / middle)]
        values += derivation_costs(folder / "explained")
    figures = {name: (value, target) for (name, target), value in zip(TARGETS.items(), values, strict=True)}
    for name, (value, target) in figures.items():
        print(f"{name}: {value:.3g} (target {target:g})")
    if chosen.record:
        record("plan", figures)


if __name__ == "__main__":
    main()
