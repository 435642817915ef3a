"""Where each figure stands in the workbook: sheets, columns and rows, known before a cell is written.

The sheets of results have the columns that :data:`landlink.schema.RESULTS` declares. What is said here of some of them
is how wide they are and what stands between them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from openpyxl.utils import get_column_letter

from landlink.annex.workbook.formulas import StepCells
from landlink.plan.plan import Plan
from landlink.schema import FACTS, RESULTS, STOCK_FACTS, STOCK_SOURCES, USABLE_SOURCES, available
from landlink.texts import Lang, text

Kind = Literal["label", "input", "calc"]
# Width in characters of a result column that nothing else is said of.
_WIDTH = 11.0


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet: what it holds, in which unit, its width in characters, and the group of its heading."""

    name: str
    kind: Kind
    unit: str
    width: float
    group: str = ""


def _columns(
    known: Mapping[str, tuple[float, str]],
    declared: Iterable[Iterable[str]],
    tables: Iterable[str],
    *,
    inputs: Iterable[str] = (),
    labels: Iterable[str] = (),
    units: Mapping[str, str] | None = None,
) -> tuple[Column, ...]:
    """Columns of a sheet.

    Parameters
    ----------
    known
        Width and heading's group of the columns in order.
    declared
        Names in the order of their declarations: one that is not known stands behind the one declared before it.
    tables
        Result tables that the columns are of.
    inputs, labels
        Columns to be entered, and those that are neither entered nor computed.
    units
        Units of columns that are in none of the tables.
    """
    names = list(known)
    sizes = dict(known)
    for order in declared:
        for before, name in pairwise(order):
            if name not in sizes:
                names.insert(names.index(before) + 1, name)
                sizes[name] = (_WIDTH, sizes[before][1])
    units = dict(units or {}) | {column.name: column.unit for table in tables for column in RESULTS[table].columns}
    kinds: dict[str, Kind] = {**dict.fromkeys(labels, "label"), **dict.fromkeys(inputs, "input")}
    return tuple(Column(name, kinds.get(name, "calc"), units.get(name, ""), *sizes[name]) for name in names)


def _plain(widths: Mapping[str, float]) -> dict[str, tuple[float, str]]:
    """Widths of columns whose headings have no groups."""
    return {name: (width, "") for name, width in widths.items()}


# Facts that are entered in the first annex; those of stock land are in the table of sources.
QUOTA_FACTS = tuple(name for name in FACTS if name not in STOCK_FACTS)
# One row a district: the first annex in ha, and in the same columns the calculation in m².
QUOTA = _columns(
    {
        "code": (8, "district"),
        "district": (10, "district"),
        "central": (8, "facts"),
        "settled": (9, "facts"),
        "central_settled": (9, "facts"),
        "residents": (11, "facts"),
        "urban_share_pct": (8, "facts"),
        "urban_residents": (11, "linkage"),
        "urban_land_m2": (14.5, "linkage"),
        "per_capita_stock_m2": (9.5, "linkage"),
        "standard_m2": (10.5, "linkage"),
        "entitlement_m2": (11, "linkage"),
        "stock_need_m2": (10, "stock"),
        "stock_offset_m2": (10, "stock"),
        "demand_m2": (10, "stock"),
        "new_capacity_m2": (10, "balance"),
        "quota_m2": (10, "balance"),
        "cut_m2": (9, "balance"),
        "cut_by": (10, "balance"),
        "supply_m2": (10, "balance"),
        "stock_met_m2": (10, "ledger"),
        "stock_short_m2": (9, "ledger"),
        "stock_unverified_m2": (10, "ledger"),
        "budget_m2": (10, "ledger"),
        "need_m2": (10, "ledger"),
        "granted_m2": (10, "ledger"),
        "deficit_m2": (9, "ledger"),
        "other_m2": (11, "ledger"),
    },
    (QUOTA_FACTS, RESULTS["quota"].names, RESULTS["ledger"].names),
    ("quota", "ledger"),
    inputs=QUOTA_FACTS,
    labels=("code", "district", "central"),
    units={fact.name: fact.unit for fact in FACTS.values()},
)
# One row a district and facility.
NEEDS = _columns(
    _plain(
        {
            "district": 12,
            "facility": 21,
            "persons": 11,
            "surplus_units": 9,
            "units": 11,
            "unit": 19,
            "land_per_unit": 11,
            "land_ha": 13,
            "granted_ha": 13,
            "unverified_ha": 12,
            "deficit_ha": 13,
            "land_m2": 13,
            "granted_m2": 13,
            "unverified_m2": 12,
            "deficit_m2": 13,
        }
    ),
    ([name for name in RESULTS["needs"].names if name != "code"],),
    ("needs",),
    inputs=("surplus_units",),
    labels=("district", "facility", "unit"),
    units={"land_per_unit": "m2/unit", **dict.fromkeys(("land_ha", "granted_ha", "unverified_ha", "deficit_ha"), "ha")},
)
# One row a district and source of land: stock land that is stated, and the share of measured land that can be had, are
# entered.
SOURCES = _columns(
    _plain(
        {
            "code": 8,
            "district": 10,
            "land_source": 11,
            "measured_m2": 13,
            "synthetic_m2": 13,
            "complete": 8,
            "release_share": 9,
            "stated_ha": 12,
            "known_by": 14,
            "available_m2": 13,
            "most_m2": 13,
            "need_ha": 12,
            "met_ha": 12,
            "short_ha": 12,
            "unverified_ha": 12,
            "need_m2": 12,
            "met_m2": 12,
            "short_m2": 12,
            "unverified_m2": 12,
        }
    ),
    (RESULTS["sources"].names,),
    ("sources",),
    inputs=("release_share", "stated_ha"),
    labels=("code", "district", "land_source", "measured_m2", "synthetic_m2", "complete"),
    units={"stated_ha": "ha", **dict.fromkeys(("need_ha", "met_ha", "short_ha", "unverified_ha"), "ha")},
)
# One row a district and class of use.
USES = _columns(
    _plain(
        {
            "code": 8,
            "district": 10,
            "use_class": 22,
            "share_pct": 11,
            "target_ha": 12,
            "livelihood_ha": 12,
            "other_ha": 12,
            "target_m2": 12,
            "livelihood_m2": 12,
            "other_m2": 12,
        }
    ),
    (RESULTS["uses"].names,),
    ("uses",),
    labels=("code", "district", "use_class", "share_pct"),
    units=dict.fromkeys(("target_ha", "livelihood_ha", "other_ha"), "ha"),
)
# One row a site; the status of its data stands in a note.
SITES = _columns(
    _plain(
        {
            "site": 7,
            "district": 9,
            "facility": 17,
            "parcel": 14,
            "units": 8,
            "unit": 12,
            "capacity_persons": 11,
            "served": 10,
            "mean_m": 9,
            "site_ha": 10,
            "site_m2": 11,
            "land_source": 11,
            "score": 8,
            "instead": 14,
            "instead_unserved": 12,
            "instead_m": 12,
        }
    ),
    ([name for name in RESULTS["sites"].names if name not in ("code", "status")],),
    ("sites",),
    units={"site_ha": "ha"},
)
# One row a district and facility, below the sites.
PROVISION = _columns(
    _plain(
        {
            "code": 7,
            "district": 9,
            "facility": 17,
            "persons": 14,
            "served_existing": 8,
            "served_new": 12,
            "unserved": 11,
            "granted_m2": 10,
            "sited_m2": 9,
            "unsited_m2": 10,
            "unsited_by": 11,
        }
    ),
    (RESULTS["provision"].names,),
    ("provision",),
)
# One row a district, above the rows of the bisection.
BALANCE = (
    Column("code", "label", "", 9),
    Column("district", "label", "", 16),
    Column("demand_m2", "calc", "m2", 16),
    Column("upper", "calc", "m2", 16),
    Column("weight", "calc", "", 13),
    Column("floor", "calc", "m2", 12),
    Column("lowest", "calc", "m2", 12),
    Column("highest", "calc", "m2", 13),
    Column("claim", "calc", "", 19),
    Column("base", "calc", "m2", 13),
    Column("next", "calc", "m2", 13),
    Column("open", "calc", "", 7),
    Column("quotient", "calc", "", 13),
    Column("rank", "calc", "", 7),
    Column("quota_m2", "calc", "m2", 13),
    Column("in_plan", "label", "m2", 13),
)
# First and last row of each table's headings.
QUOTA_HEAD = (3, 5)
NEEDS_HEAD = (3, 4)
SOURCES_HEAD = (3, 4)
USES_HEAD = (3, 4)
BALANCE_HEAD = (10, 11)
# First row below them.
QUOTA_FIRST = QUOTA_HEAD[1] + 1
NEEDS_FIRST = NEEDS_HEAD[1] + 1
SOURCES_FIRST = SOURCES_HEAD[1] + 1
USES_FIRST = USES_HEAD[1] + 1
BALANCE_FIRST = BALANCE_HEAD[1] + 1


@dataclass(frozen=True, slots=True)
class Layout:
    """Rows and addresses of one plan's figures.

    Parameters
    ----------
    codes, facilities
        Districts and facilities in the order of their rows.
    lang
        Language of the sheets' names.
    classes
        Classes of use in the order of their rows; none where the city gives no shares.
    """

    codes: tuple[str, ...]
    facilities: tuple[str, ...]
    lang: Lang
    classes: tuple[str, ...] = ()

    @classmethod
    def of(cls, plan: Plan, lang: Lang) -> "Layout":
        """Layout of a plan's workbook."""
        facilities = tuple(facility.id for facility in plan.facilities)
        return cls(tuple(plan.quota["code"]), facilities, lang, tuple(dict.fromkeys(plan.uses["use_class"])))

    def sheet(self, name: str) -> str:
        """Name of a sheet as its tab shows it."""
        return text(f"annex.sheet.{name}", self.lang)

    def address(self, sheet: str, column: str, row: int) -> str:
        """Address of a cell as another sheet's formula gives it."""
        return f"'{self.sheet(sheet)}'!${column}${row}"

    def quota_row(self, code: str) -> int:
        """Row of a district in the first annex and in its calculation."""
        return QUOTA_FIRST + self.codes.index(code)

    @property
    def quota_rows(self) -> tuple[int, int]:
        """First and last district's row in the first annex and in its calculation."""
        return QUOTA_FIRST, QUOTA_FIRST + len(self.codes) - 1

    def needs_row(self, code: str, facility: str) -> int:
        """Row of a district's facility in the second annex."""
        return self.needs_block(code)[0] + self.facilities.index(facility)

    def needs_block(self, code: str) -> tuple[int, int]:
        """First and last facility's row of a district; its subtotal stands below."""
        first = NEEDS_FIRST + self.codes.index(code) * (len(self.facilities) + 1)
        return first, first + len(self.facilities) - 1

    def sources_row(self, code: str, source: str) -> int:
        """Row of a district's source of land in the table of sources."""
        return SOURCES_FIRST + self.codes.index(code) * len(USABLE_SOURCES) + USABLE_SOURCES.index(source)

    def uses_row(self, code: str, use: str) -> int:
        """Row of a district's class in the table of land by class of use."""
        return USES_FIRST + self.codes.index(code) * len(self.classes) + self.classes.index(use)

    def fact(self, item: str, code: str) -> str:
        """Address of the cell where a district fact is entered."""
        if item not in STOCK_FACTS:
            return self.address("quota", letter(QUOTA, item), self.quota_row(code))
        source = next(name for name in STOCK_SOURCES if item.startswith(f"{name}_"))
        column = letter(SOURCES, "stated_ha" if item == available(source) else "release_share")
        return self.address("sources", column, self.sources_row(code, source))

    def balance_row(self, code: str) -> int:
        """Row of a district on the sheet of the balancing."""
        return BALANCE_FIRST + self.codes.index(code)

    @property
    def balance_rows(self) -> tuple[int, int]:
        """First and last district's row on the sheet of the balancing."""
        return BALANCE_FIRST, BALANCE_FIRST + len(self.codes) - 1


@dataclass(slots=True)
class Inputs:
    """Cells of what can be changed.

    Parameters
    ----------
    values
        Cell of each plain parameter's value.
    steps
        Cells of the steps of each parameter that has them.
    changed
        Cells that show what an input was in the plan, once it is changed: by parameter, by district fact and code, by
        facility and code.
    """

    values: dict[str, str] = field(default_factory=dict)
    steps: dict[str, list[StepCells]] = field(default_factory=dict)
    changed: dict[tuple[str, str], str] = field(default_factory=dict)

    def number(self, name: str, default: str) -> str:
        """Cell of a parameter, or a default where the policy does not set it."""
        return self.values.get(name, default)


def letter(columns: tuple[Column, ...], name: str) -> str:
    """Letter of a column.

    Examples
    --------
    >>> letter(QUOTA, "settled")
    'D'
    """
    number = next(number for number, column in enumerate(columns, 1) if column.name == name)
    return str(get_column_letter(number))


def cells(columns: tuple[Column, ...], name: str, rows: tuple[int, int]) -> str:
    """Range of a column's cells between two rows.

    Examples
    --------
    >>> cells(QUOTA, "settled", (6, 16))
    'D6:D16'
    """
    column = letter(columns, name)
    return f"{column}{rows[0]}:{column}{rows[1]}"
