"""How much a search may do: work that is counted, and the caller's time limit where work takes longer than it should.

A unit of work is about what one second of the reference machine does (docs/design/portfolio.md, "Work is counted"). Strategies share out
units: how many they have spent follows from the input alone, so that the same input takes the same way. The clock is there for machines on
which a unit takes longer. What it cuts short is remembered (`late`): the answer may then be another one next time, and says so.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from packing.domain.words import Limit
from packing.solve.finishing import Finishing

PACE = 1.0
"""Units of work for each second of the time limit."""


@dataclass(frozen=True, slots=True)
class End:
    """Where a search, or a part of it, ends: units of work since the beginning, and seconds on the clock."""

    work: float
    clock: float


def clock_part(part: float) -> float:
    """The part of the clock that a part of the work may take: up to three times as much, and at least half of what is meant for the others stays."""
    return min(3 * part, (1 + part) / 2)


class Budget:
    """Work and time of one solve, shared by all contexts that belong to it.

    Parameters
    ----------
    time_limit : seconds from construction.
    spent : seconds of it that are gone already, in another process.
    work : units of work that were done there.
    kept : what of the clock is kept for naming and checking the answer.
    """

    def __init__(self, time_limit: float, spent: float = 0.0, work: float = 0.0, kept: Finishing | None = None) -> None:
        self.began, self._thread = time.monotonic() - spent, time.thread_time() - spent
        self._kept = Finishing() if kept is None else kept
        self.work = work
        self.late = False
        """Whether the clock cut anything short."""
        self.exhausted = False
        """Whether counted work ran out somewhere: with a larger limit there would have been more."""
        self.end = End(time_limit * PACE, time_limit)

    @property
    def time_limit(self) -> float:
        """Seconds from the beginning to the end of what is under way."""
        return self.end.clock

    @time_limit.setter
    def time_limit(self, seconds: float) -> None:
        self.end = End(seconds * PACE, seconds)

    def elapsed(self) -> float:
        """Seconds since the beginning, on the monotonic clock."""
        return time.monotonic() - self.began

    def worked(self) -> float:
        """Seconds since the beginning in which the calling thread worked: no more than `elapsed`, and less on a busy machine."""
        return min(self.elapsed(), time.thread_time() - self._thread)

    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.end.clock - self._kept.seconds - self.elapsed())

    def left(self) -> float:
        """Units of work left, never negative."""
        return max(0.0, self.end.work - self.work)

    def ended(self, end: End | None = None) -> Limit | None:
        """Whether the clock or the work of a part (default: of what is under way) is at its end, and which; remembered."""
        end = self.end if end is None else end
        if self.elapsed() + self._kept.seconds >= end.clock:
            self.late = True
            return Limit.TIME
        if self.work >= end.work:
            self.exhausted = True
            return Limit.WORK
        return None

    def part(self, part: float) -> End:
        """The end of a part of what is left."""
        clock = self.elapsed() + self._kept.seconds + clock_part(part) * self.remaining()
        return End(min(self.end.work, self.work + part * self.left()), min(self.end.clock, clock))

    @contextmanager
    def until(self, end: End) -> Iterator[None]:
        """For a while, a nearer end."""
        former = self.end
        self.end = End(min(former.work, end.work), min(former.clock, end.clock))
        try:
            yield
        finally:
            self.end = former
