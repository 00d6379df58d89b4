"""A plan that can be changed and changed back."""

from __future__ import annotations

from collections.abc import Iterable

from packing.compile.data import Compiled
from packing.solve.greedy.construct import Construction, Settings
from packing.solve.greedy.economy import Economy
from packing.solve.node_state import NodeState, state_of
from packing.solve.plan import Plan, Value

ROUND, COPY, WAYS = 2e-4, 1e-4, 12.5
"""Units of work of a round (measured on nine problems of 12 to 5,000 copies, within a half): each, for each copy of a node, and the candidates
of a model that double it."""


def round_work(compiled: Compiled, copies: int, nodes: int) -> float:
    """Units of work of a round that empties a few nodes and fills them again, in a plan of so many copies and nodes."""
    ways = len(compiled.candidates) / max(1, len(compiled.models))
    return ROUND + COPY * copies / max(1, nodes) * (1 + ways / WAYS)


class WorkingPlan:
    """Open nodes with running totals of the objective, so that a change costs what it touches."""

    def __init__(self, compiled: Compiled, economy: Economy, plan: Plan) -> None:
        self.compiled = compiled
        self.construction = Construction(compiled, economy, Settings())
        self.missing = [0] * len(compiled.levels)
        self.objective = compiled.constant
        for node in plan.nodes:
            self._take_in(state_of(compiled, node))
        for index, model in enumerate(compiled.models):
            self._count_missing(index, model.level, 1)
        self._closed: list[NodeState] = []
        self._opened_from = 0

    @property
    def value(self) -> Value:
        """Value as it stands."""
        return Value(tuple(self.missing), self.objective)

    def open_nodes(self) -> list[int]:
        """Indices of the nodes that are open."""
        return [index for index, state in enumerate(self.construction.nodes.states) if state is not None]

    def ruin(self, nodes: Iterable[int]) -> list[int]:
        """Close these nodes; returns the models whose copies were on them. Starts a change that can be undone."""
        construction = self.construction
        self._closed = []
        self._opened_from = len(construction.nodes.states)
        construction.log.clear()
        models: set[int] = set()
        for index in nodes:
            state = construction.nodes.states[index]
            assert state is not None
            models.update(state.models)
        for model in models:
            self._count_missing(model, self.compiled.models[model].level, -1)
        for index in nodes:
            self._closed.append(self._take_out(index))
        for model in models:
            self._count_missing(model, self.compiled.models[model].level, 1)
        return sorted(models)

    def recreate(self, models: Iterable[int], settings: Settings) -> None:
        """Place what is missing of these models, in this order."""
        construction = self.construction
        construction.settings = settings
        for model in models:
            self._count_missing(model, self.compiled.models[model].level, -1)
            before = len(construction.log)
            opened = len(construction.nodes.states)
            construction.place(model)
            self.objective += sum(candidate.coefficient for _, candidate in construction.log[before:])
            for state in construction.nodes.states[opened:]:
                assert state is not None
                self.objective += self.compiled.pools[state.pool].coefficient
            self._count_missing(model, self.compiled.models[model].level, 1)

    def spread_holds(self, models: Iterable[int]) -> bool:
        """Whether rule `min_zones` holds for these models.

        Placing keeps it, but taking copies away may leave two in one zone where each had to have its own.
        """
        tally = self.construction.tally
        return all(len(tally.zones[index]) >= min(self.compiled.models[index].min_zones, tally.placed[index]) for index in models)

    def undo(self) -> None:
        """Back to where the last `ruin` started."""
        construction = self.construction
        touched = {candidate.model for _, candidate in construction.log}
        touched.update(model for state in self._closed for model in state.models)
        for model in touched:
            self._count_missing(model, self.compiled.models[model].level, -1)
        for node, candidate in reversed(construction.log):
            state = construction.nodes.states[node]
            assert state is not None
            position = next(at for at in range(len(state.copies) - 1, -1, -1) if state.copies[at][0] == candidate.index)
            state.remove(position)
            construction.tally.change(candidate, state.pool, -1)
            self.objective -= candidate.coefficient
            construction.nodes.changed(node)
        for node in range(self._opened_from, len(construction.nodes.states)):
            state = construction.nodes.states[node]
            if state is not None:
                construction.nodes.close(node)
                self.objective -= self.compiled.pools[state.pool].coefficient
        for state in self._closed:
            self._take_in(state)
        for model in touched:
            self._count_missing(model, self.compiled.models[model].level, 1)

    def _take_in(self, state: NodeState) -> None:
        if not state.copies:
            return
        self.construction.nodes.adopt(state, self.compiled.candidates[state.copies[0][0]])
        self.objective += self.compiled.pools[state.pool].coefficient
        self._count_copies(state, 1)

    def _take_out(self, index: int) -> NodeState:
        state = self.construction.nodes.close(index)
        self.objective -= self.compiled.pools[state.pool].coefficient
        self._count_copies(state, -1)
        return state

    def _count_copies(self, state: NodeState, sign: int) -> None:
        for index, _ in state.copies:
            candidate = self.compiled.candidates[index]
            self.objective += sign * candidate.coefficient
            self.construction.tally.change(candidate, state.pool, sign)

    def _count_missing(self, model: int, level: int, sign: int) -> None:
        short = self.construction.tally.missing(model)
        if short:
            self.missing[level] += sign * short
            self.objective += sign * short * self.compiled.models[model].missing_coefficient
