"""Set up landlink in a virtual environment of its own and run it: ``python run.py app`` or ``python run.py test``.

Needs Python 3.11 or later and nothing else; what is missing is installed into ``.venv`` beside this file.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENV = HERE / ".venv"
PYTHON = ENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST = (3, 11)
CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    # In order of files: those with few tests, which are the slowest, would come last otherwise.
    ("pytest", "-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder"),
)


def main() -> int:
    """Run what was asked for; the exit code is its own."""
    what, *rest = sys.argv[1:] or ["app"]
    if sys.version_info < OLDEST:
        print(f"landlink needs Python 3.11 or later; this is {sys.version.split()[0]}. 需要 Python 3.11 或更高版本。")
        return 2
    if what == "app":
        prepare("requirements.txt")
        return call("landlink.cli", "app", *rest)
    if what == "test":
        prepare("requirements.txt", "requirements-dev.txt")
        if rest:
            return call("pytest", *rest)
        return next((code for check in CHECKS if (code := call(*check))), 0)
    if what == "landlink":
        prepare("requirements.txt")
        return call("landlink.cli", *rest)
    print(__doc__)
    return 2


def prepare(*requirements: str) -> None:
    """Install the pinned packages and landlink itself, unless these very ones are there already."""
    wanted = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in (*requirements, "pyproject.toml")))
    stamp = ENV / f".{len(requirements)}-{wanted.hexdigest()[:16]}"
    if stamp.exists():
        return
    print("Setting up .venv (a few minutes, once) … 首次运行，正在安装，约需几分钟", flush=True)
    if not PYTHON.exists():
        make_environment()
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    listed = [part for name in requirements for part in ("-r", str(HERE / name))]
    subprocess.run([*pip, *listed], check=True)
    subprocess.run([*pip, "--no-deps", "-e", str(HERE)], check=True)
    stamp.touch()


def make_environment() -> None:
    """Make the virtual environment, with pip from this Python where its own is left out, as Debian does."""
    try:
        venv.create(ENV, with_pip=True, clear=True)
    except (subprocess.CalledProcessError, ModuleNotFoundError):
        shutil.rmtree(ENV, ignore_errors=True)
        venv.create(ENV, with_pip=False)
        subprocess.run([sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "--quiet", "pip"], check=True)


def call(module: str, *arguments: str) -> int:
    """Run a module in the environment, in this folder."""
    return subprocess.run([str(PYTHON), "-m", module, *arguments], cwd=HERE, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
