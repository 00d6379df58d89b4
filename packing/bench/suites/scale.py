"""The target table on synthetic fleets: its rows over seeds 0 to 4, each solve in a process of its own.

Growth is the suite `growth`, the naive formulation beside ours the suite `naive`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from packing.bench.cases import solved_course
from packing.bench.options import Options
from packing.bench.report import Report, Row, Target
from packing.bench.scale_rows import GREEDY, ROW_NAMES, SCALE_ROWS, ScaleRow
from packing.bench.spread import Spread, seconds_to

GREEDY_S = 5.0
"""For greedy alone on the problems of row e."""
LATE_S = 1.0
"""A solve may take so much longer than its limit (docs/design/processes.md)."""
FIGURES = ("status", "unplaced", "usd_per_hour", "objective", "bound", "gap", "nodes", "greedy_s", "seconds", "peak_mib", "violations")


def run(options: Options) -> Report:
    """The rows asked for (``--rows``; default: all), one solve after the other."""
    rows: list[Row] = []
    targets: list[Target] = []
    curves: list[Row] = []
    for name in chosen(options):
        row = SCALE_ROWS["e" if name == GREEDY else name]
        solves = []
        for seed in range(options.repeats(5)):
            solves.append(_greedy_alone(row, seed, options) if name == GREEDY else _solved(row, seed, options))
            points = solves[-1].pop("points")
            curves.append(
                {
                    "name": f"{name}: {row.sentence.split(' copies')[0]} copies",
                    "row": name,
                    "seed": seed,
                    "wanted": row.gap,
                    "points": points,
                    **solves[-1],
                }
            )
        summary, lines = _greedy_summary(row, solves) if name == GREEDY else _summary(row, solves, options.seconds(row.limit_s))
        rows.append(summary)
        targets += lines
    wrong = sum(each["violations"] for each in curves)
    return Report(
        "scale",
        tuple(rows),
        (*targets, Target("every placement verified", f"{wrong} violations", not wrong, hard=True)),
        (
            f"Strategy {options.strategy}, {options.workers} workers, {options.repeats(5)} seeds: medians; peak_mib and unplaced: the most.",
            "in_hand_s: until the search knew the wanted gap, plus what the solve took beyond its limit (reading, assembly, check).",
            "Rows with -stock, and f-four, are beside the target table.",
        ),
        tuple(curves),
    )


def chosen(options: Options) -> tuple[str, ...]:
    """Names of the rows to run."""
    return options.rows or (("a", GREEDY) if options.quick else ROW_NAMES)


def _solved(row: ScaleRow, seed: int, options: Options) -> Row:
    limit = options.seconds(row.limit_s)
    found, points = solved_course(row.problem(seed), time_limit=limit, workers=options.workers, strategy=options.strategy)
    wanted = row.gap if row.gap is not None else _gap_of_one_node(found)
    known = None if wanted is None else seconds_to(points, wanted)
    in_hand = None if known is None else known + max(0.0, found["seconds"] - limit)
    return {**{name: found[name] for name in FIGURES}, "above": _nodes_above(found), "in_hand_s": in_hand, "points": points}


def _bound_in_nodes(found: Row) -> float | None:
    """The bound in nodes, where cost is the only weight and all nodes have one price."""
    if found["gap"] is None or not found["nodes"] or not found["objective"]:
        return None
    return float(found["bound"] / found["objective"] * found["nodes"])


def _nodes_above(found: Row) -> int | None:
    """Nodes more than the bound says are needed; a billionth of a node is rounding, and not one more."""
    exact = _bound_in_nodes(found)
    return None if exact is None else int(found["nodes"] - math.ceil(exact - 1e-6))


def _gap_of_one_node(found: Row) -> float | None:
    """The gap of a plan with one node more than the final bound."""
    exact = _bound_in_nodes(found)
    return None if exact is None else 1 - exact / (math.ceil(exact - 1e-6) + 1)


def _summary(row: ScaleRow, solves: Sequence[Row], limit: float) -> tuple[Row, list[Target]]:
    gap, in_hand = Spread.of(_percents(solves)), Spread.of([each["in_hand_s"] for each in solves])
    above, seconds = Spread.of([each["above"] for each in solves]), Spread.of([each["seconds"] for each in solves])
    peak = max(each["peak_mib"] for each in solves)
    summary: Row = {
        "row": row.name,
        "what": row.sentence,
        "limit_s": limit,
        "wanted_%": None if row.gap is None else 100 * row.gap,
        **gap.columns("gap_%"),
        **({"nodes_above": above.median} if row.gap is None or row.cost_only else {}),
        **in_hand.columns("in_hand_s"),
        **seconds.columns("seconds"),
        **_shared(solves, peak),
    }
    if row.extra:
        return summary, []
    wanted = "one node above the bound" if row.gap is None else f"gap at most {row.gap:.1%}" if row.gap else "proven optimal"
    seen = above.text("{:.0f}", " nodes above") if row.gap is None else gap.text("{:.3g}", " %")
    good = sum(each["in_hand_s"] is not None and each["in_hand_s"] <= limit + LATE_S for each in solves)
    reached = in_hand.median is not None and in_hand.median <= row.limit_s + LATE_S
    seen = f"{seen}; {good} of {len(solves)} in time, after {in_hand.text('{:.1f}', ' s')}; solves took {seconds.text('{:.1f}', ' s')}"
    targets = [Target(f"{row.name}. {row.sentence}: {wanted} in {row.limit_s:g} s", seen, reached)]
    if row.mib is not None:
        targets.append(Target(f"{row.name}. at most {row.mib:,} MiB", f"{peak:,.0f} MiB", peak <= row.mib))
    return summary, targets


def _greedy_alone(row: ScaleRow, seed: int, options: Options) -> Row:
    problem = SCALE_ROWS["a"].problem(seed) if options.quick else row.problem(seed)
    found, points = solved_course(problem, time_limit=0.0, workers=1, strategy="greedy")
    return {**{name: found[name] for name in FIGURES}, "points": points}


def _greedy_summary(row: ScaleRow, solves: Sequence[Row]) -> tuple[Row, list[Target]]:
    first, seconds = Spread.of([each["greedy_s"] for each in solves]), Spread.of([each["seconds"] for each in solves])
    summary: Row = {
        "row": GREEDY,
        "what": f"{row.sentence}: greedy alone",
        "limit_s": GREEDY_S,
        **Spread.of(_percents(solves)).columns("gap_%"),
        **first.columns("in_hand_s"),
        **seconds.columns("seconds"),
        **_shared(solves, max(each["peak_mib"] for each in solves)),
    }
    seen = f"{first.text('{:.2f}', ' s')} to its plan; with reading, assembly and check {seconds.text('{:.1f}', ' s')}"
    reached = first.median is not None and first.median <= GREEDY_S
    return summary, [Target(f"{row.sentence}: greedy alone in {GREEDY_S:g} s", seen, reached)]


def _shared(solves: Sequence[Row], peak: float) -> dict[str, Any]:
    return {
        **{name: Spread.of([each[name] for each in solves]).median for name in ("objective", "bound", "usd_per_hour")},
        "unplaced": max(each["unplaced"] for each in solves),
        "violations": sum(each["violations"] for each in solves),
        "peak_mib": peak,
    }


def _percents(solves: Sequence[Row]) -> list[float | None]:
    return [None if each["gap"] is None else 100 * each["gap"] for each in solves]
