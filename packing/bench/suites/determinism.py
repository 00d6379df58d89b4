"""Same input, seed and one worker: the same bytes, over hash seeds and with the input in another order."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

from packing.bench.options import Options
from packing.bench.report import Report, Row, Target

CODE = """
import hashlib
from packing.generate import generate, random_problem
from packing.solve import solve_placement
from packing.testing.conformance.reproducible import shuffled
problem = {problem}
if {order}:
    problem = shuffled(problem, {order})
result = solve_placement(problem, seed=1, workers=1, strategy={strategy!r}, time_limit=60.0)
print(result.limit, hashlib.sha256(result.placement.to_json().encode()).hexdigest())
"""
HASH_SEEDS = ("0", "1", "4711")


def run(options: Options) -> Report:
    """Each problem in fresh processes: three hash seeds x two orders of input."""
    problems = ["random_problem(1)"] if options.quick else [
        "random_problem(1)", "random_problem(5)", "random_problem(9)", "generate(copies=60, models=20, tenants=4)",
    ]  # fmt: skip
    ways = [("0", 0), ("1", 1)] if options.quick else [(hash_seed, order) for hash_seed in HASH_SEEDS for order in (0, 1)]
    rows = [_row(problem, options.strategy, ways) for problem in problems]
    same = all(row["different"] == 1 for row in rows)
    seen = f"{sum(row['different'] == 1 for row in rows)} of {len(rows)} problems"
    return Report("determinism", tuple(rows), (Target("byte-identical placements", seen, same, hard=True),))


def _row(problem: str, strategy: str, ways: list[tuple[str, int]]) -> Row:
    """`ways`: hash seed and order of the input of each run."""
    answers = [_answer(problem, strategy, hash_seed, order) for hash_seed, order in ways]
    # An answer that the clock cut off may differ: it is said, and not counted as the same.
    stopped = sum(limit == "time" for limit, _ in answers)
    return {"problem": problem, "runs": len(answers), "different": len({digest for _, digest in answers}), "stopped_by_clock": stopped}


def _answer(problem: str, strategy: str, hash_seed: str, order: int) -> tuple[str, str]:
    code = CODE.format(problem=problem, order=order, strategy=strategy)
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": hash_seed}, capture_output=True, text=True, check=True)
    limit, digest = done.stdout.split()
    assert len(digest) == hashlib.sha256().digest_size * 2
    return limit, digest
