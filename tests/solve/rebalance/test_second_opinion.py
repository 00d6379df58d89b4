"""Changes of tiny fleets against the exhaustive search: never better than the best, and the best where that is claimed."""

from __future__ import annotations

import pytest

import packing as pk
from packing.describe import expand
from packing.errors import ProblemError
from packing.testing.exhaustive_change import exhaustive_change, stated_price
from packing.verify import verify

from .random_changes import a_while_later


def judge(seed: int, time_limit: float) -> str:
    """``best``, ``not proven`` or ``not judged``."""
    problem, current, policy = a_while_later(seed, tiny=True, use_error_bands=False)
    try:
        expanded = expand(problem)
        best = exhaustive_change(expanded.problem, current, policy)
    except (ProblemError, ValueError):
        return "not judged"
    if best is None:
        return "not judged"  # no placement keeps all pins
    result = pk.solve_placement(problem, current=current, policy=policy, time_limit=time_limit, processes=False)
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
    return "not proven"


@pytest.mark.parametrize("block", range(4))
def test_tiny_changes(block: int):
    outcomes = [judge(seed, 5.0) for seed in range(block * 8, block * 8 + 8)]
    assert outcomes.count("best") >= 5, outcomes


@pytest.mark.campaign
def test_1500_tiny_changes():
    outcomes = [judge(seed, 3.0) for seed in range(20_000, 21_500)]
    assert outcomes.count("best") > 1_200
    assert outcomes.count("not judged") < 100
