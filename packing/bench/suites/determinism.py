"""Same input, seed and one worker: the same bytes, unless the time limit cut the search short, and then `limit` says `time`.

Fleets of 10 to 1,000 copies with a limit that bites and one that hardly does; each is solved in fresh processes with other hash seeds, with the
input in another order, and beside another job.
"""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

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
result = solve_placement(problem, seed=1, workers=1, strategy={strategy!r}, time_limit={limit})
print(result.limit, hashlib.sha256(result.placement.to_json().encode()).hexdigest())
"""
SPIN = "while True: pass"
ALWAYS = ("random_problem(1)", "random_problem(5)", "random_problem(9)", "generate(copies=60, models=20, tenants=4)")
FLEETS, SMALLEST, LARGEST = 4, 10, 1_000
"""Fleets where no number is asked for; copies of the smallest and of the largest."""
BITES, HARDLY = 2.0, 20.0
"""Seconds: a limit that bites, and one that most fleets do not need."""


@dataclass(frozen=True, slots=True)
class Way:
    """One run: the hash seed of its process, the order of the input, and whether another job takes a core meanwhile."""

    hash_seed: str
    order: int
    beside: bool = False


WAYS = (Way("0", 0), Way("1", 1, beside=True), Way("4711", 2))


def run(options: Options) -> Report:
    """A few problems that are always the same, then as many fleets as asked for."""
    ways = WAYS[:2] if options.quick else WAYS
    limits = [options.seconds(BITES)] if options.quick or options.time_limit is not None else [BITES, HARDLY]
    asked = [(problem, 60.0) for problem in (ALWAYS[:1] if options.quick else ALWAYS)]
    asked += [(fleet, limit) for fleet in fleets(options.number(FLEETS, quick=1)) for limit in limits]
    rows = [_row(problem, limit, options.strategy, ways) for problem, limit in asked]
    different = sum(row["answers"] > 1 for row in rows)
    late = sum(row["time"] for row in rows)
    runs = sum(row["runs"] for row in rows)
    return Report(
        "determinism",
        tuple(rows),
        (
            Target(
                "one answer of each problem among the runs that the time limit did not cut short",
                f"{different} with several",
                not different,
                hard=True,
            ),
        ),
        (f"{late} of {runs} runs were cut short by the time limit; work, gap, none: what ended the others.",),
    )


def fleets(count: int) -> list[str]:
    """Fleets of evenly spaced sizes (in proportion), each with features of its own, as calls of `generate`."""
    found = []
    for number in range(count):
        rng = random.Random(f"determinism {number}")
        copies = round(SMALLEST * (LARGEST / SMALLEST) ** (number / max(1, count - 1)))
        models = max(2, round(copies * rng.uniform(0.15, 0.9)))
        knobs = {
            "copies": copies,
            "models": models,
            "shapes": max(2, min(models, round(models * rng.uniform(0.2, 1)), 120)),
            "tenants": rng.choice((0, 3, 10)),
            "isolated_share": rng.choice((0.0, 0.2)),
            "conflicts": rng.choice((0.0, 0.3)),
            "pools": rng.choice((2, 4, 6)),
            "zones": rng.choice((1, 1, 2)),
            "slots": rng.choice((1, 1, 1, 4)),
            "sharing": rng.choice(("memory", "memory", "exclusive", "mixed")),
            "tightness": rng.choice((0, 0.7, 1.1)),
            "seed": number,
        }
        found.append(f"generate({', '.join(f'{name}={value!r}' for name, value in knobs.items())})")
    return found


def _row(problem: str, limit: float, strategy: str, ways: tuple[Way, ...]) -> Row:
    answers = [_answer(problem, limit, strategy, way) for way in ways]
    ended = Counter(by for by, _ in answers)
    # What the time limit cut short may differ: it is counted, and compared with nothing.
    same = len({digest for by, digest in answers if by != "time"})
    return {
        "problem": problem,
        "limit_s": limit,
        "runs": len(answers),
        "answers": same,
        **{by: ended[by] for by in ("time", "work", "gap")},
        "none": ended["None"],
    }


def _answer(problem: str, limit: float, strategy: str, way: Way) -> tuple[str, str]:
    code = CODE.format(problem=problem, order=way.order, strategy=strategy, limit=limit)
    environment = {**os.environ, "PYTHONHASHSEED": way.hash_seed}
    with _another_job(wanted=way.beside):
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    ended, digest = done.stdout.split()
    assert len(digest) == hashlib.sha256().digest_size * 2
    return ended, digest


@contextmanager
def _another_job(*, wanted: bool) -> Iterator[None]:
    """One core is busy with something else."""
    job = subprocess.Popen([sys.executable, "-c", SPIN]) if wanted else None
    try:
        yield
    finally:
        if job is not None:
            job.kill()
            job.wait()
