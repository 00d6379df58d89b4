"""From contents to a plan: each opened bin becomes a node of a pool, each copy that of a model; what is left over goes to the greedy."""

from __future__ import annotations

from collections.abc import Sequence

from packing.compile.data import Candidate, Compiled
from packing.domain.words import Hosting
from packing.solve.greedy.construct import Construction, Settings
from packing.solve.greedy.economy import Economy
from packing.solve.node_patterns.problem import Column
from packing.solve.node_state import NodeState
from packing.solve.patterns.layout import Layout
from packing.solve.plan import Plan

ZONES = 6
"""Pools of equal price that are tried for a node, since `min_zones` may refuse some of its copies in one zone."""


class Composer:
    """Builds one plan from the columns of all parts. Every copy passes `NodeState`: rules that columns relax are kept here."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.construction = Construction(compiled, Economy(compiled), Settings(lookahead=False))
        self.tally = self.construction.tally

    def add(self, layout: Layout, columns: Sequence[Column]) -> None:
        """Open a node for each column, the fullest first."""
        members = [sorted(each.members, key=lambda member: (-self.compiled.models[member].min_zones, member)) for each in layout.classes]
        for number, content in sorted(columns, key=lambda column: (-sum(copies for _, copies in column[1]), column)):
            group = layout.groups[layout.bins[number].group]
            wide = sorted(content, key=lambda each: (-layout.items[each[0]].candidate.width, -layout.items[each[0]].candidate.size, each[0]))
            items = [index for index, copies in wide for _ in range(copies)]
            best: NodeState | None = None
            for pool in self._pools(group.kind):
                state = self._filled(layout, pool, group.hosting, items, members)
                if best is None or len(state.copies) > len(best.copies):
                    best = state
                if len(best.copies) == len(items):
                    break
            if best is not None and best.copies:
                self._open(best)

    def _pools(self, kind: int) -> list[int]:
        """The cheapest pools with stock, the least used first."""
        used, pools = self.construction.nodes.used, self.compiled.pools
        found = [pool for pool in self.compiled.kinds[kind].pools if used[pool] < pools[pool].stock]
        cheapest = min((pools[pool].coefficient for pool in found), default=0)
        return sorted((pool for pool in found if pools[pool].coefficient == cheapest), key=lambda pool: (used[pool], pool))[:ZONES]

    def _filled(self, layout: Layout, pool: int, hosting: Hosting, items: Sequence[int], members: Sequence[Sequence[int]]) -> NodeState:
        """A node of this pool with as many of the copies as rules permit."""
        state = NodeState(self.compiled, pool, hosting)
        for index in items:
            item = layout.items[index]
            for member in members[item.owner]:
                candidate = self.compiled.candidates[self.compiled.models[member].candidates[item.way]]
                place = state.fits(candidate) if self._needed(member, state) else None
                if place is not None:
                    state.add(candidate, place)
                    break
        return state

    def _needed(self, member: int, state: NodeState) -> bool:
        """Whether the model needs one more copy than it has, here and elsewhere, and may have it in this zone."""
        model, here = self.compiled.models[member], state.models.get(member, 0)
        if self.tally.missing(member) <= 0 or self.tally.placed[member] + here >= model.most:
            return False
        if here and self._served(member, state):
            return False
        zone = self.compiled.pools[state.pool].zone
        if self.tally.zone_room(member, zone) <= here:
            return False
        return self.tally.zone_allowed(member, zone) and not (here and len(self.tally.zones[member]) + 1 < model.min_zones)

    def _served(self, member: int, state: NodeState) -> bool:
        """Whether the copies on this node are all that was missing."""
        model = self.compiled.models[member]
        here = [self.compiled.candidates[index].rate for index, _ in state.copies if self.compiled.candidates[index].model == member]
        placed, rate = self.tally.placed[member] + len(here), self.tally.rate[member] + sum(here)
        return placed >= model.base and (not model.fastest or rate >= model.peak)

    def _open(self, state: NodeState) -> None:
        first: Candidate | None = None
        for index, _ in state.copies:
            candidate = self.compiled.candidates[index]
            self.tally.change(candidate, state.pool)
            first = first or candidate
        assert first is not None
        self.construction.nodes.adopt(state, first)

    def finish(self) -> Plan:
        """Everything that is still missing goes where there is room, or onto new nodes."""
        construction = self.construction
        for index in construction.order([index for index in range(len(self.compiled.models)) if self.tally.missing(index) > 0]):
            construction.place(index)
        return construction.plan()
