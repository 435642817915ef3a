"""The measured supply of a saved one, read without its layers: by district and source of land, for a plan."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from landlink.errors import DataError, Fault

# What :func:`landlink.supply.save.save_supply` writes of it.
MEASURED = "measured.csv"
DOCUMENT = "supply.json"
MEASURED_COLUMNS = ("code", "land_source", "gross_m2", "synthetic_m2", "complete", "status")
_TYPES = {
    "code": str,
    "land_source": str,
    "gross_m2": "int64",
    "synthetic_m2": "int64",
    "complete": bool,
    "status": str,
}


def read_measured(folder: Path, codes: Iterable[str]) -> pd.DataFrame:
    """Read the measured supply from the folder of a saved one.

    Parameters
    ----------
    folder
        Folder with ``supply.json`` and ``measured.csv``, as :func:`landlink.supply.save.save_supply` writes them.
    codes
        Codes of the city's districts.

    Returns
    -------
    As :func:`landlink.supply.measured.measured` gives it.

    Raises
    ------
    DataError
        The folder lacks one of the files, ``measured.csv`` is not the one that was written with ``supply.json``, or the
        supply is of a city of other districts.
    """
    try:
        document = json.loads((folder / DOCUMENT).read_text(encoding="utf-8"))
        content = (folder / MEASURED).read_bytes()
        saved, digest = set(document["districts"]), document["measured"]
        city = str(document["city"])
    except (OSError, ValueError, KeyError, TypeError):
        raise DataError(Fault("supply.unreadable", {"folder": folder, "files": f"{DOCUMENT}, {MEASURED}"})) from None
    if digest != sha256(content):
        raise DataError(Fault("supply.measured_changed", {"folder": folder}, MEASURED))
    wanted = set(codes)
    if saved != wanted:
        values = {
            "folder": folder,
            "city": city,
            "more": ", ".join(sorted(saved - wanted)) or "—",
            "fewer": ", ".join(sorted(wanted - saved)) or "—",
        }
        raise DataError(Fault("supply.other_city", values, DOCUMENT))
    return pd.read_csv(folder / MEASURED, dtype=_TYPES, encoding="utf-8-sig", usecols=list(MEASURED_COLUMNS))


def sha256(content: bytes) -> str:
    """Digest of a file's contents."""
    return hashlib.sha256(content).hexdigest()
