"""The support platform rehearsed: how fast, and whether the plan keeps what it promises when its requests come."""

from __future__ import annotations

import time
from collections.abc import Sequence
from statistics import median
from typing import Any

from packing.bench.measure import measured
from packing.bench.options import Options
from packing.bench.platform_file import platform_file
from packing.bench.report import Report, Row, Target
from packing.describe import read_problem
from packing.domain.placement import Placement
from packing.domain.problem import Problem

SOLVE_S, WANTED_S, WANTED = 10.0, 60.0, 0.99
QUICK_STEP = 8
"""Every which model of the platform a quick run looks at."""
CASES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("as planned", {}),
    ("routed at random", {"routing": "random"}),
    ("bursts (4)", {"burstiness": 4.0}),
    ("lengths spread (1)", {"spread": 1.0}),
)


def run(options: Options) -> Report:
    """Solve once, rehearse the same placement in several ways."""
    problem = read_problem(platform_file(options))
    if options.quick:
        problem = problem.model_copy(update={"models": problem.models[::QUICK_STEP]})
    placement = measured(_placement, problem, options.seconds(SOLVE_S, quick=0.0), options.workers).value
    hours = 0.05 if options.quick else 24.0
    rows: list[Row] = []
    kinds: dict[str, list[tuple[int, int, int]]] = {}
    for name, how in CASES:
        found = measured(_rehearsed, problem, placement, {"hours": hours, "target": WANTED, **how})
        row, by_kind = found.value
        rows.append({"case": name, "seconds": found.seconds, **row, "peak_mib": found.peak_bytes / 2**20})
        kinds = kinds or by_kind
    first = rows[0]
    whole = all(row["requests"] == row["served"] + row["refused"] for row in rows)
    return Report(
        "rehearse",
        (*rows, *_by_kind(kinds)),
        (
            Target(
                f"a day of the platform in less than {WANTED_S:g} s on one core", f"{first['cpu_s']:.1f} s of CPU time", first["cpu_s"] < WANTED_S
            ),
            Target(f"{WANTED:.0%} of the requests within the SLO", f"{first['attained_%']:.2f} %", first["attained_%"] >= 100 * WANTED),
            Target(
                f"every model keeps {WANTED:.0%} of its requests within", f"{first['kept']} of {first['models']}", first["kept"] == first["models"]
            ),
            Target("no request gets lost", "yes" if whole else "no", whole, hard=True),
        ),
        (
            "seconds: the whole call by the clock, cpu_s: of its one core (the same on an idle machine); modes are derived in it. kept: models with at least 99 % of their requests within the SLO.",
            "p99/plan: p99 of TTFT over the TTFT that the placement states, median over models; cold and queueing waits included.",
            "kinds: the first case again, by what the models are.",
        ),
    )


def _placement(problem: Problem, limit: float, workers: int) -> Placement:
    from packing.solve.api import solve_placement

    return solve_placement(problem, time_limit=limit, workers=workers, processes=False).placement


def _rehearsed(problem: Problem, placement: Placement, how: dict[str, Any]) -> tuple[Row, dict[str, list[tuple[int, int, int]]]]:
    from packing.act.rehearse import rehearse

    began = time.process_time()
    done = rehearse(problem, placement, **how)
    seconds = time.process_time() - began
    ratios = [each.ttft_ms.p99 / each.planned_ttft_ms for each in done.models if each.ttft_ms.p99 is not None and each.planned_ttft_ms]
    row: Row = {
        "cpu_s": seconds,
        "requests": done.requests,
        "served": done.served,
        "refused": done.refused,
        "attained_%": 100 * (done.attainment or 0.0),
        "models": done.models_asked,
        "kept": done.models_kept,
        "worst_%": 100 * min((each.attainment for each in done.models if each.attainment is not None), default=0.0),
        "p99/plan": median(ratios) if ratios else None,
        "cold": done.cold_starts,
        "thrashing": len(done.thrashing),
        "usd_per_day": done.cost_per_day,
    }
    return row, _kinds(problem, done)


def _kinds(problem: Problem, done: Any) -> dict[str, list[tuple[int, int, int]]]:
    """(requests, attained, kept) of each model, by the kind of its architecture."""
    from packing.describe.architectures import Architectures

    resolver = Architectures()
    kind = {model.name: resolver.resolve(model.architecture).kind if model.architecture else "measured" for model in problem.models}
    found: dict[str, list[tuple[int, int, int]]] = {}
    for each in done.models:
        if each.requests:
            found.setdefault(kind[each.model], []).append((each.requests, each.attained, int((each.attainment or 0.0) >= WANTED)))
    return found


def _by_kind(kinds: dict[str, list[tuple[int, int, int]]]) -> Sequence[Row]:
    return [
        {
            "case": kind,
            "requests": sum(each[0] for each in models),
            "attained_%": 100 * sum(each[1] for each in models) / sum(each[0] for each in models),
            "models": len(models),
            "kept": sum(each[2] for each in models),
            "worst_%": 100 * min(each[1] / each[0] for each in models),
        }
        for kind, models in sorted(kinds.items())
    ]
