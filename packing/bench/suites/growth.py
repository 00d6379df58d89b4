"""How time grows with size: the same shapes, from 1,000 to 100,000 copies, until the gap asked for is reached."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from packing.bench.measure import measured
from packing.bench.options import Options
from packing.bench.report import Report, Row, Target
from packing.bench.spread import seconds_to
from packing.domain.problem import Problem
from packing.generate import SUITES, generate

LIMIT_S, GAP, WANTED_EXPONENT = 180.0, 0.02, 1.2
COPIES = (1_000, 3_000, 10_000, 30_000, 100_000)
MODELS, SHAPES = 1_000, 100
"""The same at all sizes: only the number of copies grows."""
TIGHTNESS = 0.3
"""Stock suffices for everyone: where copies are missing, there is no gap to speak of."""


def run(options: Options) -> Report:
    """Solve each size up to ``--count`` copies with ``gap=0.02``; the report keeps the course of each solve."""
    sizes = (40, 80) if options.quick else tuple(size for size in COPIES if size <= options.number(max(COPIES), max(COPIES)))
    limit = options.seconds(LIMIT_S)
    rows: list[Row] = []
    curves: list[Row] = []
    for copies in sizes:
        models, shapes = (20, 10) if options.quick else (MODELS, SHAPES)
        for seed in range(options.repeats(1)):
            problem = generate(SUITES["large"], copies=copies, models=models, shapes=shapes, seed=seed, tightness=TIGHTNESS)
            found = measured(_solve, problem, options.strategy, limit, options.workers)
            points = found.value.pop("points")
            row: Row = {
                "copies": copies,
                "seed": seed,
                "seconds_to_gap": seconds_to(points, GAP),
                **found.value,
                "peak_mib": found.peak_bytes / 2**20,
            }
            rows.append(row)
            curves.append({"name": f"{copies:,} copies", "copies": copies, "seed": seed, "points": points})
    exponent = growth_exponent(rows)
    reached = sum(row["seconds_to_gap"] is not None for row in rows)
    wrong = sum(row["violations"] for row in rows)
    return Report(
        "growth",
        tuple(rows),
        (
            Target(f"a gap of {GAP:.0%} at every size in {limit:g} s", f"{reached} of {len(rows)}", reached == len(rows)),
            Target(
                f"time to {GAP:.0%} grows no faster than n^{WANTED_EXPONENT}",
                "unknown" if exponent is None else f"n^{exponent:.2f}",
                exponent is not None and exponent <= WANTED_EXPONENT and reached == len(rows),
            ),
            Target("no violation", f"{wrong}", not wrong, hard=True),
        ),
        (f"{SHAPES} shapes, {MODELS:,} models at every size; strategy {options.strategy}, {options.workers} workers.",),
        tuple(curves),
    )


def growth_exponent(rows: Sequence[Row]) -> float | None:
    """Slope of log(median seconds to the gap) over log(copies), by least squares; None with fewer than two sizes."""
    by_size = {size: [row["seconds_to_gap"] for row in rows if row["copies"] == size] for size in {row["copies"] for row in rows}}
    points = [(math.log(size), math.log(max(1e-3, median(times)))) for size, times in by_size.items() if all(time is not None for time in times)]
    if len(points) < 2:
        return None
    x_mean, y_mean = (sum(values) / len(points) for values in zip(*points, strict=True))
    slope: float = sum((x - x_mean) * (y - y_mean) for x, y in points) / sum((x - x_mean) ** 2 for x, _ in points)
    return slope


def _solve(problem: Problem, strategy: str, limit: float, workers: int) -> Row:
    from packing.solve import solve_placement
    from packing.verify import verify

    points: list[tuple[float, float | None]] = []
    result = solve_placement(
        problem,
        strategy=strategy,
        time_limit=limit,
        workers=workers,
        gap=GAP,
        on_progress=lambda progress: points.append((progress.elapsed_s, progress.gap)),
    )
    placement = result.placement
    return {
        "points": points,
        "gap": placement.gap,
        "seconds": result.elapsed_s,
        "limit": result.limit or "-",
        "unplaced": sum(entry.copies for entry in placement.unplaced),
        "violations": len(verify(result.expanded.problem, placement, result.digest).violations),
    }
