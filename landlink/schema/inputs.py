"""Tables and layers of a city: their columns, types, units and bounds."""

from landlink.columns import Column, Table
from landlink.schema.shared import CODE_COLUMN
from landlink.schema.words import (
    BASES,
    CHANNELS,
    CODE,
    CODE_SYSTEMS,
    CONFIDENCES,
    CONSTRAINT_RULES,
    DATE,
    LAND_SOURCES,
    ORIGINS,
    STATUSES,
    STOCK_SOURCES,
    USE_CLASSES,
    YES_NO,
)
from landlink.units import MOST_HA, MOST_PERSONS, MOST_UNITS

_SOURCE = (
    Column("source", "text"),
    Column("date", "text", pattern=DATE),
    Column("status", "text", values=STATUSES),
    Column("confidence", "text", values=CONFIDENCES),
)
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
                CODE_COLUMN,
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
                CODE_COLUMN,
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
            (CODE_COLUMN, _YEAR, Column("urban_share_pct", "float", "pct", 0, 100), *_SOURCE),
            ("code", "year"),
        ),
        Table(
            "settlement",
            (
                CODE_COLUMN,
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
            (CODE_COLUMN, _YEAR, Column("persons", "int", "person", 0, MOST_PERSONS), *_SOURCE),
            ("code", "year"),
            ("persons", ("year",)),
        ),
        Table(
            "land",
            (CODE_COLUMN, _YEAR, Column("urban_land_ha", "float", "ha", above=0, maximum=MOST_HA), *_SOURCE),
            ("code", "year"),
            ("urban_land_ha", ("year",)),
        ),
        Table(
            "capacity",
            (
                CODE_COLUMN,
                _YEAR,
                Column("new_capacity_ha", "float", "ha", 0, MOST_HA, required=False),
                *_SOURCE,
            ),
            ("code", "year"),
        ),
        Table(
            "stock",
            (
                CODE_COLUMN,
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
            (CODE_COLUMN, Column("facility", "text"), Column("surplus_units", "int", "", 0, MOST_UNITS), *_SOURCE),
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
                CODE_COLUMN,
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
                CODE_COLUMN,
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
                CODE_COLUMN,
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
                CODE_COLUMN,
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

# Layers and rasters of the land: read when land is looked for, not for a quota.
LAND_LAYERS = ("parcels", "roads", "stations", "facilities")
LAND_RASTERS = ("dem", "population-raster")
CONSTRAINT_LAYER = "constraint-"
REQUIRED_INPUTS = ("districts", "population", "urban_share", "settlement", "land")
