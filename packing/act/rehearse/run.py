"""The rehearsal itself: requests are sent to copies, in parts of the fleet that do not touch each other."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from packing.act.rehearse.fleet import Fleet, Machine, Standing
from packing.act.rehearse.memory import Cache, Tenant
from packing.act.rehearse.neighbours import Alone, Neighbours, Unit, can_slow
from packing.act.rehearse.pool import feed, feed_least, feed_units
from packing.act.rehearse.stations import Station, Work, station
from packing.act.rehearse.streams import Stream, generator, typical
from packing.act.rehearse.timetable import Stage
from packing.act.rehearse.types import Routing
from packing.domain.durations import load_ms
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.routing import Group, Texts
from packing.domain.units import MILLI
from packing.domain.words import Hosting
from packing.domain.workload import Model

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]
NOBODY, POOL = -1, -2
"""Instead of the number of a copy: refused; and any copy of a group outside multi-model endpoints, `POOL` less the group's number."""


@dataclass(slots=True, eq=False)
class Course:
    """The requests of one model on their way.

    Parameters
    ----------
    came : seconds at which a request came; ready : at which it could be sent to a copy (later where none was there).
    copy : the number of its copy, `NOBODY`, or `POOL` less the number of a group.
    cold : seconds waited for a load, or for a copy to come up.
    groups : by stage and copy, the number of the group of those that are alike.
    """

    model: Model
    stream: Stream
    ready: Floats
    copy: Numbers
    cold: Floats
    work: Work
    groups: dict[tuple[int, int], int]

    @property
    def pools(self) -> range:
        """Numbers of its groups."""
        return range(max(self.groups.values(), default=-1) + 1)


@dataclass(slots=True, eq=False)
class Outcome:
    """What happened."""

    courses: dict[str, Course]
    stations: dict[int, Station]
    caches: dict[tuple[str, ...], tuple[Cache, list[int]]] = field(default_factory=dict)
    """Memory of each multi-model node, and the numbers of its copies in the order of its tenants."""


def run(problem: Problem, plan: Sequence[Stage], fleet: Fleet, streams: Mapping[str, Stream], routing: Routing, seed: int) -> Outcome:
    """Send all requests, and let everything come to its end."""
    models = {model.name: model for model in problem.models}
    begins = np.array([stage.begin_s for stage in plan])
    courses = {name: _course(models[name], stream, fleet, plan, routing, seed) for name, stream in sorted(streams.items())}
    stations = {
        number: station(standing.law, courses[standing.seat.model].work)
        for number, standing in enumerate(fleet.copies)
        if standing.law is not None and standing.seat.model in courses
    }
    outcome = Outcome(courses, stations)
    sent = _by_copy(courses)
    for key, machine in fleet.machines.items():
        if machine.hosting is Hosting.MULTI_MODEL:
            outcome.caches[key] = _multi_model(problem, plan, machine, fleet, outcome, sent)
    units = _units(fleet, stations)
    if routing is Routing.RANDOM:
        _random(units, stations, sent)
    else:
        _least(units, stations, fleet, courses, begins)
    for unit in {id(unit): unit for unit in units.values()}.values():
        unit.advance(np.inf)
    return outcome


def _course(model: Model, stream: Stream, fleet: Fleet, plan: Sequence[Stage], routing: Routing, seed: int) -> Course:
    """Where each request of a model goes, as far as that does not depend on what the others do."""
    numbers = [number for number in fleet.by_model.get(model.name, ()) if fleet.copies[number].law is not None]
    copies = [fleet.copies[number] for number in numbers]
    begins = np.array([stage.begin_s for stage in plan])
    stage = np.searchsorted(begins, stream.at, side="right") - 1
    ready, stage, there = _postponed(model, stream.at, stage, begins, copies)
    chosen = np.full(len(ready), NOBODY, dtype=np.intp)
    random = generator(seed, model.name, "routing")
    drawn = random.random(len(ready))
    groups: dict[tuple[int, int], int] = {}
    texts = Texts()
    for at in np.unique(stage[there]).tolist():
        here = [(number, copy) for number, copy in zip(numbers, copies, strict=True) if at in copy.stages]
        alike: dict[Group, int] = {}
        for number, copy in here:
            group = plan[at].nodes[copy.seat.node].endpoint, texts.of(copy.copy.mode)
            groups[at, number] = alike.setdefault(group, len(alike))
        alone = [copy.hosting is Hosting.MULTI_MODEL or routing is Routing.RANDOM for _, copy in here]
        whom = np.array([number if own else POOL - groups[at, number] for (number, _), own in zip(here, alone, strict=True)])
        stated = weight_of_copy(plan[at].placement)
        weights = np.cumsum([stated.get((model.name, plan[at].seats[copy.seat].copy_index), copy.weight) for _, copy in here])
        mine = there & (stage == at)
        chosen[mine] = whom[np.minimum(np.searchsorted(weights, drawn[mine] * weights[-1], side="right"), len(here) - 1)]
    return Course(model, stream, ready, chosen, ready - stream.at, _work(model, stream), groups)


def weight_of_copy(placement: Placement) -> dict[tuple[str, int], float]:
    """By model and number of a copy, its part of the weight of its group, as stated or, where nothing is stated, as it follows from the modes."""
    weights = placement.routing_weights or placement.routed().routing_weights
    return {(each.model, number): each.weight / len(each.copies) for each in weights for number in each.copies}


def _postponed(model: Model, came: Floats, stage: Numbers, begins: Floats, copies: Sequence[Standing]) -> tuple[Floats, Numbers, Any]:
    """When each request can be sent, in which stage that is, and whether it can: where no copy is there it waits for one, at most `cold_start_s`."""
    ready, there = came.copy(), np.zeros(len(came), dtype=bool)
    staffed = {at for copy in copies for at in copy.stages}
    for at in range(len(begins)):
        mine = stage == at
        if at in staffed:
            there |= mine
            continue
        later = min((each for each in staffed if each > at), default=None)
        if later is not None:
            waits = mine & (begins[later] - came <= model.cold_start_s)
            ready[waits], stage[waits] = begins[later], later
            there |= waits
    return ready, stage, there


def _work(model: Model, stream: Stream) -> Work:
    prompt, output = typical(model)
    count = len(stream.at)
    tokens = output - 1 if stream.outputs is None else array("d", np.maximum(stream.outputs - 1, 0).tobytes())
    length = None if stream.inputs is None else array("d", (stream.inputs / prompt).tobytes())
    return Work.of(count, tokens, length)


Sent = dict[int, tuple[Floats, Numbers]]
"""Of each copy whose requests are known: times and numbers of the requests."""


def _by_copy(courses: Mapping[str, Course]) -> Sent:
    sent: Sent = {}
    for course in courses.values():
        for number in np.unique(course.copy).tolist():
            if number >= 0:
                requests = np.flatnonzero(course.copy == number)
                sent[number] = course.ready[requests], requests
    return sent


def _slots(problem: Problem, end: float) -> Floats:
    """Begins of the slots."""
    return np.arange(0.0, end, problem.slot_hours * 3600.0)


def _joined(sent: Sequence[tuple[Floats, Numbers]]) -> tuple[Floats, Numbers, Numbers]:
    """Times, which of the streams, and numbers of the requests, in the order of time."""
    times = np.concatenate([each[0] for each in sent]) if sent else np.empty(0)
    which = np.repeat(np.arange(len(sent)), [len(each[0]) for each in sent])
    requests = np.concatenate([each[1] for each in sent]) if sent else np.empty(0, dtype=np.intp)
    order = np.argsort(times, kind="stable")
    return times[order], which[order], requests[order]


def _multi_model(problem: Problem, plan: Sequence[Stage], machine: Machine, fleet: Fleet, outcome: Outcome, sent: Sent) -> tuple[Cache, list[int]]:
    """Replay one multi-model node, slot by slot: in a slot in which its active copies slow each other down they go in step."""
    numbers = [number for number in machine.copies if number in outcome.stations]
    copies = [fleet.copies[number].copy for number in numbers]
    tenants = [Tenant(copy.model, size_of(copy), loading_s(copy), outcome.stations[number]) for number, copy in zip(numbers, copies, strict=True)]
    room = machine.memory
    capacity = sum(tenant.size for tenant in tenants) if room is None else room
    cache = Cache(capacity, tenants)
    fitting = [at for at, tenant in enumerate(tenants) if tenant.size <= capacity]
    nothing = (np.empty(0), np.empty(0, dtype=np.intp))
    times, which, requests = _joined([sent.get(numbers[at], nothing) for at in fitting])
    which = np.array(fitting, dtype=np.intp)[which] if fitting else which
    begins = {stage.begin_s: at for at, stage in enumerate(plan)}
    edges = _slots(problem, plan[-1].end_s).tolist()
    begin = 0
    for edge, end in zip(edges, np.searchsorted(times, [*edges[1:], np.inf]).tolist(), strict=True):
        counts = np.bincount(which[begin:end], minlength=len(tenants))
        if edge in begins:
            _restock(cache, [fleet.copies[number].stages for number in numbers], begins[edge], counts.tolist(), edge)
        _share(machine, cache, copies, np.flatnonzero(counts).tolist())
        cache.run(times[begin:end].tolist(), which[begin:end].tolist(), requests[begin:end].tolist())
        begin = end
    cache.finish()
    for tenant, number in zip(tenants, numbers, strict=True):
        course = outcome.courses[fleet.copies[number].seat.model]
        for request, waited in tenant.cold:
            course.cold[request] += waited
        if tenant.size > capacity:
            course.copy[course.copy == number] = NOBODY
    return cache, numbers


def _share(machine: Machine, cache: Cache, copies: Sequence[Any], active: Sequence[int]) -> None:
    """Who goes in step from now on: the copies with requests in this slot, or still at work, if they slow each other down."""
    busy = [at for at, tenant in enumerate(cache.tenants) if at in set(active) or len(tenant.station)]
    together = not machine.isolated and can_slow([copies[at] for at in busy])
    group = Neighbours([copies[at] for at in busy], [cache.tenants[at].station for at in busy]) if together else None
    for at, tenant in enumerate(cache.tenants):
        if group is not None and at in busy:
            tenant.unit = group
        else:
            tenant.unit, tenant.station.factor = Alone(tenant.station), 1.0


def _restock(cache: Cache, stages: Sequence[set[int]], stage: int, counts: Sequence[int], now: float) -> None:
    """When a stage begins its new models are in memory, those with the most requests in the slot first; those without any are not."""
    come = [at for at, mine in enumerate(stages) if stage in mine and stage - 1 not in mine and counts[at]]
    gone = [at for at, mine in enumerate(stages) if stage not in mine]
    cache.preload(sorted(come, key=lambda at: -counts[at]), gone, now)


def _units(fleet: Fleet, stations: Mapping[int, Station]) -> dict[int, Unit]:
    """Outside multi-model endpoints: each copy with those that it shares accelerators with."""
    units: dict[int, Unit] = {}
    for machine in fleet.machines.values():
        if machine.hosting is Hosting.MULTI_MODEL:
            continue
        numbers = [number for number in machine.copies if number in stations]
        for group in _touching(numbers, fleet):
            copies = [fleet.copies[number].copy for number in group]
            if machine.isolated or not can_slow(copies):
                units.update({number: Alone(stations[number]) for number in group})
            else:
                units.update(dict.fromkeys(group, Neighbours(copies, [stations[number] for number in group])))
    return units


def _touching(numbers: Sequence[int], fleet: Fleet) -> list[list[int]]:
    """Groups of copies of one node that are connected over accelerators, whenever they stand there."""
    groups: list[tuple[set[int], list[int]]] = []
    for number in numbers:
        used, members = set(fleet.copies[number].copy.accelerators), [number]
        apart = []
        for accelerators, others in groups:
            if accelerators & used:
                used, members = used | accelerators, others + members
            else:
                apart.append((accelerators, others))
        groups = [*apart, (used, members)]
    return [members for _, members in groups]


def _random(units: Mapping[int, Unit], stations: Mapping[int, Station], sent: Sent) -> None:
    """Each copy, or each group of neighbours, by itself."""
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for number, unit in units.items():
        groups[id(unit)].append(number)
    for numbers in groups.values():
        known = [number for number in numbers if number in sent]
        if len(numbers) == 1 and known:
            feed(stations[known[0]], sent[known[0]][0].tolist(), sent[known[0]][1].tolist())
        elif known:
            times, which, requests = _joined([sent[number] for number in known])
            feed_units(times.tolist(), which.tolist(), requests.tolist(), [stations[each] for each in known], [units[each] for each in known])


def _least(units: Mapping[int, Unit], stations: Mapping[int, Station], fleet: Fleet, courses: Mapping[str, Course], begins: Floats) -> None:
    """Models whose copies share nothing by themselves; those that meet on an accelerator together."""
    for names in _connected(units, fleet, courses):
        parts = [(name, group) for name in names for group in courses[name].pools]
        pools = [(courses[name].ready[here], here) for name, group in parts for here in [np.flatnonzero(courses[name].copy == POOL - group)]]
        times, which, requests = _joined(pools)
        edges = [*np.searchsorted(times, begins[1:]).tolist(), len(times)]
        begin = 0
        for stage, end in enumerate(edges):
            ready = [
                [
                    (stations[each], units[each])
                    for each in fleet.by_model.get(name, ())
                    if each in units and courses[name].groups.get((stage, each)) == group
                ]
                for name, group in parts
            ]
            part = times[begin:end].tolist(), which[begin:end].tolist(), requests[begin:end].tolist()
            if len(parts) == 1 and len(ready[0]) == 1 and isinstance(ready[0][0][1], Alone):
                feed(ready[0][0][0], part[0], part[2])
            else:
                feed_least(*part, ready)
            begin = end


def _connected(units: Mapping[int, Unit], fleet: Fleet, courses: Mapping[str, Course]) -> list[list[str]]:
    """Groups of models that meet in a unit."""
    parent = {name: name for name in courses}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    first: dict[int, str] = {}
    for number, unit in units.items():
        name = fleet.copies[number].seat.model
        other = first.setdefault(id(unit), name)
        parent[root(name)] = root(other)
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for name in courses:
        groups[root(name)].append(name)
    return list(groups.values())


def size_of(copy: Any) -> int:
    """Bytes of the shared memory that a copy takes."""
    mode = copy.mode
    return int(mode.memory_per_accelerator if mode.accelerators else mode.host_memory)


def loading_s(copy: Any) -> float:
    """Seconds of a load (docs/load-time.md)."""
    return load_ms(copy.mode) / MILLI
