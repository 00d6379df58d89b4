"""Zones need nodes: what `min_zones` says about numbers of nodes, which the linear program over contents does not know.

A model with p placed copies is on at least min(min_zones, p) nodes, and on one per copy below that. So with u of its `fewest` copies missing

    nodes + u >= min(min_zones, fewest)

whatever p is: either p >= min_zones, or nodes = p and u >= fewest - p. Models of a class with nodes of their own (single-model
endpoints, where nobody else is on them) add up; elsewhere models share nodes, and the class needs as many as the most demanding of its members.
"""

from __future__ import annotations

from collections.abc import Iterator

from packing.domain.words import Hosting
from packing.solve.patterns.layout import Layout


def zone_rows(layout: Layout) -> Iterator[tuple[int, list[int], int]]:
    """(class, groups, nodes): missing copies of the class + nodes of these groups >= nodes, where that is more than one a model."""
    models = layout.compiled.models
    for each, mine in zip(layout.classes, layout.by_class, strict=True):
        groups = sorted({layout.items[index].group for index in mine})
        needs = [min(models[member].min_zones, models[member].fewest) for member in each.members]
        if not groups or max(needs) <= 1:
            continue
        own = all(layout.groups[group].hosting is Hosting.SINGLE_MODEL for group in groups)
        yield each.index, groups, sum(needs) if own else max(needs)
