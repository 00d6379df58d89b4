"""Online placement: copies arrive one by one, stay, and nobody knows what comes next but for how often what has come before.

Every open node has a *potential*: how much of its free accelerators would be of no use to the expected mix of arrivals.
An arrival goes where the potential rises least (the gradient rule of Weng et al., "Beware of Fragmentation", USENIX ATC '23,
section 4.3). Two potentials are defined here, both sums over the kinds of copies m of the mix, of which n_m are expected:

    fragmentation = Σ n_m · (free if m does not fit on the node, else free on accelerators too full for m)      [FGD's own]
    stranded      = Σ n_m · (free - what as many copies of m as fit together would use)

FGD asks whether one more copy fits; `stranded` counts how many fit, so that it sees vCPUs running out long before none fits.
All of it is counted in integers: equal is equal, on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
NOWHERE = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Arrival:
    """What one copy takes.

    Parameters
    ----------
    width : accelerators; 0: none.
    demand : of each of them, in the same units as a node's accelerators have.
    vcpus, host_memory : of the node, in any integer units.
    """

    width: int
    demand: int
    vcpus: int
    host_memory: int


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a copy went."""

    node: int
    accelerators: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """What is free on some nodes: arrays over nodes; `free` over nodes × accelerators (0 where a node has fewer)."""

    vcpus: Ints
    host_memory: Ints
    free: Ints

    def of(self, rows: Ints) -> Room:
        """The same of some of the nodes (repeated as asked)."""
        return Room(self.vcpus[rows], self.host_memory[rows], self.free[rows])


class Mix:
    """The expected arrivals that need accelerators, as arrays over kinds; `weight` is how many are expected."""

    def __init__(self, arrivals: Sequence[Arrival], counts: Sequence[int]) -> None:
        kept = [(each, count) for each, count in zip(arrivals, counts, strict=True) if each.width]
        self.width = np.array([each.width for each, _ in kept], dtype=np.int64)
        self.demand = np.array([max(1, each.demand) for each, _ in kept], dtype=np.int64)
        self.vcpus = np.array([each.vcpus for each, _ in kept], dtype=np.int64)
        self.weight = np.array([count for _, count in kept], dtype=np.int64)
        # Few distinct demands: counted once each, and then spread over the kinds.
        self.levels, self.level = np.unique(self.demand, return_inverse=True)


Potential = Callable[[Room, Mix], Ints]
"""For each node of the room, a figure in accelerator units × arrivals."""


def fragmentation(room: Room, mix: Mix) -> Ints:
    """Accelerator units of each node that one more arrival cannot use (FGD's F_n, times the number of arrivals)."""
    fits = room.free[:, None, :] >= mix.levels[None, :, None]
    too_full = (room.free[:, None, :] * ~fits).sum(axis=2)[:, mix.level]
    can = (fits.sum(axis=2)[:, mix.level] >= mix.width) & (room.vcpus[:, None] >= mix.vcpus)
    lost = np.where(can, too_full, room.free.sum(axis=1)[:, None])
    return np.asarray(lost @ mix.weight)


def stranded(room: Room, mix: Mix) -> Ints:
    """Accelerator units of each node that are left when it is filled with copies of one kind, summed over the mix."""
    per = (room.free[:, None, :] // mix.levels[None, :, None])[:, mix.level]
    together = np.where(mix.width == 1, per.sum(axis=2), (per > 0).sum(axis=2) // np.maximum(1, mix.width))
    together = np.minimum(together, room.vcpus[:, None] // np.maximum(1, mix.vcpus))
    left = room.free.sum(axis=1)[:, None] - together * (mix.width * mix.demand)
    return np.asarray(np.maximum(left, 0) @ mix.weight)


def future_room(room: Room, mix: Mix) -> Ints:
    """What one more arrival cannot use, and what a whole load of one kind would leave: the default potential."""
    return fragmentation(room, mix) + stranded(room, mix)


class OnlineCluster:
    """Fixed nodes that take arrivals one by one.

    Parameters
    ----------
    nodes : (accelerators, vCPUs, host memory) of each.
    unit : size of each accelerator.
    arrivals : the distinct kinds of copies; `place` takes their index.
    counts : how many of each are expected, in any scale (below 2^40 in all, so that sums stay exact).
    potential : what is to rise least.
    tightest_first : break ties by the least room left; False: the first node.
    """

    def __init__(
        self,
        nodes: Sequence[tuple[int, int, int]],
        unit: int,
        arrivals: Sequence[Arrival],
        counts: Sequence[int],
        potential: Potential = future_room,
        *,
        tightest_first: bool = True,
    ) -> None:
        self.unit, self.arrivals, self.mix, self.potential = unit, arrivals, Mix(arrivals, counts), potential
        self.tightest_first = tightest_first
        widest = max((count for count, _, _ in nodes), default=0)
        free = np.array([[unit] * count + [0] * (widest - count) for count, _, _ in nodes], dtype=np.int64)
        free = free.reshape(len(nodes), widest)
        vcpus, memory = (np.array([node[index] for node in nodes], dtype=np.int64) for index in (1, 2))
        self.room = Room(vcpus, memory, free)
        self._now = potential(self.room, self.mix)
        # The rise by (arrival, node), and the accelerator it is for; computed when an arrival asks for it.
        self._rise = np.full((len(arrivals), len(nodes)), NOWHERE)
        self._accelerator = np.zeros((len(arrivals), len(nodes)), dtype=np.int64)
        self._stale = np.ones((len(arrivals), len(nodes)), dtype=bool)

    def place(self, kind: int) -> Spot | None:
        """Put one copy where the potential rises least; None if it fits nowhere."""
        self._refresh(kind)
        rise = self._rise[kind]
        least = rise.min(initial=NOWHERE)
        if least == NOWHERE:
            return None
        node = self._choose(np.flatnonzero(rise == least))
        spot = Spot(node, self._accelerators(kind, node))
        self._take(self.arrivals[kind], spot)
        return spot

    def _choose(self, equal: Ints) -> int:
        if self.tightest_first and len(equal) > 1:
            equal = equal[np.lexsort((self.room.vcpus[equal], self.room.free[equal].sum(axis=1)))]
        return int(equal[0])

    def _accelerators(self, kind: int, node: int) -> tuple[int, ...]:
        arrival = self.arrivals[kind]
        if arrival.width == 1:
            return (int(self._accelerator[kind, node]),)
        return tuple(int(each) for each in np.flatnonzero(_tightest(self.room.free[[node]], arrival)[0]))

    def _take(self, arrival: Arrival, spot: Spot) -> None:
        node = spot.node
        self.room.vcpus[node] -= arrival.vcpus
        self.room.host_memory[node] -= arrival.host_memory
        self.room.free[node, list(spot.accelerators)] -= arrival.demand
        self._now[node] = self.potential(self.room.of(np.array([node])), self.mix)[0]
        self._stale[:, node] = True

    def _refresh(self, kind: int) -> None:
        """Bring the rises of one kind of arrival up to date; only nodes that changed since its last arrival are looked at."""
        arrival = self.arrivals[kind]
        rows = np.flatnonzero(self._stale[kind])
        self._stale[kind, rows] = False
        self._rise[kind, rows] = NOWHERE
        room = self.room
        fits = (room.vcpus[rows] >= arrival.vcpus) & (room.host_memory[rows] >= arrival.host_memory)
        fits &= (room.free[rows] >= max(1, arrival.demand)).sum(axis=1) >= arrival.width
        rows = rows[fits]
        if not len(rows):
            return
        source, accelerator, free = _ways(room.free[rows], arrival)
        origin = rows[source]
        after = Room(room.vcpus[origin] - arrival.vcpus, room.host_memory[origin] - arrival.host_memory, free)
        rise = self.potential(after, self.mix) - self._now[origin]
        order = np.lexsort((accelerator, rise, source))
        first = order[np.flatnonzero(np.diff(source[order], prepend=-1))]
        self._rise[kind, origin[first]] = rise[first]
        self._accelerator[kind, origin[first]] = accelerator[first]


def _ways(free: Ints, arrival: Arrival) -> tuple[Ints, Ints, Ints]:
    """(row, accelerator, free afterwards) of each way to put one copy on each row: one for each accelerator if it takes just one."""
    if arrival.width != 1:
        rows = np.arange(len(free))
        return rows, np.zeros_like(rows), free - _tightest(free, arrival) * arrival.demand
    rows, accelerators = np.nonzero(free >= max(1, arrival.demand))
    after = free[rows]
    after[np.arange(len(rows)), accelerators] -= arrival.demand
    # Accelerators with as much free are the same: the first of them will do.
    earlier = np.arange(free.shape[1])[None, :] < accelerators[:, None]
    twin = (earlier & (free[rows] == free[rows, accelerators][:, None])).any(axis=1)
    return rows[~twin], accelerators[~twin], after[~twin]


def _tightest(free: Ints, arrival: Arrival) -> NDArray[np.bool_]:
    """Which accelerators of each row a copy takes: as many as it needs, those with the least room first."""
    usable = np.where(free >= max(1, arrival.demand), free, NOWHERE)
    order = np.argsort(usable, axis=1, kind="stable")
    taken = np.zeros(free.shape, dtype=bool)
    np.put_along_axis(taken, order[:, : arrival.width], values=True, axis=1)
    return taken
