"""The search context: counted work, clock, random generator, limits, incumbent, bound and reasons to stop, in one place.

Strategies neither print nor read clocks: they spend units of work (`packing.solve.budget`) and ask what is left of their share. Progress is
one stream of events to one observer.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from packing.domain.fitness import OBJECTIVE_UNITS
from packing.domain.words import Limit
from packing.solve.budget import PACE, Budget, End, clock_part
from packing.solve.plan import Plan, Value


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known at a moment of the search; None where unknown. Objective and bound on the scale of 0..1."""

    elapsed_s: float
    objective: float | None
    bound: float | None
    gap: float | None
    unplaced: int | None
    source: str


Observer = Callable[[Progress], None]


class SearchContext:
    """Shared by all strategies of one solve.

    Parameters
    ----------
    time_limit : seconds from construction; it stands for so many units of work as well.
    seed, workers : for strategies and solvers.
    gap : stop when the relative gap is no larger.
    on_progress : called with every new incumbent or bound.
    cancel : set by the caller (from any thread) to stop.
    spent, work : seconds of the time limit that are gone already, and units of work that are done, in another process.
    """

    def __init__(
        self,
        time_limit: float,
        seed: int = 0,
        workers: int = 1,
        gap: float = 0.0,
        on_progress: Observer | None = None,
        cancel: threading.Event | None = None,
        spent: float = 0.0,
        work: float = 0.0,
    ) -> None:
        self.budget = Budget(time_limit, spent, work)
        self.seed, self.workers, self.gap = seed, workers, gap
        self.random = random.Random(seed)
        self._observer = on_progress
        self._cancel = cancel
        self._outer: SearchContext | None = None
        self._interrupted = False
        self.incumbent: Plan | None = None
        self.missing_bound: tuple[int, ...] | None = None
        """Proven: no plan has a lexicographically smaller vector of missing copies."""
        self.bound: int | None = None
        """Proven: no plan with `missing_bound` missing copies has a smaller objective (units)."""
        self.incidents: list[str] = []
        """What went otherwise than meant and did not spoil the answer, a line each."""

    def inner(self, gap: float = 0.0) -> SearchContext:
        """A context for another problem within this solve: its own incumbent and bound, the same work, clock and cancellation."""
        inner = SearchContext(0.0, self.seed, self.workers, gap)
        inner.budget, inner._outer = self.budget, self
        return inner

    @property
    def time_limit(self) -> float:
        """Seconds from the beginning to the end of what is under way."""
        return self.budget.time_limit

    @time_limit.setter
    def time_limit(self, seconds: float) -> None:
        self.budget.time_limit = seconds

    def elapsed(self) -> float:
        """Seconds since the start, on the monotonic clock. For reports and the guards of solvers: strategies count work."""
        return self.budget.elapsed()

    def remaining(self) -> float:
        """Seconds left, never negative. For the guards of solvers: strategies count work."""
        return self.budget.remaining()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """For a while, a nearer time limit: so many seconds from now. For callers of several solves; strategies take a `part`."""
        with self.budget.until(End(self.budget.work + seconds * PACE, self.elapsed() + seconds)):
            yield

    @contextmanager
    def part(self, part: float) -> Iterator[None]:
        """For a while, a part of the work that is left."""
        with self.budget.until(self.budget.part(part)):
            yield

    def share(self, part: float = 1.0) -> Share:
        """A part of the work that is left, to be asked now and then whether anything of it is left."""
        return Share(self, self.budget.part(part))

    def spend(self, work: float) -> None:
        """Count units of work that were done."""
        self.budget.work += work

    def work_left(self) -> float:
        """Units of work left, never negative."""
        return self.budget.left()

    @property
    def cancelled(self) -> bool:
        """Whether the caller asked to stop."""
        if self._interrupted or (self._cancel is not None and self._cancel.is_set()):
            return True
        return self._outer is not None and self._outer.cancelled

    def interrupt(self) -> None:
        """Stop as if the caller had asked for it."""
        self._interrupted = True

    def expire(self) -> None:
        """The time limit is reached now: others have used it up."""
        self.budget.late = True
        self.budget.end = End(self.budget.end.work, min(self.budget.end.clock, self.elapsed()))

    @property
    def proof(self) -> tuple[tuple[int, ...], int] | None:
        """What is proven: (missing copies, bound on the objective of plans with just these missing); None: nothing."""
        return None if self.missing_bound is None or self.bound is None else (self.missing_bound, self.bound)

    @property
    def began(self) -> float:
        """When the search began, on this machine's monotonic clock."""
        return self.budget.began

    def limit(self) -> Limit | None:
        """Which limit stops the search, or the part of it that is under way, now; None: go on."""
        if self.cancelled:
            return Limit.CANCELLED
        return Limit.GAP if self.closed() else self.budget.ended()

    def ended_by(self) -> Limit | None:
        """Which limit the answer owes its form to, once the search is over; None: there was nothing more to try.

        Whatever the clock cut short counts, whether or not the search went on with something else: only answers without `time`
        (and without `cancelled`) are the same in every run.
        """
        if self.cancelled:
            return Limit.CANCELLED
        if self.budget.late:
            return Limit.TIME
        if self.closed():
            return Limit.GAP if self.incumbent is not None and self.incumbent.value.objective != self.bound else None
        return Limit.WORK if self.budget.exhausted else None

    def follow(self, limit: Limit | None) -> None:
        """Take over what ended a part of the search in another process."""
        self.budget.late = self.budget.late or limit is Limit.TIME
        self.budget.exhausted = self.budget.exhausted or limit is Limit.WORK

    def closed(self) -> bool:
        """Whether the gap asked for is reached (a gap of zero: optimality is proven)."""
        if self.incumbent is None or self.bound is None or self.incumbent.value.missing != self.missing_bound:
            return False
        objective = self.incumbent.value.objective
        return objective - self.bound <= self.gap * abs(objective)

    def offer(self, plan: Plan, source: str) -> bool:
        """Propose a plan; it becomes the incumbent if it is better. Returns whether it did."""
        if self.incumbent is not None and plan.value >= self.incumbent.value:
            return False
        self.incumbent = plan
        self._report(source)
        return True

    def raise_bound(self, missing: tuple[int, ...], bound: int, source: str) -> None:
        """Record a proven lower bound: on the missing copies, and on the objective among plans with just these missing."""
        if self.missing_bound is None or missing > self.missing_bound:
            self.missing_bound, self.bound = missing, bound
        elif missing == self.missing_bound and (self.bound is None or bound > self.bound):
            self.bound = bound
        else:
            return
        self._report(source)

    def note(self, incident: str) -> None:
        """Record, once, that something went otherwise than meant."""
        if incident not in self.incidents:
            self.incidents.append(incident)

    def valid_bound(self, value: Value) -> int | None:
        """The bound, if it speaks of plans with the same missing copies as `value`."""
        return self.bound if value.missing == self.missing_bound else None

    def _report(self, source: str) -> None:
        if self._observer is None:
            return
        value = self.incumbent.value if self.incumbent else None
        bound = self.valid_bound(value) if value else self.bound
        objective = value.objective / OBJECTIVE_UNITS if value else None
        self._observer(
            Progress(
                elapsed_s=self.elapsed(),
                objective=objective,
                bound=None if bound is None else bound / OBJECTIVE_UNITS,
                gap=relative_gap(value.objective, bound) if value and bound is not None else None,
                unplaced=sum(value.missing) if value else None,
                source=source,
            )
        )


class Share:
    """A part of a search's work.

    Loops ask it at every turn; solvers of linear programs are given its `seconds` as a guard, and tell it when that was needed (`cut`).
    """

    def __init__(self, context: SearchContext, end: End) -> None:
        self.context, self.end = context, end

    def __call__(self) -> float:
        """Units that are left of it; 0 as soon as the search should stop."""
        if self.context.limit() is not None or self.context.budget.ended(self.end) is not None:
            return 0.0
        return self.end.work - self.context.budget.work

    def part(self, part: float) -> Share:
        """A part of what is left of this share."""
        with self.context.budget.until(self.end):
            return self.context.share(part)

    def but(self, work: float) -> Share:
        """The same without so many units at its end."""
        left = max(1e-9, self.end.work - self.context.budget.work)
        now = self.context.elapsed()
        return Share(self.context, End(self.end.work - work, now + clock_part(max(0.0, 1 - work / left)) * max(0.0, self.end.clock - now)))

    def spend(self, work: float) -> None:
        """Count units of work that were done."""
        self.context.spend(work)

    def seconds(self) -> float:
        """Seconds after which a solver is cut off."""
        return max(0.01, min(self.end.clock, self.context.budget.end.clock) - self.context.elapsed())

    def cut(self) -> None:
        """A solver was cut off by the clock."""
        self.context.budget.late = True


def relative_gap(objective: int, bound: int) -> float:
    """(objective - bound) / objective; 0 where both are equal."""
    return 0.0 if objective <= bound else (objective - bound) / abs(objective)
