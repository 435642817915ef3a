"""Checking tables and layers against their declared columns; all faults are reported at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from landlink.columns import Column, Table
from landlink.errors import DataError, Fault
from landlink.schema import CODE

# A value this many times its neighbours' median, or this part of it, looks like 万人 written as 人.
OUT_OF_SCALE = 100.0
# Largest whole number of a table: what 64 bits hold.
MOST_WHOLE = 2**63 - 1


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What is wrong with a cell: the end of the fault's id, and what was expected."""

    kind: str
    values: Mapping[str, object] = field(default_factory=dict)


def check(frame: pd.DataFrame, table: Table, file: str) -> pd.DataFrame:
    """Check a table of text cells and return it with the declared types.

    Parameters
    ----------
    frame
        Cells as text as they stand in the file, indexed by line of the file (the header being line 1).
    table
        What the table must hold.
    file
        Name of the file, for the faults.

    Returns
    -------
    The declared columns in the declared order; whole numbers as int64 (Int64 where a cell may be empty).

    Raises
    ------
    DataError
        Everything that is wrong with the table, at once.

    Examples
    --------
    >>> from landlink.schema import INPUTS
    >>> cells = pd.DataFrame({"factor": ["slope"], "other": ["metro"], "ratio": ["3"]}, index=[2])
    >>> check(cells, INPUTS["comparisons"], "comparisons.csv")["ratio"].tolist()
    [3.0]
    """
    faults = _column_faults(frame, table, file)
    typed: dict[str, pd.Series[Any]] = {}
    for column in table.columns:
        if column.name not in frame:
            typed[column.name] = pd.Series(_blank(column, len(frame)), index=frame.index)
            continue
        typed[column.name], wrong = _typed(frame[column.name], column)
        for row, cell, problem in wrong:
            values = {"value": cell, "unit": column.unit, **problem.values}
            faults.append(Fault(f"table.cell_{problem.kind}", values, file, row=row, column=column.name))
    checked = pd.DataFrame(typed, index=frame.index, columns=table.names)
    faults.extend(_duplicates(frame, checked, table, file))
    if not faults:
        faults = _out_of_scale(checked, table, file)
        checked.attrs["questions"] = [*frame.attrs.get("questions", ()), *faults]
        return checked
    faults.sort(key=lambda fault: (fault.row or 0, fault.column))
    if all(fault.row is not None for fault in faults):
        sound = checked.drop(index=[fault.row for fault in faults])
        faults.extend(_out_of_scale(sound, table, file))
    raise DataError(faults)


def _column_faults(frame: pd.DataFrame, table: Table, file: str) -> list[Fault]:
    """Faults of columns that are missing, and of those that the table does not have."""
    present, declared = ", ".join(map(str, frame.columns)), ", ".join(table.names)
    unknown = [name for name in frame.columns if name not in table.names]
    missing = [column.name for column in table.columns if column.required and column.name not in frame]
    return [
        *(Fault("table.column_unknown", {"name": name, "wanted": declared}, file) for name in unknown),
        *(Fault("table.column_missing", {"name": name, "have": present}, file) for name in missing),
    ]


def _dtype(column: Column) -> str:
    if column.kind == "int":
        return "int64" if column.required else "Int64"
    return "float64" if column.kind == "float" else "object"


def _blank(column: Column, count: int) -> Any:
    """Values of a column that the file does not have."""
    value, dtype = {"text": ("", "object"), "int": (pd.NA, "Int64"), "float": (pd.NA, "Float64")}[column.kind]
    return pd.array([value] * count, dtype=dtype)


def _typed(cells: "pd.Series[Any]", column: Column) -> "tuple[pd.Series[Any], list[tuple[int, str, _Wrong]]]":
    """Cells in the declared type, and those that are wrong: row, cell and problem; equal cells are read once."""
    lines = cells.index.tolist()
    index, known = cells.factorize()
    read = [_read(cell, column) for cell in known]
    missing = _Wrong("empty") if column.required else None
    problems: list[_Wrong | None] = [problem for _, problem in read] + [missing]
    wrong = [
        (lines[row], "" if index[row] < 0 else str(known[index[row]]).strip(), problem)
        for row in np.flatnonzero(np.array([problem is not None for problem in problems])[index])
        if (problem := problems[index[row]]) is not None
    ]
    if column.kind == "text":
        return cells, wrong
    values = np.array([*(value for value, _ in read), None], dtype=object)[index]
    if wrong:
        return pd.Series(np.where(pd.isna(values), cells.to_numpy(object), values), index=cells.index), wrong
    return pd.Series(values, index=cells.index, dtype=object).astype(_dtype(column)), wrong


def _read(cell: Any, column: Column) -> tuple[Any, _Wrong | None]:
    """Value of a cell, and what is wrong with it."""
    text = str(cell)
    if column.kind == "text":
        return cell, _wrong_text(text, column)
    text = text.strip()
    if not text:
        return None, _Wrong("empty") if column.required else None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None, _Wrong("not_number")
    if not number.is_finite() or not np.isfinite(float(number)):
        return None, _Wrong("not_number")
    if column.kind == "int" and number != number.to_integral_value():
        return None, _Wrong("not_whole")
    return int(number) if column.kind == "int" else float(text), _out_of_bounds(number, column)


def _wrong_text(text: str, column: Column) -> _Wrong | None:
    if not text.strip():
        return _Wrong("empty") if column.required else None
    if column.values and text not in column.values:
        return _Wrong("choice", {"choices": ", ".join(column.values)})
    if column.pattern and not re.match(column.pattern, text):
        return _Wrong("code" if column.pattern == CODE else "pattern", {"pattern": column.pattern})
    return None


def _out_of_bounds(number: Decimal, column: Column) -> _Wrong | None:
    value = float(number)
    if column.above is not None and value <= column.above:
        return _Wrong("not_above", {"bound": f"{column.above:g}"})
    if column.minimum is not None and value < column.minimum:
        return _Wrong("below", {"bound": column.minimum})
    if column.maximum is not None and value > column.maximum:
        return _Wrong("above", {"bound": column.maximum})
    if column.kind == "int" and abs(number) > MOST_WHOLE:
        return _Wrong("above", {"bound": MOST_WHOLE})
    return None


def _duplicates(frame: pd.DataFrame, checked: pd.DataFrame, table: Table, file: str) -> list[Fault]:
    """Faults of rows whose key stands in a row above."""
    key = [name for name in table.key if name in frame or table[name].required]
    if not key or not set(key) <= set(frame.columns):
        return []
    repeated = checked.index[checked.duplicated(key)].tolist()
    faults = []
    for row, cells in zip(repeated, frame.loc[repeated, key].astype(object).to_numpy(), strict=True):
        shown = ", ".join(f"{name}={str(cell).strip()}" for name, cell in zip(key, cells, strict=True))
        values = {"key": shown, "columns": ", ".join(key)}
        faults.append(Fault("table.row_duplicate", values, file, row=row))
    return faults


def _out_of_scale(frame: pd.DataFrame, table: Table, file: str) -> list[Fault]:
    """Question values far off the median of their neighbours, as when 万人 stand among 人."""
    if table.scaled is None:
        return []
    name, neighbours = table.scaled
    faults = []
    for _, group in frame.groupby(list(neighbours), sort=False):
        lines, values = group.index.tolist(), group[name].to_numpy("float64")
        median = _median_of_others(values)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = values / median
        far_off = (values > 0) & np.isfinite(median) & ~((ratio > 1 / OUT_OF_SCALE) & (ratio < OUT_OF_SCALE))
        for index in np.flatnonzero(far_off):
            questioned = {"value": group[name].iloc[index], "median": f"{median[index]:.0f}", "unit": table[name].unit}
            fault = Fault("table.cell_scale", questioned, file, row=lines[index], column=name, question=True)
            faults.append(fault)
    return faults


def _median_of_others(values: "npt.NDArray[np.float64]") -> "npt.NDArray[np.float64]":
    """For each value above 0 the median of the others above 0; NaN for other values, and where there are no others.

    Examples
    --------
    >>> _median_of_others(np.array([1.0, 0.0, 2.0, 4.0, 8.0]))
    array([ 4., nan,  4.,  2.,  2.])
    """
    medians = np.full(len(values), np.nan)
    positive = np.flatnonzero(values > 0)
    if len(positive) > 1:
        order = positive[np.argsort(values[positive], kind="stable")]
        ranked, rank = values[order], np.arange(len(order))
        # Without the value at a rank, the others at and behind it move up by one.
        middle = [(len(order) - 2) // 2, (len(order) - 1) // 2]
        low, high = (ranked[number + (number >= rank)] for number in middle)
        medians[order] = (low + high) / 2
    return medians


def check_layer(layer: gpd.GeoDataFrame, table: Table, file: str, *, polygons: bool = True) -> gpd.GeoDataFrame:
    """Check a layer's attributes as :func:`check` does and its geometry for null, empty, invalid and other shapes.

    Parameters
    ----------
    polygons
        Only polygons are wanted.

    Returns
    -------
    The declared columns and the geometry, in the layer's own CRS.

    Raises
    ------
    DataError
        Everything that is wrong with the layer, at once; a row is a feature's number from 1.
    """
    attributes = pd.DataFrame(layer.drop(columns=layer.geometry.name)).apply(_texts)
    attributes.index = pd.RangeIndex(1, len(layer) + 1)
    faults: list[Fault] = []
    checked = attributes
    try:
        checked = check(attributes, table, file)
    except DataError as error:
        faults.extend(error.faults)
    faults.extend(geometry_faults(layer, file, polygons=polygons))
    if any(not fault.question for fault in faults):
        raise DataError(faults)
    return gpd.GeoDataFrame(checked, geometry=layer.geometry.set_axis(attributes.index), crs=layer.crs)


def _texts(column: "pd.Series[Any]") -> "pd.Series[str]":
    """Cells as text: equal ones are written once, a missing one is empty, a whole number has no point."""
    index, known = column.factorize()
    texts = np.array([*(f"{cell:.15g}" if isinstance(cell, float) else str(cell) for cell in known), ""], dtype=object)
    return pd.Series(texts[index], index=column.index)


def geometry_faults(layer: gpd.GeoDataFrame, file: str, *, polygons: bool = True) -> list[Fault]:
    """Faults of a layer's geometry: null, empty and invalid shapes, and others than polygons where these are wanted.

    A row is a feature's number from 1.
    """
    shapes = layer.geometry.set_axis(pd.RangeIndex(1, len(layer) + 1))
    missing = shapes.index[shapes.isna() | shapes.is_empty]
    faults = [Fault("layer.geometry_missing", file=file, row=row) for row in missing]
    present = shapes.drop(index=missing)
    kinds = present.geom_type if polygons else present.geom_type.iloc[:0]
    others = kinds[~kinds.isin(("Polygon", "MultiPolygon"))]
    for row, kind in zip(others.index.tolist(), others, strict=True):
        faults.append(Fault("layer.geometry_kind", {"kind": kind}, file, row=row))
    reasons = present.is_valid_reason()
    for row, reason in zip(reasons.index.tolist(), reasons, strict=True):
        if reason != "Valid Geometry":
            faults.append(Fault("layer.geometry_invalid", {"reason": reason}, file, row=row))
    return faults
