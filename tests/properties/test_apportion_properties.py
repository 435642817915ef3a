"""What holds of every shared total: sums, bounds, monotony, symmetry, and the order of the units."""

from fractions import Fraction

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from landlink.apportion import apportion
from landlink.units import MOST_M2

WEIGHTS = st.one_of(
    st.integers(1, 5),
    st.fractions(Fraction(1, 1000), 1000, max_denominator=10**12).filter(bool),
    st.floats(1e-6, 1e6),
    st.decimals("0.001", "1000", places=3),
)


@st.composite
def cases(draw, *, greatest=MOST_M2, size=12, weighted=True):
    """Claims with bounds, weights and a total that the lower bounds leave room for."""
    few = draw(st.lists(st.integers(0, greatest), min_size=1, max_size=4))
    amounts = st.one_of(st.sampled_from(few), st.integers(0, greatest), st.integers(0, min(greatest, 9)))
    claims = draw(st.lists(amounts, min_size=1, max_size=size))
    upper = [draw(st.none() | st.integers(0, greatest)) for _ in claims]
    cap = caps(claims, upper)
    lower = [draw(st.just(0) | st.integers(0, min(most, MOST_M2 // size))) for most in cap]
    total = draw(st.integers(sum(lower), max(sum(lower), min(MOST_M2, sum(cap) + 3))))
    weights = [draw(WEIGHTS) for _ in claims] if weighted and draw(st.booleans()) else None
    return claims, total, {"upper": upper, "lower": lower, "weights": weights}


def caps(claims, upper):
    return [c if u is None else min(c, u) for c, u in zip(claims, upper, strict=True)]


def values(claims, weights):
    exact = [Fraction(str(weight)) for weight in weights or [1] * len(claims)]
    return [claim * weight for claim, weight in zip(claims, exact, strict=True)]


def one_at_a_time(claims, total, *, upper, lower, weights):
    """The definition: every unit to the greatest quotient."""
    shared, cap, v = list(lower), caps(claims, upper), values(claims, weights)
    while sum(shared) < min(total, sum(cap)):
        open_ = [i for i in range(len(claims)) if shared[i] < cap[i]]
        shared[max(open_, key=lambda i: (v[i] / (2 * shared[i] + 1), v[i], -i))] += 1
    return shared


def assert_in_order(shared, claims, *, upper, lower, weights):
    """The last unit that anyone was granted came before the next that anyone would be."""
    cap, v = caps(claims, upper), values(claims, weights)
    granted = [(v[i] / (2 * q - 1), v[i], -i) for i, q in enumerate(shared) if q > lower[i]]
    awaited = [(v[i] / (2 * q + 1), v[i], -i) for i, q in enumerate(shared) if q < cap[i]]
    if granted and awaited:
        assert min(granted) > max(awaited)


@given(cases())
def test_the_total_is_given_out_within_bounds_and_in_order(case):
    claims, total, options = case
    shared = apportion(claims, total, **options).tolist()
    cap = caps(claims, options["upper"])
    assert sum(shared) == min(total, sum(cap))
    assert all(low <= q <= high for low, q, high in zip(options["lower"], shared, cap, strict=True))
    assert_in_order(shared, claims, **options)


@given(cases(greatest=25, size=6))
def test_the_result_is_that_of_giving_out_units_one_at_a_time(case):
    claims, total, options = case
    assert apportion(claims, total, **options).tolist() == one_at_a_time(claims, total, **options)


@given(cases(), st.integers(0, 5) | st.integers(0, MOST_M2))
def test_a_greater_total_takes_from_no_one(case, more):
    claims, total, options = case
    before = apportion(claims, total, **options)
    after = apportion(claims, min(total + more, MOST_M2), **options)
    assert (after >= before).all()


@given(cases(), st.randoms(use_true_random=False))
def test_order_does_not_matter_to_claims_that_differ(case, random):
    claims, total, options = case
    keys = values(claims, options["weights"])
    kept = [i for i, key in enumerate(keys) if keys.index(key) == i]
    parts = {name: part and [part[i] for i in kept] for name, part in options.items()}
    claims = [claims[i] for i in kept]
    total = max(total, sum(parts["lower"]))
    straight = apportion(claims, total, **parts)
    order = random.sample(range(len(claims)), len(claims))
    shuffled = {name: part and [part[i] for i in order] for name, part in parts.items()}
    assert apportion([claims[i] for i in order], total, **shuffled).tolist() == straight[order].tolist()


@given(st.integers(0, MOST_M2), st.integers(1, 300), st.integers(0, MOST_M2))
@example(MOST_M2, 300, MOST_M2)
def test_equal_claims_are_equal_to_within_one_unit_and_the_first_have_it(claim, count, total):
    shared = apportion([claim] * count, total)
    assert shared[0] - shared[-1] <= 1
    assert (np.diff(shared) <= 0).all()


@given(cases(weighted=False), st.fractions(Fraction(1, 1000), 1000, max_denominator=10**9).filter(bool))
def test_one_weight_for_all_changes_nothing(case, weight):
    claims, total, options = case
    plain = apportion(claims, total, **options)
    options["weights"] = [weight] * len(claims)
    assert apportion(claims, total, **options).tolist() == plain.tolist()


@given(st.integers(0, 2**32 - 1), st.integers(2, 2000), st.sampled_from(["spread", "near", "odd", "bounded"]))
def test_many_claims_are_served_in_order(seed, count, shape):
    rng = np.random.default_rng(seed)
    weights = None
    lower, upper = [0] * count, [None] * count
    fewest, most = 0, MOST_M2
    if shape == "spread":
        claims = np.exp(rng.uniform(0, np.log(MOST_M2), count)).astype(np.int64).tolist()
    elif shape == "near":  # quotients that differ in the thirtieth digit
        claims = [MOST_M2 - int(x) for x in rng.integers(0, 3, count)]
        weights = [1 + Fraction(int(x), 10**30 + 57) for x in rng.integers(0, 4, count)]
    elif shape == "odd":  # v = 2 q + 1, so that the last unit of each is tied with the others' at 1, or nearly
        claims = (2 * rng.integers(0, MOST_M2 // count, count) + 1).tolist()
        if seed % 2:
            weights = [1 + Fraction(int(x), 10**30) for x in rng.integers(-2, 3, count)]
        most = sum(claim // 2 + 1 for claim in claims)
        fewest = most - count
    else:
        claims = rng.integers(0, MOST_M2, count).tolist()
        upper = [int(c * x) for c, x in zip(claims, rng.uniform(0, 1.2, count), strict=True)]
        lower = [int(min(c, u, MOST_M2 // count) * 0.5) for c, u in zip(claims, upper, strict=True)]
        weights = rng.uniform(0.5, 1.5, count).tolist()
        fewest = sum(lower)
    options = {"upper": upper, "lower": lower, "weights": weights}
    total = int(rng.integers(fewest, most, endpoint=True))
    shared = apportion(claims, total, **options).tolist()
    assert sum(shared) == min(total, sum(caps(claims, upper)))
    assert_in_order(shared, claims, **options)
