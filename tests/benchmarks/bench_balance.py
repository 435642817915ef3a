"""Seconds that sharing a total takes, by number of claims and shape of input: the best of three runs each."""

from collections.abc import Iterator
from fractions import Fraction
from time import perf_counter
from typing import Any

import numpy as np

from landlink.apportion import apportion
from landlink.units import MOST_M2

SIZES = (11, 10_000, 100_000)
RUNS = 3


def shapes(size: int) -> Iterator[tuple[str, Any, int, dict[str, Any]]]:
    """Inputs that are each hard in a way of their own."""
    rng = np.random.default_rng(size)
    spread = np.exp(rng.uniform(0, np.log(MOST_M2), size)).astype(np.int64)
    large = rng.integers(0, MOST_M2, size)
    share = MOST_M2 // size
    yield "spread from 1 to 10^12", spread, min(MOST_M2, int(spread.sum()) // 2), {}
    yield "spread, as a list", spread.tolist(), min(MOST_M2, int(spread.sum()) // 2), {}
    yield "large", large, MOST_M2, {}
    yield "all equal, half of them a unit ahead", np.full(size, MOST_M2), share * size - size // 2, {}
    yield "few values, many ties", rng.choice([3, 9, 27, 81], size), 7 * size, {}
    odd = 2 * (large // size) + 1
    yield "odd, the last unit of each tied at 1", odd, int((odd // 2).sum()) + size // 2, {}
    bounds = {
        "lower": (np.minimum(large, share) * 0.5).astype(np.int64),
        "upper": (2 * share * rng.random(size)).astype(np.int64),
    }
    bounds["lower"] = np.minimum(bounds["lower"], bounds["upper"])
    yield "most bounds binding", large, MOST_M2 * 3 // 4, bounds
    yield (
        "capacities with gaps",
        large,
        MOST_M2,
        {"upper": [None if x % 2 else int(x) for x in bounds["upper"]]},
    )
    yield "float weights", large, MOST_M2, {"weights": rng.uniform(0.5, 1.5, size)}
    awkward = [Fraction(10**30 + int(a), 10**30 + int(b)) for a, b in rng.integers(1, 10**6, (size, 2))]
    yield (
        "fractions that doubles hold equal",
        np.full(size, MOST_M2),
        share * size - size // 2,
        {"weights": awkward},
    )
    fine = [Fraction(int(a) * 10**60 + 7, int(b) * 10**60 + 9) for a, b in rng.integers(1, 10**6, (size, 2))]
    yield "fractions of 66 digits", large, MOST_M2, {"weights": fine}


def main() -> None:
    """Print the table."""
    print(f"{'claims':>8}  {'seconds':>8}  shape")
    for size in SIZES:
        for name, claims, total, options in shapes(size):
            seconds = []
            for _ in range(RUNS):
                start = perf_counter()
                apportion(claims, total, **options)
                seconds.append(perf_counter() - start)
            print(f"{size:>8,}  {min(seconds):8.4f}  {name}")


if __name__ == "__main__":
    main()
