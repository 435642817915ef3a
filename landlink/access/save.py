"""Writing services of :mod:`landlink.access.service` to files, every file or none."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from landlink.access.cells import grid_of, on_grid
from landlink.access.service import Service
from landlink.city.land import Land
from landlink.files import csv_bytes, write_files
from landlink.raster import Grid, save_cog
from landlink.schema import PEOPLE

TABLE = "access.csv"
CURVES = "lorenz.csv"


def save_services(services: Sequence[Service], land: Land, cell_m: float, folder: Path) -> list[Path]:
    """Write the service of several kinds of facility.

    Parameters
    ----------
    services
        Services of one land, on cells of one size.
    cell_m
        Side of their cells, m.

    Returns
    -------
    ``access.csv`` (one row a facility, group, district and before or after; the whole city has no code),
    ``lorenz.csv`` (the curves of the whole city), and for each facility ``access_<facility>.tif`` (COG, units per 1,000
    persons who count; with sites also ``access_<facility>_after.tif``).

    Raises
    ------
    OutputError
        The folder or a file in it cannot be written; nothing has been changed.
    """
    grid = grid_of(land.districts, cell_m)
    tables, curves = [], []
    files: dict[str, bytes | Callable[[Path], None]] = {}
    for service in services:
        whole = pd.concat([service.table(), service.table(None)], ignore_index=True)
        tables.append(whole.assign(facility=service.facility, status=service.status))
        for when in ("before", "after"):
            if when == "after" and not service.sites:
                continue
            curves += [
                service.lorenz(group, when).assign(facility=service.facility, group=group, when=when)
                for group in PEOPLE
            ]
            name = f"access_{service.facility}{'_after' if when == 'after' else ''}.tif"
            values = on_grid(grid, service.cells, service.cells[f"access_{when}"])
            tags = {"status": service.status, "facility": service.facility, "unit": "per 1000 persons"}
            files[name] = partial(_save_raster, grid, values, tags)
    first = ["facility", "group", "when", "code"]
    table = pd.concat(tables, ignore_index=True)
    curve = pd.concat(curves, ignore_index=True)
    files[TABLE] = csv_bytes(table[[*first, *table.columns.difference(first, sort=False)]])
    files[CURVES] = csv_bytes(curve[[*first[:3], "population", "access"]])
    return write_files(folder, files)


def _save_raster(grid: Grid, values: npt.NDArray[np.float64], tags: Mapping[str, str], path: Path) -> None:
    save_cog(values, path, grid=grid, nodata=np.nan, tags=tags)
