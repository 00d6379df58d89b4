"""Where there is no way: extra nodes, or a dip, with which there is one, each found by planning with it."""

from __future__ import annotations

from packing.act.migrate.build import Ends
from packing.act.migrate.proof import stuck_together
from packing.act.migrate.way import find_way
from packing.act.migrate.world import World
from packing.domain.migration import Remedy

MOST_NODES = 3
MOST_COPIES = 3
"""What is tried of one pool, and of one model."""
MOST_KINDS = 12
"""Pools, and models, that are tried."""
SHARE = 10
"""A try may cost this part of the effort of the whole search."""


def remedies(world: World, ends: Ends, effort: int) -> tuple[Remedy, ...]:
    """Extra nodes of one pool, or a dip of one model, the smallest of each that help by themselves. The world is left as it was."""
    found = [_extra_nodes(world, ends, effort // SHARE, pool) for pool in _pools(world)]
    found += [_dip(world, ends, effort // SHARE, name) for name in _models(world)]
    helpful = [remedy for remedy in found if remedy is not None]
    return tuple(sorted(helpful, key=lambda each: (each.nodes or each.copies, each.pool is None, each.pool or each.model or "")))


def _pools(world: World) -> list[str]:
    """Pools that have a stock and in which somebody who is stuck could sit: those that lack room first."""
    asked = [seat.site.pool for seat in world.missing]
    listed = [pool for pool in dict.fromkeys([*asked, *world.stock]) if world.stock.get(pool) is not None]
    return listed[:MOST_KINDS]


def _models(world: World) -> list[str]:
    """Models that are stuck, and those in their way, that serve at all."""
    named = dict.fromkeys(name for names in stuck_together(world) for name in sorted(names))
    return [name for name in named if world.supply[name].copies][:MOST_KINDS]


def _extra_nodes(world: World, ends: Ends, effort: int, pool: str) -> Remedy | None:
    count, proven = world.stock[pool], True
    if count is None:
        return None
    try:
        for nodes in range(1, MOST_NODES + 1):
            world.stock[pool] = count + nodes
            way = find_way(world, ends, effort)
            if way.actions is not None:
                return Remedy(pool=pool, nodes=nodes, smallest=proven)
            proven = proven and way.proven
    finally:
        world.stock[pool] = count
    return None


def _dip(world: World, ends: Ends, effort: int, name: str) -> Remedy | None:
    allowed, proven = world.models[name].model.max_unavailable, True
    for copies in range(allowed + 1, min(allowed + MOST_COPIES, ends.counts(name)[0]) + 1):
        way = find_way(world, ends, effort, {name: copies})
        if way.actions is not None:
            return Remedy(model=name, copies=copies, smallest=proven)
        proven = proven and way.proven
    return None
