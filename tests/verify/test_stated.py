"""What a placement says about itself must be true: cost, objective, bound, gap, fitness, status, digest."""

from __future__ import annotations

import pytest

from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.words import Status
from packing.verify import verify

UNIT = 1e-9


def complete(case):
    """The case without the model that fits nowhere, and its true objective."""
    case.problem["models"].pop()
    case.placement["unplaced"] = []
    case.placement["status"] = "feasible"
    units = verify(*case.parsed()).objective_units
    assert units is not None
    return units / 10**9


def rules(found):
    return {violation.rule for violation in found.violations}


def test_true_figures_are_accepted(case):
    objective = complete(case)
    assert case.verify(bound=objective, gap=0.0, status=Status.OPTIMAL).ok
    assert case.verify(bound=objective - UNIT, gap=0.0, status=Status.OPTIMAL).ok
    assert case.verify(bound=objective / 2, gap=0.5).ok
    assert case.verify().ok


@pytest.mark.parametrize("off", [1e-6, -1e-6, 1.0, 1e12])
def test_a_wrong_cost(case, off):
    true = case.verify().cost_micro_usd / 10**6
    assert rules(case.verify(cost_per_hour=true + off)) == {"cost"}


@pytest.mark.parametrize("off", [UNIT, -UNIT, 0.1])
def test_a_wrong_objective(case, off):
    assert rules(case.verify(objective=complete(case) + off)) == {"objective"}


def test_an_objective_that_is_not_stated(case):
    assert rules(case.verify(objective=None)) == {"objective"}


@pytest.mark.parametrize(("part", "gap"), [(1.01, -0.01), (0.5, 0.4), (0.5, 0.0), (0.5, None), (None, 0.5)])
def test_a_wrong_bound_or_gap(case, part, gap):
    bound = None if part is None else complete(case) * part
    assert rules(case.verify(bound=bound, gap=gap)) == {"objective"}


def test_optimal_with_a_gap(case):
    objective = complete(case)
    assert rules(case.verify(status=Status.OPTIMAL, bound=objective - 3 * UNIT, gap=0.0)) == {"status"}
    assert rules(case.verify(status=Status.OPTIMAL)) == {"status"}


@pytest.mark.parametrize("axis", ["model_size", "performance", "isolation", "cost", "scalability"])
def test_a_wrong_score(case, axis):
    scores = case.verify().scores
    found = case.verify(fitness=scores.model_copy(update={axis: scores[axis] + 3e-6}))
    assert rules(found) == {"fitness"}


def test_another_problem(case):
    assert case.verify(digest="-").ok
    assert rules(case.verify(digest="sha256:0")) == {"structure"}


def test_a_placement_made_around_validation_is_refused_and_not_raised():
    problem = Problem()
    for nonsense in ({}, {"nodes": 3}, {"copies": [None]}, {"status": "odd", "copies": (), "nodes": ()}):
        found = verify(problem, Placement.model_construct(**nonsense))
        assert not found.ok
        assert rules(found) == {"structure"}


def test_nothing_to_place_is_optimal():
    problem = Problem.model_validate({"models": [], "fleet": []})
    scores = dict.fromkeys(("model_size", "performance", "isolation", "cost", "scalability"), 1.0)
    empty = {"problem": "-", "status": "optimal", "objective": 0.0, "bound": 0.0, "gap": 0.0, "cost_per_hour": 0.0, "fitness": scores}
    assert verify(problem, Placement.model_validate(empty)).ok
