"""Stock land first: what of the entitlement is need from stock, and what stock land meets (国土资发〔2016〕123号)."""

from fractions import Fraction

import numpy as np
import pandas as pd

from landlink.policy import Rules
from landlink.units import half_up

RULES = ("central.districts", "stock.offset_share")


def stock_first(linked: pd.DataFrame, facts: pd.DataFrame, rules: Rules, *, central_layer: bool) -> pd.DataFrame:
    """Entitlement met from stock land, and the claim on new land that is left: N = E − (central part + O).

    Clause 7 puts stock land to use first; in the central area of a megacity the whole entitlement is need from
    stock. Elsewhere O = min(stock available, offset share × E).

    Parameters
    ----------
    linked
        As :func:`landlink.linkage.entitlement.entitlement` returns it.
    facts
        District facts in the same order, of which ``central_settled`` (persons) and ``stock_available_m2`` are read.
    rules
        Of which those of :data:`RULES` are read.
    central_layer
        The central area is a layer: ``central_settled`` tells who settles inside it. Otherwise the policy's list of
        central districts holds.

    Returns
    -------
    ``linked`` with ``stock_need_m2``, ``stock_offset_m2`` and ``demand_m2``.
    """
    rules = rules.only(*RULES)
    central_codes = set() if central_layer else set(rules["central.districts"].codes)
    share = rules["stock.offset_share"].number
    central, offset = [], []
    columns = (linked["code"], linked["settled"], linked["entitlement_m2"])
    known = (facts["central_settled"], facts["stock_available_m2"])
    for code, settled, entitled, central_settled, available in zip(*columns, *known, strict=True):
        inside = settled if code in central_codes else central_settled
        part = half_up(Fraction(int(entitled) * int(inside), int(settled))) if settled else 0
        wanted = half_up((int(entitled) - part) * share)
        central.append(part)
        offset.append(wanted if pd.isna(available) else min(wanted, max(0, int(available) - part)))
    offset_m2 = np.array(offset, dtype="int64")
    need_m2 = np.array(central, dtype="int64") + offset_m2
    return linked.assign(stock_need_m2=need_m2, stock_offset_m2=offset_m2, demand_m2=linked["entitlement_m2"] - need_m2)


def ledger_budget(quota: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Land a district has to grant: its quota and the stock need that stock land can meet.

    Where the stock available is unknown the stock need is taken as met, which the plan's notes say.

    Returns
    -------
    ``code``, ``district``, ``quota_m2``, ``stock_need_m2``, ``stock_met_m2``, ``budget_m2``.
    """
    available = facts.set_index("code")["stock_available_m2"].reindex(quota["code"]).astype("Int64")
    need = quota["stock_need_m2"].to_numpy("int64")
    met = np.minimum(need, available.fillna(np.iinfo("int64").max).to_numpy("int64"))
    return quota[["code", "district", "quota_m2", "stock_need_m2"]].assign(
        stock_met_m2=met, budget_m2=quota["quota_m2"].to_numpy("int64") + met
    )
