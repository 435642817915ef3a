"""Worked examples of the shared total, with the arithmetic; and what is refused."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from landlink.apportion import apportion
from landlink.errors import DataError
from landlink.texts import LANGS
from landlink.units import MOST_M2


def test_units_go_to_the_greatest_quotients():
    # 53: 53, 17.67, 10.6, 7.57, 5.89, 4.818;  24: 24, 8, 4.8;  23: 23, 7.67, 4.6
    # The ten greatest end at 4.818, so 53 has six of them, 24 and 23 two each; the eleventh is 4.8.
    assert apportion([53, 24, 23], 10).tolist() == [6, 2, 2]
    assert apportion([53, 24, 23], 11).tolist() == [6, 3, 2]


def test_of_equal_quotients_the_greater_claim_is_first_and_then_the_first_in_order():
    # Second unit: 3 / 3 = 1 / 1, and 3 is the greater claim.
    assert apportion([1, 3], 2).tolist() == [0, 2]
    # Each has one; the fourth unit is 5 / 3 for all.
    assert apportion([5, 5, 5], 4).tolist() == [2, 1, 1]


def test_a_claim_that_meets_its_capacity_leaves_the_rest_to_the_others():
    # 60 : 30 : 10 of 50 is 30 : 15 : 5. Capped at 20, the first leaves 30 to 30 : 10, which is 22.5 : 7.5:
    # the tie of 30 / 45 and 10 / 15 goes to the greater claim.
    assert apportion([60, 30, 10], 50).tolist() == [30, 15, 5]
    assert apportion([60, 30, 10], 50, upper=[20, None, None]).tolist() == [20, 23, 7]


def test_a_guarantee_is_taken_from_the_others():
    # The third keeps 8 of 10; 42 to 60 : 30 is 28 : 14.
    assert apportion([60, 30, 10], 50, lower=[0, 0, 8]).tolist() == [28, 14, 8]


def test_weights_multiply_the_claims_and_not_the_bounds():
    # 100 x 6/5 : 100 x 4/5 of 100 is 60 : 40; of 190 it is 114 : 76, but a claim is never exceeded: 100 : 90.
    for weights in ([1.2, 0.8], [Fraction(6, 5), Fraction(4, 5)], [Decimal("1.2"), Decimal("0.8")], [3, 2]):
        assert apportion([100, 100], 100, weights=weights).tolist() == [60, 40]
        assert apportion([100, 100], 190, weights=weights).tolist() == [100, 90]


def test_a_float_weight_is_the_decimal_it_is_written_as():
    # 3 x 0.1 = 0.3 in decimals, though not in doubles; the tie goes to the first in order.
    assert apportion([3, 1], 1, weights=[0.1, 0.3]).tolist() == [1, 0]
    assert apportion([1, 3], 1, weights=[0.3, 0.1]).tolist() == [1, 0]
    assert apportion([1, 3], 1, weights=np.array([0.3, 0.1], dtype=np.float32)).tolist() == [1, 0]


def test_quotients_that_no_double_tells_apart():
    # Second unit: 3 / 3 = 1 against 1 + 1e-20; were they equal, the greater claim would have it.
    assert apportion([1, 3], 2, weights=[1 + Fraction(1, 10**20), 1]).tolist() == [1, 1]
    assert apportion([1, 3], 2, weights=[1 - Fraction(1, 10**20), 1]).tolist() == [0, 2]
    # q = 10^11 each leaves one unit. It is the unit with 2 q + 1 = 200000000001, and the weights make its
    # quotients 1 + 1e-30 and 1.
    claims, odd = [2 * 10**11] * 2, 2 * 10**11 + 1
    second = Fraction(odd, claims[0])
    first = second * (1 + Fraction(1, 10**30))
    assert apportion(claims, odd, weights=[first, second]).tolist() == [10**11 + 1, 10**11]
    assert apportion(claims, odd, weights=[second, first]).tolist() == [10**11, 10**11 + 1]


def test_the_total_beyond_all_claims_is_not_given_out():
    assert apportion([3, 0, 5], 100).tolist() == [3, 0, 5]
    assert apportion([3, 0, 5], 100, upper=[2, 9, 10**30]).tolist() == [2, 0, 5]
    assert apportion([MOST_M2] * 3, MOST_M2).tolist() == [333333333334, 333333333333, 333333333333]


def test_nothing_to_share():
    assert apportion([], 5).tolist() == []
    assert apportion([0, 0], 5).tolist() == [0, 0]
    assert apportion([4, 4], 0).tolist() == [0, 0]
    assert apportion([4, 4], 3, lower=[1, 2]).tolist() == [1, 2]


@pytest.mark.parametrize(
    "claims",
    [
        pd.Series([53, 24, 23], index=["b", "c", "a"]),
        pd.Series([53, 24, 23], dtype="Int64"),
        np.array([53, 24, 23], dtype=np.uint16),
        np.array([53.0, 24.0, 23.0]),
        [Decimal(53), 24, 23],
    ],
)
def test_whole_numbers_of_every_kind_are_taken(claims):
    shared = apportion(claims, np.int64(10))
    assert type(shared) is np.ndarray
    assert shared.dtype == np.int64
    assert shared.tolist() == [6, 2, 2]


def test_inputs_are_left_as_they_are():
    claims, lower = np.array([4, 4]), np.array([2, 2])
    shared = apportion(claims, 4, lower=lower)
    shared[:] = 0
    assert claims.tolist() == [4, 4]
    assert lower.tolist() == [2, 2]


def faults(claims, total, **options):
    with pytest.raises(DataError) as caught:
        apportion(claims, total, **options)
    assert all(caught.value.text(lang) for lang in LANGS)
    return [(fault.id.removeprefix("balance."), dict(fault.values)) for fault in caught.value.faults]


@pytest.mark.parametrize("value", [1.5, float("nan"), float("inf"), "3", None, pd.NA, True, Decimal("sNaN")])
def test_what_is_not_whole_is_refused(value):
    [(kind, found)] = faults(np.array([1, value, value], dtype=object), 3)
    assert kind == "not_integer"
    assert (found["name"], found["count"], found["position"]) == ("claims", 2, 2)


def test_negative_and_too_large_values_are_refused():
    assert faults([5, -1], 3) == [("negative", {"name": "claims", "count": 1, "position": 2, "value": -1})]
    assert [kind for kind, _ in faults([5, 1], -3)] == ["negative"]
    assert faults([5, Decimal(-7)], 3)[0][1]["value"] == -7
    assert [kind for kind, _ in faults([5, 1], 3, lower=[-1, 0])] == ["negative"]
    assert [kind for kind, _ in faults([5, 1], 3, upper=[None, -1])] == ["negative"]
    assert [kind for kind, _ in faults([MOST_M2 + 1, 10**30], MOST_M2 + 1)] == ["too_large", "too_large"]


def test_inputs_of_another_length_are_refused():
    found = faults([5, 1], 3, lower=[1], upper=[1, 2, 3], weights=[1])
    assert [(kind, values["name"]) for kind, values in found] == [
        ("length", "lower"),
        ("length", "upper"),
        ("length", "weights"),
    ]
    assert [kind for kind, _ in faults([[5, 1]], 3)] == ["length"]
    assert [kind for kind, _ in faults(5, 3)] == ["length"]


@pytest.mark.parametrize(
    "weight",
    [0, -1, 0.0, float("nan"), float("inf"), "1", None, True, 10**400, Decimal("1e-999999"), Decimal("sNaN")],
)
def test_weights_out_of_range_are_refused(weight):
    [(kind, found)] = faults([5, 1], 3, weights=[1, weight])
    assert kind == "weight"
    assert (found["name"], found["count"], found["position"]) == ("weights", 1, 2)


def test_guarantees_that_cannot_be_kept_are_refused():
    assert faults([5, 4], 9, lower=[5, 4], upper=[5, 3]) == [
        ("floor_above_upper", {"count": 1, "position": 2, "lower": 4, "upper": 3})
    ]
    assert faults([5, 4], 8, lower=[5, 4]) == [("floors_above_total", {"floors": 9, "total": 8})]


def test_faults_of_several_inputs_are_collected():
    kinds = [kind for kind, _ in faults([5, -1], 1.5, lower=[0], weights=[1, 0])]
    assert kinds == ["negative", "not_integer", "length", "weight"]
