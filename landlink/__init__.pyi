from .city import City, load_city
from .errors import CrsError, DataError, LandlinkError, OutputError, PolicyError
from .plan.archive import load_plan, save_plan
from .plan.derivation import explain
from .plan.make import make_plan
from .plan.options import Options
from .plan.plan import Plan
from .policy import Policy, load_policy

__all__ = [
    "City",
    "CrsError",
    "DataError",
    "LandlinkError",
    "Options",
    "OutputError",
    "Plan",
    "Policy",
    "PolicyError",
    "explain",
    "load_city",
    "load_plan",
    "load_policy",
    "make_plan",
    "save_plan",
]
