"""Derivations (推导): how a figure of a plan, or of a parcel, comes about, down to sources and clauses."""

from landlink.plan.derivation.figures import Explainer, explain
from landlink.plan.derivation.node import Node
from landlink.plan.derivation.parcels import explain_parcel

__all__ = ["Explainer", "Node", "explain", "explain_parcel"]
