"""Where each figure stands in the workbook: sheets, columns and rows, known before a cell is written."""

from dataclasses import dataclass
from typing import Literal

from openpyxl.utils import get_column_letter

from landlink.plan.plan import Plan
from landlink.texts import Lang, text

Kind = Literal["label", "input", "calc"]
SHEETS = (
    *("quota", "needs", "sites", "settlement", "supply", "targets"),
    *("calculation", "balance", "basis", "derivations"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet: what it holds, in which unit, and its width in characters."""

    name: str
    kind: Kind
    unit: str
    width: float
    group: str = ""


# One row a district: the first annex in ha, and in the same columns the calculation in m².
QUOTA = (
    Column("code", "label", "", 8, "district"),
    Column("district", "label", "", 10, "district"),
    Column("central", "label", "", 8, "facts"),
    Column("settled", "input", "person", 9, "facts"),
    Column("central_settled", "input", "person", 9, "facts"),
    Column("residents", "input", "person", 11, "facts"),
    Column("urban_share_pct", "input", "pct", 8, "facts"),
    Column("urban_residents", "calc", "person", 11, "linkage"),
    Column("urban_land_m2", "input", "m2", 14.5, "linkage"),
    Column("per_capita_stock_m2", "calc", "m2/person", 9.5, "linkage"),
    Column("standard_m2", "calc", "m2/person", 10.5, "linkage"),
    Column("entitlement_m2", "calc", "m2", 11, "linkage"),
    Column("stock_need_m2", "calc", "m2", 10, "stock"),
    Column("stock_offset_m2", "calc", "m2", 10, "stock"),
    Column("demand_m2", "calc", "m2", 10, "stock"),
    Column("new_capacity_m2", "input", "m2", 10, "balance"),
    Column("quota_m2", "calc", "m2", 10, "balance"),
    Column("cut_m2", "calc", "m2", 9, "balance"),
    Column("cut_by", "calc", "", 10, "balance"),
    Column("stock_available_m2", "input", "m2", 10, "ledger"),
    Column("stock_met_m2", "calc", "m2", 10, "ledger"),
    Column("budget_m2", "calc", "m2", 10, "ledger"),
    Column("need_m2", "calc", "m2", 10, "ledger"),
    Column("granted_m2", "calc", "m2", 10, "ledger"),
    Column("deficit_m2", "calc", "m2", 9, "ledger"),
    Column("unassigned_m2", "calc", "m2", 11, "ledger"),
)
# One row a district and facility.
NEEDS = (
    Column("district", "label", "", 12),
    Column("facility", "label", "", 21),
    Column("persons", "calc", "person", 11),
    Column("surplus_units", "input", "", 9),
    Column("units", "calc", "", 11),
    Column("unit", "label", "", 19),
    Column("land_per_unit", "calc", "m2/unit", 11),
    Column("land_ha", "calc", "ha", 13),
    Column("granted_ha", "calc", "ha", 13),
    Column("deficit_ha", "calc", "ha", 13),
    Column("land_m2", "calc", "m2", 13),
    Column("granted_m2", "calc", "m2", 13),
    Column("deficit_m2", "calc", "m2", 13),
)
# One row a site.
SITES = (
    Column("site", "label", "", 7),
    Column("district", "label", "", 9),
    Column("facility", "label", "", 17),
    Column("parcel", "label", "", 14),
    Column("units", "label", "", 8),
    Column("unit", "label", "", 12),
    Column("capacity_persons", "calc", "person", 11),
    Column("served", "label", "person", 10),
    Column("mean_m", "label", "m", 9),
    Column("site_ha", "calc", "ha", 10),
    Column("site_m2", "calc", "m2", 11),
    Column("land_source", "label", "", 11),
    Column("score", "label", "", 8),
    Column("instead", "label", "", 14),
    Column("instead_unserved", "label", "person", 12),
    Column("instead_m", "label", "m", 12),
)
# One row a district and facility, below the sites.
PROVISION = (
    Column("code", "label", "", 7),
    Column("district", "label", "", 9),
    Column("facility", "label", "", 17),
    Column("persons", "label", "person", 14),
    Column("served_existing", "label", "person", 8),
    Column("served_new", "label", "person", 12),
    Column("unserved", "calc", "person", 11),
    Column("granted_m2", "calc", "m2", 10),
    Column("sited_m2", "calc", "m2", 9),
    Column("unsited_m2", "calc", "m2", 10),
    Column("unsited_by", "label", "", 11),
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
QUOTA_HEAD, QUOTA_FIRST = (3, 5), 6
NEEDS_HEAD, NEEDS_FIRST = (3, 4), 5
BALANCE_HEAD, BALANCE_FIRST = (10, 11), 12
BISECTIONS = 80


@dataclass(frozen=True, slots=True)
class Layout:
    """Places of one plan's figures.

    Parameters
    ----------
    codes, facilities
        Districts and facilities in the order of their rows.
    lang
        Language of the sheets' names.
    """

    codes: tuple[str, ...]
    facilities: tuple[str, ...]
    lang: Lang

    @classmethod
    def of(cls, plan: Plan, lang: Lang) -> "Layout":
        """Places of a plan's figures."""
        return cls(tuple(plan.quota["code"]), tuple(facility.id for facility in plan.facilities), lang)

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
        """First and last district's row."""
        return QUOTA_FIRST, QUOTA_FIRST + len(self.codes) - 1

    def needs_row(self, code: str, facility: str) -> int:
        """Row of a district's facility in the second annex."""
        return self.needs_block(code)[0] + self.facilities.index(facility)

    def needs_block(self, code: str) -> tuple[int, int]:
        """First and last facility's row of a district; its subtotal stands below."""
        first = NEEDS_FIRST + self.codes.index(code) * (len(self.facilities) + 1)
        return first, first + len(self.facilities) - 1

    def balance_row(self, code: str) -> int:
        """Row of a district on the sheet of the balancing."""
        return BALANCE_FIRST + self.codes.index(code)

    @property
    def balance_rows(self) -> tuple[int, int]:
        """First and last district's row on the sheet of the balancing."""
        return BALANCE_FIRST, BALANCE_FIRST + len(self.codes) - 1


def letter(columns: tuple[Column, ...], name: str) -> str:
    """Letter of a column.

    Examples
    --------
    >>> letter(QUOTA, "settled")
    'D'
    """
    place = next(place for place, column in enumerate(columns, 1) if column.name == name)
    return str(get_column_letter(place))
