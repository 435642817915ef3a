"""Rows of the result tables as derivations read them: values, keys, and the nodes built of them so far."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from landlink.plan.derivation.node import Node

# Code, facility, source of land or class of use, and site of a row; empty where a table's rows have none.
Key = tuple[str, str, str]
# Condition (``new`` or ``stock`` land, or none that differs by row), prefix and name of an input.
Input = tuple[str, str, str]
# Where an input comes from.
Origin = tuple[str, ...]
ORIGIN = ("source", "date", "status", "confidence")
UNMEASURED = ("", "", "official", "")
NO_ORIGIN = ("", "", "estimated", "default")
# What a row of a table is known by; other tables have one row a district.
KEYS = {
    "needs": ("code", "facility"),
    "provision": ("code", "facility"),
    "sites": ("code", "facility", "site"),
    "sources": ("code", "land_source"),
    "uses": ("code", "use_class"),
}


@dataclass(frozen=True, slots=True)
class Head:
    """What all figures of a column have in common, in one language."""

    name: str
    label: str
    unit: str
    formula: str
    clause: str
    inputs: tuple[Input, ...]


class Rows:
    """Values of a table by row and column, and the nodes built of them so far."""

    def __init__(self, frame: pd.DataFrame, name: str) -> None:
        known = KEYS.get(name, ("code",))
        self.values: dict[str, list[Any]] = {
            column: [None if value is pd.NA else value for value in frame[column].to_numpy(object)] for column in frame
        }
        parts = [*(self.values[part] for part in known), *([[""] * len(frame)] * (3 - len(known)))]
        self.index: dict[Key, int] = {key: row for row, key in enumerate(zip(*parts, strict=True))}
        self.nodes: dict[str, list[Node | None]] = {column: [None] * len(frame) for column in frame}
        self.addends: dict[str, list[Node | None]] = {column: [None] * len(frame) for column in frame}


def parsed(name: str, table: str) -> Input:
    """Condition, prefix and name of an input of a column of a table; without a prefix it is of the table itself."""
    condition, _, name = name.rpartition(":")
    prefix, _, rest = name.partition(".")
    return (condition, prefix, rest) if rest else (condition, table, prefix)


def by_key(frame: pd.DataFrame, column: str) -> dict[tuple[str, str], Origin]:
    """Origin of each row, by its district and a column."""
    keys = zip(frame["code"].to_numpy(object), frame[column].to_numpy(object), strict=True)
    return dict(zip(keys, zip(*(frame[name].to_numpy(object) for name in ORIGIN), strict=True), strict=True))


def key_of(table: str, key: Key) -> Key:
    """Key with no more than what the rows of a table are known by."""
    count = len(KEYS.get(table, ("code",)))
    return (key[0], key[1] if count > 1 else "", key[2] if count > 2 else "")  # noqa: PLR2004
