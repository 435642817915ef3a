"""Local search: one open site against a closed one, as long as that lowers the cost."""

from dataclasses import dataclass, replace

import numpy as np

from landlink.siting.arrays import Floats, Ints
from landlink.siting.models.pace import Pace
from landlink.siting.models.pairs import Pairs

_LEAST = 1e-10  # relative; a lesser gain is rounding


@dataclass(slots=True)
class Choice:
    """A choice of sites, with what opening, closing and swapping any of them would bring.

    Slots are the places of the open sites in ``opened``; the last slot beyond them stands for no site.

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
        """Begin with some sites."""
        slot = np.full(pairs.count, -1)
        slot[opened] = np.arange(len(opened))
        rows = np.arange(pairs.size)
        gain, loss = np.zeros(pairs.count), np.zeros(len(opened) + 1)
        extra = np.zeros((len(opened) + 1, pairs.count))
        self = cls(pairs, opened.copy(), slot, rows, rows, gain, loss, extra, 0.0)
        self.first, self.second = pairs.nearest(slot >= 0, rows)
        self._count(rows, 1.0)
        self.total = float(pairs.paying(self.first, rows).sum())
        return self

    def copy(self) -> "Choice":
        """Return a choice to change while this one stays."""
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
        meets = pairs.of(site)
        there = pairs.demand[meets]
        ends = pairs.starts[1:]
        touched = np.zeros(pairs.size, dtype=bool)
        touched[there[meets < self.second[there]]] = True
        for near in (self.first, self.second):
            known = np.flatnonzero(near < ends)
            touched[known[self.slot[pairs.sites[near[known]]] == slot]] = True
        rows = np.flatnonzero(touched)
        before = pairs.paying(self.first[rows], rows).sum()
        self._count(rows, -1.0)
        self.slot[self.opened[slot]] = -1
        self.opened[slot], self.slot[site] = site, slot
        self.first[rows], self.second[rows] = pairs.nearest(self.slot >= 0, rows)
        self._count(rows, 1.0)
        self.total += float(pairs.paying(self.first[rows], rows).sum() - before)

    def descend(self, pace: Pace) -> None:
        """Swap as long as that lowers the cost, each time what lowers it most, and the pace lets it."""
        while pace.goes:
            slot, site, saved = self.best()
            if saved <= _LEAST * self.total:
                return
            before = self.total
            self.swap(slot, site)
            if self.total >= before:
                return

    def _count(self, rows: Ints, sign: float) -> None:
        """Add what some demands bring to gain, loss and extra, or take it away."""
        pairs = self.pairs
        nearest, next_ = pairs.paying(self.first[rows], rows), pairs.paying(self.second[rows], rows)
        known = self.first[rows] < pairs.starts[rows + 1]
        slots = np.full(len(rows), len(self.opened))
        slots[known] = self.slot[pairs.sites[self.first[rows[known]]]]
        lengths = self.second[rows] - pairs.starts[rows]
        meets = pairs.heads(rows, lengths)
        sites, costs = pairs.sites[meets], pairs.costs[meets]
        least = np.repeat(nearest, lengths)
        np.add.at(self.gain, sites, sign * np.maximum(least - costs, 0.0))
        at = np.repeat(slots * pairs.count, lengths) + sites
        np.add.at(self.extra.ravel(), at, sign * (np.repeat(next_, lengths) - np.maximum(costs, least)))
        np.add.at(self.loss, slots, sign * (next_ - nearest))
