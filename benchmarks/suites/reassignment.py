"""The Google/ROADEF/EURO 2012 machine reassignment set A: distance to the best published costs, in the challenge's own score."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import mean

from benchmarks.public.folder import data_folder, sample_reassignment, skipped
from benchmarks.public.reassignment import PUBLISHED, names, read_instance
from benchmarks.public.reassignment_check import costs, violations
from benchmarks.reassign import Reassignment, reassign
from packing.bench.options import Options
from packing.bench.report import Report, Row, Target
from packing.errors import Fault, ProblemError

LIMIT_S, WANTED, SEED = 300.0, 0.01, 0


class ProcessorClock:
    """Seconds of processor time of this process: the search has one thread, and what else runs on the machine does not count."""

    cancelled = False

    def __init__(self, time_limit: float) -> None:
        self.time_limit = time_limit
        self._start = time.process_time()

    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.process_time() - self._start


def run(options: Options) -> Report:
    """Solve the instances (``--count``: the first ones; all by default), ``--seeds`` times each, ``--time-limit`` seconds of processor time each."""
    with data_folder(options, sample_reassignment) as folder:
        return skipped("reassignment") if folder is None else _run(folder, options)


def _run(folder: Path, options: Options) -> Report:
    chosen = names(folder)
    if not chosen:
        raise ProblemError([Fault("unreadable_file", "--data", folder.name, "No model_a*.txt is below this folder.", "Name a folder that has them.")])
    chosen = chosen[: options.number(len(chosen), quick=1)]
    limit = options.seconds(LIMIT_S, quick=0.5)
    rows = [solved(read_instance(folder, name), name, limit, seed) for name in chosen for seed in range(SEED, SEED + options.repeats(1))]
    scored = [row["score %"] / 100 for row in rows if row["score %"] is not None]
    wrong = sum(bool(row["violations"]) for row in rows)
    worse = sum(row["cost"] > row["start"] for row in rows)
    targets = [
        Target("every assignment valid (checker of its own)", f"{wrong} with violations", wrong == 0, hard=True),
        Target("never worse than the start", f"{worse} worse", worse == 0, hard=True),
    ]
    if scored:
        ours = mean(scored)
        targets.insert(0, Target(f"mean distance to the best known at most {WANTED:.0%} of the start's cost", f"{ours:.2%}", ours <= WANTED))
    return Report("reassignment", (*rows, *_mean(rows)), tuple(targets), (f"{limit:g} s of processor time each, one thread.", *NOTES))


NOTES = (
    "score: (cost - best known) / cost of the start, the challenge's own; above: cost / best known - 1.",
    "best known of a1_4 is a published lower bound, so that its distance is shown larger than it is. See docs/design/reassignment.md.",
)


def solved(problem: Reassignment, name: str, limit: float, seed: int) -> Row:
    """One instance: searched, then checked and priced by the checker."""
    began = time.monotonic()
    clock = ProcessorClock(limit)
    outcome = reassign(problem, clock=clock, seed=seed)
    spent, seconds = clock.elapsed(), time.monotonic() - began
    cost, start = costs(problem, outcome.places).total, costs(problem, problem.start).total
    wrong = violations(problem, outcome.places)
    if cost != outcome.cost:
        wrong.append(f"The search says {outcome.cost}, the checker {cost}.")
    known = PUBLISHED.get(name)
    return {
        "instance": name,
        "seed": seed,
        "start": start,
        "cost": cost,
        "best known": None if known is None else known.cost,
        "score %": None if known is None else 100 * (cost - known.cost) / start,
        "above %": None if known is None else 100 * (cost / known.cost - 1),
        "moved": sum(before != now for before, now in zip(problem.start, outcome.places, strict=True)),
        "steps": outcome.steps,
        "processor s": spent,
        "seconds": seconds,
        "violations": len(wrong),
    }


def _mean(rows: Sequence[Row]) -> list[Row]:
    scores = [row["score %"] for row in rows if row["score %"] is not None]
    return [{"instance": "mean", "score %": mean(scores)}] if scores else []
