"""Policies: dated values with unit, clause, source and confidence, in YAML files beside this module."""

from landlink.policy.load import load_policy, shipped
from landlink.policy.model import Policy, Rules
from landlink.policy.parameters import FACILITY_FIELDS, GROUPS, PARAMETERS, RULES
from landlink.policy.standards import Standard
from landlink.policy.values import Dated, Document, Facility, Parameter, Step, Steps

__all__ = [
    "FACILITY_FIELDS",
    "GROUPS",
    "PARAMETERS",
    "RULES",
    "Dated",
    "Document",
    "Facility",
    "Parameter",
    "Policy",
    "Rules",
    "Standard",
    "Step",
    "Steps",
    "load_policy",
    "shipped",
]
