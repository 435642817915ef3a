"""Land needs (用地需求): from settled people and standards, land by facility; what is left by class of use."""

from landlink.needs.housing import housing
from landlink.needs.land import grant, land_of_district, ledger, needs
from landlink.needs.uses import uses

__all__ = ["grant", "housing", "land_of_district", "ledger", "needs", "uses"]
