"""From counts to a plan: accelerators into nodes, names to copies, and what is left over by the greedy's hands."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from packing.compile.data import Candidate, Compiled
from packing.solve.greedy.construct import Construction, Settings
from packing.solve.greedy.economy import Economy
from packing.solve.node_state import NodeState
from packing.solve.patterns.layout import Group, Layout
from packing.solve.patterns.master import Column, Solution
from packing.solve.plan import Plan

Content = dict[int, int]
"""Copies by item."""


@dataclass(slots=True)
class Draft:
    """A node to be: contents by accelerator (one content if the bin is the node), and copies without accelerators."""

    bins: list[Content]
    loose: Content


class Composer:
    """Builds one plan from the solutions of all parts."""

    def __init__(self, compiled: Compiled, economy: Economy) -> None:
        self.compiled = compiled
        self.construction = Construction(compiled, economy, Settings(lookahead=False))
        self.tally = self.construction.tally

    def add(self, layout: Layout, columns: Sequence[Column], solution: Solution) -> None:
        """Place one part."""
        queues = {
            each.index: deque(sorted(each.members, key=lambda member: (-self.compiled.models[member].min_zones, member))) for each in layout.classes
        }
        bins = _trimmed(layout, columns, solution)
        for group in layout.groups:
            loose = {
                index: round(solution.items.get(index, 0.0)) for index in group.items if layout.items[index].bin < 0 and solution.items.get(index, 0.0) > 0.5
            }
            for draft in _drafts(layout, group, bins[group.index], loose, round(solution.groups[group.index])):
                self._realise(layout, group, draft, queues)

    def _realise(self, layout: Layout, group: Group, draft: Draft, queues: dict[int, deque[int]]) -> None:
        """Open a node of the cheapest pool and put named copies on it."""
        pool = self._pool(group.kind)
        if pool is None:
            return
        state = NodeState(self.compiled, pool, group.hosting)
        first: Candidate | None = None
        for item_index, spots in _copies(layout, group, draft):
            item = layout.items[item_index]
            member = self._member(layout, queues[item.owner], state)
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

    def _member(self, layout: Layout, queue: deque[int], state: NodeState) -> int | None:
        """Whose copy it is: the first member that still needs one and may be here."""
        tenants = state.tenants()
        zone = self.compiled.pools[state.pool].zone
        waiting = []
        found = None
        while queue:
            member = queue[0]
            model = self.compiled.models[member]
            if self.tally.missing(member) <= 0 or self.tally.placed[member] >= model.most:
                queue.popleft()
                continue
            if (
                state.models.get(member, 0) < model.max_per_node
                and self.tally.zone_allowed(member, zone)
                and not (self.compiled.conflicts and any((model.tenant, other) in self.compiled.conflicts for other in tenants))
                and (state.hosting != "single_model" or not state.copies or member in state.models)
            ):
                found = member
                break
            waiting.append(queue.popleft())
        queue.extendleft(reversed(waiting))
        return found

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
        for item, copies in columns[index][1]:
            surplus[item] += copies * count
    bins: list[list[Content]] = [[] for _ in layout.groups]
    for index in sorted(counts):
        number, content = columns[index]
        for _ in range(counts[index]):
            kept: Content = {}
            for item, copies in content:
                spare = min(copies, max(0, surplus[item]))
                surplus[item] -= spare
                if copies > spare:
                    kept[item] = copies - spare
            bins[layout.bins[number].group].append(kept)
    return bins


def _drafts(layout: Layout, group: Group, bins: list[Content], loose: Content, most: int) -> Iterator[Draft]:
    """Nodes of one group from the contents of its bins."""
    if group.bins_per_node == 1:
        for content in bins:
            if content:
                yield Draft([content], {})
        return
    limits = [capacity for _, capacity in group.rows]
    drafts = [Draft([], {}) for _ in range(most)]
    free = [list(limits) for _ in range(most)]

    def needs(content: Content, *, wide: bool) -> list[int]:
        """What of the node's rows the copies take; a copy on several accelerators counts with its first."""
        total = [0] * len(limits)
        for index, copies in content.items():
            item = layout.items[index]
            if wide == (item.units > 1):
                for position, (dimension, _) in enumerate(group.rows):
                    total[position] += copies * item.candidate.node_demand[dimension]
        return total

    def weight(cluster: list[Content]) -> tuple[float, ...]:
        total = [sum(each) for each in zip(*(_cluster_needs(cluster, needs)), strict=True)] if limits else []
        return (len(cluster), max((need / limit for need, limit in zip(total, limits, strict=True) if limit), default=0.0))

    for cluster in sorted(_clusters(layout, group, [content for content in bins if content]), key=weight, reverse=True):
        total = [sum(each) for each in zip(*(_cluster_needs(cluster, needs)), strict=True)] if limits else []
        best = None
        for number, draft in enumerate(drafts):
            if len(draft.bins) + len(cluster) > group.bins_per_node or any(need > room for need, room in zip(total, free[number], strict=True)):
                continue
            # Wide ones together as tightly as possible; the rest where the node's other resources are most plentiful.
            rest = min((room / limit for room, limit in zip(free[number], limits, strict=True) if limit), default=1.0)
            key = (group.bins_per_node - len(draft.bins), number) if len(cluster) > 1 else (-rest, number)
            if best is None or key < best[0]:
                best = (key, number)
        if best is None:
            continue
        number = best[1]
        drafts[number].bins += cluster
        free[number] = [room - need for room, need in zip(free[number], total, strict=True)]
    for index, copies in loose.items():
        _spread_loose(layout, group, index, copies, drafts, free)
    yield from (draft for draft in drafts if draft.bins or draft.loose)


def _cluster_needs(cluster: list[Content], needs) -> list[list[int]]:
    """Narrow copies of every accelerator, and wide ones once."""
    return [needs(content, wide=False) for content in cluster] + [needs(cluster[0], wide=True)]


def _clusters(layout: Layout, group: Group, bins: list[Content]) -> Iterator[list[Content]]:
    """Accelerators that carry the same copies of several accelerators; all others by themselves.

    Accelerators with the same wide items (and as many of each) are taken together, as many as the widest needs.
    """
    by_wide: dict[tuple[tuple[int, int], ...], list[Content]] = defaultdict(list)
    for content in bins:
        wide = tuple(sorted((index, copies) for index, copies in content.items() if layout.items[index].units > 1))
        by_wide[wide].append(content)
    for wide, mine in by_wide.items():
        if not wide:
            yield from ([content] for content in mine)
            continue
        units = max(layout.items[index].units for index, _ in wide)
        for start in range(0, len(mine), units):
            cluster = mine[start : start + units]
            whole = [index for index, _ in wide if layout.items[index].units == len(cluster)]
            for content in cluster:
                for index, _ in wide:
                    if index not in whole:
                        del content[index]
            if not whole:
                yield from ([content] for content in cluster if content)
            else:
                yield cluster


def _spread_loose(layout: Layout, group: Group, index: int, copies: int, drafts: list[Draft], free: list[list[int]]) -> None:
    """Copies without accelerators, wherever the node has room."""
    demand = [layout.items[index].candidate.node_demand[dimension] for dimension, _ in group.rows]
    for draft, room in zip(drafts, free, strict=True):
        while copies and all(need <= has for need, has in zip(demand, room, strict=True)):
            draft.loose[index] = draft.loose.get(index, 0) + 1
            room[:] = [has - need for need, has in zip(demand, room, strict=True)]
            copies -= 1


def _copies(layout: Layout, group: Group, draft: Draft) -> Iterator[tuple[int, tuple[int, ...] | None]]:
    """(item, accelerators) of every copy; None: the node's state finds them."""
    if group.bins_per_node == 1:
        order = sorted(draft.bins[0], key=lambda index: (-layout.items[index].candidate.width, -layout.items[index].candidate.size, index))
        for index in order:
            for _ in range(draft.bins[0][index]):
                yield index, None
        return
    done: set[tuple[int, int]] = set()
    for position, content in enumerate(draft.bins):
        for index in sorted(content):
            item = layout.items[index]
            if item.units > 1:
                if (index, position) in done:
                    continue
                spots = [other for other in range(position, len(draft.bins)) if index in draft.bins[other]][: item.units]
                done.update((index, other) for other in spots)
                for _ in range(content[index]):
                    yield index, tuple(spots)
            else:
                for _ in range(content[index]):
                    yield index, (position,)
    for index, copies in draft.loose.items():
        for _ in range(copies):
            yield index, ()
