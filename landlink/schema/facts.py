"""District facts that plans rest on, and which table, column and rows of a city state them."""

from landlink.columns import Fact
from landlink.schema.words import STOCK_SOURCES, VOLUNTARY_SOURCES


def _stock_facts(source: str) -> tuple[Fact, Fact]:
    """What a city states of a source of stock land: the land that can be had, and the share of gross land that can."""
    voluntary = (("voluntary_exit", "yes"),) if source in VOLUNTARY_SOURCES else ()
    rows = (("land_source", source), *voluntary)
    return (
        Fact(available(source), "m2", "stock", "available_ha", "plan_year", required=False, editable=True, rows=rows),
        Fact(release_share(source), "share", "stock", "release_share", "plan_year", required=False, rows=rows),
    )


def available(source: str) -> str:
    """Name of the fact that states a source's available stock land."""
    return f"{source}_available_m2"


def release_share(source: str) -> str:
    """Name of the fact that states the share of a source's gross land that can be had."""
    return f"{source}_release_share"


# Facts that plans rest on.
FACTS: dict[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact("settled", "person", "settlement", "persons", "settlement", editable=True),
        Fact("central_settled", "person", "settlement", "central_persons", "settlement", derived=True),
        Fact("residents", "person", "population", "persons", "base_pair", rows=(("kind", "resident"),)),
        Fact("urban_share_pct", "pct", "urban_share", "urban_share_pct", "base_pair"),
        Fact("urban_land_m2", "m2", "land", "urban_land_ha", "base_pair"),
        Fact("new_capacity_m2", "m2", "capacity", "new_capacity_ha", "plan_year", required=False, editable=True),
        *(fact for source in STOCK_SOURCES for fact in _stock_facts(source)),
    )
}
# Facts of stock land: their names.
STOCK_FACTS = tuple(name for source in STOCK_SOURCES for name in (available(source), release_share(source)))
