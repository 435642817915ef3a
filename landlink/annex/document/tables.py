"""The tables of the document: their columns, and where their rows come from."""

from dataclasses import dataclass

from landlink.present.labels import shown_unit
from landlink.schema import RESULTS, USABLE_SOURCES


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the message id of its heading, the name of its values, and its share of the width."""

    heading: str
    value: str
    share: float = 1
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Parameters
    ----------
    name
        Its caption is ``document.tables.<name>``, its bookmark ``table_<name>``.
    rows
        List of rows in the context.
    columns
        Its columns.
    total
        Entry of the context with its totals; none where empty.
    long
        It may go over pages.
    """

    name: str
    rows: str
    columns: tuple[Column, ...]
    total: str = ""
    long: bool = False


_DISTRICT = Column("model.column.district", "name", 1)
# Names that templates call a figure a head by; areas they call by the column without the unit.
_PER_PERSON = {"per_capita_stock_m2": "per_capita", "standard_m2": "standard"}


def _figure(table: str, name: str, share: float = 1) -> Column:
    """A result column, with areas in ha."""
    column = RESULTS[table][name]
    value = _PER_PERSON.get(name) or name.removesuffix("_m2")
    return Column(f"model.column.{name}", value, share, shown_unit(column))


TABLES = {
    table.name: table
    for table in (
        Table(
            "status",
            "districts",
            (
                _DISTRICT,
                Column("model.column.base_year", "base_year", 0.8),
                _figure("quota", "urban_residents", 1.2),
                _figure("quota", "urban_land_m2", 1.3),
                _figure("quota", "per_capita_stock_m2", 1.2),
                _figure("quota", "standard_m2", 1.2),
            ),
            "total",
        ),
        Table(
            "settlement",
            "districts",
            (
                _DISTRICT,
                Column("document.channel.talent", "talent", 1, "person"),
                Column("document.channel.points", "points", 1, "person"),
                Column("document.channel.policy", "by_policy", 1, "person"),
                _figure("quota", "settled"),
            ),
            "total",
        ),
        Table(
            "quota",
            "districts",
            (
                _DISTRICT,
                _figure("quota", "settled", 0.9),
                _figure("quota", "entitlement_m2"),
                _figure("quota", "stock_need_m2"),
                _figure("quota", "demand_m2"),
                _figure("quota", "quota_m2", 1.1),
                _figure("quota", "cut_m2", 0.9),
                _figure("quota", "cut_by", 0.9),
            ),
            "total",
        ),
        Table(
            "next_steps",
            "next_steps",
            (
                _DISTRICT,
                _figure("quota", "per_capita_stock_m2"),
                Column("model.column.bound_m2", "bound", 0.9, "m2/person"),
                Column("model.column.next_standard_m2", "next_standard", 0.9, "m2/person"),
                Column("model.column.land_to_step_m2", "land", 1.2, "ha"),
                Column("model.column.persons_to_step", "persons", 1.1, "person"),
                Column("model.column.at_stake_m2", "at_stake", 1.1, "ha"),
                Column("model.column.nearest", "nearest", 0.7),
            ),
        ),
        Table(
            "facilities",
            "facilities",
            (
                Column("model.column.facility", "name", 1.4),
                Column("model.column.units", "units", 1),
                Column("annex.column.unit", "unit", 1),
                Column("model.column.land_m2", "need", 1, "ha"),
                Column("model.column.granted_m2", "granted", 1, "ha"),
                Column("model.column.unverified_m2", "unverified", 1, "ha"),
                Column("model.column.deficit_m2", "deficit", 1, "ha"),
            ),
            "facilities_total",
        ),
        Table(
            "sources",
            "districts",
            (
                _DISTRICT,
                _figure("ledger", "entitlement_m2", 1.1),
                _figure("ledger", "quota_m2", 1.1),
                _figure("ledger", "cut_m2", 0.9),
                _figure("ledger", "stock_met_m2"),
                _figure("ledger", "stock_short_m2"),
                _figure("ledger", "stock_unverified_m2", 1.1),
            ),
            "total",
        ),
        Table(
            "ledger",
            "districts",
            (
                _DISTRICT,
                _figure("ledger", "budget_m2", 1.1),
                _figure("ledger", "granted_m2"),
                _figure("ledger", "other_m2"),
                _figure("ledger", "need_m2"),
                _figure("ledger", "deficit_m2", 0.9),
            ),
            "total",
        ),
        Table(
            "uses",
            "uses",
            (
                Column("model.column.use_class", "name", 1.8),
                Column("model.column.share_pct", "share", 1, "pct"),
                Column("model.column.target_m2", "target", 1, "ha"),
                Column("model.column.livelihood_m2", "livelihood", 1, "ha"),
                Column("model.column.other_m2", "other", 1, "ha"),
            ),
            "uses_total",
        ),
        Table(
            "supply",
            "supply",
            (
                _DISTRICT,
                *(Column(f"model.land_source.{source}", source, 1, "ha") for source in USABLE_SOURCES),
                Column("annex.print.total", "total", 1, "ha"),
            ),
            "supply_total",
        ),
        Table(
            "constraints",
            "constraints",
            (
                Column("document.column.constraint", "name", 2),
                Column("document.column.lost", "lost", 1, "ha"),
                Column("document.column.data_status", "status", 1),
            ),
        ),
        Table(
            "sites",
            "sites",
            (
                Column("model.column.facility", "name", 1.4),
                Column("document.column.count", "count", 0.7),
                Column("model.column.units", "units", 0.9),
                Column("annex.column.unit", "unit", 0.9),
                Column("model.column.served", "served", 1, "person"),
                Column("model.column.site_m2", "area", 1, "ha"),
            ),
            "sites_total",
        ),
        Table(
            "services",
            "services",
            (
                Column("model.column.facility", "name", 1.4),
                Column("document.column.radius", "radius", 1, "m"),
                Column("document.column.before", "before", 1, "pct"),
                Column("document.column.after", "after", 1, "pct"),
            ),
        ),
        Table(
            "targets",
            "targets",
            (
                Column("document.column.indicator", "name", 1.8),
                Column("annex.column.unit", "unit", 0.8),
                Column("document.column.target", "target", 1),
                Column("document.column.actual", "actual", 1),
                Column("document.column.actual_year", "year", 0.8),
                Column("document.column.reached", "reached", 0.8),
            ),
        ),
        Table(
            "assumptions",
            "assumptions",
            (
                Column("document.column.parameter", "name", 1.6),
                Column("document.column.value", "value", 1),
                Column("document.column.sources", "source", 2),
            ),
            long=True,
        ),
        Table(
            "data",
            "data",
            (
                Column("document.column.item", "name", 1),
                Column("document.column.data_status", "status", 0.6),
                Column("document.column.sources", "source", 3),
            ),
            long=True,
        ),
    )
}
