"""Strategy `neighbourhood`: large neighbourhood search with CP-SAT (Shaw, CP 1998).

A few related nodes are emptied, and the exact formulation places their copies anew, on these or other nodes of
the stock that is left. Candidates that look hopelessly dear for their model are left out: the answer is a plan,
not a proof.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from packing.compile.data import Compiled
from packing.domain.words import Hosting
from packing.solve.context import SearchContext
from packing.solve.cp_sat.formulation import Formulation
from packing.solve.cp_sat.rows import InexactError
from packing.solve.cp_sat.solver import run
from packing.solve.greedy.economy import Economy
from packing.solve.plan import NodePlan, Plan, make_plan
from packing.solve.task import Task, task_around

MOST_COPIES = 24
"""Copies that are placed anew at a time."""
MOST_NODES = 6
CHOICES = 10
"""Candidates per model: the cheapest by the greedy's estimate, and those in use."""
ROUND_WORK = 0.4
"""Units of work of CP-SAT for one neighbourhood."""
STALE = 10
"""Rounds without a better plan, and one for each node, after which it ends."""
OVERHEAD = 0.02
"""Units of work that a round counts on top of the solver's: choosing, and reading the answer."""


def neighbourhood(compiled: Compiled, context: SearchContext, economy: Economy, work: float) -> None:
    """Improve the incumbent for about so many units of work."""
    plan = context.incumbent
    if plan is None or not plan.nodes:
        return
    random = Random(context.seed + 1)
    end = context.budget.work + work
    stale = 0
    while plan.nodes and context.budget.work < end and context.limit() is None and stale <= STALE + len(plan.nodes):
        better = _round(compiled, context, economy, plan, random)
        context.spend(OVERHEAD)
        stale += 1
        if better is not None and better.value < plan.value:
            plan, stale = better, 0
            context.offer(plan, "neighbourhood")


def _round(compiled: Compiled, context: SearchContext, economy: Economy, plan: Plan, random: Random) -> Plan | None:
    chosen = _choose(compiled, plan, random)
    kept = [node for position, node in enumerate(plan.nodes) if position not in chosen]
    emptied = [plan.nodes[position] for position in sorted(chosen)]
    task = task_around(compiled, plan.nodes, chosen)
    try:
        formulation = Formulation(compiled, task, _limits(compiled, task, emptied), allowed=_promising(compiled, economy, task, emptied))
        formulation.minimize_blend()
    except InexactError:
        return None
    formulation.hint(emptied)
    outcome = run(formulation.model, context, ROUND_WORK, workers=1)
    return make_plan(compiled, [*kept, *formulation.read(outcome.value)]) if outcome.found else None


def _choose(compiled: Compiled, plan: Plan, random: Random) -> set[int]:
    """Positions of a few nodes that have something in common with a first one."""
    nodes = plan.nodes
    first = nodes[int(random.random() * len(nodes))]
    kinship = int(random.random() * 4)
    related = [position for position, node in enumerate(nodes) if node is not first and _akin(compiled, first, node, kinship)]
    random.shuffle(related)
    chosen = {next(position for position, node in enumerate(nodes) if node is first)}
    copies = len(first.copies)
    most = 2 + int(random.random() * (MOST_NODES - 1))
    for position in related:
        if len(chosen) >= most:
            break
        if copies + len(nodes[position].copies) <= MOST_COPIES:
            chosen.add(position)
            copies += len(nodes[position].copies)
    return chosen


def _akin(compiled: Compiled, one: NodePlan, other: NodePlan, kinship: int) -> bool:
    if kinship == 0:
        return compiled.pools[one.pool].kind == compiled.pools[other.pool].kind and one.hosting is other.hosting
    if kinship == 1:
        return not _tenants(compiled, one).isdisjoint(_tenants(compiled, other))
    return True


def _tenants(compiled: Compiled, node: NodePlan) -> set[int]:
    return {compiled.models[compiled.candidates[index].model].tenant for index, _ in node.copies}


def _promising(compiled: Compiled, economy: Economy, task: Task, emptied: Iterable[NodePlan]) -> frozenset[int]:
    """Candidates worth a variable: the cheapest of each model, and those that are in use."""
    used = {index for node in emptied for index, _ in node.copies}
    for model in task.models:
        ranked = sorted(compiled.models[model].candidates, key=lambda each: (economy.cost(compiled.candidates[each]), each))
        used.update(ranked[:CHOICES])
    return frozenset(used)


def _limits(compiled: Compiled, task: Task, emptied: list[NodePlan]) -> dict[tuple[int, Hosting], int]:
    """No more nodes of any type than were emptied, and one."""
    most = len(emptied) + 1
    return {(kind, hosting): most for kind in range(len(compiled.kinds)) for hosting in Hosting if task.demands}
