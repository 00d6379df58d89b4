"""Moves that change a plan: exchange never makes it worse, undo brings it back exactly, running totals are true."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from packing.compile.compiler import compile_problem
from packing.generate import random_problem
from packing.solve.greedy.construct import Settings, construct
from packing.solve.greedy.economy import Economy
from packing.solve.greedy.exchange import exchange_nodes
from packing.solve.node_state import NodeState
from packing.solve.plan import NodePlan, evaluate, make_plan
from packing.solve.ruin.strategy import _Search
from packing.solve.ruin.working import WorkingPlan
from packing.testing.strategies import problems

from .common import kind, model, problem

quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def holds(compiled, plan):
    """The plan's nodes can be filled copy by copy, and its stock is kept: the search's own reading of the rules."""
    used = [0] * len(compiled.pools)
    for node in plan.nodes:
        used[node.pool] += 1
        state = NodeState(compiled, node.pool, node.hosting)
        for index, accelerators in node.copies:
            assert state.fits(compiled.candidates[index]) is not None
            state.add(compiled.candidates[index], accelerators)
    return all(count <= pool.stock for count, pool in zip(used, compiled.pools, strict=True))


@quick
@given(problems(), st.sampled_from([Settings(), Settings(room_price=0.0), Settings(kind_factor={0: 0.01}), Settings(kind_factor={1: 0.01})]))
def test_exchange_is_never_worse(drawn, chosen):
    compiled = compile_problem(drawn)
    plan = construct(compiled, Economy(compiled), chosen)
    better = exchange_nodes(compiled, plan)
    assert better.value <= plan.value
    assert better.value == evaluate(compiled, better.nodes)
    assert holds(compiled, better)


def test_exchange_takes_the_cheaper_node():
    compiled = compile_problem(problem([kind("dear", 9, accelerators=4), kind("cheap", 2)], ["dear", "cheap"], [model("m", 9)]))
    dear = next(index for index, pool in enumerate(compiled.pools) if pool.label == "dear")
    candidate = next(each for each in compiled.candidates if each.kind == compiled.pools[dear].kind)
    plan = make_plan(compiled, [NodePlan(dear, candidate.hosting, ((candidate.index, (2,)),))])
    (node,) = exchange_nodes(compiled, plan).nodes
    assert compiled.pools[node.pool].label == "cheap"


def snapshot(working):
    """Value, nodes whatever their order, and everything that is counted."""
    tally = working.construction.tally
    nodes = working.construction.plan().nodes
    return (
        working.value,
        sorted(nodes, key=repr),
        {model: count for model, count in tally.placed.items() if count},
        {model: rate for model, rate in tally.rate.items() if rate},
        {model: dict(zones) for model, zones in tally.zones.items() if zones},
        {pool: count for pool, count in working.construction.nodes.used.items() if count},
    )


@quick
@given(problems(), st.integers(0, 2**20))
def test_undo_restores_value_and_plan_exactly(drawn, seed):
    compiled, rng = compile_problem(drawn), random.Random(seed)
    economy = Economy(compiled)
    working = WorkingPlan(compiled, economy, construct(compiled, economy, Settings()))
    search = _Search(compiled, economy, working.construction.plan(), rng)
    for _ in range(6):
        nodes = working.open_nodes()
        if not nodes:
            return
        before = snapshot(working)
        models = working.ruin(rng.sample(nodes, rng.randint(1, min(4, len(nodes)))))
        rng.shuffle(models)
        working.recreate(models, search._settings())
        assert working.value == evaluate(compiled, working.construction.plan().nodes)
        if rng.random() < 0.7:
            working.undo()
            assert snapshot(working) == before


def test_rounds_keep_their_own_count_of_the_value():
    """After hundreds of rounds, kept and undone, the running totals are those of the plan, which holds."""
    for seed in range(8):
        compiled = compile_problem(random_problem(seed))
        economy = Economy(compiled)
        plan = construct(compiled, economy, Settings())
        search = _Search(compiled, economy, plan, random.Random(seed))
        if not plan.nodes:
            continue
        for number in range(60):
            search.round(1 - number / 60)
            assert search.best <= plan.value
        assert search.working.value == evaluate(compiled, search.plan().nodes)
        assert holds(compiled, search.plan())
