"""Proofs that there is no way, from few models: where they find none with the fleet to themselves, there is none with the others in it.

Leaving models out only makes room: every rule that holds for some copies holds for fewer of them, and what the others
serve is no concern of the few. So a way for all would be one for the few.
"""

from __future__ import annotations

from collections.abc import Iterator

from packing.act.migrate.build import Ends
from packing.act.migrate.order import settle, wanted
from packing.act.migrate.search import cheapest
from packing.act.migrate.seats import Seat
from packing.act.migrate.world import World
from packing.domain.migration import StepKind

MOST_SETS = 40


def impossible(world: World, ends: Ends, effort: int) -> bool:
    """Whether it is proven that there is no way from the world as it is; False: not known."""
    for names in stuck_together(world):
        begun = world.tries
        if _alone(world, ends, names, effort // 4):
            return True
        effort -= world.tries - begun
        if effort <= 0:
            return False
    return False


def stuck_together(world: World) -> list[frozenset[str]]:
    """Models that cannot move when everything that can has moved: each alone, then with those that are in its way."""
    mark = len(world.log)
    settle(world)
    stuck = [seat for seat in world.missing if wanted(world.supply[seat.name])]
    sets: dict[frozenset[str], None] = dict.fromkeys(frozenset({seat.name}) for seat in stuck)
    for seat in stuck:
        sets[frozenset({seat.name, *_in_the_way(world, seat)})] = None
    world.undo(mark)
    return sorted(sets, key=lambda names: (len(names), sorted(names)))[:MOST_SETS]


def _in_the_way(world: World, seat: Seat) -> Iterator[str]:
    if seat.site.started:
        yield from (other.name for other in seat.site.seats if not other.goal)
    else:
        same = (site for site in world.sites.values() if site.pool == seat.site.pool and site.started and not site.goal)
        yield from (other.name for site in same for other in site.seats)


def _alone(world: World, ends: Ends, names: frozenset[str], effort: int) -> bool:
    """Take all other models out, search, and put them back."""
    mark = len(world.log)
    others = [seat for site in world.sites.values() for seat in site.seats if seat.name not in names]
    for seat in others:
        world.do(StepKind.UNLOAD, seat)
    hidden = {seat: None for seat in world.missing if seat.name not in names}
    supply = world.supply
    for seat in hidden:
        world.forgo(seat)
    world.supply = {name: each for name, each in supply.items() if name in names}
    found = cheapest(world, ends, effort)
    world.supply = supply
    for seat in hidden:
        world.want(seat)
    world.undo(mark)
    return found.actions is None and found.complete
