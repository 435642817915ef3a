"""What each table must hold: columns, types, units and bounds, declared once for checks, labels and documents."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa

from landlink.errors import DataError, Fault

Kind = Literal["text", "int", "float"]
STATUSES = ("official", "estimated", "synthetic")
CONFIDENCES = ("seen", "known", "default")
CHANNELS = ("all", "talent", "points", "policy")
BASES = ("actual", "planned")
CODE = r"^\d{6}$"
DATE = r"^\d{4}(-\d{2}(-\d{2})?)?$"
# A value this many times its neighbours' median, or this part of it, looks like 万人 written as 人.
OUT_OF_SCALE = 100.0


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its type, unit and the values it may hold."""

    name: str
    kind: Kind
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""
    values: tuple[str, ...] = ()
    required: bool = True

    def pandera(self) -> pa.Column:
        """Return the column as pandera declares it."""
        checks = []
        if self.minimum is not None:
            checks.append(pa.Check.ge(self.minimum))
        if self.maximum is not None:
            checks.append(pa.Check.le(self.maximum))
        if self.pattern:
            checks.append(pa.Check.str_matches(self.pattern))
        if self.values:
            checks.append(pa.Check.isin(self.values))
        if self.kind == "float":
            checks.append(pa.Check(np.isfinite, name="finite"))
        dtype = {
            "text": str,
            "int": "int64" if self.required else "Int64",
            "float": "float64",
        }[self.kind]
        return pa.Column(dtype, checks, nullable=not self.required, coerce=self.kind != "text", required=self.required)


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns, the columns that identify a row, and the ones whose scale is questioned.

    Parameters
    ----------
    key
        Columns whose values together may stand only once.
    scaled
        Column that is compared with its neighbours, and the columns that make neighbours of rows.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    scaled: tuple[str, tuple[str, ...]] | None = None

    def __getitem__(self, name: str) -> Column:
        """Column of a name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> list[str]:
        """Names of the columns, in order."""
        return [column.name for column in self.columns]


_SOURCE = (
    Column("source", "text"),
    Column("date", "text", pattern=DATE),
    Column("status", "text", values=STATUSES),
    Column("confidence", "text", values=CONFIDENCES),
)
_CODE = Column("code", "text", pattern=CODE)
_YEAR = Column("year", "int", "year", 1949, 2100)

INPUTS: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "districts",
            (
                _CODE,
                Column("name", "text"),
                Column("name_en", "text"),
                Column("official_area_ha", "float", "ha", 0),
                *_SOURCE,
            ),
            ("code",),
        ),
        Table(
            "population",
            (
                _CODE,
                Column("kind", "text", values=("resident", "hukou", "hukou_average")),
                Column("series", "text"),
                Column("persons", "int", "person", 0),
                *_SOURCE,
            ),
            ("code", "date", "kind", "series"),
            ("persons", ("date", "kind", "series")),
        ),
        Table(
            "urban_share",
            (_CODE, _YEAR, Column("urban_share_pct", "float", "pct", 0, 100), *_SOURCE),
            ("code", "year"),
        ),
        Table(
            "settlement",
            (
                _CODE,
                _YEAR,
                Column("basis", "text", values=BASES),
                Column("channel", "text", values=CHANNELS),
                Column("persons", "int", "person", 0),
                Column("central_persons", "int", "person", 0, required=False),
                *_SOURCE,
            ),
            ("code", "year", "basis", "channel"),
            ("persons", ("year", "basis", "channel")),
        ),
        Table(
            "land",
            (_CODE, _YEAR, Column("urban_land_ha", "float", "ha", 0), *_SOURCE),
            ("code", "year"),
            ("urban_land_ha", ("year",)),
        ),
        Table(
            "capacity",
            (
                _CODE,
                _YEAR,
                Column("new_capacity_ha", "float", "ha", 0, required=False),
                Column("stock_available_ha", "float", "ha", 0, required=False),
                *_SOURCE,
            ),
            ("code", "year"),
        ),
        Table(
            "facility_surplus",
            (_CODE, Column("facility", "text"), Column("surplus_units", "int", "", 0), *_SOURCE),
            ("code", "facility"),
        ),
        Table(
            "city_series",
            (
                _YEAR,
                Column("indicator", "text"),
                Column("value", "float"),
                Column("unit", "text"),
                Column("source", "text"),
                Column("status", "text", values=STATUSES),
                Column("confidence", "text", values=CONFIDENCES),
            ),
            ("year", "indicator"),
        ),
        Table(
            "migration",
            (
                _CODE,
                _YEAR,
                Column("moved_in", "int", "person", 0),
                Column("moved_out", "int", "person", 0),
                *_SOURCE,
            ),
            ("code", "year"),
            ("moved_in", ("year",)),
        ),
        Table(
            "subdistricts",
            (
                Column("subdistrict", "text", pattern=r"^\d{9}$"),
                Column("name", "text"),
                _CODE,
                *_SOURCE,
            ),
            ("subdistrict",),
        ),
    )
}
REQUIRED_INPUTS = ("districts", "population", "urban_share", "settlement", "land")

_NAME = Column("district", "text")
_FACILITY = Column("facility", "text")


def _m2(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "int", "m2", 0) for name in names)


RESULTS: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "quota",
            (
                _CODE,
                _NAME,
                Column("settled", "int", "person", 0),
                Column("urban_residents", "int", "person", 0),
                *_m2("urban_land_m2"),
                Column("per_capita_stock_m2", "float", "m2/person", 0),
                Column("standard_m2", "float", "m2/person", 0),
                *_m2(
                    "entitlement_m2",
                    "stock_need_m2",
                    "stock_offset_m2",
                    "demand_m2",
                    "quota_m2",
                    "cut_m2",
                ),
                Column("cut_by", "text"),
            ),
            ("code",),
        ),
        Table(
            "needs",
            (
                _CODE,
                _NAME,
                _FACILITY,
                Column("persons", "int", "person", 0),
                Column("units", "int", "", 0),
                *_m2("land_m2", "granted_m2", "deficit_m2"),
            ),
            ("code", "facility"),
        ),
        Table(
            "ledger",
            (
                _CODE,
                _NAME,
                *_m2(
                    "quota_m2",
                    "stock_need_m2",
                    "stock_met_m2",
                    "budget_m2",
                    "need_m2",
                    "granted_m2",
                    "deficit_m2",
                    "unassigned_m2",
                ),
            ),
            ("code",),
        ),
    )
}


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
                typed[column.name] = pd.array(
                    [pd.NA] * len(typed), dtype="Int64" if column.kind == "int" else "Float64"
                )
        faults.extend(_out_of_scale(typed, table, file))
    if typed is None or any(not fault.question for fault in faults):
        raise DataError(faults)
    checked: pd.DataFrame = typed[table.names]
    checked.attrs["questions"] = faults
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
                faults.setdefault((fault.row, fault.column, fault.id if fault.row is None else ""), fault)
            rows = {failure.row for failure in failures if failure.row is not None}
            rest = rest.drop(index=list(rows))
            if not rows or rest.empty:
                return _sorted(faults.values()), None
        else:
            return _sorted(faults.values()), typed.copy()


def _sorted(faults: object) -> list[Fault]:
    return sorted(faults, key=lambda fault: (fault.row or 0, fault.column))  # type: ignore[call-overload, no-any-return]


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
    found = "" if cell is None or pd.isna(cell) else str(cell)
    values: dict[str, object] = {"value": found, "unit": column.unit}
    if found == "":
        kind = "cell_empty"
    elif column.values:
        kind, values["choices"] = "cell_choice", ", ".join(column.values)
    elif column.pattern:
        kind = "cell_code" if column.pattern == CODE else "cell_pattern"
        values["pattern"] = column.pattern
    elif not _is_number(found):
        kind = "cell_not_number"
    elif column.kind == "int" and float(found) != int(float(found)):
        kind = "cell_not_whole"
    elif failure.check.startswith("less_than"):
        kind, values["bound"] = "cell_above", column.maximum
    elif failure.check.startswith("greater_than"):
        kind, values["bound"] = "cell_below", column.minimum
    else:
        kind = "cell_not_number"
    return Fault(f"table.{kind}", values, file, row=row, column=column.name)


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


def check_layer(layer: gpd.GeoDataFrame, table: Table, file: str) -> gpd.GeoDataFrame:
    """Check a layer's attributes as :func:`check` does and its geometry for null, empty and invalid shapes.

    Returns
    -------
    The declared columns and the geometry, in the layer's own CRS.

    Raises
    ------
    DataError
        Everything that is wrong with the layer, at once; a row is a feature's number from 1.
    """
    attributes = pd.DataFrame(layer.drop(columns=layer.geometry.name)).map(
        lambda cell: "" if cell is None or pd.isna(cell) else str(cell)
    )
    attributes.index = pd.RangeIndex(1, len(layer) + 1)
    faults: list[Fault] = []
    checked = attributes
    try:
        checked = check(attributes, table, file)
    except DataError as error:
        faults.extend(error.faults)
    shapes = layer.geometry.set_axis(attributes.index)
    missing = attributes.index[shapes.isna() | shapes.is_empty]
    faults.extend(Fault("layer.geometry_missing", file=file, row=row) for row in missing)
    for row, reason in shapes[~shapes.isna()].is_valid_reason().items():
        if reason != "Valid Geometry":
            faults.append(Fault("layer.geometry_invalid", {"reason": reason}, file, row=int(str(row))))
    if any(not fault.question for fault in faults):
        raise DataError(faults)
    return gpd.GeoDataFrame(checked, geometry=shapes, crs=layer.crs)
