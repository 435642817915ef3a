"""A plan as files: tables for people, and one JSON document from which the plan can be read back unchanged."""

import hashlib
import json
from pathlib import Path

from pydantic import ValidationError

from landlink.errors import DataError, Fault
from landlink.files import csv_bytes, write_files
from landlink.plan.plan import Plan
from landlink.plan.saved import SavedPlan, written

DOCUMENT = "plan.json"
_FORMAT = 2
_TABLES = ("quota", "sources", "needs", "ledger")
_CHOSEN = ("sites", "provision")
_BY_CLASS = ("uses",)


def save_plan(plan: Plan, folder: str | Path) -> list[Path]:
    """Write ``quota.csv``, ``sources.csv``, ``needs.csv``, ``ledger.csv`` and ``plan.json``, all or none.

    A plan of a city that gives shares of classes of use has ``uses.csv`` beside them, one with sites ``sites.csv`` and
    ``provision.csv``.

    Raises
    ------
    OutputError
        The folder or a file in it cannot be written; nothing has been changed.
    """
    return write_files(Path(folder), plan_files(plan))


def plan_files(plan: Plan) -> dict[str, bytes]:
    """Contents of the files of :func:`save_plan`, by name."""
    tables = (*_TABLES, *(() if plan.uses.empty else _BY_CLASS), *(() if plan.siting is None else _CHOSEN))
    files: dict[str, bytes] = {f"{name}.csv": csv_bytes(written(plan.table(name), name)) for name in tables}
    content = SavedPlan.of(plan).content()
    sealed = {"format": _FORMAT, "sha256": _digest(content), "plan": content}
    files[DOCUMENT] = (json.dumps(sealed, ensure_ascii=False, indent=1) + "\n").encode()
    return files


def load_plan(folder: str | Path) -> Plan:
    """Read a plan that :func:`save_plan` wrote.

    Raises
    ------
    DataError
        The folder holds no plan, or its document has been changed since.

    Examples
    --------
    >>> import tempfile
    >>> import landlink
    >>> plan = landlink.make_plan(landlink.load_city("guangzhou"), landlink.load_policy("guangzhou-2018"), 2020)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     paths = save_plan(plan, folder)
    ...     load_plan(folder).fingerprint == plan.fingerprint
    True
    """
    try:
        sealed = json.loads((Path(folder) / DOCUMENT).read_text(encoding="utf-8"))
        intact = sealed["format"] == _FORMAT and sealed["sha256"] == _digest(sealed["plan"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _not_readable(folder, getattr(error, "strerror", None) or str(error)) from None
    if not intact:
        raise DataError(Fault("plan.changed", file=DOCUMENT))
    try:
        return SavedPlan.model_validate(sealed["plan"]).plan()
    except ValidationError as error:
        reasons = [f"{'.'.join(map(str, part['loc']))}: {part['msg']}" for part in error.errors(include_url=False)]
        raise _not_readable(folder, "; ".join(reasons)) from None
    except (ValueError, KeyError, TypeError) as error:
        raise _not_readable(folder, str(error)) from None


def _not_readable(folder: str | Path, reason: str) -> DataError:
    return DataError(Fault("plan.not_readable", {"path": folder, "reason": reason}, DOCUMENT))


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
