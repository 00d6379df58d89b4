"""Walk a migration: wave by wave in the worst order, prefix by prefix, and by its timetable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from packing.domain.migration import Migration, Step, StepKind, Wave
from packing.domain.placement import Node
from packing.verify.replay.fleet import STEP, Fleet, Running, possible, take
from packing.verify.replay.floors import Floors
from packing.verify.replay.rules import Index, broken, over_stock
from packing.verify.violation import Violation

TIMES = "times"
"""Name of violations of this kind: stated times or sums that cannot be."""


@dataclass(slots=True)
class Walker:
    """A walk over the states. `states` counts those that were checked; `full`: the whole fleet is, every time."""

    index: Index
    floors: Floors
    full: bool = False
    states: int = field(default=0)

    def wave(self, fleet: Fleet, wave: Wave, where: str) -> Iterator[Violation]:
        """One wave in its worst order: all starts, loads and drains at its beginning; nothing is freed and nothing new serves before its end.

        Whatever the true order, no more is there and no less serves at any moment. The steps of one copy, and of one
        node, follow one another as listed.
        """
        past = _Past()
        for number, step in enumerate(wave.steps):
            wrong = [*possible(fleet, step, f"{where}.steps[{number}]")]
            yield from wrong
            if not wrong:
                past.note(fleet, step)
                take(fleet, step)
        yield from past.restore(fleet, where)
        yield from self.check(fleet, wave.steps, where)
        past.forget(fleet)

    def prefixes(self, fleet: Fleet, wave: Wave, where: str) -> Iterator[Violation]:
        """The steps one after the other as listed; every state is checked."""
        for number, step in enumerate(wave.steps):
            yield from self.step(fleet, step, f"{where}.steps[{number}]")

    def schedule(self, fleet: Fleet, migration: Migration) -> Iterator[Violation]:
        """The steps at the times of the timetable, in which waves do not wait for one another."""
        events = sorted((step.starts_at, wave, number, step) for wave, each in enumerate(migration.waves) for number, step in enumerate(each.steps))
        ready: dict[object, float] = {}
        for time, wave, number, step in events:
            where = f"at {time:g} s, waves[{wave}].steps[{number}]"
            if ready.get(_waits_for(step), 0.0) > time:
                yield Violation(TIMES, where, f"{step.kind} begins at {time} s, what it waits for is done at {ready[_waits_for(step)]} s")
            ready[_is_done(step)] = time + step.seconds
            yield from self.step(fleet, step, where)

    def step(self, fleet: Fleet, step: Step, where: str) -> Iterator[Violation]:
        """One step, and the state after it."""
        wrong = [*possible(fleet, step, where)]
        yield from wrong
        if not wrong:
            take(fleet, step)
            yield from self.check(fleet, (step,), where)

    def check(self, fleet: Fleet, steps: Sequence[Step], where: str) -> Iterator[Violation]:
        """Rules and stock where these steps added something, floors where they took something away; with `full` everywhere."""
        self.states += 1
        nodes: Iterable[str] = list(fleet.nodes)
        pools, models = {node.pool for node in fleet.nodes.values()}, set(fleet.of)
        if not self.full:
            nodes = dict.fromkeys(step.node for step in steps if step.kind is StepKind.LOAD_COPY)
            pools = {step.pool for step in steps if step.kind is StepKind.START_NODE and step.pool}
            models = {step.model for step in steps if step.kind is StepKind.DRAIN and step.model}
        yield from broken(self.index, fleet, nodes, where)
        yield from over_stock(self.index, fleet, sorted(pools), where)
        yield from self.floors.broken(fleet, sorted(models), where)


@dataclass(slots=True)
class _Past:
    """What a wave frees and what begins to serve in it: at its worst moment all of that is still as it was."""

    freed: list[Running] = field(default_factory=list)
    stopped: list[tuple[Node, bool]] = field(default_factory=list)
    new: list[Running] = field(default_factory=list)

    def note(self, fleet: Fleet, step: Step) -> None:
        """Remember what the step, which comes next, takes away."""
        if step.kind is StepKind.UNLOAD:
            self.freed.append(fleet.copies[step.model or "", step.copy_index or 0])
        elif step.kind is StepKind.STOP_NODE:
            self.stopped.append((fleet.nodes[step.node], step.node in fleet.added))
        elif step.kind is StepKind.SHIFT_TRAFFIC:
            self.new.append(fleet.copies[step.model or "", step.copy_index or 0])

    def restore(self, fleet: Fleet, where: str) -> Iterator[Violation]:
        """The worst moment."""
        for node, added in self.stopped:
            if node.id in fleet.nodes:
                yield Violation(STEP, where, f"node {node.id} is stopped and started in one wave")
            fleet.nodes[node.id] = node
            fleet.added |= {node.id} if added else set()
        for running in self.freed:
            if (running.copy.model, running.copy.copy_index) in fleet.copies:
                yield Violation(STEP, where, f"{running.copy.model}#{running.copy.copy_index} is unloaded and loaded in one wave")
            fleet.occupy(running)
        for running in self.new:
            running.serving = False

    def forget(self, fleet: Fleet) -> None:
        """The end of the wave."""
        for running in self.new:
            running.serving = not running.drained
        for running in self.freed:
            fleet.free((running.copy.model, running.copy.copy_index))
        for node, _ in self.stopped:
            fleet.stop(node.id)


def _is_done(step: Step) -> object:
    """What is done when the step is."""
    return step.node if step.kind in (StepKind.START_NODE, StepKind.STOP_NODE) else (step.kind, step.model, step.copy_index)


def _waits_for(step: Step) -> object:
    """What must be done before the step begins."""
    before = {StepKind.SHIFT_TRAFFIC: StepKind.LOAD_COPY, StepKind.UNLOAD: StepKind.DRAIN}
    if step.kind is StepKind.LOAD_COPY:
        return step.node
    return (before[step.kind], step.model, step.copy_index) if step.kind in before else None
