"""Uncapacitated models for what-if questions: from costs of demand by site, the best sites, to the proven optimum.

The sites of a plan come from :mod:`landlink.siting.solver`, which knows capacities, sizes and land.

References
----------
Laporte, G., Nickel, S. and Saldanha da Gama, F. (eds., 2019). Location Science, 2nd ed. Springer.
"""

from landlink.siting.models.answer import Answer
from landlink.siting.models.center import p_center
from landlink.siting.models.cover import max_cover, set_cover
from landlink.siting.models.median import p_median

__all__ = ["Answer", "max_cover", "p_center", "p_median", "set_cover"]
