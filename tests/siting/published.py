"""Published instances of location science as problems of the siting engine."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from landlink.siting.solver import Budget, Kind, Problem, Weights
from tests import orlib
from tests.orlib import Floats


@dataclass(frozen=True)
class Instance:
    """A problem whose objective is that of the published instance.

    Parameters
    ----------
    exact
        The published model is the engine's own; else the engine may split a demand between sites, which the
        published model forbids, so that its optimum is a lower bound of the published one.
    """

    problem: Problem
    weights: Weights
    optimum: float
    exact: bool


def p_median(name: str) -> Instance:
    """Capacities that never bind, a parcel of 1 m² each, and land for p of them."""
    cost, p = orlib.pmed(name)
    n = len(cost)
    persons = np.ones(n, dtype=np.int64)
    problem, weights = _problem(cost, persons, np.full(n, n), np.zeros(n), p=p)
    return Instance(problem, weights, orlib.optima("p_median")[name], exact=True)


def p_center(name: str, *, below: bool) -> Instance:
    """Persons that p sites leave uncovered: none within the published radius, some below it."""
    cost, p = orlib.pmed(name)
    n, radius = len(cost), orlib.optima("p_center")[name]
    within = cost < radius if below else cost <= radius
    problem, _ = _problem(cost, np.ones(n, dtype=np.int64), np.full(n, n), np.zeros(n), p=p)
    kind = replace(problem.kinds[0], cost=sparse.csr_array(within.astype(np.float64)))
    return Instance(replace(problem, kinds=(kind,)), Weights(float(n), 0.0, 0.0, 0.0), 0.0, exact=True)


def facility_location(name: str) -> Instance:
    """Fixed costs as unsuitable land; demand may be split, as in the instance."""
    fixed, cost, demand, capacity = orlib.cap(name)
    problem, weights = _problem(cost / demand[:, None], demand, capacity, fixed)
    return Instance(problem, weights, orlib.optima("facility_location")[name], exact=True)


def single_source_location(name: str) -> Instance:
    """As facility_location(), but the instance serves each customer by one site."""
    fixed, cost, demand, capacity = orlib.single_cap(name)
    problem, weights = _problem(cost / demand[:, None], demand, capacity, fixed)
    return Instance(problem, weights, orlib.optima("facility_location_single_source")[name], exact=False)


def capacitated_p_median(name: str) -> Instance:
    """Land for p sites; the instance serves each customer by one site."""
    cost, demand, capacity, p = orlib.pmedcap(name)
    problem, weights = _problem(cost / demand[:, None], demand, np.full(len(cost), capacity), np.zeros(len(cost)), p=p)
    return Instance(problem, weights, orlib.optima("capacitated_p_median")[name], exact=False)


def _problem(
    metres: Floats, demand: Floats, capacity: Floats, fixed: Floats, *, p: int | None = None
) -> tuple[Problem, Weights]:
    """Whole units of demand are persons, costs by unit are metres, fixed costs are m² of unsuitable land.

    A person whom nobody serves costs more than any way and any site, so that all are served where capacities suffice.
    """
    n, m = metres.shape
    persons = demand.astype(np.int64)
    total = int(persons.sum())
    land = np.ones(m, dtype=np.int64) if p is not None else fixed.astype(np.int64)
    limit = p if p is not None else int(land.sum())
    unserved = float(metres.max() + fixed.max() + 1)
    pairs = sparse.csr_array(
        (metres.ravel(), np.tile(np.arange(m), n), np.arange(n + 1) * m), shape=(n, m)
    )  # zeros are stored
    none = np.zeros(0, dtype=np.int64)
    kind = Kind(persons, pairs, 1.0, none, sparse.csr_array((n, 0)))
    sites = np.arange(m)
    problem = Problem(
        (kind,),
        candidate=sites,
        kind=np.zeros(m, dtype=np.int64),
        units=np.ones(m, dtype=np.int64),
        capacity=np.minimum(capacity, total).astype(np.int64),
        land_m2=land,
        area_m2=land,
        suitability=np.zeros(m),
        is_new=np.zeros(m, dtype=bool),
        budgets=(Budget(limit, 0, sites),),
    )
    weights = Weights(cover=unserved * total, distance=total, suitability=0.0 if p is not None else limit, new_land=0.0)
    return problem, weights
