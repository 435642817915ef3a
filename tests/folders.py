"""Changes to a city's folder that tests make, and the faults that an action ends with."""

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

import landlink
from landlink.files import read_layer


def ids(act: Callable[[], object]) -> list[str]:
    with pytest.raises(landlink.LandlinkError) as error:
        act()
    assert all(fault.text(lang) for fault in error.value.faults for lang in ("zh", "en"))
    return [fault.id for fault in error.value.faults]


def constraints(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        table = pd.read_csv(folder / "constraints.csv", dtype=str, keep_default_na=False)
        change(table).to_csv(folder / "constraints.csv", index=False)

    return apply


def cell(constraint: str, column: str, value: str) -> Callable[[Path], None]:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        table.loc[table["constraint"] == constraint, column] = value
        return table

    return constraints(change)


def shapes(name: str, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        layer = change(read_layer(folder / f"{name}.gpkg"))
        (folder / f"{name}.gpkg").unlink()
        pyogrio.write_dataframe(layer, folder / f"{name}.gpkg")

    return apply


def with_first(column: str, value: object) -> Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]:
    def change(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        layer.loc[0, column] = value
        return layer

    return change


def manifest(change: Callable[[dict[str, dict]], object]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        content = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        entries = {entry["name"]: entry for entry in content["resources"]}
        change(entries)
        content["resources"] = list(entries.values())
        (folder / "datapackage.json").write_text(json.dumps(content), encoding="utf-8")

    return apply
