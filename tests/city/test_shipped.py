"""Cities that come with landlink: by name, from any working folder, in a checkout and in an installed package."""

import shutil
from pathlib import Path

import pytest

import landlink
from landlink import cli
from landlink.city import shipped
from tests.paths import GUANGZHOU


def run(*arguments: object) -> int:
    return cli.main([str(argument) for argument in arguments])


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of cities as a wheel has it, inside the package."""
    home = tmp_path / "site-packages" / "landlink" / "geodata"
    shutil.copytree(GUANGZHOU, home / "guangzhou")
    monkeypatch.setattr(shipped, "_INSTALLED", home)
    return home


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_a_shipped_city_is_read_by_name_from_any_folder(elsewhere: Path) -> None:
    city = landlink.load_city("guangzhou")
    assert city.folder == GUANGZHOU
    assert landlink.load_city(GUANGZHOU).districts.equals(city.districts)
    assert run("plan", "guangzhou", "--policy", "guangzhou-2018", "--year", 2020, "--out", elsewhere / "out") == 0
    assert run("validate", "guangzhou") == 0


@pytest.mark.usefixtures("elsewhere")
def test_an_installed_package_is_asked_first(installed: Path) -> None:
    assert shipped.shipped_cities() == {"guangzhou": installed / "guangzhou"}
    assert landlink.load_city("guangzhou").folder == installed / "guangzhou"


def test_a_folder_of_that_name_goes_first(elsewhere: Path) -> None:
    own = shutil.copytree(GUANGZHOU, elsewhere / "guangzhou")
    assert landlink.load_city("guangzhou").folder.resolve() == own.resolve()


@pytest.mark.usefixtures("elsewhere")
def test_neither_a_folder_nor_a_name_is_refused_with_the_names() -> None:
    with pytest.raises(landlink.DataError) as error:
        landlink.load_city("shenzhen")
    (fault,) = error.value.faults
    assert fault.id == "package.missing"
    assert all("guangzhou" in fault.text(lang) for lang in ("zh", "en"))


def test_check_and_example_need_no_working_folder(installed: Path, elsewhere: Path) -> None:
    assert run("check", GUANGZHOU / "districts.geojson") == 0
    assert run("example", "--parcels", 500) == 0
    assert (elsewhere / "guangzhou-example" / "parcels.gpkg").exists(), "nothing is written into the package"
    assert sorted(path.name for path in installed.iterdir()) == ["guangzhou"]


def test_the_example_of_a_folder_is_written_beside_it() -> None:
    assert shipped.example_folder(Path("data/广州")) == Path("data/广州-example")
