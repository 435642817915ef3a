"""Parameters that a policy may set: shape, unit and bounds of each, and of each field of a facility's standard."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Shape = Literal["value", "steps", "districts", "choice"]
# Ways of balancing claims under the city's cap, each with the parameters that only some of them read; how each shares
# land out is in landlink.linkage.balance.
BALANCING_RULES: Mapping[str, tuple[str, ...]] = {
    "proportional": (),
    "weighted": ("priority.districts", "priority.weight"),
    "floor": ("balance.floor_share", "priority.districts", "priority.weight"),
}


@dataclass(frozen=True, slots=True)
class Spec:
    """What a parameter may be: its shapes, unit and bounds."""

    shapes: tuple[Shape, ...]
    unit: str = ""
    minimum: Decimal = Decimal(0)
    maximum: Decimal | None = None
    choices: tuple[str, ...] = ()
    by: str = ""

    @property
    def bounds(self) -> str:
        """Least and most that a number may be, as faults show them."""
        return f"{self.minimum} – {'∞' if self.maximum is None else self.maximum}"

    def allows(self, number: Decimal) -> bool:
        """True if a number is finite and within the bounds.

        Examples
        --------
        >>> [PARAMETERS["linkage.adjustment"].allows(Decimal(text)) for text in ("-10", "10.1", "NaN")]
        [True, False, False]
        """
        return number.is_finite() and self.minimum <= number and (self.maximum is None or number <= self.maximum)


PARAMETERS: dict[str, Spec] = {
    "linkage.standard": Spec(("steps",), "m2/person", by="m2/person"),
    # 国土资发〔2016〕123号: a province may adjust the standard within 10 %
    "linkage.adjustment": Spec(("value",), "pct", Decimal(-10), Decimal(10)),
    "central.districts": Spec(("districts",)),
    "priority.districts": Spec(("districts",)),
    "priority.weight": Spec(("value",), "", Decimal(1), Decimal(100)),
    "balance.rule": Spec(("choice",), choices=tuple(BALANCING_RULES)),
    "balance.city_cap": Spec(("value",), "ha"),
    "balance.floor_share": Spec(("value",), "share", maximum=Decimal(1)),
    "stock.offset_share": Spec(("value",), "share", maximum=Decimal(1)),
    "target.year": Spec(("value",), "year", Decimal(2000), Decimal(2100)),
    "target.hukou_population": Spec(("value",), "person"),
    "target.hukou_urban_share": Spec(("value",), "pct", maximum=Decimal(100)),
    "target.gap_narrowing": Spec(("value",), "pct_point", maximum=Decimal(100)),
}
FACILITY_FIELDS: dict[str, Spec] = {
    "share_pct": Spec(("value",), "pct", maximum=Decimal(100)),
    "per_1000": Spec(("value",), "per_1000"),
    "land_per_unit": Spec(("value", "steps"), "m2/unit", by="unit"),
    "land_per_unit_central": Spec(("value", "steps"), "m2/unit", by="unit"),
    "floor_per_unit": Spec(("value",), "m2/unit"),
    "far": Spec(("value",), "", Decimal("0.1"), Decimal(50)),
    "module_units": Spec(("value",), "unit", Decimal(1)),
    "min_units": Spec(("value",), "unit", Decimal(1)),
    "max_units": Spec(("value",), "unit", Decimal(1)),
    "radius_m": Spec(("value",), "m"),
}
KINDS = ("document", "assumption")
GROUPS = ("housing", "education", "health", "elder_care", "employment", "other")
