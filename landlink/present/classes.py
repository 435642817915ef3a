"""Classes of figures, and colours that the colour-blind can tell and that are in order in grey."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely

# Ramps of one hue, light to dark, and no darker than that names on them can be read.
ORANGES = ("#fff0e0", "#fdd7b0", "#fbb980", "#f19a55", "#dd7733")
BLUES = ("#e6f0f9", "#c5dbee", "#9dc4e2", "#71a8d3", "#4a8bbf")
GREENS = ("#e9f5e5", "#c9e7c3", "#a2d59d", "#75bd80", "#4a9f65")
# The same, to dark, where names stand beside rather than on them.
GREENS_TO_DARK = ("#d9f0d3", "#a6dba0", "#5aae61", "#1b7837", "#00441b")
BLUES_TO_DARK = ("#bcd4ea", "#8fbfe0", "#4292c6", "#084594")
# No figure above zero, lighter than any class: of districts, and of cells; districts that a sheet is not about.
NONE, NO_ACCESS, OTHER = "#ffffff", "#e4e4e4", "#f1f1f0"
# Quiet colours for districts, of which neighbours have different ones.
PASTELS = ("#f8e6c1", "#d5e6d0", "#d3e2ef", "#efd9dc", "#e3dcec", "#eceac9", "#d5ebe7", "#ecdfd0")
# Okabe's and Ito's colours, and marks that differ in grey.
HUES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#332288", "#882255", "#999933")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p", "h", "8", "<", ">")


def bounds(values: Sequence[float], decimals: int = 2) -> list[float]:
    """Bounds of at most five classes of about equal count, rounded; a class holds its lower bound, the last both.

    Returns
    -------
    One bound more than there are classes, none of which is empty; one value twice where all values are equal.

    Examples
    --------
    >>> bounds([64, 187.15, 85.63, 95.47, 97.51, 209.63, 259.54])
    [64.0, 88.0, 96.0, 150.0, 210.0, 260.0]
    """
    distinct = np.unique(np.asarray(values, dtype=float))
    if len(distinct) == 1:
        return [float(distinct[0])] * 2
    low, *inner, high = (float(cut) for cut in np.quantile(distinct, [0, 0.2, 0.4, 0.6, 0.8, 1]))
    # Two digits of a bound, more where the values lie closer together than that, none beyond the decimals shown.
    spread = 10.0 ** np.floor(np.log10((high - low) / 5))

    def step(bound: float) -> float:
        digits = 10.0 ** (np.floor(np.log10(abs(bound))) - 1) if bound else spread
        return float(max(min(digits, spread), 10.0**-decimals))

    rounded = [round(bound / step(bound)) * step(bound) for bound in inner]
    edges = np.unique([np.floor(low / step(low)) * step(low), *rounded, np.ceil(high / step(high)) * step(high)])
    edges = np.unique(edges.round(decimals))
    filled = np.histogram(distinct, edges)[0] > 0
    return [float(edge) for edge in (edges[0], *edges[1:][filled])]


def class_of(value: float, edges: Sequence[float]) -> int:
    """Class that a value falls in."""
    return int(np.clip(np.searchsorted(edges, value, side="right") - 1, 0, len(edges) - 2))


def ramp(colors: Sequence[str], count: int) -> list[str]:
    """As many colours of a ramp as there are classes, from its light end to its dark one."""
    if count == 1:
        return [colors[len(colors) // 2]]
    return [colors[round(step * (len(colors) - 1) / (count - 1))] for step in range(count)]


def spans(edges: Sequence[float], decimals: int = 2) -> list[str]:
    """Classes as people read them, such as 64–86."""
    digits = 0 if all(edge == round(edge) for edge in edges) else decimals
    shown = [f"{edge:,.{digits}f}" for edge in edges]
    if edges[0] == edges[-1]:
        return [shown[0]]
    return [f"{low}–{high}" for low, high in pairwise(shown)]


def pastels(codes: Sequence[str], shapes: npt.NDArray[np.object_]) -> Mapping[str, str]:
    """Quiet colour of each district: no neighbours have the same one, as long as there are colours."""
    near, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    chosen: dict[int, int] = {}
    for place in range(len(codes)):
        taken = {chosen[by] for by in other[near == place].tolist() if by in chosen}
        free = [color for color in range(len(PASTELS)) if color not in taken] or list(range(len(PASTELS)))
        # The one used least so far: neighbours of neighbours differ too, and no colour stands for most of the city.
        used = list(chosen.values())
        chosen[place] = min(free, key=used.count)
    return {code: PASTELS[chosen[place]] for place, code in enumerate(codes)}


def mark_of(place: int) -> tuple[str, str]:
    """Mark and colour of the facility at a place in the plan's order."""
    return MARKERS[place % len(MARKERS)], HUES[place % len(HUES)]
