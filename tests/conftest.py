"""What several test modules share: a small example of land."""

from pathlib import Path

import pytest

import landlink
from landlink.example import make_example
from tests.paths import GUANGZHOU


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """City folder with some 3,000 example parcels; not to be changed."""
    folder = tmp_path_factory.mktemp("land") / "guangzhou-example"
    make_example(landlink.load_city(GUANGZHOU), folder, parcels=3_000)
    return folder
