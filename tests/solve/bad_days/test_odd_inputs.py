"""Bad days: an odd input gives a verified answer with a true status, or a typed error, through every strategy."""

from __future__ import annotations

import random

import pytest

import packing as pk
from packing.domain.words import Status
from packing.generate import random_problem

from ..common import GIB, kind, model, problem  # noqa: TID252 - tests are not a package, and have no absolute name
from .judged import every_strategy, missing, solved


@every_strategy
def test_zero_prices(strategy):
    kinds = [kind("a", 0, accelerators=4), kind("b", 0)]
    result = solved(problem(kinds, ["a", "b"], [model(f"m{index}", 3 + index, copies=2) for index in range(5)]), strategy)
    assert result.status is Status.OPTIMAL
    assert result.cost_per_hour == 0


@every_strategy
def test_one_free_pool_among_dear_ones(strategy):
    pools = [{"instance_type": "free", "count": 1}, {"instance_type": "dear"}]
    result = solved(problem([kind("free", 0), kind("dear", 1e6)], pools, [model("m", 9, copies=2)]), strategy)
    # Alone, stock ignored, the model would be free: cost is then measured against the dearest price (docs/fitness.md).
    # One copy has the free node, the other one dear node: a loss of one, and no second dear node for convenience.
    assert (result.objective, result.cost_per_hour) == (1, 1e6)
    assert result.status is Status.OPTIMAL or strategy not in {"auto", "cp_sat"}, "the linear bound of the others sees half a dear node"
    assert not result.unplaced


@every_strategy
@pytest.mark.parametrize(("low", "high"), [(1e-6, 1.0), (1.0, 1e6), (1e-6, 1e6)])
def test_price_ratios(strategy, low, high):
    """The cheap nodes are used as far as they go; one dear node takes the rest."""
    kinds = [kind("cheap", low), kind("dear", high, accelerators=4)]
    few = problem(kinds, [{"instance_type": "cheap", "count": 2}, {"instance_type": "dear", "count": 5}], [model("x", 9, 2), model("y", 9, 3)])
    result = solved(few, strategy)
    assert not result.unplaced
    assert high <= result.cost_per_hour <= high + 2 * low + 1e-6
    many = problem(kinds, ["cheap", {"instance_type": "dear", "count": 5}], [model("x", 9, 2), model("y", 9, 3)])
    assert solved(many, strategy).cost_per_hour == pytest.approx(5 * low)


@every_strategy
def test_all_copies_identical(strategy):
    """A hundred equal models, four to an accelerator of two: 13 nodes of eight."""
    result = solved(problem([kind("a", 1, accelerators=2)], ["a"], [model(f"m{index}", 4) for index in range(100)]), strategy, 1.0)
    assert len(result.placement.nodes) == 13


@every_strategy
def test_all_shapes_distinct(strategy):
    rng = random.Random("distinct")
    models = [
        {"name": f"m{index}", "modes": [{"accelerator": "G", "memory_per_accelerator": rng.randrange(GIB, 9 * GIB), "vcpus": rng.random() * 4}]}
        for index in range(60)
    ]
    result = solved(problem([kind("a", 3, accelerators=4, vcpus=16), kind("b", 1, vcpus=4)], ["a", "b"], models), strategy, 1.0)
    assert not result.unplaced
    assert result.bound > 0


@every_strategy
def test_huge_counts(strategy):
    """A stock of millions is no problem, and copies by the thousand are none either."""
    result = solved(problem([kind("a", 1, accelerators=4)], [{"instance_type": "a", "count": 10_000_000}], [model("m", 5, copies=1200)]), strategy)
    assert len(result.placement.nodes) == 100
    assert result.cost_per_hour == 100


@every_strategy
def test_absurd_figures(strategy):
    huge = kind("a", 1e8, accelerators=4, resources={"licence": 1e9}, vcpus=1e9, host_memory=10**15)
    huge["memory_per_accelerator"] = 10**15
    mode = {"accelerator": "G", "memory_per_accelerator": 10**14 + 7, "vcpus": 0.001, "host_memory": 1, "resources": {"licence": 1e-3}}
    result = solved(problem([huge], ["a"], [{"name": f"m{index}", "copies": 3, "modes": [mode]} for index in range(4)]), strategy)
    assert len(result.placement.nodes) == 1


@every_strategy
def test_stock_short_by_one_node(strategy):
    """Six copies of a whole node each on five nodes: one is missing, the least important, and stock is why."""
    models = [model(f"m{index}", 16, accelerators=2, priority=index) for index in range(6)]
    result = solved(problem([kind("a", 1, accelerators=2)], [{"instance_type": "a", "count": 5}], models), strategy)
    assert missing(result) == {"m0": 1}
    assert {reason.rule for reason in result.unplaced[0].reasons} == {"stock"}
    assert result.status is Status.PARTIAL


@every_strategy
def test_one_model_that_fits_nowhere_among_many(strategy):
    models = [model(f"m{index}", 1 + index % 7, copies=1 + index % 3) for index in range(80)] + [model("giant", 17)]
    result = solved(problem([kind("a", 2, accelerators=2), kind("b", 1)], ["a", "b"], models), strategy, 1.0)
    assert missing(result) == {"giant": 1}
    assert {reason.rule for reason in result.unplaced[0].reasons} == {"memory"}
    assert result.complete_is_impossible
    assert result.bound is not None  # of the placements that leave just the giant out


@every_strategy
def test_nothing_asked_and_nothing_there(strategy):
    kinds = [kind("a", 1)]
    with pytest.raises(pk.ProblemError) as caught:
        solved(problem(kinds, ["a"], []), strategy)
    assert [fault.code for fault in caught.value.faults] == ["empty_problem"]
    assert solved(problem(kinds, ["a"], [model("m", 1, copies=0)]), strategy).status is Status.OPTIMAL
    none = solved(problem(kinds, [{"instance_type": "a", "count": 0}], [model("m", 1)]), strategy)
    assert none.status is Status.INFEASIBLE
    assert missing(none) == {"m": 1}


@pytest.mark.campaign
@every_strategy
def test_a_thousand_random_fleets_in_no_time(strategy):
    for seed in range(60_000, 61_000):
        solved(random_problem(seed), strategy, time_limit=0.02)
