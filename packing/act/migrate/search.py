"""The cheapest way by A* over all states that can be reached; a proof that there is none where they end.

A state is which copies are where, and which nodes of old and new are started. One step unloads a copy (free), or loads
one (its bytes), starting a node for it if need be, after stopping an empty one if its pool has no other. The copies of
the new placement that are not in place have to be loaded in any case: their bytes bound from below what is still to come.

Three facts keep the space finite and small without leaving anything out:

* An extra node has an endpoint of its own: no rule gets easier by putting two nodes behind one endpoint.
* Stopping a node that the new placement has helps only where its pool has no other to start; one that it does not have is
  stopped as soon as it is empty, unless its pool could not start another one instead.
* More copies of a model than `most_at_once` are never needed: of all that a valid way has at some time it is enough
  to keep those that stay longest, as many as the floor asks for, and one more while one replaces another.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from packing.act.migrate.build import Ends
from packing.act.migrate.refuge import places
from packing.act.migrate.seats import Seat, Site
from packing.act.migrate.world import Action, World
from packing.domain.floor import Floor
from packing.domain.migration import StepKind

Key = tuple[tuple[tuple[Any, ...], ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Found:
    """How a search ended.

    Parameters
    ----------
    actions : the cheapest way; None: none was found.
    complete : the search looked at everything that matters: the way is the cheapest, or there is none.
    states : states that were looked at.
    """

    actions: tuple[Action, ...] | None
    complete: bool
    states: int


class _Path:
    """A way to a state: shared prefixes are stored once."""

    __slots__ = ("actions", "before")

    def __init__(self, before: _Path | None, actions: tuple[Action, ...]) -> None:
        self.before, self.actions = before, actions

    def all(self) -> list[Action]:
        """From the first action to the last."""
        parts: list[tuple[Action, ...]] = []
        path: _Path | None = self
        while path is not None:
            parts.append(path.actions)
            path = path.before
        return [action for part in reversed(parts) for action in part]


def cheapest(world: World, ends: Ends, most_tries: int, *, below: int | None = None) -> Found:
    """The way with the fewest bytes from the world as it is to the new placement; the world is left as it was.

    Parameters
    ----------
    most_tries : places for copies to look at before giving up.
    below : only ways that load less than this are of interest; None: any.
    """
    root, limit = len(world.log), world.tries + most_tries
    most = {name: most_at_once(world, ends, name) for name in world.supply}
    waiting: list[tuple[int, int, int, int, _Path]] = [(_to_come(world), 0, 0, 0, _Path(None, ()))]
    cost: dict[Key, int] = {_key(world): 0}
    seen: set[Key] = set()
    number = states = 0
    try:
        while waiting:
            _, _, _, _, path = heapq.heappop(waiting)
            _go(world, root, path.all())
            key = _key(world)
            if key in seen:
                continue
            seen.add(key)
            if not world.missing and not world.extra:
                return Found(tuple(path.all()), complete=True, states=states)
            states += 1
            spent, mark = cost[key], len(world.log)
            for actions in _steps(world, most, limit):
                for kind, thing in actions:
                    world.do(kind, thing)
                reached = _key(world)
                total = spent + sum(thing.bytes for kind, thing in actions if kind is StepKind.LOAD_COPY and isinstance(thing, Seat))
                estimate = total + _to_come(world)
                if (below is None or estimate < below) and (reached not in cost or total < cost[reached]):
                    cost[reached] = total
                    number += 1
                    starts = sum(not site.old and not site.goal for site in world.sites.values())
                    heapq.heappush(waiting, (estimate, len(world.missing) + len(world.extra), starts, number, _Path(path, actions)))
                world.undo(mark)
            if world.tries > limit:
                return Found(None, complete=False, states=states)
        return Found(None, complete=True, states=states)
    finally:
        world.undo(root)


def most_at_once(world: World, ends: Ends, name: str) -> int:
    """Copies of a model that are there at one time in some cheapest way, at most."""
    supply, model = world.supply[name], world.models[name]
    floor: Floor = supply.floor
    rates = [mode.rps_micro for mode in model.model.modes if mode.rps_micro]
    by_rate = -(-floor.rate // min(rates)) if floor.rate and rates else 0
    return max(*ends.counts(name), max(floor.copies, by_rate) + floor.zones + 1)


def _key(world: World) -> Key:
    """Equal for states that differ in the names of extra nodes only."""
    named: list[tuple[Any, ...]] = []
    extra: list[tuple[Any, ...]] = []
    for site in world.sites.values():
        if site.old or site.goal:
            named += [seat.key for seat in site.seats]
        elif site.seats:
            extra.append((site.pool, site.group.hosting, *sorted((seat.name, seat.mode.number, seat.accelerators) for seat in site.seats)))
    started = sorted(site.id for site in world.sites.values() if site.started and (site.old or site.goal))
    return (*sorted(named), *sorted(extra, key=str)), tuple(started)


def _to_come(world: World) -> int:
    return sum(seat.bytes for seat in world.missing)


def _go(world: World, root: int, actions: list[Action]) -> None:
    """From wherever the world is to after these actions, undoing no more than what differs."""
    same = 0
    while same < len(actions) and root + same < len(world.log) and world.log[root + same] == actions[same]:
        same += 1
    world.undo(root + same)
    for kind, thing in actions[same:]:
        world.do(kind, thing)


def _steps(world: World, most: dict[str, int], limit: int) -> Iterator[tuple[Action, ...]]:
    """Everything that can be done next; of equal things only one."""
    unloaded: set[tuple[Any, ...]] = set()
    for site in list(world.sites.values()):
        for seat in list(site.seats):
            if seat.key not in unloaded and world.unloadable(seat):
                unloaded.add(seat.key)
                gone = len(site.seats) == 1 and _replaceable(world, site)
                yield ((StepKind.UNLOAD, seat), (StepKind.STOP_NODE, site)) if gone else ((StepKind.UNLOAD, seat),)
    for seat in list(world.missing):
        yield from _loads(world, seat)
    for name, supply in world.supply.items():
        if supply.copies < most[name] and world.tries <= limit:
            for seat in places(world, name, idle=True):
                if world.tries > limit:
                    return
                yield from _loads(world, seat)


def _replaceable(world: World, site: Site) -> bool:
    """Whether the node, empty, is no more than another one of its pool with an endpoint of its own would be."""
    stock = world.stock.get(site.pool)
    return not site.goal and (stock is None or world.started[site.pool] <= stock)


def _loads(world: World, seat: Seat) -> Iterator[tuple[Action, ...]]:
    if seat.site.started:
        if world.fits(seat):
            yield ((StepKind.LOAD_COPY, seat),)
        return
    if not world.fits(seat):
        return
    if world.startable(seat.site):
        yield (StepKind.START_NODE, seat.site), (StepKind.LOAD_COPY, seat)
        return
    stock = world.stock.get(seat.site.pool)
    if not stock:
        return
    for idle in combinations(_idle(world, seat.site.pool), world.started[seat.site.pool] - stock + 1):
        yield (*((StepKind.STOP_NODE, site) for site in idle), (StepKind.START_NODE, seat.site), (StepKind.LOAD_COPY, seat))


def _idle(world: World, pool: str) -> list[Site]:
    return [site for site in world.sites.values() if site.pool == pool and site.started and not site.seats]
