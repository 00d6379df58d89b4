"""The new placement in names that say what stays: those of the old one for what is the same, fresh ones for what is new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from packing.act.diff.mend import relisted
from packing.act.diff.translate import translate
from packing.domain.migration import Names
from packing.domain.placement import Placement


@dataclass(frozen=True, slots=True)
class Goal:
    """Where to go.

    Parameters
    ----------
    placement : the new placement under the names of the way.
    names : what its own names are on the way, where they differ.
    stay : ids of the nodes that are old ones.
    """

    placement: Placement
    names: Names
    stay: frozenset[str]


def match(old: Placement, new: Placement, *, by_name: bool) -> Goal:
    """What of the new placement is there already, as `packing.diff` finds it.

    A node never goes from one endpoint to another: where the diff says so, it is emptied and stopped, and another one is
    started under a name of its own.
    """
    named = translate(old, new, by_name=by_name).placement
    before = {node.id: node for node in old.nodes}
    stay = {node.id for node in named.nodes if node.id in before and node.pool == before[node.id].pool and node.endpoint == before[node.id].endpoint}
    fresh: dict[str, str] = {}
    used = before.keys() | {node.id for node in named.nodes}
    for node in named.nodes:
        if node.id in before and node.id not in stay:
            number = 2
            while f"{node.id}.{number}" in used:
                number += 1
            fresh[node.id] = f"{node.id}.{number}"
            used |= {fresh[node.id]}
    nodes = tuple(node.model_copy(update={"id": fresh.get(node.id, node.id)}) for node in named.nodes)
    copies = tuple(copy.model_copy(update={"node": fresh[copy.node]}) if copy.node in fresh else copy for copy in named.copies)
    goal = named.model_copy(update={"nodes": nodes, "copies": copies, "endpoints": relisted(named.endpoints, nodes, copies)})
    return Goal(goal, _names(new, goal), frozenset(stay))


def _names(new: Placement, goal: Placement) -> Names:
    nodes = {mine.id: theirs.id for mine, theirs in zip(new.nodes, goal.nodes, strict=True) if mine.id != theirs.id}
    endpoints = {mine.name: theirs.name for mine, theirs in zip(new.endpoints, goal.endpoints, strict=True) if mine.name != theirs.name}
    users: dict[str, list[tuple[Sequence[int], Sequence[int]]]] = defaultdict(list)
    for mine, theirs in zip(new.copies, goal.copies, strict=True):
        if sorted(mine.accelerators) != sorted(theirs.accelerators):
            users[theirs.node].append((mine.accelerators, theirs.accelerators))
    for mine, theirs in zip(new.copies, goal.copies, strict=True):
        if theirs.node in users and sorted(mine.accelerators) == sorted(theirs.accelerators):
            users[theirs.node].append((mine.accelerators, theirs.accelerators))
    return Names(nodes=nodes, endpoints=endpoints, accelerators={node: _renumbered(pairs) for node, pairs in users.items()})


def _renumbered(pairs: Sequence[tuple[Sequence[int], Sequence[int]]]) -> tuple[tuple[int, int], ...]:
    """Which accelerator is which: the one that is used by the same copies."""
    before: dict[int, list[int]] = defaultdict(list)
    after: dict[int, list[int]] = defaultdict(list)
    for position, (mine, theirs) in enumerate(pairs):
        for index in mine:
            before[index].append(position)
        for index in theirs:
            after[index].append(position)
    waiting: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for index in sorted(after, reverse=True):
        waiting[tuple(after[index])].append(index)
    return tuple((index, waiting[tuple(users)].pop()) for index, users in sorted(before.items()))
