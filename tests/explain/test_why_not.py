"""Why not there: the rule that refuses it, or the price of forcing it; and what one more would be worth."""

from __future__ import annotations

import pytest

import packing as pk
from packing.describe import expand
from packing.domain.fitness import OBJECTIVE_UNITS
from packing.explain.conditions import apply_changes
from packing.generate import random_problem
from packing.testing.exhaustive import exhaustive

from .cases import BOX, ONE_BOX, PAIR, SERVES, model, problem

BIG = {**BOX, "name": "big", "memory_per_accelerator": 64 * 2**30, "price_per_hour": 3.0}
BOTH = ({"instance_type": "box"}, {"instance_type": "big"})


def ways(case, name="A", **more):
    return {each.name: each for each in pk.explain_placement(case, model=name, **more).alternatives}


def test_forcing_has_its_price_in_dollars_and_objective():
    found = ways(problem([model("A")], BOTH, kinds=(BOX, BIG)))
    there = found["inference_component on big"]
    assert (there.cost_per_hour, there.units, there.missing, there.proven, there.here) == (1.0, 500_000_000, 0, True, False)
    here = found["inference_component on box"]
    assert (here.units, here.proven) == (0, True)


@pytest.mark.parametrize(
    ("name", "rule", "change"),
    [
        ("inference_component on box", "memory", {"gib": 20}),
        ("multi_model on box", "streaming", {"streaming": True, "cold_start_s": 5}),
        ("multi_model on box", "cold_start", {}),
        ("multi_model on box", "hosting", {"hosting": ["single_model", "inference_component"]}),
        ("inference_component on box", "isolation", {"isolation": "endpoint"}),
        ("inference_component on pair", "stock", {}),
    ],
)
def test_the_rule_that_refuses_it_is_named(name, rule, change):
    fleet = (*BOTH, {"instance_type": "pair", "count": 0})
    refused = ways(problem([model("A", **change)], fleet, kinds=(BOX, BIG, PAIR)))[name]
    assert [refusal.rule for refusal in refused.refused] == [rule]
    assert refused.units is None


def test_a_mode_is_refused_or_priced():
    modes = [{**SERVES, "accelerator": "G", "memory_per_accelerator": 8 * 2**30, "ttft_ms": ttft} for ttft in (200.0, 900.0)]
    case = problem([model("A", slo={"ttft_ms": 600}, gib=4, mode=SERVES, modes=modes)], weights={"cost": 1, "performance": 1})
    found = ways(case)
    assert found["mode 1"].here
    assert found["mode 0"].units > 0  # it is slower, and smaller
    assert found["mode 2"].refused[0].rule == "latency"


def test_where_stock_is_short_it_says_what_would_be_left_out():
    case = problem([model("A"), model("B", copies=1, gib=40)], ({"instance_type": "box"}, {"instance_type": "big", "count": 1}), kinds=(BOX, BIG))
    there = ways(case)["single_model on big"]
    assert (there.missing, there.proven, there.units) == (1, True, None)
    assert "1 of 1 big in use" in there.detail


@pytest.mark.parametrize("seed", range(3, 24, 4))
def test_forcing_never_gains_on_an_optimal_placement(seed):
    case = random_problem(seed, tiny=True)
    found = pk.explain_placement(case, model=case.models[0].name, time_limit=60)
    for each in found.alternatives:
        if found.optimal:
            assert each.units is None or each.units >= 0
            assert each.missing is None or each.missing >= 0 or len({model.priority for model in case.models}) > 1
        assert bool(each.refused) + (each.missing is not None) + bool(each.detail) >= 1


@pytest.mark.parametrize("seed", range(1, 30, 7))
def test_values_are_the_difference_of_two_optima(seed):
    """Both optima by exhaustive search."""
    case = random_problem(seed, tiny=True)
    for each in pk.marginal_values(case, time_limit=20):
        before, after = (exhaustive(_expanded(made)) for made in (case, apply_changes(case, [each.change])))
        assert each.proven
        assert each.missing == sum(before.missing) - sum(after.missing)
        if each.units is not None:
            assert each.units == before.objective_units - after.objective_units
            assert each.limits[0] <= each.units <= each.limits[1]
        if each.change.kind == "stock":
            assert each.missing > 0 or before.missing != after.missing or (each.units is None or each.units >= 0)


def _expanded(case):
    return expand(case).problem


def test_isolating_a_tenant_costs_a_node():
    tenants = [{"name": "t", "isolation": "instance"}]
    case = problem([model("A", gib=2, tenant="t"), model("B", gib=2)], tenants=tenants)
    (value,) = pk.marginal_values(case)
    assert (value.sentence, value.least_cost_per_hour, value.proven) == ("isolation of tenant t container instead of instance", 0.0, True)
    looser = case.model_copy(update={"instance_types": tuple(kind.model_copy(update={"accelerators": 2}) for kind in case.instance_types)})
    (value,) = pk.marginal_values(looser)
    assert (value.least_cost_per_hour, value.cost_per_hour) == (2.0, 2.0)


def test_one_more_node_places_what_is_missing_and_an_owned_one_is_paid_for():
    (value,) = pk.marginal_values(problem([model("A", copies=2)], ONE_BOX))
    assert (value.missing, value.units) == (1, None)
    (value,) = pk.marginal_values(problem([model("A")], ({"instance_type": "box", "count": 1, "owned": True},)))
    assert (value.missing, value.units, value.least_cost_per_hour, value.same_scale) == (0, None, -2.0, False)


def test_a_better_placement_is_mentioned_and_optimality_is_not_taken_on_trust():
    case = problem([model("A")], BOTH, kinds=(BOX, BIG))
    best = pk.solve_placement(case).placement
    dear = pk.solve_placement(problem([model("A")], BOTH[1:], kinds=(BOX, BIG))).placement
    claimed = dear.model_copy(
        update={"problem": best.problem, "objective": 1.5, "bound": 1.5, "fitness": dear.fitness.model_copy(update={"cost": 0.0})}
    )
    found = pk.explain_placement(case, claimed)
    assert found.optimal is False
    assert found.better.cost_per_hour == 2.0
    assert found.breakdown.units == 1.5 * OBJECTIVE_UNITS
    assert pk.explain_placement(case, best).optimal is True
