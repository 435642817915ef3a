"""Supply (可供用地): from parcels, constraints and rasters, the land that can be had, by source and suitability.

The names below are imported when they are first used: a plan reads a saved supply without the libraries of layers.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
