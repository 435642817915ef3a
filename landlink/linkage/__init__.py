"""Linkage (人地挂钩, plan clause 7): from facts and policy, each district's entitlement, stock need, quota."""

from landlink.linkage.quota import ledger_budget, quota

__all__ = ["ledger_budget", "quota"]
