"""The terms of the objective sum to the whole, and go where they belong."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import packing as pk
from packing.describe import expand
from packing.explain.terms import TERMS, breakdown, dealt
from packing.testing.strategies import problems
from packing.verify import verify

from .cases import BOX, PAIR, SERVES, model, problem


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(problems())
def test_terms_of_all_models_and_the_rest_are_the_objective_to_the_unit(case):
    placement = pk.solve_placement(case, time_limit=0).placement
    expanded = expand(case)
    found = breakdown(expanded.problem, placement)
    assert found.units == verify(expanded.problem, placement, expanded.digest).objective_units
    assert {each.model for each in found.models} == {each.name for each in case.models}
    assert all(set(each.terms) <= set(TERMS) and min(each.terms.values(), default=1) > 0 for each in found.models)
    rented = {pool.label for pool in case.fleet if not pool.owned}
    prices = sum(place.price_per_hour for each in found.models for place in each.places if place.pool in rented)
    owned = sum(pool.count * (pool.price_per_hour or _price(case, pool)) for pool in case.fleet if pool.owned)
    assert prices + owned == pytest.approx(placement.cost_per_hour, abs=1e-4)


def _price(case, pool):
    return next(kind.price_per_hour for kind in case.instance_types if kind.name == pool.instance_type)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.integers(0, 10**9), st.lists(st.fractions(0, 10**6, max_denominator=1000), min_size=1, max_size=6))
def test_dealing_out_loses_nothing_and_stays_within_one_of_the_exact_shares(total, parts):
    shares = dealt(total, parts)
    whole = sum(parts)
    assert sum(shares) == total
    exact = [Fraction(total) * part / whole if whole else Fraction(total, len(parts)) for part in parts]
    assert all(abs(share - part) < 1 for share, part in zip(shares, exact, strict=True))


def test_a_node_is_paid_for_by_bytes():
    case = problem([model("A", gib=6), model("B", gib=2)])
    found = pk.explain_placement(case).breakdown
    assert {each.model: each.terms for each in found.models} == {"A": {"node_price": 375_000_000}, "B": {"node_price": 125_000_000}}
    assert {each.model: each.price_per_hour for each in found.models} == {"A": 1.5, "B": 0.5}
    assert found.models[0].places[0].neighbours == ("B",)


def test_missing_copies_and_empty_and_owned_nodes_are_paid_for_by_whom_they_should():
    fleet = ({"instance_type": "box", "count": 1, "owned": True},)
    case = problem([model("A", copies=3)], fleet, weights={"cost": 1, "performance": 1, "scalability": 1})
    result = pk.solve_placement(case)
    found = pk.explain_placement(case).breakdown
    assert found.owned > 0
    assert found.models[0].terms["missing"] > 0
    spare = result.placement.nodes[0].model_copy(update={"id": "n-9"})
    endpoint = result.placement.endpoints[0].model_copy(update={"nodes": ("n-0", "n-9")})
    more = result.placement.model_copy(update={"nodes": (*result.placement.nodes, spare), "endpoints": (endpoint,)})
    assert breakdown(result.expanded.problem, more).empty == found.models[0].terms["node_number"]


def test_each_axis_has_its_term():
    weights = {"model_size": 1, "performance": 1, "isolation": 1, "cost": 1, "scalability": 1}
    slow = {**SERVES, "ttft_ms": 900.0}
    case = problem([model("A", hosting="single_model", mode=SERVES, modes=[{**slow, "accelerator": "G"}])], kinds=(BOX, PAIR), weights=weights)
    (terms,) = pk.explain_placement(case).breakdown.models
    assert set(terms.terms) == set(TERMS) - {"missing", "isolation"}
    assert terms.terms["operations"] == 100_000_000  # 1/5 of the weight, half of scalability
