"""Checking tables and layers against what is declared of them; every fault is found and told at once."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa

from landlink.errors import DataError, Fault
from landlink.schema import CODE, Column, Table

# A value this many times its neighbours' median, or this part of it, looks like 万人 written as 人.
OUT_OF_SCALE = 100.0


class _Failure(NamedTuple):
    column: str
    check: str
    value: str
    row: object


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
    """
    optional = [column for column in table.columns if not column.required]
    frame = frame.copy()
    for column in table.columns:
        if column.name in frame and column.kind != "text":
            cells = frame[column.name].map(lambda cell: cell.strip() if isinstance(cell, str) else cell)
            frame[column.name] = cells.mask(cells == "") if not column.required else cells
    faults, typed = _collect(frame, table, file)
    if typed is not None:
        for column in optional:
            if column.name not in typed:
                blank = {"text": ("", "object"), "int": (pd.NA, "Int64"), "float": (pd.NA, "Float64")}[column.kind]
                typed[column.name] = pd.array([blank[0]] * len(typed), dtype=blank[1])
        faults.extend(_out_of_scale(typed, table, file))
    if typed is None or any(not fault.question for fault in faults):
        raise DataError(faults)
    checked: pd.DataFrame = typed[table.names]
    checked.attrs["questions"] = [*frame.attrs.get("questions", ()), *faults]
    return checked


def _collect(frame: pd.DataFrame, table: Table, file: str) -> tuple[list[Fault], pd.DataFrame | None]:
    """Validate again and again without the rows at fault, until what is left is faultless or nothing is left."""
    schema = pa.DataFrameSchema(
        {column.name: column.pandera() for column in table.columns},
        strict=True,
        unique=list(table.key) or None,
        report_duplicates="exclude_first",
    )
    faults: dict[tuple[object, ...], Fault] = {}
    rest = frame
    while True:
        try:
            typed: pd.DataFrame = schema.validate(rest, lazy=True)
        except pa.errors.SchemaErrors as error:
            failures = list(_failures(error))
            for failure in failures:
                fault = _fault(failure, table, frame, file)
                place = (fault.row, fault.column, "" if fault.row else str(fault.values))
                faults.setdefault(place, fault)
            rows = {failure.row for failure in failures if failure.row is not None}
            rest = rest.drop(index=list(rows))
            if not rows or rest.empty:
                return _sorted(faults.values()), None
        else:
            return _sorted(faults.values()), typed.copy()


def _sorted(faults: Iterable[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: (fault.row or 0, fault.column))


def _failures(error: pa.errors.SchemaErrors) -> Iterator[_Failure]:
    cases = error.failure_cases
    for case in cases.itertuples(index=False):
        if str(case.failure_case).startswith("TypeError("):
            continue  # a bound could not be compared because another cell is not a number: the next round sees it
        row = None if pd.isna(case.index) else case.index
        column = "" if pd.isna(case.column) else str(case.column)
        yield _Failure(column, str(case.check), str(case.failure_case), row)


def _fault(failure: _Failure, table: Table, frame: pd.DataFrame, file: str) -> Fault:
    if failure.check == "column_in_dataframe":
        have = ", ".join(map(str, frame.columns))
        return Fault("table.column_missing", {"name": failure.value, "have": have}, file)
    if failure.check == "column_in_schema":
        wanted = ", ".join(table.names)
        return Fault("table.column_unknown", {"name": failure.value, "wanted": wanted}, file)
    row = int(str(failure.row))
    if failure.check == "multiple_fields_uniqueness":
        key = ", ".join(f"{name}={frame.loc[row, name]}" for name in table.key)
        columns = ", ".join(table.key)
        return Fault("table.row_duplicate", {"key": key, "columns": columns}, file, row=row)
    column = table[failure.column]
    cell = frame.loc[row, column.name]
    found = "" if cell is None or pd.isna(cell) else str(cell).strip()
    kind, more = _wrong(found, column, failure.check)
    values = {"value": found, "unit": column.unit, **more}
    return Fault(f"table.cell_{kind}", values, file, row=row, column=column.name)


def _wrong(found: str, column: Column, failed: str) -> tuple[str, dict[str, object]]:
    """What is wrong with a cell, and what was expected."""
    if found == "":
        return "empty", {}
    if column.values:
        return "choice", {"choices": ", ".join(column.values)}
    if column.pattern:
        return ("code" if column.pattern == CODE else "pattern"), {"pattern": column.pattern}
    return _wrong_number(found, column, failed)


def _wrong_number(found: str, column: Column, failed: str) -> tuple[str, dict[str, object]]:
    if not _is_number(found):
        return "not_number", {}
    if column.kind == "int" and not float(found).is_integer():
        return "not_whole", {}
    if column.above is not None and float(found) <= column.above:
        return "not_above", {"bound": f"{column.above:g}"}
    if failed.startswith("greater_than"):
        return "below", {"bound": column.minimum}
    return "above", {"bound": column.maximum if failed.startswith("less_than") else np.iinfo("int64").max}


def _is_number(cell: str) -> bool:
    try:
        return bool(np.isfinite(float(cell)))
    except ValueError:
        return False


def _out_of_scale(frame: pd.DataFrame, table: Table, file: str) -> list[Fault]:
    """Question values far off the median of their neighbours, as when 万人 stand among 人."""
    if table.scaled is None:
        return []
    name, neighbours = table.scaled
    faults = []
    for _, group in frame.groupby(list(neighbours), sort=False):
        values = group[name].astype("float64")
        for row, value in values[values > 0].items():
            others = values.drop(index=row)
            median = others[others > 0].median()
            if np.isfinite(median) and not 1 / OUT_OF_SCALE < value / median < OUT_OF_SCALE:
                found = {"value": group.loc[row, name], "median": f"{median:.0f}", "unit": table[name].unit}
                faults.append(Fault("table.cell_scale", found, file, row=int(str(row)), column=name, question=True))
    return faults


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
    places, known = column.factorize()
    texts = np.array([*(f"{cell:.15g}" if isinstance(cell, float) else str(cell) for cell in known), ""], dtype=object)
    return pd.Series(texts[places], index=column.index)


def geometry_faults(layer: gpd.GeoDataFrame, file: str, *, polygons: bool = True) -> list[Fault]:
    """Faults of a layer's geometry: null, empty and invalid shapes, and others than polygons where these are wanted.

    A row is a feature's number from 1.
    """
    shapes = layer.geometry.set_axis(pd.RangeIndex(1, len(layer) + 1))
    missing = shapes.index[shapes.isna() | shapes.is_empty]
    faults = [Fault("layer.geometry_missing", file=file, row=row) for row in missing]
    present = shapes.drop(index=missing)
    kinds = present.geom_type if polygons else present.geom_type.iloc[:0]
    for row, kind in kinds[~kinds.isin(("Polygon", "MultiPolygon"))].items():
        faults.append(Fault("layer.geometry_kind", {"kind": kind}, file, row=int(str(row))))
    for row, reason in present.is_valid_reason().items():
        if reason != "Valid Geometry":
            faults.append(Fault("layer.geometry_invalid", {"reason": reason}, file, row=int(str(row))))
    return faults
