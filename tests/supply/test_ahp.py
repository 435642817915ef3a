"""Weights by pairwise comparison: Saaty's own example, and what must hold for any comparisons."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import landlink
from landlink.supply import ahp


def comparisons(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["factor", "other", "ratio"])


def test_a_worked_example() -> None:
    """Three factors, a : b = 3, a : c = 5, b : c = 2.

    The characteristic polynomial of a 3 × 3 reciprocal matrix is λ³ − 3λ² = r + 1/r − 2 with
    r = a12 · a23 / a13 = 3 · 2 / 5 = 1.2, so λ³ − 3λ² = 0.0333 and λ = 3.0037;
    CI = 0.0037 / 2, CR = CI / 0.58 = 0.0032.
    The eigenvector is in proportion to the geometric means 15^(1/3) : (2/3)^(1/3) : (1/10)^(1/3).
    """
    found = ahp.weights(ahp.matrix(comparisons(("a", "b", 3), ("a", "c", 5), ("c", "b", 1 / 2)), "abc"), "abc")
    means = np.array([15.0, 2 / 3, 1 / 10]) ** (1 / 3)
    np.testing.assert_allclose(list(found.weights.values()), means / means.sum(), rtol=1e-9)
    assert found.consistency_ratio == pytest.approx(0.0032, abs=5e-5)
    assert found.accepted


def test_weights_are_the_same_on_every_machine_to_the_last_digit() -> None:
    """Metro, road and school: 2, 2 and 1 to each other, 3, 3 and 3 to slope; roads and schools weigh the same.

    No library of linear algebra takes part, whose last digits depend on its version and on the processor.
    """
    rows = [("metro", "road", 2), ("metro", "school", 2), ("road", "school", 1)]
    rows += [(factor, "slope", 3) for factor in ("metro", "road", "school")]
    names = ["metro", "road", "school", "slope"]
    found = ahp.weights(ahp.matrix(comparisons(*rows), names), names)
    exact = ["0x1.a89077ee53d7ep-2", "0x1.f2dd8e7bb6af4p-3", "0x1.f2dd8e7bb6af4p-3", "0x1.9247e657d5e3ap-4"]
    assert [weight.hex() for weight in found.weights.values()] == exact
    assert found.weights["road"] == found.weights["school"]


def test_contradictions_are_not_accepted_and_named() -> None:
    """a is 5 times b, b 5 times c, and c 5 times a: every pair is as doubtful as the others."""
    found = ahp.weights(ahp.matrix(comparisons(("a", "b", 5), ("b", "c", 5), ("c", "a", 5)), "abc"), "abc")
    assert not found.accepted
    assert found.weights["a"] == pytest.approx(1 / 3)
    assert found.doubtful[2] == pytest.approx(1)
    # one comparison out of line with all others is the one that is named
    rows = [("a", "b", 2), ("a", "c", 4), ("b", "c", 2), ("a", "d", 8), ("b", "d", 4), ("c", "d", 1 / 9)]
    assert ahp.weights(ahp.matrix(comparisons(*rows), "abcd"), "abcd").doubtful[:2] == ("c", "d")


def test_one_and_two_factors_are_always_consistent() -> None:
    assert ahp.weights(ahp.matrix(comparisons(), "a"), "a").weights == {"a": 1.0}
    found = ahp.weights(ahp.matrix(comparisons(("a", "b", 3)), "ab"), "ab")
    assert found.weights == pytest.approx({"a": 0.75, "b": 0.25})
    assert found.consistency_ratio == 0


# rows, factors, and the messages
WRONG = {
    "missing": ([("a", "b", 3)], "abc", ["ahp.pair_missing", "ahp.pair_missing"]),
    "twice": ([("a", "b", 3), ("b", "a", 3)], "ab", ["ahp.pair_twice"]),
}


@pytest.mark.parametrize(("rows", "factors", "messages"), WRONG.values(), ids=WRONG)
def test_wrong_comparisons(rows: list[tuple[str, str, float]], factors: str, messages: list[str]) -> None:
    with pytest.raises(landlink.DataError) as error:
        ahp.matrix(comparisons(*rows), factors)
    assert [fault.id for fault in error.value.faults] == messages


@pytest.mark.parametrize("count", [0, 16])
def test_as_many_factors_as_random_indices_are_known_for(count: int) -> None:
    with pytest.raises(landlink.DataError) as error:
        ahp.weights(np.ones((count, count)), [f"f{place}" for place in range(count)])
    assert [fault.id for fault in error.value.faults] == ["ahp.count"]


positive = st.lists(st.floats(0.05, 1), min_size=1, max_size=15)


@given(positive)
def test_comparisons_made_of_weights_give_them_back(given_weights: list[float]) -> None:
    wanted = np.array(given_weights) / sum(given_weights)
    names = [f"f{place}" for place in range(len(wanted))]
    found = ahp.weights(wanted[:, None] / wanted[None, :], names)
    np.testing.assert_allclose(list(found.weights.values()), wanted, rtol=1e-9)
    assert found.consistency_ratio < 1e-9


@given(st.lists(st.sampled_from([1 / 9, 1 / 5, 1 / 3, 1, 3, 5, 9]), min_size=6, max_size=6), st.permutations("abcd"))
def test_the_order_of_factors_does_not_matter(ratios: list[float], order: list[str]) -> None:
    pairs = [(one, two) for place, one in enumerate("abcd") for two in "abcd"[place + 1 :]]
    rows = comparisons(*((one, two, ratio) for (one, two), ratio in zip(pairs, ratios, strict=True)))
    first = ahp.weights(ahp.matrix(rows, "abcd"), "abcd")
    second = ahp.weights(ahp.matrix(rows, order), order)
    assert second.weights == pytest.approx(dict(first.weights), rel=1e-6)
    assert second.consistency_ratio == pytest.approx(first.consistency_ratio, abs=1e-9)
    assert sum(first.weights.values()) == pytest.approx(1)
