"""Derivations (推导): how a figure of a plan, or of a parcel, comes about, down to sources and clauses.

Those of parcels are in :mod:`landlink.plan.derivation.parcels`, which needs the libraries of supply.
"""

from landlink.plan.derivation.figures import Explainer, explain
from landlink.plan.derivation.node import Node

__all__ = ["Explainer", "Node", "explain"]
