"""New urban construction land by district: entitlement, stock first, balancing (plan clause 7)."""

import pandas as pd

from landlink.linkage.balance import balance
from landlink.linkage.entitlement import entitlement
from landlink.linkage.stock import stock_first
from landlink.policy import Rules
from landlink.schema import RESULTS


def quota(facts: pd.DataFrame, rules: Rules, *, central_layer: bool = False) -> pd.DataFrame:
    """Quota of each district.

    Parameters
    ----------
    facts
        District facts as :class:`landlink.city.Facts` holds them.
    rules
        Values in force; each step reads those it declares.
    central_layer
        The central area is a layer, see :func:`landlink.linkage.stock.stock_first`.

    Returns
    -------
    One row a district in order of code, columns as ``RESULTS["quota"]`` declares; areas in m², int64.

    Raises
    ------
    DataError
        A district has no urban residents or no urban construction land, so that it has no per-capita stock.
    """
    facts = facts.sort_values("code", ignore_index=True)
    linked = entitlement(facts, rules)
    stocked = stock_first(linked, facts, rules, central_layer=central_layer)
    return balance(stocked, facts, rules)[RESULTS["quota"].names]
