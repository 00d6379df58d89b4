"""A multi-model node at work: its memory is a cache of models, the least recently used one goes, one load at a time.

The same laws as in `packing.coldstart` (docs/coldstart.md), with copies that take time to serve instead of a fixed time:

* a load claims its memory when it begins, and loads are begun in the order in which they were asked for;
* requests that come while their model waits for its load, or loads, wait for the same load, and then for a place;
* a model that loads, or has requests, is not evicted; a load that finds no room waits for a model to fall idle;
* a use is the moment at which a request comes to a loaded model, or at which the load that it waited for ends.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

from packing.act.rehearse.neighbours import Alone, Unit
from packing.act.rehearse.stations import Station


@dataclass(slots=True, eq=False)
class Tenant:
    """One copy on the node.

    Parameters
    ----------
    size : bytes of the memory that is shared.
    load_s : seconds of one load.
    """

    name: str
    size: int
    load_s: float
    station: Station
    unit: Unit = field(init=False)
    loads: int = 0
    evictions: int = 0
    loaded: bool = False
    asked: list[tuple[float, int]] = field(default_factory=list)
    """(time, request) of those who wait for the load."""
    cold: list[tuple[int, float]] = field(default_factory=list)
    """(request, seconds) of all who waited for a load."""

    def __post_init__(self) -> None:
        self.unit = Alone(self.station)


@dataclass(slots=True, eq=False)
class Cache:
    """Memory, loader and queue of loads of one node."""

    capacity: int
    tenants: list[Tenant]
    free: int = field(init=False)
    recent: OrderedDict[int, None] = field(default_factory=OrderedDict)
    """Loaded models, the least recently used first."""
    queue: deque[int] = field(default_factory=deque)
    loading: int | None = None
    event: float = inf
    """When the load ends, or, if there is none, when the first of the queue may find room."""
    spans: list[tuple[float, float]] = field(default_factory=list)
    """(begin, end) of every load."""

    def __post_init__(self) -> None:
        self.free = self.capacity

    def preload(self, order: Sequence[int], gone: Sequence[int] = (), now: float = 0.0) -> None:
        """At the beginning of a stage: what has left the placement goes if it is idle, and new models are there as far as there is room.

        Parameters
        ----------
        order : the most wanted first.
        """
        self.until(now)
        for at in gone:
            self.tenants[at].unit.advance(now)
            if self.tenants[at].loaded and not len(self.tenants[at].station):
                self._evict(at)
        for at in order:
            tenant = self.tenants[at]
            if tenant.size <= self.free and not tenant.loaded and not tenant.asked:
                self.free -= tenant.size
                tenant.loaded = True
                self.recent[at] = None
                self.recent.move_to_end(at, last=False)

    def _evict(self, at: int) -> None:
        del self.recent[at]
        self.tenants[at].loaded = False
        self.free += self.tenants[at].size

    def run(self, times: Sequence[float], who: Sequence[int], requests: Sequence[int]) -> None:
        """Requests in the order of time: to which copy each goes, and its number among those of its model."""
        tenants, touch = self.tenants, self.recent.move_to_end
        for time, at, request in zip(times, who, requests, strict=True):
            if self.event <= time:
                self.until(time)
            tenant = tenants[at]
            if tenant.loaded:
                touch(at)
                tenant.unit.advance(time)
                tenant.station.arrive(request)
                tenant.unit.changed()
                continue
            if not tenant.asked:
                self.queue.append(at)
            tenant.asked.append((time, request))
            if self.event == inf:
                self._begin(time)
                if self.event <= time:
                    self.until(time)

    def until(self, time: float) -> None:
        """Let loads begin and end up to a time."""
        while self.event <= time and self.event < inf:
            now, self.event = self.event, inf
            if self.loading is not None:
                self._end(now)
            if self.queue:
                self._begin(now)

    def finish(self) -> None:
        """Let everything come to its end."""
        self.until(inf)
        for tenant in self.tenants:
            tenant.unit.advance(inf)

    def _begin(self, now: float) -> None:
        """Make room for the first of the queue, and begin; if what is in the way still serves, try again at the next departure."""
        at = self.queue[0]
        lacking, victims, wait = self.tenants[at].size - self.free, list[int](), inf
        for each in self.recent:
            if lacking <= 0:
                break
            tenant = self.tenants[each]
            tenant.unit.advance(now)
            if len(tenant.station):
                wait = min(wait, tenant.station.due())
            else:
                victims.append(each)
                lacking -= tenant.size
        if lacking > 0:
            self.event = wait
            return
        for each in victims:
            self._evict(each)
            self.tenants[each].evictions += 1
        self.queue.popleft()
        self.free -= self.tenants[at].size
        self.loading, self.event = at, now + self.tenants[at].load_s
        self.spans.append((now, self.event))

    def _end(self, now: float) -> None:
        assert self.loading is not None
        at, self.loading = self.loading, None
        tenant = self.tenants[at]
        tenant.loaded, tenant.loads = True, tenant.loads + 1
        self.recent[at] = None
        asked, tenant.asked = tenant.asked, []
        for time, request in asked:
            tenant.unit.advance(now)
            tenant.station.arrive(request)
            tenant.unit.changed()
            tenant.cold.append((request, now - time))
