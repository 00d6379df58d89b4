"""One solve as a row of figures, measured in a process of its own."""

from __future__ import annotations

from collections import Counter
from typing import Any

from packing.bench.measure import measured
from packing.bench.report import Row
from packing.domain.problem import Problem
from packing.domain.words import Hosting

MIB = 2**20
Point = tuple[float, float | None]
"""(seconds since the solve began, gap or None) at each progress."""


def solved_row(problem: Problem, **options: Any) -> Row:
    """Solve the problem in a fresh process; cost, bound, gap, seconds (description to verified answer) and peak memory.

    Parameters
    ----------
    options : for `packing.solve.solve_placement`.
    """
    return solved_course(problem, **options)[0]


def solved_course(problem: Problem, **options: Any) -> tuple[Row, list[Point]]:
    """The same, and the course of the solve."""
    found = measured(_solve, problem, options)
    row, points = found.value
    return {**row, "seconds": found.seconds, "peak_mib": found.peak_bytes / MIB}, points


def _solve(problem: Problem, options: dict[str, Any]) -> tuple[Row, list[Point]]:
    from packing.solve import solve_placement
    from packing.verify import verify

    points: list[Point] = []
    result = solve_placement(problem, **options, on_progress=lambda progress: points.append((progress.elapsed_s, progress.gap)))
    placement = result.placement
    verification = verify(result.expanded.problem, placement, result.digest)
    hostings = Counter(endpoint.hosting for endpoint in placement.endpoints)
    row: Row = {
        "status": str(result.status),
        "greedy_s": points[0][0] if points else None,
        "usd_per_hour": placement.cost_per_hour,
        "objective": placement.objective,
        "bound": placement.bound,
        "gap": placement.gap,
        "unplaced": sum(entry.copies for entry in placement.unplaced),
        "copies": len(placement.copies),
        "nodes": len(placement.nodes),
        **{str(hosting): hostings[hosting] for hosting in Hosting},
        "violations": len(verification.violations),
    }
    return row, points
