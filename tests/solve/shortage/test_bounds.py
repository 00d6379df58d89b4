"""No plan misses fewer copies than the bound says, and none that misses just these costs less than the bound on the objective."""

from __future__ import annotations

from random import Random

import pytest

from packing.compile.compiler import compile_problem
from packing.generate import random_problem
from packing.solve.context import SearchContext
from packing.solve.shortage.relax import Relaxation
from packing.testing.exhaustive import exhaustive


def short_of_stock(seed):
    """A tiny random problem with at most one node in a pool, often none, and priorities of its own."""
    chooser, problem = Random(seed), random_problem(seed, tiny=True)
    fleet = tuple(pool.model_copy(update={"count": chooser.choice([0, 1, 1, 1])}) for pool in problem.fleet)
    models = tuple(model.model_copy(update={"priority": chooser.choice([0, 0, 5, 9])}) for model in problem.models)
    return problem.model_copy(update={"fleet": fleet, "models": models}).canonical()


def relaxed(problem):
    """What the relaxation proves from nothing: no incumbent, no other bounds."""
    context = SearchContext(20.0)
    relaxation = Relaxation(compile_problem(problem))
    relaxation.prove(context, context.share())
    relaxation.prove_objective(context, context.share())
    return relaxation, context


def judge(problem, seed):
    """(whether something is missing in the best plan, whether the bound says how much)."""
    relaxation, context = relaxed(problem)
    truth = exhaustive(problem)
    assert relaxation.vector() <= truth.missing, f"seed {seed}: {relaxation.vector()} proven, {truth.missing} is possible"
    if context.missing_bound is not None:
        assert context.missing_bound <= truth.missing, f"seed {seed}"
    if context.missing_bound == truth.missing and context.bound is not None:
        assert context.bound <= truth.objective_units, f"seed {seed}: objective {context.bound} proven, {truth.objective_units} is possible"
    return any(truth.missing), any(truth.missing) and relaxation.vector() == truth.missing


def judged(problems):
    found = [judge(problem, seed) for seed, problem in problems]
    return sum(short for short, _ in found), sum(met for _, met in found)


def test_no_bound_is_above_the_truth_where_stock_is_short():
    short, met = judged((seed, short_of_stock(seed)) for seed in range(60))
    assert short > 30
    assert met > short / 2


def test_no_bound_is_above_the_truth_of_tiny_problems_as_they_are():
    short, met = judged((seed, random_problem(seed, tiny=True)) for seed in range(40))
    assert met > short / 2 > 0


@pytest.mark.campaign
@pytest.mark.parametrize("start", range(1_000, 7_000, 250))
def test_no_bound_is_above_the_truth_of_thousands_of_problems_short_of_stock(start):
    short, met = judged((seed, short_of_stock(seed)) for seed in range(start, start + 250))
    assert met > short / 2 > 50
