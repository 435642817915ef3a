"""Words of the tables: statuses, channels, sources of land, rules of constraints, classes of use."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

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
