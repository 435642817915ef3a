"""Land follows people (人地挂钩): each district's land quota for settled population, and what it is needed for."""

from landlink.city import City, load_city
from landlink.errors import CrsError, DataError, LandlinkError, OutputError, PolicyError
from landlink.plan.archive import load_plan, save_plan
from landlink.plan.plan import Plan, make_plan
from landlink.policy import Policy, load_policy

__all__ = [
    "City",
    "CrsError",
    "DataError",
    "LandlinkError",
    "OutputError",
    "Plan",
    "Policy",
    "PolicyError",
    "load_city",
    "load_plan",
    "load_policy",
    "make_plan",
    "save_plan",
]
