"""From whole numbers to a plan: contents into nodes, names to copies, and the greedy for what is left over."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

from packing.compile.data import UNLIMITED, Compiled
from packing.solve.greedy.economy import Economy
from packing.solve.node_state import NodeState
from packing.solve.patterns.clusters import Cluster, clusters_of
from packing.solve.patterns.compose import Composer, _trimmed
from packing.solve.patterns.filling import Named
from packing.solve.patterns.layout import Group, Layout
from packing.solve.patterns.master import Column, Solution
from packing.solve.plan import Plan
from packing.solve.shortage.nodes import pack_clusters

Queues = dict[int, deque[int]]
"""Members of each class that may still need copies."""


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
        models = self.compiled.models
        queues = {each.index: deque(sorted(each.members, key=lambda member: (-models[member].min_zones, member))) for each in layout.classes}
        self.wanted = {member: self.tally.missing(member) for each in layout.classes for member in each.members}
        bins = _trimmed(layout, columns, solution)
        for group in layout.groups:
            mine = [content for content in bins[group.index] if content]
            if group.bins_per_node == 1:
                for content in mine:
                    self._realise(layout, group, self._whole_node(layout, content), queues)
                continue
            clusters = clusters_of(layout, group, mine)
            for cluster in clusters:
                self._name(layout, cluster)
            packed = pack_clusters(self.compiled, layout, group, clusters, self._nodes(group, solution))
            self.left[group.index] = packed.left
            for copies in packed.nodes:
                if copies:
                    self._realise(layout, group, copies, queues)
        while self._fill_open_places(layout):
            pass

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

    def _realise(self, layout: Layout, group: Group, copies: Sequence[Named], queues: Queues) -> None:
        """Open a node of the cheapest pool and put named copies on it; remember the places that nobody could take."""
        pool = self._pool(group.kind)
        if pool is None:
            return
        state = NodeState(self.compiled, pool, group.hosting)
        refused: list[tuple[int, tuple[int, ...] | None]] = []
        for index, named, spots in copies:
            item = layout.items[index]
            member = named if named >= 0 and self._welcome(named, state) else self._member(queues[item.owner], state)
            if member is None or not self._put(state, member, item.way, spots):
                refused.append((index, spots))
        if state.copies:
            node = self.construction.nodes.adopt(state, self.compiled.candidates[state.copies[0][0]])
            self._open += [_Place(node, index, spots) for index, spots in refused]

    def _put(self, state: NodeState, member: int, way: int, spots: tuple[int, ...] | None) -> bool:
        candidate = self.compiled.candidates[self.compiled.models[member].candidates[way]]
        place = state.fits(candidate) if spots is None else spots
        if place is None:
            return False
        state.add(candidate, place)
        self.tally.change(candidate, state.pool)
        return True

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
