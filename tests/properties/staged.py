"""The stages of a plan one after the other, on district facts that are known already: what tables cost is left out."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from landlink.linkage import quota, sources
from landlink.linkage.balance import Divisor
from landlink.needs import grant, land_of_district, ledger, needs
from landlink.policy import Rules
from landlink.schema import STOCK_SOURCES, available, release_share
from tests.properties.independent import District, half_up


def staged(
    districts: Sequence[District], rules: Rules, measured: pd.DataFrame | None, *, layer: bool
) -> tuple[dict[str, pd.DataFrame], Divisor]:
    """Result tables by name, and the common divisor."""
    facts = _facts(districts)
    quotas, divisor = quota(facts, rules, central_layer=layer, measured=measured)
    by_source = sources(quotas, facts, measured)
    central = [district.code for district in districts if district.covered > 0.5]
    surplus = [(d.code, facility, units) for d in districts for facility, units in d.surplus.items()]
    need = needs(
        quotas[["code", "district", "settled"]],
        rules,
        central=tuple(central) if layer else rules["central.districts"].codes,
        surplus=pd.DataFrame(surplus, columns=["code", "facility", "surplus_units"]),
    )
    land = land_of_district(quotas, by_source)
    granted = grant(need, land)
    return {"quota": quotas, "sources": by_source, "needs": granted, "ledger": ledger(land, granted)}, divisor


def _facts(districts: Sequence[District]) -> pd.DataFrame:
    """District facts as a plan holds them."""

    def known(values: list[int | None]) -> Any:
        return pd.array(values, dtype="Int64")

    shares = {name: [d.release.get(name) for d in districts] for name in STOCK_SOURCES}
    return pd.DataFrame(
        {
            "code": [d.code for d in districts],
            "district": [d.name for d in districts],
            "settled": [d.settled for d in districts],
            "central_settled": [half_up(d.settled * d.inside) for d in districts],
            "residents": [d.residents for d in districts],
            "urban_share_pct": [float(d.urban_share_pct) for d in districts],
            "urban_land_m2": [d.urban_land for d in districts],
            "new_capacity_m2": known([d.capacity for d in districts]),
            **{available(name): known([d.stated.get(name) for d in districts]) for name in STOCK_SOURCES},
            **{
                release_share(name): [math.nan if share is None else float(share) for share in of_source]
                for name, of_source in shares.items()
            },
        }
    )
