"""Bad days at size: short by one node, one model that fits nowhere, odd shapes and prices, no time, a caller who has had enough.

The ordinary run has smaller ones for all strategies; the campaign has the sizes of the issue.
"""

from __future__ import annotations

import random
import threading
import time
from functools import cache

import pytest

import packing as pk
from packing.bench.scale_rows import SCALE_ROWS
from packing.domain.problem import Problem
from packing.domain.words import Status
from packing.generate import generate

from .judged import every_strategy, missing, solved

GIB = 2**30
NODE = {"name": "a", "accelerator": "G", "accelerators": 4, "memory_per_accelerator": 16 * GIB, "price_per_hour": 3.0, "sharing": "memory"}


def sizes(ordinary, campaign):
    """The ordinary size, and the issue's under the marker."""
    return pytest.mark.parametrize("size", [ordinary, pytest.param(campaign, marks=pytest.mark.campaign)])


def brief(strategy):
    """Seconds: greedy's first answer and the quick bounds, which come whatever the limit, are all that is asked of most strategies.

    `auto` and `patterns` have longer, since they do several things one after the other.
    """
    return 1.0 if strategy in {"auto", "patterns"} else 0.3


def fleet(models, *, kinds=(NODE,), pools=None):
    pools = pools or [{"instance_type": each["name"]} for each in kinds]
    return Problem.model_validate({"weights": {"cost": 1}, "instance_types": list(kinds), "fleet": pools, "models": models})


def one(name, size, copies=1, **more):
    return {"name": name, "copies": copies, "modes": [{"accelerator": "G", "memory_per_accelerator": size}], **more}


def short_by_one(size, small):
    """(four copies more than there are accelerators, each of more than half of one; perhaps small ones of higher priority, too)."""
    rng = random.Random("short by one")
    large = [one(f"large{index:05d}", rng.randrange(9 * GIB, 15 * GIB), priority=int(index >= 4)) for index in range(4 * size + 4)]
    others = [one(f"small{index:05d}", GIB, priority=2) for index in range(small)]
    return fleet([*large, *others], pools=[{"instance_type": "a", "count": size}])


@every_strategy
@sizes(40, 2_000)
def test_stock_short_by_one_node(strategy, size):
    """The four least important copies are out, no others, and stock is why."""
    result = solved(short_by_one(size, 0), strategy, brief(strategy) if size < 100 else 20.0)
    assert result.status is Status.PARTIAL
    assert set(missing(result)) == {"large00000", "large00001", "large00002", "large00003"}
    assert {reason.rule for entry in result.unplaced for reason in entry.reasons} == {"stock"}


@every_strategy
@sizes(40, 2_000)
def test_stock_short_by_one_node_with_small_copies_in_between(strategy, size):
    """No fewer than four can be missing, and the small ones, who matter most, are not; at the smaller size the least important are."""
    patience = 10.0 if strategy in {"auto", "patterns", "shortage"} else brief(strategy)  # they end by themselves, and are to make room first
    result = solved(short_by_one(size, size), strategy, patience if size < 100 else 20.0)
    assert result.status is Status.PARTIAL
    assert sum(missing(result).values()) >= 4
    assert not any(name.startswith("small") for name in missing(result))
    assert {"large00000", "large00001", "large00002", "large00003"} <= set(missing(result)) or size > 100


@every_strategy
@sizes(250, 10_000)
def test_one_model_that_fits_nowhere(strategy, size):
    """Everyone else is placed; the bound speaks of placements without the giant; and the reason is its memory."""
    rng = random.Random("giant")
    models = [one(f"m{index:05d}", rng.randrange(GIB, 8 * GIB)) for index in range(size - 1)]
    result = solved(fleet([*models, one("giant", 17 * GIB)]), strategy, brief(strategy) if size < 1_000 else 20.0)
    assert missing(result) == {"giant": 1}
    assert {reason.rule for reason in result.unplaced[0].reasons} == {"memory"}
    assert result.status is Status.PARTIAL
    assert result.complete_is_impossible
    assert result.bound is not None
    assert result.gap < 0.35


@every_strategy
@sizes(150, 3_000)
def test_all_shapes_distinct(strategy, size):
    rng = random.Random("distinct")
    grown = [
        {
            "name": f"m{index:05d}",
            "modes": [
                {"accelerator": "G", "memory_per_accelerator": GIB + 2**20 * index + rng.randrange(2**20), "vcpus": rng.randrange(1, 4_000) / 1000}
            ],
        }
        for index in range(size)
    ]
    # The quick bounds do not suffice here: the linear one is asked for.
    result = solved(fleet(grown, kinds=({**NODE, "vcpus": 48},)), strategy, (6.0 if strategy == "auto" else 2.0) if size < 1_000 else 20.0)
    assert not result.unplaced
    assert result.bound is not None
    assert 0 <= result.gap < 0.4


@every_strategy
@sizes(1_000, 100_000)
def test_all_copies_identical(strategy, size):
    """Five copies to an accelerator, twenty to a node, whether they are one model's or two hundred models'."""
    for models in (1, 200):
        result = solved(
            fleet([one(f"m{index:03d}", 3 * GIB, size // models) for index in range(models)]),
            strategy,
            30.0 if size >= 10_000 else 6.0 if strategy == "patterns" else brief(strategy),  # its proof ends by itself
        )
        assert len(result.placement.nodes) == size // 20
        assert result.status is Status.OPTIMAL or strategy != "patterns", "the linear bound of the others sees a third copy in two halves"
        assert result.gap < 0.07


@cache
def generated(**knobs):
    """The same fleet for all strategies; nobody changes a problem."""
    return generate(tightness=0, **knobs)


def priced(factors, **knobs):
    """A generated fleet whose instance types cost so many times as much."""
    made = generated(**knobs)
    kinds = [
        kind.model_copy(update={"price_per_hour": (kind.price_per_hour or 0) * factors[index % len(factors)]})
        for index, kind in enumerate(made.instance_types)
    ]
    return made.model_copy(update={"instance_types": tuple(kinds)})


@every_strategy
@sizes(150, 5_000)
def test_zero_prices(strategy, size):
    """Nothing costs anything: cost says nothing, and a bound of zero cost is not called a gap."""
    result = solved(priced((0.0,), copies=size, models=50, tenants=5, isolated_share=0.2), strategy, 0.5 if size < 1_000 else 10.0)
    assert not result.unplaced
    assert result.cost_per_hour == 0


@every_strategy
@pytest.mark.parametrize("factors", [(1e-6, 1.0, 1e6), (1e6, 1e-6), (1e-6, 1e-6, 1e-6, 1e6)])
@sizes(80, 5_000)
def test_huge_price_ratios(strategy, factors, size):
    """A million millionfold: the answer is checked, and `auto` opens dear nodes for copies that run nowhere else, not by the dozen."""
    problem = priced(factors, copies=size, models=50, tenants=5, conflicts=0.4)
    dearest = {kind.name for index, kind in enumerate(problem.instance_types) if factors[index % len(factors)] == max(factors)}
    elsewhere = {kind.accelerator for kind in problem.instance_types if kind.name not in dearest}
    widest = {
        name: max(kind.accelerators for kind in problem.instance_types if kind.accelerator == name and kind.name not in dearest) for name in elsewhere
    }
    free = [model for model in problem.models if any(mode.accelerators <= widest.get(mode.accelerator, 0) for mode in model.modes)]
    bound_to = [model for model in problem.models if model not in free]
    limits = (1.5, 0.2) if size < 1_000 else (30.0, 10.0)  # of the others only what greedy does at once is asked
    limit = limits[strategy != "auto"]

    def dear_nodes(models):
        result = solved(problem.model_copy(update={"models": tuple(models)}), strategy, limit)
        assert not result.unplaced
        return sum(node.instance_type in dearest for node in result.placement.nodes)

    needed = dear_nodes(bound_to) if bound_to else 0
    opened = dear_nodes(problem.models)
    assert opened <= 2 * needed or strategy != "auto"


@pytest.mark.campaign
@every_strategy
def test_one_second_for_a_hundred_thousand_copies(strategy):
    """Greedy's answer comes, checked, and says that time was up; nobody goes on for long after that."""
    problem = SCALE_ROWS["e"].problem(0)
    began = time.monotonic()
    result = solved(problem, strategy, 1.0)
    assert time.monotonic() - began < 60
    assert result.limit == "time"
    assert result.status in {Status.FEASIBLE, Status.PARTIAL}
    assert len(result.placement.copies) + sum(missing(result).values()) == 100_000


@every_strategy
def test_a_tenth_of_a_second_for_three_thousand_copies(strategy):
    result = solved(generated(copies=3_000, models=300, shapes=100), strategy, 0.1)
    assert result.limit == "time"
    assert result.status is Status.FEASIBLE


@every_strategy
@sizes(1_000, 20_000)
def test_cancelled_from_another_thread(strategy, size):
    """The best placement so far comes back soon after the caller has had enough, and says so."""
    problem = generated(copies=size, models=300, shapes=100, tenants=20, isolated_share=0.2)
    stop, cancelled = threading.Event(), []
    wait = 0.5 if size < 10_000 else 8.0

    def enough():
        cancelled.append(time.monotonic())
        stop.set()

    timer = threading.Timer(wait, enough)
    timer.start()
    result = solved(problem, strategy, 120.0, cancel=stop)
    ended = time.monotonic()
    timer.cancel()
    assert not result.unplaced
    not_run = any("was not run" in incident for incident in result.incidents)
    if cancelled and not not_run:  # greedy may have ended before
        assert ended - cancelled[0] < 2.0 + size / 2_000
        assert result.limit == "cancelled" or result.status is Status.OPTIMAL or strategy == "greedy"


def test_what_cannot_be_solved_at_all_is_a_typed_error():
    """Not a traceback from the depths of a solver."""
    with pytest.raises(pk.ProblemError) as caught:
        solved(fleet([one("m", GIB), one("m", GIB)]), "auto")
    assert caught.value.faults
    with pytest.raises(pk.ProblemError):
        solved(fleet([one("m", GIB)]), "auto", -1.0)
