"""What one more is worth: between limits that hold by exhaustive search however little was searched, and never less than nothing."""

from __future__ import annotations

import threading

import pytest

import packing as pk
from packing.compile.compiler import compile_problem
from packing.describe import expand
from packing.domain.fitness import OBJECTIVE_UNITS
from packing.domain.units import MICRO
from packing.domain.weights import Weights
from packing.explain.conditions import apply_changes
from packing.explain.oracle import Oracle
from packing.explain.values import Side, _consistent, steps, values
from packing.generate import random_problem
from packing.solve.context import SearchContext
from packing.testing.exhaustive import exhaustive

from .cases import BOX, ONE_BOX, model, problem

ROUNDING = 1e-5
"""USD per hour: the coefficient of each node is a whole number of 1e-9 of the reference cost."""


def _least_cost(case):
    """(copies missing, USD per hour) of the cheapest of all placements; only what nothing is missing of has an objective that is a cost."""
    only_cost = expand(case.model_copy(update={"weights": Weights(cost=1)})).problem
    found = exhaustive(only_cost)
    missing = sum(found.missing)
    return missing, None if missing else found.objective_units * compile_problem(only_cost).reference_cost / OBJECTIVE_UNITS / MICRO


def _hastily(self, changes, weights=None, seconds=None):
    """What `Oracle.solve` says where there is time for one greedy pass only: no bound, and not the best."""
    described = apply_changes(self.expanded.described, changes)
    described = described if weights is None else described.model_copy(update={"weights": weights})
    return pk.solve_placement(described, time_limit=0, strategy="greedy")


@pytest.mark.parametrize("hasty", [True, False])
@pytest.mark.parametrize("seed", range(2, 26, 4))
def test_the_truth_lies_between_the_limits(seed, hasty, monkeypatch):
    if hasty:
        monkeypatch.setattr("packing.explain.oracle.Oracle.solve", _hastily)
    case = random_problem(seed, tiny=True)
    for each in pk.marginal_values(case, time_limit=20):
        before, after = (_least_cost(made) for made in (case, apply_changes(case, [each.change])))
        assert not each.same_scale or each.units is None or each.units >= 0
        assert not each.same_scale or each.least_cost_limits[0] is None or each.least_cost_limits[0] >= 0
        if before[0] or after[0] or each.cheapest_before.missing or each.cheapest_after.missing:
            continue
        low, high = each.least_cost_limits
        assert low is None or low <= before[1] - after[1] + ROUNDING
        assert high is None or before[1] - after[1] <= high + ROUNDING
        assert each.least_cost_per_hour is None or abs(each.least_cost_per_hour - before[1] + after[1]) <= ROUNDING


def test_more_choice_is_not_said_to_cost_more():
    """The changed problem was searched worse: what was found before can be done there, too, and what is proven there holds before."""
    before, after = Side(0, 500, None, 100.0), Side(0, 600, 300, 106.55, 60.0)
    consistent = _consistent(before, after, same_scale=True)
    assert (consistent[1].units, consistent[1].cost_per_hour) == (500, 100.0)
    assert (consistent[0].bound, consistent[0].least_cost_per_hour) == (300, 60.0)
    assert _consistent(before, after, same_scale=False) == (before, after)


def test_what_there_was_no_time_for_is_counted_and_named(monkeypatch):
    stopped = threading.Event()
    case = problem([model("A", isolation="instance"), model("B")], ONE_BOX)
    oracle = Oracle(case, SearchContext(60, cancel=stopped), 10)
    real = oracle.solve

    def solve(*given, **more):
        found = real(*given, **more)
        stopped.set()
        return found

    monkeypatch.setattr(oracle, "solve", solve)
    found = values(oracle)
    assert found.tried == ()
    assert set(found.untried) == {"+1 box", "isolation of A container instead of instance"}


def test_isolation_comes_first_where_its_model_was_asked_about():
    tenants = [{"name": "t", "isolation": "instance"}]
    case = problem(
        [model("A", gib=2, tenant="t"), model("B", isolation="instance")], ({"instance_type": "box", "count": 2},), (BOX,), tenants=tenants
    )
    oracle = Oracle(case, SearchContext(60), 10)
    placement = pk.solve_placement(case).placement
    assert next(each.kind for each in steps(oracle.expanded, oracle, placement)) == "stock"
    assert next((each.kind, each.target) for each in steps(oracle.expanded, oracle, placement, "A")) == ("tenant_isolation", "t")
    assert next((each.kind, each.target) for each in steps(oracle.expanded, oracle, placement, "B")) == ("isolation", "B")
