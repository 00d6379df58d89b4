"""Ways out where moves wait for one another: through spare room, or, for models that allow it, by breaking before making."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from packing.act.migrate.order import settle, try_load, wanted
from packing.act.migrate.refuge import Refuge
from packing.act.migrate.seats import Seat, Site
from packing.act.migrate.world import World
from packing.domain.migration import StepKind

MOST_DEEP = 12
"""Blocked copies for which others are moved aside."""
MOST_FOR_ONE = 4
"""Copies that are loaded elsewhere so that one can go."""
MOST_PLACES = 12
"""Places where that is tried, for each."""


def unstick(world: World, refuge: Refuge, *, dips: bool = False) -> bool:
    """Make one blocked copy possible by moving what is in its way aside, the fewest bytes first; settle; say whether it worked.

    If nothing that is in the way finds room, others are moved aside for it. What counts is that fewer copies are missing
    in the end than before: so it comes to an end.
    """
    refuge.begin()
    blocked = sorted((seat for seat in world.missing if wanted(world.supply[seat.name])), key=_in_the_way)
    before, mark = len(world.missing), len(world.log)
    for depth, most in ((0, len(blocked)), (1, MOST_DEEP)):
        for seat in blocked[:most]:
            for blockers in _blockers(world, seat):
                if _clear(_Attempt(world, refuge, dips), seat, blockers, depth):
                    settle(world)
                    if len(world.missing) < before:
                        return True
                world.undo(mark)
    return False


@dataclass(frozen=True, slots=True)
class _Attempt:
    world: World
    refuge: Refuge
    dips: bool


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


def _clear(attempt: _Attempt, seat: Seat, blockers: list[Seat], depth: int) -> bool:
    """Move the blockers aside, or with `dips` just out where their models allow it, and load the copy."""
    avoid = [seat]
    if not seat.site.started:  # the blockers' whole node is to be emptied, so that it can be stopped
        avoid += [Seat(blocker.model, blocker.mode, blocker.site, (), goal=False) for blocker in blockers[:1]]
    return all(_aside(attempt, blocker, tuple(avoid), depth) for blocker in blockers) and try_load(attempt.world, seat)


def _aside(attempt: _Attempt, seat: Seat, avoid: tuple[Seat, ...], depth: int) -> bool:
    """Take a copy from where it is; another one of its model serves in its place, unless a dip is allowed."""
    world = attempt.world
    if not (attempt.dips and not seat.goal and world.expendable(seat)):
        for _ in range(MOST_FOR_ONE):  # in a slower mode it takes several to serve as much
            found = attempt.refuge.find(seat, avoid)
            if found is not None:
                if not try_load(world, found):
                    return False
            elif not depth or not _crowd(attempt, seat, avoid, depth):
                return False
            if world.unloadable(seat):
                break
        else:
            return False
    world.do(StepKind.UNLOAD, seat)
    return True


def _crowd(attempt: _Attempt, seat: Seat, avoid: tuple[Seat, ...], depth: int) -> bool:
    """Load a copy of the seat's model where others are, after moving those aside."""
    world, mark = attempt.world, len(attempt.world.log)
    for place in attempt.refuge.crowded(seat, avoid, MOST_PLACES):
        mine = set(place.accelerators)
        near = [other for other in place.site.seats if mine & set(other.accelerators)]
        for others in (near, list(place.site.seats)) if near and len(near) < len(place.site.seats) else (list(place.site.seats),):
            if all(other is not seat and _aside(attempt, other, (*avoid, place), depth - 1) for other in others) and try_load(world, place):
                return True
            world.undo(mark)
    return False
