"""Repair across the borders: the emptiest nodes of all parts are dissolved together, and their copies placed anew, anywhere."""

from __future__ import annotations

from packing.compile.data import Compiled
from packing.solve.context import SearchContext
from packing.solve.greedy.construct import Settings
from packing.solve.greedy.economy import Economy
from packing.solve.ruin.working import WorkingPlan

WINDOWS = (0.05, 0.15)
"""Parts of all nodes that are dissolved at a time. More rounds are better left to ruin and recreate, which touches only what it changes."""
FEWEST = 4
SETTINGS = Settings(lookahead=False)


def repair(compiled: Compiled, context: SearchContext, economy: Economy) -> None:
    """Dissolve the nodes whose price is least used, and place their copies with whatever is missing; keep what is better."""
    for window in WINDOWS:
        if context.limit() is not None or context.incumbent is None:
            return
        working = WorkingPlan(compiled, economy, context.incumbent)
        worst = sorted(working.open_nodes(), key=lambda node: (-unused(compiled, economy, working, node), node))
        models = set(working.ruin(worst[: max(FEWEST, int(window * len(worst)))]))
        # Whatever had no room in its share may find some now.
        models.update(model for model in range(len(compiled.models)) if working.construction.tally.missing(model))
        working.construction.settings = SETTINGS
        working.recreate(working.construction.order(sorted(models)), SETTINGS)
        if working.spread_holds(sorted(models)):
            context.offer(working.construction.plan(), "split")


def unused(compiled: Compiled, economy: Economy, working: WorkingPlan, node: int) -> float:
    """Objective units of a node's price that its copies do not account for."""
    state = working.construction.nodes.states[node]
    assert state is not None
    return compiled.pools[state.pool].coefficient - sum(economy.room[index] for index, _ in state.copies)
