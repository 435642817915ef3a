"""Declarations of tables and district facts: what :mod:`landlink.schema` states of each column, table and fact."""

from dataclasses import dataclass
from typing import Literal

# `names` is a tuple of names, which files hold as one text, see landlink.schema.LISTED.
Kind = Literal["text", "int", "float", "names"]
# How a fact's rows of a plan year are chosen: settlement of the chosen basis, each district's base pair, its latest row
# until the year before, rows of the plan year.
When = Literal["settlement", "base_pair", "latest", "plan_year"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its type, unit and the values it may hold, ``above`` being a bound that is itself left out."""

    name: str
    kind: Kind
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""
    values: tuple[str, ...] = ()
    required: bool = True
    above: float | None = None


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


@dataclass(frozen=True, slots=True)
class Fact:
    """A district fact of a plan year.

    Parameters
    ----------
    name, unit
        As plans hold it; areas in m².
    table, column
        Where a city states it, areas in ha.
    when
        Which of the table's rows hold for a plan year.
    required
        A plan needs it of every district; otherwise it is missing where it is unknown.
    editable
        The user may replace it for one plan.
    derived
        Computed from other facts where the table does not state it.
    rows
        Column and value of rows of the table that state it; other rows state other facts.
    """

    name: str
    unit: str
    table: str
    column: str
    when: When
    required: bool = True
    editable: bool = False
    derived: bool = False
    rows: tuple[tuple[str, str], ...] = ()
