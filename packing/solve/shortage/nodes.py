"""Clusters of accelerators into nodes: the most demanding first, each onto the node that is left with most room.

Nodes of a group end up about equally loaded, which is what a share of their resources below one then leaves room for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from packing.compile.data import Compiled
from packing.solve.patterns.clusters import Cluster
from packing.solve.patterns.conflicts import rivals_of
from packing.solve.patterns.filling import Named
from packing.solve.patterns.layout import Group, Layout

ROUNDING = 1e-9
"""Shares of a node are floats here; that a copy fits is decided by the node's state, in integers."""


@dataclass(slots=True)
class Packed:
    """What is on each node, and how many clusters found none."""

    nodes: list[list[Named]]
    left: int


def pack_clusters(compiled: Compiled, layout: Layout, group: Group, clusters: Sequence[Cluster], most: int) -> Packed:
    """Distribute the clusters over no more than `most` nodes of the group; tenants in conflict never meet."""
    needs = _needs(layout, group, clusters)
    free = np.ones((most, needs.shape[1]))
    room = np.full(most, group.bins_per_node)
    present = np.zeros((most, len(compiled.tenants)), dtype=bool)
    rivals = rivals_of(compiled.conflicts)
    packed = Packed([[] for _ in range(most)], 0)
    order = sorted(range(len(clusters)), key=lambda index: (-len(clusters[index].bins), -needs[index].max(initial=0.0), index))
    for index in order:
        cluster = clusters[index]
        tenants = {compiled.models[member].tenant for _, member, _ in cluster.names if member >= 0}
        unwanted = [other for tenant in tenants for other in rivals.get(tenant, ())]
        after = (free - needs[index]).min(axis=1, initial=1.0)
        after[(room < len(cluster.bins)) | (after < -ROUNDING)] = -1.0
        if unwanted:
            after[present[:, unwanted].any(axis=1)] = -1.0
        node = int(after.argmax()) if most else -1
        if node < 0 or after[node] < -ROUNDING:
            packed.left += 1
            continue
        taken = group.bins_per_node - int(room[node])
        packed.nodes[node] += [(item, member, tuple(taken + place for place in places)) for item, member, places in cluster.names]
        free[node] -= needs[index]
        room[node] -= len(cluster.bins)
        present[node, list(tenants)] = True
    return packed


def _needs(layout: Layout, group: Group, clusters: Sequence[Cluster]) -> np.ndarray:
    """Clusters × rows of the group: shares of a node."""
    needs = np.zeros((len(clusters), len(group.rows)))
    for index, cluster in enumerate(clusters):
        for item, _, _ in cluster.names:
            demand = layout.items[item].candidate.node_demand
            needs[index] += [demand[dimension] / max(1, capacity) for dimension, capacity in group.rows]
    return needs
