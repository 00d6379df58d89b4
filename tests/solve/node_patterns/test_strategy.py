"""The strategy: its claims against the exhaustive search, what it supports. (The conformance suite: tests/testing/.)"""

from __future__ import annotations

import random

import pytest

import packing as pk
from packing.compile.compiler import compile_problem
from packing.describe.expand import expand
from packing.domain.problem import Problem
from packing.generate import random_problem
from packing.solve.context import SearchContext
from packing.solve.greedy.strategy import greedy
from packing.solve.node_patterns.strategy import node_patterns, supports
from packing.testing.exhaustive import exhaustive


def plain(seed):
    """Nodes without accelerators: named resources, tenants of all levels, stock, zones, caps per node; at most five copies."""
    rng = random.Random(f"plain {seed}")
    types = [
        {
            "name": f"t{index}",
            "price_per_hour": rng.choice((0, 1, rng.randint(2, 9))),
            "vcpus": rng.choice((4, 8)),
            "resources": {"r": rng.choice((5, 10))},
        }
        for index in range(rng.randint(1, 2))
    ]
    fleet = [
        {"instance_type": each["name"], "zone": zone, **({"count": rng.randint(1, 3)} if rng.random() < 0.5 else {})}
        for each in types
        for zone in rng.choice((("a",), ("a", "b")))
    ]
    tenants = [
        {"name": name, "isolation": rng.choice(("shared", "shared", "container", "instance")), "conflicts_with": ["x"] if name == "y" else []}
        for name in "xyz"
    ]
    left, models = 5, []
    for index in range(rng.randint(1, 4)):
        copies = rng.randint(1, min(2, left))
        left -= copies
        models.append(
            {
                "name": f"m{index}",
                "tenant": rng.choice("xyz"),
                "modes": [{"accelerators": 0, "vcpus": rng.randint(0, 4), "resources": {"r": rng.randint(0, 6)}} for _ in range(rng.randint(1, 2))],
                "copies": copies,
                **rng.choice(({}, {"max_copies_per_node": 1}, {"min_zones": copies})),
            }
        )
        if not left:
            break
    weights = {"cost": 1, "isolation": rng.choice((0, 1)), "scalability": rng.choice((0, 1))}
    return Problem.model_validate({"weights": weights, "tenants": tenants, "instance_types": types, "fleet": fleet, "models": models}).canonical()


def claims(seed, problem):
    """(bound speaks of the optimum, bound equals it, plan equals it); None if the strategy does not support it."""
    expanded = expand(problem).problem
    compiled = compile_problem(expanded)
    if supports(compiled) is not None:
        return None
    context = SearchContext(60.0)
    greedy(compiled, context)
    node_patterns(compiled, context)
    best = exhaustive(expanded)
    value = context.incumbent.value
    assert (value.missing, value.objective) >= (best.missing, best.objective_units), seed
    speaks = context.bound is not None and context.missing_bound == best.missing
    if speaks:
        assert context.bound <= best.objective_units, f"false bound, seed {seed}"
    elif context.missing_bound is not None:
        assert context.missing_bound <= best.missing, seed
    return speaks, speaks and context.bound == best.objective_units, (value.missing, value.objective) == (best.missing, best.objective_units)


def tally(problems):
    found = [claims(seed, problem) for seed, problem in problems]
    told = [each for each in found if each is not None]
    return len(told), *(sum(each[k] for each in told) for k in range(3))


def test_claims_against_exhaustive_search_without_accelerators():
    told, speaking, tight, reached = tally((seed, plain(seed)) for seed in range(60))
    assert told == 60
    assert speaking > 25
    assert tight > 10
    assert reached > 45


def test_claims_against_exhaustive_search():
    told, speaking, tight, reached = tally((seed, random_problem(seed, tiny=True)) for seed in range(60))
    assert told > 30
    assert speaking > 15
    assert tight > 8
    assert reached > 0.8 * told


@pytest.mark.campaign
def test_claims_against_exhaustive_search_on_thousands():
    print(tally((seed, random_problem(seed, tiny=True)) for seed in range(20_000, 23_000)))
    print(tally((seed, plain(seed)) for seed in range(20_000, 22_000)))


def packing_of(items, room=100):
    """Items of two dimensions as copies on nodes of price 1."""
    return Problem.model_validate(
        {
            "weights": {"cost": 1},
            "instance_types": [{"name": "bin", "price_per_hour": 1, "resources": {"a": room, "b": room}}],
            "fleet": [{"instance_type": "bin"}],
            "models": [
                {"name": f"m{index}", "modes": [{"accelerators": 0, "resources": {"a": a, "b": b}}], "hosting": ["inference_component"], "copies": 1}
                for index, (a, b) in enumerate(items)
            ],
        }
    )


def test_perfect_packing_is_found_and_proven():
    """Twelve full nodes cut into three items each: greedy needs more."""
    rng = random.Random(7)
    items = []
    for _ in range(12):
        a, b = sorted(rng.sample(range(15, 85), 2)), sorted(rng.sample(range(15, 85), 2))
        items += zip((a[0], a[1] - a[0], 100 - a[1]), (b[0], b[1] - b[0], 100 - b[1]), strict=True)
    problem = packing_of(items)
    assert len(pk.solve_placement(problem, strategy="greedy", time_limit=20).placement.nodes) > 12
    result = pk.solve_placement(problem, strategy="node_patterns", time_limit=60)
    assert (len(result.placement.nodes), result.status) == (12, "optimal")


def with_sharing(sharing):
    kind = {"name": "two", "accelerator": "G", "accelerators": 2, "memory_per_accelerator": 100, "price_per_hour": 1, "sharing": sharing}
    model = {"name": "m", "modes": [{"accelerator": "G", "memory_per_accelerator": 30}], "copies": 3}
    problem = Problem.model_validate({"instance_types": [kind], "fleet": [{"instance_type": "two"}], "models": [model]})
    return compile_problem(expand(problem).problem)


def test_what_is_not_supported_is_said():
    assert "two" in supports(with_sharing("memory"))
    assert supports(with_sharing("exclusive")) is None
