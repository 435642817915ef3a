"""Tables against their declared columns: every fault of every row at once, and values far off their neighbours'."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landlink.columns import Column, Table
from landlink.errors import DataError, Fault
from landlink.files.check import OUT_OF_SCALE, check

TABLE = Table(
    "people",
    (
        Column("code", "text", pattern=r"^\d{6}$"),
        Column("persons", "int", "person", 0, 1_000_000),
        Column("share", "float", "pct", above=0, required=False),
        Column("note", "text", required=False),
    ),
    ("code",),
    ("persons", ("note",)),
)


def faults(**cells: list[object]) -> list[Fault]:
    frame = pd.DataFrame(cells, index=range(2, 2 + len(next(iter(cells.values())))), dtype=object)
    with pytest.raises(DataError) as error:
        check(frame, TABLE, "people.csv")
    return list(error.value.faults)


def told(found: list[Fault]) -> list[tuple[int | None, str, str]]:
    return [(fault.row, fault.column, fault.id.removeprefix("table.")) for fault in found]


def test_every_fault_of_a_row_is_reported() -> None:
    assert told(faults(code=["440101", "44", " "], persons=["x", "-1", "1.5"], share=["0", "inf", ""])) == [
        (2, "persons", "cell_not_number"),
        (2, "share", "cell_not_above"),
        (3, "code", "cell_code"),
        (3, "persons", "cell_below"),
        (3, "share", "cell_not_number"),
        (4, "code", "cell_empty"),
        (4, "persons", "cell_not_whole"),
    ]


def test_columns_that_are_missing_or_unknown() -> None:
    assert told(faults(code=["440101"], people=["3"])) == [(None, "", "column_unknown"), (None, "", "column_missing")]


def test_a_key_may_stand_once() -> None:
    assert told(faults(code=["440101", "440102", "440101"], persons=["1", "2", "3"])) == [(4, "", "row_duplicate")]


def test_types_and_blanks() -> None:
    frame = pd.DataFrame({"code": ["440101", "440102"], "persons": [" 5", "7.0"], "share": ["", "2.5"]}, index=[2, 3])
    table = check(frame, TABLE, "people.csv")
    assert table["persons"].tolist() == [5, 7]
    assert [str(dtype) for dtype in table.dtypes[["persons", "share"]]] == ["int64", "float64"]
    assert np.isnan(table["share"].loc[2])
    assert table["note"].tolist() == ["", ""]


@pytest.mark.parametrize("cell", ["9223372036854775808", "1e400", "nan", "0x10", "1,000"])
def test_numbers_that_are_none_or_too_large(cell: str) -> None:
    assert {fault.id for fault in faults(code=["440101"], persons=[cell])} <= {
        "table.cell_above",
        "table.cell_not_number",
    }


def far_off(values: list[int]) -> set[int]:
    """Rows a hundred times off the median of the others above 0, each median worked out by itself."""
    rows = set()
    for row, value in enumerate(values):
        others = [other for index, other in enumerate(values) if index != row and other > 0]
        if value > 0 and others and not 1 / OUT_OF_SCALE < value / np.median(others) < OUT_OF_SCALE:
            rows.add(row)
    return rows


@given(st.lists(st.sampled_from([0, 1, 2, 3, 50, 99, 100, 101, 250, 9_999, 10_000, 123_456]), min_size=1, max_size=9))
def test_values_far_off_the_median_of_the_others_are_questioned(values: list[int]) -> None:
    codes = [f"44{row:04d}" for row in range(len(values))]
    frame = pd.DataFrame({"code": codes, "persons": [str(value) for value in values], "note": "a"})
    questions = check(frame, TABLE, "people.csv").attrs["questions"]
    assert {fault.row for fault in questions} == far_off(values)
    assert all(fault.question and fault.id == "table.cell_scale" for fault in questions)
