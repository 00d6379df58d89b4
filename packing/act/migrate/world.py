"""The fleet on its way: what is where, what may be done next, and what was done, so that it can be undone."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from packing.act.migrate.room import CONTAINER, Conflicts, fits, framework, legal
from packing.act.migrate.seats import Form, Group, Seat, Site
from packing.domain.floor import Floor
from packing.domain.migration import StepKind
from packing.domain.overcommit import BY_NAME
from packing.domain.problem import Problem
from packing.domain.words import Hosting
from packing.domain.workload import Mode
from packing.verify.checks.over_commit import Turn, turn
from packing.verify.facts import KindFacts, ModelFacts, mode_key

Action = tuple[StepKind, Seat | Site]
"""`start_node` and `stop_node` with a site, `load_copy` and `unload` with a seat. A loaded copy serves."""


class Supply:
    """What a model serves now, and what it must not fall below."""

    __slots__ = ("copies", "extra", "floor", "lowest", "missing", "rate", "zones")

    def __init__(self, floor: Floor) -> None:
        self.floor = self.lowest = floor
        self.copies = self.rate = 0
        self.zones: Counter[str] = Counter()
        self.extra: dict[Seat, None] = {}
        """Its copies that are there and not in the new placement."""
        self.missing: dict[Seat, None] = {}
        """Those that are in the new placement and not there."""

    def spares(self, seats: list[Seat], floor: Floor | None = None) -> bool:
        """Whether a floor (None: its own) holds without these copies."""
        floor = floor or self.floor
        if self.copies - len(seats) < floor.copies or self.rate - sum(seat.mode.rate or 0 for seat in seats) < floor.rate:
            return False
        if not floor.zones:
            return True
        gone = Counter(seat.site.zone for seat in seats)
        return sum(count > gone[zone] for zone, count in self.zones.items()) >= floor.zones


@dataclass(slots=True, eq=False)
class World:
    """Everything that is known and where everything is. `log` has what was done since the old placement."""

    problem: Problem
    slots: int
    ratio: Fraction
    conflicts: Conflicts
    models: dict[str, ModelFacts]
    kinds: dict[str, KindFacts]
    stock: dict[str, int | None]
    """Nodes that each pool has; None: no limit."""
    zones: dict[str, tuple[str, str]]
    """Instance type and zone of each pool."""
    sites: dict[str, Site] = field(default_factory=dict)
    supply: dict[str, Supply] = field(default_factory=dict)
    missing: dict[Seat, None] = field(default_factory=dict)
    extra: dict[Seat, None] = field(default_factory=dict)
    started: Counter[str] = field(default_factory=Counter)
    """Started nodes by pool."""
    awaited: dict[Site, dict[Seat, None]] = field(default_factory=lambda: defaultdict(dict))
    """Missing seats by site."""
    log: list[Action] = field(default_factory=list)
    tries: int = 0
    """Times that it was asked whether a copy fits."""
    _forms: dict[Any, Form] = field(default_factory=dict)
    _legal: dict[tuple[str, int, str, Hosting, str | None], bool | Turn] = field(default_factory=dict)

    def form(self, mode: Mode) -> Form:
        """A mode in integers; equal modes are one object."""
        found = self._forms.get(id(mode))
        if found is None:
            key = mode_key(mode)
            found = self._forms.get(key)
            if found is None:
                found = self._forms[key] = Form(mode, key, len(self._forms))
            self._forms[id(mode)] = found
        return found

    def legal(self, seat: Seat) -> bool:
        """Whether the seat could be taken if nobody else were there."""
        site = seat.site
        key = seat.name, seat.mode.number, site.kind.kind.name if site.kind else "", site.group.hosting, site.group.keep
        if key not in self._legal:
            self._legal[key] = self._may(seat)
        found = self._legal[key]
        seat.turn = found if isinstance(found, Turn) else None
        return bool(found)

    def _may(self, seat: Seat) -> bool | Turn:
        """Whether it is legal; on an over-committed node: what it takes."""
        site = seat.site
        if not legal(seat.model, seat.mode, site.kind, site.group.hosting) or site.kind is None:
            return False
        if not site.over_committed:
            return True
        found = turn(self.problem, seat.model, seat.mode, site.kind, BY_NAME[site.group.keep or ""])
        return False if isinstance(found, str) else found

    def fits(self, seat: Seat) -> bool:
        """Whether the copy can be loaded there now; its node must be started, or startable."""
        self.tries += 1
        return self.legal(seat) and fits(seat, self.slots, self.ratio, self.conflicts, self.problem.max_models_per_node)

    def startable(self, site: Site) -> bool:
        """Whether the pool has a node for it."""
        most = self.stock.get(site.pool)
        return not site.started and site.kind is not None and (most is None or self.started[site.pool] < most)

    def unloadable(self, seat: Seat) -> bool:
        """Whether the model keeps its floor without the copy."""
        return self.supply[seat.name].spares([seat])

    def expendable(self, seat: Seat) -> bool:
        """Whether the model keeps the lower floor that it has where breaking before making is allowed."""
        supply = self.supply[seat.name]
        return supply.spares([seat], supply.lowest)

    def do(self, kind: StepKind, thing: Seat | Site) -> None:
        """Do it (the caller has asked whether it may be done), and note it."""
        self.change(kind, thing)
        self.log.append((kind, thing))

    def undo(self, mark: int) -> None:
        """Go back to when the log had `mark` actions."""
        while len(self.log) > mark:
            kind, thing = self.log.pop()
            self.change(REVERSE[kind], thing)

    def change(self, kind: StepKind, thing: Seat | Site) -> None:
        """Make it so, unasked and unnoted."""
        if isinstance(thing, Seat):
            self._put(thing, 1 if kind is StepKind.LOAD_COPY else -1)
        else:
            thing.started = kind is StepKind.START_NODE
            self.started[thing.pool] += 1 if thing.started else -1
            if not thing.old and not thing.goal:  # extra room is there only while it is started
                if thing.started:
                    self.sites[thing.id] = thing
                else:
                    del self.sites[thing.id]

    def want(self, seat: Seat) -> None:
        """The new placement has this seat, and it is not there."""
        self.missing[seat] = self.supply[seat.name].missing[seat] = self.awaited[seat.site][seat] = None

    def forgo(self, seat: Seat) -> None:
        """Forget that this seat is missing (until it is wanted again)."""
        del self.missing[seat], self.supply[seat.name].missing[seat], self.awaited[seat.site][seat]

    def _put(self, seat: Seat, sign: int) -> None:
        site, supply = seat.site, self.supply[seat.name]
        if sign > 0:
            site.seats.append(seat)
            for index in seat.accelerators:
                site.on.setdefault(index, []).append(seat)
        else:
            site.seats.remove(seat)
            for index in seat.accelerators:
                site.on[index].remove(seat)
        supply.copies += sign
        supply.rate += sign * (seat.mode.rate or 0)
        _count(supply.zones, site.zone, sign)
        if site.group.counts:
            _join(site.group, seat, sign)
        if seat.goal == (sign > 0):
            if seat.goal:
                self.forgo(seat)
            else:
                del self.extra[seat], supply.extra[seat]
        elif seat.goal:
            self.want(seat)
        else:
            self.extra[seat] = supply.extra[seat] = None


REVERSE = {
    StepKind.START_NODE: StepKind.STOP_NODE,
    StepKind.STOP_NODE: StepKind.START_NODE,
    StepKind.LOAD_COPY: StepKind.UNLOAD,
    StepKind.UNLOAD: StepKind.LOAD_COPY,
}


def _join(group: Group, seat: Seat, sign: int) -> None:
    _count(group.models, seat.name, sign)
    _count(group.frameworks, framework(seat.model), sign)
    _count(group.sizes, seat.mode.size, sign)
    _count(group.tenants, seat.model.tenant, sign)
    group.strict += sign * (seat.level >= CONTAINER)


def _count(counter: Counter[Any], key: Any, sign: int) -> None:
    counter[key] += sign
    if not counter[key]:
        del counter[key]
