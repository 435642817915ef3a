"""A made-up city of square districts side by side, of any number, with every table that a plan needs.

``python tests/benchmarks/grid_city.py FOLDER DISTRICTS`` writes its folder, for benchmarks of many districts.
"""

import argparse
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

# District codes have six digits.
FIRST_CODE = 100_000
LAST_CODE = 999_999
# Side of a district in degrees, about 2 km.
SIDE_DEGREES = 0.02
# South-west corner of the city in degrees, off every district of China that a shipped policy names.
WEST, SOUTH = 110.0, 25.0
# Plan year that the tables are made for; the facts are of the year before.
YEAR = 2020
ORIGIN = {"source": "合成 || made up", "date": f"{YEAR - 1}", "status": "synthetic", "confidence": "default"}


def grid_city(folder: Path, districts: int, *, seed: int = 1) -> Path:
    """Write the folder of a made-up city.

    Parameters
    ----------
    folder
        Folder to write, made where it is missing.
    districts
        Number of districts, at most 900,000.
    seed
        Seed of the random figures; the same seed gives the same city.

    Returns
    -------
    The folder.
    """
    codes = _codes(districts)
    folder.mkdir(parents=True, exist_ok=True)
    _boundaries(codes).to_file(folder / "districts.geojson", driver="GeoJSON", engine="pyogrio")
    tables = _tables(codes, np.random.default_rng(seed))
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    manifest = _manifest(districts, list(tables))
    (folder / "datapackage.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
    return folder


def _codes(districts: int) -> list[str]:
    if not 0 < districts <= LAST_CODE - FIRST_CODE + 1:
        raise ValueError(f"districts must be 1 to {LAST_CODE - FIRST_CODE + 1}, not {districts}")
    return [str(FIRST_CODE + i) for i in range(districts)]


def _boundaries(codes: list[str]) -> gpd.GeoDataFrame:
    """Squares row by row, in CGCS2000."""
    columns = int(np.ceil(np.sqrt(len(codes))))
    row, column = np.divmod(np.arange(len(codes)), columns)
    west, south = WEST + column * SIDE_DEGREES, SOUTH + row * SIDE_DEGREES
    squares = shapely.box(west, south, west + SIDE_DEGREES, south + SIDE_DEGREES)
    names = {"name": [f"第{code}区" for code in codes], "name_en": [f"District {code}" for code in codes]}
    # A square of the side is some 450 ha at this latitude.
    return gpd.GeoDataFrame({"code": codes, **names, "official_area_ha": 450.0, **ORIGIN}, geometry=squares, crs=4490)


def _tables(codes: list[str], rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    size = len(codes)
    residents = rng.integers(50_000, 500_000, size)
    settled = rng.integers(100, 5_000, size)
    # Stocks on both sides of every step of the standard: 40 to 200 m² a resident.
    land_ha = (residents * rng.uniform(40, 200, size) / 10_000).round(2)
    new_capacity_ha = rng.uniform(1, 60, size).round(2)
    available_ha = rng.uniform(0, 20, size).round(2)
    columns = {
        "population": {"kind": "resident", "series": "made-up", "persons": residents},
        "urban_share": {"year": YEAR - 1, "urban_share_pct": rng.uniform(60, 100, size).round(2)},
        "settlement": {"year": YEAR - 1, "basis": "actual", "channel": "all", "persons": settled},
        "land": {"year": YEAR - 1, "urban_land_ha": land_ha},
        "capacity": {"year": YEAR, "new_capacity_ha": new_capacity_ha},
        "stock": {"year": YEAR, "land_source": "renewal", "available_ha": available_ha},
    }
    return {name: pd.DataFrame({"code": codes, **values, **ORIGIN}) for name, values in columns.items()}


def _manifest(districts: int, tables: list[str]) -> dict[str, object]:
    title = {"zh": f"{districts} 区合成城市", "en": f"Made-up city of {districts} districts"}
    layer = {"name": "districts", "path": "districts.geojson", "format": "geojson", "crs": "EPSG:4490"}
    files = [{"name": name, "path": f"{name}.csv", "format": "csv", "encoding": "utf-8"} for name in tables]
    return {
        "profile": "data-package",
        "name": f"grid-{districts}",
        "title": title["zh"],
        "landlink": {"title": title},
        "resources": [layer, *files],
    }


def main() -> None:
    """Write a city from the command line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("districts", type=int)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    grid_city(chosen.folder, chosen.districts, seed=chosen.seed)


if __name__ == "__main__":
    main()
