"""Sources of land (用地来源): each district's entitlement laid on new land and on stock land (clauses 7 and 9)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from landlink.schema import NEW_SOURCE, RESULTS, STOCK_SOURCES, USABLE_SOURCES, available, release_share
from landlink.units import exact, half_up

# Measured land of a district and source: gross and synthetic, m², and whether the layer is complete.
Surveyed = tuple[int, int, bool]


def sources(quota: pd.DataFrame, facts: pd.DataFrame, measured: pd.DataFrame | None = None) -> pd.DataFrame:
    """Entitlement of each district laid on the sources of land: what is met, short and not verified.

    New land meets the claim by the quota; what is cut is short. Stock land that is available is the measured gross
    land × the release share that the city states, else what the city's own table states, else not known. Its sources
    meet the need from stock in their order. What they do not meet is not verified as far as a source may have more
    than is known, and short beyond; a layer that covers a district in part may always have more.

    Parameters
    ----------
    quota
        As :func:`landlink.linkage.balance.balance` returns it, in order of code.
    facts
        District facts in the same order, of which those of capacity and stock land are read.
    measured
        Measured supply by ``code`` and ``land_source``: ``gross_m2``, ``synthetic_m2``, ``complete``, see
        :func:`landlink.supply.measured.measured`; None where no parcels have been measured.

    Returns
    -------
    One row a district and source, columns as ``RESULTS["sources"]`` declares; of each row need = met + short + not
    verified, and the needs of a district's rows sum to its entitlement. m², int64, Int64 where unknown.

    Examples
    --------
    A need of 10 ha from stock. Renewal: 20 ha measured in the whole district, of which 30 % can be had; idle land: 1 ha
    as the city states; offsetting is not known, so that what is left of the need, 3 ha, is not verified there.

    >>> from landlink.schema import STOCK_FACTS
    >>> areas = {"demand_m2": [0], "quota_m2": [0], "cut_m2": [0], "stock_need_m2": [100_000]}
    >>> quota = pd.DataFrame({"code": ["440104"], "district": ["越秀区"], **areas})
    >>> facts = pd.DataFrame({name: [pd.NA] for name in ("new_capacity_m2", *STOCK_FACTS)})
    >>> facts = facts.assign(renewal_release_share=0.3, idle_available_m2=10_000)
    >>> measured = pd.DataFrame(
    ...     {"code": "440104", "land_source": ["renewal"], "gross_m2": 200_000, "synthetic_m2": 0, "complete": True}
    ... )
    >>> account = sources(quota, facts, measured).iloc[1:]
    >>> account[["land_source", "available_m2", "met_m2", "short_m2", "unverified_m2"]].values.tolist()
    [['renewal', 60000, 60000, 0, 0], ['idle', 10000, 10000, 0, 0], ['offset', <NA>, 0, 0, 30000]]
    """
    surveyed = {} if measured is None else _by_source(measured)
    rows = []
    for row, stated in zip(quota.to_dict("records"), facts.to_dict("records"), strict=True):
        code = row["code"]
        new = _new_land(surveyed.get((code, NEW_SOURCE)), stated["new_capacity_m2"])
        stock = [
            _stock(surveyed.get((code, name)), stated[available(name)], stated[release_share(name)])
            for name in STOCK_SOURCES
        ]
        laid = [(row["demand_m2"], row["quota_m2"], row["cut_m2"], 0), *_laid(int(row["stock_need_m2"]), stock)]
        for name, source, parts in zip(USABLE_SOURCES, (new, *stock), laid, strict=True):
            rows.append((code, row["district"], name, *source.known, *parts))
    table = pd.DataFrame(rows, columns=RESULTS["sources"].names)
    types = {
        column.name: "int64" if column.required else "Int64" for column in RESULTS["sources"].columns if column.unit
    }
    return table.astype(types)


@dataclass(frozen=True, slots=True)
class _Source:
    """Stock land of a district from one source; areas in m², None where unknown.

    Parameters
    ----------
    most
        Most that can be had, which may be more than what is known to be; None where nothing bounds it.
    """

    gross: int | None
    synthetic: int | None
    complete: bool
    known_by: str
    available: int | None
    most: int | None

    @property
    def known(self) -> tuple[int | None, int | None, str, str, int | None, int | None]:
        """Cells of the source's row that say what is known of it."""
        complete = "yes" if self.complete else "no"
        return self.gross, self.synthetic, complete, self.known_by, self.available, self.most


def _new_land(surveyed: Surveyed | None, stated: Any) -> _Source:
    """What is known of new land: the lesser of what the city states and a complete layer holds."""
    gross, synthetic, complete = surveyed or (None, None, False)
    bounds = [int(stated)] if not pd.isna(stated) else []
    if complete and gross is not None:
        bounds.append(gross)
    most = min(bounds, default=None)
    if complete and most == gross:
        known_by = "measured"
    else:
        known_by = "stated" if bounds else "measured in part" if gross else "nothing"
    return _Source(gross, synthetic, complete, known_by, most, most)


def _stock(surveyed: Surveyed | None, stated: Any, share: Any) -> _Source:
    """What is known of stock land: gross land and its share go before the land that the city's table states."""
    gross, synthetic, complete = surveyed or (None, None, False)
    layer = (gross, synthetic, complete)
    if gross is not None and (gross or complete):
        if not pd.isna(share):
            can_be_had = half_up(gross * exact(share))
            if complete:
                return _Source(*layer, "measured", can_be_had, can_be_had)
            return _Source(*layer, "measured in part", can_be_had, None)
        if pd.isna(stated):
            return _Source(*layer, "gross only", None, gross if complete else None)
    if not pd.isna(stated):
        return _Source(*layer, "stated", int(stated), int(stated))
    return _Source(*layer, "nothing", None, None)


def _laid(need: int, sources: Iterable[_Source]) -> list[tuple[int, int, int, int]]:
    """Need, met, short and not verified of each source."""
    sources, left = list(sources), need
    met, unverified = [], []
    for source in sources:
        met.append(min(left, source.available or 0))
        left -= met[-1]
    for source in sources:
        unverified.append(left if source.most is None else min(left, source.most - (source.available or 0)))
        left -= unverified[-1]
    short = [0] * (len(sources) - 1) + [left]
    return [(sum(parts), *parts) for parts in zip(met, short, unverified, strict=True)]


def _by_source(measured: pd.DataFrame) -> dict[tuple[str, str], Surveyed]:
    """Gross and synthetic land in m² and whether the layer is complete, by district and source."""
    columns = ("code", "land_source", "gross_m2", "synthetic_m2", "complete")
    return {
        (code, source): (int(gross), int(synthetic), bool(complete))
        for code, source, gross, synthetic, complete in zip(*(measured[name] for name in columns), strict=True)
    }
