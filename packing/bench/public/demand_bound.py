"""How much GPU demand of a trace could be placed at most: two linear relaxations, of which the lower value counts.

By kind of node: counts x_tn >= 0 of task kind t on node kind n that has room for one; max Σ demand_t x_tn with Σ_n x_tn <= number of t and,
for all nodes of a kind together, GPUs, vCPUs and memory.
By GPU: u_p GPUs that carry pattern p (tasks that fit on one GPU together, or a whole GPU); max Σ fill_p u_p with
Σ u_p <= GPUs of the cluster, Σ_p a_lp u_p <= number of tasks that take l of a GPU. It sees that two tasks of 810 and 470
thousandths share no GPU.

Whatever can be placed is a solution of both, so no placement beats either.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from packing.bench.public.openb import GPU, NodeKind, Task, Trace, kinds_told_apart

OUTWARD = 1e-6
"""Relative: the LPs are solved in floats, and their values are rounded away from them."""
MOST_PATTERNS = 100_000
"""Beyond this the relaxation by GPU is left out; the other one is valid alone."""

Pattern = tuple[tuple[int, int], ...]
"""(thousandths of a GPU, how many tasks)"""


@dataclass(frozen=True, slots=True)
class DemandBound:
    """What is known before anything is placed.

    Parameters
    ----------
    most : upper bound on the thousandths of a GPU that can be placed.
    left_out : shares of a GPU (thousandths) of which a best solution of the relaxation by GPU leaves tasks out.
    """

    most: int
    left_out: frozenset[int]


def demand_bound(trace: Trace) -> DemandBound:
    """The lower of the two bounds, and whom the second one would leave out."""
    by_gpu, left_out = _by_gpu(trace)
    return DemandBound(min(trace.demand, trace.capacity, _by_kind(trace), by_gpu), left_out)


def _by_kind(trace: Trace) -> int:
    solver, unbounded = _solver()
    nodes, tasks, kinds = Counter(trace.nodes), Counter(trace.tasks), kinds_told_apart(trace)
    supplies = {(node, what): solver.Constraint(0, float(amount * count)) for node, count in nodes.items() for what, amount in _supply(node).items()}
    solver.Objective().SetMaximization()
    for task, count in tasks.items():
        number = solver.Constraint(0, count)
        for node in nodes:
            if _may_run(task, node, kinds):
                variable = solver.NumVar(0, unbounded, "")
                number.SetCoefficient(variable, 1)
                solver.Objective().SetCoefficient(variable, task.demand)
                for what, amount in (("gpu", task.demand), ("cpu", task.cpu_milli), ("memory", task.memory_mib)):
                    supplies[node, what].SetCoefficient(variable, amount)
    return _value(solver, trace.demand)


def _supply(node: NodeKind) -> dict[str, int]:
    return {"gpu": node.gpus * GPU, "cpu": node.cpu_milli, "memory": node.memory_mib}


def _by_gpu(trace: Trace) -> tuple[int, frozenset[int]]:
    counts: Counter[int] = Counter()
    for task in trace.tasks:
        if task.gpus:
            counts[task.gpu_milli] += task.gpus
    patterns = []
    for pattern in fillings(sorted(counts.items(), reverse=True), GPU):
        patterns.append(pattern)
        if len(patterns) > MOST_PATTERNS:
            return trace.demand, frozenset()
    solver, unbounded = _solver()
    gpus = solver.Constraint(0, trace.capacity // GPU)
    rows = {share: solver.Constraint(0, count) for share, count in counts.items()}
    solver.Objective().SetMaximization()
    used: dict[Pattern, Any] = {}
    for pattern in patterns:
        used[pattern] = solver.NumVar(0, unbounded, "")
        gpus.SetCoefficient(used[pattern], 1)
        solver.Objective().SetCoefficient(used[pattern], sum(share * number for share, number in pattern))
        for share, number in pattern:
            rows[share].SetCoefficient(used[pattern], number)
    most = _value(solver, trace.demand)
    placed: Counter[int] = Counter()
    for pattern, variable in used.items():
        for share, number in pattern:
            placed[share] += number * variable.solution_value()
    return most, frozenset(share for share, count in counts.items() if placed[share] < count - 0.5)


def fillings(shares: list[tuple[int, int]], room: int) -> Iterator[Pattern]:
    """All ways to put tasks of these (share, number) on one GPU, also those that leave room: where tasks run out, they are needed."""
    if not shares:
        yield ()
        return
    (share, number), *rest = shares
    for count in range(min(number, room // share), -1, -1):
        for others in fillings(rest, room - count * share):
            yield ((share, count), *others) if count else others


def _solver() -> tuple[Any, float]:
    from ortools.linear_solver import pywraplp

    solver = pywraplp.Solver.CreateSolver("GLOP")
    return solver, solver.infinity()


def _value(solver: Any, otherwise: int) -> int:
    """The optimum, rounded outward; `otherwise` if the LP was not solved."""
    if solver.Solve() != solver.OPTIMAL:
        return otherwise
    value: float = solver.Objective().Value()
    return math.ceil(value * (1 + OUTWARD))


def _may_run(task: Task, node: NodeKind, kinds: dict[str, str]) -> bool:
    fits = node.gpus >= task.gpus and node.cpu_milli >= task.cpu_milli and node.memory_mib >= task.memory_mib
    wanted = not task.gpus or not task.specs or kinds[node.gpu] in task.specs
    return fits and wanted
