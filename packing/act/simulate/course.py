"""The course of a change: which step takes effect when, and what is there when it stops half way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from packing.act.migrate import plan_migration
from packing.act.simulate.types import Way
from packing.describe.expand import Expanded
from packing.domain.durations import load_ms, start_ms
from packing.domain.migration import Migration, MigrationOptions, Outcome, Step, StepKind
from packing.domain.placement import PlacedCopy, Placement, Scores
from packing.domain.problem import Problem
from packing.domain.running import running
from packing.domain.same import needs_key
from packing.domain.units import MILLI
from packing.domain.words import Status
from packing.verify.replay.fleet import Fleet

AT_ITS_END = (StepKind.SHIFT_TRAFFIC, StepKind.UNLOAD, StepKind.STOP_NODE)
"""These take effect when they are done; the others when they begin."""
ALL = 10_000_000
"""More copies than any model has: a model that may go short of so many may go short of all."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A step and the ms, from the beginning of the course, at which it takes effect; `done`: when it is done."""

    at: int
    done: int
    step: Step


@dataclass(frozen=True, slots=True)
class Course:
    """Steps in the order of their effects."""

    way: Way
    moments: tuple[Moment, ...]
    dips: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """Until all is in place."""
        return max((moment.done for moment in self.moments), default=0) / MILLI


def course_of(target: Expanded, old: Placement, new: Placement, before: Expanded | None, options: MigrationOptions) -> Course:
    """How to get from `old` to `new`: with every model at its floor; else with dips; else cold."""
    found = plan_migration(target, old, new, old_problem=before, options=options)
    if found.status is Outcome.ORDERED:
        return Course(Way.ORDERED if found.waves else Way.NONE, _moments(_steps(found)))
    brave = target.problem.model_copy(update={"models": tuple(model.model_copy(update={"max_unavailable": ALL}) for model in target.problem.models)})
    found = plan_migration(replace(target, problem=brave), old, new, old_problem=before, options=options)
    if found.status is Outcome.ORDERED:
        return Course(Way.WITH_DIPS, _moments(_steps(found)), tuple(dip.model for dip in found.dips))
    return Course(Way.COLD, _moments(_cold(target.problem, running(old, target.problem), new, options)))


def _steps(migration: Migration) -> list[Step]:
    return [step for wave in migration.waves for step in wave.steps]


def _moments(steps: Iterable[Step]) -> tuple[Moment, ...]:
    found = []
    for step in steps:
        start, end = round(step.starts_at * MILLI), round((step.starts_at + step.seconds) * MILLI)
        found.append(Moment(end if step.kind in AT_ITS_END else start, end, step))
    return tuple(sorted(found, key=lambda moment: moment.at))  # stable: steps of one time in the order of the plan


def _cold(problem: Problem, old: Placement, new: Placement, options: MigrationOptions) -> Iterator[Step]:
    """Stop whatever does not stay as it is, then start and load the rest."""
    hosting = {endpoint.name: endpoint for endpoint in (*old.endpoints, *new.endpoints)}
    pools = {node.id: (node.pool, node.endpoint) for node in old.nodes}
    staying = {node.id for node in new.nodes if pools.get(node.id) == (node.pool, node.endpoint)}
    same = {_seat(copy) for copy in new.copies if copy.node in staying}
    kept = set()
    free = options.drain_s
    for copy in old.copies:
        if _seat(copy) in same:
            kept.add((copy.model, copy.copy_index))
            continue
        named: dict[str, Any] = {"node": copy.node, "model": copy.model, "copy": copy.copy_index, "accelerators": copy.accelerators}
        yield Step(kind=StepKind.DRAIN, seconds=free, **named)
        yield Step(kind=StepKind.UNLOAD, starts_at=free, **named)
    for node in old.nodes:
        if node.id not in staying:
            yield Step(kind=StepKind.STOP_NODE, node=node.id, pool=node.pool, starts_at=free)
    up: dict[str, float] = {}
    kinds = {kind.name: kind for kind in problem.instance_types}
    for node in new.nodes:
        if node.id not in staying:
            up[node.id] = start_ms(kinds[node.instance_type]) / MILLI if options.start_node_s is None else options.start_node_s
            known: dict[str, Any] = {"pool": node.pool, "instance_type": node.instance_type, "zone": node.zone, "endpoint": node.endpoint}
            yield Step(kind=StepKind.START_NODE, node=node.id, hosting=hosting[node.endpoint].hosting, seconds=up[node.id], starts_at=free, **known)
    for copy in new.copies:
        if (copy.model, copy.copy_index) in kept:
            continue
        begin = free + up.get(copy.node, 0.0)
        seconds = load_ms(copy.mode) / MILLI
        named = {"node": copy.node, "model": copy.model, "copy": copy.copy_index, "accelerators": copy.accelerators}
        yield Step(kind=StepKind.LOAD_COPY, mode=copy.mode, bytes=copy.mode.size, seconds=seconds, starts_at=begin, **named)
        yield Step(kind=StepKind.SHIFT_TRAFFIC, starts_at=begin + seconds, **named)


def _seat(copy: PlacedCopy) -> tuple[object, ...]:
    """A copy by name, place and needs: one that has the same before and after goes on."""
    return copy.model, copy.copy_index, copy.node, frozenset(copy.accelerators), needs_key(copy.mode)


def stopped(fleet: Fleet, starting: Iterable[str], digest: str) -> Placement:
    """What there is when a course stops: loads and starts under way are given up, copies that were draining serve on.

    Parameters
    ----------
    starting : nodes whose start is not done.
    digest : of the problem that was last answered.
    """
    nothing = Scores(model_size=0.0, performance=0.0, isolation=0.0, cost=0.0, scalability=0.0)
    for name in [name for name, copy in fleet.copies.items() if not copy.serving and not copy.drained]:
        fleet.free(name)
    for node in starting:
        fleet.stop(node)
    names = dict.fromkeys(node.endpoint for node in fleet.nodes.values())
    return Placement(
        problem=digest,
        status=Status.UNKNOWN,
        cost_per_hour=0.0,
        endpoints=tuple(fleet.endpoint(name) for name in names),
        nodes=tuple(fleet.nodes.values()),
        copies=tuple(copy.copy for copy in fleet.copies.values()),
        fitness=nothing,
    ).routed()
