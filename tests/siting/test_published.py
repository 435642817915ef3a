"""The siting engine on published instances: proven optima where the form is its own, lower bounds where it is not."""

import numpy as np
import pytest

from landlink.siting.solver import allocate
from tests import orlib
from tests.siting import published
from tests.siting.published import Instance

# Instances that are proven within a second or two; tests/benchmarks/bench_siting_published.py has all.
FAST_MEDIANS = ("pmed1", "pmed5")
FAST_CENTERS = ("pmed4", "pmed5")
FAST_CAPACITATED = ("pmedcap01", "pmedcap02", "pmedcap03", "pmedcap04", "pmedcap05", "pmedcap06")


def check(instance: Instance, gap: float) -> None:
    """The published optimum lies between bound and objective, and nobody is left out."""
    answer = allocate(instance.problem, weights=instance.weights, gap=gap)
    assert answer.status in ("gap", "optimal")
    assert answer.gap <= gap
    assert not answer.uncovered[0].any()
    assert answer.bound <= instance.optimum * (1 + 1e-9)
    split = np.diff(answer.served[0].indptr) > 1
    if instance.exact or not split.any():
        assert answer.objective >= instance.optimum * (1 - 1e-9)
        assert answer.objective <= instance.optimum * (1 + gap)


@pytest.mark.parametrize("name", FAST_MEDIANS)
def test_p_medians(name: str) -> None:
    check(published.p_median(name), 1e-3)


@pytest.mark.parametrize("name", sorted(orlib.optima("facility_location")))
def test_facility_location(name: str) -> None:
    check(published.facility_location(name), 1e-6)


@pytest.mark.parametrize("name", sorted(orlib.optima("facility_location_single_source")))
def test_single_source_facility_location(name: str) -> None:
    check(published.single_source_location(name), 1e-6)


@pytest.mark.parametrize("name", FAST_CAPACITATED)
def test_capacitated_p_medians(name: str) -> None:
    check(published.capacitated_p_median(name), 1e-4)


@pytest.mark.parametrize("name", FAST_CENTERS)
def test_p_centers(name: str) -> None:
    # Within the published radius p sites cover everyone; below it they leave one person at least.
    for below, least in ((False, 0), (True, 1)):
        instance = published.p_center(name, below=below)
        answer = allocate(instance.problem, weights=instance.weights, gap=0, time_limit=5)
        assert answer.objective >= least - 1e-9
        assert below or answer.objective <= 1e-9
