"""Land needs (用地需求): from settled people and standards, land needed and granted by facility."""

from landlink.needs.land import grant, land_of_district, ledger, needs

__all__ = ["grant", "land_of_district", "ledger", "needs"]
