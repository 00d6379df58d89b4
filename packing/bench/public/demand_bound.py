"""How much GPU demand of a trace could be placed at most: a linear relaxation over kinds of nodes."""

from __future__ import annotations

import math
from collections import Counter

from packing.bench.public.openb import GPU, NodeKind, Task, Trace, kinds_told_apart

OUTWARD = 1e-6
"""Relative: the LP is solved in floats, and its value is rounded away from them."""


def demand_bound(trace: Trace) -> int:
    """Upper bound on the thousandths of a GPU that can be placed.

    max Σ demand_t x_tn over counts x_tn >= 0 of task kind t on node kind n that has room for one, with Σ_n x_tn <= number of t and,
    for all nodes of a kind together, GPUs, vCPUs and memory. Whatever can be placed is a solution, so no placement beats it.
    """
    from ortools.linear_solver import pywraplp

    solver = pywraplp.Solver.CreateSolver("GLOP")
    nodes, tasks, kinds = Counter(trace.nodes), Counter(trace.tasks), kinds_told_apart(trace)
    pairs = {(task, node): solver.NumVar(0, tasks[task], "") for task in tasks for node in nodes if _may_run(task, node, kinds)}
    for task, count in tasks.items():
        solver.Add(solver.Sum([variable for (other, _), variable in pairs.items() if other == task]) <= count)
    for node, count in nodes.items():
        here = [(task, variable) for (task, other), variable in pairs.items() if other == node]
        for needs, has in (
            ([task.demand for task, _ in here], node.gpus * GPU),
            ([task.cpu_milli for task, _ in here], node.cpu_milli),
            ([task.memory_mib for task, _ in here], node.memory_mib),
        ):
            solver.Add(solver.Sum([need * variable for need, (_, variable) in zip(needs, here, strict=True)]) <= has * count)
    solver.Maximize(solver.Sum([task.demand * variable for (task, _), variable in pairs.items()]))
    most = min(trace.demand, trace.capacity)
    if solver.Solve() != pywraplp.Solver.OPTIMAL:
        return most
    value: float = solver.Objective().Value()
    return min(most, math.ceil(value * (1 + OUTWARD)))


def _may_run(task: Task, node: NodeKind, kinds: dict[str, str]) -> bool:
    fits = node.gpus >= task.gpus and node.cpu_milli >= task.cpu_milli and node.memory_mib >= task.memory_mib
    wanted = not task.gpus or not task.specs or kinds[node.gpu] in task.specs
    return fits and wanted
