"""From whole numbers to a plan: contents into nodes, names to copies, and the greedy for what is left over."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence

from packing.compile.data import UNLIMITED, Compiled
from packing.solve.greedy.economy import Economy
from packing.solve.patterns.clusters import clusters_of
from packing.solve.patterns.compose import Composer, _trimmed
from packing.solve.patterns.layout import Group, Layout
from packing.solve.patterns.master import Column, Solution
from packing.solve.plan import Plan
from packing.solve.shortage.nodes import pack_clusters


class EvenComposer(Composer):
    """Composes nodes that are evenly loaded, and counts what could not be composed."""

    def __init__(self, compiled: Compiled, economy: Economy) -> None:
        super().__init__(compiled, economy)
        self.left: Counter[int] = Counter()
        """Clusters by group for which there was no node."""

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

    def _nodes(self, group: Group, solution: Solution) -> int:
        """Nodes for the group: those that the solution counts."""
        stock = sum(self.compiled.pools[pool].stock for pool in self.compiled.kinds[group.kind].pools)
        return min(round(solution.groups[group.index]), stock, UNLIMITED)


def compose(compiled: Compiled, layout: Layout, columns: Sequence[Column], solution: Solution) -> tuple[Plan, Counter[int]]:
    """The plan, and how many clusters by group found no node."""
    composer = EvenComposer(compiled, Economy(compiled))
    composer.add(layout, columns, solution)
    return composer.finish(), composer.left
