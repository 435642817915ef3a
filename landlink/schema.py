"""What each table must hold: columns, types, units and bounds, declared once for checks, labels and documents."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from landlink.columns import Column, Fact, Table
from landlink.units import MOST_HA, MOST_PERSONS, MOST_UNITS

# What stands between the names of a column of names in a file.
LISTED = "; "
# Status of what was made up to show how things work.
SYNTHETIC = "synthetic"
STATUSES = ("official", "estimated", SYNTHETIC)
CONFIDENCES = ("seen", "known", "default")
CHANNELS = ("all", "talent", "points", "policy")
BASES = ("actual", "planned")
# Where settled people come from: 进城农业人口, 其他城镇人口, or not known; `all` is a row that is not split.
ORIGINS = ("rural", "other_urban", "unknown")
# Where land can be had: construction land that is new, or stock land (renewal, idle land, 增减挂钩), which meets a
# district's need in this order.
NEW_SOURCE = "new"
STOCK_SOURCES = ("renewal", "idle", "offset")
# Stock land that counts only where people gave it up of their own will (clause 9).
VOLUNTARY_SOURCES = ("offset",)
USABLE_SOURCES = (NEW_SOURCE, *STOCK_SOURCES)
# Source of a parcel that stays in its present use.
NO_SOURCE = "none"
LAND_SOURCES = (*USABLE_SOURCES, NO_SOURCE)
YES_NO = ("yes", "no")
CODE_SYSTEMS = ("ydyh", "sandiao")
# Classes of urban construction land (GB 50137-2011): residential, public services, commercial, industry, warehouses,
# streets and transport, utilities, green space and squares.
USE_CLASSES = ("R", "A", "B", "M", "W", "S", "U", "G")
# Groups of people whose service is looked at.
PEOPLE = ("residents", "settled")
CODE = r"^\d{6}$"
DATE = r"^\d{4}(-\d{2}(-\d{2})?)?$"


def worst(statuses: Iterable[str]) -> str:
    """Status of a figure that rests on others: the least official of theirs.

    Examples
    --------
    >>> worst(["official", "estimated"])
    'estimated'
    """
    return max(statuses, key=STATUSES.index, default=STATUSES[0])


@dataclass(frozen=True, slots=True)
class ConstraintRule:
    """What the constraints of a rule do to parcels, and what they need for it.

    Parameters
    ----------
    acts
        ``inside zones`` and ``outside zones`` take the area that lies there; ``on pieces`` takes pieces of what the
        others leave; ``warns`` takes nothing and is noted.
    layer
        The constraint has a layer of zones of its own.
    raster
        Raster that its zones are drawn from.
    buffer
        Its value, where it has one, is a distance in m that zones are enlarged by.
    value
        It says nothing without a value.
    """

    acts: Literal["inside zones", "outside zones", "on pieces", "warns"]
    layer: bool = False
    raster: str = ""
    buffer: bool = False
    value: bool = False

    @property
    def on_zones(self) -> bool:
        """True if area is taken by zones."""
        return self.acts in ("inside zones", "outside zones")


# Rules of constraints by name; those on pieces act in this order. What a rule on pieces takes and when one warns is in
# landlink.supply.constraints.
CONSTRAINT_RULES: Mapping[str, ConstraintRule] = {
    "exclude": ConstraintRule("inside zones", layer=True, buffer=True),
    "inside": ConstraintRule("outside zones", layer=True),
    "slope": ConstraintRule("inside zones", raster="dem", value=True),
    "warn": ConstraintRule("warns", layer=True, buffer=True),
    "min_area": ConstraintRule("on pieces", value=True),
    "min_width": ConstraintRule("on pieces", value=True),
    "min_compactness": ConstraintRule("warns", value=True),
}


_SOURCE = (
    Column("source", "text"),
    Column("date", "text", pattern=DATE),
    Column("status", "text", values=STATUSES),
    Column("confidence", "text", values=CONFIDENCES),
)
_CODE = Column("code", "text", pattern=CODE)
_YEAR = Column("year", "int", "year", 1949, 2100)
# Most that a value without a unit of its own may be, either way: an area in m², a sum of money.
_MOST_VALUE = 10**12
# Highest place in the order in which constraints take land.
_MOST_ORDER = 10_000

INPUTS: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "districts",
            (
                _CODE,
                Column("name", "text"),
                Column("name_en", "text"),
                Column("official_area_ha", "float", "ha", 0, MOST_HA),
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
                Column("persons", "int", "person", 0, MOST_PERSONS),
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
                Column("origin", "text", values=("all", *ORIGINS), required=False),
                Column("registered_in", "text", pattern=CODE, required=False),
                Column("lives_in", "text", pattern=CODE, required=False),
                Column("persons", "int", "person", 0, MOST_PERSONS),
                Column("central_persons", "int", "person", 0, MOST_PERSONS, required=False),
                *_SOURCE,
            ),
            ("code", "year", "basis", "channel", "origin", "registered_in", "lives_in"),
            ("persons", ("year", "basis", "channel")),
        ),
        Table(
            "settlement_targets",
            (
                _YEAR,
                Column("channel", "text", values=CHANNELS),
                Column("persons", "int", "person", 0, MOST_PERSONS),
                *_SOURCE,
            ),
            ("year", "channel"),
        ),
        Table(
            "permit_holders",
            (_CODE, _YEAR, Column("persons", "int", "person", 0, MOST_PERSONS), *_SOURCE),
            ("code", "year"),
            ("persons", ("year",)),
        ),
        Table(
            "land",
            (_CODE, _YEAR, Column("urban_land_ha", "float", "ha", above=0, maximum=MOST_HA), *_SOURCE),
            ("code", "year"),
            ("urban_land_ha", ("year",)),
        ),
        Table(
            "capacity",
            (
                _CODE,
                _YEAR,
                Column("new_capacity_ha", "float", "ha", 0, MOST_HA, required=False),
                *_SOURCE,
            ),
            ("code", "year"),
        ),
        Table(
            "stock",
            (
                _CODE,
                _YEAR,
                Column("land_source", "text", values=STOCK_SOURCES),
                Column("available_ha", "float", "ha", 0, MOST_HA, required=False),
                Column("release_share", "float", "share", 0, 1, required=False),
                Column("voluntary_exit", "text", values=YES_NO, required=False),
                *_SOURCE,
            ),
            ("code", "year", "land_source", "voluntary_exit"),
        ),
        Table(
            "land_structure",
            (Column("use_class", "text", values=USE_CLASSES), Column("share_pct", "float", "pct", 0, 100), *_SOURCE),
            ("use_class",),
        ),
        Table(
            "facility_surplus",
            (_CODE, Column("facility", "text"), Column("surplus_units", "int", "", 0, MOST_UNITS), *_SOURCE),
            ("code", "facility"),
        ),
        Table(
            "city_series",
            (
                _YEAR,
                Column("indicator", "text"),
                Column("value", "float", "", -_MOST_VALUE, _MOST_VALUE),
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
                Column("moved_in", "int", "person", 0, MOST_PERSONS),
                Column("moved_out", "int", "person", 0, MOST_PERSONS),
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
        Table(
            "constraints",
            (
                Column("constraint", "text", pattern=r"^[a-z][a-z0-9_]*$"),
                Column("order", "int", "", 1, _MOST_ORDER),
                Column("rule", "text", values=tuple(CONSTRAINT_RULES)),
                Column("value", "float", "", 0, _MOST_VALUE, required=False),
                Column("title", "text"),
                Column("clause", "text", required=False),
                *_SOURCE,
            ),
            ("constraint",),
        ),
        Table(
            "parcels",
            (
                Column("parcel", "text"),
                _CODE,
                Column("land_use", "text", pattern=r"^\d{2}([0-9H]\d){0,2}$"),
                Column("code_system", "text", values=CODE_SYSTEMS),
                Column("land_source", "text", values=LAND_SOURCES),
                Column("voluntary_exit", "text", values=YES_NO, required=False),
                Column("collective", "text", required=False),
                Column("status", "text", values=STATUSES),
                Column("source", "text", required=False),
            ),
            ("parcel",),
        ),
        Table(
            "facilities",
            (
                Column("facility", "text"),
                Column("name", "text"),
                _CODE,
                Column("capacity", "int", "", 0, MOST_UNITS, required=False),
                Column("status", "text", values=STATUSES),
            ),
        ),
        Table(
            "factors",
            (
                Column("factor", "text", pattern=r"^[a-z][a-z0-9_]*$"),
                Column("layer", "text"),
                Column("select", "text", required=False),
                Column("points", "text"),
                Column("title", "text"),
                *_SOURCE,
            ),
            ("factor",),
        ),
        Table(
            "comparisons",
            (Column("factor", "text"), Column("other", "text"), Column("ratio", "float", "", above=0, maximum=9)),
            ("factor", "other"),
        ),
        Table("roads", (Column("kind", "text"), Column("status", "text", values=STATUSES))),
        Table("stations", (Column("name", "text"), Column("status", "text", values=STATUSES))),
    )
}


def _stock_facts(source: str) -> tuple[Fact, Fact]:
    """What a city states of a source of stock land: the land that can be had, and the share of gross land that can."""
    voluntary = (("voluntary_exit", "yes"),) if source in VOLUNTARY_SOURCES else ()
    rows = (("land_source", source), *voluntary)
    return (
        Fact(available(source), "m2", "stock", "available_ha", "plan_year", required=False, editable=True, rows=rows),
        Fact(release_share(source), "share", "stock", "release_share", "plan_year", required=False, rows=rows),
    )


def available(source: str) -> str:
    """Name of the fact that states a source's available stock land."""
    return f"{source}_available_m2"


def release_share(source: str) -> str:
    """Name of the fact that states the share of a source's gross land that can be had."""
    return f"{source}_release_share"


# Facts that plans rest on.
FACTS: dict[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact("settled", "person", "settlement", "persons", "settlement", editable=True),
        Fact("central_settled", "person", "settlement", "central_persons", "settlement", derived=True),
        Fact("residents", "person", "population", "persons", "base_pair", rows=(("kind", "resident"),)),
        Fact("urban_share_pct", "pct", "urban_share", "urban_share_pct", "base_pair"),
        Fact("urban_land_m2", "m2", "land", "urban_land_ha", "base_pair"),
        Fact("new_capacity_m2", "m2", "capacity", "new_capacity_ha", "plan_year", required=False, editable=True),
        *(fact for source in STOCK_SOURCES for fact in _stock_facts(source)),
    )
}
# Facts of stock land: their names.
STOCK_FACTS = tuple(name for source in STOCK_SOURCES for name in (available(source), release_share(source)))
# Layers and rasters of the land: read when land is looked for, not for a quota.
LAND_LAYERS = ("parcels", "roads", "stations", "facilities")
LAND_RASTERS = ("dem", "population-raster")
CONSTRAINT_LAYER = "constraint-"
REQUIRED_INPUTS = ("districts", "population", "urban_share", "settlement", "land")

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
