"""The openb cluster and all tasks of its trace at once: how much of the GPU demand can be placed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from pathlib import Path

from benchmarks.public.demand_bound import demand_bound
from benchmarks.public.folder import data_folder, sample_openb, skipped
from benchmarks.public.openb import Trace, problem_of, read_trace
from packing.bench.measure import measured
from packing.bench.options import Options
from packing.bench.report import Report, Row, Target
from packing.domain.problem import Problem

LIMIT_S, WANTED = 58.0, 0.979
"""With starting a process, compiling and checking: 60 s."""


def run(options: Options) -> Report:
    """Solve the default task list on the fixed nodes."""
    with data_folder(options, sample_openb) as folder:
        return skipped("openb-offline") if folder is None else _run(folder, options)


def _run(folder: Path, options: Options) -> Report:
    trace = read_trace(folder)
    found = demand_bound(trace)
    problem, bound = problem_of(trace, found.left_out), found.most
    limit = options.seconds(LIMIT_S)
    rows = [_row(problem, trace, bound, "greedy", 0.0, 1)]
    if options.strategy != "greedy":
        rows.append(_row(problem, trace, bound, options.strategy, limit, options.workers))
    best, wrong = rows[-1], sum(row["violations"] for row in rows)
    return Report(
        "openb-offline",
        tuple(rows),
        (
            Target(f"at least {WANTED:.1%} of all GPU demand in {limit:g} s", f"{best['of_demand_%']:.2f} %", best["of_demand_%"] >= 100 * WANTED),
            Target(
                f"at least {WANTED:.1%} of the GPU demand that the bound leaves possible",
                f"{best['of_bound_%']:.2f} %",
                best["of_bound_%"] >= 100 * WANTED,
            ),
            Target("no violation", f"{wrong}", wrong == 0, hard=True),
            Target("never more than the bound", f"{best['of_bound_%']:.4f} %", all(row["of_bound_%"] <= 100 for row in rows), hard=True),
        ),
        (
            f"{len(trace.nodes)} nodes with {trace.capacity / 1000:g} GPUs; {len(trace.tasks)} tasks of {len(problem.models)} kinds.",
            f"The tasks ask for {trace.demand / trace.capacity:.2%} of the GPUs; at most {bound / trace.capacity:.2%} can be given out.",
            f"That is {bound / trace.demand:.2%} of the demand, proven by the integer prices of a linear program: no plan places more.",
            "gpus_%: placed GPU demand / GPUs; of_demand_%: / GPU demand; of_bound_%: / the demand that can be placed at most.",
            f"Priorities: all tasks with GPUs before those whose share of a GPU the bound leaves tasks of out ({_list(found.left_out)} thousandths),",
            "tasks without GPUs last; so what the library minimises, missing copies by priority, is missing GPU demand if only that share is missing.",
        ),
    )


def _list(shares: Collection[int]) -> str:
    return ", ".join(str(share) for share in sorted(shares)) or "none"


def _row(problem: Problem, trace: Trace, bound: int, strategy: str, limit: float, workers: int) -> Row:
    found = measured(_solve, problem, strategy, limit, workers)
    demand = found.value.pop("demand")
    return {
        "strategy": strategy,
        "gpus_%": 100 * demand / trace.capacity,
        "of_demand_%": 100 * demand / trace.demand,
        "of_bound_%": 100 * demand / bound if bound else 100.0,
        **found.value,
        "seconds": found.seconds,
        "peak_mib": found.peak_bytes / 2**20,
    }


def _solve(problem: Problem, strategy: str, limit: float, workers: int) -> Row:
    from packing.solve import solve_placement
    from packing.verify import verify

    result = solve_placement(problem, strategy=strategy, time_limit=limit, workers=workers)
    placement = result.placement
    violations = verify(result.expanded.problem, placement, result.digest).violations
    placed = Counter(copy.model for copy in placement.copies)
    demand = sum(placed[model.name] * model.modes[0].accelerators * model.modes[0].memory_per_accelerator for model in problem.models)
    unplaced = sum(entry.copies for entry in placement.unplaced)
    return {"demand": demand, "status": str(result.status), "unplaced": unplaced, "limit": result.limit, "violations": len(violations)}
