"""Parameters that a policy may set: shape, unit and bounds of each, and of each field of a facility's standard."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from landlink.schema import ORIGINS
from landlink.units import MOST_HA, MOST_PERSONS, MOST_UNITS

Shape = Literal["value", "steps", "districts", "choice", "choices"]
SHAPES: tuple[Shape, ...] = get_args(Shape)
# Ways of balancing claims under the city's cap, each with the parameters that only some of them read; how each shares
# land out is in landlink.linkage.balance.
BALANCING_RULES: Mapping[str, tuple[str, ...]] = {
    "proportional": (),
    "weighted": ("priority.districts", "priority.weight"),
    "floor": ("balance.floor_share", "priority.districts", "priority.weight"),
}


@dataclass(frozen=True, slots=True)
class Spec:
    """What a parameter may be.

    Parameters
    ----------
    shapes
        Shapes that a value may have.
    unit
        Unit of the value, also of a step's.
    minimum, maximum
        Bounds of the value, also of a step's, both allowed; None where there is no number.
    choices
        Values of a choice, or of a list of choices.
    by
        Unit of what a table's steps go by.
    whole
        The number must be whole.
    """

    shapes: tuple[Shape, ...]
    unit: str = ""
    minimum: Decimal = Decimal(0)
    maximum: Decimal | None = None
    choices: tuple[str, ...] = ()
    by: str = ""
    whole: bool = False

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


# Most land that one unit of a facility (a place, a bed, a whole centre) takes, m².
_MOST_PER_UNIT = Decimal(10**6)
# Most units of a facility for 1,000 persons: 100 for each person, such as m² of green space.
_MOST_PER_1000 = Decimal(10**5)
# Largest size of a facility, units.
_LARGEST = Decimal(10**6)
# Largest floor area of a dwelling, m².
_LARGEST_DWELLING = Decimal(1_000)
# Farthest service radius, m: across a province.
_FARTHEST = Decimal(10**6)
# Highest standard of land per settled person, m²: ten times that of 国土资发〔2016〕123号.
_MOST_PER_PERSON = Decimal(1_000)
_NUMBER: tuple[Shape, ...] = ("value",)
_NUMBER_OR_STEPS: tuple[Shape, ...] = ("value", "steps")

PARAMETERS: dict[str, Spec] = {
    "linkage.standard": Spec(("steps",), "m2/person", maximum=_MOST_PER_PERSON, by="m2/person"),
    # 国土资发〔2016〕123号: a province may adjust the standard within 10 %
    "linkage.adjustment": Spec(_NUMBER, "pct", Decimal(-10), Decimal(10)),
    "central.districts": Spec(("districts",)),
    "priority.districts": Spec(("districts",)),
    "priority.weight": Spec(_NUMBER, "", Decimal(1), Decimal(100)),
    # 国土资发〔2016〕123号 speaks of 进城落户的农业转移人口: those who were rural
    "settled.origins": Spec(("choices",), choices=ORIGINS),
    "settlement.talent_weight": Spec(_NUMBER, "", Decimal(1), Decimal(100)),
    "balance.rule": Spec(("choice",), choices=tuple(BALANCING_RULES)),
    "balance.city_cap": Spec(_NUMBER, "ha", maximum=Decimal(MOST_HA)),
    "balance.floor_share": Spec(_NUMBER, "share", maximum=Decimal(1)),
    "stock.offset_share": Spec(_NUMBER, "share", maximum=Decimal(1)),
    "target.year": Spec(_NUMBER, "year", Decimal(2000), Decimal(2100), whole=True),
    "target.hukou_population": Spec(_NUMBER, "person", maximum=Decimal(MOST_PERSONS), whole=True),
    "target.hukou_urban_share": Spec(_NUMBER, "pct", maximum=Decimal(100)),
    "target.gap_narrowing": Spec(_NUMBER, "pct_point", maximum=Decimal(100)),
}
FACILITY_FIELDS: dict[str, Spec] = {
    "share_pct": Spec(_NUMBER, "pct", maximum=Decimal(100)),
    # clause 14: what residence-permit holders share of a service, step by step
    "permit_share_pct": Spec(_NUMBER, "pct", maximum=Decimal(100)),
    "per_1000": Spec(_NUMBER, "per_1000", maximum=_MOST_PER_1000),
    "land_per_unit": Spec(_NUMBER_OR_STEPS, "m2/unit", maximum=_MOST_PER_UNIT, by="unit"),
    "land_per_unit_central": Spec(_NUMBER_OR_STEPS, "m2/unit", maximum=_MOST_PER_UNIT, by="unit"),
    "floor_per_unit": Spec(_NUMBER, "m2/unit", maximum=_MOST_PER_UNIT),
    "dwelling_m2": Spec(_NUMBER, "m2", Decimal(10), _LARGEST_DWELLING),
    "dwelling_max_m2": Spec(_NUMBER, "m2", Decimal(10), _LARGEST_DWELLING),
    "far": Spec(_NUMBER, "", Decimal("0.1"), Decimal(50)),
    "module_units": Spec(_NUMBER, "unit", Decimal(1), _LARGEST, whole=True),
    "min_units": Spec(_NUMBER, "unit", Decimal(1), _LARGEST, whole=True),
    "max_units": Spec(_NUMBER, "unit", Decimal(1), _LARGEST, whole=True),
    "radius_m": Spec(_NUMBER, "m", Decimal(1), _FARTHEST),
}
# Largest bound between two steps, in whatever they go by.
STEP_LIMIT = Decimal(MOST_UNITS)
# What a document may be: a text, or a planning assumption that no text stands behind.
KINDS = ("document", "assumption")
# Groups of facilities, in the order in which clause 7 grants them land.
GROUPS = ("housing", "education", "health", "elder_care", "employment", "other")
