"""Bounds against the true optimum: never above it, whatever the prices."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from packing.compile.compiler import compile_problem
from packing.describe import read_problem
from packing.domain.words import Hosting
from packing.solve.bounds.forced import forced_vector
from packing.solve.bounds.linear import LinearRelaxation, simple_prices
from packing.solve.bounds.prices import SCALE, Prices, price_bound, rows_of
from packing.solve.context import SearchContext
from packing.solve.task import whole_task
from packing.testing.exhaustive import exhaustive
from packing.testing.strategies import tiny_problems

from .common import kind, model, problem, search, tiny_with_optimum

SHARED = (Hosting.MULTI_MODEL, Hosting.INFERENCE_COMPONENT)


def rows(compiled):
    """Every row that may have a price."""
    return [
        (index, hosting, dimension, slot)
        for index, each in enumerate(compiled.kinds)
        for hosting in SHARED
        for dimension, slot, _ in rows_of(compiled, each, hosting)
    ]


def some_prices(compiled, rng):
    """Prices without sense: none, small, about a node's, or absurd."""
    price = max((pool.coefficient for pool in compiled.pools), default=0) * SCALE
    return Prices({row: rng.choice((0, rng.randrange(1, 100), rng.randrange(0, price + 2), 7 * price + 1)) for row in rows(compiled)})


def bounds_of(compiled, rng):
    """Bounds by simple prices, by the relaxation's duals, and by prices without sense."""
    duals = LinearRelaxation(compiled, whole_task(compiled)).prices(SearchContext(5.0).share())
    found = [price_bound(compiled, prices) for prices in simple_prices(compiled)]
    found += [price_bound(compiled, duals)] if duals is not None else []
    return found + [price_bound(compiled, some_prices(compiled, rng)) for _ in range(6)], duals is not None


def judge(seeds):
    """How often bounds were comparable, and tight."""
    rng, seen = random.Random("prices"), Counter()
    for seed, compiled, best in tiny_with_optimum(seeds):
        found, solved = bounds_of(compiled, rng)
        forced = forced_vector(compiled)
        assert forced <= best.missing, f"seed {seed}: forced copies {forced} are not"
        if best.missing == forced:
            assert solved, f"seed {seed}: the relaxation of a problem that can be solved was not"
            assert max(found) <= best.objective_units, f"false bound, seed {seed}"
            seen["comparable"] += 1
            seen["tight"] += max(found) == best.objective_units
    return seen


def test_no_bound_is_above_the_optimum():
    seen = judge(range(150))
    assert seen["comparable"] > 75
    assert seen["tight"] > 10  # they are worth something


@pytest.mark.campaign
def test_no_bound_is_above_the_optimum_of_4000():
    assert judge(range(20_000, 24_000))["comparable"] > 2_000


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(tiny_problems(), st.data())
def test_any_prices_give_a_valid_bound(drawn, data):
    compiled, best = compile_problem(drawn), exhaustive(drawn)
    price = st.integers(0, 2 * max((pool.coefficient for pool in compiled.pools), default=1) * SCALE)
    prices = Prices({row: data.draw(price) for row in rows(compiled)})
    if best.missing == forced_vector(compiled):
        assert price_bound(compiled, prices) <= best.objective_units


def test_bound_by_hand():
    """Five copies of half a 16 GiB accelerator, nodes with one accelerator: 2.5 nodes' worth, of 5 single nodes."""
    compiled = compile_problem(problem([kind("a", 1)], ["a"], [model("m", 8, copies=5)]))
    assert max(price_bound(compiled, prices) for prices in simple_prices(compiled)) == 833_333_333  # (5/2) * round(1e9/3), rounded up
    duals = LinearRelaxation(compiled, whole_task(compiled)).prices(SearchContext(5.0).share())
    assert price_bound(compiled, duals) == 833_333_333


def nodes_by_kind(compiled, best):
    label = {pool.label: pool.kind for pool in compiled.pools}
    return Counter((label[pool], hosting) for pool, hosting, _ in best.nodes)


def limits_hold(seeds):
    """Node limits at a budget of the optimum itself, the least that greedy could ever hand over."""
    bitten = 0
    for seed, compiled, best in tiny_with_optimum(seeds):
        if best.missing != forced_vector(compiled):
            continue
        relaxation = LinearRelaxation(compiled, whole_task(compiled))
        limits = relaxation.most_nodes(best.objective_units - compiled.constant, SearchContext(10.0).share())
        for key, count in nodes_by_kind(compiled, best).items():
            assert limits.get(key, count) >= count, f"seed {seed}: {key} limited to {limits[key]}, the optimum has {count}"
        bitten += any(count <= 1 for count in limits.values())
    return bitten


def test_node_limits_never_cut_off_the_optimum():
    assert limits_hold(range(400, 480)) > 25


@pytest.mark.campaign
def test_node_limits_never_cut_off_the_optimum_of_3000():
    limits_hold(range(30_000, 33_000))


def test_limits_are_left_out_where_nodes_are_free():
    compiled = compile_problem(problem([kind("a", 0)], ["a"], [model("m", 8, copies=5)]))
    limits = LinearRelaxation(compiled, whole_task(compiled)).most_nodes(0, SearchContext(5.0).share())
    assert all(count >= 3 for count in limits.values())


@pytest.mark.parametrize("path", sorted((Path(__file__).parent / "imprecise").glob("*.json")), ids=lambda path: path.stem)
def test_relaxations_that_were_imprecise(path):
    """GLOP gave up on these, with costs of 10^9 in its rows or for how it scales them, and greedy and proof went without prices."""
    compiled = compile_problem(read_problem(path))
    assert LinearRelaxation(compiled, whole_task(compiled)).prices(SearchContext(5.0).share()) is not None


def test_node_limits_are_integers_where_prices_are_far_apart():
    """Nodes dearer than the whole budget are none, so that their price does not push sums out of the exact range."""
    compiled = compile_problem(
        problem([kind("a", 1e-6), kind("b", 1e6, accelerators=4)], ["a", {"instance_type": "b", "count": 5}], [model("m", 9, 5)])
    )
    budget = 5 * min(pool.coefficient for pool in compiled.pools)
    limits = LinearRelaxation(compiled, whole_task(compiled)).most_nodes(budget, SearchContext(5.0).share())
    assert {limits[key] for key in limits if compiled.kinds[key[0]].name == "b"} == {0}
    assert search(compiled, "cp_sat").closed()
