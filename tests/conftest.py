"""What several test modules share: a small example of land."""

from pathlib import Path

import pytest
from hypothesis import settings

import landlink
from landlink.example import make_example
from tests.paths import GUANGZHOU

# How long an example takes depends on what else the machine does; time is measured by benchmarks.
settings.register_profile("landlink", deadline=None)
settings.load_profile("landlink")


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """City folder with some 3,000 example parcels; not to be changed."""
    folder = tmp_path_factory.mktemp("land") / "guangzhou-example"
    make_example(landlink.load_city(GUANGZHOU), folder, parcels=3_000)
    return folder
