"""A multi-model node event by event: least recently used, one load at a time, first come first served."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from packing.coldstart.endpoint import SharedNode, refuse
from packing.errors import Fault, ProblemError

if TYPE_CHECKING:
    from packing.coldstart.answer import ColdStarts

OUT, WAITING, LOADED = 0, 1, 2
NEVER = float("inf")
MAX_REQUESTS, MAX_STEPS = 50_000_000, 5_000_000
BLOCK = 50_000
"""Requests that are drawn at once, where that is more than one round of the slots."""


@dataclass(slots=True)
class Log:
    """What happened, in the order of time.

    `delayed` has (member, arrival, wait) of every request that did not find its model loaded, `loads` (member, request
    that asked for it, begin, end) of every load; seconds since the beginning of the first round.
    """

    delayed: list[tuple[int, float, float]] = field(default_factory=list)
    loads: list[tuple[int, float, float, float]] = field(default_factory=list)


def simulate_endpoint(node: SharedNode, *, requests: int = 200_000, seed: int = 0) -> ColdStarts:
    """Judge a node by simulation.

    Models are loaded on demand and evicted least recently used. A load claims its memory when it begins; requests that
    come while their model waits for its load, or loads, wait for the same load. A model that loads, or serves
    (`service_s`), is not evicted; a load that finds no room waits for one that stops serving. A use is the moment at
    which a request is served: its arrival, or the end of the load that it waited for.

    Parameters
    ----------
    node : the node, its models and their traffic; the slots repeat.
    requests : simulated at least (whole rounds of the slots), after a warm-up of one round or a tenth of them.
    seed : of a random generator of its own; same node and seed, same answer.

    Returns
    -------
    The same figures as `predict` gives, with standard errors and counts. Wait times are seconds.

    Raises
    ------
    ProblemError : faults of the node; `bad_option` for a number of requests that is not in 1..50 million.
    """
    from packing.coldstart.arrivals import drawn
    from packing.coldstart.counted import counted

    refuse(node)
    if isinstance(requests, bool) or not isinstance(requests, int) or not 1 <= requests <= MAX_REQUESTS:
        raise ProblemError([Fault("bad_option", "requests", str(requests), f"Not a whole number from 1 to {MAX_REQUESTS:,}.", "Give one.")])
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ProblemError([Fault("bad_option", "seed", str(seed), "A seed is a whole number, zero or more.", "Give one.")])
    a_day = node.slot_s * sum(sum(member.rates) for member in node.members)
    if a_day > MAX_REQUESTS:
        cause = f"One round of the slots has {a_day:,.0f} requests; at most {MAX_REQUESTS:,} are simulated."
        raise ProblemError([Fault("too_large", node.name, f"{a_day:,.0f}", cause, "Simulate fewer slots, or predict.")])
    rounds = max(1, min(round(requests / a_day + 0.5), MAX_STEPS // node.slots)) if a_day > 0 else 1
    together = max(1, min(rounds // 10, int(BLOCK / a_day))) if a_day > 0 else 1
    blocks, warm = -(-rounds // together), max(1, round(rounds / together / 10))
    length = node.slot_s * node.slots * together
    machine, counting = Machine(node), []
    for number, (times, who) in enumerate(islice(drawn(node, together, seed), warm + blocks)):
        machine.feed((times + number * length).tolist(), who.tolist())
        if number >= warm:
            counting.append((times, who))
    machine.finish()
    return counted(node, machine.log, counting, warm * length, blocks * together, seed)


class Machine:
    """The memory, the loader and its queue."""

    def __init__(self, node: SharedNode) -> None:
        count = len(node.members)
        self._sizes = [member.size for member in node.members]
        self._load_s = [member.load_s or 0.0 for member in node.members]
        self._service_s = [member.service_s for member in node.members]
        self._serving = any(self._service_s)
        self._free = node.capacity
        self._state = [OUT] * count
        self._busy_until = [0.0] * count
        self._recent: OrderedDict[int, None] = OrderedDict()
        self._queue: deque[int] = deque()
        self._asked: list[list[float]] = [[] for _ in range(count)]
        self._loading: int | None = None
        self._began = 0.0
        self._event = NEVER
        """When the load ends, or, if there is none, when the first of the queue may find room."""
        self.log = Log()

    def feed(self, times: list[float], who: list[int]) -> None:
        """Requests in the order of time."""
        state, touch, event, serving = self._state, self._recent.move_to_end, self._event, self._serving
        for time, member in zip(times, who, strict=True):
            if event <= time:
                self._until(time)
                event = self._event
            if state[member] == LOADED:
                touch(member)
                if serving:
                    self._busy_until[member] = max(self._busy_until[member], time + self._service_s[member])
                continue
            self._asked[member].append(time)
            if state[member] == OUT:
                state[member] = WAITING
                self._queue.append(member)
                if self._event == NEVER:
                    self._begin(time)
                    if self._event <= time:  # a load that takes no time
                        self._until(time)
                    event = self._event

    def finish(self) -> None:
        """Let all loads end."""
        self._until(NEVER)

    def _until(self, time: float) -> None:
        while self._event <= time and self._event < NEVER:
            now, self._event = self._event, NEVER
            if self._loading is not None:
                self._end(now)
            if self._queue:
                self._begin(now)

    def _begin(self, now: float) -> None:
        """Make room for the first of the queue, and begin; if what is in the way still serves, try again when it does not."""
        member = self._queue[0]
        lacking, victims = self._sizes[member] - self._free, []
        for each in self._recent:
            if lacking <= 0:
                break
            if self._busy_until[each] <= now:
                victims.append(each)
                lacking -= self._sizes[each]
        if lacking > 0:
            self._event = min(self._busy_until[each] for each in self._recent if self._busy_until[each] > now)
            return
        for each in victims:
            del self._recent[each]
            self._state[each] = OUT
            self._free += self._sizes[each]
        self._queue.popleft()
        self._free -= self._sizes[member]
        self._loading, self._began, self._event = member, now, now + self._load_s[member]

    def _end(self, now: float) -> None:
        member = self._loading
        assert member is not None
        self._loading = None
        self._state[member] = LOADED
        self._recent[member] = None
        self._busy_until[member] = now + self._service_s[member]
        asked, self._asked[member] = self._asked[member], []
        self.log.loads.append((member, asked[0], self._began, now))
        self.log.delayed.extend([(member, time, now - time) for time in asked])
