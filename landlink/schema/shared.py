"""Columns that tables of a city, results and views have in common."""

from landlink.columns import Column
from landlink.schema.words import CODE

CODE_COLUMN = Column("code", "text", pattern=CODE)
DISTRICT_COLUMN = Column("district", "text")


def areas(*names: str) -> tuple[Column, ...]:
    """Columns of areas in whole m² of 0 or more."""
    return tuple(Column(name, "int", "m2", 0) for name in names)
