"""Which action has to wait for which, from the order in which they were found.

In the order found every state is valid. It stays so however the actions overlap, as long as

* a load (or the start of a node) waits for all earlier unloads (stops) at the same place: its node, its endpoint where
  rules look at all of an endpoint, the pool's stock: what is there at any time is then no more than what was there
  right after the last load that has begun;
* an unload waits for all earlier loads of its model: what serves is then no less than what served right after the last
  unload that has begun.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from packing.act.migrate.seats import Seat, Site
from packing.act.migrate.world import Action
from packing.domain.durations import START_S, load_ms, start_ms
from packing.domain.migration import MigrationOptions, StepKind
from packing.domain.units import MILLI

Place = tuple[str, str]


@dataclass(slots=True)
class Job:
    """An action with what it waits for.

    Parameters
    ----------
    action : None: a gate, which is passed when all that it waits for is done, and takes no time.
    after : positions of jobs that must be done before.
    wave : number of the earliest wave; what waits at a gate is in a later wave than all before the gate.
    seconds : how long it takes by itself.
    draw : bytes per second that it takes meanwhile, no more than the bandwidth of a node or of the fleet.
    """

    action: Action | None
    after: tuple[int, ...]
    wave: int
    seconds: float = 0.0
    draw: float = 0.0


@dataclass(slots=True)
class _Plan:
    options: MigrationOptions
    jobs: list[Job] = field(default_factory=list)
    since: dict[Place, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Jobs since the last gate, by place."""
    gates: dict[Place, int] = field(default_factory=dict)
    node: dict[str, int] = field(default_factory=dict)
    """Start of each node."""

    def gate(self, place: Place) -> tuple[int, ...]:
        """Where to wait for everything so far at a place."""
        new = self.since.pop(place, [])
        before = (self.gates[place],) if place in self.gates else ()
        if new:
            self.gates[place] = self.add(None, (*before, *new), 1 + max(self.jobs[each].wave for each in new))
        return (self.gates[place],) if place in self.gates else ()

    def add(self, action: Action | None, after: tuple[int, ...], wave: int = 1, seconds: float = 0.0, draw: float = 0.0) -> int:
        self.jobs.append(Job(action, after, max([wave, *(self.jobs[each].wave for each in after)]), seconds, draw))
        return len(self.jobs) - 1


def jobs_of(actions: Sequence[Action], options: MigrationOptions) -> list[Job]:
    """The actions and the gates between them, in an order in which nothing waits for something later."""
    plan = _Plan(options)
    for action in actions:
        kind, thing = action
        if isinstance(thing, Site):
            _node(plan, action, thing)
        elif kind is StepKind.LOAD_COPY:
            _load(plan, action, thing)
        else:
            _unload(plan, action, thing)
    return plan.jobs


def _node(plan: _Plan, action: Action, site: Site) -> None:
    pool, room = ("pool", site.pool), ("room", site.id)
    if action[0] is StepKind.START_NODE:
        plan.node[site.id] = plan.add(action, (*plan.gate(pool), *plan.gate(room)), seconds=start_time(site, plan.options))
        return
    here = (*plan.since.get(room, ()), *([plan.node[site.id]] if site.id in plan.node else ()), *([plan.gates[room]] if room in plan.gates else ()))
    stopped = plan.add(action, here)
    plan.since[pool].append(stopped)
    plan.since[room].append(stopped)


def _load(plan: _Plan, action: Action, seat: Seat) -> None:
    site = seat.site
    after = plan.gate(("room", site.id))
    if site.group.counts:
        after += plan.gate(("endpoint", site.group.name))
    if site.id in plan.node:
        after += (plan.node[site.id],)
    seconds, draw = load_time(seat, plan.options)
    plan.since["model", seat.name].append(plan.add(action, after, seconds=seconds, draw=draw))


def _unload(plan: _Plan, action: Action, seat: Seat) -> None:
    gone = plan.add(action, plan.gate(("model", seat.name)), seconds=plan.options.drain_s)
    plan.since["room", seat.site.id].append(gone)
    if seat.site.group.counts:
        plan.since["endpoint", seat.site.group.name].append(gone)


def start_time(site: Site, options: MigrationOptions) -> float:
    """Seconds until a node can load copies: of all nodes alike where the options say so, else as its instance type starts."""
    if options.start_node_s is not None:
        return options.start_node_s
    return START_S if site.kind is None else start_ms(site.kind.kind) / MILLI


def load_time(seat: Seat, options: MigrationOptions) -> tuple[float, float]:
    """Seconds of a load by itself, and the bytes per second that it draws: what its mode states, else at least what its bytes take on the line."""
    most = min(options.node_bandwidth, options.fleet_bandwidth or options.node_bandwidth)
    seconds = load_ms(seat.mode.mode) / MILLI
    if seat.mode.mode.load_s is None:
        seconds = max(seconds, seat.bytes / most)
    return seconds, min(most, seat.bytes / seconds) if seconds else 0.0
