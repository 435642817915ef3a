"""Classes of figures: every value in one class, no class empty, and the same on the screen as on a map sheet."""

from decimal import Decimal
from itertools import pairwise
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import landlink
from landlink.annex import Edition
from landlink.annex.maps import themes
from landlink.present import colors
from landlink.present.classes import MOST, ZERO_CLASS, breaks, class_labels, class_of, classify
from landlink.ui.maps import districts as screen

# Hundredths, as areas are shown in ha: small, large, close together, many of them equal.
hundredths = st.one_of(
    st.integers(0, 10**9), st.integers(0, 300), st.integers(10**6, 10**6 + 50), st.sampled_from([0, 1, 99, 100, 10_000])
)
figures = st.lists(hundredths.map(lambda value: value / 100), min_size=1, max_size=40)

EDITION = Edition(landlink.make_plan(landlink.load_city("guangzhou"), landlink.load_policy("guangzhou-2018"), 2020))


def series(values: list[float]) -> pd.Series:
    return pd.Series(values, index=[f"{number:06d}" for number in range(len(values))])


@settings(deadline=None)
@given(figures, st.sampled_from([0, 2]))
def test_each_value_is_in_one_class_and_no_class_is_empty(values: list[float], decimals: int) -> None:
    shown = np.round(values, decimals)
    edges = breaks(shown, decimals)
    assert 2 <= len(edges) <= MOST + 1
    assert all(low < high for low, high in pairwise(edges)) or (len(edges) == 2 and len(set(shown)) == 1)
    assert edges[0] <= shown.min()
    assert edges[-1] >= shown.max()
    classes = class_of(shown, edges)
    assert set(classes) == set(range(len(edges) - 1))
    for value, number in zip(shown, classes, strict=True):
        low, high = edges[number], edges[number + 1]
        assert low <= value < high or value == high == edges[-1]
    assert all(edge == round(edge, decimals) for edge in edges)


@settings(deadline=None)
@given(figures, st.randoms())
def test_the_order_of_rows_does_not_matter(values: list[float], random: Random) -> None:
    plain = series(values)
    order = list(plain.index)
    random.shuffle(order)
    mixed = classify(plain[order])
    assert mixed.edges == classify(plain).edges
    assert mixed.classes[plain.index].equals(classify(plain).classes)


@settings(deadline=None)  # the first call imports mapclassify
@given(figures)
def test_screen_and_sheet_agree(values: list[float]) -> None:
    shown = {code: Decimal(str(value)).quantize(Decimal("0.01")) for code, value in series(values).items()}
    sheet = themes.classed(EDITION, shown, "", "", colors.BLUES, "official")
    on_screen, legend = screen._colors(series(values), 2, "–")
    assert [entry.label for entry in sheet.legend if entry.color != colors.ZERO] == [
        label for label, color in legend if color != screen.ZERO
    ]
    in_order = [color for _, color in legend]
    on_paper = [entry.color for entry in sheet.legend]
    for code in shown:
        assert in_order.index(on_screen[code]) == on_paper.index(sheet.colors[code])


def test_zeros_stand_by_themselves_unless_figures_are_negative() -> None:
    assert classify(series([0.0, 1.0, 5.0])).classes.tolist()[0] == ZERO_CLASS
    assert not classify(series([-1.0, 0.0, 5.0])).has_zero
    assert classify(series([0.0, 0.0])).edges == ()


def test_quintiles_are_rounded_to_two_digits() -> None:
    """Quintiles 86.78, 94.48, 98.22 … of 64 to 259.54 by hand: lowest down, highest up, the others to the nearest."""
    assert breaks([64, 187.15, 85.63, 95.47, 97.51, 209.63, 259.54]) == [64, 88, 96, 150, 210, 260]
    assert class_labels([64, 88, 96]) == ["64–88", "88–96"]
    assert class_labels([1.25, 2]) == ["1.25–2.00"]


@pytest.mark.parametrize(
    "ramp", [colors.ORANGES, colors.BLUES, colors.GREENS, colors.SUITABILITY, (colors.NO_ACCESS, *colors.ACCESS)]
)
def test_ramps_are_in_order_in_grey(ramp: tuple[str, ...]) -> None:
    greys = [0.299 * int(c[1:3], 16) + 0.587 * int(c[3:5], 16) + 0.114 * int(c[5:], 16) for c in ramp]
    assert all(dark < light - 10 for light, dark in pairwise(greys))
