"""How much GPU demand of a trace could be placed at most: two linear relaxations, of which the lower value counts.

By kind of node: counts x_tn >= 0 of task kind t on node kind n that has room for one; max Σ demand_t x_tn with Σ_n x_tn <= number of t and,
for all nodes of a kind together, GPUs, vCPUs and memory.
By GPU: u_p GPUs that carry pattern p (tasks that fit on one GPU together, or a whole GPU); max Σ fill_p u_p with
Σ u_p <= GPUs of the cluster, Σ_p a_lp u_p <= number of tasks that take l of a GPU. It sees that two tasks of 810 and 470
thousandths share no GPU.

Whatever can be placed is a solution of both, so no placement beats either. What is claimed is not the value of the linear programs, which are
solved in floats, but what their prices prove in integers: any prices of the rows are a bound, with the rest of each task's or GPU's
value as its own price (linear programming duality).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.public.openb import GPU, NodeKind, Task, Trace, kinds_told_apart

SCALE = 2**40
"""Prices are held in 1/SCALE thousandths of a GPU."""
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
    nodes, tasks, kinds = Counter(trace.nodes), Counter(trace.tasks), kinds_told_apart(trace)
    ways = [(task, node, _taken(task)) for task in tasks for node in nodes if _may_run(task, node, kinds)]
    solver, unbounded = _solver()
    supplies = {(node, what): solver.Constraint(0, float(amount * count)) for node, count in nodes.items() for what, amount in _supply(node).items()}
    numbers = {task: solver.Constraint(0, count) for task, count in tasks.items()}
    solver.Objective().SetMaximization()
    for task, node, taken in ways:
        variable = solver.NumVar(0, unbounded, "")
        numbers[task].SetCoefficient(variable, 1)
        solver.Objective().SetCoefficient(variable, task.demand)
        for what, amount in taken.items():
            supplies[node, what].SetCoefficient(variable, amount)
    if solver.Solve() != solver.OPTIMAL:
        return trace.demand
    price = {key: _price(row) for key, row in supplies.items()}
    # What is left of a task's demand where its resources cost least: the price of the task itself.
    rest: Counter[Task] = Counter()
    for task, node, taken in ways:
        rest[task] = max(rest[task], task.demand * SCALE - sum(amount * price[node, what] for what, amount in taken.items()))
    paid = sum(amount * count * price[node, what] for node, count in nodes.items() for what, amount in _supply(node).items())
    return (paid + sum(count * rest[task] for task, count in tasks.items())) // SCALE


def _supply(node: NodeKind) -> dict[str, int]:
    return {"gpu": node.gpus * GPU, "cpu": node.cpu_milli, "memory": node.memory_mib}


def _taken(task: Task) -> dict[str, int]:
    return {"gpu": task.demand, "cpu": task.cpu_milli, "memory": task.memory_mib}


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
    if solver.Solve() != solver.OPTIMAL:
        return trace.demand, frozenset()
    price = {share: _price(row) for share, row in rows.items()}
    each = max(sum((share * SCALE - price[share]) * number for share, number in pattern) for pattern in patterns)
    most = (each * (trace.capacity // GPU) + sum(count * price[share] for share, count in counts.items())) // SCALE
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


def _price(row: Any) -> int:
    """The dual of a row, which is never negative in a maximum with upper limits, in 1/SCALE."""
    dual: float = row.dual_value()
    return max(0, round(dual * SCALE))


def _may_run(task: Task, node: NodeKind, kinds: dict[str, str]) -> bool:
    fits = node.gpus >= task.gpus and node.cpu_milli >= task.cpu_milli and node.memory_mib >= task.memory_mib
    wanted = not task.gpus or not task.specs or kinds[node.gpu] in task.specs
    return fits and wanted
