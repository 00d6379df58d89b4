"""The naive CP-SAT formulation beside ours, same time and workers, at every size where it answers at all."""

from __future__ import annotations

from typing import Any

from benchmarks.suites.peers import SIZES, TIGHTNESS, peer_row
from packing.bench.cases import solved_row
from packing.bench.measure import measured
from packing.bench.options import Options
from packing.bench.report import Report, Row, Target
from packing.domain.problem import Problem
from packing.generate import SUITES, generate

LIMIT_S = 10.0
PEER = "naive CP-SAT"


def run(options: Options) -> Report:
    """All sizes up to ``--count`` copies. Where the naive formulation has no answer, ours is not run."""
    limit = options.seconds(LIMIT_S)
    rows = []
    for copies, (name, models) in SIZES.items():
        for seed in range(options.repeats(5)) if copies <= options.number(max(SIZES), quick=30) else ():
            problem = generate(SUITES[name], copies=copies, models=models, seed=seed, tightness=TIGHTNESS)
            rows.append({"copies": copies, "seed": seed, **_both(problem, limit, options)})
    answers = [row for row in rows if row["naive"] is not None]
    better = [row for row in answers if row["better"]]
    below = [row for row in answers if row["below_bound"]]
    wrong = sum(row["violations"] for row in rows)
    sizes = ", ".join(f"{copies:,}: {sum(row['copies'] == copies for row in answers)}" for copies in SIZES)
    return Report(
        "naive",
        tuple(rows),
        (
            Target("naive CP-SAT, same time, every size where it answers: never better than ours", f"{len(better)} of {len(answers)}", not better),
            Target("never below our bound", f"{len(below)} below", not below, hard=True),
            Target("every placement verified", f"{wrong} violations", not wrong, hard=True),
        ),
        (f"{limit:g} s and {options.workers} workers for each; strategy {options.strategy}. Answers by copies: {sizes}.",),
    )


def _both(problem: Problem, limit: float, options: Options) -> dict[str, Any]:
    theirs: Row = {"objective": None, **measured(peer_row, PEER, problem, limit, options.workers).value}
    row: dict[str, Any] = {"naive": theirs["objective"], "naive_unplaced": theirs.get("unplaced"), "remark": theirs["remark"]}
    row |= {"ours": None, "ours_unplaced": None, "gap": None, "better": None, "below_bound": None, "violations": theirs.get("violations", 0)}
    if theirs["objective"] is None:
        return row
    ours = solved_row(problem, time_limit=limit, workers=options.workers, strategy=options.strategy)
    same = theirs["unplaced"] == ours["unplaced"]
    return row | {
        "ours": ours["objective"],
        "ours_unplaced": ours["unplaced"],
        "gap": ours["gap"],
        "better": (theirs["unplaced"], theirs["objective"]) < (ours["unplaced"], ours["objective"]),
        "below_bound": same and ours["bound"] is not None and theirs["objective"] < ours["bound"] - 1e-9,
        "violations": row["violations"] + ours["violations"],
    }
