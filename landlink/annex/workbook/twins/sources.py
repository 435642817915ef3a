"""Twins of the sources of land, and of what the ledger sums over them."""

from landlink.annex.workbook.formulas import blank_or, half_up, m2, quoted
from landlink.annex.workbook.twins.register import Row, twin
from landlink.schema import KNOWN_BY, NEW_SOURCE, STOCK_SOURCES
from landlink.texts import text


@twin("sources.available_m2")
def source_available(row: Row) -> str:
    """Land of the source that can be had; blank where it is not known."""
    measured, share, stated = row["measured_m2"], row["release_share"], row["stated_ha"]
    as_stated = blank_or(stated, m2(stated))
    if row.source == NEW_SOURCE:
        return f'IF({row["complete"]}={row.yes},IF({stated}="",{measured},MIN({measured},{m2(stated)})),{as_stated})'
    return f'IF(AND({_is_measured(row)},{share}<>""),{half_up(f"N({measured})*N({share})")},{as_stated})'


@twin("sources.most_m2")
def source_most(row: Row) -> str:
    """Most that can be had; blank where nothing bounds it."""
    if row.source == NEW_SOURCE:
        return blank_or(row["available_m2"], row["available_m2"])
    complete, share, available = f"{row['complete']}={row.yes}", row["release_share"], row["available_m2"]
    by_share = f'IF({complete},{available},"")'
    by_gross = f'IF({row["stated_ha"]}="",IF({complete},{row["measured_m2"]},""),{available})'
    return f'IF({_is_measured(row)},IF({share}<>"",{by_share},{by_gross}),{available})'


def _is_measured(row: Row) -> str:
    """Condition that land of the source has been measured, or that there is none in a complete layer."""
    measured = row["measured_m2"]
    return f'AND({measured}<>"",OR(N({measured})>0,{row["complete"]}={row.yes}))'


@twin("sources.known_by")
def known_by(row: Row) -> str:
    """How the land that can be had is known."""
    lang = row.layout.lang
    measured, in_part, stated, gross, nothing = (quoted(text(f"model.known_by.{name}", lang)) for name in KNOWN_BY)
    is_stated, complete = f'{row["stated_ha"]}<>""', f"{row['complete']}={row.yes}"
    otherwise = f"IF({is_stated},{stated},{nothing})"
    if row.source == NEW_SOURCE:
        stated_m2 = m2(f"N({row['stated_ha']})")
        least = f'AND({complete},OR({row["stated_ha"]}="",N({row["measured_m2"]})<={stated_m2}))'
        return f"IF({least},{measured},IF({is_stated},{stated},IF(N({row['measured_m2']})>0,{in_part},{nothing})))"
    by_share = f"IF({complete},{measured},{in_part})"
    with_gross = f'IF({row["release_share"]}<>"",{by_share},IF({is_stated},{stated},{gross}))'
    return f"IF({_is_measured(row)},{with_gross},{otherwise})"


@twin("sources.met_m2")
def source_met(row: Row) -> str:
    """Quota, or what the source meets of the need that those before it leave."""
    if row.source == NEW_SOURCE:
        return row.calculated("quota_m2")
    left = f"{row.calculated('stock_need_m2')}{row.minus('met_m2', before=True)}"
    return f"MIN({left},N({row['available_m2']}))"


@twin("sources.unverified_m2")
def source_unverified(row: Row) -> str:
    """Of the need that all sources leave, what this one may have and nobody has verified."""
    if row.source == NEW_SOURCE:
        return "0"
    left = f"{row.calculated('stock_need_m2')}{row.minus('met_m2')}{row.minus('unverified_m2', before=True)}"
    most = row["most_m2"]
    return f'IF({most}="",{left},MIN({left},N({most})-N({row["available_m2"]})))'


@twin("sources.short_m2")
def source_short(row: Row) -> str:
    """What is cut of the claim on new land, or on the last source the need that all leave."""
    if row.source == NEW_SOURCE:
        return row.calculated("cut_m2")
    if row.source != STOCK_SOURCES[-1]:
        return "0"
    return f"{row.calculated('stock_need_m2')}{row.minus('met_m2')}{row.minus('unverified_m2')}"


@twin("sources.need_m2")
def source_need(row: Row) -> str:
    """Met, short and not verified."""
    return f"{row['met_m2']}+{row['short_m2']}+{row['unverified_m2']}"


@twin("ledger.stock_met_m2")
def stock_met(row: Row) -> str:
    """Need from stock that its sources meet."""
    return row.of_stock("met_m2")


@twin("ledger.stock_short_m2")
def stock_short(row: Row) -> str:
    """Need from stock that is short."""
    return row.of_stock("short_m2")


@twin("ledger.stock_unverified_m2")
def stock_unverified(row: Row) -> str:
    """Need from stock that is not verified."""
    return row.of_stock("unverified_m2")
