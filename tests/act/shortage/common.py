"""Random short problems, and questions to the exact formulation about them."""

from __future__ import annotations

import random

import packing as pk
from packing.act.shortage import conceded
from packing.act.shortage.ladder import steps
from packing.act.shortage.pin import pinned
from packing.describe import problem_from
from packing.domain.shortage import Stage
from packing.domain.units import MICRO
from packing.domain.words import Hosting, Survive
from packing.domain.workload import Degrade
from packing.generate import random_problem


def short_problem(seed):
    """A random problem with little stock, in which models may give up this and that."""
    rng = random.Random(f"short-{seed}")
    problem = random_problem(seed, tiny=rng.random() < 0.5)
    fleet = tuple(pool.model_copy(update={"count": rng.choice((0, 1, 1, 2)), "name": f"pool-{index}"}) for index, pool in enumerate(problem.fleet))
    models = tuple(
        model.model_copy(
            update={
                "priority": rng.choice((0, 10, 20)),
                "survive": rng.choice((None, None, Survive.NODE, Survive.ZONE)),
                "slo": model.slo if rng.random() < 0.5 else pk.Slo(ttft_ms=200.0),
                "degrade": Degrade(
                    latency_factor=rng.choice((1.0, 1.5, 4.0)),
                    hosting=rng.choice(((), (Hosting.MULTI_MODEL,), tuple(Hosting))),
                    scale_to_zero=rng.random() < 0.3,
                    modes=tuple(
                        mode.model_copy(update={"memory_per_accelerator": mode.memory_per_accelerator // 2, "precision": "int4"})
                        for mode in model.modes[:1]
                        if rng.random() < 0.5
                    ),
                ),
            }
        )
        for model in problem.models
    )
    return problem.model_copy(update={"fleet": fleet, "models": models})


def crowded_problem(seed):
    """Models that all fit somewhere, and not all at once: nearly everything that they may give up makes room."""
    rng = random.Random(f"crowded-{seed}")
    kinds = [
        {"name": f"lab.{name}", "accelerator": name, "accelerators": 1, "memory_per_accelerator": "16GiB", "price_per_hour": price}
        for name, price in (("g", 2), ("h", 3))
    ]
    fleet = [
        {"instance_type": "lab.g", "count": rng.randint(1, 3), "zone": "a"},
        {"instance_type": "lab.g", "count": rng.randint(0, 2), "zone": "b"},
        {"instance_type": "lab.h", "count": rng.randint(0, 2), "zone": "b"},
    ]
    return problem_from(
        {
            "slots": 2,
            "weights": rng.choice(("balanced", {"cost": 1})),
            "tenants": [{"name": "acme", "isolation": rng.choice(("shared", "container", "instance"))}, {"name": "globex"}],
            "instance_types": kinds,
            "fleet": fleet,
            "models": [_crowding(rng, index) for index in range(rng.randint(3, 6))],
        }
    )


def _crowding(rng, index):
    size, rate = rng.choice((5, 7, 9, 12)), rng.randint(2, 4)

    def mode(accelerator, share, speed, **more):
        return {"accelerator": accelerator, "memory_per_accelerator": f"{size * share:g}GiB", "requests_per_second": rate * speed, **more}

    low = [mode("g", 0.6, 0.5, precision="int8"), mode("g", 0.3, 0.5, precision="int4"), mode("h", 1, 1, ttft_ms=100)]
    traffic = rng.choice(([rate, 0], [0, rate], [2 * rate, rate], [3 * rate, 3 * rate]))
    return {
        "name": f"model-{index}",
        "tenant": rng.choice(("acme", "globex")),
        "priority": rng.choice((0, 10)),
        "traffic": traffic,
        "copies": {"min": rng.choice((0, 1, 1, 2))},
        "survive": rng.choice(("none", "none", "node", "zone")),
        "slo": {"ttft_ms": 100},
        "cold_start_s": 60,
        "hosting": ["inference_component"],
        "modes": [mode("g", 1, 1, ttft_ms=100), mode("h", 1, 2, ttft_ms=rng.choice((80, 130, 180)))],
        "degrade": {
            "latency_factor": rng.choice((1, 1.5, 2)),
            "modes": rng.sample(low, rng.randint(0, 3)),
            "hosting": rng.choice(([], ["multi_model"], ["multi_model"])),
            "scale_to_zero": rng.random() < 0.3,
        },
    }


def possible(problem, seconds=20.0):
    """Whether everything can be placed, by proof; None where it was not found out."""
    result = pk.solve_placement(problem, strategy="cp_sat", time_limit=seconds, gap=1.0, processes=False)
    if not result.unplaced:
        return True
    return False if result.complete_is_impossible else None


def without(problem, concessions, dropped):
    """The problem with all concessions but these."""
    return conceded(problem, [each for each in concessions if each not in dropped])


def important(problem, priority):
    """The problem with the models of this priority and above only."""
    return problem.model_copy(update={"models": tuple(model for model in problem.models if model.priority >= priority)})


def needless(problem, answer):
    """Concessions that could be taken back if all less important models were given up entirely. There should be none."""
    priority = {model.name: model.priority for model in problem.models}
    found = []
    for each in answer.concessions:
        kept = [other for other in answer.concessions if other is not each and priority[other.model] >= priority[each.model]]
        smaller = important(problem, priority[each.model])
        # A model that has no copies left at all loses its traffic with them, not by a concession of its own.
        if possible(conceded(smaller, kept)) is not False:
            found.append(each)
    return found


def too_severe(problem, answer):
    """Concessions of which one step less would do, if all less important models were given up entirely. There should be none."""
    full = pinned(problem)
    models = {model.name: model for model in full.models}
    found = []
    for each in answer.concessions:
        model = models[each.model]
        for level in milder(full, model, each):
            others = [other for other in answer.concessions if other is not each and models[other.model].priority >= model.priority]
            less = each.model_copy(update={"after": level})
            if possible(conceded(important(full, model.priority), [*others, less])) is not False:
                found.append((each, level))
    return found


def milder(problem, model, concession):
    """The next milder level of a concession, if there is one beside none at all."""
    if concession.stage in {Stage.SCALE_TO_ZERO, Stage.REFUSAL}:
        return [concession.after + 1] if concession.after + 1 < concession.before else []
    if concession.stage is Stage.COPIES:
        fastest = max(mode.rps_micro or 0 for mode in model.modes)
        served = round(concession.after * MICRO)
        missing = -(-(model.peak_micro - served) // fastest)
        return [(model.peak_micro - (missing - 1) * fastest) / MICRO] if missing > 1 else []
    ladder = steps(problem, model, concession.stage)
    return [ladder[ladder.index(concession.after) - 1]] if concession.after in ladder[1:] else []
