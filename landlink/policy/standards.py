"""A facility's standards in force on a day: from persons to units, from units to land and to persons served."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np
import numpy.typing as npt

from landlink.policy.values import Dated, Facility, Steps
from landlink.units import half_up


@dataclass(frozen=True, slots=True)
class Standard:
    """A facility's standards in force on one day; a field the policy does not set is None."""

    facility: Facility
    fields: Mapping[str, Dated]

    def number(self, field: str, default: int) -> Fraction:
        """Value of a field, or a default."""
        return self.fields[field].number if field in self.fields else Fraction(default)

    @property
    def radius_m(self) -> float | None:
        """Service radius in m, None where the standard has none."""
        return float(self.fields["radius_m"].number) if "radius_m" in self.fields else None

    def persons(self, settled: int) -> int:
        """Persons of the settled population who count, such as those aged 60 and over."""
        return half_up(settled * self.number("share_pct", 100) / 100)

    def units(self, persons: int, surplus: int) -> int:
        """Units to build: persons × ratio, less surplus capacity, in whole facilities of standard size.

        A facility is made of whole modules (a school of whole classes) and is no smaller and no larger than the
        standard's sizes; several are built where one is too small.
        """
        demand = max(0, ceil(persons * self.number("per_1000", 0) / 1000) - surplus)
        if demand == 0:
            return 0
        module = int(self.number("module_units", 1))
        units = ceil(Fraction(demand, module)) * module
        least, most = int(self.number("min_units", 1)), self.fields.get("max_units")
        facilities = 1 if most is None else ceil(Fraction(units) / most.number)
        return max(units, facilities * least)

    def land_field(self, *, central: bool) -> str:
        """Field that gives the land of a unit; empty where it follows from floor area and floor area ratio."""
        if central and "land_per_unit_central" in self.fields:
            return "land_per_unit_central"
        return "land_per_unit" if "land_per_unit" in self.fields else ""

    def land_per_unit(self, units: int, *, central: bool) -> Fraction:
        """Land of one unit in m², by the size of the need where the standard has steps."""
        field = self.land_field(central=central)
        if not field:
            return self.fields["floor_per_unit"].number / self.fields["far"].number
        content = self.fields[field].content
        if isinstance(content, Steps):
            return Fraction(content.at(Fraction(units)).value)
        return self.fields[field].number

    def persons_for(self, units: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Persons that units (places, beds) serve by the standard's ratio, rounded down.

        Examples
        --------
        >>> from landlink.policy import load_policy
        >>> school = load_policy("national-2016").on("2020-12-31").standard("primary_school")
        >>> school.persons_for([1_080, 1_125]).tolist()
        [13500, 14062]
        """
        ratio = self.number("per_1000", 0)
        if not ratio:
            return np.zeros(np.shape(units), dtype="int64")
        persons = [int(Fraction(int(count)) * 1000 / ratio) for count in np.atleast_1d(np.asarray(units))]
        return np.array(persons, dtype="int64")
