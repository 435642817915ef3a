"""Excel expressions that give the package's own integers, in Excel and in LibreOffice alike."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StepCells:
    """Cells of one step: whether its lower bound is closed (≥ or >), the bound, and the value."""

    sign: str
    bound: str
    value: str


def quoted(value: str) -> str:
    """Text as a formula writes it.

    Examples
    --------
    >>> print(quoted('5" pipe'))
    "5"" pipe"
    """
    return '"' + value.replace('"', '""') + '"'


def literal(value: object) -> str:
    """Value as a formula writes it; nothing is what an empty cell equals.

    Examples
    --------
    >>> literal(12.5), literal(None)
    ('12.5', '""')
    """
    return quoted("" if value is None else value) if value is None or isinstance(value, str) else repr(value)


def half_up(expression: str) -> str:
    """Round to a whole unit, a half upwards; the sixth decimal takes the binary noise away before."""
    return f"ROUND(ROUND({expression},6),0)"


def whole_above(expression: str) -> str:
    """Round up to a whole unit, without taking binary noise for a remainder."""
    return f"ROUNDUP(ROUND({expression},9),0)"


def m2(hectares: str) -> str:
    """Hectares as whole m²."""
    return f"ROUND(ROUND({hectares}*10000,4),0)"


def shown_ha(cell: str, cells: str) -> str:
    """Whole m² as hectares with two decimals that add up with those of all cells: landlink.units.shown_ha.

    Parameters
    ----------
    cell, cells
        Address of the cell, one of the cells, and of all of them.
    """
    rest, rests = (f"({address}-100*INT({address}/100))" for address in (cell, cells))
    before = f"SUMPRODUCT(({rests}>{rest})+({rests}={rest})*(ROW({cells})<ROW({cell})))"
    ups = f"ROUND(SUM({cells})/100,0)-SUMPRODUCT(INT({cells}/100))"
    return f"(INT({cell}/100)+IF({before}<{ups},1,0))/100"


def blank_or(cell: str, expression: str) -> str:
    """Nothing where a cell is blank: what is unknown stays unknown."""
    return f'IF({cell}="","",{expression})'


def step_value(size: str, steps: Sequence[StepCells], scale: str = "") -> str:
    """Value of the step that holds ``size ÷ scale``, decided without division.

    The steps join without gap, so the last one whose lower bound holds is the one.
    """
    value = steps[0].value
    for step in steps[1:]:
        bound = f"ROUND({step.bound}*{scale},4)" if scale else step.bound
        holds = f'IF({step.sign}="≥",{size}>={bound},{size}>{bound})'
        value = f"IF({holds},{step.value},{value})"
    return value


def by_choice(choice: str, values: Sequence[tuple[str, str]]) -> str:
    """Value that goes with a choice; the value that most choices have goes last, without a condition.

    Parameters
    ----------
    choice
        Address of the cell that holds the choice.
    values
        Address of each choice's name, and its value.

    Examples
    --------
    >>> by_choice("C4", [("J4", "1"), ("J5", "B2"), ("J6", "B2")])
    'IF(C4=J4,1,B2)'
    """
    all_values = [value for _, value in values]
    formula = usual = max(all_values, key=all_values.count)
    for name, value in reversed(values):
        if value != usual:
            formula = f"IF({choice}={name},{value},{formula})"
    return formula
