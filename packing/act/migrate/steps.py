"""From actions to what is written down: waves of steps with numbers of copies, bytes and seconds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from packing.act.migrate.build import Ends, free_number
from packing.act.migrate.jobs import Job, jobs_of
from packing.act.migrate.schedule import timetable
from packing.act.migrate.seats import Seat, Site
from packing.act.migrate.world import Action, World
from packing.domain.migration import Bounce, Dip, MigrationOptions, Step, StepKind, Totals, Wave

ORDER = list(StepKind)


@dataclass(frozen=True, slots=True)
class Written:
    """The parts of a `packing.domain.migration.Migration` that follow from its actions."""

    waves: tuple[Wave, ...]
    bounces: tuple[Bounce, ...]
    totals: Totals


def write(actions: Sequence[Action], options: MigrationOptions, numbers: dict[str, set[int]], names: set[str]) -> Written:
    """Waves, bounces and totals of the actions; `numbers` of every model, and `names` of nodes and endpoints, that are taken already."""
    for kind, thing in actions:
        if kind is StepKind.LOAD_COPY and isinstance(thing, Seat) and thing.number < 0:
            thing.number = free_number(numbers[thing.name])
    _name_extra_nodes(actions, names)
    jobs = jobs_of(actions, options)
    whole = timetable(jobs, options)
    replaces = _replaces(jobs, whole.starts)
    by_wave: dict[int, list[int]] = defaultdict(list)
    for number, job in enumerate(jobs):
        if job.action is not None:
            by_wave[job.wave].append(number)
    waves, peak = [], 0.0
    for wave in sorted(by_wave):
        steps: list[Step] = []
        for number in by_wave[wave]:
            steps += _steps(jobs[number], whole.starts[number], replaces.get(number), options)
        table = timetable(_within(by_wave[wave], jobs), options)
        peak = max(peak, table.peak)
        waves.append(Wave(steps=tuple(sorted(steps, key=lambda step: ORDER.index(step.kind) // 3)), seconds=table.seconds))
    totals = Totals(
        bytes=sum(step.bytes for wave in waves for step in wave.steps),
        loads=sum(step.kind is StepKind.LOAD_COPY for wave in waves for step in wave.steps),
        steps=sum(len(wave.steps) for wave in waves),
        seconds=sum(wave.seconds for wave in waves),
        schedule_seconds=whole.seconds,
        peak_bytes_per_second=peak,
    )
    return Written(tuple(waves), _bounces(actions), totals)


def _name_extra_nodes(actions: Sequence[Action], names: set[str]) -> None:
    """Short names for the nodes that only the way has."""
    taken, number = set(names), 0
    for kind, thing in actions:
        if kind is StepKind.START_NODE and isinstance(thing, Site) and not thing.old and not thing.goal:
            while f"extra-{number}" in taken:
                number += 1
            thing.id = thing.group.name = f"extra-{number}"
            taken.add(thing.id)


def _within(members: Sequence[int], jobs: Sequence[Job]) -> list[Job]:
    """The jobs of one wave by themselves: what they wait for in earlier waves is done."""
    place = {number: position for position, number in enumerate(members)}
    return [
        Job(jobs[each].action, tuple(place[other] for other in jobs[each].after if other in place), 1, jobs[each].seconds, jobs[each].draw)
        for each in members
    ]


def _replaces(jobs: Sequence[Job], starts: Sequence[float]) -> dict[int, int]:
    """For a load (by job) the number of the copy that goes when it serves: of its model the next to be unloaded that serves by then."""
    waiting: dict[str, list[int]] = defaultdict(list)
    loaded: dict[Seat, int] = {}
    found: dict[int, int] = {}

    def serves(seat: Seat, load: int) -> bool:
        own = loaded.get(seat)
        if own is None:
            return True  # since before the migration
        done, needed = (starts[each] + jobs[each].seconds for each in (own, load))
        return own < load and jobs[own].wave < jobs[load].wave and done <= needed

    for number, job in enumerate(jobs):
        if job.action is None or not isinstance(job.action[1], Seat):
            continue
        kind, seat = job.action[0], job.action[1]
        if kind is StepKind.LOAD_COPY:
            waiting[seat.name].append(number)
            loaded[seat] = number
            continue
        taker = next((load for load in waiting[seat.name] if serves(seat, load)), None)
        if taker is not None:
            waiting[seat.name].remove(taker)
            found[taker] = seat.number
    return found


def _steps(job: Job, start: float, replaces: int | None, options: MigrationOptions) -> list[Step]:
    assert job.action is not None, "gates are no steps"
    kind, thing = job.action
    if isinstance(thing, Site):
        return [_node_step(kind, thing, job, start)]
    copy: dict[str, Any] = {"node": thing.site.id, "model": thing.name, "copy": thing.number, "accelerators": thing.accelerators}
    if kind is StepKind.LOAD_COPY:
        loaded: dict[str, Any] = {"kind": kind, "mode": thing.mode.mode, "bytes": thing.bytes, "seconds": job.seconds, "starts_at": start}
        shifted: dict[str, Any] = {"kind": StepKind.SHIFT_TRAFFIC, "replaces": replaces, "starts_at": start + job.seconds}
        return [Step(**copy, **loaded), Step(**copy, **shifted)]
    drained: dict[str, Any] = {"kind": StepKind.DRAIN, "seconds": options.drain_s, "starts_at": start}
    return [Step(**copy, **drained), Step(**copy, kind=kind, starts_at=start + options.drain_s)]


def _node_step(kind: StepKind, site: Site, job: Job, start: float) -> Step:
    if kind is StepKind.STOP_NODE:
        return Step(kind=kind, node=site.id, pool=site.pool, starts_at=start)
    return Step(
        kind=kind,
        node=site.id,
        pool=site.pool,
        instance_type=site.kind.kind.name if site.kind else site.group.instance_type,
        zone=site.zone,
        endpoint=site.group.name,
        hosting=site.group.hosting,
        keep=site.group.keep,
        seconds=job.seconds,
        starts_at=start,
    )


def _bounces(actions: Sequence[Action]) -> tuple[Bounce, ...]:
    """Loads of copies that are unloaded again."""
    unloaded = Counter(id(thing) for kind, thing in actions if kind is StepKind.UNLOAD)
    found = []
    for kind, thing in actions:
        if kind is StepKind.LOAD_COPY and isinstance(thing, Seat) and not thing.goal and unloaded[id(thing)]:
            extra = not thing.site.old and not thing.site.goal
            named: dict[str, Any] = {"copy": thing.number}
            found.append(Bounce(model=thing.name, node=thing.site.id, extra_node=extra, **named))
    return tuple(found)


def dips(world: World, ends: Ends, actions: Sequence[Action]) -> tuple[Dip, ...]:
    """Models that serve with less on the way than the smaller of what they had and will have; the world is left as it is."""
    mark, deepest = len(world.log), Counter[str]()
    for kind, thing in actions:
        world.do(kind, thing)
        if isinstance(thing, Seat) and kind is StepKind.UNLOAD and not world.supply[thing.name].spares([]):
            short = min(ends.counts(thing.name)) - world.supply[thing.name].copies
            deepest[thing.name] = max(deepest[thing.name], short, 1)
    world.undo(mark)
    return tuple(Dip(model=name, copies=copies) for name, copies in sorted(deepest.items()))
