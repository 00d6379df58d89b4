"""Numbers of nodes that a class needs whatever is on them: what the linear program over contents does not know.

A model of which u copies are missing has at least fewest - u placed, and is on at least min(zones, fewest - u) nodes, where zones is its
`min_zones`, and on ceil((fewest - u) / fits) where no more than `fits` are on one. Each copy missing saves no more than one of them:

    nodes + u >= max(min(zones, fewest), ceil(fewest / fits))

Models with nodes of their own (single-model endpoints) add up; elsewhere the models of a class may share nodes, and need as many as
the most demanding of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packing.domain.words import Hosting
from packing.solve.patterns.classes import ModelClass
from packing.solve.patterns.layout import Layout


@dataclass(frozen=True, slots=True)
class NodeRow:
    """Nodes of the groups + missing copies of the class >= nodes."""

    owner: int
    groups: tuple[int, ...]
    nodes: int


def node_rows(layout: Layout) -> Iterator[NodeRow]:
    """One row for each class that can be somewhere."""
    for each, mine in zip(layout.classes, layout.by_class, strict=True):
        groups = tuple(sorted({layout.items[index].group for index in mine}))
        if not groups:
            continue
        own = all(layout.groups[group].hosting is Hosting.SINGLE_MODEL for group in groups)
        fits = max(layout.most_in(group) for group in groups) if own else 0
        needs = [_nodes(layout, member, fits) for member in each.members]
        row = NodeRow(each.index, groups, sum(needs) if own else max(needs))
        if row.nodes > (0 if own or _isolated(layout, each, groups) else 1):
            yield row


def _nodes(layout: Layout, member: int, fits: int) -> int:
    """Nodes for all copies of one model; `fits` 0: not known."""
    model = layout.compiled.models[member]
    return max(min(model.min_zones, model.fewest), -(-model.fewest // fits) if fits else 0, 1 if model.fewest else 0)


def _isolated(layout: Layout, each: ModelClass, groups: tuple[int, ...]) -> bool:
    """Whether the class is on nodes that not everybody may share."""
    return all(layout.groups[group].tenant == each.tenant and each.tenant >= 0 for group in groups)
