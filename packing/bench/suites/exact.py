"""Problems of 100 copies over 5 pools: whether they are proven optimal, and after how many seconds."""

from __future__ import annotations

from statistics import median

from packing.bench.cases import solved_row
from packing.bench.options import Options
from packing.bench.report import Report, Target
from packing.generate import SUITES, generate

LIMIT_S = 10.0
COLUMNS = ("status", "unplaced", "usd_per_hour", "gap", "seconds", "peak_mib", "violations")


def run(options: Options) -> Report:
    """Solve the suite `small` of `packing.generate` to proven optimality."""
    copies = 12 if options.quick else 100
    limit = options.seconds(LIMIT_S)
    rows = []
    for seed in range(options.repeats(5)):
        problem = generate(SUITES["small"], seed=seed, copies=copies, models=min(30, copies))
        found = solved_row(problem, time_limit=limit, workers=options.workers, strategy=options.strategy)
        rows.append({"seed": seed, "copies": copies, **{column: found[column] for column in COLUMNS}})
    # A partial answer with a gap of zero is proven, too: no placement leaves less out, and none of those is better.
    proven = [row for row in rows if row["gap"] == 0]
    seconds = median(row["seconds"] for row in rows)
    wrong = sum(row["violations"] for row in rows)
    return Report(
        "exact",
        tuple(rows),
        (
            Target(
                f"100 copies over 5 pools proven optimal in {LIMIT_S:g} s",
                f"{len(proven)} of {len(rows)}, median {seconds:.1f} s",
                len(proven) == len(rows),
            ),
            Target("no violation", f"{wrong}", wrong == 0, hard=True),
        ),
    )
