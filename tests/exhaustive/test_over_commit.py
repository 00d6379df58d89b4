"""Over-commitment: optima and bounds of tiny long tails, judged by an exhaustive search with its own arithmetic."""

from __future__ import annotations

import pytest

import packing as pk
from packing.describe import expand
from packing.domain.words import Status
from packing.testing.exhaustive import exhaustive
from packing.testing.exhaustive_overcommit import UndecidedError

from .long_tails import long_tail

SEEDS = [*(pytest.param(seed) for seed in (209, 232, 235)), *(pytest.param(seed, marks=pytest.mark.campaign) for seed in range(1000, 1300))]


@pytest.mark.parametrize("seed", SEEDS)
def test_proven_optima_and_bounds_are_true(seed):
    problem = long_tail(seed)
    try:
        best = exhaustive(expand(problem).problem)
    except UndecidedError:
        pytest.skip("a figure is too close to a limit for floating-point numbers")
    except ValueError:
        pytest.skip("too large for an exhaustive search")
    for strategy in ("greedy", "cp_sat", "patterns"):
        result = pk.solve_placement(problem, strategy=strategy, time_limit=60)
        reached = sum(each.copies for each in result.unplaced), round(result.objective * 10**9)
        assert reached >= (sum(best.missing), best.objective_units)
        if result.status is Status.OPTIMAL:
            assert reached == (0, best.objective_units)
        if result.bound is not None and reached[0] == sum(best.missing):
            assert round(result.bound * 10**9) <= best.objective_units


def test_one_of_them_is_over_committed_at_the_optimum():
    """So that the comparison above is not of placements in which everybody is always loaded."""
    kept = [
        each.keep for seed in (209, 232, 235) for each in pk.solve_placement(long_tail(seed), strategy="cp_sat", time_limit=60).placement.endpoints
    ]
    assert sum(each is not None for each in kept) == 3
