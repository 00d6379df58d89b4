"""Requests drawn in advance: a renewal process of each model in its own clock, which runs as fast as its traffic."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from packing.coldstart.arrays import Floats, Numbers

if TYPE_CHECKING:
    from packing.coldstart.endpoint import SharedNode


def phases(burstiness: float) -> tuple[float, float]:
    """Chance of each branch of a hyperexponential time of mean 1 with balanced means; the branch's rate is twice its chance.

    p = (1 ± √((c − 1)/(c + 1))) / 2 with c the squared coefficient of variation (Whitt 1982, "Approximating a point
    process by a renewal process", §3); c = 1 gives two equal branches: the exponential.
    """
    spread = math.sqrt((burstiness - 1) / (burstiness + 1))
    return (1 + spread) / 2, (1 - spread) / 2


def drawn(node: SharedNode, rounds: int, seed: int) -> Iterator[tuple[Floats, Numbers]]:
    """Endless: for so many rounds of the slots at a time, times (seconds since their beginning, ascending) and members of the requests.

    Each member has a stream of its own, by its position: what one model gets does not depend on the others.
    """
    streams = [
        _Stream(member.rates * rounds, member.burstiness, node.slot_s, np.random.default_rng([seed, at])) for at, member in enumerate(node.members)
    ]
    while True:
        times = [stream.block() for stream in streams]
        who = np.repeat(np.arange(len(times)), [len(each) for each in times])
        joined = np.concatenate(times)
        order = np.argsort(joined, kind="stable")
        yield joined[order], who[order]


class _Stream:
    """The requests of one member. Its clock shows the requests expected so far, so that the times between are of mean 1."""

    def __init__(self, rates: tuple[float, ...], burstiness: float, slot_s: float, random: np.random.Generator) -> None:
        self._random = random
        self._phase = phases(burstiness)
        self._edges = np.arange(len(rates) + 1) * slot_s
        self._clock = np.concatenate([[0.0], np.cumsum(np.array(rates) * slot_s)])
        self._next = self._first()

    def _first(self) -> float:
        """Time to the first request of a stationary process: both branches are equally likely at a random time."""
        chance = self._phase[int(self._random.integers(2))]
        return float(self._random.exponential(1 / (2 * chance)))

    def _gaps(self, count: int) -> Floats:
        chosen = np.where(self._random.random(count) < self._phase[0], *self._phase)
        return np.asarray(self._random.exponential(1.0, count) / (2 * chosen))

    def block(self) -> Floats:
        end, parts = float(self._clock[-1]), []
        while self._next < end:
            count = int((end - self._next) * 1.05 + 4 * math.sqrt(end) + 8)
            ticks = self._next + np.concatenate([[0.0], np.cumsum(self._gaps(count))])
            inside = ticks[:-1][ticks[:-1] < end]
            parts.append(inside)
            self._next = float(ticks[len(inside)])
        self._next -= end
        ticks = np.concatenate(parts) if parts else np.empty(0)
        # Slots without traffic are flat pieces of the clock: no tick falls inside, and one on an edge belongs to the slot before it.
        moving = np.concatenate([[True], np.diff(self._clock) > 0])
        if not moving[1:].any():
            return np.empty(0)
        slot = np.clip(np.searchsorted(self._clock, ticks, side="right") - 1, 0, len(self._edges) - 2)
        rate = np.diff(self._clock) / np.diff(self._edges)
        return np.asarray(self._edges[slot] + (ticks - self._clock[slot]) / np.maximum(rate[slot], 1e-300))
