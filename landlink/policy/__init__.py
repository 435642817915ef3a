"""Policies: dated values with unit, clause, source and confidence, in YAML files beside this module."""

from landlink.policy.load import load_policy, shipped
from landlink.policy.model import RULES, Dated, Facility, Parameter, Policy, Rules, Steps

__all__ = ["RULES", "Dated", "Facility", "Parameter", "Policy", "Rules", "Steps", "load_policy", "shipped"]
