"""A running fleet that is changed and changed back: every node keeps its name, and every change what it costs to load."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from packing.compile.data import Candidate, Compiled
from packing.compile.home import Copy, Home
from packing.solve.greedy.construct import Construction, Settings
from packing.solve.greedy.economy import Economy
from packing.solve.node_state import NodeState, state_of
from packing.solve.plan import NodePlan, Plan, Value, make_plan


@dataclass(frozen=True, slots=True)
class _Event:
    """One thing that was done: ``take`` and ``put`` a copy, ``open`` and ``close`` a node."""

    what: str
    node: int
    copy: Copy | None = None
    state: NodeState | None = None


class Fleet:
    """Open nodes with running totals of the objective and of the moves, so that a change costs what it touches.

    A change begins with `begin`, ends with `settle`, and can then be taken back with `undo`.
    """

    def __init__(self, compiled: Compiled, economy: Economy, nodes: Iterable[NodePlan]) -> None:
        assert compiled.home is not None
        self.compiled, self.home = compiled, compiled.home
        self.construction = Construction(compiled, economy, Settings(lookahead=False))
        self.objective = compiled.constant
        self.missing = [0] * len(compiled.levels)
        self.short: Counter[int] = Counter()
        """By model: missing copies, as they were last settled."""
        self._paid: dict[int, int] = {}
        self.anew: dict[int, list[Copy]] = {}
        """By node: copies that are loaded for it."""
        self.staying: dict[int, Counter[int]] = {}
        """By node: how many copies of each model stay on it."""
        self.moved: Counter[int] = Counter()
        """By model: copies that leave where they are while another of the model comes up elsewhere."""
        self._stay: Counter[int] = Counter()
        self._journal: list[_Event] = []
        self._stale: set[int] = set()
        self._room: dict[int, bool] = {}
        self._nodes: set[int] = set()
        self._models: set[int] = set(range(len(compiled.models)))
        for node in nodes:
            state = state_of(compiled, node)
            index = self.construction.nodes.adopt(state, compiled.candidates[node.copies[0][0]])
            self.objective += compiled.pools[state.pool].coefficient
            self._nodes.add(index)
            for candidate, _ in state.copies:
                self._count(compiled.candidates[candidate], state.pool, 1)
        self.settle()

    @property
    def value(self) -> Value:
        """Value as it was last settled, moves included."""
        return Value(tuple(self.missing), self.objective)

    def state(self, node: int) -> NodeState:
        """An open node."""
        state = self.construction.nodes.states[node]
        assert state is not None
        return state

    def open_nodes(self) -> list[int]:
        """Indices of the nodes that are open."""
        return [index for index, state in enumerate(self.construction.nodes.states) if state is not None]

    def plan(self) -> Plan:
        """The plan as it stands."""
        return make_plan(self.compiled, (state.plan() for state in self.construction.nodes.states if state is not None))

    def begin(self) -> None:
        """A new change: what was done before is final."""
        if self._journal:
            self._room.clear()  # the change before was kept
        self._journal.clear()
        self.construction.log.clear()

    def take(self, node: int, copy: Copy) -> Candidate:
        """Take a copy away."""
        state = self.state(node)
        candidate = state.remove(state.copies.index(copy))
        self._count(candidate, state.pool, -1)
        self._note(_Event("take", node, copy))
        return candidate

    def put(self, node: int, copy: Copy) -> bool:
        """Put a copy on just these accelerators, if the node admits it."""
        state, candidate = self.state(node), self.compiled.candidates[copy[0]]
        if not state.admits(candidate, copy[1]) or not self.construction.tally.zone_allowed(candidate.model, self._zone(state)):
            return False
        state.add(candidate, copy[1])
        self._count(candidate, state.pool, 1)
        self._note(_Event("put", node, copy))
        return True

    def place(self, models: Iterable[int], settings: Settings) -> None:
        """Place what is missing of these models, in this order, where the construction finds it cheapest."""
        construction = self.construction
        construction.settings = settings
        self._refresh()
        for model in models:
            before, opened = len(construction.log), len(construction.nodes.states)
            construction.place(model)
            for node in range(opened, len(construction.nodes.states)):
                self.objective += self.compiled.pools[self.state(node).pool].coefficient
                self._journal.append(_Event("open", node))
            put: Counter[int] = Counter(node for node, _ in construction.log[before:])
            for node, count in put.items():
                for copy in self.state(node).copies[-count:]:
                    self._journal.append(_Event("put", node, copy))
                    self.objective += self.compiled.candidates[copy[0]].coefficient
                self._nodes.add(node)
            self._models.add(model)

    def close(self, node: int) -> None:
        """Give up a node that is empty."""
        state = self.construction.nodes.close(node)
        assert not state.copies
        self.objective -= self.compiled.pools[state.pool].coefficient
        self._journal.append(_Event("close", node, state=state))
        self._nodes.add(node)

    def settle(self) -> None:
        """Close what is empty, and bring the totals up to date."""
        nodes = self.construction.nodes
        self._refresh()
        for node in sorted(self._nodes):
            state = nodes.states[node]
            if state is not None and not state.copies:
                self.close(node)
        for node in self._nodes:
            state = nodes.states[node]
            anew = [] if state is None else self.home.loads(state.home, state.copies)
            price = sum(self.home.load[candidate] for candidate, _ in anew)
            self.objective += price - self._paid.get(node, 0)
            self._paid[node], self.anew[node] = price, anew
            self._stay.subtract(self.staying.get(node, {}))
            self.staying[node] = Counter() if state is None else self._models_of(state.copies) - self._models_of(anew)
            self._stay.update(self.staying[node])
        for model in self._models:
            self.moved[model] = max(0, min(self.construction.tally.placed[model], self.home.running[model]) - self._stay[model])
            data, short = self.compiled.models[model], self.construction.tally.missing(model)
            self.missing[data.level] += short - self.short[model]
            self.objective += (short - self.short[model]) * data.missing_coefficient
            self.short[model] = short
        self._nodes, self._models = set(), set()

    def has_room(self, model: int) -> bool:
        """Whether one more copy of a model fits somewhere as things are ; remembered until a change is kept."""
        if model not in self._room:
            nodes, candidates = self.construction.nodes, self.compiled.candidates
            mine = (candidates[index] for index in self.compiled.models[model].candidates)
            self._room[model] = any(self.state(node).fits(candidate) is not None for candidate in mine for node in nodes.with_room(candidate))
        return self._room[model]

    def spread_holds(self, models: Iterable[int]) -> bool:
        """Whether rule `min_zones` holds for these models: taking copies away may have left too few zones."""
        tally, data = self.construction.tally, self.compiled.models
        return all(len(tally.zones[index]) >= min(data[index].min_zones, tally.placed[index]) for index in models)

    def mark(self) -> int:
        """How far the change has come, for `undo`."""
        return len(self._journal)

    def undo(self, mark: int = 0) -> None:
        """Back to where the change began, or to a mark."""
        nodes = self.construction.nodes
        for event in reversed(self._journal[mark:]):
            state = event.state if event.state is not None else self.state(event.node)
            if event.what == "close":
                nodes.reopen(event.node, state)
                self.objective += self.compiled.pools[state.pool].coefficient
            elif event.what == "open":
                nodes.close(event.node)
                self.objective -= self.compiled.pools[state.pool].coefficient
            else:
                self._reverse(event, state)
            self._nodes.add(event.node)
        del self._journal[mark:]
        self.settle()
        del self._journal[mark:]

    def _reverse(self, event: _Event, state: NodeState) -> None:
        assert event.copy is not None
        candidate = self.compiled.candidates[event.copy[0]]
        if event.what == "put":
            last = len(state.copies) - 1 - state.copies[::-1].index(event.copy)
            state.remove(last)
            self._count(candidate, state.pool, -1)
        else:
            state.add(candidate, event.copy[1])
            self._count(candidate, state.pool, 1)
        self._stale.add(event.node)

    def _models_of(self, copies: Iterable[Copy]) -> Counter[int]:
        return Counter(self.compiled.candidates[index].model for index, _ in copies)

    def _note(self, event: _Event) -> None:
        self._journal.append(event)
        self._nodes.add(event.node)
        self._stale.add(event.node)

    def _refresh(self) -> None:
        """Tell what room there is on nodes that were changed: once for all that was done to each."""
        for node in self._stale:
            if self.construction.nodes.states[node] is not None:
                self.construction.nodes.changed(node)
        self._stale.clear()

    def _count(self, candidate: Candidate, pool: int, sign: int) -> None:
        self.objective += sign * candidate.coefficient
        self.construction.tally.change(candidate, pool, sign)
        self._models.add(candidate.model)

    def _zone(self, state: NodeState) -> int:
        return self.compiled.pools[state.pool].zone


def pinned_on(home: Home, state: NodeState) -> Counter[Copy]:
    """Copies of a node that have to stay where they are."""
    if state.home < 0:
        return Counter()
    return Counter((copy.candidate, copy.accelerators) for copy in home.nodes[state.home].copies if copy.pinned)
