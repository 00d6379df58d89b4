"""Random small fleets through a strategy: how many placements the independent checker refuses."""

from __future__ import annotations

from collections import Counter

from packing.bench.options import Options
from packing.bench.report import Report, Target
from packing.domain.problem import Problem
from packing.errors import PackingError
from packing.generate import random_problem

COUNT, QUICK, LIMIT_S = 10_000, 5, 0.5


def run(options: Options) -> Report:
    """Solve and verify; each seed is one problem of `packing.generate.random_problem`."""
    count = options.number(COUNT, QUICK)
    statuses: Counter[str] = Counter()
    faults = []
    for seed in range(count):
        status, fault = judge(random_problem(seed), options.strategy, options.seconds(LIMIT_S, quick=LIMIT_S))
        statuses[status] += 1
        if fault:
            faults.append(f"random_problem({seed}): {fault}")
    row = {"problems": count, "strategy": options.strategy, **dict(sorted(statuses.items())), "wrong": len(faults)}
    target = Target(f"{count:,} random small fleets without a violation", f"{len(faults)} wrong", not faults, hard=True)
    return Report("random", (row,), (target,), tuple(faults[:20]))


def judge(problem: Problem, strategy: str, time_limit: float) -> tuple[str, str | None]:
    """(status, what is wrong with the answer or None) of one problem."""
    from packing.solve import solve_placement
    from packing.verify import verify

    try:
        result = solve_placement(problem, strategy=strategy, time_limit=time_limit, seed=0, workers=1)
    except PackingError as error:
        return "error", f"{type(error).__name__}: {error}"
    if not result.has_placement:
        return str(result.status), None
    violations = verify(result.expanded.problem, result.placement, result.digest).violations
    return str(result.status), "; ".join(str(each) for each in violations[:3]) or None
