"""Policies changed for a test."""

from dataclasses import replace
from decimal import Decimal

from landlink.policy import Policy


def weighted(policy: Policy, weight: str = "1.2") -> Policy:
    """Policy whose priority districts have a weight on land, as a city may set one."""
    parameter = policy.parameters["priority.weight"]
    values = tuple(replace(value, content=Decimal(weight)) for value in parameter.values)
    return replace(policy, parameters={**policy.parameters, parameter.id: replace(parameter, values=values)})
