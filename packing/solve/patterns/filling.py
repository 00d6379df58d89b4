"""Pack clusters of accelerators into nodes: room for all, node resources within bounds, tenants in conflict apart.

Whose copies a cluster holds is decided when it finds its node: of the members of a class, one whose tenant gets along with who is
there already. Clusters that are hard to please come first: those of several bins, then those with contested tenants.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from packing.compile.data import Compiled
from packing.solve.patterns.clusters import Cluster
from packing.solve.patterns.conflicts import rivals_of
from packing.solve.patterns.layout import Group, Layout

Named = tuple[int, int, tuple[int, ...] | None]
"""(item, model or -1: any of the class, accelerators or None: the node's state finds them)."""
WINDOW = 100
"""Nodes that are filled at the same time: enough to choose from."""


class Filling:
    """The nodes of one group while they are filled.

    Parameters
    ----------
    most : nodes.
    wanted : copies of a model that have no name on a node yet; counted down.
    """

    def __init__(self, compiled: Compiled, layout: Layout, group: Group, most: int, wanted: dict[int, int]) -> None:
        self.compiled, self.layout, self.group, self.wanted = compiled, layout, group, wanted
        self._dimensions = [dimension for dimension, _ in group.rows]
        self._limits = [max(1, capacity) for _, capacity in group.rows]
        self._free = [list(self._limits) for _ in range(most)]
        self._taken = [0] * most
        self._nodes: list[list[Named]] = [[] for _ in range(most)]
        self._rivals = rivals_of(compiled.conflicts)
        self._contested: list[frozenset[int]] = [frozenset()] * most
        """Tenants with rivals, by node."""
        self._open = list(range(min(most, WINDOW)))
        """Nodes that are looked at: not yet full, and not more than need be."""
        self._last = len(self._open) - 1

    def put_all(self, clusters: Sequence[Cluster]) -> None:
        """Every cluster that finds a node."""
        for cluster in sorted(clusters, key=self._hardness, reverse=True):
            number = self._node_for(cluster)
            while number is None and self._open_more():
                number = self._node_for(cluster)
            if number is not None:
                self._put(cluster, number)

    def nodes_with(self, loose: Sequence[tuple[int, int]]) -> Iterator[list[Named]]:
        """The contents of the nodes, with copies without accelerators (item, copies) wherever there is room."""
        for index, copies in loose:
            self._spread(index, copies)
        return (node for node in self._nodes if node)

    def _hardness(self, cluster: Cluster) -> tuple[float, ...]:
        need = max((need / limit for need, limit in zip(self._needs(cluster), self._limits, strict=True)), default=0.0)
        return (len(cluster.bins), self._is_contested(cluster), need)

    def _is_contested(self, cluster: Cluster) -> bool:
        """Whether tenants with rivals could be in it."""
        models, classes = self.compiled.models, self.layout.classes
        owners = {self.layout.items[index].owner for content in cluster.bins for index in content} if self._rivals else set()
        return any(models[member].tenant in self._rivals for owner in owners for member in classes[owner].members)

    def _needs(self, cluster: Cluster) -> list[int]:
        """What the cluster's copies take of the node's rows."""
        copies = [self.layout.items[index].candidate.node_demand for index, _ in cluster.copies(self.layout)]
        return [sum(demand[dimension] for demand in copies) for dimension in self._dimensions]

    def _node_for(self, cluster: Cluster) -> int | None:
        """The node with the fewest quarrels; then wide clusters fill nodes up, others go where most is left."""
        needs = self._needs(cluster)
        found: list[tuple[float, int]] = []
        for number in self._open:
            free = self._free[number]
            if self._taken[number] + len(cluster.bins) > self.group.bins_per_node or any(need > room for need, room in zip(needs, free, strict=True)):
                continue
            room = min((has / limit for has, limit in zip(free, self._limits, strict=True)), default=0.0)
            found.append((-self._taken[number] if len(cluster.bins) > 1 else -room, number))
        return self._most_peaceful(cluster, [number for _, number in sorted(found)])

    def _most_peaceful(self, cluster: Cluster, numbers: Sequence[int]) -> int | None:
        """The first of these nodes without quarrels, or the one with the fewest."""
        if not numbers or not self._is_contested(cluster):
            return numbers[0] if numbers else None
        fewest: tuple[int, int] | None = None
        seen: set[frozenset[int]] = set()
        for number in numbers:
            here = self._contested[number]
            if here in seen:
                continue
            seen.add(here)
            quarrels = sum(member < 0 for _, member, _ in self._named(cluster, here))
            if fewest is None or quarrels < fewest[0]:
                fewest = (quarrels, number)
            if not quarrels:
                break
        return fewest[1] if fewest else None

    def _open_more(self) -> bool:
        """Look at more nodes; False if there are no more."""
        more = range(self._last + 1, min(len(self._nodes), self._last + 1 + WINDOW))
        self._last += len(more)
        self._open += more
        return bool(more)

    def _named(self, cluster: Cluster, here: frozenset[int]) -> list[tuple[int, int, tuple[int, ...]]]:
        """(item, model, bins) of its copies beside these contested tenants; model -1 where everybody has a rival there."""
        models, classes = self.compiled.models, self.layout.classes
        tenants, used = set(here), Counter[int]()
        named = []
        for index, places in cluster.copies(self.layout):
            members = (member for member in classes[self.layout.items[index].owner].members if self.wanted[member] > used[member])
            welcome = (member for member in members if tenants.isdisjoint(self._rivals.get(models[member].tenant, ())))
            member = min(welcome, key=lambda each: (*self._ease(each, tenants), used[each] - self.wanted[each], each), default=-1)
            if member >= 0:
                used[member] += 1
                if models[member].tenant in self._rivals:
                    tenants.add(models[member].tenant)
            named.append((index, member, places))
        return named

    def _ease(self, member: int, tenants: set[int]) -> tuple[bool, bool]:
        """Hard to place comes first: tenants with rivals, and of these the ones that are here already."""
        tenant = self.compiled.models[member].tenant
        return tenant not in self._rivals, tenant not in tenants

    def _put(self, cluster: Cluster, number: int) -> None:
        named = self._named(cluster, self._contested[number])
        taken = self._taken[number]
        for index, member, places in named:
            if member >= 0:
                self.wanted[member] -= 1
            self._nodes[number].append((index, member, tuple(taken + place for place in places)))
        tenants = {self.compiled.models[member].tenant for _, member, _ in named if member >= 0}
        self._contested[number] |= tenants & self._rivals.keys()
        self._taken[number] += len(cluster.bins)
        if self._taken[number] == self.group.bins_per_node:
            self._open.remove(number)
        self._free[number] = [room - need for room, need in zip(self._free[number], self._needs(cluster), strict=True)]

    def _spread(self, index: int, copies: int) -> None:
        demand = [self.layout.items[index].candidate.node_demand[dimension] for dimension in self._dimensions]
        for node, room in zip(self._nodes, self._free, strict=True):
            while copies > 0 and all(need <= has for need, has in zip(demand, room, strict=True)):
                node.append((index, -1, ()))
                room[:] = [has - need for need, has in zip(demand, room, strict=True)]
                copies -= 1
