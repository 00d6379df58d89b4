"""The openb cluster as an online rule leaves it when tasks for 130 % of its GPUs have come: what few moves recover.

What waits may come in, what runs is never dropped. The curve is of points of GPU allocation over the share of tasks moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.best_fit import tightness
from benchmarks.public.arrivals import spots_of
from benchmarks.public.folder import data_folder, sample_openb, skipped
from benchmarks.public.openb import inflated, read_trace
from benchmarks.public.openb_state import equally_important, gpu_demand, running_tasks
from packing.bench.measure import measured
from packing.bench.options import Options
from packing.bench.report import Report, Row, Target
from packing.solve.greedy.online import Ints, Mix, Room, future_room

RATIO, LIMIT_S = 1.3, 120.0
SHARES = (0.0, 0.01, 0.03, 0.05)
"""Of the running tasks that may move; with 0 only what fits as things are comes in."""
WANTED, MOST = 4.0, 0.05


def emptiest(room: Room, mix: Mix) -> Ints:
    """The opposite of best fit: rises least where most is free, as schedulers do that spread the load."""
    rise: Ints = -tightness(room, mix)
    return rise


RULES: dict[str, tuple[Any, bool]] = {"spread": (emptiest, False), "best fit": (tightness, True), "packing (future room)": (future_room, True)}


def run(options: Options) -> Report:
    """Each rule's end state, and as many re-solves as there are limits on moves."""
    with data_folder(options, sample_openb) as folder:
        return skipped("openb-defrag") if folder is None else _run(folder, options)


def _run(folder: Path, options: Options) -> Report:
    rows: list[Row] = []
    for rule in RULES if not options.quick else ("spread",):
        for share in SHARES if rule == "spread" and not options.quick else (MOST,):
            found = measured(recovered, folder, rule, share, options.seconds(LIMIT_S), options.workers)
            rows.append({"rule": rule, "may_move_%": 100 * share, **found.value, "seconds": found.seconds, "peak_mib": found.peak_bytes / 2**20})
    main = next(row for row in rows if row["rule"] == "spread" and row["may_move_%"] == 100 * MOST)
    wrong, dropped = sum(row["violations"] for row in rows), sum(row["dropped"] for row in rows)
    return Report(
        "openb-defrag",
        tuple(rows),
        (
            Target(
                f"at least {WANTED:g} points of GPU allocation recovered by moving at most {MOST:.0%} of the tasks",
                f"{main['points']:.2f} points by {main['moved_%']:.2f} %",
                main["points"] >= WANTED and main["moved_%"] <= 100 * MOST,
            ),
            Target("no running task is dropped", f"{dropped}", not dropped, hard=True),
            Target("no violation", f"{wrong}", not wrong, hard=True),
        ),
        (
            f"Tasks for {RATIO:.0%} of the GPUs have come in one order (seed 0); the rule has placed each at once, for good, or refused it.",
            "points: GPUs allocated after less before, in per cent of all GPUs. free: without any move, what waits comes in where it fits.",
        ),
        tuple({"name": rule, "points": _curve(rows, rule)} for rule in RULES),
    )


def _curve(rows: Sequence[Row], rule: str) -> list[tuple[float, float]]:
    return sorted((row["moved_%"], row["points"]) for row in rows if row["rule"] == rule)


def recovered(folder: Path, rule: str, share: float, seconds: float, workers: int) -> dict[str, Any]:
    """One end state, re-solved with a limit on moves."""
    from packing.solve import solve_placement
    from packing.verify import verify

    trace = read_trace(folder)
    tasks = inflated(trace, RATIO, 0)
    potential, tightest_first = RULES[rule]
    spots = spots_of(trace, tasks, potential, tightest_first=tightest_first)
    problem = equally_important(trace, tasks)
    current = running_tasks(trace, tasks, spots, problem)
    running = len(current.copies)
    result = solve_placement(problem, current=current, policy={"max_moves": int(share * running)}, time_limit=seconds, workers=workers)
    change = result.change
    assert change is not None
    before, after = gpu_demand(current) / trace.capacity, gpu_demand(result.placement) / trace.capacity
    return {
        "before_%": 100 * before,
        "after_%": 100 * after,
        "points": 100 * (after - before),
        "moved": change.moved,
        "moved_%": 100 * change.moved / running,
        "came_in": change.added,
        "dropped": change.removed,
        "violations": len(verify(result.expanded.problem, result.placement, result.digest).violations),
    }
