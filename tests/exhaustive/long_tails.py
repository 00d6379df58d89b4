"""Fleets of models that are asked for so seldom that they may share a node in turns."""

from __future__ import annotations

import random

from packing.domain.problem import Problem

GIB = 2**30


def long_tail(seed):
    """Four to nine models that are asked for seldom, on nodes that hold four to eight of them."""
    draw = random.Random(seed)
    slots = draw.choice((1, 1, 2, 3))
    kinds = [
        {"name": f"k{index}", "accelerator": "G", "accelerators": 1, "memory_per_accelerator": draw.choice((6, 8)) * GIB,
         "price_per_hour": draw.choice((1, 2, 3)), "host_memory": draw.choice((None, 16 * GIB, 32 * GIB)), "vcpus": draw.choice((None, 4)),
         "sharing": draw.choice(("memory", "exclusive"))}
        for index in range(draw.choice((1, 1, 2)))
    ]  # fmt: skip
    models = []
    for index in range(draw.randint(4, 9)):
        peak = 10 ** draw.uniform(-4.5, -2.5)
        modes = [
            {"accelerator": "G", "memory_per_accelerator": int(draw.uniform(0.9, 1.8) * GIB), "compute_share": draw.choice((0, 0.1)),
             "host_memory": int(draw.choice((0, 0.5, 2)) * GIB), "vcpus": draw.choice((0, 0.5)), "requests_per_second": 1,
             "load_s": draw.choice((2, 10, 15)), "ttft_ms": draw.choice((100, 200))}
            for _ in range(draw.choice((1, 1, 2)))
        ]  # fmt: skip
        model = {"name": f"m{index}", "cold_start_s": draw.choice((60, 200)), "modes": modes, "priority": draw.choice((0, 0, 1)),
                 "traffic": {"requests_per_second": [round(peak * draw.choice((0, 0.1, 1, 1)), 6) for _ in range(slots)]}}  # fmt: skip
        if draw.random() < 0.9:
            model["cold_start_quantile"] = draw.choice((0.5, 0.8, 0.9))
        if draw.random() < 0.8:
            model["hosting"] = ["multi_model"]
        models.append(model)
    return Problem.model_validate(
        {"slots": slots, "loading_limit": draw.choice((0.2, 0.4)), "slot_hours": draw.choice((1, 1, 0.2)), "instance_types": kinds, "models": models,
         "weights": draw.choice(({"cost": 1}, {"cost": 0.7, "performance": 0.3}, "balanced")),
         "fleet": [{"instance_type": each["name"], "count": draw.choice((None, 2, 3))} for each in kinds]}
    )  # fmt: skip
