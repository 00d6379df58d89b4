"""Ways out where moves wait for one another: through spare room, or, for models that allow it, by breaking before making."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from packing.act.migrate.order import settle, try_load, wanted
from packing.act.migrate.refuge import Refuge
from packing.act.migrate.seats import Seat, Site
from packing.act.migrate.world import World
from packing.domain.migration import StepKind


def unstick(world: World, refuge: Refuge, *, dips: bool = False) -> bool:
    """Make one blocked copy possible by moving what is in its way aside, the fewest bytes first; settle; say whether it worked."""
    refuge.begin()
    for seat in sorted((seat for seat in world.missing if wanted(world.supply[seat.name])), key=_in_the_way):
        mark = len(world.log)
        for blockers in _blockers(world, seat):
            if _clear(world, refuge, seat, blockers, dips=dips):
                settle(world)
                return True
            world.undo(mark)
    return False


def _in_the_way(seat: Seat) -> int:
    """Bytes of the copies that are to go from where this one comes to."""
    mine = set(seat.accelerators)
    return sum(other.bytes for other in seat.site.seats if not other.goal and (not mine or mine & set(other.accelerators)))


def _blockers(world: World, seat: Seat) -> Iterator[list[Seat]]:
    """Sets of copies whose going may make room, small ones first."""
    site, mine = seat.site, set(seat.accelerators)
    if not site.started:
        for other in _hosts(world, site):
            yield list(other.seats)
        return
    near = sorted((other for other in site.seats if not other.goal and mine & set(other.accelerators)), key=lambda each: each.bytes)
    rest = sorted((other for other in site.seats if not other.goal and not mine & set(other.accelerators)), key=lambda each: each.bytes)
    yield from ([each] for each in near)
    if len(near) > 1:
        yield from (list(pair) for pair in combinations(near[:6], 2))
        yield near
    yield from ([*near, each] for each in rest[:6])
    if rest:
        yield near + rest
    if site.group.counts:
        behind = [other for each in world.sites.values() if each.group is site.group for other in each.seats if not other.goal]
        yield behind


def _hosts(world: World, site: Site) -> Iterator[Site]:
    """Nodes of the same pool that are to go, the least loaded first: when one is empty, the pool has one more."""
    others = [each for each in world.sites.values() if each.pool == site.pool and each.started and not each.goal]
    yield from sorted(others, key=lambda each: sum(seat.bytes for seat in each.seats))


def _clear(world: World, refuge: Refuge, seat: Seat, blockers: list[Seat], *, dips: bool) -> bool:
    """Move the blockers aside, or with `dips` just out where their models allow it, and load the copy."""
    for blocker in blockers:
        if not (dips and world.expendable(blocker)):
            aside = refuge.find(blocker, avoid=seat)
            if aside is None or not try_load(world, aside) or not world.unloadable(blocker):
                return False
        world.do(StepKind.UNLOAD, blocker)
    return try_load(world, seat)
