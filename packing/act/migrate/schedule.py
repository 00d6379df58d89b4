"""When each job begins: list scheduling within the bandwidth of each node and of the fleet."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from packing.act.migrate.jobs import Job
from packing.act.migrate.seats import Seat
from packing.domain.migration import MigrationOptions

SLACK = 1e-9
"""Relative: sums of bandwidths are sums of floats, and decide nothing but times."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """When things happen.

    Parameters
    ----------
    starts : seconds from the beginning, by job.
    seconds : when the last job is done.
    peak : most bytes per second at any time.
    """

    starts: tuple[float, ...]
    seconds: float
    peak: float


def timetable(jobs: Sequence[Job], options: MigrationOptions) -> Timetable:
    """Start every job as soon as those that it waits for are done and the bandwidth allows it, earlier jobs first."""
    followers: list[list[int]] = [[] for _ in jobs]
    open_before = [len(job.after) for job in jobs]
    for number, job in enumerate(jobs):
        for other in job.after:
            followers[other].append(number)
    starts = [0.0] * len(jobs)
    running: list[tuple[float, int]] = []
    ready = [number for number, count in enumerate(open_before) if not count]
    heapq.heapify(ready)
    lines, now, peak = _Lines(options), 0.0, 0.0
    while ready or running:
        held = []
        while ready:
            number = heapq.heappop(ready)
            if lines.take(jobs[number]):
                starts[number] = now
                heapq.heappush(running, (now + jobs[number].seconds, number))
            else:
                held.append(number)
        ready = held  # sorted already: it came off a heap
        peak = max(peak, lines.fleet)
        now = running[0][0]
        while running and running[0][0] <= now:
            _, number = heapq.heappop(running)
            lines.give_back(jobs[number])
            for follower in followers[number]:
                open_before[follower] -= 1
                if not open_before[follower]:
                    heapq.heappush(ready, follower)
    return Timetable(tuple(starts), now, peak)


class _Lines:
    """What is drawn at the moment. A load that nothing else runs beside is always let through."""

    def __init__(self, options: MigrationOptions) -> None:
        self._options = options
        self._nodes: dict[str, float] = defaultdict(float)
        self._loads: Counter[str] = Counter()
        self._all = 0
        self.fleet = 0.0

    def take(self, job: Job) -> bool:
        node = _node_of(job)
        if node is None:
            return True
        options, more = self._options, 1 + SLACK
        if self._loads[node] and self._nodes[node] + job.draw > options.node_bandwidth * more:
            return False
        if options.loads_per_node is not None and self._loads[node] >= options.loads_per_node:
            return False
        if options.fleet_bandwidth is not None and self.fleet and self.fleet + job.draw > options.fleet_bandwidth * more:
            return False
        self._change(node, job.draw, 1)
        return True

    def give_back(self, job: Job) -> None:
        node = _node_of(job)
        if node is not None:
            self._change(node, -job.draw, -1)

    def _change(self, node: str, draw: float, count: int) -> None:
        self._loads[node] += count
        self._all += count
        self._nodes[node] = self._nodes[node] + draw if self._loads[node] else 0.0
        self.fleet = self.fleet + draw if self._all else 0.0


def _node_of(job: Job) -> str | None:
    """The node that the job loads onto; None: it loads nothing."""
    thing = job.action[1] if job.action else None
    return thing.site.id if isinstance(thing, Seat) and job.draw else None
