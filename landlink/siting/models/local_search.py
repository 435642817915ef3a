"""Local search by swaps: one open site against a closed one, as long as that lowers the cost."""

from dataclasses import dataclass, replace

import numpy as np

from landlink.siting.arrays import Floats, Ints
from landlink.siting.models.monitor import Monitor
from landlink.siting.models.pairs import Pairs

# Gain, as a share of the cost, below which it is rounding.
_GAIN = 1e-10


@dataclass(slots=True)
class Choice:
    """A choice of sites, with what opening, closing and swapping any of them would bring.

    A slot is an index in ``opened``; one more slot, the last, stands for no site.

    Parameters
    ----------
    opened
        Sites by slot, p.
    slot
        By site, -1 where it is closed, m.
    first, second
        By demand, pairs with its nearest and second nearest open sites; the end of its pairs where there is none.
    gain
        By site, what opening it saves, m.
    loss
        By slot, what closing its site costs, p + 1.
    extra
        By slot and site, what is saved of the loss if both are done, (p + 1) × m.
    total
        Cost of the choice.
    """

    pairs: Pairs
    opened: Ints
    slot: Ints
    first: Ints
    second: Ints
    gain: Floats
    loss: Floats
    extra: Floats
    total: float

    @classmethod
    def of(cls, pairs: Pairs, opened: Ints) -> "Choice":
        """Choice of some sites."""
        slot = np.full(pairs.count, -1)
        slot[opened] = np.arange(len(opened))
        rows = np.arange(pairs.size)
        gain, loss = np.zeros(pairs.count), np.zeros(len(opened) + 1)
        extra = np.zeros((len(opened) + 1, pairs.count))
        self = cls(pairs, opened.copy(), slot, rows, rows, gain, loss, extra, 0.0)
        self.first, self.second = pairs.nearest(slot >= 0, rows)
        self._add(rows, 1.0)
        self.total = float(pairs.costs_of(self.first, rows).sum())
        return self

    def copy(self) -> "Choice":
        """A copy to change while this choice stays."""
        return replace(
            self,
            opened=self.opened.copy(),
            slot=self.slot.copy(),
            first=self.first.copy(),
            second=self.second.copy(),
            gain=self.gain.copy(),
            loss=self.loss.copy(),
            extra=self.extra.copy(),
        )

    def best(self) -> tuple[int, int, float]:
        """Slot to close, site to open, and what that saves."""
        saved = self.extra[:-1] - self.loss[:-1, None]
        saved += np.where(self.slot < 0, self.gain, -np.inf)
        slot, site = divmod(int(saved.argmax()), self.pairs.count)
        return slot, site, float(saved[slot, site])

    def swap(self, slot: int, site: int) -> None:
        """Close the site of a slot and open another."""
        pairs = self.pairs
        site_pairs = pairs.of_site(site)
        demand = pairs.demand[site_pairs]
        ends = pairs.starts[1:]
        changed = np.zeros(pairs.size, dtype=bool)
        changed[demand[site_pairs < self.second[demand]]] = True
        for near in (self.first, self.second):
            served = np.flatnonzero(near < ends)
            changed[served[self.slot[pairs.sites[near[served]]] == slot]] = True
        rows = np.flatnonzero(changed)
        before = pairs.costs_of(self.first[rows], rows).sum()
        self._add(rows, -1.0)
        self.slot[self.opened[slot]] = -1
        self.opened[slot], self.slot[site] = site, slot
        self.first[rows], self.second[rows] = pairs.nearest(self.slot >= 0, rows)
        self._add(rows, 1.0)
        self.total += float(pairs.costs_of(self.first[rows], rows).sum() - before)

    def descend(self, monitor: Monitor) -> None:
        """Make the best swap as long as one lowers the cost and the solve may go on."""
        while monitor.running:
            slot, site, saved = self.best()
            if saved <= _GAIN * self.total:
                return
            before = self.total
            self.swap(slot, site)
            if self.total >= before:
                return

    def _add(self, rows: Ints, sign: float) -> None:
        """Add what some demands contribute to gain, loss and extra (sign 1), or subtract it (sign -1)."""
        pairs = self.pairs
        nearest, next_ = pairs.costs_of(self.first[rows], rows), pairs.costs_of(self.second[rows], rows)
        served = self.first[rows] < pairs.starts[rows + 1]
        slots = np.full(len(rows), len(self.opened))
        slots[served] = self.slot[pairs.sites[self.first[rows[served]]]]
        lengths = self.second[rows] - pairs.starts[rows]
        nearer = pairs.first(rows, lengths)
        sites, costs = pairs.sites[nearer], pairs.costs[nearer]
        least = np.repeat(nearest, lengths)
        np.add.at(self.gain, sites, sign * np.maximum(least - costs, 0.0))
        cells = np.repeat(slots * pairs.count, lengths) + sites
        np.add.at(self.extra.ravel(), cells, sign * (np.repeat(next_, lengths) - np.maximum(costs, least)))
        np.add.at(self.loss, slots, sign * (next_ - nearest))
