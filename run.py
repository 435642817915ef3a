"""Set up landlink in a virtual environment of its own, ``.venv`` beside this file, and run it.

python run.py app ...        the pages in the browser
python run.py landlink ...   the commands
python run.py test ...       all checks and tests, or pytest with arguments of yours
python run.py notebook ...   the worked examples in JupyterLab
python run.py notebooks ...  their outputs brought up to date, of all or of those named
python run.py bundle --out DIR [--platform linux|windows] [--python 3.12 ...] [--tests] [--notebook]
                             a folder of wheels for machines without internet: of this system or the one named, for
                             every supported Python or those named, with what tests and notebooks need or without

The others take --wheels DIR: they set up from such a folder and ask nobody else. Needs Python 3.11 or later and,
without --wheels, its pip.
"""

from __future__ import annotations  # so that an older Python says that it is too old

import argparse
import hashlib
import importlib.util
import os
import platform
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENV = HERE / ".venv"
PYTHON = ENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST = (3, 11)
SUPPORTED = ("3.11", "3.12", "3.13")
RUNTIME, TESTS, NOTEBOOK = "requirements.txt", "requirements-dev.txt", "requirements-notebook.txt"
# JupyterLab looks for no newer version of itself.
LAB = ("jupyterlab", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "notebooks")
# What each command runs, and what it needs beside the runtime.
COMMANDS = {
    "app": (("landlink.cli", "app"), ()),
    "landlink": (("landlink.cli",), ()),
    "test": (("pytest",), (TESTS,)),
    "notebook": (LAB, (NOTEBOOK,)),
    "notebooks": (("tests.notebooks",), (TESTS,)),
}
CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    # In order of files: those with few tests, which are the slowest, would come last otherwise.
    ("pytest", "-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder"),
)
# Wheels run on the C library that they were built for and on later ones: these run where glibc is 2.28 or later.
MACHINE = platform.machine() if sys.platform == "linux" else "x86_64"
GLIBC = (*(f"_2_{minor}" for minor in range(28, 4, -1)), "2014", "2010")
LINUX = [f"manylinux{version}_{MACHINE}" for version in GLIBC]
TAGS = {"linux": LINUX, "windows": ["win_amd64"]}
MARKERS = {
    "linux": {"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux", "platform_machine": MACHINE},
    "windows": {"os_name": "nt", "sys_platform": "win32", "platform_system": "Windows", "platform_machine": "AMD64"},
}
# What hatchling needs beside itself to install landlink from this folder.
EDITABLE = "editables>=0.5"
NO_PIP = (
    "This Python comes without pip. On Debian: apt install python3-venv; or set up from a folder with --wheels. "
    "此 Python 不带 pip：Debian 请运行 apt install python3-venv，或用 --wheels 从离线安装包文件夹安装。"
)


class SetupError(Exception):
    """Why landlink cannot be set up."""


def main() -> int:
    """Run what was asked for; the exit code is its own."""
    what, *rest = sys.argv[1:] or ["app"]
    if sys.version_info < OLDEST:
        print(f"landlink needs Python 3.11 or later; this is {sys.version.split()[0]}. 需要 Python 3.11 或更高版本。")
        return 2
    if what not in (*COMMANDS, "bundle"):
        print(__doc__)
        return 2
    try:
        if what == "bundle":
            return bundle(rest)
        parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
        parser.add_argument("--wheels", type=Path)
        options, rest = parser.parse_known_args(rest)
        command, needs = COMMANDS[what]
        prepare(RUNTIME, *needs, wheels=options.wheels)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    if what == "test" and not rest:
        return next((code for check in CHECKS if (code := call(*check))), 0)
    return call(*command, *rest)


def call(module: str, *arguments: str) -> int:
    """Run a module in the environment, in this folder."""
    return subprocess.run([PYTHON, "-m", module, *arguments], cwd=HERE, check=False).returncode


def prepare(*requirements: str, wheels: Path | None = None) -> None:
    """Install the pinned packages and landlink itself, unless these very ones are there already."""
    wanted = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in (*requirements, "pyproject.toml")))
    stamp = ENV / f".{len(requirements)}-{wanted.hexdigest()[:16]}"
    if stamp.exists() and PYTHON.exists():
        return
    print("Setting up .venv (a few minutes, once) … 首次运行，正在安装，约需几分钟", flush=True)
    source = [] if wheels is None else ["--no-index", f"--find-links={wheels.resolve()}"]
    if not has_pip(PYTHON):
        make_environment(wheels)
    listed = [f"--requirement={HERE / name}" for name in requirements]
    pip("install", "--quiet", *source, *listed)
    pip("install", "--quiet", *source, "--no-deps", f"--editable={HERE}")
    stamp.touch()


def make_environment(wheels: Path | None) -> None:
    """Make the virtual environment, with pip from the wheels, or from this Python if its own is left out (Debian)."""
    if wheels is not None:
        carried = next(iter(sorted(wheels.glob("pip-*.whl"))), None)
        if carried is None:
            raise SetupError(
                f"{wheels}: no folder of wheels that run.py bundle has made. 不是 run.py bundle 生成的文件夹。"
            )
        venv.create(ENV, with_pip=False, clear=True)
        run(PYTHON, f"{carried.resolve()}/pip", "install", "--quiet", "--no-index", carried.resolve())
        return
    if importlib.util.find_spec("ensurepip") is not None:
        venv.create(ENV, with_pip=True, clear=True)
        return
    if not has_pip(Path(sys.executable)):
        raise SetupError(NO_PIP)
    venv.create(ENV, with_pip=False, clear=True)
    run(sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet", "pip")


def has_pip(python: Path) -> bool:
    """True if this Python is there and has pip."""
    if not python.exists():
        return False
    return subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0


def pip(*arguments: str | Path) -> None:
    """Run the environment's pip."""
    run(PYTHON, "-m", "pip", "--disable-pip-version-check", *arguments)


def run(*command: str | Path) -> None:
    """Run a program that says itself what went wrong."""
    code = subprocess.run(command, check=False).returncode
    if code:
        raise SetupError(
            f"Setting up stopped at: {' '.join(map(str, command[1:6]))} … (exit code {code}). 安装未完成。"
        )


def bundle(arguments: list[str]) -> int:
    """Make a folder of the wheels that landlink runs on, its own and those that set it up among them."""
    system = {"linux": "linux", "win32": "windows"}.get(sys.platform)
    parser = argparse.ArgumentParser("run.py bundle")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--platform", choices=list(TAGS), default=system, required=system is None)
    parser.add_argument("--python", choices=SUPPORTED, default=SUPPORTED, nargs="+", metavar="VERSION")
    parser.add_argument("--tests", action="store_true")
    parser.add_argument("--notebook", action="store_true")
    options = parser.parse_args(arguments)
    prepare(RUNTIME)
    if Path(sys.prefix).resolve() != ENV.resolve():  # what reads requirements is in the environment
        return subprocess.run([PYTHON, __file__, "bundle", *arguments], check=False).returncode
    import tomllib  # noqa: PLC0415 - comes with Python 3.11, and older ones are to say that they are too old

    options.out.mkdir(parents=True, exist_ok=True)
    build = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    pip("download", "--quiet", "--only-binary=:all:", f"--dest={options.out}", "pip", EDITABLE, *build)
    pip("wheel", "--quiet", "--no-deps", f"--wheel-dir={options.out}", HERE)
    for python in options.python:
        print(f"{options.platform}, Python {python} …", flush=True)
        for name in (TESTS if options.tests else RUNTIME, *([NOTEBOOK] if options.notebook else [])):
            download(HERE / name, options.platform, python, options.out)
    wheels = list(options.out.glob("*.whl"))
    size = sum(wheel.stat().st_size for wheel in wheels) / 1e6
    print(f"{options.out}: {len(wheels)} wheels, {size:,.0f} MB. Carry it and this folder over, and run there:")
    print(f"python run.py app --wheels {options.out.name}")
    return 0


def download(requirements: Path, system: str, python: str, folder: Path) -> None:
    """Add the wheels of pinned packages for a system and a Python to a folder."""
    from packaging.requirements import Requirement  # noqa: PLC0415 - in the environment alone

    target = {"python_version": python, "python_full_version": f"{python}.0", "extra": ""} | MARKERS[system]
    lines = (line.partition("#")[0].strip() for line in requirements.read_text(encoding="utf-8").splitlines())
    pins = [pin for pin in map(Requirement, filter(None, lines)) if pin.marker is None or pin.marker.evaluate(target)]
    with tempfile.TemporaryDirectory() as name:
        listed = Path(name) / "pins.txt"
        listed.write_text("\n".join(f"{pin.name}=={next(iter(pin.specifier)).version}" for pin in pins))
        of = [f"--python-version={python}", *(f"--platform={tag}" for tag in TAGS[system])]
        pip("download", "--quiet", "--no-deps", *of, f"--dest={folder}", f"--requirement={listed}")
    for source in folder.glob("*.tar.gz"):
        pip("wheel", "--quiet", "--no-deps", f"--wheel-dir={folder}", source)
        if not list(folder.glob(f"{source.name.rpartition('-')[0]}-*-none-any.whl")):
            raise SetupError(f"{source.name}: no wheel for {system} and Python {python}. 没有适用的安装包。")
        source.unlink()


if __name__ == "__main__":
    sys.exit(main())
