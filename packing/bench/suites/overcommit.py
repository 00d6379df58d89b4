"""Long tails with and without models that share memory in turns: nodes saved, and what the simulation says of the promises."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from packing.bench.options import Options
from packing.bench.report import Report, Row, Target
from packing.coldstart import shared_nodes, simulate_endpoint
from packing.domain.problem import Problem
from packing.solve.api import solve_placement
from packing.solve.result import Result

GIB = 2**30
SEEDS, QUICK = 8, 1
MODELS, FEW = 150, 20
SECONDS, REQUESTS = 10.0, 100_000


@dataclass(frozen=True, slots=True)
class Judged:
    """What the simulation says of over-committed nodes."""

    nodes: int
    models: int
    late: float
    """Largest share of a model's requests that waited longer than it tolerates."""
    broken: int
    """Models with more late requests than allowed."""
    loading: float
    """Largest share of the time of any node and slot that loads took."""


def run(options: Options) -> Report:
    """Random long tails, one slot and 24, each solved twice; over-committed nodes judged event by event."""
    count, models = options.number(SEEDS, QUICK), FEW if options.quick else MODELS
    rows, saved, broken, worst = [], [], 0, 0.0
    for seed in range(count):
        problem = long_tail(seed, models)
        limit = options.seconds(SECONDS)
        begun = time.perf_counter()
        turns = solve_placement(problem, time_limit=limit, seed=0)
        seconds = time.perf_counter() - begun
        always = solve_placement(without(problem), time_limit=limit, seed=0)
        judged = judge(turns)
        saved.append(1 - len(turns.placement.nodes) / len(always.placement.nodes))
        broken, worst = broken + judged.broken, max(worst, judged.loading)
        rows.append(_row(seed, problem, (turns, always), judged, seconds))
    targets = (
        Target("no over-committed model with more late requests than 1 − cold_start_quantile, simulated", f"{broken} models", broken == 0, hard=True),
        Target("no over-committed node that loads for more than loading_limit (0.2) of a slot, simulated", f"{worst:.3f} at most", worst <= 0.2),
    )
    notes = (
        f"Nodes saved: {100 * sum(saved) / len(saved):.0f} % in the mean, {100 * min(saved):.0f} to {100 * max(saved):.0f} %.",
        f"{models} models of 0.6 to 2.5 GiB on ml.g5.xlarge, 0.36 to 18 requests an hour at their peak, loads of 4 to 14 s, a minute tolerated.",
        f"Simulated: Poisson requests, {REQUESTS:,} or more on each node.",
    )
    return Report("overcommit", tuple(rows), targets, notes)


def long_tail(seed: int, models: int) -> Problem:
    """Models that are asked for seldom; in odd seeds over 24 slots, each in its own hours."""
    draw, slots = random.Random(seed), 24 if seed % 2 else 1
    found = []
    for index in range(models):
        peak, opens, span = 10 ** draw.uniform(-4, -2.3), draw.randrange(24), draw.randint(6, 14)
        rates = [round(peak * draw.uniform(0.3, 1), 7) if slots == 1 or (slot - opens) % 24 < span else 0 for slot in range(slots)]
        mode = {
            "accelerator": "A10G",
            "memory_per_accelerator": int(draw.uniform(0.6, 2.5) * GIB),
            "compute_share": 0.03,
            "vcpus": 0.1,
            "requests_per_second": 1,
            "ttft_ms": 100,
            "load_s": round(draw.uniform(4, 14), 1),
        }
        found.append(
            {
                "name": f"m{index:03}",
                "framework": "triton",
                "hosting": ["multi_model"],
                "traffic": {"requests_per_second": rates},
                "cold_start_s": 60,
                "cold_start_quantile": draw.choice((0.9, 0.95, 0.99)),
                "modes": [mode],
            }
        )
    weights = {"cost": 0.9, "performance": 0.1}
    return Problem.model_validate({"slots": slots, "weights": weights, "fleet": [{"instance_type": "ml.g5.xlarge"}], "models": found})


def without(problem: Problem) -> Problem:
    """The same with everybody in memory in all hours of theirs."""
    return problem.model_copy(update={"models": tuple(model.model_copy(update={"cold_start_quantile": None}) for model in problem.models)})


def judge(result: Result) -> Judged:
    """Simulate every over-committed node."""
    assert result.expanded is not None
    kept = {endpoint.name for endpoint in result.placement.endpoints if endpoint.keep}
    models = {model.name: model for model in result.expanded.problem.models}
    late, loading, seen, nodes, broken = 0.0, 0.0, 0, 0, 0
    for found in shared_nodes(result.expanded.problem, result.placement):
        if found.endpoint not in kept:
            continue
        truth = simulate_endpoint(found.shared, requests=REQUESTS, seed=1)
        nodes += 1
        loading = max(loading, *(slot.loading_share for slot in truth.slots))
        for each in truth.models:
            if each.total.waits is None:
                continue
            model, seen = models[each.name], seen + 1
            beyond = 1 - each.total.waits.within(model.cold_start_s)
            late, broken = max(late, beyond), broken + (beyond > 1 - (model.cold_start_quantile or 1))
    return Judged(nodes, seen, late, broken, loading)


def _row(seed: int, problem: Problem, results: tuple[Result, Result], judged: Judged, seconds: float) -> Row:
    turns, always = results
    return {
        "seed": seed,
        "slots": problem.slots,
        "nodes, all loaded": len(always.placement.nodes),
        "nodes, in turns": len(turns.placement.nodes),
        "of them over-committed": judged.nodes,
        "models on them": judged.models,
        "gap %": None if turns.gap is None else round(100 * turns.gap, 1),
        "seconds": round(seconds, 1),
        "late % (worst)": round(100 * judged.late, 2),
        "loading % (worst)": round(100 * judged.loading, 1),
    }
