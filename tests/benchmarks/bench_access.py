"""Floating catchment areas, landlink against PySAL ``access``, in one run.

``python tests/benchmarks/bench_access.py`` prints seconds, peak memory and ratios, and by how much a score differs from
landlink's at most, relatively. Each peer works in a process of its own on the same places and the same table of costs:

- ``landlink`` has its pairs ready, as ``PySAL`` has its table of origin, destination and cost;
- ``landlink, table`` makes its pairs of that table first;
- ``landlink, places`` makes its pairs of the places first, which is all there is to do.

PySAL's own table of straight distances holds every cell with every site before it is cut at the limit, so the last
lines compare all there is to do with fewer cells and sites. Last, landlink's pairs along a lattice of streets.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landlink.access import Pairs, access, gaussian_to, network, steps, straight

SIDE = 40_000.0
METHODS = ("2sfca", "e2sfca", "e2sfca-steps", "3sfca")
STREET = 100.0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cells", type=int, default=200_000)
    options.add_argument("--sites", type=int, default=2_000)
    options.add_argument("--within", type=float, default=75, help="sites within reach of a cell in the middle")
    options.add_argument("--methods", nargs="*", default=list(METHODS))
    options.add_argument("--own", type=int, nargs=2, default=[20_000, 500], help="cells and sites of PySAL's own table")
    options.add_argument("--streets", type=int, default=400, help="of the lattice, along and across")
    options.add_argument("--rounds", type=int, default=5, help="of landlink; its median counts")
    options.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.run:
        peer, method = given.run
        seconds = [PEERS[peer](given.folder, method) for _ in range(1 if peer.startswith("PySAL") else given.rounds)]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": float(np.median(seconds)), "peak_mb": peak}))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = write(folder, given.cells, given.sites, given.within)
        print(f"{given.cells:,} cells, {given.sites:,} sites, {size:,} pairs")
        for method in given.methods:
            compare(folder, method, ["landlink", "landlink, table", "landlink, places", "PySAL"], given.rounds)
        size = write(folder, *given.own, given.within)
        print(f"all there is to do: {given.own[0]:,} cells, {given.own[1]:,} sites, {size:,} pairs")
        compare(folder, "e2sfca", ["landlink, places", "PySAL, places"], given.rounds)
    along_streets(given.cells, given.sites, given.streets)


def write(folder: Path, cells: int, sites: int, within: float, seed: int = 1) -> int:
    """Places at random in a square, persons and capacities, and the table of costs; returns its rows."""
    rng = np.random.default_rng(seed)
    limit = np.sqrt(within * SIDE**2 / sites / np.pi)
    homes, there = rng.uniform(0, SIDE, (cells, 2)), rng.uniform(0, SIDE, (sites, 2))
    pairs = straight(homes, there, limit)
    np.savez(
        folder / "town.npz",
        homes=homes,
        there=there,
        limit=limit,
        demand=rng.integers(1, 900, cells).astype(float),
        capacity=rng.integers(20, 900, sites).astype(float),
        origin=np.repeat(np.arange(cells), np.diff(pairs.cost.indptr)),
        dest=pairs.cost.indices.astype(np.int64),
        cost=pairs.cost.data,
    )
    return int(pairs.cost.nnz)


def weighing(method: str, limit: float) -> tuple[str, Callable[[np.ndarray], np.ndarray] | None]:
    """Name and decay of a method."""
    if method == "2sfca":
        return method, None
    if method == "e2sfca-steps":
        return "e2sfca", steps([(limit / 3, 1), (limit / 1.5, 0.68), (limit, 0.22)])
    return method, gaussian_to(limit)


def scored(folder: Path, pairs: Pairs, town: dict[str, np.ndarray], method: str) -> None:
    name, decay = weighing(method, float(town["limit"]))
    found = access(pairs, town["demand"], town["capacity"], method=name, decay=decay)
    np.save(folder / "landlink.npy", found)


def tabled(town: dict[str, np.ndarray]) -> Pairs:
    shape = len(town["demand"]), len(town["capacity"])
    return Pairs.from_table(town["origin"], town["dest"], town["cost"], shape, limit=float(town["limit"]))


def run_landlink(folder: Path, method: str) -> float:
    town = read(folder)
    pairs = tabled(town)
    start = time.perf_counter()
    scored(folder, pairs, town, method)
    return time.perf_counter() - start


def run_table(folder: Path, method: str) -> float:
    town = read(folder)
    start = time.perf_counter()
    scored(folder, tabled(town), town, method)
    return time.perf_counter() - start


def run_places(folder: Path, method: str) -> float:
    town = read(folder)
    start = time.perf_counter()
    scored(folder, straight(town["homes"], town["there"], float(town["limit"])), town, method)
    return time.perf_counter() - start


def run_pysal(folder: Path, method: str) -> float:
    from access import fca

    town = read(folder)
    limit = float(town["limit"])
    demand, supply = (
        pd.DataFrame({name: values}, index=pd.RangeIndex(len(values), name="geoid"))
        for name, values in (("demand", town["demand"]), ("supply", town["capacity"]))
    )
    costs = pd.DataFrame({name: town[name] for name in ("origin", "dest", "cost")})
    run = fca.three_stage_fca if method == "3sfca" else fca.two_stage_fca
    start = time.perf_counter()
    found = run(demand, supply, costs, max_cost=limit, weight_fn=scalar(method, limit))
    seconds = time.perf_counter() - start
    save(folder, found, len(demand))
    return seconds


def run_pysal_places(folder: Path, method: str) -> float:
    from access import Access

    town = read(folder)
    limit = float(town["limit"])
    demand, supply = (
        gpd.GeoDataFrame({"geoid": np.arange(len(values)), name: values}, geometry=shapely.points(places), crs=4547)
        for name, values, places in (
            ("demand", town["demand"], town["homes"]),
            ("supply", town["capacity"], town["there"]),
        )
    )
    start = time.perf_counter()
    town_access = Access(
        demand_df=demand,
        demand_index="geoid",
        demand_value="demand",
        supply_df=supply,
        supply_index="geoid",
        supply_value="supply",
    )
    town_access.create_euclidean_distance(threshold=limit)
    found = town_access.enhanced_two_stage_fca(cost="euclidean", max_cost=limit, weight_fn=scalar(method, limit))
    seconds = time.perf_counter() - start
    save(folder, found.iloc[:, 0], len(demand))
    return seconds


def scalar(method: str, limit: float) -> Callable[[float], float] | None:
    """Weight of one cost, by PySAL's own functions, which take one at a time."""
    from access import weights

    if method == "2sfca":
        return None
    if method == "e2sfca-steps":
        return weights.step_fn({limit / 3: 1, limit / 1.5: 0.68, limit: 0.22})
    return weights.gaussian(limit / np.sqrt(-2 * np.log(0.01)))


def save(folder: Path, found: pd.Series, size: int) -> None:
    np.save(folder / "PySAL.npy", found.reindex(range(size)).fillna(0.0).to_numpy())


def read(folder: Path) -> dict[str, np.ndarray]:
    with np.load(folder / "town.npz") as town:
        return dict(town)


PEERS = {
    "landlink": run_landlink,
    "landlink, table": run_table,
    "landlink, places": run_places,
    "PySAL": run_pysal,
    "PySAL, places": run_pysal_places,
}


def compare(folder: Path, method: str, peers: list[str], rounds: int) -> None:
    found = {}
    for peer in peers:
        command = [sys.executable, __file__, "--folder", str(folder), "--rounds", str(rounds), "--run", peer, method]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{method:12} {peer:16} left out: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
            continue
        found[peer] = json.loads(done.stdout.splitlines()[-1])
    slow = next((outcome["seconds"] for peer, outcome in found.items() if peer.startswith("PySAL")), None)
    for peer, outcome in found.items():
        ratio = "" if slow is None else f"  PySAL takes {slow / outcome['seconds']:6.1f} times as long"
        print(
            f"{method:12} {peer:16} {outcome['seconds']:8.3f} s  peak {outcome['peak_mb']:6.0f} MB{ratio}", flush=True
        )
    if slow is not None:
        own, peer_scores = np.load(folder / "landlink.npy"), np.load(folder / "PySAL.npy")
        off = np.abs(own - peer_scores).max() / own.max()
        print(f"{method:12} scores differ by {off:.1e} at most", flush=True)


def along_streets(cells: int, sites: int, streets: int) -> None:
    """Pairs along the streets of a lattice, within 1,500 m."""
    at = np.arange(streets) * STREET
    across = np.stack(np.broadcast_arrays(at[:, None], at[None]), axis=2)
    lines = np.concatenate([shapely.linestrings(across), shapely.linestrings(across[..., ::-1])])
    roads = gpd.GeoDataFrame(geometry=lines, crs=4547)
    rng = np.random.default_rng(1)
    homes, there = (rng.uniform(0, at[-1], (count, 2)) for count in (cells, sites))
    start = time.perf_counter()
    pairs = network(homes, there, roads, 1500, snap_m=STREET)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"network      {cells:,} cells, {sites:,} sites, {streets**2:,} crossings: {pairs.cost.nnz:,} pairs, "
        f"{seconds:.1f} s  peak {peak:.0f} MB"
    )


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
