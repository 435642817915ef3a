"""Siting in a city: three kinds of facility that compete for the same parcels and each district's land.

``python tests/benchmarks/bench_siting_city.py`` sites schools, health centres and homes for the elderly for 5,000 cells
on 500 parcels to a gap of 1 %, then for 50,000 cells on 2,000 parcels within ten minutes, and prints seconds, the gap
that is proven and the peak memory. The city is made up: cells of 200 m, people in clusters, existing facilities with
some room left, parcels of all sizes, land for some two thirds of what is needed.
"""

import argparse
import resource
import time

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from landlink.access import straight
from landlink.siting.limits import Progress
from landlink.siting.solver import Budget, Kind, Problem, allocate

CELL_M = 200.0
CITIES = ((5_000, 500, 60.0), (50_000, 2_000, 600.0))
# Share of persons counted, radius in m, persons a unit, m² a unit, units of each size.
FACILITIES = {
    "primary school": (0.06, 1_000.0, 40, 1_000, (12, 18, 24, 30, 36)),
    "health centre": (1.0, 2_000.0, 1_000, 50, (30, 50, 80)),
    "home for the elderly": (0.03, 1_500.0, 10, 400, (5, 10, 20, 30)),
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cities", type=int, nargs="*", default=[0, 1], help="0: 5,000 cells, 1: 50,000")
    options.add_argument("--gap", type=float, default=0.01)
    options.add_argument("--trace", action="store_true", help="print objective and bound as they change")
    given = options.parse_args()
    for cells, parcels, limit in (CITIES[place] for place in given.cities):
        problem = city(cells, parcels)
        pairs = sum(kind.cost.nnz for kind in problem.kinds)
        print(f"{cells:,} cells, {parcels:,} parcels, {len(problem.kinds)} kinds, {pairs:,} pairs")
        start = time.perf_counter()
        answer = allocate(problem, time_limit=limit, gap=given.gap, watch=trace if given.trace else None)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{answer.status}: {len(answer.taken)} sites, objective {answer.objective:.3f}, bound {answer.bound:.3f} "
            f"(serving nobody {answer.without:.1f}), gap {100 * answer.gap:.2f} %, {seconds:.1f} s, {peak:.0f} MB",
            flush=True,
        )


def city(cells: int, parcels: int, *, districts: int = 10, seed: int = 1) -> Problem:
    """Make a city up."""
    rng = np.random.default_rng(seed)
    columns = int(np.ceil(np.sqrt(cells)))
    place = np.arange(cells)
    homes = CELL_M * np.column_stack([place % columns, place // columns]) + CELL_M / 2
    side = CELL_M * columns
    centres = rng.uniform(0, side, (cells // 250, 2))
    near, _ = cKDTree(centres).query(homes)
    people = rng.poisson(20 + 380 * np.exp(-near / 900) * rng.gamma(2, 0.5, cells))
    land = rng.uniform(0, side, (parcels, 2))
    area = np.exp(rng.normal(9.3, 0.9, parcels)).astype(np.int64)
    block = land // (side / np.array([2, districts // 2]))
    district = (block[:, 0] * (districts // 2) + block[:, 1]).astype(np.int64)
    kinds, rows, budgets = [], [], []
    for number, (share, radius, persons, unit_m2, sizes) in enumerate(FACILITIES.values()):
        counted = rng.binomial(people, share)
        existing = rng.uniform(0, side, (cells // 400, 2))
        spare = rng.integers(0, persons * sizes[0], len(existing))
        kinds.append(
            Kind(
                counted.astype(np.int64),
                straight(homes, land, radius).cost,
                radius,
                spare.astype(np.int64),
                straight(homes, existing, radius).cost,
            )
        )
        units = np.array(sizes)
        candidate, size = np.nonzero(units * unit_m2 <= area[:, None])
        rows.append(
            pd.DataFrame(
                {
                    "candidate": candidate,
                    "kind": number,
                    "units": units[size],
                    "capacity": units[size] * persons,
                    "land_m2": units[size] * unit_m2,
                }
            )
        )
        needed_m2 = counted.sum() / persons * unit_m2
        budgets += [
            Budget(int(needed_m2 * rng.uniform(0.4, 0.9) / districts), number, np.flatnonzero(district == one))
            for one in range(districts)
        ]
    table = pd.concat(rows, ignore_index=True).sort_values(["candidate", "kind", "units"])
    is_new: NDArray[np.bool_] = rng.random(parcels) < 0.4
    budgets.append(Budget(int(area[is_new].sum() * 0.3), None, np.flatnonzero(is_new)))
    return Problem(
        tuple(kinds),
        *(table[name].to_numpy(np.int64) for name in ("candidate", "kind", "units", "capacity", "land_m2")),
        area,
        rng.uniform(0.2, 1, parcels),
        is_new,
        tuple(budgets),
    )


def trace(progress: Progress) -> bool:
    print(f"{progress.seconds:7.1f} s  {progress.objective:.3f}  {progress.bound:.3f}  {100 * progress.gap:.2f} %")
    return False


if __name__ == "__main__":
    main()
