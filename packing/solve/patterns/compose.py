"""From counts to a plan: accelerators into nodes, names to copies, and what is left over by the greedy's hands."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from packing.compile.data import Compiled
from packing.domain.words import Hosting
from packing.solve.greedy.construct import Construction, Settings
from packing.solve.greedy.economy import Economy
from packing.solve.node_state import NodeState, state_of
from packing.solve.patterns.clusters import Cluster, Content, clusters_of
from packing.solve.patterns.filling import Filling, Named
from packing.solve.patterns.layout import Group, Layout
from packing.solve.patterns.master import Column, Solution
from packing.solve.plan import NodePlan, Plan

Queues = dict[int, deque[int]]
"""Members of each class that may still need copies."""
Spot = tuple[int, tuple[int, ...] | None]
"""(item, accelerators or None: the node's state finds them)."""


class Composer:
    """Builds one plan from the solutions of all parts."""

    def __init__(self, compiled: Compiled, economy: Economy) -> None:
        self.compiled = compiled
        self.construction = Construction(compiled, economy, Settings(lookahead=False))
        self.tally = self.construction.tally
        self.wanted: dict[int, int] = {}
        """Copies of a model that have no name on a node yet."""

    def adopt(self, nodes: Iterable[NodePlan]) -> None:
        """Take nodes as they are."""
        for node in nodes:
            state = state_of(self.compiled, node)
            candidates = [self.compiled.candidates[index] for index, _ in node.copies]
            for candidate in candidates:
                self.tally.change(candidate, node.pool)
            self.construction.nodes.adopt(state, candidates[0])

    def add(self, layout: Layout, columns: Sequence[Column], solution: Solution) -> None:
        """Place one part."""
        queues = {
            each.index: deque(sorted(each.members, key=lambda member: (-self.compiled.models[member].min_zones, member))) for each in layout.classes
        }
        self.wanted = {member: self.tally.missing(member) for each in layout.classes for member in each.members}
        bins = _trimmed(layout, columns, solution)
        for group in layout.groups:
            mine = [content for content in bins[group.index] if content]
            if group.bins_per_node == 1:
                for content in mine:
                    self._realise(layout, group, self._whole_node(layout, content), queues)
                continue
            for copies in self._filled(layout, group, clusters_of(layout, group, mine), solution):
                self._realise(layout, group, copies, queues)

    def _filled(self, layout: Layout, group: Group, clusters: Sequence[Cluster], solution: Solution) -> Iterable[list[Named]]:
        """The clusters of a group in nodes."""
        loose = [(index, round(solution.items.get(index, 0.0))) for index in group.items if layout.items[index].bin < 0]
        filling = Filling(self.compiled, layout, group, round(solution.groups[group.index]), self.wanted)
        filling.put_all(clusters)
        return filling.nodes_with(loose)

    def _whole_node(self, layout: Layout, content: Content) -> list[Named]:
        """Copies of a bin that is the node, the widest and largest first; the node's state finds their accelerators."""
        order = sorted(content, key=lambda index: (-layout.items[index].candidate.width, -layout.items[index].candidate.size, index))
        return [(index, -1, None) for index in order for _ in range(content[index])]

    def _realise(self, layout: Layout, group: Group, copies: Sequence[Named], queues: Queues) -> tuple[int | None, list[Spot]]:
        """Open a node of the cheapest pool and put named copies on it; the node, and the spots that nobody could take."""
        pool = self._pool(group.kind)
        if pool is None:
            return None, []
        state = NodeState(self.compiled, pool, group.hosting)
        refused: list[Spot] = []
        for index, named, spots in copies:
            item = layout.items[index]
            member = named if named >= 0 and self._welcome(named, state) else self._member(queues[item.owner], state)
            if member is None or not self._put(state, member, item.way, spots):
                refused.append((index, spots))
        if not state.copies:
            return None, refused
        return self.construction.nodes.adopt(state, self.compiled.candidates[state.copies[0][0]]), refused

    def _put(self, state: NodeState, member: int, way: int, spots: tuple[int, ...] | None) -> bool:
        """One copy on a node, if there is a place for it."""
        candidate = self.compiled.candidates[self.compiled.models[member].candidates[way]]
        place = state.fits(candidate) if spots is None else spots
        if place is None:
            return False
        state.add(candidate, place)
        self.tally.change(candidate, state.pool)
        return True

    def _pool(self, kind: int) -> int | None:
        """The cheapest pool with stock; among equals the least used, so that zones are spread over."""
        used = self.construction.nodes.used
        pools = [pool for pool in self.compiled.kinds[kind].pools if used[pool] < self.compiled.pools[pool].stock]
        return min(pools, key=lambda pool: (self.compiled.pools[pool].coefficient, used[pool], pool), default=None)

    def _welcome(self, member: int, state: NodeState) -> bool:
        """Whether the model still needs a copy and may have it on this node."""
        model, conflicts = self.compiled.models[member], self.compiled.conflicts
        return (
            self.tally.missing(member) > 0
            and self.tally.placed[member] < model.most
            and state.models.get(member, 0) < model.max_per_node
            and state.takes_model(member)
            and self.tally.zone_allowed(member, self.compiled.pools[state.pool].zone)
            and not (conflicts and any((model.tenant, other) in conflicts for other in state.tenants()))
            and (state.hosting is not Hosting.SINGLE_MODEL or not state.copies or member in state.models)
        )

    def _member(self, queue: deque[int], state: NodeState) -> int | None:
        """The first member that still needs a copy and may be here."""
        while queue and (self.tally.missing(queue[0]) <= 0 or self.tally.placed[queue[0]] >= self.compiled.models[queue[0]].most):
            queue.popleft()
        return next((member for member in queue if self._welcome(member, state)), None)

    def finish(self) -> Plan:
        """Everything that is still missing goes where there is room, or onto new nodes."""
        construction = self.construction
        for index in construction.order([index for index in range(len(self.compiled.models)) if self.tally.missing(index) > 0]):
            construction.place(index)
        return construction.plan()


def _trimmed(layout: Layout, columns: Sequence[Column], solution: Solution) -> list[list[Content]]:
    """The contents of each group's bins, without what is more than the copies need."""
    surplus: dict[int, int] = {}
    for item in layout.items:
        if item.bin >= 0:
            surplus[item.index] = -item.units * round(solution.items.get(item.index, 0.0))
    counts = {index: round(value) for index, value in solution.columns.items() if round(value) > 0}
    for index, count in counts.items():
        for each, copies in columns[index][1]:
            surplus[each] += copies * count
    bins: list[list[Content]] = [[] for _ in layout.groups]
    for index in sorted(counts):
        number, content = columns[index]
        for _ in range(counts[index]):
            kept: Content = {}
            for each, copies in content:
                spare = min(copies, max(0, surplus[each]))
                surplus[each] -= spare
                if copies > spare:
                    kept[each] = copies - spare
            bins[layout.bins[number].group].append(kept)
    return bins
