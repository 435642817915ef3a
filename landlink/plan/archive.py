"""A plan as files: tables for people, and one JSON document from which the plan can be read back unchanged."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import shape

from landlink.city.facts import Facts
from landlink.crs import CGCS2000
from landlink.errors import DataError, Fault
from landlink.files import csv_bytes, write_files
from landlink.plan.options import Options
from landlink.plan.plan import Note, Plan
from landlink.policy import Dated, Document, Facility, Rules, Step, Steps
from landlink.schema import LISTED, RESULTS
from landlink.siting.sites import Siting

DOCUMENT = "plan.json"
_FORMAT = 1
_TABLES = ("quota", "needs", "ledger")
_CHOSEN = ("sites", "provision")


def save_plan(plan: Plan, folder: str | Path) -> list[Path]:
    """Write ``quota.csv``, ``needs.csv``, ``ledger.csv`` and ``plan.json``, all or none.

    A plan with sites has ``sites.csv`` and ``provision.csv`` beside them.

    Raises
    ------
    OutputError
        The folder or a file in it cannot be written; nothing has been changed.
    """
    return write_files(Path(folder), plan_files(plan))


def plan_files(plan: Plan) -> dict[str, bytes]:
    """Contents of the files of :func:`save_plan`, by name."""
    tables = _TABLES if plan.siting is None else (*_TABLES, *_CHOSEN)
    files: dict[str, bytes] = {f"{name}.csv": csv_bytes(_written(plan.table(name), name)) for name in tables}
    content = _to_data(plan)
    sealed = {"format": _FORMAT, "sha256": _digest(content), "plan": content}
    files[DOCUMENT] = (json.dumps(sealed, ensure_ascii=False, indent=1) + "\n").encode()
    return files


def load_plan(folder: str | Path) -> Plan:
    """Read a plan that :func:`save_plan` wrote.

    Raises
    ------
    DataError
        The folder holds no plan, or its document has been changed since.
    """
    path = Path(folder) / DOCUMENT
    try:
        sealed = json.loads(path.read_text(encoding="utf-8"))
        content = sealed["plan"]
        intact = sealed["format"] == _FORMAT and sealed["sha256"] == _digest(content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(Fault("plan.not_readable", {"path": folder, "reason": reason}, DOCUMENT)) from None
    if not intact:
        raise DataError(Fault("plan.changed", file=DOCUMENT))
    return _from_data(content)


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _to_data(plan: Plan) -> dict[str, Any]:
    return {
        "city": {"id": plan.city_id, "title": dict(plan.city_title)},
        "policy": {"id": plan.policy_id, "title": dict(plan.policy_title)},
        "options": {name: _plain(value) for name, value in asdict(plan.options).items()},
        "rules": [_dated_to_data(value) for value in plan.rules.values()],
        "facilities": [{**asdict(facility), "title": dict(facility.title)} for facility in plan.facilities],
        "central": list(plan.central),
        "central_layer": plan.central_layer,
        "facts": _frame_to_data(plan.base.table),
        "sources": _frame_to_data(plan.base.sources),
        "surplus": _frame_to_data(plan.surplus),
        "tables": {name: _frame_to_data(_written(plan.table(name), name)) for name in _TABLES},
        "districts": json.loads(plan.districts.to_json(drop_id=True)),
        "notes": [{"id": note.id, "values": dict(note.values)} for note in plan.notes],
        "version": plan.version,
        "fingerprint": plan.fingerprint,
        "siting": None if plan.siting is None else _siting_to_data(plan.siting),
    }


def _from_data(data: Mapping[str, Any]) -> Plan:
    facilities = tuple(Facility(**facility) for facility in data["facilities"])
    rules = Rules({value["parameter"]: _dated_from_data(value) for value in data["rules"]}, facilities)
    tables = {name: _read(_frame_from_data(data["tables"][name]), name) for name in _TABLES}
    districts = gpd.GeoDataFrame.from_features(data["districts"], crs=CGCS2000)
    return Plan(
        data["city"]["id"],
        data["city"]["title"],
        data["policy"]["id"],
        data["policy"]["title"],
        Options(**{name: _number(value) for name, value in data["options"].items()}),
        rules,
        facilities,
        tuple(data["central"]),
        data["central_layer"],
        Facts(_frame_from_data(data["facts"]), _frame_from_data(data["sources"])),
        _frame_from_data(data["surplus"]),
        tables["quota"],
        tables["needs"],
        tables["ledger"],
        districts[["code", "name", "name_en", "official_area_ha", "geometry"]],
        tuple(Note(note["id"], note["values"]) for note in data["notes"]),
        data["version"],
        data["fingerprint"],
        None if data.get("siting") is None else _siting_from_data(data["siting"]),
    )


def _siting_to_data(siting: Siting) -> dict[str, Any]:
    kept = {name: getattr(siting, name) for name in Siting.__slots__}
    shapes = json.loads(siting.sites[["site", "geometry"]].to_json(drop_id=True))
    return kept | {
        "sites": _frame_to_data(pd.DataFrame(siting.sites.drop(columns="geometry"))),
        "shapes": shapes,
        "provision": _frame_to_data(siting.provision),
    }


def _siting_from_data(data: Mapping[str, Any]) -> Siting:
    kept = {name: data[name] for name in Siting.__slots__}
    sites = _frame_from_data(data["sites"])
    shapes = [shape(feature["geometry"]) for feature in data["shapes"]["features"]]
    layer = gpd.GeoDataFrame(sites, geometry=shapes, crs=CGCS2000)
    return Siting(**kept | {"sites": layer, "provision": _frame_from_data(data["provision"])})


def _plain(value: object) -> object:
    """Decimals as ``{"decimal": "…"}``; JSON knows the rest."""
    return {"decimal": str(value)} if isinstance(value, Decimal) else value


def _number(value: Any) -> Any:
    return Decimal(value["decimal"]) if isinstance(value, dict) else value


def _frame_to_data(frame: pd.DataFrame) -> dict[str, Any]:
    """Columns, their types and rows; a missing value is null."""
    rows = json.loads(frame.to_json(orient="values", double_precision=15))
    return {"columns": {name: str(dtype) for name, dtype in frame.dtypes.items()}, "rows": rows}


def _frame_from_data(data: Mapping[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame(data["rows"], columns=list(data["columns"]), dtype=object)
    return frame.astype(data["columns"])


def _names(table: str) -> list[str]:
    """Columns of a result table that hold tuples of names."""
    return [column.name for column in RESULTS[table].columns if column.kind == "names"]


def _written(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Result table as files hold it: tuples of names as one text."""
    return frame.assign(**{name: frame[name].map(LISTED.join) for name in _names(table)})


def _read(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Result table from what files hold; the reverse of :func:`_written`."""
    split = {name: [tuple(text.split(LISTED)) if text else () for text in frame[name]] for name in _names(table)}
    return frame.assign(**split)


def _dated_to_data(dated: Dated) -> dict[str, Any]:
    content: Any = dated.content
    if isinstance(content, Steps):
        content = {"steps": [{name: _plain(value) for name, value in asdict(step).items()} for step in content.steps]}
    elif isinstance(content, tuple):
        content = list(content)
    else:
        content = _plain(content)
    fields = {name: getattr(dated, name) for name in ("parameter", "since", "unit", "clause", "confidence", "note")}
    return {
        **fields,
        "content": content,
        "document": asdict(dated.document),
        "file": dated.file,
        "line": dated.line,
    }


def _dated_from_data(data: Mapping[str, Any]) -> Dated:
    content = data["content"]
    if isinstance(content, dict) and "steps" in content:
        steps = [Step(**{name: _number(value) for name, value in step.items()}) for step in content["steps"]]
        content = Steps(tuple(steps))
    elif isinstance(content, list):
        content = tuple(content)
    else:
        content = _number(content)
    return Dated(**{**data, "content": content, "document": Document(**data["document"])})
