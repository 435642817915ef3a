"""Constraints on parcels (约束): what each rule takes of a parcel or warns of, by its rule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from landlink.schema import CONSTRAINT_RULES, ConstraintRule
from landlink.supply.overlay import ROUND, Shapes, meet

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint, as the table ``constraints`` has it.

    Parameters
    ----------
    name
        Its name, such as ``farmland``.
    rule_name
        One of ``CONSTRAINT_RULES``.
    value
        Distance in m, slope in degrees, area in m², width in m or compactness, by the rule; None where it has none.
    """

    name: str
    rule_name: str
    value: float | None

    @property
    def rule(self) -> ConstraintRule:
        """What its rule does."""
        return CONSTRAINT_RULES[self.rule_name]

    @property
    def limit(self) -> float:
        """Value of a rule that says nothing without one.

        Raises
        ------
        ValueError
            The constraint has no value.

        Examples
        --------
        >>> Constraint("area", "min_area", 500.0).limit
        500.0
        """
        if self.value is None:
            raise ValueError(f"constraint {self.name} has no value")
        return self.value

    def zones(self, shapes: Mapping[str, Shapes]) -> Shapes:
        """Its zones, enlarged by the distance that it keeps clear of them.

        Parameters
        ----------
        shapes
            Shapes by constraint, in a plane.

        Examples
        --------
        A road that is kept clear of by 10 m takes 10 m on either side of its 100 m × 6 m.

        >>> road = {"road": np.array([shapely.box(0, 0, 100, 6)], dtype=object)}
        >>> Constraint("road", "exclude", 10.0).zones(road)[0].bounds
        (-10.0, -10.0, 110.0, 16.0)
        """
        distance = self.value if self.rule.buffer else None
        return shapely.buffer(shapes[self.name], distance, quad_segs=ROUND) if distance else shapes[self.name]


def constraints_of(table: pd.DataFrame) -> list[Constraint]:
    """Constraints of a table, in its order.

    Examples
    --------
    >>> table = pd.DataFrame({"constraint": ["water", "area"], "rule": ["exclude", "min_area"], "value": [None, 500]})
    >>> [(constraint.name, constraint.rule.acts, constraint.value) for constraint in constraints_of(table)]
    [('water', 'inside zones', None), ('area', 'on pieces', 500.0)]
    """
    rows = zip(table["constraint"], table["rule"], table["value"], strict=True)
    return [Constraint(name, rule, None if pd.isna(value) else float(value)) for name, rule, value in rows]


def too_small(parts: Shapes, areas_m2: Floats, limit_m2: float) -> Mask:  # noqa: ARG001 - one signature for all rules
    """True for pieces smaller than an area.

    Examples
    --------
    >>> too_small(np.array([]), np.array([300.0, 500.0]), 500).tolist()
    [True, False]
    """
    small: Mask = areas_m2 < limit_m2
    return small


def too_narrow(parts: Shapes, areas_m2: Floats, limit_m: float) -> Mask:  # noqa: ARG001 - one signature for all rules
    """True for pieces that a circle of a diameter does not fit into.

    The radius of the largest circle lies between A/P (for a polygon without holes) and 2A/P, A being its area and P
    its perimeter; only polygons in between are eroded to see.

    Examples
    --------
    A strip 8 m wide has no room for a circle of 10 m.

    >>> parts = np.array([shapely.box(0, 0, 200, 8), shapely.box(0, 0, 40, 12)])
    >>> too_narrow(parts, shapely.area(parts), 10).tolist()
    [True, False]
    """
    areas, lengths = shapely.area(parts), shapely.length(parts)
    radius = limit_m / 2
    wide: Mask = (areas >= radius * lengths) & (shapely.get_num_interior_rings(parts) == 0)
    unknown = ~wide & (2 * areas >= radius * lengths)
    wide[unknown] = ~shapely.is_empty(shapely.buffer(parts[unknown], -radius, quad_segs=ROUND))
    return ~wide


# Pieces that a rule on pieces takes, by rule: from polygons, their areas in m² and the constraint's value.
PIECES_TAKEN: Mapping[str, Callable[[Shapes, Floats, float], Mask]] = {"min_area": too_small, "min_width": too_narrow}


def warned(
    constraint: Constraint, left: Shapes, compactness: Floats, zones: Mapping[str, Shapes], threads: int | None
) -> Mask:
    """True for shapes that a constraint warns of: near its zones where it has any, else less compact than its value.

    Examples
    --------
    >>> shapes = np.array([shapely.box(0, 0, 10, 10), shapely.box(0, 0, 100, 1)])
    >>> constraint = Constraint("shape", "min_compactness", 0.3)
    >>> warned(constraint, shapes, np.array([0.79, 0.03]), {}, threads=1).tolist()
    [False, True]
    """
    if constraint.rule.layer:
        return meet(left, constraint.zones(zones), threads=threads).met
    below: Mask = compactness < constraint.limit
    return below
