"""One loop for all who work on a solve: gathers what they find, passes it on, gives lost work out again, and stops them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from packing.errors import InternalError
from packing.solve.context import SearchContext
from packing.solve.plan import Plan
from packing.solve.remote.crew import Crew, Ended, Event, Found, Lost
from packing.solve.remote.process import NoChildError
from packing.solve.remote.wire import flat
from packing.solve.remote.work import Work

LOOK_S = 0.05
"""How often cancellation is looked at while nothing happens."""
SOON_S = 0.1
"""How long a crew that was asked to stop may take before it is ended."""
LATE_S = 0.3
"""The same where the time limit is reached, which everyone knows of by themselves."""

RAISE_ERRORS = False
"""Whether an error in a strategy is raised in the caller instead of costing a retry: for tests, which are to see it."""

Take = Callable[[Found], None]
Known = tuple[Plan | None, tuple[tuple[int, ...], int] | None]


@dataclass
class Job:
    """A piece of work and what has become of it.

    Parameters
    ----------
    work : makes the work, each time that it is given out.
    take : puts what was found into the search context.
    name : for people, where something went wrong.
    lean : makes the work for a second try after the first held too much memory; None: the same once more.
    """

    work: Callable[[], Work]
    take: Take
    name: str
    lean: Callable[[], Work] | None = None
    tries: int = 0
    over: bool = False
    held: list[Found] = field(default_factory=list)


class Gathering:
    """Jobs under way.

    Parameters
    ----------
    spare : where a job goes that `crew` has lost twice; None: it is given up.
    ordered : take findings in the order of the jobs, whoever is quicker, so that the same findings give the same answer.
    """

    def __init__(self, context: SearchContext, crew: Crew, jobs: Sequence[Job], *, spare: Crew | None = None, ordered: bool = False) -> None:
        self.context, self.crew, self.jobs = context, crew, jobs
        self._spare, self._ordered = spare, ordered

    def run(self, until: Callable[[], str | None]) -> None:
        """Until all jobs are over or `until` (looked at often) gives a reason to stop; then those still at work are stopped."""
        try:
            for number, job in enumerate(self.jobs):
                self._start(number, job, self.crew)
            while not all(job.over for job in self.jobs) and until() is None:
                self._look(min(LOOK_S, max(0.001, self.context.remaining())))
        except KeyboardInterrupt:
            self.context.interrupt()
        finally:
            self._finish()

    def _start(self, number: int, job: Job, crew: Crew) -> None:
        job.tries += 1
        try:
            crew.start(number, job.work(), self.context.began)
        except NoChildError as error:
            self._not_started(job, error)

    def _not_started(self, job: Job, error: NoChildError) -> None:
        """Others may be able to do without this one; where there are none, the caller has to know."""
        job.over = True
        if all(each.over for each in self.jobs):
            raise error
        self.context.note(f"{job.name} was not started: {error}")

    def _look(self, seconds: float) -> None:
        for event in self.crew.events(seconds):
            self._handle(event, lost=self._again)
        if self._spare is not None:
            for event in self._spare.events(0):
                self._handle(event, lost=self._again)

    def _handle(self, event: Event, lost: Callable[[Lost, Job], None]) -> None:
        job = self.jobs[event.job]
        if job.over:
            return  # late: a job that was lost, given out again, and then came back all the same
        if isinstance(event, Lost) and event.never_began:
            self._not_started(job, NoChildError(f"a child process {event.cause} before it could work"))
        elif isinstance(event, Found):
            job.held.append(event)
        elif isinstance(event, Ended):
            job.over = True
            self.context.follow(event.limit)
            if event.withdrawn is not None:
                self.context.withdraw(event.withdrawn)
            for each in event.incidents:
                self.context.note(each)
        else:
            lost(event, job)
        self._take()

    def _take(self) -> None:
        """Put findings into the context; in order: those of a job once all before it are over."""
        for job in self.jobs:
            if self._ordered and not job.over:
                return
            self._take_all(job)

    def _take_all(self, job: Job) -> None:
        held, job.held = job.held, []
        for found in held:
            before = _known(self.context)
            job.take(found)
            self._pass_on(job, before)

    def _pass_on(self, source: Job, before: Known) -> None:
        """Tell the others what is new."""
        if len(self.jobs) == 1:
            return
        after = _known(self.context)
        plan = after[0] if after[0] is not before[0] else None
        proof = after[1] if after[1] != before[1] else None
        if plan is None and proof is None:
            return
        sent = flat(plan)
        for number, job in enumerate(self.jobs):
            if job is not source and not job.over:
                self.crew.tell(number, sent, proof)

    def _again(self, event: Lost, job: Job) -> None:
        """Give lost work out once more, with what is known by now; then to the spare crew; then no more."""
        if event.error is not None and RAISE_ERRORS:
            raise InternalError(f"{job.name} {event.cause}")
        if job.tries == 1:
            crew, what = self.crew, "it was done again"
        elif job.tries == 2 and self._spare is not None:
            crew, what = self._spare, "it was done on this machine"
        else:
            crew, what = None, "its work was given up"
        if event.memory and job.lean is not None and crew is not None:
            job.work, what = job.lean, "it was done again with less"
        self.context.note(f"{job.name} {event.cause}; {what}")
        if crew is None:
            job.over = True
        else:
            self._start(event.job, job, crew)

    def _finish(self) -> None:
        """Stop those who still work, with what they have found; whoever does not answer in time is ended."""
        crews = [crew for crew in (self.crew, self._spare) if crew is not None]
        try:
            if not all(job.over for job in self.jobs):
                for crew in crews:
                    crew.stop()
                end = time.monotonic() + (LATE_S if self.context.limit() == "time" else SOON_S)
                while time.monotonic() < end and not all(job.over for job in self.jobs):
                    for crew in reversed(crews):
                        for event in crew.events(max(0.0, end - time.monotonic()) if crew is self.crew else 0.0):
                            self._handle(event, lost=_give_up)
        except KeyboardInterrupt:
            self.context.interrupt()
        finally:
            for crew in crews:
                crew.close()
        for job in self.jobs:
            self._take_all(job)


def _give_up(_event: Lost, job: Job) -> None:
    job.over = True


def _known(context: SearchContext) -> Known:
    return context.incumbent, context.proof
