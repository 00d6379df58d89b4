"""Where the time of the target table's rows goes (``--rows``; default: c and e), one worker, in one process."""

from __future__ import annotations

from benchmarks.profiling import profiled
from packing.bench.measure import measured
from packing.bench.options import Options
from packing.bench.report import Report, Row, Target
from packing.bench.scale_rows import SCALE_ROWS
from packing.domain.problem import Problem

ROWS, LIMIT_S, SHOWN = ("c", "e"), 60.0, 12
"""Rows; seconds at most for a solve, since profiled time is longer; places shown of each row."""


def run(options: Options) -> Report:
    """Profile one solve of seed 0 for each row, from the description to the checked answer."""
    rows: list[Row] = []
    known = []
    for name in options.rows or (("a",) if options.quick else ROWS):
        row = SCALE_ROWS[name]
        limit = min(options.seconds(row.limit_s), LIMIT_S)
        seconds = measured(_profiled, row.problem(0), options.strategy, limit).value
        total = sum(seconds.values())
        known.append(1 - seconds.get("elsewhere", 0.0) / total)
        ranked = sorted(seconds.items(), key=lambda each: -each[1])
        rows += [{"row": name, "where": place, "seconds": own, "share_%": 100 * own / total} for place, own in ranked[:SHOWN]]
        rows.append({"row": name, "where": "all", "seconds": total, "share_%": 100.0})
    return Report(
        "profile",
        tuple(rows),
        (Target("at least 90 % of the time is accounted for", f"{min(known):.0%}", min(known) >= 0.9),),
        (f"Own time, with what the standard library and numpy do for a file; strategy {options.strategy}, one worker, at most {LIMIT_S:g} s.",),
    )


def _profiled(problem: Problem, strategy: str, limit: float) -> dict[str, float]:
    import ortools.math_opt.python.mathopt
    import ortools.sat.python.cp_model  # noqa: F401 - loading libraries is no part of the solve

    return profiled(_solve, problem, strategy, limit)[1]


def _solve(problem: Problem, strategy: str, limit: float) -> None:
    """What `solve_placement` does, without its child processes: a profile sees one process only."""
    from packing.compile.compiler import compile_problem
    from packing.describe import expand
    from packing.domain.words import Status
    from packing.solve.assemble import assemble
    from packing.solve.context import SearchContext
    from packing.solve.strategies import strategy_of
    from packing.verify import verify

    expanded = expand(problem)
    compiled = compile_problem(expanded.problem)
    context = SearchContext(limit)
    strategy_of(strategy).solve(compiled, context)
    plan = context.incumbent
    assert plan is not None
    status = Status.FEASIBLE if plan.value.complete else Status.PARTIAL
    verify(expanded.problem, assemble(compiled, expanded, plan, status, context.valid_bound(plan.value)), expanded.digest)
