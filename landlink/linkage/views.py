"""What each view of a plan holds: tables that are worked out from its own when they are asked for."""

from landlink.columns import Column, Table
from landlink.schema import CODE, YES_NO

# Where the step next to a district's lies: that of less land per capita, or of more.
SIDES = ("below", "above")
_CODE = Column("code", "text", pattern=CODE)
_NAME = Column("district", "text")


def _m2(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "int", "m2", 0) for name in names)


VIEWS: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "base",
            (
                _CODE,
                _NAME,
                Column("base_year", "int", "year", 1949, 2100),
                Column("default_year", "int", "year", 1949, 2100, required=False),
                *_m2("entitlement_m2"),
                Column("moved_m2", "int", "m2", required=False),
            ),
            ("code",),
        ),
        Table(
            "steps",
            (
                _CODE,
                _NAME,
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
                _CODE,
                _NAME,
                *_m2("urban_land_m2", "scaled_land_m2"),
                Column("scaled_per_capita_m2", "float", "m2/person", 0),
                Column("standard_m2", "float", "m2/person", 0),
                Column("scaled_standard_m2", "float", "m2/person", 0),
                *_m2("entitlement_m2", "scaled_entitlement_m2"),
                Column("moved_m2", "int", "m2"),
            ),
            ("code",),
        ),
    )
}
