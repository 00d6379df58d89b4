"""The checker's own reading of demand: it says what formulation and judge say, and an error in one is seen by the other."""

from __future__ import annotations

import sys

import pytest

from packing.describe import expand
from packing.domain import demand as planned
from packing.domain.problem import Problem
from packing.errors import InternalError
from packing.generate import random_problem
from packing.solve.api import solve_placement
from packing.testing.needs import needs_of
from packing.verify import demand as checked
from packing.verify import verify

OF_A_MODEL = (
    "throughput_in_force", "counted_at_most", "node_limit", "zone_limit", "copies_limit", "base_copies", "demand_micro", "fastest_micro", "fewest_copies",
)  # fmt: skip


def models():
    return [model for seed in range(150) for model in expand(random_problem(seed)).problem.models]


@pytest.mark.parametrize("name", OF_A_MODEL)
def test_both_readings_agree_on_random_models(name):
    assert [getattr(checked, name)(model) for model in models()] == [getattr(planned, name)(model) for model in models()]


def test_both_readings_agree_on_what_is_needed_and_missing():
    for model in models():
        needs = needs_of(model)
        assert [checked.copies_needed(model, mode) for mode in model.modes] == [needs.copies(mode) for mode in model.modes]
        for placed in range(4):
            rate = placed * checked.fastest_micro(model)
            assert checked.missing_copies(model, placed, rate) == needs.missing(placed, rate) == planned.missing_copies(model, placed, rate)


ONE_OF_TWO_MAY_GO = Problem.model_validate(
    {
        "instance_types": [{"name": "box", "accelerator": "G", "accelerators": 4, "memory_per_accelerator": "16GiB", "price_per_hour": 1}],
        "fleet": [{"instance_type": "box"}],
        "models": [
            {
                "name": "a",
                "copies": 2,
                "traffic": 7,
                "survive": "node",
                "modes": [{"accelerator": "G", "memory_per_accelerator": "1GiB", "requests_per_second": 3}],
            }
        ],
    }
)


@pytest.mark.parametrize(
    ("name", "wrong", "traffic"),
    [
        ("spare_copies", lambda _: 0, True),
        ("demand_micro", lambda _: 1, True),
        ("counted_at_most", lambda _: 10**9, True),
        ("base_copies", lambda _: 1, False),
        ("node_limit", lambda _: None, True),
    ],
)
def test_an_error_in_what_the_planner_takes_for_demand_is_caught_by_the_checker(monkeypatch, name, wrong, traffic):
    model = ONE_OF_TWO_MAY_GO.models[0]
    problem = ONE_OF_TWO_MAY_GO if traffic else ONE_OF_TWO_MAY_GO.model_copy(update={"models": (model.model_copy(update={"traffic": None}),)})
    right = solve_placement(problem, strategy="greedy", time_limit=0, processes=False)
    assert not verify(right.expanded.problem, right.placement).violations
    original = getattr(planned, name)
    for module in [module for key, module in sys.modules.items() if key.startswith("packing.") and not key.startswith("packing.verify")]:
        if getattr(module, name, None) is original:
            monkeypatch.setattr(module, name, wrong)
    with pytest.raises(InternalError, match="the checker refused"):
        solve_placement(problem, strategy="greedy", time_limit=0, processes=False)
