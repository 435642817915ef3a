"""Overlay of parcels with large constraint zones: landlink against geopandas and PostGIS, in one run.

``python tests/benchmarks/bench_supply.py`` prints seconds, peak memory and ratios, and by how much a parcel's area
differs from landlink's at most, as a part of the parcel. Each peer works in a process of its own on the same files.
PostGIS takes part where ``psql`` reaches a server in which the user may create a database (``PGHOST``, ``PGUSER`` and
the like tell where).
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from landlink.crs import plane_area_m2
from landlink.supply.developable import developable
from landlink.supply.overlay import meet, remove

LOT, SHARE = 86.0, 0.3
ORIGIN = (400_000.0, 2_500_000.0)
DATABASE = "landlink_bench"
SETUP = """
CREATE EXTENSION postgis;
CREATE UNLOGGED TABLE parcel (id int, geom geometry);
CREATE UNLOGGED TABLE zone (id int, geom geometry);
\\copy parcel FROM '{folder}/parcels.txt'
\\copy zone FROM '{folder}/zones.txt'
CREATE INDEX ON parcel USING gist (geom);
CREATE INDEX ON zone USING gist (geom);
ANALYZE parcel;
ANALYZE zone;
"""
# What lies wholly within one zone needs no overlay, as in landlink; all else is cut by the union of what meets it.
OVERLAY = """
SET max_parallel_workers_per_gather = 2;
SET work_mem = '512MB';
CREATE UNLOGGED TABLE rest AS
SELECT p.id, CASE WHEN z.geom IS NULL THEN p.geom WHEN z.within THEN NULL ELSE ST_Difference(p.geom, z.geom) END AS geom
FROM parcel p LEFT JOIN (
  SELECT p.id, bool_or(ST_Within(p.geom, z.geom)) AS within, ST_Union(z.geom) AS geom
  FROM parcel p JOIN zone z ON ST_Intersects(p.geom, z.geom) GROUP BY p.id
) z USING (id);
"""
AREAS = "\\copy (SELECT id, coalesce(ST_Area(geom), 0) FROM rest ORDER BY id) TO '{folder}/areas.txt'"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--parcels", type=int, default=1_000_000)
    options.add_argument("--zones", type=int, default=5_000)
    options.add_argument("--vertices", type=int, default=500, help="of each zone")
    options.add_argument("--peers", nargs="*", default=["landlink", "supply", "geopandas", "postgis"])
    options.add_argument("--rounds", type=int, default=3, help="of landlink; its median counts")
    options.add_argument("--run", help=argparse.SUPPRESS)
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.run:
        seconds = PEERS[given.run](given.folder)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "peak_mb": peak}))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        write(folder, *data(given.parcels, given.zones, given.vertices))
        compare(folder, given.peers, given.rounds)


def data(parcels: int, zones: int, vertices: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Four-cornered lots on a warped lattice, and wavy zones of several hundred metres on three tenths of it."""
    rng = np.random.default_rng(seed)
    across = int(np.sqrt(parcels))
    along = parcels // across
    lattice = np.stack(np.meshgrid(np.arange(across + 1) * LOT, np.arange(along + 1) * LOT), axis=-1)
    lattice += rng.uniform(-0.3 * LOT, 0.3 * LOT, lattice.shape) + ORIGIN
    corners = np.stack([lattice[:-1, :-1], lattice[:-1, 1:], lattice[1:, 1:], lattice[1:, :-1]], axis=2)
    angles = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    radii = np.ones((zones, vertices))
    for wave in range(2, 12):
        strength, phase = rng.normal(0, 0.35 / wave, (zones, 1)), rng.uniform(0, 2 * np.pi, (zones, 1))
        radii += strength * np.cos(wave * angles + phase)
    size = np.sqrt(SHARE * across * along * LOT**2 / zones / np.pi)
    radii = np.clip(radii, 0.2, None) * size * rng.lognormal(0, 0.3, (zones, 1))
    x, y = rng.uniform(0, across * LOT, (zones, 1)), rng.uniform(0, along * LOT, (zones, 1))
    outlines = np.stack([x + radii * np.cos(angles), y + radii * np.sin(angles)], axis=-1) + ORIGIN
    return shapely.polygons(corners.reshape(-1, 4, 2)), shapely.polygons(outlines)


def write(folder: Path, parcels: np.ndarray, zones: np.ndarray) -> None:
    for name, shapes in (("parcels", parcels), ("zones", zones)):
        np.save(folder / f"{name}.npy", np.array(shapely.to_wkb(shapes), dtype=object))
        lines = (f"{place}\t{text}\n" for place, text in enumerate(shapely.to_wkb(shapes, hex=True)))
        (folder / f"{name}.txt").write_text("".join(lines), encoding="ascii")


def read(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    parcels, zones = (
        shapely.from_wkb(np.load(folder / f"{name}.npy", allow_pickle=True)) for name in ("parcels", "zones")
    )
    return parcels, zones


def run_landlink(folder: Path) -> float:
    """The kernel: what is left of each parcel."""
    parcels, zones = read(folder)
    start = time.perf_counter()
    rest = remove(parcels, meet(parcels, zones))
    seconds = time.perf_counter() - start
    np.save(folder / "landlink.npy", shapely.area(rest))
    return seconds


def run_supply(folder: Path) -> float:
    """The whole table of supply, ellipsoidal areas and shapes included."""
    parcels, zones = read(folder)
    fixed = {"code": "440112", "land_use": "0101", "code_system": "ydyh", "land_source": "new", "status": "synthetic"}
    frame = gpd.GeoDataFrame({"parcel": np.arange(len(parcels)), **fixed}, geometry=parcels, crs=4547)
    rules = gpd.pd.DataFrame({"constraint": ["zone"], "rule": ["exclude"], "value": [0.0]})
    start = time.perf_counter()
    found = developable(frame, rules, {"zone": zones})
    seconds = time.perf_counter() - start
    whole = found.parcels["developable_m2"].to_numpy()
    exact = plane_area_m2(found.parcels.geometry.to_numpy(), 500_000.0)
    assert np.abs(whole - exact).max() <= 0.5
    np.save(folder / "supply.npy", shapely.area(found.parcels.geometry.to_numpy()))
    return seconds


def run_geopandas(folder: Path) -> float:
    parcels, zones = read(folder)
    lots = gpd.GeoDataFrame({"id": np.arange(len(parcels))}, geometry=parcels, crs=4547)
    there = gpd.GeoDataFrame(geometry=zones, crs=4547)
    start = time.perf_counter()
    rest = gpd.overlay(lots, there, how="difference")
    seconds = time.perf_counter() - start
    areas = np.bincount(rest["id"], rest.area, minlength=len(parcels))
    np.save(folder / "geopandas.npy", areas)
    return seconds


def run_postgis(folder: Path) -> float:
    psql("postgres", f"DROP DATABASE IF EXISTS {DATABASE}")
    psql("postgres", f"CREATE DATABASE {DATABASE}")
    try:
        psql(DATABASE, SETUP.format(folder=folder))
        start = time.perf_counter()
        psql(DATABASE, OVERLAY)
        seconds = time.perf_counter() - start
        psql(DATABASE, AREAS.format(folder=folder))
    finally:
        psql("postgres", f"DROP DATABASE {DATABASE}")
    np.save(folder / "postgis.npy", np.loadtxt(folder / "areas.txt")[:, 1])
    return seconds


def psql(database: str, commands: str) -> None:
    command = ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, "-f", "-"]
    subprocess.run(command, input=commands, text=True, check=True, stdout=subprocess.DEVNULL)


PEERS = {"landlink": run_landlink, "supply": run_supply, "geopandas": run_geopandas, "postgis": run_postgis}


def compare(folder: Path, peers: list[str], rounds: int) -> None:
    command = [sys.executable, __file__, "--folder", str(folder), "--run"]
    base, gross = None, shapely.area(read(folder)[0])
    for peer in peers:
        seconds, peak = [], 0.0
        for _ in range(rounds if peer == "landlink" else 1):
            done = subprocess.run([*command, peer], capture_output=True, text=True, check=False)
            if done.returncode:
                reason = (done.stderr.strip().splitlines() or ["?"])[-1]
                print(f"{peer:10} left out: {reason}")
                break
            found = json.loads(done.stdout.splitlines()[-1])
            seconds.append(found["seconds"])
            peak = max(peak, found["peak_mb"])
        if not seconds:
            continue
        median = float(np.median(seconds))
        areas = np.load(folder / f"{peer}.npy")
        if base is None:
            base = median, areas
        off = np.abs(areas - base[1])
        relative = (off / gross).max()
        own = "" if peer == "postgis" else f"  peak {peak:6.0f} MB"
        print(
            f"{peer:10} {median:8.2f} s  {median / base[0]:6.1f}x  areas off by {relative:.1e} at most{own}", flush=True
        )


if __name__ == "__main__":
    main()
