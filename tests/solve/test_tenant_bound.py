"""Tenants that share no node pay for whole ones: the bound that follows is valid at any prices, and sometimes tighter."""

import random

import pytest

from packing.compile.compiler import compile_problem
from packing.describe import expand
from packing.generate import random_problem
from packing.solve.bounds.forced import forced_vector
from packing.solve.bounds.linear import POOLED
from packing.solve.bounds.prices import SCALE, Prices, rows_of
from packing.solve.bounds.run import linear_bound, tenant_bound
from packing.solve.context import SearchContext
from packing.testing.exhaustive import exhaustive

from .common import kind, model, problem


def any_prices(compiled, seed):
    """Prices that nobody would think of: a valid bound must follow from them all the same."""
    generator = random.Random(seed)
    rows = [
        (index, hosting, dimension, slot)
        for index, each in enumerate(compiled.kinds)
        for hosting in POOLED
        for dimension, slot, _ in rows_of(compiled, each, hosting)
    ]
    return Prices({row: int(generator.random() * SCALE * 2e8) for row in rows if generator.random() < 0.5})


def checked(seeds):
    """Number of problems on which the bound could be compared, and of those on which it was tighter than without tenants."""
    compared = tighter = 0
    for seed in seeds:
        expanded = expand(random_problem(seed, tiny=True))
        compiled = compile_problem(expanded.problem)
        best = exhaustive(expanded.problem)
        if best.missing != forced_vector(compiled):
            continue
        context = SearchContext(60)
        duals = linear_bound(compiled, context)
        before = context.bound
        for prices in (duals, any_prices(compiled, seed)):
            if prices is not None:
                tenant_bound(compiled, context, prices, 30)
        assert context.bound is None or context.bound <= best.objective_units, seed
        compared += context.bound is not None
        tighter += context.bound != before
    return compared, tighter


def test_never_above_the_optimum():
    compared, tighter = checked(range(40))
    assert compared > 20
    assert tighter > 0


@pytest.mark.campaign
def test_never_above_the_optimum_of_thousands():
    checked(range(10_000, 13_000))


def test_an_isolated_tenant_pays_for_its_whole_node():
    """One small model each of two isolated tenants: two nodes, of which the linear relaxation sees an eighth each."""
    kinds = [kind("big", 8.0, accelerators=8)]
    models = [model(f"m{each}", 9, tenant=f"t{each}", hosting="inference_component") for each in (0, 1)]
    tenants = [{"name": f"t{each}", "isolation": "instance"} for each in (0, 1)]
    # Without single-model hosting, for which whole nodes are counted model by model already.
    compiled = compile_problem(expand(problem(kinds, ["big"], models, tenants=tenants)).problem)
    context = SearchContext(60)
    duals = linear_bound(compiled, context)
    assert duals is not None
    assert context.bound is not None
    assert context.bound < 10**9
    tenant_bound(compiled, context, duals, 30)
    assert context.bound == 10**9  # two nodes at 8 USD, and alone they would cost the same
