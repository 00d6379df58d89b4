"""Bounds of the pattern strategy are never above an optimum, and its plans pass the checker."""

from __future__ import annotations

import pytest

from packing.compile.compiler import compile_problem
from packing.describe import expand
from packing.generate import generate, random_problem
from packing.solve import solve_placement
from packing.solve.context import SearchContext
from packing.solve.patterns.strategy import patterns
from packing.testing.exhaustive import exhaustive
from packing.verify import verify


def _searched(problem, limit=1.0):
    expanded = expand(problem)
    context = SearchContext(limit)
    patterns(compile_problem(expanded.problem), context)
    return expanded, context


def _check_against_everything(seed):
    expanded, context = _searched(random_problem(seed, tiny=True))
    truth = exhaustive(expanded.problem)
    if context.missing_bound is None:
        return False
    assert truth.missing >= context.missing_bound, seed
    if truth.missing == context.missing_bound and context.bound is not None:
        assert context.bound <= truth.objective_units, seed
        return True
    return False


def test_no_bound_is_above_the_optimum_of_a_tiny_problem():
    assert sum(_check_against_everything(seed) for seed in range(40)) > 20


@pytest.mark.campaign
@pytest.mark.parametrize("start", range(100, 5_000, 100))
def test_no_bound_is_above_the_optimum_of_thousands_of_tiny_problems(start):
    assert sum(_check_against_everything(seed) for seed in range(start, start + 100)) > 50


@pytest.mark.parametrize("seed", range(6))
def test_plans_of_random_problems_pass_the_checker_and_stay_above_the_bound(seed):
    result = solve_placement(random_problem(seed), strategy="patterns", time_limit=1.5)
    verified = verify(result.expanded.problem, result.placement, result.digest)
    assert verified.violations == ()
    assert result.bound is None or result.bound <= result.objective


@pytest.mark.campaign
def test_a_hundred_copies_are_proven_optimal():
    result = solve_placement(generate(models=50, shapes=20, copies=100, pools=5, tightness=0), strategy="patterns", time_limit=60.0)
    assert result.status == "optimal"
    assert result.gap == 0


def test_one_worker_gives_the_same_answer_twice():
    problem = generate(models=20, shapes=6, copies=40, pools=3, tightness=0, seed=5)
    first, second = (solve_placement(problem, strategy="patterns", time_limit=60.0) for _ in range(2))
    assert first.placement == second.placement
    assert first.limit is None or first.limit == "gap"


def test_the_bound_is_better_than_that_of_the_resources_alone():
    problem = generate(models=20, shapes=6, copies=40, pools=3, tightness=0, seed=5)
    assert solve_placement(problem, strategy="patterns", time_limit=30.0).bound > solve_placement(problem, strategy="greedy", time_limit=30.0).bound
