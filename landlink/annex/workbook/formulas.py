"""Excel formulas that give the package's own integers, in Excel and in LibreOffice alike."""

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
    left, all_left = (f"({one}-100*INT({one}/100))" for one in (cell, cells))
    before = f"SUMPRODUCT(({all_left}>{left})+({all_left}={left})*(ROW({cells})<ROW({cell})))"
    ups = f"ROUND(SUM({cells})/100,0)-SUMPRODUCT(INT({cells}/100))"
    return f"(INT({cell}/100)+IF({before}<{ups},1,0))/100"


def blank_or(cell: str, expression: str) -> str:
    """Nothing where a cell is blank: what is unknown stays unknown."""
    return f'IF({cell}="","",{expression})'


def step_value(size: str, steps: Sequence[StepCells], scale: str = "") -> str:
    """Value of the step that holds ``size ÷ scale``, decided without division.

    The steps join without gap, so the last one whose lower bound holds is the one.
    """
    found = steps[0].value
    for step in steps[1:]:
        bound = f"ROUND({step.bound}*{scale},4)" if scale else step.bound
        holds = f'IF({step.sign}="≥",{size}>={bound},{size}>{bound})'
        found = f"IF({holds},{step.value},{found})"
    return found
