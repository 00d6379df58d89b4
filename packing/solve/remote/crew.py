"""Those who work on a solve, seen from the loop that waits for them: `Children`, or any executor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from packing.domain.words import Limit
from packing.solve.context import Proof
from packing.solve.remote.wire import FlatPlan
from packing.solve.remote.work import Work


@dataclass(frozen=True, slots=True)
class Found:
    """A job has something new."""

    job: int
    plan: FlatPlan | None
    proof: Proof | None
    source: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A job ended, by itself or at one of its limits."""

    job: int
    limit: Limit | None = None
    incidents: tuple[str, ...] = ()
    withdrawn: str | None = None
    """Why nothing that it claimed counts (`SearchContext.withdrawn`)."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A job ended in a way that it should not: killed, out of memory, an error."""

    job: int
    cause: str
    memory: bool = False
    """Whether it held too much memory: another one would do the same."""
    never_began: bool = False
    """Whether it ended by itself before it could work: another one would do the same."""
    error: str | None = None
    """The exception, if it was one of this library's own code."""


Event = Found | Ended | Lost


class Crew(Protocol):
    """Works on jobs, which are known by number."""

    def start(self, job: int, work: Work, began: float) -> None:
        """Begin a job. `began`: when the solve did, on this machine's monotonic clock. Raises NoChildError where it cannot be."""

    def events(self, seconds: float) -> list[Event]:
        """What has happened; waits no longer than so many seconds for something to happen."""

    def tell(self, job: int, plan: FlatPlan | None, proof: Proof | None) -> None:
        """News for a job that is under way, as far as it can be reached."""

    def stop(self) -> None:
        """Ask all jobs to end soon."""

    def close(self) -> None:
        """End whatever is still under way, now."""
