"""The time limit at every suite and every odd shape, the memory that it takes, and the checker's time over copies."""

from __future__ import annotations

import math
import time

from packing.bench.measure import measured
from packing.bench.odd_shapes import ODD_SHAPES
from packing.bench.options import Options
from packing.bench.report import Report, Row, Target
from packing.domain.problem import Problem
from packing.generate import SUITES, generate

LIMIT_S, OVER_S = 5.0, 1.0
"""The limit, and by how much a whole call may pass it on a machine that is not busy."""
GROWTH = 1.3
"""Largest exponent of the checker's time over copies that is still called a line."""
QUICK = 50
"""With ``--quick``: counts so many times smaller."""


def run(options: Options) -> Report:
    """Each suite and each shape at a quarter, a half and all of its largest count; then the checker over copies."""
    limit, part = options.seconds(LIMIT_S, quick=1.0), QUICK if options.quick else 1
    rows = [_row(name, generate(SUITES[name]), 0, limit, options) for name in SUITES if not options.quick]
    for name, shape in ODD_SHAPES.items():
        for share in (4, 2, 1):
            count = max(8, shape.largest // share // part)
            rows.append(_row(name, shape.make(count), count, limit, options))
    late = [row for row in rows if row["seconds"] > limit + OVER_S]
    wrong = [row for row in rows if row["limit"] != "time" and row["status"] not in ("optimal", "feasible", "partial", "infeasible")]
    checked = [_checker(count // part) for count in (100_000, 200_000, 400_000)]
    exponent = math.log(checked[-1]["check_s"] / checked[0]["check_s"]) / math.log(checked[-1]["count"] / checked[0]["count"])
    return Report(
        "limits",
        (*rows, *checked),
        (
            Target(f"every call within {limit:g} + {OVER_S:g} s", f"{len(rows) - len(late)} of {len(rows)}", not late),
            Target("an answer, or limit: time", f"{len(rows) - len(wrong)} of {len(rows)}", not wrong, hard=True),
            Target("checker's time over copies a line", f"n^{exponent:.2f}", exponent <= GROWTH),
        ),
        (f"strategy {options.strategy}, {options.workers} workers; `seconds` is the whole call, `peak_mib` with interpreter and children.",),
    )


def _row(name: str, problem: Problem, count: int, limit: float, options: Options) -> Row:
    found = measured(_solve, problem, options.strategy, limit, options.workers)
    return {"shape": name, "count": count or sum(model.copies.min for model in problem.models), **found.value, "peak_mib": found.peak_bytes / 2**20}


def _solve(problem: Problem, strategy: str, limit: float, workers: int) -> Row:
    from packing.solve import solve_placement

    began = time.monotonic()
    result = solve_placement(problem, strategy=strategy, time_limit=limit, workers=workers)
    seconds = time.monotonic() - began
    unplaced = sum(entry.copies for entry in result.unplaced)
    return {
        "seconds": seconds, "status": str(result.status), "limit": result.limit or "-", "copies": len(result.placement.copies), "unplaced": unplaced,
    }  # fmt: skip


def _checker(count: int) -> Row:
    found = measured(_check, ODD_SHAPES["huge"].make(count))
    return {"shape": "checker", **found.value, "peak_mib": found.peak_bytes / 2**20}


def _check(problem: Problem) -> Row:
    from packing.solve import solve_placement
    from packing.verify import verify

    result = solve_placement(problem, strategy="greedy", time_limit=0.0, processes=False)
    began = time.process_time()  # of the processor: other work on the machine is no part of the line
    verify(result.expanded.problem, result.placement, result.digest)
    seconds = time.process_time() - began
    copies = len(result.placement.copies)
    return {"count": copies, "check_s": seconds, "check_us_per_copy": 1e6 * seconds / copies}
