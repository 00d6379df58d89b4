"""`replay`: a migration state by state, trusting nothing that the planner says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packing.domain.joined import joined
from packing.domain.migration import Migration, Outcome
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.running import running
from packing.errors import Fault, ProblemError
from packing.verify.replay.ends import differs, sums
from packing.verify.replay.fleet import Fleet, fleet_of
from packing.verify.replay.floors import Floors
from packing.verify.replay.rules import Index
from packing.verify.replay.walk import Walker
from packing.verify.violation import Violation


@dataclass(frozen=True, slots=True)
class Replay:
    """What came out.

    Parameters
    ----------
    violations : empty iff every state on the way is valid and the last one is the new placement.
    states : how many states were checked.
    """

    violations: tuple[Violation, ...]
    states: int

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.violations


def replay(
    problem: Problem, old: Placement, new: Placement, migration: Migration, *, old_problem: Problem | None = None, full: bool = False
) -> Replay:
    """Walk a migration from the old placement to the new one and check every state on the way.

    Every wave is checked in its worst order: all loads at its beginning, nothing freed before its end. Then the steps
    are walked once more at the times at which they could begin if waves did not wait for one another.

    Parameters
    ----------
    problem, old_problem : expanded, as `plan_migration` got them (`packing.describe.expand(...).problem`).
    full : check the whole fleet in every state, and every prefix of the steps as listed. Slow; meant for tests.

    Raises
    ------
    ProblemError : the migration is not one from `old` to `new` (code ``stale_state``).
    """
    refuse_stale(old, migration, new)
    start = running(old, problem)
    together = joined(problem, start, old_problem)
    walker = Walker(Index(together), Floors(problem, start, new, migration), full)

    def violations() -> Iterator[Violation]:
        if migration.status is not Outcome.ORDERED:
            return
        fleet = fleet_of(start)
        for number, wave in enumerate(migration.waves):
            yield from walker.wave(fleet, wave, f"waves[{number}]")
        yield from differs(fleet, new, migration)
        yield from sums(migration)
        yield from walker.schedule(fleet_of(start), migration)
        if full:
            fleet = fleet_of(start)
            for number, wave in enumerate(migration.waves):
                yield from walker.prefixes(fleet, wave, f"waves[{number}]")

    return Replay(tuple(violations()), walker.states)


def refuse_stale(old: Placement, migration: Migration, new: Placement | None = None) -> None:
    """Raise if the migration was made for another state than `old`, or leads elsewhere than to `new`."""
    faults = []
    if old.state_digest() != migration.base:
        cause = "The migration was planned for another state than the placement describes."
        faults.append(Fault("stale_state", "base", migration.base, cause, "Plan anew from the placement as it is."))
    if new is not None and new.state_digest() != migration.target:
        cause = "The migration leads to another placement than this one."
        faults.append(Fault("stale_state", "target", migration.target, cause, "Give the placement that it was planned for."))
    if faults:
        raise ProblemError(faults)


def fleet_after(problem: Problem, old: Placement, migration: Migration, waves: int) -> Fleet:
    """The fleet after the first `waves` waves, step by step as listed; raises `ProblemError` where a step cannot be done."""
    from packing.verify.replay.fleet import possible, take

    fleet = fleet_of(running(old, problem))
    for number, wave in enumerate(migration.waves[:waves]):
        for at, step in enumerate(wave.steps):
            for wrong in possible(fleet, step, f"waves[{number}].steps[{at}]"):
                raise ProblemError([Fault("bad_migration", wrong.where, str(step.kind), f"It cannot be done: {wrong.detail}.", "Plan anew.")])
            take(fleet, step)
    return fleet
