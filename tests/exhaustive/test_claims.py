"""No bound that anybody claims is above the optimum: tiny problems of all features, all strategies, every claim on the way.

The campaign judges `PACKING_CLAIMS` problems (10,000) from seed `PACKING_CLAIMS_FROM` (0) on, in blocks that pytest-xdist shares out:

    PACKING_CLAIMS_FROM=0 PACKING_CLAIMS=2000 pytest tests/exhaustive/test_claims.py -m campaign -n 2 -rP
"""

from __future__ import annotations

import os
from random import Random

import pytest

import packing as pk
from packing.describe import check, expand
from packing.testing.changes import changed_problem
from packing.testing.exhaustive import exhaustive
from tests.oracles.exhaustive_change import exhaustive_change

from .claims import Judge, by_any_prices, by_change, by_explanation, by_schedule, by_shortage, by_strategies, policy_of
from .hard_problems import WAYS, hard_problem

FROM, COUNT = int(os.environ.get("PACKING_CLAIMS_FROM", "0")), int(os.environ.get("PACKING_CLAIMS", "10000"))
BLOCK = 50


@pytest.fixture(autouse=True)
def go_on(monkeypatch, false_bounds_are_errors):
    """A false claim is written down, and the next one is heard."""
    monkeypatch.setattr("packing.solve.context.RAISE_ERRORS", False)


def optimum(problem):
    """The exhaustive answer; None where it is too large, or too close to a limit, to be judged."""
    try:
        return exhaustive(problem)
    except ValueError:
        return None


def judge_one(judge, seed, *, strategies=True):
    """Whether the problem could be judged."""
    _, problem = hard_problem(seed)
    best = optimum(problem)
    if best is None:
        return False
    if strategies:
        by_strategies(judge, seed, problem, best)
    by_any_prices(judge, seed, problem, best)
    by_shortage(judge, seed, problem, best)
    by_explanation(judge, seed, problem, best)
    by_schedule(judge, seed, problem)
    return True


def judge_change(judge, seed):
    """The same where something runs already: what greedy made of the problem before it changed."""
    _, problem = hard_problem(seed)
    current = pk.solve_placement(problem, strategy="greedy", time_limit=0.0, processes=False).placement
    later = changed_problem(problem, Random(f"later-{seed}"), 1)
    policy = policy_of(seed)
    if check(later):
        return False
    later = expand(later).problem
    try:
        best, best_free = exhaustive_change(later, current, policy), exhaustive(later)
    except ValueError:
        return False
    if best is None:
        return False
    by_change(judge, seed, later, current, policy, best, best_free)
    return True


def test_few():
    judge = Judge()
    judged = sum(judge_one(judge, seed, strategies=seed % 3 == 0) for seed in range(16))
    assert judge.false == []
    assert judged > 12
    assert sum(judge.told.values()) > 250
    assert sum(judge.tight.values()) > 30  # they are worth something


def test_few_changes():
    judge = Judge()
    assert sum(judge_change(judge, seed) for seed in range(12)) > 6
    assert judge.false == []


def test_every_way_is_drawn():
    drawn = {name for seed in range(200) for name in hard_problem(seed)[0]}
    assert drawn == {*WAYS, "long_tail"}


@pytest.mark.campaign
@pytest.mark.parametrize("first", range(FROM, FROM + COUNT, BLOCK))
def test_many(first):
    judge, seeds = Judge(), range(first, min(first + BLOCK, FROM + COUNT))
    judged = sum(judge_one(judge, seed) for seed in seeds)
    changes = sum(judge_change(judge, seed) for seed in seeds if seed % 4 == 0)
    print(
        f"\nseeds {seeds.start} to {seeds.stop - 1}: {judged} problems and {changes} changes judged, {sum(judge.heard.values())} claims, "
        f"{sum(judge.told.values())} on the optimum's objective, {sum(judge.tight.values())} equal to it, {len(judge.false)} false"
    )
    assert judge.false == []


def test_a_plan_that_gets_better_by_losing_its_last_node():
    """What is placed costs more than it is worth: neighbourhoods ended in an error once nothing was left to choose from."""
    _, problem = hard_problem(120)
    best = optimum(problem)
    result = pk.solve_placement(problem, strategy="neighbourhood", time_limit=20.0, processes=False)
    assert result.placement.objective >= best.objective_units / 10**9
    assert not result.placement.nodes
