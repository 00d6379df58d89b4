"""No claim is false: bounds, missing copies and plans of every strategy against looking at everything, SCIP and HiGHS.

Strategies run in this process, on a search context of their own: what they tell it is what is judged, before anything is made of it.
"""

from __future__ import annotations

import inspect
from collections import Counter
from functools import lru_cache

import pytest

from packing.compile.compiler import compile_problem
from packing.describe import expand
from packing.generate import random_problem
from packing.solve import strategies
from packing.solve.bounds import run as bound_functions
from packing.solve.context import SearchContext
from packing.solve.plan import Value
from packing.solve.strategies import begin, strategy_of
from packing.testing.exhaustive import exhaustive
from tests.oracles.mip import SOLVERS, NoOpinionError, second_opinion

from .judged import every_strategy

QUICK_SEEDS = (1, 6, 7, 18, 19, 21, 29)
"""Random problems on which both solvers have an answer within seconds: proofs, and proofs that not all can be placed."""


class Boastful(SearchContext):
    """A context whose strategies claim one unit more than they have proven: the defect that these tests are for."""

    def raise_bound(self, missing, bound, source):
        super().raise_bound(missing, bound + 1, source)


class Gloomy(SearchContext):
    """Claims that one copy more of the lowest priority must be missing."""

    def raise_bound(self, missing, bound, source):
        super().raise_bound((*missing[:-1], missing[-1] + 1), bound, source)


@pytest.fixture(autouse=True)
def go_on(monkeypatch, false_bounds_are_errors):
    """What a strategy's own plan contradicts is withdrawn, as for users, and judged here like what the best plan contradicts."""
    monkeypatch.setattr("packing.solve.context.RAISE_ERRORS", False)


@lru_cache(maxsize=64)
def tiny(seed):
    """(compiled, missing copies and objective of the best placement); looked at once, though every strategy is judged by it."""
    expanded = expand(random_problem(seed, tiny=True))
    best = exhaustive(expanded.problem)
    return compile_problem(expanded.problem), Value(best.missing, best.objective_units)


def ran(compiled, strategy, limit=5.0, kind=SearchContext):
    """A context after a strategy has run in it."""
    context = kind(limit)
    strategy_of(strategy).solve(compiled, context)
    return context


def false_claim(context, best):
    """What the context claims that the best placement disproves; None: nothing."""
    if context.withdrawn is not None:
        return context.withdrawn
    if context.incumbent is not None and context.incumbent.value < best:
        return f"a plan of {context.incumbent.value} is better than the best"
    if context.missing_bound is not None and context.missing_bound > best.missing:
        return f"{context.missing_bound} must be missing"
    if context.missing_bound == best.missing and context.bound is not None and context.bound > best.objective:
        return f"bound {context.bound}"
    return None


def judge(seeds, strategy):
    """How often a bound could be compared, and how often it was tight; anything false fails."""
    seen = Counter()
    for seed in seeds:
        compiled, best = tiny(seed)
        context = ran(compiled, strategy)
        wrong = false_claim(context, best)
        assert wrong is None, f"random_problem({seed}, tiny=True), {strategy}: {wrong}; the best is {best}"
        if context.missing_bound == best.missing and context.bound is not None:
            seen["compared"] += 1
            seen["tight"] += context.bound == best.objective
    return seen


@every_strategy
def test_no_strategy_claims_what_is_false(strategy):
    assert judge(range(50_000, 50_015), strategy)["compared"] > 5


@pytest.mark.campaign
@pytest.mark.parametrize("start", range(100_000, 104_000, 500))
@every_strategy
def test_no_strategy_claims_what_is_false_on_4000(strategy, start):
    assert judge(range(start, start + 500), strategy)["compared"] > 200


def bounds_alone():
    """Functions of `packing.solve.bounds.run` that take a compiled problem and a context and raise its bound."""
    named = inspect.getmembers(bound_functions, inspect.isfunction)
    return {name: function for name, function in named if name.endswith("_bound") and len(inspect.signature(function).parameters) == 2}


def judge_bounds(seeds):
    compared = Counter()
    for seed in seeds:
        compiled, best = tiny(seed)
        for name, function in bounds_alone().items():
            context = SearchContext(5.0)
            begin(compiled, context)
            function(compiled, context)
            wrong = false_claim(context, best)
            assert wrong is None, f"random_problem({seed}, tiny=True), {name}: {wrong}; the best is {best}"
            compared[name] += context.missing_bound == best.missing and context.bound is not None
    return compared


def test_no_bound_function_is_above_the_best():
    assert {"quick_bound", "linear_bound"} <= set(bounds_alone())
    assert min(judge_bounds(range(51_000, 51_040)).values()) > 15


@pytest.mark.campaign
def test_no_bound_function_is_above_the_best_of_4000():
    judge_bounds(range(110_000, 114_000))


@pytest.mark.parametrize("kind", [Boastful, Gloomy])
@every_strategy
def test_a_bound_one_too_high_is_caught(strategy, kind):
    """The tests above can fail: one unit, or one copy, is enough."""

    def caught(seed):
        compiled, best = tiny(seed)
        return false_claim(ran(compiled, strategy, kind=kind), best) is not None

    assert any(caught(seed) for seed in range(50_000, 50_012))


def judge_by_solvers(seeds, chosen, seconds, limit):
    """Opinions of both solvers on each problem, beside what strategies claim; what they contradict fails."""
    seen = Counter()
    for seed in seeds:
        expanded = expand(random_problem(seed))
        compiled = compile_problem(expanded.problem)
        contexts = {strategy: ran(compiled, strategy, limit) for strategy in chosen(seed)}
        for solver in SOLVERS:
            try:
                opinion = second_opinion(expanded.problem, solver, seconds)
            except NoOpinionError:
                seen[solver, "none"] += 1
                continue
            for strategy, context in contexts.items():
                wrong = contradiction(context, opinion)
                assert wrong is None, f"random_problem({seed}), {strategy}: {wrong} ({solver})"
            seen[solver, "proven" if opinion.proven else "impossible" if opinion.impossible else "found" if opinion.units else "unknown"] += 1
    return seen


def contradiction(context, opinion):
    """What a solver's opinion on complete placements disproves; None: nothing.

    A placement that it found counts in integers; that there is none, or none better, only within its tolerances.
    """
    if context.withdrawn is not None:
        return context.withdrawn
    value = context.incumbent.value
    if opinion.units is not None:
        complete = Value((0,) * len(value.missing), opinion.units)
        if context.missing_bound is not None and context.missing_bound > complete.missing:
            return f"{context.missing_bound} must be missing, though everything can be placed"
        if context.missing_bound == complete.missing and context.bound is not None and context.bound > opinion.units:
            return f"bound {context.bound} above a placement of {opinion.units}"
        if opinion.proven and value.complete and value.objective < opinion.units * (1 - 1e-6):
            return f"a plan of {value.objective}, better than the best of {opinion.units}"
    if opinion.impossible and value.complete:
        return "everything is placed, though that is impossible"
    return None


def every_third(seed):
    """`auto`, and two others that change from problem to problem."""
    others = [name for name in strategies() if name != "auto"]
    return ["auto", *(others[(seed + each) % len(others)] for each in (0, 3))]


def test_scip_and_highs_contradict_nobody():
    seen = judge_by_solvers(QUICK_SEEDS, every_third, 5.0, 1.0)
    assert min(seen[solver, "proven"] for solver in SOLVERS) >= 4
    assert min(seen[solver, "impossible"] for solver in SOLVERS) >= 1


@pytest.mark.campaign
@pytest.mark.parametrize("start", range(0, 1_000, 50))
def test_scip_and_highs_contradict_nobody_on_1000(start):
    judge_by_solvers(range(start, start + 50), every_third, 10.0, 3.0)


def test_solvers_catch_a_bound_one_too_high():
    caught = 0
    for seed in (7, 18, 29):
        expanded = expand(random_problem(seed))
        context = ran(compile_problem(expanded.problem), "auto", kind=Boastful)
        caught += all(contradiction(context, second_opinion(expanded.problem, solver, 5.0)) is not None for solver in SOLVERS)
    assert caught >= 2
