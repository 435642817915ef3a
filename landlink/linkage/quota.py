"""New urban construction land by district: entitlement, stock first, balancing (plan clause 7)."""

import pandas as pd

from landlink.linkage.balance import Divisor, balance
from landlink.linkage.entitlement import entitlement
from landlink.linkage.stock import stock_first
from landlink.policy import Rules
from landlink.schema import RESULTS


def quota(
    facts: pd.DataFrame, rules: Rules, *, central_layer: bool = False, measured: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, Divisor]:
    """Quota of each district, and the common divisor of the balancing.

    Parameters
    ----------
    facts
        District facts as :class:`landlink.city.Facts` holds them.
    rules
        Values in force; each step reads those it declares.
    central_layer
        The central area is a layer, see :func:`landlink.linkage.stock.stock_first`.
    measured
        Measured supply, see :func:`landlink.linkage.sources.sources`.

    Returns
    -------
    One row a district in order of code, columns as ``RESULTS["quota"]`` declares, areas in m², int64; and the common
    divisor.

    Raises
    ------
    DataError
        A district has no urban residents or no urban construction land, so that it has no per-capita stock.
    """
    facts = facts.sort_values("code", ignore_index=True)
    linked = entitlement(facts, rules)
    stocked = stock_first(linked, facts, rules, central_layer=central_layer)
    table, divisor = balance(stocked, facts, rules, measured)
    return table[RESULTS["quota"].names], divisor
