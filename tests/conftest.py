"""What several test modules share: a small example of land, and its supply."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

import landlink
from landlink.city.land import Land, load_land
from landlink.example import make_example
from landlink.supply.find import Supply, find_supply
from tests.paths import GUANGZHOU

# How long an example takes depends on what else the machine does; time is measured by benchmarks. A thorough search
# runs on demand: LANDLINK_HYPOTHESIS=thorough.
settings.register_profile("landlink", deadline=None, max_examples=40)
settings.register_profile("thorough", deadline=None, max_examples=1_000)
settings.load_profile(os.environ.get("LANDLINK_HYPOTHESIS", "landlink"))


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """City folder with some 3,000 example parcels; not to be changed."""
    folder = tmp_path_factory.mktemp("land") / "guangzhou-example"
    make_example(landlink.load_city(GUANGZHOU), folder, parcels=3_000)
    return folder


@pytest.fixture(scope="session")
def land(example: Path) -> Land:
    """Land of the example."""
    return load_land(landlink.load_city(example))


@pytest.fixture(scope="session")
def rasters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the rasters behind the supply's scores."""
    return tmp_path_factory.mktemp("rasters")


@pytest.fixture(scope="session")
def supply(land: Land, rasters: Path) -> Supply:
    """Supply of the example with scores, on cells of 400 m."""
    return find_supply(land, rasters, cell_m=400)
