"""Policies: dated values with unit, clause, source and confidence, in YAML files beside this module."""

from landlink.policy.load import load_policy, shipped
from landlink.policy.model import Policy, Rules, origins_counted
from landlink.policy.parameters import BALANCING_RULES, FACILITY_FIELDS, GROUPS, PARAMETERS, Spec
from landlink.policy.standards import Standard
from landlink.policy.values import Dated, Document, Facility, Parameter, Step, Steps

__all__ = [
    "BALANCING_RULES",
    "FACILITY_FIELDS",
    "GROUPS",
    "PARAMETERS",
    "Dated",
    "Document",
    "Facility",
    "Parameter",
    "Policy",
    "Rules",
    "Spec",
    "Standard",
    "Step",
    "Steps",
    "load_policy",
    "origins_counted",
    "shipped",
]
