from .find import Supply, find_supply, reweighted
from .save import load_supply, save_supply
from .saved import read_measured

__all__ = ["Supply", "find_supply", "load_supply", "read_measured", "reweighted", "save_supply"]
