"""The standing reserve: random problems with `survive`, every node or zone lost in turn, and the true optimum."""

from __future__ import annotations

import random

import pytest

import packing as pk
from packing.describe import expand
from packing.domain.demand import base_copies, copies_needed, missing_copies
from packing.domain.words import Survive
from packing.generate import random_problem
from packing.solve.strategies import strategies
from packing.testing.exhaustive import exhaustive


def with_reserve(problem, seed):
    """The same problem, its pools in zones and its models with a standing reserve, at random."""
    rng = random.Random(seed)
    fleet = tuple(pool.model_copy(update={"zone": rng.choice("abc"), "name": f"pool-{index}"}) for index, pool in enumerate(problem.fleet))
    models = tuple(model.model_copy(update={"survive": rng.choice((Survive.NODE, Survive.ZONE, Survive.ZONE, None))}) for model in problem.models)
    return problem.model_copy(update={"fleet": fleet, "models": models, "survive": rng.choice((Survive.NONE, Survive.NODE))})


def left_without(placement, lost):
    """(copies, requests/s in millionths) by model, without the nodes `lost`."""
    left = {}
    for copy in placement.copies:
        if copy.node not in lost:
            count, rate = left.get(copy.model, (0, 0))
            left[copy.model] = count + 1, rate + (copy.mode.rps_micro or 0)
    return left


def promise_holds(problem, placement):
    """How many losses were looked at: each leaves the minimum and the peak of all models that are complete."""
    looked = 0
    absent = {each.model for each in placement.unplaced}
    zones = {node.zone for node in placement.nodes}
    losses = [(Survive.NODE, {node.id}) for node in placement.nodes]
    losses += [(Survive.ZONE, {node.id for node in placement.nodes if node.zone == zone}) for zone in zones]
    for what, lost in losses:
        left = left_without(placement, lost)
        for model in problem.models:
            asked = model.survive is what or (what is Survive.NODE and model.survive is Survive.ZONE)
            if not asked or model.name in absent:
                continue
            count, rate = left.get(model.name, (0, 0))
            in_force = any(mode.rps_micro for mode in model.modes)
            assert count >= model.copies.min
            assert not in_force or rate >= model.peak_micro
            looked += 1
    return looked


@pytest.mark.parametrize("strategy", strategies())
def test_whatever_is_lost_the_rest_serves(strategy):
    looked = 0
    for seed in range(4):
        problem = with_reserve(random_problem(seed), seed)
        result = pk.solve_placement(problem, strategy=strategy, time_limit=0.2, processes=False)
        looked += promise_holds(result.expanded.problem, result.placement)
    assert looked > 6


def _compare(seeds):
    compared = 0
    for seed in seeds:
        problem = with_reserve(random_problem(seed, tiny=True), seed)
        expanded = expand(problem)
        try:
            truth = exhaustive(expanded.problem)
        except ValueError:
            continue
        result = pk.solve_placement(problem, strategy="cp_sat", time_limit=20, processes=False)
        if result.limit is not None:
            continue
        levels = sorted({model.priority for model in problem.models}, reverse=True)
        by_name = {model.name: model.priority for model in problem.models}
        missing = tuple(sum(each.copies for each in result.unplaced if by_name[each.model] == level) for level in levels)
        assert missing == truth.missing, seed
        assert round(result.objective * 10**9) == truth.objective_units, seed
        compared += 1
    return compared


def test_the_optimum_is_the_true_one():
    assert _compare(range(30)) >= 5


@pytest.mark.campaign
def test_the_optimum_is_the_true_one_campaign():
    assert _compare(range(40, 1500)) >= 500


def test_with_one_speed_nothing_is_given_away():
    """survive: node asks for just one copy more than the model does without."""
    for traffic in range(1, 30):
        plain = pk.Model(name="m", traffic=traffic, modes=[pk.Mode(accelerator="G", requests_per_second=4)])
        safe = plain.model_copy(update={"survive": Survive.NODE})
        assert copies_needed(safe, safe.modes[0]) == copies_needed(plain, plain.modes[0]) + 1


def test_one_copy_less_is_missing():
    model = pk.Model(name="m", copies=2, survive="zone", min_zones=3, modes=[pk.Mode(accelerator="G")])
    assert base_copies(model) == 3
    assert missing_copies(model, 2, 0) == 1


def test_the_problem_speaks_for_models_that_say_nothing():
    kind = {"name": "lab.g", "accelerator": "G", "accelerators": 1, "memory_per_accelerator": "16GiB", "price_per_hour": 1}
    mode = {"accelerator": "G", "memory_per_accelerator": "1GiB"}
    problem = {
        "survive": "node",
        "instance_types": [kind],
        "fleet": [{"instance_type": "lab.g"}],
        "models": [{"name": "a", "modes": [mode]}, {"name": "b", "survive": "none", "modes": [mode]}],
    }
    placed = [copy.model for copy in pk.solve_placement(problem, time_limit=60, processes=False).placement.copies]
    assert sorted(placed) == ["a", "a", "b"]
