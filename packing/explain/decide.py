"""Is there a complete placement? Proven both ways, or not known.

Yes: a placement that the independent checker has passed. No: copies that are missing in every placement of their model
alone (`packing.solve.bounds.forced`), or the exact formulation without an objective, proven infeasible.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from packing.compile.compiler import compile_problem
from packing.compile.data import Compiled
from packing.describe.expand import Expanded
from packing.domain.placement import Placement
from packing.domain.words import Limit, Status
from packing.errors import InternalError
from packing.solve.api import MANY, solve_placement
from packing.solve.assemble import assemble
from packing.solve.bounds.forced import forced_vector
from packing.solve.context import Progress, SearchContext
from packing.solve.cp_sat.formulation import Formulation
from packing.solve.cp_sat.rows import InexactError
from packing.solve.cp_sat.solver import run
from packing.solve.greedy.strategy import first_pass, greedy
from packing.solve.plan import NodePlan, Plan, make_plan, missing_of
from packing.solve.task import Task, independent_parts, whole_task
from packing.verify import verify

EXACT = 0.5
"""Part of the time for the exact formulation; the rest is for everything that `auto` knows."""
ENDED = (Limit.TIME, Limit.WORK, Limit.CANCELLED)
"""Limits after which nothing more is asked."""
LARGEST = 60_000
"""Copies × nodes × accelerators of a part (roughly its variables) beyond which the exact formulation is not built."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a complete placement exists; None: not known within the limits.

    Parameters
    ----------
    complete : True with a witness, False if proven impossible.
    witness : a complete placement that the checker has passed.
    """

    complete: bool | None
    witness: Placement | None = None


def decide(expanded: Expanded, context: SearchContext) -> Decision:
    """Decide an expanded problem within the limits of the context."""
    compiled = compile_problem(expanded.problem)
    if any(forced_vector(compiled)):
        return Decision(False)
    plan = first_pass(compiled, context)
    if not plan.value.complete:
        with context.within(context.remaining() * EXACT):
            outcome = _exact(compiled, context, plan)
        if outcome is False:
            return Decision(False)
        plan = greedy(compiled, context, first=plan) if outcome is None else outcome
    return Decision(True, _witness(compiled, expanded, plan)) if plan.value.complete else _portfolio(expanded, context)


def quickly(expanded: Expanded) -> Decision:
    """What one greedy pass can say, whatever the time: a complete placement, or nothing."""
    compiled = compile_problem(expanded.problem)
    plan = first_pass(compiled, SearchContext(math.inf))
    return Decision(True, _witness(compiled, expanded, plan)) if plan.value.complete else Decision(None)


def _portfolio(expanded: Expanded, context: SearchContext) -> Decision:
    """What `auto` finds or proves in the time that is left; it ends as soon as nothing is missing."""
    if context.limit() in ENDED:
        return Decision(None)
    enough = threading.Event()

    def look(progress: Progress) -> None:
        if progress.unplaced == 0 or context.cancelled:
            enough.set()

    many = len(expanded.problem.models) >= MANY
    result = solve_placement(expanded.described, time_limit=context.remaining(), seed=context.seed, on_progress=look, cancel=enough, processes=many)
    if result.has_placement and not result.unplaced:
        return Decision(True, result.placement)
    return Decision(False if result.complete_is_impossible else None)


def _exact(compiled: Compiled, context: SearchContext, plan: Plan) -> Plan | Literal[False] | None:
    """Part by part: those that the plan serves stay as they are, the others are decided by the exact formulation."""
    parts = sorted(independent_parts(compiled), key=len)
    owner = {model: position for position, models in enumerate(parts) for model in models}
    nodes: dict[int, list[NodePlan]] = {position: [] for position in range(len(parts))}
    for node in plan.nodes:
        nodes[owner[compiled.candidates[node.copies[0][0]].model]].append(node)
    unknown = False
    for position, models in enumerate(parts):
        if _serves(compiled, models, nodes[position]):
            continue
        found = _part(compiled, context, whole_task(compiled, models))
        if found is False:
            return False
        if found is None:
            unknown = True
        else:
            nodes[position] = list(found)
    return None if unknown else make_plan(compiled, [node for each in nodes.values() for node in each])


def _serves(compiled: Compiled, models: Sequence[int], nodes: Sequence[NodePlan]) -> bool:
    placed = dict.fromkeys(models, 0)
    rates = dict.fromkeys(models, 0)
    for node in nodes:
        for index, _ in node.copies:
            candidate = compiled.candidates[index]
            placed[candidate.model] += 1
            rates[candidate.model] += candidate.rate
    return not any(missing_of(compiled.models[model], placed[model], rates[model]) for model in models)


def _part(compiled: Compiled, context: SearchContext, task: Task) -> list[NodePlan] | Literal[False] | None:
    """Nodes that serve the whole task; False: proven that there are none; None: not known."""
    if context.limit() in ENDED or _size(compiled, task) > LARGEST:
        return None
    with suppress(InexactError):
        formulation = Formulation(compiled, task, {})
        outcome = run(formulation.model, context)
        if outcome.infeasible:
            return False
        if outcome.found:
            return formulation.read(outcome.value)
    return None


def _size(compiled: Compiled, task: Task) -> int:
    useful = sum(demand.most for demand in task.demands)
    size = 0
    for demand in task.demands:
        for index in compiled.models[demand.model].candidates:
            kind = compiled.kinds[compiled.candidates[index].kind]
            size += sum(min(task.stock[pool], useful) for pool in kind.pools) * (1 + kind.accelerators)
    return size


def _witness(compiled: Compiled, expanded: Expanded, plan: Plan) -> Placement:
    placement = assemble(compiled, expanded, plan, Status.FEASIBLE, None)
    checked = verify(expanded.problem, placement, expanded.digest)
    if not checked.ok or any(count for _, count in checked.missing):
        faults = "; ".join(str(each) for each in checked.violations[:3]) or "copies are missing"
        raise InternalError(f"the checker refused a placement that was to prove that a complete one exists: {faults}")
    return placement
