"""Distance to the next step (距下一档): what moves a district to another standard, and its worth (clause 7)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import pandas as pd

from landlink.linkage.entitlement import RULES, adjusted
from landlink.linkage.views import SIDES, VIEWS
from landlink.policy import Rules, Step, Steps
from landlink.schema import YES_NO
from landlink.units import half_up

BELOW, ABOVE = SIDES


def next_steps(linked: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Steps on either side of each district's, and the least change of land or residents that reaches them.

    Of land at the same urban residents, of residents at the same land; a change by one m² or person less leaves the
    district on its step, whichever step the bound belongs to. At stake is what the entitlement would be more or less:
    S × a′ rounded − E.

    Parameters
    ----------
    linked
        As :func:`landlink.linkage.entitlement.entitlement` returns it.
    rules
        Of which those of :data:`landlink.linkage.entitlement.RULES` are read.

    Returns
    -------
    One row a district and side on which a step lies, columns as ``VIEWS["steps"]`` declares. ``land_to_step_m2`` is m²
    of land, less land where the step is below; ``persons_to_step`` is urban residents, more where it is below; missing
    where no positive number of m² or persons would do. Of two steps the one that less land reaches is the nearest, and
    where both take the same the one above.

    Examples
    --------
    110 m² a person: 100,000 residents with 1,100 ha fall to 100 m² by 100 ha less, or by 10,000 persons more.

    >>> from landlink.policy import load_policy
    >>> linked = pd.DataFrame(
    ...     {
    ...         "code": ["440112"],
    ...         "district": ["黄埔区"],
    ...         "settled": [10_000],
    ...         "urban_residents": [100_000],
    ...         "urban_land_m2": [11_000_000],
    ...         "entitlement_m2": [800_000],
    ...     }
    ... )
    >>> table = next_steps(linked, load_policy("national-2016").on("2020-12-31"))
    >>> table[["side", "bound_m2", "land_to_step_m2", "persons_to_step", "at_stake_m2", "nearest"]].values.tolist()
    [['below', 100.0, 1000000, 10000, 200000, 'yes'], ['above', 150.0, 4000001, 26667, -300000, 'no']]
    """
    rules = rules.only(*RULES)
    steps = rules["linkage.standard"].steps
    rows = [row for record in linked.to_dict("records") for row in _district(record, steps, rules)]
    table = pd.DataFrame(rows, columns=VIEWS["steps"].names)
    whole = {
        column.name: "Int64" if not column.required else "int64"
        for column in VIEWS["steps"].columns
        if column.kind == "int"
    }
    return table.astype(whole)


@dataclass(frozen=True, slots=True)
class _Crossing:
    """The way to a neighbouring step.

    Parameters
    ----------
    bound
        m² a person between the two steps.
    includes
        The bound belongs to the step that is reached.
    step
        The step that is reached.
    """

    side: str
    bound: Decimal
    includes: bool
    step: Step

    def land_m2(self, land: int, residents: int) -> int | None:
        """Land that is more or less by the least that reaches the step; None where no land would be left."""
        at_bound = Fraction(self.bound) * residents
        reached = _beyond(at_bound, up=self.side == ABOVE, includes=self.includes)
        return abs(reached - land) if reached > 0 else None

    def persons(self, land: int, residents: int) -> int | None:
        """Urban residents, more or fewer by the least that reaches the step; None where nobody would be left."""
        reached = _beyond(land / Fraction(self.bound), up=self.side == BELOW, includes=self.includes)
        return abs(reached - residents) if reached > 0 else None


def _beyond(bound: Fraction, *, up: bool, includes: bool) -> int:
    """First whole number beyond a bound, or at it where the bound is included."""
    if up:
        return ceil(bound) if includes else floor(bound) + 1
    return floor(bound) if includes else ceil(bound) - 1


def _crossings(steps: Steps, level: Fraction) -> Iterator[_Crossing]:
    """Ways to the steps beside that of a per-capita stock."""
    index = steps.steps.index(steps.at(level))
    step = steps.steps[index]
    if index:
        yield _Crossing(BELOW, step.lower, not step.lower_closed, steps.steps[index - 1])
    if step.upper is not None:
        yield _Crossing(ABOVE, step.upper, not step.upper_closed, steps.steps[index + 1])


def _district(record: dict[str, object], steps: Steps, rules: Rules) -> list[tuple[object, ...]]:
    """Rows of one district."""
    settled, residents, land, entitled = (
        int(str(record[name])) for name in ("settled", "urban_residents", "urban_land_m2", "entitlement_m2")
    )
    level = Fraction(land, residents)
    crossings = list(_crossings(steps, level))
    areas = [crossing.land_m2(land, residents) for crossing in crossings]
    known = [
        (area, crossing.side == BELOW, crossing.side) for area, crossing in zip(areas, crossings, strict=True) if area
    ]
    nearest = min(known)[-1] if known else None
    standard = float(adjusted(Fraction(steps.at(level).value), rules))
    rows: list[tuple[object, ...]] = []
    for crossing, area in zip(crossings, areas, strict=True):
        reached = adjusted(Fraction(crossing.step.value), rules)
        figures = (crossing.side, float(crossing.bound), float(reached), area, crossing.persons(land, residents))
        at_stake = half_up(settled * reached) - entitled
        marked = YES_NO[0] if crossing.side == nearest else YES_NO[1]
        rows.append((record["code"], record["district"], float(level), standard, *figures, at_stake, marked))
    return rows
