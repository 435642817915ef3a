"""Excel twins: the live formula of each computed column, which gives the plan's own integers from the inputs.

A twin is registered under the name that its column has in :data:`landlink.plan.formulas.FORMULAS`, or, of a district
fact, in its inputs. A column without a twin is written as the plan's value, and the workbook says so.
"""

from collections.abc import Callable
from dataclasses import dataclass

from landlink.annex.workbook.contents import Contents
from landlink.annex.workbook.formulas import blank_or, m2, quoted
from landlink.annex.workbook.layout import BALANCE, NEEDS, QUOTA, SOURCES, Column, Inputs, Layout, letter
from landlink.plan.formulas import FORMULAS
from landlink.present.labels import figure_label
from landlink.schema import FACTS, STOCK_SOURCES
from landlink.texts import Lang, listed, text

# What the solver decides or measures along roads; no formula can follow it.
SOLVED = frozenset(
    {
        *("sites.units", "sites.served", "sites.mean_m", "sites.instead_unserved", "sites.instead_m"),
        *("provision.persons", "provision.served_existing", "provision.served_new"),
    }
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet, and the cells that its formulas refer to.

    Parameters
    ----------
    contents
        What the sheet is written from.
    columns, number
        Columns of the sheet, and number of the row.
    code, facility, source, use_class
        District and, where the sheet has them, facility, source of land or class of use of the row.
    sites
        First and last row of the sites, for formulas that sum them.
    """

    contents: Contents
    columns: tuple[Column, ...]
    number: int
    code: str
    facility: str = ""
    source: str = ""
    use_class: str = ""
    sites: tuple[int, int] = (0, 0)

    @property
    def layout(self) -> Layout:
        """Rows and addresses of the figures."""
        return self.contents.layout

    @property
    def inputs(self) -> Inputs:
        """Cells of what can be changed."""
        return self.contents.inputs

    def __getitem__(self, name: str) -> str:
        """Cell of the same row."""
        return f"{letter(self.columns, name)}{self.number}"

    def entered(self, name: str) -> str:
        """Cell of the district in the first annex."""
        return self.layout.address("quota", letter(QUOTA, name), self.layout.quota_row(self.code))

    def calculated(self, name: str) -> str:
        """Cell of the district in the calculation."""
        return self.layout.address("calculation", letter(QUOTA, name), self.layout.quota_row(self.code))

    def balanced(self, name: str) -> str:
        """Cell of the district on the sheet of the balancing."""
        return self.layout.address("balance", letter(BALANCE, name), self.layout.balance_row(self.code))

    def needed(self, name: str) -> str:
        """Sum over the district's facilities in the second annex."""
        return self.layout.address("needs", letter(NEEDS, name), self.layout.needs_block(self.code)[1] + 1)

    def of_source(self, source: str, name: str) -> str:
        """Cell of a source of the district in the table of sources."""
        return self.layout.address("sources", letter(SOURCES, name), self.layout.sources_row(self.code, source))

    def of_stock(self, name: str) -> str:
        """Sum over the district's sources of stock land in the table of sources."""
        last = self.layout.sources_row(self.code, STOCK_SOURCES[-1])
        return f"SUM({self.of_source(STOCK_SOURCES[0], name)}:${letter(SOURCES, name)}${last})"

    def granted_to(self, facility: str) -> str:
        """Land granted to a facility of the district in the second annex."""
        return self.layout.address("needs", letter(NEEDS, "granted_m2"), self.layout.needs_row(self.code, facility))

    def minus(self, name: str, *, before: bool = False) -> str:
        """Term that takes off a column's sum over the district's sources of stock land, or those before the row."""
        first, last = (self.layout.sources_row(self.code, source) for source in (STOCK_SOURCES[0], STOCK_SOURCES[-1]))
        last = self.number - 1 if before else last
        column = letter(self.columns, name)
        return f"-SUM({column}{first}:{column}{last})" if last >= first else ""

    def standard(self, field: str, default: str) -> str:
        """Cell of a field of the facility's standard, or a default where the policy does not set it."""
        return self.inputs.number(f"facility.{self.facility}.{field}", default)

    @property
    def yes(self) -> str:
        """The word by which a cell says that a district lies in the central area."""
        return quoted(text("annex.print.yes", self.layout.lang))


Twin = Callable[[Row], str]
TWINS: dict[str, Twin] = {}


def formula(tables: tuple[str, ...], column: str, row: Row) -> str | None:
    """Formula of a column, which is of the first of some tables that has a twin of it; None where none has.

    Parameters
    ----------
    tables
        Such as ``quota``, or ``base`` for district facts.
    """
    made = next((TWINS[f"{table}.{column}"] for table in tables if f"{table}.{column}" in TWINS), None)
    if made is not None:
        return made(row)
    if "base" in tables and column in FACTS:
        return _fact(column, row)
    return None


def without_twin(table: str) -> list[str]:
    """Computed columns of a table that are written as values although a formula could follow the inputs."""
    names = [name for name, declared in FORMULAS.items() if name.startswith(f"{table}.") and declared.clause]
    return [name.partition(".")[2] for name in names if name not in TWINS and name not in SOLVED]


def value_notes(tables: tuple[str, ...], lang: Lang) -> list[str]:
    """Note that names the columns of tables that are written as values; none where there are none."""
    labels = [figure_label(name, lang) for table in tables for name in without_twin(table)]
    return [text("annex.note.values", lang, columns=listed(labels, lang))] if labels else []


def twin(name: str) -> Callable[[Twin], Twin]:
    """Register the twin of a column."""

    def register(made: Twin) -> Twin:
        TWINS[name] = made
        return made

    return register


def _fact(item: str, row: Row) -> str:
    """A district fact, which is entered in the first annex: areas in ha, blank where it is unknown."""
    cell, fact = row.layout.fact(item, row.code), FACTS[item]
    value = m2(cell) if fact.unit == "m2" else cell
    return value if fact.required else blank_or(cell, value)
