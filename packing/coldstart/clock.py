"""When models were last used: lags looked back over, and the chance that there was no request in them.

Each model has a clock that shows the requests expected so far; seen in it, requests are a stationary renewal process of
rate 1 whatever the traffic does. The slots repeat, so that the clock goes on before the first slot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from packing.coldstart.arrays import Floats
from packing.coldstart.arrivals import phases

if TYPE_CHECKING:
    from packing.coldstart.endpoint import SharedNode

COARSE = 240
"""Lags at which the mean size in use is computed, to find where the memory fills up."""
OLDEST = 40.0
"""Lags go back until even the rarest model expects so many requests; then it has had one."""


@dataclass(frozen=True, slots=True)
class Members:
    """The models that have traffic at all, as arrays of shape (N,) and rates (N, slots)."""

    size: Floats
    load_s: Floats
    service_s: Floats
    rates: Floats
    chance: Floats
    """(N, 2): rates of the two branches of the times between requests, in requests expected."""
    slot_s: float
    capacity: float

    @staticmethod
    def of(node: SharedNode, chosen: list[int]) -> Members:
        """Arrays of the members at these positions."""
        members = [node.members[at] for at in chosen]
        return Members(
            np.array([float(each.size) for each in members]),
            np.array([each.load_s or 0.0 for each in members]),
            np.array([each.service_s for each in members]),
            np.array([each.rates for each in members]),
            2 * np.array([phases(each.burstiness) for each in members]),
            node.slot_s,
            float(node.capacity),
        )

    def next_later(self, expected: Floats) -> Floats:
        """Chance that the time to the next request, from one of them, is longer; `expected` is (..., N)."""
        p, q = self.chance[:, 0], self.chance[:, 1]
        with np.errstate(under="ignore"):
            late: Floats = (p * np.exp(-p * expected) + q * np.exp(-q * expected)) / 2
        return late

    def unused(self, expected: Floats) -> Floats:
        """Chance that there is no request in a stretch of the clock that begins at any time."""
        p, q = self.chance[:, 0], self.chance[:, 1]
        with np.errstate(under="ignore"):
            none: Floats = (np.exp(-p * expected) + np.exp(-q * expected)) / 2
        return none

    def expected(self, now: Floats, lag: Floats) -> Floats:
        """Requests expected in the last `lag` seconds before `now`: (T, K) lags of (T,) times give (T, K, N)."""
        return self._clock(now)[:, None, :] - self._clock(now[:, None] - lag)

    def _clock(self, time: Floats) -> Floats:
        slots = self.rates.shape[1]
        whole = np.floor(time / (self.slot_s * slots))
        inside = time - whole * self.slot_s * slots
        slot = np.minimum((inside / self.slot_s).astype(np.intp), slots - 1)
        shown = np.concatenate([np.zeros((len(self.rates), 1)), np.cumsum(self.rates * self.slot_s, axis=1)], axis=1)
        part = inside - slot * self.slot_s
        ticks: Floats = shown.T[slot] + self.rates.T[slot] * part[..., None] + whole[..., None] * shown[:, -1]
        return ticks


def lags(members: Members, now: Floats, count: int, reach: float) -> Floats:
    """Lags (T, count) at which the sizes in use, in the mean, go evenly from little to all: where residency is decided.

    They end where the mean is `reach` standard deviations above what fits.
    """
    rate = members.rates.mean(axis=1)
    period = members.slot_s * members.rates.shape[1]
    first, last = 1e-3 / members.rates.max(axis=1).sum(), OLDEST / rate.min() + period
    coarse = np.geomspace(first, max(last, 10 * first), COARSE)
    found = np.empty((len(now), count))
    each = max(1, 3200 // len(members.size))  # a few at a time: the array of all lags is large
    for at in range(0, len(now), each):
        these = now[at : at + each]
        used = 1 - members.unused(members.expected(these, np.broadcast_to(coarse, (len(these), COARSE))))
        mean = used @ members.size
        spread = np.sqrt((used * (1 - used)) @ members.size**2)
        for row in range(len(these)):
            least = np.maximum.accumulate(mean[row] - reach * spread[row])
            low = np.interp(members.capacity - members.size.max(), mean[row] + 3.5 * spread[row], np.log(coarse))
            high = np.interp(members.capacity - members.size.min(), least, np.log(coarse))
            ends = np.interp([low, max(high, low + 1e-6)], np.log(coarse), mean[row])
            levels = np.linspace(ends[0], ends[1], count)
            rising = mean[row] + np.arange(COARSE) * 1e-12 * members.size.sum()
            between = np.exp(np.interp(levels, rising, np.log(coarse)))
            between[0], between[-1] = np.exp(low), np.exp(max(high, low + 1e-6))
            found[at + row] = np.maximum.accumulate(between)
    return found
