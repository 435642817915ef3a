"""Supply (可供用地): from parcels, constraints and rasters, the land that can be had, by source and suitability."""

from landlink.supply.find import Supply, find_supply, reweighted
from landlink.supply.save import load_supply, save_supply

__all__ = ["Supply", "find_supply", "load_supply", "reweighted", "save_supply"]
