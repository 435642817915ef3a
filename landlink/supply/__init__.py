"""Supply (可供用地): from parcels, constraints and rasters, the land that can be had, by source and suitability."""
