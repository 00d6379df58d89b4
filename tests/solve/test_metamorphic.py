"""What must follow when a problem is changed in a known way; each optimum is proven by the exact strategy."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

import packing as pk
from packing.domain.problem import Problem
from packing.domain.words import Isolation
from packing.generate import random_problem
from packing.verify import verify

SEEDS, MANY = range(700, 707), range(50_000, 50_400)
blocks = pytest.mark.parametrize("seeds", [SEEDS, pytest.param(MANY, marks=pytest.mark.campaign)], ids=["some", "many"])


def solved(problem):
    """(missing copies by priority, objective units) of the proven optimum, and the result."""
    result = pk.solve_placement(problem, strategy="cp_sat", time_limit=20.0)
    found = verify(result.expanded.problem, result.placement, result.digest)
    assert found.ok
    assert result.gap == 0
    return (tuple(count for _, count in found.missing), found.objective_units), result


def problems(seeds):
    for seed in seeds:
        yield seed, random_problem(seed, tiny=seed % 3 != 0)


def changed(records, **update):
    return tuple(record.model_copy(update=update) for record in records)


def renamed(problem):
    """Every name another one, in the reverse order; types keep the prefix that says how they are shared."""
    data = problem.model_dump(mode="json")
    numbers = itertools.count(1000, -1)
    names: dict[tuple[str, str | None], str] = {}

    def new(what, old):
        if old is None or (what == "zone" and old == ""):
            return old
        prefix = "ml." if what == "type" and old.startswith("ml.") else ""
        return names.setdefault((what, old), f"{prefix}{what}-{next(numbers)}")

    for tenant in data["tenants"]:
        tenant["name"] = new("tenant", tenant["name"])
        tenant["conflicts_with"] = [new("tenant", other) for other in tenant["conflicts_with"]]
    for kind in data["instance_types"]:
        kind["name"] = new("type", kind["name"])
        kind["accelerator"] = new("gpu", kind["accelerator"])
    for pool in data["fleet"]:
        pool["instance_type"], pool["zone"], pool["name"] = new("type", pool["instance_type"]), new("zone", pool["zone"]), new("pool", pool["name"])
    for model in data["models"]:
        model["name"], model["tenant"], model["framework"] = (
            new("model", model["name"]),
            new("tenant", model["tenant"]),
            new("framework", model["framework"]),
        )
        for mode in (*model["modes"], *model["degrade"]["modes"]):
            mode["accelerator"] = new("gpu", mode["accelerator"])
    return Problem.model_validate(data)


@blocks
def test_other_names_same_objective(seeds):
    for seed, problem in problems(seeds):
        assert solved(renamed(problem))[0] == solved(problem)[0], seed


@blocks
def test_one_more_node_is_not_worse(seeds):
    for seed, problem in problems(seeds):
        fleet = [
            pool if pool.count is None or pool.owned else pool.model_copy(update={"count": pool.count + 1})  # owned ones would have to be paid for
            for pool in problem.fleet
        ]
        assert solved(problem.model_copy(update={"fleet": tuple(fleet)}))[0] <= solved(problem)[0], seed


def priced(problem, factor):
    """The problem with its prices in whole cents, times a factor."""

    def at(record):
        price = record.price_per_hour
        return record.model_copy(update={"price_per_hour": None if price is None else round(price * 100) * factor / 100})

    return problem.model_copy(update={"instance_types": tuple(map(at, problem.instance_types)), "fleet": tuple(map(at, problem.fleet))})


@blocks
def test_prices_scale(seeds):
    for seed, problem in problems(seeds):
        factor = 2 + seed % 5

        plain, scaled = priced(problem, 1), priced(problem, factor)
        (value, old), (scaled_value, new) = solved(plain), solved(scaled)
        assert scaled_value == value, seed
        # The old plan, at the new prices: as good as the new one, and that many times as dear.
        again = verify(new.expanded.problem, old.placement)
        assert again.objective_units == value[1], seed
        assert again.cost_micro_usd == factor * verify(old.expanded.problem, old.placement).cost_micro_usd, seed


def without_conflicts(problem):
    return problem.model_copy(update={"tenants": changed(problem.tenants, conflicts_with=())})


def without_isolation(problem):
    tenants, models = changed(problem.tenants, isolation=Isolation.SHARED), changed(problem.models, isolation=Isolation.SHARED)
    return problem.model_copy(update={"tenants": tenants, "models": models})


def one_framework(problem):
    return problem.model_copy(update={"models": changed(problem.models, framework="any")})


def any_sizes(problem):
    return problem.model_copy(update={"multi_model_size_ratio": 1e9})


def no_streaming(problem):
    return problem.model_copy(update={"models": changed(problem.models, streaming=False)})


def patient(problem):
    return problem.model_copy(update={"models": changed(problem.models, cold_start_s=1e6)})


@pytest.mark.parametrize("without", [without_conflicts, without_isolation, one_framework, any_sizes, no_streaming, patient])
@blocks
def test_without_a_rule_not_worse(seeds, without):
    differ = 0
    for seed, problem in problems(seeds):
        # A grade for isolation that is asked for is part of the objective: only cost and performance count here.
        plain = problem.model_copy(update={"weights": pk.Weights(cost=3, performance=1)})
        freed = without(plain)
        differ += freed != plain
        assert solved(freed)[0] <= solved(plain)[0], seed
    assert differ


@blocks
def test_without_a_limit_per_node_not_dearer(seeds):
    """The limit is part of the reference that cost is measured against: costs themselves are compared."""
    for seed, problem in problems(seeds):
        plain = problem.model_copy(update={"weights": pk.Weights(cost=1)})
        (value, old), (_, new) = solved(plain), solved(plain.model_copy(update={"models": changed(plain.models, max_copies_per_node=None)}))
        if not any(value[0]):
            assert new.cost_per_hour <= old.cost_per_hour + 1e-6, seed


@blocks
def test_pinned_optimum_stays(seeds):
    """Only the hosting options and the nodes that the optimum uses: it is still there, and nothing better is."""
    for seed, problem in problems(seeds):
        value, result = solved(problem)
        placement = result.placement
        option = {node.id: endpoint.hosting for endpoint in placement.endpoints for node in placement.nodes if node.endpoint == endpoint.name}
        used = Counter(node.pool for node in placement.nodes)
        hosting = {model.name: {option[copy.node] for copy in placement.copies if copy.model == model.name} for model in problem.models}
        models = [
            model.model_copy(update={"hosting": tuple(each for each in model.hosting if each in (hosting[model.name] or model.hosting))})
            for model in problem.models
        ]
        fleet = [pool if pool.owned else pool.model_copy(update={"count": used[pool.label]}) for pool in problem.fleet]
        assert solved(problem.model_copy(update={"models": tuple(models), "fleet": tuple(fleet)}))[0] == value, seed


@blocks
def test_a_pool_cut_in_two_changes_nothing(seeds):
    for seed, problem in problems(seeds):
        fleet = []
        for pool in problem.fleet:
            half = None if pool.count is None else pool.count // 2
            rest = None if pool.count is None else pool.count - pool.count // 2
            fleet += [pool.model_copy(update={"name": f"{pool.label} {part}", "count": count}) for part, count in (("one", half), ("two", rest))]
        assert solved(problem.model_copy(update={"fleet": tuple(fleet)}))[0] == solved(problem)[0], seed
