"""Gaps of the strategy `patterns` on generated fleets: median and spread over seeds, with machine and commit.

PYTHONPATH=. python benchmarks/patterns/run.py small --seeds 5
"""

from __future__ import annotations

import argparse
import platform
import statistics
import subprocess

from packing.compile.compiler import compile_problem
from packing.describe import expand
from packing.generate import generate
from packing.solve.context import SearchContext
from packing.solve.patterns.strategy import patterns

SMALL = {"models": 50, "shapes": 20, "copies": 100, "pools": 5, "tightness": 0}
SETS = {
    "small": {
        "100 copies, memory": (10, SMALL),
        "100 copies, exclusive": (10, SMALL | {"sharing": "exclusive"}),
        "100 copies, mixed": (10, SMALL | {"sharing": "mixed"}),
        "100 copies, no tenants": (10, SMALL | {"tenants": 0}),
    },
    "scale": {
        "1,000 copies": (30, {"models": 300, "shapes": 100, "copies": 1_000, "pools": 8, "tenants": 40, "conflicts": 0.3, "tightness": 0}),
        "10,000 copies": (60, {"models": 1_000, "shapes": 100, "copies": 10_000, "pools": 10, "tightness": 0}),
    },
}


def measure(limit: float, knobs: dict[str, object], seed: int) -> tuple[float | None, float]:
    """(gap, seconds) of one run; gap None where the plan misses more than it must."""
    compiled = compile_problem(expand(generate(seed=seed, **knobs)).problem)
    context = SearchContext(limit)
    patterns(compiled, context)
    plan, bound = context.incumbent, None
    if plan is not None:
        bound = context.valid_bound(plan.value)
    gap = None if plan is None or bound is None else 1 - bound / plan.value.objective
    return gap, context.elapsed()


def main() -> None:
    """Print one line for each problem."""
    parser = argparse.ArgumentParser()
    parser.add_argument("set", choices=SETS)
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, commit {commit}")
    print("| problem | limit s | median gap % | all gaps % | proven | median s |\n|---|---|---|---|---|---|")
    for name, (limit, knobs) in SETS[given.set].items():
        runs = [measure(limit, knobs, seed) for seed in range(given.seeds)]
        gaps = [gap for gap, _ in runs if gap is not None]
        middle = f"{100 * statistics.median(gaps):.2f}" if gaps else "-"
        every = " ".join(f"{100 * gap:.2f}" for gap in gaps)
        print(
            f"| {name} | {limit} | {middle} | {every} | {sum(gap <= 0 for gap in gaps)}/{len(runs)} | {statistics.median(s for _, s in runs):.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
