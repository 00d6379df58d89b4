"""From a world to a way: the plain order, detours where it is stuck, the search over all states, at last breaking before making."""

from __future__ import annotations

from dataclasses import dataclass

from packing.act.migrate.bounce import unstick
from packing.act.migrate.build import Ends
from packing.act.migrate.order import done, finish, moved, settle
from packing.act.migrate.proof import impossible
from packing.act.migrate.refuge import Refuge
from packing.act.migrate.search import cheapest
from packing.act.migrate.seats import Seat
from packing.act.migrate.world import Action, World
from packing.domain.floor import Floor
from packing.domain.migration import StepKind

LARGEST = 300
"""Places (modes x nodes) up to which a way with detours is compared with all others."""


@dataclass(frozen=True, slots=True)
class Way:
    """What was found.

    Parameters
    ----------
    actions : None: nothing was found.
    proven : of a way: none loads fewer bytes (with the same dips allowed); of none: there is none.
    states : states that the search looked at.
    """

    actions: tuple[Action, ...] | None
    proven: bool
    states: int = 0


def find_way(world: World, ends: Ends, effort: int, unavailable: dict[str, int] | None = None) -> Way:
    """A way from the old placement, in which the world is and stays, to the new one.

    First without any dip; with dips of models that allow them (`max_unavailable`, or what `unavailable` says instead) only
    if that fails.
    """
    allowed = {name: (unavailable or {}).get(name, model.model.max_unavailable) for name, model in world.models.items()}
    for name, supply in world.supply.items():
        supply.floor, supply.lowest = ends.floor(name, 0), ends.floor(name, allowed[name])
    way = _within(world, ends, effort, dips=False)
    if way.actions is not None or all(supply.floor == supply.lowest for supply in world.supply.values()):
        return way
    return _within(world, ends, effort, dips=True)


def _within(world: World, ends: Ends, effort: int, *, dips: bool) -> Way:
    mark, least = len(world.log), sum(seat.bytes for seat in world.missing)
    plain = _plain(world, dips=dips)
    spent = None if plain is None else _bytes(plain)
    if spent == least:
        return Way(plain, proven=True)
    if not effort or (plain is not None and not _small(world)):
        return Way(plain, proven=False)
    floors = {name: supply.floor for name, supply in world.supply.items()}
    for supply in world.supply.values():
        supply.floor = supply.lowest if dips else supply.floor
    if plain is None and impossible(world, ends, effort):
        _restore(world, floors)
        return Way(None, proven=True)
    found = cheapest(world, ends, effort, below=spent)
    if found.actions is None:
        _restore(world, floors)
        return Way(plain, found.complete, found.states)
    for kind, thing in found.actions:
        world.do(kind, thing)
    finish(world)
    _restore(world, floors)
    complete = done(world)
    actions = tuple(world.log[mark:])
    world.undo(mark)
    return Way(actions, proven=True, states=found.states) if complete else Way(plain, proven=False, states=found.states)


def _restore(world: World, floors: dict[str, Floor]) -> None:
    for name, supply in world.supply.items():
        supply.floor = floors[name]


def _plain(world: World, *, dips: bool) -> tuple[Action, ...] | None:
    """The plain order with detours; None where it is stuck. The world is left as it was."""
    mark, refuge = len(world.log), Refuge(world)
    settle(world)
    while not moved(world) and unstick(world, refuge, dips=dips):
        pass
    if moved(world):
        finish(world)
    actions = tuple(world.log[mark:]) if done(world) else None
    world.undo(mark)
    return actions


def _bytes(actions: tuple[Action, ...]) -> int:
    return sum(thing.bytes for kind, thing in actions if kind is StepKind.LOAD_COPY and isinstance(thing, Seat))


def _small(world: World) -> bool:
    """Whether a cheaper way than the one at hand can be hoped for: all places of all models are few."""
    return len(world.sites) * sum(len(model.model.modes) for model in world.models.values()) <= LARGEST
