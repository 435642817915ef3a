"""What each view of a plan holds: tables that are worked out from its own when they are asked for."""

from landlink.columns import Column, Table
from landlink.schema import YES_NO
from landlink.schema.shared import CODE_COLUMN, DISTRICT_COLUMN, areas

# Where the step next to a district's lies: that of less land per capita, or of more.
SIDES = ("below", "above")


VIEWS: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "base",
            (
                CODE_COLUMN,
                DISTRICT_COLUMN,
                Column("base_year", "int", "year", 1949, 2100),
                Column("default_year", "int", "year", 1949, 2100, required=False),
                *areas("entitlement_m2"),
                Column("moved_m2", "int", "m2", required=False),
            ),
            ("code",),
        ),
        Table(
            "steps",
            (
                CODE_COLUMN,
                DISTRICT_COLUMN,
                Column("per_capita_stock_m2", "float", "m2/person", 0),
                Column("standard_m2", "float", "m2/person", 0),
                Column("side", "text", values=SIDES),
                Column("bound_m2", "float", "m2/person", 0),
                Column("next_standard_m2", "float", "m2/person", 0),
                Column("land_to_step_m2", "int", "m2", 1, required=False),
                Column("persons_to_step", "int", "person", 1, required=False),
                Column("at_stake_m2", "int", "m2"),
                Column("nearest", "text", values=YES_NO),
            ),
            ("code", "side"),
        ),
        Table(
            "scaled",
            (
                CODE_COLUMN,
                DISTRICT_COLUMN,
                *areas("urban_land_m2", "scaled_land_m2"),
                Column("scaled_per_capita_m2", "float", "m2/person", 0),
                Column("standard_m2", "float", "m2/person", 0),
                Column("scaled_standard_m2", "float", "m2/person", 0),
                *areas("entitlement_m2", "scaled_entitlement_m2"),
                Column("moved_m2", "int", "m2"),
            ),
            ("code",),
        ),
    )
}
