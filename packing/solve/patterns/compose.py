"""From counts to a plan: accelerators into nodes, names to copies, and what is left over by the greedy's hands."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from packing.compile.data import Candidate, Compiled
from packing.domain.words import Hosting
from packing.solve.greedy.construct import Construction, Settings
from packing.solve.greedy.economy import Economy
from packing.solve.node_state import NodeState, state_of
from packing.solve.patterns.clusters import Content, clusters_of
from packing.solve.patterns.filling import Filling, Named
from packing.solve.patterns.layout import Group, Layout
from packing.solve.patterns.master import Column, Solution
from packing.solve.plan import NodePlan, Plan


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
            most = round(solution.groups[group.index])
            loose = [(index, round(solution.items.get(index, 0.0))) for index in group.items if layout.items[index].bin < 0]
            filling = Filling(self.compiled, layout, group, most, self.wanted)
            filling.put_all(clusters_of(layout, group, mine))
            for copies in filling.nodes_with(loose):
                self._realise(layout, group, copies, queues)

    def _whole_node(self, layout: Layout, content: Content) -> list[Named]:
        """Copies of a bin that is the node, the widest and largest first; the node's state finds their accelerators."""
        order = sorted(content, key=lambda index: (-layout.items[index].candidate.width, -layout.items[index].candidate.size, index))
        return [(index, -1, None) for index in order for _ in range(content[index])]

    def _realise(self, layout: Layout, group: Group, copies: Sequence[Named], queues: dict[int, deque[int]]) -> None:
        """Open a node of the cheapest pool and put named copies on it."""
        pool = self._pool(group.kind)
        if pool is None:
            return
        state = NodeState(self.compiled, pool, group.hosting)
        first: Candidate | None = None
        for item_index, named, spots in copies:
            item = layout.items[item_index]
            member = named if named >= 0 and self._welcome(named, state) else self._member(queues[item.owner], state)
            if member is None:
                continue
            candidate = self.compiled.candidates[self.compiled.models[member].candidates[item.way]]
            place = state.fits(candidate) if spots is None else spots
            if place is None:
                continue
            state.add(candidate, place)
            self.tally.change(candidate, pool)
            first = first or candidate
        if first is not None:
            self.construction.nodes.adopt(state, first)

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
