"""Edits of district facts for one plan: which values they change, checked as a table's cells are."""

from numbers import Integral, Real
from typing import Any

import pandas as pd

from landlink.columns import Fact
from landlink.errors import Fault, Faults
from landlink.schema import FACTS, INPUTS
from landlink.units import M2_PER_HA

# Facts that the user may replace for one plan.
EDITABLE = tuple(fact.name for fact in FACTS.values() if fact.editable)


def changes(edits: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Values that edits change; one that is equal to the fact's own is no change.

    Parameters
    ----------
    edits
        ``code`` and any of :data:`EDITABLE` (persons, m²); a missing cell changes nothing.
    facts
        ``code`` and the facts that may be edited, one row a district.

    Returns
    -------
    ``code``, ``item``, ``value``: one row a change, in the order of the edits.

    Raises
    ------
    DataError
        No column ``code``, an unknown district, or a value that is no whole number within its bounds.

    Examples
    --------
    >>> facts = pd.DataFrame({"code": ["440111", "440112"], "settled": [7, 8]})
    >>> edits = pd.DataFrame({"code": ["440111", "440112"], "settled": [7, 9]})
    >>> changes(edits, facts).values.tolist()
    [['440112', 'settled', 9]]
    """
    faults = Faults()
    if "code" not in edits:
        faults.add(Fault("table.column_missing", {"name": "code", "have": ", ".join(map(str, edits.columns))}))
        faults.raise_if_any()
    items = [item for item in EDITABLE if item in edits and item in facts]
    current = {item: dict(zip(facts["code"], facts[item], strict=True)) for item in items}
    known = set(facts["code"])
    changed: dict[tuple[str, str], int] = {}
    for edit in edits.to_dict("records"):
        code = str(edit["code"])
        if code not in known:
            faults.add(Fault("table.district_unknown", {"code": code, "boundaries": "districts"}, column="code"))
            continue
        for item in items:
            if pd.isna(edit[item]):
                continue
            fault = _fault(edit[item], FACTS[item], code)
            if fault is not None:
                faults.add(fault)
            elif pd.isna(current[item][code]) or int(current[item][code]) != int(edit[item]):
                changed.pop((code, item), None)
                changed[code, item] = current[item][code] = int(edit[item])
    faults.raise_if_any()
    rows = [(code, item, value) for (code, item), value in changed.items()]
    return pd.DataFrame(rows, columns=["code", "item", "value"])


def most(fact: Fact) -> int:
    """Most that a fact may be, in its own unit (persons, m²)."""
    column = INPUTS[fact.table][fact.column]
    if column.maximum is None:
        raise TypeError(f"{fact.table}.{fact.column} has no maximum")
    return int(column.maximum) * (M2_PER_HA if column.unit == "ha" else 1)


def _fault(value: Any, fact: Fact, code: str) -> Fault | None:
    """Fault of an edit that is no whole number of 0 or more, or more than the fact may be."""
    column = f"{fact.name} ({code})"
    if not _is_whole(value):
        return Fault("table.cell_not_whole", {"value": value, "unit": fact.unit}, column=column)
    if value > most(fact):
        return Fault("table.cell_above", {"value": value, "unit": fact.unit, "bound": most(fact)}, column=column)
    return None


def _is_whole(value: Any) -> bool:
    """True if a cell is a whole number of 0 or more."""
    if isinstance(value, bool) or not isinstance(value, Real) or value < 0:
        return False
    return isinstance(value, Integral) or float(value).is_integer()
