"""Colours and marks of maps: ramps that are ordered in grey, and hues that the colour-blind can distinguish."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import shapely

from landlink.schema import USABLE_SOURCES

# Ramps of one hue for districts that bear their names: light to dark, and no darker than a name on them can be read.
ORANGES = ("#fff0e0", "#fdd7b0", "#fbb980", "#f19a55", "#dd7733")
BLUES = ("#e6f0f9", "#c5dbee", "#9dc4e2", "#71a8d3", "#4a8bbf")
GREENS = ("#e9f5e5", "#c9e7c3", "#a2d59d", "#75bd80", "#4a9f65")
PURPLES = ("#f1edf6", "#d9d0e8", "#bcafd6", "#9d8cc2", "#8070b0")
# Land by suitability: to dark, as names stand beside it.
SUITABILITY = ("#d9f0d3", "#a6dba0", "#5aae61", "#1b7837", "#00441b")
# Cells by access: to dark, as names stand beside them.
ACCESS = ("#bcd4ea", "#8fbfe0", "#4292c6", "#084594")
# A cell that reaches no facility.
NO_ACCESS = "#e4e4e4"
# A district whose figure is zero: lighter than any class.
ZERO = "#ffffff"
# A district that a sheet is not about.
OTHER_DISTRICT = "#f1f1f0"
# Land by where it can be had (Okabe and Ito, darkened so that they differ in grey too); a further source of land has
# the next of the others.
_OF_SOURCES = ("#e69f00", "#0072b2", "#cc79a7", "#1d5c43", "#882255", "#999933", "#56b4e9", "#332288")
SOURCES: Mapping[str, str] = dict(zip(USABLE_SOURCES, _OF_SOURCES, strict=False))
# Quiet colours for districts side by side.
PASTELS = ("#f8e6c1", "#d5e6d0", "#d3e2ef", "#efd9dc", "#e3dcec", "#eceac9", "#d5ebe7", "#ecdfd0")
# Facilities in their order (Okabe and Ito, then Tol).
HUES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#332288", "#882255", "#999933")
# Hue of each group of facilities in a chart (Okabe and Ito; education's blue darker, as it has the most tints).
GROUP_HUES: Mapping[str, str] = {
    "housing": "#e69f00",
    "education": "#08519c",
    "health": "#d55e00",
    "elder_care": "#cc79a7",
    "employment": "#009e73",
    "other": "#999999",
}
_MOST_WHITE = 0.87  # share of white that no tint reaches: lighter ones are lost on a white page
# Facilities in their order, by marks that differ without colour.
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p", "h", "8", "<", ">")


def ramp(colors: Sequence[str], count: int) -> list[str]:
    """As many colours of a ramp as there are classes, from its light end to its dark one.

    Examples
    --------
    >>> ramp(("white", "silver", "grey", "black"), 2)
    ['white', 'black']
    """
    if count == 1:
        return [colors[(len(colors) - 1) // 2]]
    return [colors[round(step * (len(colors) - 1) / (count - 1))] for step in range(count)]


def tints(color: str, count: int) -> list[str]:
    """A number of tints of a colour, no two alike: the colour itself, then evenly lighter ones.

    Examples
    --------
    >>> tints("#d55e00", 2)
    ['#d55e00', '#e7a46f']
    """
    channels = [int(color[start : start + 2], 16) for start in (1, 3, 5)]
    whites = [_MOST_WHITE * index / count for index in range(count)]
    mixed = [[round(channel + (255 - channel) * white) for channel in channels] for white in whites]
    return [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in mixed]


def facility_colors(groups: Mapping[str, str]) -> dict[str, str]:
    """Colour of each facility: a tint of its group's hue that no other facility has.

    Parameters
    ----------
    groups
        Group of each facility, by facility.

    Examples
    --------
    >>> facility_colors({"clinic": "health", "hospital": "health", "homes": "housing"})
    {'clinic': '#d55e00', 'hospital': '#e7a46f', 'homes': '#e69f00'}
    """
    sizes = Counter(groups.values())
    tints_left = {group: iter(tints(GROUP_HUES[group], size)) for group, size in sizes.items()}
    return {facility: next(tints_left[group]) for facility, group in groups.items()}


def pastels(codes: Sequence[str], shapes: npt.NDArray[np.object_]) -> Mapping[str, str]:
    """Quiet colour of each district by code: neighbours differ as long as there are colours.

    Parameters
    ----------
    codes
        Codes of the districts.
    shapes
        Their polygons, in the same order.
    """
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    chosen: dict[int, int] = {}
    for index in range(len(codes)):
        of_neighbours = {chosen[neighbour] for neighbour in right[left == index].tolist() if neighbour in chosen}
        free = [color for color in range(len(PASTELS)) if color not in of_neighbours] or list(range(len(PASTELS)))
        # The least used so far: neighbours of neighbours differ too, and no colour prevails.
        used = list(chosen.values())
        chosen[index] = min(free, key=used.count)
    return {code: PASTELS[chosen[index]] for index, code in enumerate(codes)}


def facility_mark(index: int) -> tuple[str, str]:
    """Marker and colour of the facility at an index of the plan's order."""
    return MARKERS[index % len(MARKERS)], HUES[index % len(HUES)]
