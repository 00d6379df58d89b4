"""Strategy `cp_sat`: independent parts one after another, each to proven optimality if time allows."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from packing.compile.data import Compiled
from packing.domain.words import Hosting
from packing.solve.bounds.forced import forced_vector
from packing.solve.bounds.linear import LinearRelaxation
from packing.solve.context import SearchContext
from packing.solve.cp_sat.formulation import Formulation
from packing.solve.cp_sat.rows import InexactError
from packing.solve.cp_sat.solver import run
from packing.solve.plan import NodePlan, Plan, make_plan
from packing.solve.task import Task, independent_parts, whole_task

MOST_VARIABLES = 400_000
"""Estimated variables beyond which a part is left to other strategies."""
MAKE, MAKING = (2e-5, 7e-6), 0.7
"""Units of work to make a variable with its rows, each and for each slot (nothing interrupts it), and the part of what is left that it may take."""
LIMITS, LEVEL = 0.3, 0.5
"""Shares of the work left for limits on the numbers of nodes, and for one level of missing copies."""


def cp_sat(compiled: Compiled, context: SearchContext) -> None:
    """Improve the incumbent (greedy's, if there is one) part by part; prove what can be proven.

    A problem whose sums leave the range of exact integers is left as it is.
    """
    if context.incumbent is None:
        context.offer(make_plan(compiled, ()), "nothing")
    with suppress(InexactError):
        _improve(compiled, context)


def _improve(compiled: Compiled, context: SearchContext) -> None:
    assert context.incumbent is not None
    if context.incumbent.value.missing == forced_vector(compiled):
        _solve_parts(compiled, context)
    else:
        _solve_shortage(compiled, context)


@dataclass
class _Part:
    task: Task
    nodes: list[NodePlan]


def _solve_parts(compiled: Compiled, context: SearchContext) -> None:
    """All that can be placed is placed: minimise the blend, part by part."""
    assert context.incumbent is not None
    parts = _parts(compiled, context.incumbent)
    total_bound, every = compiled.constant, True
    for position, part in enumerate(parts):
        if context.limit() is not None:
            return
        others = [node for each in parts if each is not part for node in each.nodes]
        with context.part(1 / (len(parts) - position)):
            nodes, bound = solve_task(compiled, context, part.task, part.nodes, others)
        part.nodes = list(nodes)
        every = every and bound is not None
        total_bound += bound or 0
    context.offer(_plan_of(compiled, parts), "cp_sat")
    if every:
        context.raise_bound(forced_vector(compiled), total_bound, "cp_sat")


def _parts(compiled: Compiled, plan: Plan) -> list[_Part]:
    groups = sorted(independent_parts(compiled), key=lambda models: (len(models), models))
    owner = {model: position for position, models in enumerate(groups) for model in models}
    parts = [_Part(whole_task(compiled, models), []) for models in groups]
    for node in plan.nodes:
        parts[owner[compiled.candidates[node.copies[0][0]].model]].nodes.append(node)
    return parts


def _plan_of(compiled: Compiled, parts: Sequence[_Part]) -> Plan:
    return make_plan(compiled, [node for part in parts for node in part.nodes])


def cost_of(compiled: Compiled, nodes: Sequence[NodePlan], task: Task) -> int:
    """Objective units of these nodes and of the copies the task lets be missing."""
    copies = sum(compiled.candidates[index].coefficient for node in nodes for index, _ in node.copies)
    opened = sum(compiled.pools[node.pool].coefficient for node in nodes)
    if compiled.home is not None:
        opened += sum(compiled.home.price(node.home, node.copies) for node in nodes)
    return copies + opened + sum(count * compiled.models[index].missing_coefficient for index, count in task.missing.items())


def solve_task(
    compiled: Compiled, context: SearchContext, task: Task, nodes: Sequence[NodePlan], others: Sequence[NodePlan] = ()
) -> tuple[Sequence[NodePlan], int | None]:
    """(best nodes for the task, proven lower bound on its objective units), starting from `nodes`.

    `others` are the nodes outside of the task, so that improvements on the way can be offered as whole plans.
    """
    budget = cost_of(compiled, nodes, task)
    relaxation = LinearRelaxation(compiled, task)
    limits = relaxation.most_nodes(budget, context.share(LIMITS))
    if not _worth_making(compiled, context, _size(compiled, task, limits)):
        return nodes, None
    formulation = Formulation(compiled, task, limits)
    formulation.minimize_blend()
    formulation.hint(nodes)

    def improved(value: object) -> None:
        context.offer(make_plan(compiled, [*others, *formulation.read(value)]), "cp_sat")

    outcome = run(formulation.model, context, on_solution=improved)
    if not outcome.found:
        return nodes, None
    found = formulation.read(outcome.value)
    better = cost_of(compiled, found, task) < budget
    return (found if better else nodes), outcome.bound


def _worth_making(compiled: Compiled, context: SearchContext, size: int) -> bool:
    """Whether a formulation of this size can be made, and leaves work to solve it; if so, the work of making it is counted."""
    work = size * (MAKE[0] + MAKE[1] * compiled.slots)
    if size > MOST_VARIABLES or work > MAKING * context.work_left():
        context.budget.exhausted = context.budget.exhausted or size <= MOST_VARIABLES
        return False
    context.spend(work)
    return True


def _size(compiled: Compiled, task: Task, limits: dict[tuple[int, Hosting], int]) -> int:
    """Rough number of variables of the formulation."""
    useful = sum(max(0, demand.most) for demand in task.demands)
    size = 0
    for demand in task.demands:
        for index in compiled.models[demand.model].candidates:
            candidate = compiled.candidates[index]
            kind = compiled.kinds[candidate.kind]
            # No model has more single-model nodes than copies; most need only a few variables for all of them.
            most = demand.most if candidate.hosting is Hosting.SINGLE_MODEL else limits.get((candidate.kind, candidate.hosting), useful)
            for pool in kind.pools:
                size += max(0, min(task.stock[pool], most)) * (1 + (kind.accelerators if kind.sharing != "exclusive" else 0))
    return size


def _solve_shortage(compiled: Compiled, context: SearchContext) -> None:
    """Not everything is placed: minimise missing copies level by level, highest priority first, then the blend."""
    assert context.incumbent is not None
    plan = context.incumbent
    task = whole_task(compiled)
    limits: dict[tuple[int, Hosting], int] = {}
    if not _worth_making(compiled, context, _size(compiled, task, limits)):
        return
    formulation = Formulation(compiled, task, limits, missing_variables=True)
    proven: list[int] = []
    forced = forced_vector(compiled)
    for level, least in enumerate(forced):
        reached = plan.value.missing[level]
        if reached > least or any(done > low for done, low in zip(proven, forced, strict=False)):
            formulation.minimize_missing(level)
            formulation.hint(plan.nodes)
            with context.part(LEVEL):
                outcome = run(formulation.model, context)
            if outcome.found:
                better = make_plan(compiled, formulation.read(outcome.value))
                if better.value < plan.value:
                    plan = better
                    context.offer(plan, "cp_sat")
            if not outcome.optimal or plan.value.missing[level] != outcome.objective:
                return
            reached = plan.value.missing[level]
        proven.append(reached)
        formulation.fix_missing(level, reached)
    _blend_of_partial(compiled, context, plan, tuple(proven))


def _blend_of_partial(compiled: Compiled, context: SearchContext, plan: Plan, proven: tuple[int, ...]) -> None:
    """The least missing copies are known: which of them are missing is still open, and the blend decides."""
    task = whole_task(compiled)
    free = Task(task.demands, task.stock, {}, task.homes)
    relaxation = LinearRelaxation(compiled, free, missing_weight=0.0)
    limits = relaxation.most_nodes(plan.value.objective - compiled.constant, context.share(LIMITS))
    formulation = Formulation(compiled, free, limits, missing_variables=True)
    for level, total in enumerate(proven):
        formulation.fix_missing(level, total)
    formulation.minimize_blend()
    formulation.hint(plan.nodes)

    def improved(value: object) -> None:
        context.offer(make_plan(compiled, formulation.read(value)), "cp_sat")

    outcome = run(formulation.model, context, on_solution=improved)
    if not outcome.found:
        return
    context.offer(make_plan(compiled, formulation.read(outcome.value)), "cp_sat")
    if outcome.bound is not None:
        context.raise_bound(proven, outcome.bound + compiled.constant, "cp_sat")
