"""The plain order: load what fits, unload what is replaced, and again, as long as something can be done."""

from __future__ import annotations

from collections.abc import Iterable

from packing.act.migrate.seats import Seat, Site
from packing.act.migrate.world import Supply, World
from packing.domain.migration import StepKind


def settle(world: World, *, adds: bool = False) -> bool:
    """Do everything that can be done without detours; returns whether anything was.

    A copy is loaded while its model still has copies to be replaced by it; copies that are only added come when
    `adds` says so, after everything that moves, so that they take no room on the way.
    """
    mark = len(world.log)
    loads, unloads = dict.fromkeys(world.missing), dict.fromkeys(world.extra)
    while loads or unloads:
        again: dict[Seat, None] = {}
        for seat in loads:
            if seat in world.missing and (adds or wanted(world.supply[seat.name])) and try_load(world, seat):
                unloads.update(world.supply[seat.name].extra)
        for seat in unloads:
            if seat in world.extra and world.unloadable(seat):
                world.do(StepKind.UNLOAD, seat)
                again.update(dict.fromkeys(freed(world, seat)))
        loads, unloads = again, {}
    return len(world.log) > mark


def finish(world: World) -> None:
    """When all that moves has moved: additions, nodes that are to be there empty, nodes that are to go."""
    settle(world, adds=True)
    for site in list(world.sites.values()):
        if site.goal and not site.started:
            _start(world, site)
    for site in list(world.sites.values()):
        if site.started and not site.goal and not site.seats:
            world.do(StepKind.STOP_NODE, site)


def done(world: World) -> bool:
    """Whether the world is as the new placement wants it, nodes included."""
    return not world.missing and not world.extra and all(site.started == site.goal for site in world.sites.values())


def moved(world: World) -> bool:
    """Whether only additions are left (which the new placement has room for)."""
    return not world.extra and not any(wanted(world.supply[seat.name]) for seat in world.missing)


def wanted(supply: Supply) -> bool:
    """Whether the model's copies that are to go cannot all go yet (or too few serve already): then one more of the new ones helps."""
    return bool(supply.missing) and not supply.spares(list(supply.extra))


def try_load(world: World, seat: Seat) -> bool:
    """Load the copy if it fits, starting its node if need be."""
    mark = len(world.log)
    if not seat.site.started and not _start(world, seat.site):
        return False
    if world.fits(seat):
        world.do(StepKind.LOAD_COPY, seat)
        return True
    world.undo(mark)
    return False


def _start(world: World, site: Site) -> bool:
    """Start a node, after stopping empty ones that are to go if the pool has no other."""
    mark = len(world.log)
    while not world.startable(site):
        idle = next((each for each in world.sites.values() if each.pool == site.pool and each.started and not each.goal and not each.seats), None)
        if idle is None:
            world.undo(mark)
            return False
        world.do(StepKind.STOP_NODE, idle)
    world.do(StepKind.START_NODE, site)
    return True


def freed(world: World, seat: Seat) -> Iterable[Seat]:
    """Missing copies that may be possible now that this one is gone."""
    site, supply = seat.site, world.supply[seat.name]
    yield from world.awaited[site]
    if supply.extra:
        yield from supply.missing
    if site.group.counts:
        for other in world.awaited:
            if other.group is site.group and other is not site:
                yield from world.awaited[other]
    if not site.seats and not site.goal:
        for other in world.awaited:
            if other.pool == site.pool and not other.started:
                yield from world.awaited[other]
