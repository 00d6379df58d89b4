"""The exhaustive search: by hand, against the checker, and against placements thrown at random."""

from __future__ import annotations

import random

import pytest

from packing.domain.problem import Problem
from packing.domain.rules import Rule
from packing.domain.words import Hosting, Survive
from packing.generate import random_problem
from packing.testing.exhaustive import exhaustive
from packing.testing.exhaustive_node import NodeRules
from packing.verify import verify

GIB = 2**30
ONE = {"name": "one", "accelerator": "G", "accelerators": 1, "memory_per_accelerator": 16 * GIB, "price_per_hour": 2.0}
TWO = {"name": "two", "accelerator": "G", "accelerators": 2, "memory_per_accelerator": 16 * GIB, "price_per_hour": 3.0}


def model(name, gib, copies=1, **more):
    return {"name": name, "copies": copies, "modes": [{"accelerator": "G", "memory_per_accelerator": gib * GIB}], **more}


def problem(models, fleet=({"instance_type": "one"}, {"instance_type": "two"}), **more):
    return Problem.model_validate({"weights": {"cost": 1}, "instance_types": [ONE, TWO], "fleet": list(fleet), "models": models, **more})


# Three models of 9 GiB: each takes an accelerator of its own. Alone each costs 2 on `one`: C_ref = 6.
# One `two` and one `one` cost 5 (5/6); three `one` cost 6, two `two` 6. Coefficients: round(1e9 * 3/6) + round(1e9 * 2/6).
def test_cheapest_nodes_by_hand():
    found = exhaustive(problem([model(name, 9) for name in "abc"]))
    assert (found.missing, found.objective_units) == ((0,), 500_000_000 + 333_333_333)


# Stock for one node with one accelerator, two models of 9 GiB: the one of higher priority is placed.
def test_priority_by_hand():
    found = exhaustive(problem([model("a", 9), model("b", 9, priority=3)], fleet=[{"instance_type": "one", "count": 1}]))
    assert found.missing == (0, 1)
    assert [content for _, _, content in found.nodes] == [((1, 0, (0,)),)]


# Two tenants in conflict never share a node: two `one` (2/4 each) instead of one `two` (3/4).
@pytest.mark.parametrize(("conflicts", "units"), [((), 750_000_000), (("x",), 1_000_000_000)])
def test_conflicts_by_hand(conflicts, units):
    tenants = [{"name": "x"}, {"name": "y", "conflicts_with": conflicts}]
    assert exhaustive(problem([model("a", 9, tenant="x"), model("b", 9, tenant="y")], tenants=tenants)).objective_units == units


# Ten slots of traffic by turns: behind a multi-model endpoint both fit on one `one`, else a `two` is needed.
@pytest.mark.parametrize(("wait", "hosting", "units"), [(5.0, {Hosting.MULTI_MODEL}, 500_000_000), (0.0, None, 750_000_000)])
def test_turns_by_hand(wait, hosting, units):
    models = [model(name, 9, cold_start_s=wait, traffic=rates) for name, rates in (("a", [1.0, 0.0]), ("b", [0.0, 1.0]))]
    found = exhaustive(problem(models, slots=2))
    assert found.objective_units == units
    assert hosting is None or {option for _, option, _ in found.nodes} == hosting


def test_nothing_to_place():
    assert exhaustive(problem([])).objective_units == 0


def test_too_large():
    with pytest.raises(ValueError, match="too large"):
        exhaustive(problem([model("a", 1, copies=11)]))


def judge(placement_of, tiny, rng, tries):
    """The search's own placement is valid at the stated value, and random valid placements are not better."""
    found = exhaustive(tiny)
    checked = verify(tiny, placement_of(tiny, found.nodes))
    assert checked.violations == ()
    assert (tuple(count for _, count in checked.missing), checked.objective_units) == (found.missing, found.objective_units)
    valid = 0
    for _ in range(tries):
        thrown = verify(tiny, placement_of(tiny, throw(tiny, rng)))
        if thrown.ok:
            valid += 1
            assert (tuple(count for _, count in thrown.missing), thrown.objective_units) >= (found.missing, found.objective_units)
    return valid


def throw(tiny, rng):
    """Up to three random nodes with random copies of random models."""
    kinds = {kind.name: kind for kind in tiny.instance_types}
    nodes = []
    for pool in rng.sample(tiny.fleet, k=min(len(tiny.fleet), rng.randint(1, 3))) if tiny.fleet else []:
        content = []
        for _ in range(rng.randint(1, 3)):
            model = rng.randrange(len(tiny.models))
            mode = rng.randrange(len(tiny.models[model].modes))
            wanted, there = tiny.models[model].modes[mode].accelerators, kinds[pool.instance_type].accelerators
            if wanted <= there:
                content.append((model, mode, tuple(sorted(rng.sample(range(there), wanted)))))
        nodes.append((pool.label, rng.choice(list(Hosting)), tuple(content)))
    return nodes


@pytest.mark.parametrize("block", range(4))
def test_optimum_is_valid_and_not_beaten_at_random(placement_of, block):
    rng = random.Random(block)
    valid = sum(judge(placement_of, random_problem(seed, tiny=True), rng, tries=30) for seed in range(block * 10, block * 10 + 10))
    assert valid > 5  # the throws are worth something


@pytest.mark.campaign
def test_many(placement_of):
    rng = random.Random("many")
    valid = sum(judge(placement_of, random_problem(seed, tiny=True), rng, tries=40) for seed in range(1000, 1500))
    print(f"\n500 tiny problems, {valid} valid random placements, none better")


def test_node_rules_and_checker_agree_copy_by_copy(placement_of):
    """The search's reading of the rules of one node, and the checker's, written apart: the same verdict on random nodes."""
    rng = random.Random("node rules")
    fleet_wide = {Rule.COPIES, Rule.STOCK, Rule.MIN_ZONES}
    verdicts = {True: 0, False: 0}
    for seed in range(120):
        tiny = random_problem(seed, tiny=rng.random() < 0.5)
        kinds = {kind.name: kind for kind in tiny.instance_types}
        pools = {pool.label: pool for pool in tiny.fleet}
        for label, hosting, content in throw(tiny, rng):
            if not content:
                continue
            allowed = NodeRules(tiny).allows(kinds[pools[label].instance_type], hosting, content)
            found = {violation.rule for violation in verify(tiny, placement_of(tiny, [(label, hosting, content)])).violations}
            # A zone may be lost with all its nodes: one node alone cannot say whether that is survived.
            zones = {Rule.SURVIVE} if any(tiny.models[model].survive is Survive.ZONE for model, _, _ in content) else set()
            broken = found & set(Rule) - fleet_wide - zones
            assert allowed == (not broken), (seed, label, hosting, content, broken)
            verdicts[allowed] += 1
    assert min(verdicts.values()) > 20, verdicts
