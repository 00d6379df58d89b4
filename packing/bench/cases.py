"""One solve as a row of figures, measured in a process of its own."""

from __future__ import annotations

from collections import Counter
from typing import Any

from packing.bench.measure import measured
from packing.bench.report import Row
from packing.domain.problem import Problem
from packing.domain.words import Hosting

MIB = 2**20


def solved_row(problem: Problem, **options: Any) -> Row:
    """Solve the problem in a fresh process; cost, bound, gap, seconds (description to verified answer) and peak memory.

    Parameters
    ----------
    options : for `packing.solve.solve_placement`.
    """
    found = measured(_solve, problem, options)
    return {**found.value, "seconds": found.seconds, "peak_mib": found.peak_bytes / MIB}


def _solve(problem: Problem, options: dict[str, Any]) -> Row:
    from packing.solve import solve_placement
    from packing.verify import verify

    seen: list[float] = []
    result = solve_placement(problem, **options, on_progress=lambda progress: seen.append(progress.elapsed_s))
    placement = result.placement
    verification = verify(result.expanded.problem, placement, result.digest)
    hostings = Counter(endpoint.hosting for endpoint in placement.endpoints)
    return {
        "status": str(result.status),
        "greedy_s": seen[0] if seen else None,
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
