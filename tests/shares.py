"""Shares of classes of use, which the example city does not give."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from landlink.city import City

ORIGIN = {"source": "made up", "date": "2020", "status": "estimated", "confidence": "default"}


def structure(shares: Mapping[str, float]) -> pd.DataFrame:
    """Shares in % by class of use, as the table that a city has."""
    table = pd.DataFrame({"use_class": list(shares), "share_pct": list(shares.values())})
    return table.astype({"use_class": object, "share_pct": "float64"}).assign(**ORIGIN)


def with_shares(city: City, shares: Mapping[str, float]) -> City:
    """The city with shares of classes of use."""
    return replace(city, tables={**city.tables, "land_structure": structure(shares)})
