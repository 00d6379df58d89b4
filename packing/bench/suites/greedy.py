"""Greedy alone on large fleets: seconds from the problem to the verified answer, and memory."""

from __future__ import annotations

from packing.bench.cases import solved_row
from packing.bench.options import Options
from packing.bench.report import Report, Target
from packing.generate import SUITES, generate

WANTED_S = {10_000: 1.0, 100_000: 10.0}
WANTED_MIB = 2_000
COLUMNS = ("status", "unplaced", "usd_per_hour", "gap", "greedy_s", "seconds", "peak_mib", "violations")


def run(options: Options) -> Report:
    """The suites `large` and `huge` of `packing.generate`, without a time limit of their own beyond greedy's end."""
    sizes = {300: "small"} if options.quick else {10_000: "large", 100_000: "huge"}
    rows, targets = [], []
    for copies, name in sizes.items():
        problem = generate(SUITES[name], copies=copies)
        found = solved_row(problem, strategy="greedy", time_limit=options.seconds(0.0, quick=0.0), workers=1)
        row = {"copies": copies, "models": len(problem.models), "shapes": SUITES[name].shapes}
        rows.append({**row, **{column: found[column] for column in COLUMNS}})
        wanted = WANTED_S.get(copies, 1.0)
        targets += [
            Target(f"greedy places {copies:,} copies in {wanted:g} s", f"{found['greedy_s']:.2f} s", found["greedy_s"] <= wanted),
            Target(f"{copies:,} copies in less than {WANTED_MIB:,} MiB", f"{found['peak_mib']:.0f} MiB", found["peak_mib"] < WANTED_MIB),
            Target("no violation", f"{found['violations']}", not found["violations"], hard=True),
        ]
    return Report("greedy", tuple(rows), tuple(targets), ("greedy_s: until greedy's first plan; seconds: with reading, bound, assembly and check.",))
