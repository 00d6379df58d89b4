"""Random short problems, and questions to the exact formulation about them."""

from __future__ import annotations

import random

import packing as pk
from packing.act.shortage import conceded
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
