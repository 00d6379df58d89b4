"""Parts and shares: nobody is lost, tenants stay whole, stock is kept, bounds are those of the whole, and the same again gives the same."""

from __future__ import annotations

from collections import Counter

import pytest

from packing.compile.compiler import compile_problem
from packing.compile.data import UNLIMITED
from packing.describe import expand
from packing.domain.words import Status
from packing.generate import generate, random_problem
from packing.solve import solve_placement
from packing.solve.assemble import assemble
from packing.solve.bounds.run import linear_bound
from packing.solve.context import SearchContext
from packing.solve.greedy.economy import Economy
from packing.solve.node_state import CONTAINER
from packing.solve.plan import Value, evaluate
from packing.solve.split import strategy
from packing.solve.split.deal import deal, shape_of, shapes
from packing.solve.split.stock import shares
from packing.solve.strategies import begin
from packing.testing.exhaustive import exhaustive
from packing.verify import verify

FLEET = {"models": 60, "shapes": 30, "copies": 300, "tenants": 12, "isolated_share": 0.25, "conflicts": 0.3}


@pytest.fixture
def eager(monkeypatch):
    """Small problems are split like large ones, too."""
    monkeypatch.setattr(strategy, "FEW", 2)
    monkeypatch.setattr(strategy, "SHAPES", 4)
    monkeypatch.setattr(strategy, "SMALL", 3)


def searched(problem, limit=20.0, **options):
    expanded = expand(problem)
    compiled = compile_problem(expanded.problem)
    context = SearchContext(limit, **options)
    begin(compiled, context)
    strategy.split(compiled, context)
    return compiled, expanded, context


@pytest.mark.parametrize("parts", [1, 3, 7])
def test_everyone_is_dealt_once_and_those_who_stay_among_themselves_stay_together(parts):
    compiled = compile_problem(generate(**FLEET))
    dealt = deal(compiled, Economy(compiled), parts)
    assert len(dealt) == parts
    assert sorted(model for models in dealt for model in models) == list(range(len(compiled.models)))
    homes = [{compiled.models[model].tenant for model in models if compiled.models[model].isolation >= CONTAINER} for models in dealt]
    assert sum(map(len, homes)) == len(set().union(*homes))
    shared = [{shape_of(compiled, model) for model in models if compiled.models[model].isolation < CONTAINER} for models in dealt]
    assert sum(map(len, shared)) == len(set().union(*shared))


def test_parts_are_of_comparable_composition():
    """No share has more than twice its due of the copies, nor of those of any instance type."""
    compiled = compile_problem(generate(models=400, shapes=200, copies=2_000, tenants=0, isolated_share=0, size_skew=0))
    economy = Economy(compiled)
    counts = []
    for models in deal(compiled, economy, 4):
        here = Counter()
        for model in models:
            here[compiled.candidates[economy.ranking(model)[0]].kind] += economy.room[economy.ranking(model)[0]] * compiled.models[model].fewest
        counts.append(here)
    total = sum(counts, Counter())
    for kind, room in total.items():
        if room > 0.1 * sum(total.values()):
            assert max(here[kind] for here in counts) < 2 * room / 4
            assert min(here[kind] for here in counts) > 0.5 * room / 4


def test_stock_is_shared_out_to_the_last_node():
    compiled = compile_problem(generate(**FLEET, tightness=0.8))
    context = SearchContext(5.0)
    begin(compiled, context)
    parts = deal(compiled, Economy(compiled), 4)
    given = shares(compiled, context.incumbent, parts)
    assert [sum(column) for column in zip(*given, strict=True)] == [pool.stock for pool in compiled.pools]
    endless = compile_problem(generate(**FLEET, tightness=0))
    assert {each for share in shares(endless, context.incumbent, parts) for each in share} == {UNLIMITED}


@pytest.mark.parametrize("tightness", [0, 0.7, 1.2])
def test_answers_are_complete_where_greedys_are_and_pass_the_checker(eager, tightness, monkeypatch):
    monkeypatch.setattr(strategy, "SMALL", 30)
    problem = generate(**FLEET, tightness=tightness)
    compiled, _, context = searched(problem, 3.0)
    assert shapes(compiled) > strategy.SHAPES
    before = SearchContext(3.0)
    begin(compiled, before)
    assert context.incumbent.value <= before.incumbent.value
    assert context.incumbent.value == evaluate(compiled, context.incumbent.nodes)
    used = Counter(node.pool for node in context.incumbent.nodes)
    assert all(used[pool] <= each.stock for pool, each in enumerate(compiled.pools))
    assert context.bound is None or context.valid_bound(context.incumbent.value) is None or context.bound <= context.incumbent.value.objective


def test_random_problems_pass_the_checker(eager):
    """Shares of random problems, assembled as an answer: every rule, and shortage."""
    for seed in range(20):
        compiled, expanded, context = searched(random_problem(seed), 0.5)
        plan = context.incumbent
        status = Status.FEASIBLE if plan.value.complete else Status.PARTIAL if plan.nodes else Status.UNKNOWN
        bound = context.valid_bound(plan.value)
        placement = assemble(compiled, expanded, plan, status, bound)
        assert verify(expanded.problem, placement, expanded.digest).violations == (), seed
        assert bound is None or bound <= plan.value.objective


def claims_hold(seeds):
    compared = 0
    for seed in seeds:
        _, expanded, context = searched(random_problem(seed, tiny=True))
        best = exhaustive(expanded.problem)
        assert Value(best.missing, best.objective_units) <= context.incumbent.value, seed
        assert context.missing_bound <= best.missing, seed
        if context.missing_bound == best.missing:
            compared += 1
            assert context.bound <= best.objective_units, seed
    return compared


def test_bounds_of_parts_are_bounds_of_the_whole(eager):
    assert claims_hold(range(200, 225)) > 10


@pytest.mark.campaign
def test_bounds_of_parts_are_bounds_of_the_whole_on_2000(eager):
    assert claims_hold(range(70_000, 72_000)) > 1_000


def test_the_bound_is_no_lower_than_that_of_the_whole_relaxation():
    problem = generate(**FLEET, tightness=0)
    compiled, _, context = searched(problem, 5.0)
    relaxed = SearchContext(5.0)
    begin(compiled, relaxed)
    linear_bound(compiled, relaxed)
    assert context.bound >= relaxed.bound


def test_the_same_again_gives_the_same(eager):
    problem = generate(models=16, shapes=8, copies=24, tenants=4, isolated_share=0.3, tightness=0)
    first, second = (searched(problem, 120.0) for _ in range(2))
    assert first[2].incumbent == second[2].incumbent
    assert first[2].proof == second[2].proof
    assert first[2].limit() in {None, "gap"}


def test_one_small_part_is_not_split():
    compiled = compile_problem(generate(models=20, shapes=5, copies=40, tenants=0, pools=1))
    assert "no more than" in strategy.supports(compiled)
    assert strategy.supports(compile_problem(generate(**FLEET, tightness=0))) is None  # isolated tenants
    result = solve_placement(generate(models=20, shapes=5, copies=40, tenants=0, pools=1), strategy="split", time_limit=5.0)
    assert any("split was not run" in incident for incident in result.incidents)


def test_cancelled_in_a_share(eager):
    import threading

    stop = threading.Event()
    timer = threading.Timer(1.0, stop.set)
    timer.start()
    _, _, context = searched(generate(**FLEET, tightness=0), 60.0, cancel=stop)
    timer.cancel()
    assert context.limit() in {"cancelled", "gap"}
    assert context.elapsed() < 10
