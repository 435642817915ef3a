"""``run.py`` sets up what is missing, says what it cannot do, and bundles the packages of another system."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.paths import ROOT

PINS = """
# made by hand
numpy==2.4.6
    # via pandas
colorama==0.4.6 ; sys_platform == 'win32'
pexpect==4.9.0 ; sys_platform != 'win32'
older==1.0 ; python_full_version < '3.12'
newer==2.0 ; python_version >= '3.12'
"""


@pytest.fixture
def run(tmp_path: Path) -> ModuleType:
    """The program, in a folder of its own without an environment."""
    for name in ("run.py", "pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    spec = importlib.util.spec_from_file_location("run", tmp_path / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_it_does_not_know_is_answered_with_what_it_does(run: ModuleType) -> None:
    done = subprocess.run([sys.executable, run.__file__, "help"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert all(f"run.py {what}" in done.stdout for what in ("app", "landlink", "test", "bundle"))


def test_a_folder_that_is_no_bundle_is_refused(run: ModuleType, tmp_path: Path) -> None:
    command = [sys.executable, run.__file__, "app", "--wheels", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "no folder of wheels" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_python_without_pip_says_how_to_get_it(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Debian's is without python3-venv and python3-pip."""
    monkeypatch.setattr(run.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(run, "has_pip", lambda _: False)
    with pytest.raises(run.SetupError, match="apt install python3-venv"):
        run.make_environment(None)


@pytest.mark.parametrize(
    ("system", "python", "wanted"),
    [
        ("linux", "3.11", ["numpy==2.4.6", "pexpect==4.9.0", "older==1.0"]),
        ("windows", "3.13", ["numpy==2.4.6", "colorama==0.4.6", "newer==2.0"]),
    ],
)
def test_packages_are_those_of_the_other_system(
    run: ModuleType, system: str, python: str, wanted: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, list[str]] = {}

    def pip(*arguments: str) -> None:
        asked["options"] = list(arguments)
        asked["pins"] = Path(arguments[-1].removeprefix("--requirement=")).read_text(encoding="utf-8").split("\n")

    monkeypatch.setattr(run, "pip", pip)
    (tmp_path / "pins.txt").write_text(PINS, encoding="utf-8")
    run.download(tmp_path / "pins.txt", system, python, tmp_path / "wheels")
    assert asked["pins"] == wanted
    assert f"--python-version={python}" in asked["options"]
    platforms = [option for option in asked["options"] if option.startswith("--platform=")]
    assert all(("win_amd64" in platform) == (system == "windows") for platform in platforms)
