"""Days of nodes on which models share memory in turns: less traffic can need more there."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

import packing as pk
from packing.describe import problem_from

from .common import BOX, GIB, checked


def long_tail(seed: int, count: int = 80, slots: int = 4) -> pk.Problem:
    """Models that are asked for every few minutes to every few hours, in some of the slots."""
    draw = Random(seed)

    def rates() -> list[float]:
        return [draw.choice([0.0, 1.0, 1.0]) / draw.uniform(180, 10_800) for _ in range(slots)]

    def model(number: int) -> dict[str, Any]:
        mode = {"accelerator": "X", "memory_per_accelerator": int(draw.uniform(0.6, 2.5) * GIB), "requests_per_second": 1.0, "load_s": 10.0}
        asked = {"cold_start_s": 60, "cold_start_quantile": 0.95, "hosting": ["multi_model"], "copies": 1}
        return {"name": f"m{number}", "traffic": rates(), "modes": [mode], "framework": "pytorch", **asked}

    models = [model(number) for number in range(count)]
    return problem_from({"weights": {"cost": 1}, "instance_types": [BOX], "fleet": [{"instance_type": "box"}], "models": models, "slots": slots})


@pytest.mark.parametrize("seed", [0, 1])
def test_all_rules_hold_in_all_groups(seed: int):
    problem = long_tail(seed)
    found = pk.solve_schedule(problem, time_limit=0, processes=False)
    assert checked(problem, found).ok
    ordinary = pk.solve_placement(problem, time_limit=0, processes=False).placement
    assert any(endpoint.keep is not None for endpoint in ordinary.endpoints)
