"""From whole numbers to a plan: contents into nodes, names to copies, and the greedy for what is left over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from packing.compile.data import UNLIMITED, Compiled
from packing.solve.greedy.economy import Economy
from packing.solve.patterns.clusters import Cluster
from packing.solve.patterns.compose import Composer, Queues, Spot
from packing.solve.patterns.filling import Named
from packing.solve.patterns.layout import Group, Layout
from packing.solve.patterns.master import Column, Solution
from packing.solve.plan import Plan
from packing.solve.shortage.nodes import pack_clusters


@dataclass(frozen=True, slots=True)
class _Place:
    """Room on a node that was meant for a copy of an item, and that nobody could take when the node was opened."""

    node: int
    item: int
    spots: tuple[int, ...] | None


class EvenComposer(Composer):
    """Composes nodes that are evenly loaded, and counts what could not be composed."""

    def __init__(self, compiled: Compiled, economy: Economy) -> None:
        super().__init__(compiled, economy)
        self.left: Counter[int] = Counter()
        """Clusters by group for which there was no node."""
        self._open: list[_Place] = []

    def add(self, layout: Layout, columns: Sequence[Column], solution: Solution) -> None:
        """Place what the solution counts."""
        super().add(layout, columns, solution)
        while self._fill_open_places(layout):
            pass

    def _filled(self, layout: Layout, group: Group, clusters: Sequence[Cluster], solution: Solution) -> Iterable[list[Named]]:
        """The clusters of a group in nodes, evenly; what finds none is counted."""
        for cluster in clusters:
            self._name(layout, cluster)
        packed = pack_clusters(self.compiled, layout, group, clusters, self._nodes(group, solution))
        self.left[group.index] = packed.left
        return (copies for copies in packed.nodes if copies)

    def _name(self, layout: Layout, cluster: Cluster) -> None:
        """Choose whose copies they are: tenants that are here already and get along, before others."""
        models, conflicts = self.compiled.models, self.compiled.conflicts
        here: set[int] = set()
        for index, places in cluster.copies(layout):
            members = [member for member in layout.classes[layout.items[index].owner].members if self.wanted[member] > 0]
            member = min(
                members,
                key=lambda each: (
                    any((models[each].tenant, other) in conflicts for other in here),
                    models[each].tenant not in here,
                    -self.wanted[each],
                    each,
                ),
                default=-1,
            )
            cluster.names.append((index, member, places))
            if member >= 0:
                self.wanted[member] -= 1
                here.add(models[member].tenant)

    def _nodes(self, group: Group, solution: Solution) -> int:
        """Nodes for the group: those that the solution counts."""
        stock = sum(self.compiled.pools[pool].stock for pool in self.compiled.kinds[group.kind].pools)
        return min(round(solution.groups[group.index]), stock, UNLIMITED)

    def _realise(self, layout: Layout, group: Group, copies: Sequence[Named], queues: Queues) -> tuple[int | None, list[Spot]]:
        """As ever; the spots that nobody could take are remembered."""
        node, refused = super()._realise(layout, group, copies, queues)
        if node is not None:
            self._open += [_Place(node, index, spots) for index, spots in refused]
        return node, refused

    def _fill_open_places(self, layout: Layout) -> bool:
        """Places refused for a zone may be taken when the model has come to another zone. Returns whether any was."""
        places, self._open = self._open, []
        for place in places:
            state = self.construction.nodes.states[place.node]
            assert state is not None
            item = layout.items[place.item]
            member = next((each for each in layout.classes[item.owner].members if self._welcome(each, state)), None)
            if member is not None and self._put(state, member, item.way, place.spots):
                self.construction.nodes.changed(place.node)
            else:
                self._open.append(place)
        return len(self._open) < len(places)


def compose(compiled: Compiled, layout: Layout, columns: Sequence[Column], solution: Solution) -> tuple[Plan, Counter[int]]:
    """The plan, and how many clusters by group found no node."""
    composer = EvenComposer(compiled, Economy(compiled))
    composer.add(layout, columns, solution)
    return composer.finish(), composer.left
