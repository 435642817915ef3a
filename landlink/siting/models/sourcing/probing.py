"""Sites that no better plan opens, and pairs that it does not use, by opening each site for a trial."""

from dataclasses import replace

import numpy as np

from landlink.siting.models.sourcing.ascent import ascend
from landlink.siting.models.sourcing.problem import Sourcing
from landlink.siting.models.sourcing.relaxation import reduced, relaxed
from landlink.siting.models.sourcing.search import Search
from landlink.siting.solver.answer import Floats

_STEPS, _LENGTH = 20, 0.3


def probed(search: Search, problem: Sourcing, prices: Floats) -> Sourcing:
    """The problem without sites whose opening raises the bound beyond the search's target, or pairs used with it.

    Notes
    -----
    Probing of Savelsbergh (1994) with the Lagrangian bound, the sites first that seem the dearest.
    """
    undecided = np.flatnonzero(~problem.shut & ~problem.must)
    rent = relaxed(problem, prices).rent
    for site in undecided[np.argsort(-rent[undecided], kind="stable")]:
        if not search.goes:
            break
        must = problem.must.copy()
        must[site] = True
        trial = replace(problem, must=must)
        ascent = ascend(trial, prices, search, steps=_STEPS, length=_LENGTH)
        shut = problem.shut.copy()
        shut[site] = ascent.bound > search.target
        left = reduced(trial, ascent.prices, search.target)
        mine = problem.column == site
        keep = ~mine | np.isin(problem.row, left.row[left.column == site])
        problem = problem.kept(keep, problem.must, shut)
    return problem
