"""Linkage (人地挂钩, plan clause 7): from facts and policy, each district's entitlement, stock need, quota."""

from landlink.linkage.balance import Divisor, balance, own_quota
from landlink.linkage.entitlement import entitlement
from landlink.linkage.measures import moved_by_base, scaled_to
from landlink.linkage.next_step import next_steps
from landlink.linkage.quota import quota
from landlink.linkage.sources import sources
from landlink.linkage.stock import stock_first

__all__ = [
    "Divisor",
    "balance",
    "entitlement",
    "moved_by_base",
    "next_steps",
    "own_quota",
    "quota",
    "scaled_to",
    "sources",
    "stock_first",
]
