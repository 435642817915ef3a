"""A facility's standards in force on a day: from persons to units, from units to land and to persons served."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil

import numpy as np
import numpy.typing as npt

from landlink.policy.values import Dated, Facility, Steps
from landlink.units import MOST_PERSONS, half_up


@dataclass(frozen=True)
class Standard:
    """A facility's standards in force on one day.

    Parameters
    ----------
    facility
        Kind of facility.
    fields
        Values in force by field, see :data:`landlink.policy.FACILITY_FIELDS`; those that the policy does not set are
        left out.
    """

    facility: Facility
    fields: Mapping[str, Dated]

    def number(self, field: str, default: int) -> Fraction:
        """Value of a field that holds a number, or a default where the policy does not set it."""
        return self._numbers[field] if field in self._numbers else Fraction(default)

    @cached_property
    def _numbers(self) -> dict[str, Fraction]:
        """Fields that hold a number."""
        return {field: dated.number for field, dated in self.fields.items() if not isinstance(dated.content, Steps)}

    @property
    def radius_m(self) -> float | None:
        """Service radius in m, None where the standard has none."""
        return float(self._numbers["radius_m"]) if "radius_m" in self._numbers else None

    def persons(self, settled: int) -> int:
        """Persons of the settled population who count, such as those aged 60 and over.

        Examples
        --------
        >>> from landlink.policy import load_policy
        >>> load_policy("national-2016").on("2020-12-31").standard("elder_care").persons(10_000)
        1141
        """
        return half_up(settled * self.number("share_pct", 100) / 100)

    def units(self, persons: int, surplus: int) -> int:
        """Units to build: persons × ratio, less surplus capacity, in whole facilities of standard size.

        A facility is made of whole modules (a school of whole classes) and is no smaller and no larger than the
        standard's sizes; several are built where one is too small.

        Examples
        --------
        For 1,528 persons 123 places, which is 3 classes of 45, where a school has at least 24:

        >>> from landlink.policy import load_policy
        >>> school = load_policy("national-2016").on("2020-12-31").standard("primary_school")
        >>> school.units(1_528, 0), school.units(19_094, 0), school.units(19_094, 1_000)
        (1080, 1530, 1080)
        """
        demand = max(0, self.units_needed(persons) - surplus)
        if demand == 0:
            return 0
        module, least = int(self.number("module_units", 1)), int(self.number("min_units", 1))
        units = -(-demand // module) * module
        facilities = -(-units // int(self._numbers["max_units"])) if "max_units" in self._numbers else 1
        return max(units, facilities * least)

    def units_needed(self, persons: int) -> int:
        """Units that persons need by the ratio, rounded up to a whole one: no surplus, module or size is looked at."""
        return ceil(persons * self.number("per_1000", 0) / 1000)

    def land_field(self, *, central: bool) -> str:
        """Field that gives the land of a unit; empty where it follows from floor area and floor area ratio."""
        if central and "land_per_unit_central" in self.fields:
            return "land_per_unit_central"
        return "land_per_unit" if "land_per_unit" in self.fields else ""

    def land_per_unit(self, units: int, *, central: bool) -> Fraction:
        """Land of one unit in m², by the number of units where the standard has steps.

        Examples
        --------
        >>> from landlink.policy import load_policy
        >>> hospital = load_policy("national-2016").on("2020-12-31").standard("hospital")
        >>> [int(hospital.land_per_unit(beds, central=False)) for beds in (399, 400, 1_000)]
        [117, 115, 109]
        """
        field = self.land_field(central=central)
        if not field:
            return self._numbers["floor_per_unit"] / self._numbers["far"]
        content = self.fields[field].content
        if isinstance(content, Steps):
            return Fraction(content.at(Fraction(units)).value)
        return self._numbers[field]

    def persons_for(self, units: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Persons that units (places, beds) serve by the standard's ratio, rounded down, at most :data:`MOST_PERSONS`.

        Examples
        --------
        >>> from landlink.policy import load_policy
        >>> school = load_policy("national-2016").on("2020-12-31").standard("primary_school")
        >>> school.persons_for([1_080, 1_125]).tolist()
        [13500, 14062]
        """
        ratio = self.number("per_1000", 0)
        counts = np.asarray(units)
        if not ratio:
            return np.zeros(counts.shape, dtype="int64")
        persons = [int(count) * 1000 * ratio.denominator // ratio.numerator for count in counts.ravel()]
        return np.array([min(served, MOST_PERSONS) for served in persons], dtype="int64").reshape(counts.shape)
