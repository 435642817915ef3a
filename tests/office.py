"""Workbooks recalculated by LibreOffice, without a window and with a profile of its own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook


def soffice() -> str:
    """Path of LibreOffice; where there is none the test is skipped, in CI it fails."""
    return _found("LibreOffice", "soffice", "libreoffice")


def poppler(program: str) -> str:
    """Path of a program of poppler's; where there is none the test is skipped, in CI it fails."""
    return _found("poppler", program)


def _found(package: str, *programs: str) -> str:
    for program in programs:
        if found := shutil.which(program):
            return found
    reason = f"{package} ({programs[0]}) is not installed"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def recalculate(files: Mapping[str, bytes]) -> dict[str, Workbook]:
    """Recalculate workbooks in one run and return them with values in place of formulas.

    Parameters
    ----------
    files
        Content by a name of letters and digits.
    """
    program = soffice()
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder) / "given", Path(folder) / "made"
        given.mkdir()
        for name, content in files.items():
            (given / f"{name}.xlsx").write_bytes(content)
        command = [
            program,
            f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(made),
            *(str(given / f"{name}.xlsx") for name in files),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        return {name: openpyxl.load_workbook(made / f"{name}.xlsx", data_only=True) for name in files}
