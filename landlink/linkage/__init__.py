"""Linkage (人地挂钩, plan clause 7): from facts and policy, each district's entitlement, stock need, quota."""

from landlink.linkage.balance import balance
from landlink.linkage.entitlement import entitlement
from landlink.linkage.quota import quota
from landlink.linkage.stock import ledger_budget, stock_first

__all__ = ["balance", "entitlement", "ledger_budget", "quota", "stock_first"]
