"""Seconds and peak memory of slope and zonal statistics on a large raster, each in a process of its own.

Run: ``python tests/benchmarks/bench_raster.py [SIDE [SHARE]]``. The raster is a sparse GeoTIFF of SIDE × SIDE float32
cells of 30 m (40,000 where it is not given), of whose tiles that SHARE (0.25) holds hills and the rest nothing.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from rasterio.windows import Window

from landlink import raster

CELL, BLOCK, PARCELS = 30.0, 1000, 20_000
PLANE = "EPSG:4547"
LIMIT_MB = 2000


def make(path: Path, side: int, share: float) -> None:
    """Write the sparse raster; no two blocks are alike."""
    rng = np.random.default_rng(0)
    grid = raster.Grid.over((0, 0, side * CELL, side * CELL), CELL, PLANE)
    wave = np.sin(np.arange(BLOCK) / 60)
    hills = 300 * np.outer(wave, wave)
    with rasterio.open(path, "w", **{**grid.profile(), "zlevel": 1}) as target:
        for row in range(0, side, BLOCK):
            for column in range(0, side, BLOCK):
                if rng.random() < share:
                    height, width = min(BLOCK, side - row), min(BLOCK, side - column)
                    z = hills[:height, :width] + rng.random((height, width), dtype="float32")
                    target.write(z.astype("float32"), 1, window=Window(column, row, width, height))


def polygons(side: int, *, large: bool) -> gpd.GeoDataFrame:
    """A hundred districts side by side, or parcels of some hundred cells anywhere."""
    size = side * CELL
    if large:
        lines = np.linspace(0, size, 11)
        west, south = (plane.ravel() for plane in np.meshgrid(lines[:-1], lines[:-1]))
        shapes = shapely.segmentize(shapely.box(west + 7, south + 7, west + size / 10, south + size / 10), 200)
    else:
        rng = np.random.default_rng(1)
        centres = shapely.points(rng.uniform(0, size, (PARCELS, 2)))
        shapes = shapely.buffer(centres, rng.uniform(100, 600, PARCELS))
    return gpd.GeoDataFrame(geometry=shapes, crs=PLANE)


def work(name: str, folder: Path, side: int, share: float) -> None:
    """Do one thing and print seconds and peak memory of this process in MB."""
    dem = folder / "dem.tif"
    start = time.perf_counter()
    if name == "making it":
        make(dem, side, share)
    elif name == "slope":
        raster.slope(dem, folder / "slope.tif")
    elif name == "nothing":
        raster.check_raster(dem)
    else:
        raster.zonal(dem, polygons(side, large=name == "zonal, 100 districts"), ("mean", "count"))
    seconds = time.perf_counter() - start
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main(side: int = 40_000, share: float = 0.25) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        print(f"{side} × {side} cells, {share:.0%} of the blocks filled")
        for task in ("making it", "nothing", "slope", "zonal, 100 districts", f"zonal, {PARCELS} parcels"):
            command = [sys.executable, __file__, "--work", task, name, str(side), str(share)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            seconds, peak = map(float, done.stdout.split())
            print(f"{task:24s} {seconds:8.1f} s  peak {peak:6.0f} MB  (asked: under {LIMIT_MB} MB)", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        work(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
    else:
        main(*(kind(value) for kind, value in zip((int, float), sys.argv[1:], strict=False)))
