"""Vectorpack's "New" instances with known optimum: how many bins more than that, beside the published heuristics."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.public.folder import data_folder, sample_vectorpack, skipped
from benchmarks.public.vectorpack import Reference, problem_of, read_instances, read_reference
from packing.bench.cases import solved_row
from packing.bench.options import Options
from packing.bench.report import Report, Row, Target

LIMIT_S, WANTED_GAP, SEED = 60.0, 0.005, 0


def run(options: Options) -> Report:
    """Solve a sample (``--count``; all by default) and compare bins."""
    with data_folder(options, sample_vectorpack) as folder:
        return skipped("vectorpack") if folder is None else _run(folder, options)


def sampled(folder: Path, options: Options) -> dict[str, Reference]:
    """References of the instances to be solved: a sample among those with known optimum, the same for the same seed."""
    known = [each for each in read_reference(folder) if each.optimum is not None]
    count = min(len(known), options.number(len(known), quick=2))
    return {each.instance: each for each in random.Random(SEED).sample(known, count)}


def _run(folder: Path, options: Options) -> Report:
    references = sampled(folder, options)
    limit = options.seconds(LIMIT_S, quick=0.5)
    solved = []
    for instance in read_instances(folder, set(references)):
        found = solved_row(problem_of(instance), time_limit=limit, workers=options.workers, strategy=options.strategy)
        solved.append(_compared(references[instance.name], len(instance.capacity), sum(count for _, count in instance.items), found))
    rows = _summary(solved)
    ours = mean(row["gap"] for row in solved)
    above = sum(row["bins"] > row["ffd"] for row in solved)
    wrong = sum(row["violations"] + row["unplaced"] + (row["bins"] < row["optimum"]) for row in solved)
    return Report(
        "vectorpack",
        tuple(rows),
        (
            Target(f"mean gap to the optimum at most {WANTED_GAP:.1%}", f"{ours:.2%}", ours <= WANTED_GAP),
            Target("never above first-fit decreasing", f"{above} of {len(solved)} above", not above),
            Target("all items packed, verified, and never below the optimum", f"{wrong} wrong", wrong == 0, hard=True),
        ),
        (
            f"{len(solved)} instances, sampled with seed {SEED}; {limit:g} s each, strategy {options.strategy}, {options.workers} workers.",
            "gaps are means of bins / optimum - 1; ffd: best of the first-fit-decreasing variants, best: best of about 330 heuristics, as published.",
        ),
    )


def _compared(reference: Reference, dimensions: int, items: int, found: Row) -> Row:
    optimum = reference.optimum
    assert optimum is not None
    return {
        "class": reference.instance.split("_", maxsplit=1)[0],
        "dimensions": dimensions,
        "items": items,
        "bins": found["nodes"],
        "optimum": optimum,
        "ffd": reference.first_fit_decreasing,
        "gap": found["nodes"] / optimum - 1,
        "ffd_gap": reference.first_fit_decreasing / optimum - 1,
        "best_gap": reference.best_heuristic / optimum - 1,
        "seconds": found["seconds"],
        "proven": found["status"] == "optimal",
        "unplaced": found["unplaced"],
        "violations": found["violations"],
    }


def _summary(solved: Sequence[Row]) -> list[Row]:
    """Means by number of items, and of all."""
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in solved:
        groups[row["items"]].append(row)
    rows = [_means(f"{items} items", groups[items]) for items in sorted(groups)]
    return [*rows, _means("all", solved)]


def _means(name: str, rows: Sequence[Row]) -> Row:
    return {
        "instances": name,
        "number": len(rows),
        "at_optimum": sum(row["bins"] == row["optimum"] for row in rows),
        "proven": sum(row["proven"] for row in rows),
        "above_ffd": sum(row["bins"] > row["ffd"] for row in rows),
        **{f"{column} %": 100 * mean(row[column] for row in rows) for column in ("gap", "best_gap", "ffd_gap")},
        "seconds": mean(row["seconds"] for row in rows),
    }
