"""Several passes with different settings; the best plan counts. Then nodes are exchanged for cheaper ones."""

from __future__ import annotations

from dataclasses import replace

from packing.compile.data import Compiled
from packing.domain.overcommit import LEVELS
from packing.domain.words import Hosting
from packing.solve.context import SearchContext
from packing.solve.greedy.construct import Settings, Stop, constructed
from packing.solve.greedy.economy import Economy
from packing.solve.greedy.exchange import exchange_nodes
from packing.solve.plan import Plan, make_plan

PASSES = (
    Settings(),
    Settings(room_price=0.3),
    Settings(favour={Hosting.MULTI_MODEL: 0.6}),
    Settings(favour={Hosting.MULTI_MODEL: 1e9}),
    Settings(favour={Hosting.SINGLE_MODEL: 1e9}),
    Settings(favour={Hosting.INFERENCE_COMPONENT: 0.6}),
)
SHORTAGE_PASSES = (Settings(favour={Hosting.SINGLE_MODEL: 1e9}),)
"""Where a large problem does not fit at first: whole nodes for single models waste most."""
WAY = 9e-6
"""Units of work of one pass for each candidate of each copy."""
LARGE = 4_000
"""Copies from which on one pass has to do: the answer is wanted at once."""


def first_pass(compiled: Compiled, context: SearchContext) -> Plan:
    """An answer at once: what `greedy` begins with; where something runs, that, mended.

    It takes longer than the time limit only where that is zero, or something runs; else it is cut short, and the context knows.
    """
    if compiled.home is not None:
        from packing.solve.rebalance.mend import mend

        plan = mend(compiled)
        context.offer(plan, "mend")
        context.finishing.measure(plan)
        return plan
    if context.overdue():
        context.cut_short()
        plan = make_plan(compiled, ())
        context.offer(plan, "greedy")
        return plan
    if compiled.cut:
        context.cut_short()
    plan = context.first = _pass(compiled, context, Economy(compiled), PASSES[0], context.overdue)
    context.finishing.measure(plan)
    return plan


def greedy(compiled: Compiled, context: SearchContext, economy: Economy | None = None, first: Plan | None = None) -> Plan:
    """The greedy's best plan. Always returns one, however short the time: the first pass runs to its end.

    `economy` may value room by the duals of the linear relaxation; by default by its share of a node.
    `first` is the plan of `first_pass`, where that has been made already (in the caller's process, say).
    """
    economy = Economy(compiled) if economy is None else economy
    best = _pass(compiled, context, economy, PASSES[0]) if first is None else first
    copies = compiled.copies
    rest = PASSES[1:] if copies < LARGE else () if best.value.complete else SHORTAGE_PASSES
    for settings in (*rest, *_in_turns(compiled)):
        if context.limit() is not None:
            break
        plan = _pass(compiled, context, economy, settings)
        best = min(best, plan, key=lambda each: each.value)
    if context.limit() is None:
        best = exchange_nodes(compiled, best)
        context.spend(_work(compiled))
        context.offer(best, "greedy")
    return best


def _in_turns(compiled: Compiled) -> tuple[Settings, ...]:
    """One pass for each keep time that any candidate has."""
    times = sorted({LEVELS[candidate.keep].keep_s for candidate in compiled.candidates if candidate.keep >= 0})
    return tuple(Settings(keep_s=time) for time in times)


def _pass(compiled: Compiled, context: SearchContext, economy: Economy, settings: Settings, stop: Stop | None = None) -> Plan:
    """One pass; where something is left out, another one by priority (of large problems only if time is left)."""
    whole = constructed(compiled, economy, settings, stop)
    plan = whole.plan()
    context.spend(_work(compiled))
    context.offer(plan, "greedy")
    if whole.cut:
        context.cut_short()
        return plan
    if plan.value.complete or (context.limit() is not None and compiled.copies >= LARGE):
        return plan
    again = constructed(compiled, economy, replace(settings, priority_first=True), stop)
    context.spend(_work(compiled))
    if again.cut:
        context.expire()  # the first pass was whole: nothing is lost but this try
    by_priority = again.plan()
    context.offer(by_priority, "greedy")
    return min(plan, by_priority, key=lambda each: each.value)


def _work(compiled: Compiled) -> float:
    """Units of work of one pass."""
    return WAY * compiled.copies * (1 + len(compiled.candidates) / max(1, len(compiled.models)))
