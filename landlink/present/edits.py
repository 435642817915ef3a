"""District facts as a planner edits them: persons and hectares, where a plan takes persons and m²."""

from collections.abc import Mapping

import pandas as pd

from landlink.city.edits import EDITABLE
from landlink.plan.plan import Plan
from landlink.schema import FACTS
from landlink.units import ha, ha_to_m2

EditedFacts = dict[str, dict[str, int]]


def editable(plan: Plan) -> pd.DataFrame:
    """Facts of a plan that can be edited: ``code`` and :data:`landlink.city.edits.EDITABLE`, areas in ha."""
    facts = plan.base.table
    return pd.DataFrame({"code": facts["code"], **{name: _shown(facts[name]) for name in EDITABLE}})


def edited_facts(
    edits: Mapping[str, Mapping[str, int]], facts: pd.DataFrame, changes: Mapping[int, Mapping[str, float | None]]
) -> EditedFacts:
    """Edited facts by district, after further changes; an emptied cell is the city's own value again.

    Parameters
    ----------
    edits
        Edited facts so far, by code: persons and m².
    facts
        Table of :func:`editable`.
    changes
        By row of the table: new values by column, persons and ha.

    Examples
    --------
    >>> facts = pd.DataFrame({"code": ["440111", "440112"]})
    >>> edited_facts({"440112": {"settled": 5}}, facts, {0: {"new_capacity_m2": 1.5}, 1: {"settled": None}})
    {'440112': {}, '440111': {'new_capacity_m2': 15000}}
    """
    edited: EditedFacts = {code: dict(values) for code, values in edits.items()}
    for row, cells in changes.items():
        district = edited.setdefault(str(facts["code"].iloc[int(row)]), {})
        for name, value in cells.items():
            if value is None:
                district.pop(name, None)
            else:
                district[name] = ha_to_m2(value) if _is_area(name) else int(value)
    return edited


def _shown(values: pd.Series) -> pd.Series:
    if not _is_area(str(values.name)):
        return values
    return values.map(lambda area: None if pd.isna(area) else float(ha(area)))


def _is_area(name: str) -> bool:
    return FACTS[name].unit == "m2"
