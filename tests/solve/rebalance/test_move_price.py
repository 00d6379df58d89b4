"""The price of a move, worked out by hand from the formula in `packing.domain.change.Policy`."""

from __future__ import annotations

import pytest

from packing.compile.current import compile_change
from packing.describe import expand
from packing.domain.change import Policy
from packing.domain.problem import Problem
from tests.oracles.exhaustive_change import Now

from .now import placement_of

GB = 10**9
PROBLEM = {
    "weights": {"cost": 1},
    "instance_types": [
        {"name": "box", "accelerator": "A", "accelerators": 2, "memory_per_accelerator": "40GB", "price_per_hour": 2, "sharing": "exclusive"}
    ],
    "fleet": [{"instance_type": "box"}],
    "models": [
        {"name": "chat", "priority": 10, "copies": 2, "modes": [{"accelerator": "A", "memory_per_accelerator": "20GB", "load_s": 30}]},
        {"name": "batch", "priority": 0, "copies": 1, "modes": [{"accelerator": "A", "accelerators": 2, "memory_per_accelerator": "2.1GB"}]},
    ],
}
NODES = {"n-0": {"pool": "box", "copies": [["chat", 0], ["chat", 1]]}, "n-1": {"pool": "box", "copies": [["batch", 0, 1]]}}


def prices(data, nodes=NODES, **policy):
    """Objective units by model: as compiled for each of its candidates, and as the exhaustive search has them."""
    problem = expand(Problem.model_validate(data)).problem
    current, how = placement_of(problem, nodes), Policy(**policy)
    compiled, notices = compile_change(problem, current, how)
    assert notices == ()
    found = {}
    for index, model in enumerate(compiled.models):
        each = {compiled.home.load[candidate] for candidate in model.candidates}
        assert each == {Now(problem, current, how).price(index, 0)}
        found[model.name] = each.pop()
    return found


# chat: 30,000 ms x 20 GB = 600,000 each, 1,200,000 both; batch states no load time: 5 s and 4.2 GB at 0.21 GB/s, 25,000 ms x 4.2 GB = 105,000.
# All of it: 1,305,000. chat has the higher priority of two, rank 1; batch rank 0.
# chat: 0.1 x 2 x 600/1305 = 0.0919540229...; batch: 0.1 x 1 x 105/1305 = 0.00804597701...; rounded up to units of 1e-9.
def test_two_models_by_hand():
    assert prices(PROBLEM) == {"chat": 91_954_023, "batch": 8_045_978}


def test_the_weight_scales_it():
    assert prices(PROBLEM, move_weight=1.305) == {"chat": 1_200_000_000, "batch": 105_000_000}


def test_with_one_priority_all_ranks_are_zero():
    data = {**PROBLEM, "models": [{**model, "priority": 3} for model in PROBLEM["models"]]}
    assert prices(data, move_weight=1.305) == {"chat": 600_000_000, "batch": 105_000_000}


def test_ranks_count_priorities_and_not_their_distance():
    third = {"name": "middle", "priority": 9, "copies": 0, "modes": [{"accelerator": "A", "memory_per_accelerator": "20GB", "load_s": 30}]}
    found = prices({**PROBLEM, "models": [*PROBLEM["models"], third]}, move_weight=1.305)
    assert found == {"chat": 1_200_000_000, "middle": 900_000_000, "batch": 105_000_000}


def test_free_moves_still_cost_one_unit():
    assert prices(PROBLEM, move_weight=0) == {"chat": 1, "batch": 1}


def test_reloading_everything_costs_between_one_and_two_weights():
    found = prices(PROBLEM, move_weight=0.5)
    assert 500_000_000 <= 2 * found["chat"] + found["batch"] <= 1_000_000_002


def test_what_stays_is_free():
    problem = expand(Problem.model_validate(PROBLEM)).problem
    compiled, _ = compile_change(problem, placement_of(problem, NODES), Policy())
    home = compiled.home
    here = [(copy.candidate, copy.accelerators) for copy in home.nodes[0].copies]
    assert home.price(0, here) == 0
    assert home.price(-1, here) == 2 * home.load[here[0][0]]
    assert home.price(0, [*here, here[0]]) == home.load[here[0][0]]


@pytest.mark.parametrize(("band", "price"), [(0.0, 0), (0.2, 200_000_000)])
def test_another_mode_costs_the_band_of_what_a_copy_costs_now(band, price):
    """One copy alone fills a node of 2 USD, which is what the model costs alone: a copy costs 1.0, and a fifth of that is in doubt."""
    mode = {"accelerator": "A", "accelerators": 2, "memory_per_accelerator": "20GB", "load_s": 30, "error_band": band}
    other = {"accelerator": "A", "accelerators": 1, "memory_per_accelerator": "30GB", "load_s": 30, "error_band": 0.0}
    data = {**PROBLEM, "models": [{"name": "chat", "modes": [mode, other]}]}
    problem = expand(Problem.model_validate(data)).problem
    current = placement_of(problem, {"n-0": {"pool": "box", "copies": [["chat", 0, 1]]}})
    by_mode = {}
    for trusted in (False, True):
        compiled, _ = compile_change(problem, current, Policy(use_error_bands=not trusted))
        for candidate in compiled.candidates:
            by_mode.setdefault(problem.models[0].modes[candidate.mode].accelerators, {})[trusted] = compiled.home.load[candidate.index]
    assert by_mode[2][False] == by_mode[2][True]
    assert by_mode[1][False] - by_mode[1][True] == pytest.approx(price, abs=2)
