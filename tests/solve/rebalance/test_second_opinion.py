"""Changes of tiny fleets against the exhaustive search: never better than the best, and the best where that is claimed."""

from __future__ import annotations

import pytest

import packing as pk
from packing.describe import expand
from packing.errors import ProblemError
from packing.testing.exhaustive_change import exhaustive_change, stated_price
from packing.verify import verify

from .random_changes import a_while_later, in_ruins


def judge(seed: int, time_limit: float, *, ruins: bool = False) -> str:
    """``best`` (and proven), ``not proven``, ``limited`` (moves are, and the bound does not know) or ``not judged``."""
    problem, current, policy = in_ruins(seed) if ruins else a_while_later(seed, tiny=True, use_error_bands=False)
    if {name.partition("#")[0] for name in policy.pins} - {model.name for model in problem.models} - {node.id for node in current.nodes}:
        policy = policy.model_copy(update={"pins": ()})  # the model is gone
    try:
        expanded = expand(problem)
        best = exhaustive_change(expanded.problem, current, policy)
    except (ProblemError, ValueError):
        return "not judged"
    if best is None:
        return "not judged"  # no placement keeps all pins
    result = pk.solve_placement(problem, current=current, policy=policy, time_limit=time_limit, processes=False)
    if result.change.blocked:
        return "not judged"
    conceded = {each.model: each.kept for each in result.placement.conceded}
    if conceded:
        kept, best = best, exhaustive_change(expanded.problem, current, policy, conceded)
        assert best.missing < kept.missing, f"seed {seed}: conceded in vain"
    found = verify(expanded.problem, result.placement, expanded.digest)
    assert found.violations == ()
    price = stated_price(expanded.problem, current, policy, result.placement)
    assert round(result.change.move_price * 10**9) == price
    reached, optimum = (tuple(count for _, count in found.missing), found.objective_units + price), (best.missing, best.objective_units)
    assert reached >= optimum, f"seed {seed}: better than the best"
    if reached[0] == optimum[0] and result.change.bound is not None:
        assert round(result.change.bound * 10**9) <= optimum[1], f"seed {seed}: false bound"
    if result.change.proven:
        assert reached == optimum, f"seed {seed}: falsely proven"
        return "best"
    return (
        "limited" if any(limit is not None for limit in (policy.max_moves, policy.max_moves_per_node, policy.max_moves_per_model)) else "not proven"
    )


@pytest.mark.parametrize("block", range(4))
def test_tiny_changes(block: int):
    outcomes = [judge(seed, 5.0) for seed in range(block * 6, block * 6 + 6)]
    assert outcomes.count("best") >= 2, outcomes
    assert outcomes.count("not proven") <= 1, outcomes


@pytest.mark.parametrize("block", range(4))
def test_fleets_in_ruins(block: int):
    """Two copies on one accelerator, models that may not meet, more nodes than stock: the least that has to move, moves."""
    outcomes = [judge(seed, 5.0, ruins=True) for seed in range(block * 10, block * 10 + 10)]
    assert outcomes.count("best") >= 3, outcomes
    assert outcomes.count("not proven") <= 1, outcomes


@pytest.mark.campaign
def test_1000_fleets_in_ruins():
    outcomes = [judge(seed, 3.0, ruins=True) for seed in range(20_000, 21_000)]
    assert outcomes.count("best") > 650
    assert outcomes.count("not proven") < 30


@pytest.mark.campaign
def test_1500_tiny_changes():
    outcomes = [judge(seed, 3.0) for seed in range(20_000, 21_500)]
    assert outcomes.count("best") > 600
    assert outcomes.count("not proven") < 30
    assert outcomes.count("not judged") < 150
