"""Result tables of plans: their columns, types, units and keys."""

from landlink.columns import Column, Table
from landlink.schema.words import CODE, LAND_SOURCES, STATUSES, USABLE_SOURCES, USE_CLASSES, YES_NO

_CODE = Column("code", "text", pattern=CODE)
_NAME = Column("district", "text")
_FACILITY = Column("facility", "text")


def _m2(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "int", "m2", 0) for name in names)


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
                Column("cut_by", "names"),
                Column("supply_m2", "int", "m2", 0, required=False),
            ),
            ("code",),
        ),
        Table(
            "sources",
            (
                _CODE,
                _NAME,
                Column("land_source", "text", values=USABLE_SOURCES),
                Column("measured_m2", "int", "m2", 0, required=False),
                Column("synthetic_m2", "int", "m2", 0, required=False),
                Column("complete", "text", values=YES_NO),
                Column("known_by", "text", values=KNOWN_BY),
                Column("available_m2", "int", "m2", 0, required=False),
                Column("most_m2", "int", "m2", 0, required=False),
                *_m2("need_m2", "met_m2", "short_m2", "unverified_m2"),
            ),
            ("code", "land_source"),
        ),
        Table(
            "needs",
            (
                _CODE,
                _NAME,
                _FACILITY,
                Column("persons", "int", "person", 0),
                Column("units", "int", "", 0),
                *_m2("land_m2", "granted_m2", "unverified_m2", "deficit_m2"),
            ),
            ("code", "facility"),
        ),
        Table(
            "ledger",
            (
                _CODE,
                _NAME,
                *_m2(
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
                _CODE,
                _NAME,
                Column("use_class", "text", values=USE_CLASSES),
                Column("share_pct", "float", "pct", 0, 100, required=False),
                *_m2("target_m2", "livelihood_m2", "other_m2"),
            ),
            ("code", "use_class"),
        ),
        Table(
            "sites",
            (
                Column("site", "text"),
                Column("parcel", "text"),
                _CODE,
                _NAME,
                _FACILITY,
                Column("units", "int", "", 1),
                Column("capacity_persons", "int", "person", 0),
                Column("served", "int", "person", 0),
                Column("mean_m", "float", "m", 0, required=False),
                *_m2("site_m2"),
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
                _CODE,
                _NAME,
                _FACILITY,
                *_persons("persons", "served_existing", "served_new", "unserved"),
                *_m2("granted_m2", "sited_m2", "unsited_m2"),
                Column("unsited_by", "text", required=False),
            ),
            ("code", "facility"),
        ),
    )
}
