"""Generated fleets through this library and through its peers, in one run: cost, bound, gap and time side by side."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from benchmarks.peers.decreasing import best_fit_decreasing, first_fit_decreasing
from benchmarks.peers.karpenter import karpenter
from benchmarks.peers.naive import naive
from benchmarks.peers.plain import NoAnswerError
from benchmarks.peers.rebalancer import rebalancer
from packing.bench.baselines import Baseline
from packing.bench.cases import solved_row
from packing.bench.measure import Measured, measured, peak_bytes
from packing.bench.options import Options
from packing.bench.report import Report, Row, Target
from packing.describe import Expanded, expand
from packing.domain.problem import Problem
from packing.generate import SUITES, generate

LIMIT_S = 30.0
SIZES = {30: ("small", 10), 100: ("small", 30), 300: ("medium", 100), 1_000: ("medium", 300), 10_000: ("large", 1_000)}
"""copies: (knobs, models)"""
TIGHTNESS = 0.3
"""Stock suffices for everyone: cost decides, not who leaves out least."""

Peer = Callable[[Expanded, float, int], Baseline]
PEERS: dict[str, Peer] = {
    "first-fit decreasing": first_fit_decreasing,
    "best-fit decreasing": best_fit_decreasing,
    "Karpenter's rule": karpenter,
    "naive CP-SAT": naive,
    "Rebalancer": rebalancer,
}


def run(options: Options) -> Report:
    """All sizes up to ``--count`` copies, several seeds each."""
    largest = options.number(max(SIZES), quick=30)
    limit = options.seconds(LIMIT_S)
    rows: list[Row] = []
    for copies, (name, models) in SIZES.items():
        for seed in range(options.repeats(5)) if copies <= largest else ():
            rows += compared(
                generate(SUITES[name], copies=copies, models=models, seed=seed, tightness=TIGHTNESS), limit, options, {"copies": copies, "seed": seed}
            )
    ours = {(row["copies"], row["seed"]): row for row in rows if row["by"] == "packing"}
    wrong = sum(row["violations"] or 0 for row in rows)
    return Report(
        "peers",
        tuple(_summary(rows)),
        (
            Target("naive CP-SAT, same time: never better than ours", *_never_better(rows, ours, "naive CP-SAT")),
            Target("no peer better than ours", *_never_better(rows, ours, None)),
            Target("every placement verified", f"{wrong} violations", not wrong, hard=True),
            Target("no peer below our bound", *_never_below(rows, ours), hard=True),
        ),
        (
            f"{limit:g} s and {options.workers} workers for each; strategy {options.strategy}. Medians over seeds, spread: largest - smallest.",
            "gap: (objective - our bound) / objective, of placements with nothing missing; usd: of all.",
        ),
    )


def compared(problem: Problem, limit: float, options: Options, case: dict[str, Any]) -> list[Row]:
    """One problem by all, one after the other."""
    found = solved_row(problem, time_limit=limit, workers=options.workers, strategy=options.strategy)
    columns = ("usd_per_hour", "objective", "bound", "gap", "unplaced", "violations", "seconds")
    rows = [{**case, "by": "packing", **{column: found[column] for column in columns}, "remark": ""}]
    for name in PEERS:
        # The formulation can take gigabytes, which a process of its own gives back.
        taken = measured(peer_row, name, problem, limit, options.workers) if name == "naive CP-SAT" else _timed(name, problem, limit, options.workers)
        row: Row = {**case, "by": name, **dict.fromkeys(columns), **taken.value, "seconds": taken.seconds}
        if row["objective"] is not None and found["bound"] is not None and row["unplaced"] == found["unplaced"]:
            row["gap"] = (row["objective"] - found["bound"]) / row["objective"] if row["objective"] else 0.0
        rows.append(row)
    return rows


def _timed(name: str, problem: Problem, limit: float, workers: int) -> Measured[Row]:
    started = time.monotonic()
    value = peer_row(name, problem, limit, workers)
    return Measured(value, time.monotonic() - started, peak_bytes())


def peer_row(name: str, problem: Problem, limit: float, workers: int) -> Row:
    """What a peer answers, as figures; only a remark where it has no answer."""
    try:
        found = PEERS[name](expand(problem), limit, workers)
    except NoAnswerError as reason:
        return {"remark": str(reason)}
    placement = found.placement
    return {
        "usd_per_hour": placement.cost_per_hour,
        "objective": placement.objective,
        "unplaced": found.unplaced,
        "violations": len(found.verification.violations),
        "remark": "",
    }


def _value(row: Row) -> tuple[int, float]:
    """What is compared: missing copies, then the objective."""
    return row["unplaced"], row["objective"]


def _never_better(rows: Sequence[Row], ours: dict[Any, Row], name: str | None) -> tuple[str, bool]:
    answers = [row for row in rows if row["objective"] is not None and row["by"] != "packing" and name in {None, row["by"]}]
    better = [row for row in answers if _value(row) < _value(ours[row["copies"], row["seed"]])]
    shown = "; ".join(f"{row['by']}, {row['copies']} copies, seed {row['seed']}" for row in better[:5])
    return f"{len(better)} of {len(answers)} answers" + (f": {shown}" if better else ""), not better


def _never_below(rows: Sequence[Row], ours: dict[Any, Row]) -> tuple[str, bool]:
    """Peers test our bound: none may have as few missing copies and a smaller objective than it."""
    below = 0
    for row in rows:
        mine = ours[row["copies"], row["seed"]]
        if row["objective"] is not None and mine["bound"] is not None and row["unplaced"] == mine["unplaced"]:
            below += row["objective"] < mine["bound"] - 1e-9
    return f"{below} below", not below


def _summary(rows: Sequence[Row]) -> list[Row]:
    groups: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["copies"], row["by"]].append(row)
    return [_medians(copies, name, group) for (copies, name), group in groups.items()]


def _medians(copies: int, name: str, group: Sequence[Row]) -> Row:
    answers = [row for row in group if row["objective"] is not None]
    gaps = [100 * row["gap"] for row in answers if row["gap"] is not None]
    return {
        "copies": copies,
        "by": name,
        "answers": f"{len(answers)} of {len(group)}",
        "usd_per_hour": median(row["usd_per_hour"] for row in answers) if answers else None,
        "unplaced": median(row["unplaced"] for row in answers) if answers else None,
        "gap_%": median(gaps) if gaps else None,
        "spread": max(gaps) - min(gaps) if gaps else None,
        "seconds": median(row["seconds"] for row in group),
        "remark": "; ".join(sorted({row["remark"] for row in group if row["remark"]})[:2]),
    }
