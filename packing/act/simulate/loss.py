"""What is lost at once when nodes are lost."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from packing.domain.events import NodeLost
from packing.domain.placement import Placement


def lost_nodes(placement: Placement, event: NodeLost, random: Random) -> tuple[str, ...]:
    """Ids of the running nodes that are lost; of a pool as many as run, at most."""
    if event.node is not None:
        return (event.node,) if any(node.id == event.node for node in placement.nodes) else ()
    here = sorted({node.id for node in placement.nodes if node.pool == event.pool})
    return tuple(sorted(random.sample(here, min(len(here), event.count or 1))))


def without_nodes(placement: Placement, gone: Sequence[str]) -> Placement:
    """The placement without these nodes and all that was on them; endpoints without nodes are gone as well."""
    away = set(gone)
    nodes = tuple(node for node in placement.nodes if node.id not in away)
    copies = tuple(copy for copy in placement.copies if copy.node not in away)
    behind = {node.id: node.endpoint for node in nodes}
    models: dict[str, set[str]] = {}
    for copy in copies:
        models.setdefault(behind.get(copy.node, ""), set()).add(copy.model)
    endpoints = tuple(
        each.model_copy(update={"nodes": tuple(node for node in each.nodes if node not in away), "models": tuple(sorted(models.get(each.name, ())))})
        for each in placement.endpoints
        if any(node not in away for node in each.nodes)
    )
    return placement.model_copy(update={"nodes": nodes, "copies": copies, "endpoints": endpoints})
