"""Several passes with different settings; the best plan counts. Then nodes are exchanged for cheaper ones."""

from __future__ import annotations

from packing.compile.data import Compiled
from packing.domain.words import Hosting
from packing.solve.context import SearchContext
from packing.solve.greedy.construct import Settings, construct
from packing.solve.greedy.economy import Economy
from packing.solve.greedy.exchange import exchange_nodes
from packing.solve.plan import Plan

PASSES = (
    Settings(),
    Settings(room_price=0.3),
    Settings(favour={Hosting.MULTI_MODEL: 0.6}),
    Settings(favour={Hosting.MULTI_MODEL: 1e9}),
    Settings(favour={Hosting.SINGLE_MODEL: 1e9}),
    Settings(favour={Hosting.INFERENCE_COMPONENT: 0.6}),
)
LARGE = 20_000
"""Copies from which on one or two passes have to do."""


def greedy(compiled: Compiled, context: SearchContext) -> Plan:
    """The greedy's best plan. Always returns one, however short the time: the first pass runs to its end."""
    economy = Economy(compiled)
    best = construct(compiled, economy, Settings())
    if not best.value.complete:
        best = min(best, construct(compiled, economy, Settings(priority_first=True)), key=lambda plan: plan.value)
    context.offer(best, "greedy")
    copies = sum(model.fewest for model in compiled.models)
    for settings in PASSES[1:] if copies < LARGE else ():
        if context.limit() is not None:
            break
        plan = construct(compiled, economy, settings)
        if not plan.value.complete:
            plan = min(plan, construct(compiled, economy, Settings(**{**vars(settings), "priority_first": True})), key=lambda each: each.value)
        if context.offer(plan, "greedy"):
            best = plan
    if context.limit() is None:
        best = exchange_nodes(compiled, best)
        context.offer(best, "greedy")
    return best
