"""Strategies against the exhaustive search: the exact ones equal it, greedy is never better than the best."""

from __future__ import annotations

import pytest

import packing as pk
from packing.describe import expand
from packing.generate import random_problem
from packing.testing.exhaustive import exhaustive
from packing.verify import verify


def compare(seeds, strategy):
    """Seeds whose answer is not the optimum; an invalid answer, or one better than the best, fails at once."""
    differ = []
    for seed in seeds:
        tiny = random_problem(seed, tiny=True)
        best = exhaustive(expand(tiny).problem)
        result = pk.solve_placement(tiny, strategy=strategy, time_limit=10.0)
        found = verify(result.expanded.problem, result.placement, result.digest)
        assert found.violations == (), seed
        reached, optimum = (tuple(count for _, count in found.missing), found.objective_units), (best.missing, best.objective_units)
        assert reached >= optimum, seed
        if result.bound is not None and found.missing == tuple(zip((level for level, _ in found.missing), best.missing, strict=True)):
            assert round(result.bound * 10**9) <= best.objective_units, f"false bound, seed {seed}"
        if reached > optimum:
            differ.append(seed)
    return differ


def test_cp_sat_equals_exhaustive_search():
    assert compare(range(40), "cp_sat") == []


def test_greedy_is_valid_and_never_better_than_the_best():
    assert len(compare(range(40), "greedy")) < 20


@pytest.mark.campaign
def test_cp_sat_equals_exhaustive_search_on_2000():
    assert compare(range(10_000, 12_000), "cp_sat") == []
