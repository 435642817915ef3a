"""Suitability: scores as weighted sums, and factors that are refused."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import landlink
from landlink.city.land import load_land
from landlink.supply.find import Supply, find_supply
from tests.folders import ids, manifest


@pytest.fixture
def folder(example: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(example, tmp_path / "市"))


def test_a_score_is_the_sum_of_values_times_weights(supply: Supply) -> None:
    assert supply.suitability is not None
    table, weights = supply.suitability.parcels, supply.suitability.weights.weights
    expected = sum(table[f"value_{name}"] * weight for name, weight in weights.items())
    np.testing.assert_allclose(table["score"], expected, rtol=1e-12)
    assert sum(weights.values()) == pytest.approx(1)
    assert supply.suitability.weights.consistency_ratio < 0.1


@pytest.mark.parametrize(
    ("factor", "column", "value", "message"),
    [
        ("metro", "points", "800:1; 0:1", "suitability.points"),
        ("metro", "points", "0:2", "suitability.points"),
        ("metro", "points", "near", "suitability.points"),
        ("school", "select", "opera", "suitability.select"),
    ],
)
def test_wrong_factors(folder: Path, factor: str, column: str, value: str, message: str) -> None:
    table = pd.read_csv(
        Path(landlink.__file__).parent / "supply/defaults/factors.csv", dtype=str, keep_default_na=False
    )
    table.loc[table["factor"] == factor, column] = value
    table.to_csv(folder / "factors.csv", index=False)
    manifest(lambda entries: entries.update(factors={"name": "factors", "path": "factors.csv"}))(folder)
    assert message in ids(lambda: find_supply(load_land(landlink.load_city(folder)), folder / "r", cell_m=2_000))
