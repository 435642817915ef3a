"""Policies read a second time, as docs/policy.md describes their files: values in force on a day, as fractions."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import yaml

GROUPS = ("housing", "education", "health", "elder_care", "employment", "other")
SHIPPED = Path(__file__).resolve().parents[2] / "landlink" / "policy"


def number(written: Any) -> Fraction:
    """A number as it is written, without binary error."""
    return Fraction(str(written))


@dataclass(frozen=True)
class Policy:
    """Values in force on one day: of the parameters, and of the facilities' fields in the order of grants."""

    values: dict[str, Any]
    facilities: dict[str, dict[str, Any]]


def read_policy(file: Path, day: str) -> Policy:
    """Policy of a file, and of those that it extends, on a day."""
    dated, facilities = _merged(file)
    values = {name: value for name in dated if (value := _on(dated[name], day)) is not None}
    standards = {}
    for name in sorted(facilities, key=lambda name: GROUPS.index(facilities[name]["group"])):
        fields = facilities[name]["fields"]
        in_force = {key: value for key in fields if (value := _on(fields[key], day)) is not None}
        if "per_1000" in in_force:
            standards[name] = in_force
    return Policy(values, standards)


@cache
def _content(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def _merged(file: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    content = _content(file)
    parent = content.get("extends")
    dated, facilities = ({}, {}) if parent is None else _merged(SHIPPED / f"{parent}.yaml")
    for name, entry in content.get("parameters", {}).items():
        dated[name] = _replaced(dated.get(name, {}), entry["values"])
    for name, entry in content.get("facilities", {}).items():
        own = facilities.setdefault(name, {"fields": {}})
        own["group"] = entry.get("group", own.get("group"))
        for key, values in entry.get("fields", {}).items():
            own["fields"][key] = _replaced(own["fields"].get(key, {}), values)
    return dated, facilities


def _replaced(values: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Dated values, own ones in their parent's place from the first own date on."""
    first = min(map(_day, own))
    return {**{since: value for since, value in values.items() if _day(since) < first}, **own}


def _day(written: str) -> date:
    year, month, day = (*map(int, written.split("-")), 1, 1)[:3]
    return date(year, month, day)


def _on(values: dict[str, Any], day: str) -> Any:
    past = [since for since in values if _day(since) <= _day(day)]
    if not past:
        return None
    entry = values[max(past, key=_day)]
    for key in ("steps", "districts", "choice", "choices", "value"):
        if key in entry:
            return number(entry[key]) if key == "value" else entry[key]
    raise ValueError(entry)


def step(value: Any, part: int, whole: int) -> Fraction:
    """A value, or that of the step in which the quotient part ÷ whole lies."""
    if isinstance(value, Fraction):
        return value
    for step in value:
        if (
            ("at_least" not in step or part >= number(step["at_least"]) * whole)
            and ("more_than" not in step or part > number(step["more_than"]) * whole)
            and ("at_most" not in step or part <= number(step["at_most"]) * whole)
            and ("less_than" not in step or part < number(step["less_than"]) * whole)
        ):
            return number(step["value"])
    raise ValueError((part, whole))
