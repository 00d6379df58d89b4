"""Where column generation starts from, and what steadies it: neither may cost validity or the optimum."""

from __future__ import annotations

import pytest

from packing.compile.compiler import compile_problem
from packing.describe import expand
from packing.generate import generate, random_problem
from packing.solve.bounds.run import linear_bound
from packing.solve.context import SearchContext
from packing.solve.patterns.centre import centre_of
from packing.solve.patterns.classes import classes_of
from packing.solve.patterns.generation import EFFORTS, THOROUGH
from packing.solve.patterns.layout import Layout
from packing.solve.patterns.parts import Part
from packing.solve.patterns.pricing import prices_of
from packing.solve.patterns.swaps import swaps_of


def _compiled(**knobs):
    return compile_problem(expand(generate(**knobs)).problem)


@pytest.mark.parametrize("seed", range(4))
def test_the_first_bound_is_no_worse_than_the_linear_relaxation_s(seed):
    compiled = _compiled(models=40, shapes=15, copies=300, tenants=6, isolated_share=0.0, tightness=0, seed=seed)
    context = SearchContext(60.0)
    prices = linear_bound(compiled, context)
    part = Part(compiled, classes_of(compiled, by_rival=False))
    duals = prices_of(centre_of(part.layout, prices))
    values, _ = part.pricer.contents(duals, THOROUGH, 0, [0.0] * len(part.layout.groups), context.share())
    bound = compiled.constant + part.pricer.bound(part.costs, duals, values)
    # Prices are rounded down once more on the way.
    assert bound >= context.bound * (1 - 1e-5)


@pytest.mark.parametrize("seed", range(30))
def test_whoever_takes_a_place_takes_no_more_of_anything(seed):
    compiled = compile_problem(expand(random_problem(seed)).problem)
    layout = Layout(compiled, classes_of(compiled, by_rival=False))
    for index, other in swaps_of(layout):
        item, lighter = layout.items[index], layout.items[other]
        assert (item.bin, item.units) == (lighter.bin, lighter.units)
        assert all(less <= more for less, more in zip(lighter.weights, item.weights, strict=True))


def _relaxed(compiled, *, swaps):
    part = Part(compiled, classes_of(compiled, by_rival=False))
    part.master.allow_swaps(allowed=swaps)
    part.relax(SearchContext(30.0).share(), lambda: None)
    return part


@pytest.mark.parametrize("seed", range(3))
def test_swaps_do_not_change_the_optimum_where_no_limit_binds(seed):
    compiled = _compiled(models=20, shapes=10, copies=600, tenants=0, isolated_share=0.0, conflicts=0.0, tightness=0, tolerant_share=0.0, seed=seed)
    parts = [_relaxed(compiled, swaps=swaps) for swaps in (False, True)]
    assert all(part.search.converged for part in parts)
    values = [part.search.solution.objective for part in parts]
    assert values[0] == pytest.approx(values[1], rel=2e-4)
    assert all(part.bound <= min(values) * (1 + 1e-6) for part in parts)


def test_effort_grows_as_the_gap_closes():
    branches = [effort.branches for _, effort in EFFORTS]
    assert branches == sorted(branches)
    assert THOROUGH.branches > branches[-1]
