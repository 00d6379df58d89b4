"""Tiny fleets against a search through all placements: answers, bounds and claims that differ from it."""

from __future__ import annotations

from packing.bench.options import Options
from packing.bench.report import Report, Target
from packing.errors import PackingError
from packing.generate import random_problem

COUNT, QUICK, LIMIT_S = 2_000, 4, 10.0


def run(options: Options) -> Report:
    """Each seed is one problem of ``random_problem(seed, tiny=True)``. Greedy has only to claim nothing false."""
    from packing.solve import solve_placement
    from packing.testing.conformance.optimum import shortfall

    count = options.number(COUNT, QUICK)
    equal, skipped = 0, 0
    wrong: list[str] = []
    different: list[str] = []
    for seed in range(count):
        name = f"random_problem({seed}, tiny=True)"
        try:
            result = solve_placement(
                random_problem(seed, tiny=True), strategy=options.strategy, time_limit=options.seconds(LIMIT_S, LIMIT_S), seed=0, workers=1
            )
            fault, reached = shortfall(result)
        except ValueError as error:
            if isinstance(error, PackingError):
                raise
            skipped += 1  # too large for the exhaustive search; it says so itself
            continue
        except PackingError as error:
            fault, reached = f"{type(error).__name__}: {error}", False
        equal += reached
        if fault:
            wrong.append(f"{name}: {fault}")
        elif not reached:
            different.append(f"{name}: not the optimum (status {result.status})")
    exact = options.strategy != "greedy"
    row = {"problems": count, "strategy": options.strategy, "equal": equal, "worse": len(different), "wrong": len(wrong), "too_large": skipped}
    targets = [Target(f"{count:,} tiny fleets without a false claim", f"{len(wrong)} wrong", not wrong, hard=True)]
    if exact:
        targets.append(
            Target(
                f"{count:,} tiny fleets equal to exhaustive search",
                f"{len(different)} worse, {len(wrong)} wrong",
                not different and not wrong,
                hard=True,
            )
        )
    return Report("tiny", (row,), tuple(targets), tuple((wrong + different)[:20]))
