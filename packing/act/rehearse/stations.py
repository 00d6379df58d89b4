"""A copy at work: requests come in, wait for a place, and leave. Everything is lazy: a copy is brought up to date when it is looked at.

Between two looks nothing but its own departures can happen to it, in an order that is known: those with the least work left first, as
all requests in flight advance at the same pace. So work is counted on a clock of steps, which runs at 1 / step_s[n] with n in flight
(processor sharing by virtual time), and a departure costs one operation on a heap.
"""

from __future__ import annotations

from array import array
from collections import deque
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import inf

from packing.act.rehearse.law import Law


@dataclass(slots=True)
class Work:
    """The requests of one model as its copies see them, by number.

    Parameters
    ----------
    tokens : output tokens after the first; a single number where all are alike.
    length : own input over the mean; None where all are alike.
    begun, first, end : seconds at which a request got its place, its first token and its last one; filled in by copies.
    """

    tokens: array[float] | float
    length: array[float] | None
    begun: array[float]
    first: array[float]
    end: array[float]

    @classmethod
    def of(cls, count: int, tokens: array[float] | float, length: array[float] | None) -> Work:
        """Nothing done yet."""
        nothing = array("d", [inf]) * count
        return cls(tokens, length, nothing, nothing[:], nothing[:])


@dataclass(slots=True, eq=False)
class Station:
    """Places for requests in flight, and a line before them. `advance` and `arrive` are the whole interface to it."""

    law: Law
    work: Work
    factor: float = 1.0
    """How much slower it is just now because of its neighbours."""
    now: float = 0.0
    clock: float = 0.0
    """Steps that a request in flight since the beginning would have seen."""
    inside: list[tuple[float, int]] = field(default_factory=list)
    """(clock at which it leaves, request), a heap."""
    queue: deque[int] = field(default_factory=deque)
    held_s: float = 0.0
    """Seconds of places taken, in sum; a server that takes requests together is taken as a whole."""
    prefilled: float = 0.0
    """When the prompts that came before have been prefilled."""
    served: int = 0
    given: int = 0
    """Requests that were sent here because it had the fewest."""

    def __len__(self) -> int:
        """Requests here, those that wait included."""
        return len(self.inside) + len(self.queue)

    def due(self) -> float:
        """When the next request leaves, if nothing changes."""
        inside = self.inside
        return self.now + (inside[0][0] - self.clock) * self.pace(len(inside)) if inside else inf

    def pace(self, count: int) -> float:
        """Seconds of a step with so many in flight; where nothing is decoded, the prefill is the step."""
        return (self.law.step_s[count] or self.law.first_s[count]) * self.factor

    def advance(self, until: float) -> None:
        """Let it work up to a time."""
        inside = self.inside
        while inside:
            pace = self.pace(len(inside))
            due = self.now + (inside[0][0] - self.clock) * pace
            if due > until:
                self.clock += (until - self.now) / pace
                break
            self.clock, who = heappop(inside)
            self.now = due
            self.served += 1
            self.work.end[who] = due
            self.held_s += due - self.work.begun[who]
            if self.queue:
                self._admit(self.queue.popleft())
        else:
            self.clock = 0.0
        self.now = until

    def arrive(self, who: int) -> None:
        """A request comes in, at the time up to which the copy has been advanced."""
        if len(self.inside) < self.law.places:
            self._admit(who)
        else:
            self.queue.append(who)

    def _admit(self, who: int) -> None:
        law, work, count = self.law, self.work, len(self.inside) + 1
        wait = law.first_s[count]
        if work.length is not None:
            wait = max(0.0, wait + law.own_s * (work.length[who] - 1))
        if law.prefill_s:
            # Prompts are prefilled one after the other: the first token comes no sooner than it would after its turn, alone.
            turn = max(self.now, self.prefilled)
            self.prefilled = turn + law.prefill_s * self.factor * (work.length[who] if work.length is not None else 1.0)
            wait = max(wait, (turn - self.now) / self.factor + law.first_s[1])
        step = law.step_s[count]
        tokens = work.tokens if isinstance(work.tokens, float) else work.tokens[who]
        steps = wait / step + tokens if step else wait / law.first_s[count] if law.first_s[count] else 0.0
        work.begun[who] = self.now
        work.first[who] = self.now + wait * self.factor
        heappush(self.inside, (self.clock + steps, who))


@dataclass(slots=True, eq=False)
class Together(Station):
    """A server that takes what waits, up to its places, and hands it back together: encoders."""

    left: float = 0.0
    """Seconds of work left of what is inside, at factor 1."""

    def due(self) -> float:
        """When what is inside is done."""
        return self.now + self.left * self.factor if self.inside else inf

    def advance(self, until: float) -> None:
        """Let it work up to a time."""
        while self.inside:
            due = self.now + self.left * self.factor
            if due > until:
                self.left -= (until - self.now) / self.factor
                break
            self.now = due
            self.held_s += (due - self.work.begun[self.inside[0][1]]) * self.law.places
            for _, who in self.inside:
                self.work.first[who] = self.work.end[who] = due
            self.served += len(self.inside)
            self.inside.clear()
            if self.queue:
                self._take()
        self.now = until

    def arrive(self, who: int) -> None:
        """A request comes in: it waits for what is running."""
        self.queue.append(who)
        if not self.inside:
            self._take()

    def _take(self) -> None:
        law, work, queue = self.law, self.work, self.queue
        count = min(len(queue), law.places)
        taken = [queue.popleft() for _ in range(count)]
        self.left = law.first_s[count]
        if work.length is not None:
            self.left = max(0.0, self.left + law.own_s * sum(work.length[who] - 1 for who in taken))
        for who in taken:
            work.begun[who] = self.now
            self.inside.append((0.0, who))


def station(law: Law, work: Work, now: float = 0.0) -> Station:
    """A copy with nothing to do yet."""
    return Together(law, work, now=now) if law.whole else Station(law, work, now=now)
