"""Result tables of plans: their columns, types, units and keys."""

from landlink.columns import Column, Table
from landlink.schema.shared import CODE_COLUMN, DISTRICT_COLUMN, areas
from landlink.schema.words import LAND_SOURCES, STATUSES, USABLE_SOURCES, USE_CLASSES, YES_NO

_FACILITY = Column("facility", "text")


def _persons(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "int", "person", 0) for name in names)


# How available land is known: measured, of a district whose layer is complete or of a part of it; stated by the city;
# measured gross, without the share of it that can be had; not at all.
KNOWN_BY = ("measured", "measured in part", "stated", "gross only", "nothing")

RESULTS: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "quota",
            (
                CODE_COLUMN,
                DISTRICT_COLUMN,
                Column("settled", "int", "person", 0),
                Column("urban_residents", "int", "person", 0),
                *areas("urban_land_m2"),
                Column("per_capita_stock_m2", "float", "m2/person", 0),
                Column("standard_m2", "float", "m2/person", 0),
                *areas(
                    "entitlement_m2",
                    "stock_need_m2",
                    "stock_offset_m2",
                    "demand_m2",
                    "quota_m2",
                    "cut_m2",
                ),
                Column("cut_by", "names"),
                Column("supply_m2", "int", "m2", 0, required=False),
            ),
            ("code",),
        ),
        Table(
            "sources",
            (
                CODE_COLUMN,
                DISTRICT_COLUMN,
                Column("land_source", "text", values=USABLE_SOURCES),
                Column("measured_m2", "int", "m2", 0, required=False),
                Column("synthetic_m2", "int", "m2", 0, required=False),
                Column("complete", "text", values=YES_NO),
                Column("known_by", "text", values=KNOWN_BY),
                Column("available_m2", "int", "m2", 0, required=False),
                Column("most_m2", "int", "m2", 0, required=False),
                *areas("need_m2", "met_m2", "short_m2", "unverified_m2"),
            ),
            ("code", "land_source"),
        ),
        Table(
            "needs",
            (
                CODE_COLUMN,
                DISTRICT_COLUMN,
                _FACILITY,
                Column("persons", "int", "person", 0),
                Column("units", "int", "", 0),
                *areas("land_m2", "granted_m2", "unverified_m2", "deficit_m2"),
            ),
            ("code", "facility"),
        ),
        Table(
            "ledger",
            (
                CODE_COLUMN,
                DISTRICT_COLUMN,
                *areas(
                    "entitlement_m2",
                    "quota_m2",
                    "cut_m2",
                    "stock_met_m2",
                    "stock_short_m2",
                    "stock_unverified_m2",
                    "budget_m2",
                    "need_m2",
                    "granted_m2",
                    "deficit_m2",
                    "other_m2",
                    "unassigned_m2",
                ),
            ),
            ("code",),
        ),
        Table(
            "uses",
            (
                CODE_COLUMN,
                DISTRICT_COLUMN,
                Column("use_class", "text", values=USE_CLASSES),
                Column("share_pct", "float", "pct", 0, 100, required=False),
                *areas("target_m2", "livelihood_m2", "other_m2"),
            ),
            ("code", "use_class"),
        ),
        Table(
            "sites",
            (
                Column("site", "text"),
                Column("parcel", "text"),
                CODE_COLUMN,
                DISTRICT_COLUMN,
                _FACILITY,
                Column("units", "int", "", 1),
                Column("capacity_persons", "int", "person", 0),
                Column("served", "int", "person", 0),
                Column("mean_m", "float", "m", 0, required=False),
                *areas("site_m2"),
                Column("land_source", "text", values=LAND_SOURCES),
                Column("score", "float", "", 0, 1, required=False),
                Column("instead", "text", required=False),
                Column("instead_unserved", "int", "person", required=False),
                Column("instead_m", "float", "m", required=False),
                Column("status", "text", values=STATUSES),
            ),
            ("site",),
        ),
        Table(
            "provision",
            (
                CODE_COLUMN,
                DISTRICT_COLUMN,
                _FACILITY,
                *_persons("persons", "served_existing", "served_new", "unserved"),
                *areas("granted_m2", "sited_m2", "unsited_m2"),
                Column("unsited_by", "text", required=False),
            ),
            ("code", "facility"),
        ),
    )
}
