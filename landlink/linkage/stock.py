"""Stock land first: what of the entitlement is need from stock (国土资发〔2016〕123号, clause 7)."""

from fractions import Fraction

import numpy as np
import pandas as pd

from landlink.policy import Rules
from landlink.units import half_up

RULES = ("central.districts", "stock.offset_share")


def stock_first(linked: pd.DataFrame, facts: pd.DataFrame, rules: Rules, *, central_layer: bool) -> pd.DataFrame:
    """Need from stock land P and the claim on new land that is left: N = E − P.

    Clause 7 puts stock land to use first. In the central area of a megacity the whole entitlement is need from stock;
    elsewhere the offset share of it is.

    Parameters
    ----------
    linked
        As :func:`landlink.linkage.entitlement.entitlement` returns it.
    facts
        District facts in the same order, of which ``central_settled`` (persons) is read.
    rules
        Of which those of :data:`RULES` are read.
    central_layer
        The central area is a layer: ``central_settled`` says who settles inside it. Otherwise the policy's list of
        central districts holds.

    Returns
    -------
    ``linked`` with ``stock_need_m2``, ``stock_offset_m2`` (the part outside the central area) and ``demand_m2``.
    """
    rules = rules.only(*RULES)
    central_codes = set() if central_layer else set(rules["central.districts"].codes)
    share = rules["stock.offset_share"].number
    central, offset = [], []
    columns = (linked["code"], linked["settled"], linked["entitlement_m2"], facts["central_settled"])
    for code, settled, entitled, central_settled in zip(*columns, strict=True):
        inside = settled if code in central_codes else central_settled
        part = half_up(Fraction(int(entitled) * int(inside), int(settled))) if settled else 0
        central.append(part)
        offset.append(half_up((int(entitled) - part) * share))
    offset_m2 = np.array(offset, dtype="int64")
    need_m2 = np.array(central, dtype="int64") + offset_m2
    return linked.assign(stock_need_m2=need_m2, stock_offset_m2=offset_m2, demand_m2=linked["entitlement_m2"] - need_m2)
