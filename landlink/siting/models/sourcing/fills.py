"""Most profit that each site can make within its capacity: knapsacks of all sites at once, split or whole."""

from dataclasses import dataclass

import numpy as np

from landlink.siting.models.sourcing.problem import ROUNDING, Sourcing
from landlink.siting.solver.answer import Floats, Places

# Cells of the table of whole fills; a greater one is not worth its memory.
_CELLS = 6_000_000


@dataclass(frozen=True, slots=True)
class Fill:
    """Fills of all sites.

    Parameters
    ----------
    value
        An upper bound of the profit, by site; of whole fills the profit itself.
    shares
        That make it, by pair.
    losses
        Profit that is lost at least where a pair is taken whole, by pair; empty where not asked for.
    """

    value: Floats
    shares: Floats
    losses: Floats


def filled(problem: Sourcing, profit: Floats, *, losses: bool = False) -> Fill:
    """Fill the sites.

    Parameters
    ----------
    profit
        Of taking a pair whole.
    losses
        Work out losses too.

    Notes
    -----
    Where demands may be split, pairs are taken in order of profit by unit of demand (Dantzig 1957), and the value is
    that of the dual, an upper bound even if rounding misorders pairs. Where not, and demands and capacities are
    multiples of a unit with few units to a capacity, by dynamic programming over units (Bellman 1957); a pair's loss
    then is exact, from the tables of the pairs before it and after it.
    """
    units = _units(problem)
    if units is None:
        return _split(problem, profit, losses=losses)
    return _whole(problem, profit, *units, losses=losses)


def _split(problem: Sourcing, profit: Floats, *, losses: bool) -> Fill:
    sites = len(problem.fixed)
    taken = np.flatnonzero(profit > 0)
    column, weight, gain = problem.column[taken], problem.weight[taken], profit[taken]
    over = np.bincount(column, weight, minlength=sites) > problem.room * (1 + ROUNDING)
    share = np.ones(len(taken))
    price = np.zeros(sites)
    tight = np.flatnonzero(over[column] & (weight > 0))
    if len(tight):
        ratio = gain[tight] / weight[tight]
        # A site's pairs follow one another, the best first; the key keeps 35 bits of the ratio at 100,000 sites.
        order = np.argsort(column[tight] + ratio.mean() / (ratio.mean() + ratio), kind="stable")
        tight, ratio = tight[order], ratio[order]
        share[tight] = _within(column[tight], weight[tight], problem.room)
        rest = share[tight] < 1
        np.maximum.at(price, column[tight][rest], ratio[rest])
    margin = gain - price[column] * weight
    value = price * problem.room + np.bincount(column, np.maximum(margin, 0), minlength=sites)
    shares = np.zeros(len(profit))
    shares[taken] = share
    return Fill(
        value, shares, np.maximum(price[problem.column] * problem.weight - profit, 0) if losses else np.empty(0)
    )


def _within(column: Places, weight: Floats, room: Floats) -> Floats:
    """Shares of pairs, grouped by site, that are taken one after another until the room is gone."""
    ends = np.cumsum(weight)
    first = np.flatnonzero(np.diff(column, prepend=-1))
    before = np.repeat(ends[first] - weight[first], np.diff(first, append=len(column)))
    left = room[column] - (ends - before - weight)
    return np.clip(left / weight, 0, 1)


def _units(problem: Sourcing) -> tuple[Places, Places] | None:
    """Demands and capacities in a common unit, where demands stay whole and a table of the units is small."""
    if not problem.whole or not problem.binds.any() or (problem.demand != np.floor(problem.demand)).any():
        return None
    unit = int(np.gcd.reduce(problem.demand.astype(np.int64)))
    room = np.floor(problem.room * (1 + ROUNDING) / unit)
    if len(problem.row) * (float(room.max()) + 1) > _CELLS:
        return None
    return (problem.demand / unit).astype(np.int64), room.astype(np.int64)


def _whole(problem: Sourcing, profit: Floats, demand: Places, room: Places, *, losses: bool) -> Fill:
    sites, wide = len(problem.fixed), int(room.max()) + 1
    taken = np.flatnonzero((profit > 0) & (demand[problem.row] <= room[problem.column]))
    rows, starts = np.unique(problem.row[taken], return_index=True)
    ends = np.append(starts, len(taken))[1:]
    spans = list(zip(rows.tolist(), starts.tolist(), ends.tolist(), strict=True))
    column, gain = problem.column[taken], profit[taken]
    value = np.zeros((sites, wide))
    chosen = np.zeros((len(taken), wide), dtype=np.bool_)
    earlier = np.empty((len(taken) if losses else 0, wide))
    for row, begin, end in spans:
        at, size = column[begin:end], int(demand[row])
        old = value[at]
        if losses:
            earlier[begin:end] = old
        better = old[:, : wide - size] + gain[begin:end, None]
        np.greater(better, old[:, size:], out=chosen[begin:end, size:])
        np.maximum(better, old[:, size:], out=old[:, size:])
        value[at] = old
    shares = np.zeros(len(profit))
    left = room.copy()
    for row, begin, end in reversed(spans):
        at = column[begin:end]
        took = chosen[np.arange(begin, end), left[at]]
        shares[taken[begin:end]] = took
        left[at] -= took * demand[row]
    best = value[np.arange(sites), room]
    lost = _losses(problem, profit, demand, room, value, (taken, spans, earlier)) if losses else np.empty(0)
    return Fill(best, shares, lost)


def _losses(
    problem: Sourcing,
    profit: Floats,
    demand: Places,
    room: Places,
    value: Floats,
    steps: tuple[Places, list[tuple[int, int, int]], Floats],
) -> Floats:
    """Profit lost where a pair must be taken: the best of all pairs but this one within what it leaves."""
    taken, spans, earlier = steps
    size, at = demand[problem.row], problem.column
    fits = size <= room[at]
    best = value[np.arange(len(room)), room]
    lost = np.full(len(profit), np.inf)
    lost[fits] = best[at[fits]] - profit[fits] - value[at[fits], room[at[fits]] - size[fits]]
    later = np.zeros_like(value)
    units = np.arange(value.shape[1])
    for row, begin, end in reversed(spans):
        places = taken[begin:end]
        sites, weight = at[places], int(demand[row])
        old = later[sites]
        rest = room[sites, None] - weight - units
        after = np.where(rest >= 0, np.take_along_axis(old, np.maximum(rest, 0), axis=1), -np.inf)
        lost[places] = best[sites] - profit[places] - (earlier[begin:end] + after).max(axis=1)
        better = old[:, : value.shape[1] - weight] + profit[places, None]
        np.maximum(better, old[:, weight:], out=old[:, weight:])
        later[sites] = old
    return np.asarray(np.maximum(lost, 0))
