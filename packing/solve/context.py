"""The search context: counted work, clock, random generator, limits, incumbent, bound and reasons to stop, in one place.

Strategies neither print nor read clocks: they spend units of work (`packing.solve.budget`) and ask what is left of their share. Progress is
one stream of events to one observer.

Plans are checked, bounds are argued: where the two contradict each other, the plan is right. The context is the one place
that looks, with every plan and every bound that arrives from wherever; then nothing counts as proven any more, and it says so.
"""

from __future__ import annotations

import math
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from packing.domain.fitness import OBJECTIVE_UNITS
from packing.domain.words import Limit
from packing.errors import InternalError
from packing.solve.budget import PACE, Budget, End, clock_part
from packing.solve.finishing import GRACE_S, Finishing
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
Proof = tuple[tuple[int, ...], int]
"""(missing copies that are proven, bound on the objective of plans with just these missing)"""
WITHDRAWN = "a bound was withdrawn"
"""How an incident begins that tells of one."""

RAISE_ERRORS = False
"""Whether a bound that a plan contradicts is an error, and not an incident: for tests, which are to see it."""


def contradiction(value: Value, proof: Proof) -> str | None:
    """What a plan of this value shows to be wrong about a proof; None: both can be true."""
    missing, bound = proof
    if value.missing < missing:
        return f"that no placement leaves out less than {_counts(missing)}, and one that leaves out {_counts(value.missing)} was found"
    if value.missing == missing and value.objective < bound:
        return (
            f"that no placement has an objective below {bound / OBJECTIVE_UNITS:.9g}, and one with {value.objective / OBJECTIVE_UNITS:.9g} was found"
        )
    return None


def _counts(missing: tuple[int, ...]) -> str:
    if len(missing) == 1:
        return f"{missing[0]} {'copy' if missing[0] == 1 else 'copies'}"
    return f"{', '.join(map(str, missing))} copies (by priority, the highest first)"


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
        self.finishing = Finishing()
        self.budget = Budget(time_limit, spent, work, kept=self.finishing)
        self._end = time_limit
        self.seed, self.workers, self.gap = seed, workers, gap
        self.random = random.Random(seed)
        self._observer = on_progress
        self._cancel = cancel
        self._outer: SearchContext | None = None
        self._interrupted = False
        self._patient = time_limit <= 0
        self.cut = False
        """Whether the time limit ended what always comes first: then not everything was tried once, and nothing is proven."""
        self.first: Plan | None = None
        """Greedy's first plan, which is what others are compared with."""
        self.incumbent: Plan | None = None
        self.missing_bound: tuple[int, ...] | None = None
        """Proven: no plan has a lexicographically smaller vector of missing copies."""
        self.bound: int | None = None
        """Proven: no plan with `missing_bound` missing copies has a smaller objective (units)."""
        self.withdrawn: str | None = None
        """Why nothing is proven, and will not be: a plan contradicted a bound. None: no plan has."""
        self._bound_from = ""
        self.incidents: list[str] = []
        """What went otherwise than meant and did not spoil the answer, a line each."""

    def inner(self, gap: float = 0.0) -> SearchContext:
        """A context for another problem within this solve: its own incumbent and bound, the same work, clock and cancellation."""
        inner = SearchContext(0.0, self.seed, self.workers, gap)
        inner.budget, inner._outer, inner.finishing = self.budget, self, self.finishing
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
        """Seconds left for the search, never negative: naming and checking its answer is in the limit as well. For the guards of solvers."""
        return self.budget.remaining()

    def overdue(self, copies: int = 0) -> bool:
        """Whether even what always comes first has to end, if this many copies are still to be named and checked.

        Counted in what the calling thread has worked, so that a first answer does not depend on how busy the machine is. Never where
        the time limit is zero: greedy's first answer is then all that is asked for, however long it takes.
        """
        return not self._patient and self.copies_in_time() <= copies

    def copies_in_time(self) -> float:
        """Copies that can still be named and checked in time; infinite where nothing is to be in time."""
        return math.inf if self._patient else self.finishing.affordable(self._end + GRACE_S - self.budget.worked())

    def cut_short(self) -> None:
        """Record that what always comes first ended before its end, because of the time limit."""
        self.cut = True
        self.expire()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """For a while, a nearer time limit: so many seconds from now. For callers of several solves; strategies take a `part`."""
        with self.budget.until(End(self.budget.work + seconds * PACE, self.elapsed() + self.finishing.seconds + seconds)):
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
    def proof(self) -> Proof | None:
        """What is proven: (missing copies, bound on the objective of plans with just these missing); None: nothing."""
        return None if self.missing_bound is None or self.bound is None else (self.missing_bound, self.bound)

    @property
    def began(self) -> float:
        """When the search began, on this machine's monotonic clock; earlier by what is kept for its answer, for whoever does not know of that."""
        return self.budget.began - self.finishing.seconds

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
        self._confront()
        self._report(source)
        return True

    def raise_bound(self, missing: tuple[int, ...], bound: int, source: str) -> None:
        """Record a proven lower bound: on the missing copies, and on the objective among plans with just these missing.

        One that the incumbent contradicts is withdrawn, and from then on none is recorded (`withdrawn`).
        """
        if self.withdrawn is not None:
            return
        if self.missing_bound is None or missing > self.missing_bound:
            self.missing_bound, self.bound = missing, bound
        elif missing == self.missing_bound and (self.bound is None or bound > self.bound):
            self.bound = bound
        else:
            return
        self._bound_from = source
        self._confront()
        self._report(source)

    def _confront(self) -> None:
        """The incumbent is a fact: a proof that it contradicts is none."""
        if self.incumbent is not None and self.proof is not None:
            wrong = contradiction(self.incumbent.value, self.proof)
            if wrong is not None:
                self.withdraw(f"{self._bound_from} claimed {wrong}")

    def withdraw(self, why: str) -> None:
        """Nothing counts as proven any more, and nothing will: what was wrong once may be wrong in other ways."""
        self.missing_bound = self.bound = None
        if RAISE_ERRORS:
            raise InternalError(f"{WITHDRAWN}: {why}")
        if self.withdrawn is None:
            self.withdrawn = why
            self.note(f"{WITHDRAWN}: {why}. The answer is valid, but how good it is is not known. This is a defect: please report it with the input")

    def heed(self, other: SearchContext) -> None:
        """Take over what went wrong in a search that was made for this one."""
        if other.withdrawn is not None:
            self.withdraw(other.withdrawn)
        for incident in other.incidents:
            self.note(incident)

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
        now = self.context.elapsed() + self.context.finishing.seconds
        return Share(self.context, End(self.end.work - work, now + clock_part(max(0.0, 1 - work / left)) * max(0.0, self.end.clock - now)))

    def spend(self, work: float) -> None:
        """Count units of work that were done."""
        self.context.spend(work)

    def seconds(self) -> float:
        """Seconds after which a solver is cut off."""
        return max(0.01, min(self.end.clock, self.context.budget.end.clock) - self.context.finishing.seconds - self.context.elapsed())

    def cut(self) -> None:
        """A solver was cut off by the clock."""
        self.context.budget.late = True


def relative_gap(objective: int, bound: int) -> float:
    """(objective - bound) / objective; 0 where both are equal."""
    return 0.0 if objective <= bound else (objective - bound) / abs(objective)
