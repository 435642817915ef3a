"""Random policy files that extend a shipped one: parameters, standard sizes and a facility of their own."""

from pathlib import Path
from random import Random
from typing import Any

import yaml

from tests.properties.written_policy import GROUPS

RULES = ("proportional", "weighted", "floor")


def draw_policy(random: Random, extends: str, codes: list[str], file: Path) -> Path:
    """A policy of its own: some parameters and facilities of the one that it extends are replaced."""
    first = random.choice((100, 90.5))
    drawn: dict[str, dict[str, Any]] = {
        "linkage.standard": {
            "steps": [
                {"at_least": 0, "less_than": first, "value": 104.25},
                {"at_least": first, "at_most": 150, "value": 66.7},
                {"more_than": 150, "value": 0},
            ]
        },
        "linkage.adjustment": {"value": random.choice((-10, -3.3, 0, 10))},
        "priority.weight": {"value": random.choice((1, 1.2, 1.3333, 7))},
        "balance.rule": {"choice": random.choice(RULES)},
        "balance.floor_share": {"value": random.choice((0, 0.3333, 0.5, 1))},
        "balance.city_cap": {"value": random.choice((0, 0.0007, 12.5, 300))},
        "stock.offset_share": {"value": random.choice((0, 0.15, 1))},
    }
    always = {
        name: {"districts": random.sample(codes, random.randint(0, len(codes)))}
        for name in ("central.districts", "priority.districts")
    }
    kept = {name: entry for name, entry in drawn.items() if random.random() < 0.4}
    fields: dict[str, dict[str, Any]] = {
        "primary_school": {"module_units": 40, "min_units": 80, "max_units": 240, "land_per_unit_central": 9.45},
        "kindergarten": {"per_1000": random.choice((0, 33.3)), "share_pct": 87.65},
        "hospital": {"min_units": 20, "max_units": 500},
        "affordable_housing": {"floor_per_unit": 20.35, "far": 2.7},
    }
    facilities: dict[str, Any] = {
        name: {"fields": {key: _dated(entry, "2016-10-01") for key, entry in entries.items()}}
        for name, entries in fields.items()
        if random.random() < 0.5
    }
    if random.random() < 0.5:
        land = [{"at_least": 0, "less_than": 3, "value": 800.5}, {"at_least": 3, "value": 750}]
        since = random.choice(("2017-05-01", "2019-01-01"))
        standard = {"per_1000": 0.7, "share_pct": 60, "land_per_unit": land, "land_per_unit_central": 333.3}
        facilities["clinic"] = {
            "title": {"zh": "诊所", "en": "Clinic"},
            "group": random.choice(GROUPS),
            "unit": {"zh": "处", "en": "clinics"},
            "fields": {key: _dated(entry, since) for key, entry in standard.items()},
        }
    content = {
        "id": file.stem,
        "title": {"zh": "随机", "en": "random"},
        "extends": extends,
        "documents": {"own": {"title": "随机", "number": "", "issued": "2016-09"}},
        "parameters": {
            name: {
                "title": {"zh": name, "en": name},
                "values": _dated(entry, random.choice(("2016-10-01", "2018-06-01"))),
            }
            for name, entry in kept.items()
        }
        | {
            name: {"title": {"zh": name, "en": name}, "values": _dated(entry, "2016-09-29")}
            for name, entry in always.items()
        },
        "facilities": facilities,
    }
    file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return file


def _dated(entry: Any, since: str) -> dict[str, Any]:
    value = {"steps": entry} if isinstance(entry, list) else entry if isinstance(entry, dict) else {"value": entry}
    return {since: {**value, "source": "own", "clause": "x", "confidence": "default"}}
