"""Scenarios as data: small problems for every rule, each with its reason and an answer worked out by hand.

Each file has `rule`, `why`, `problem` (a fleet file) and `expect`; `greedy` states how much worse greedy may be.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import packing as pk
from packing.describe import problem_from
from packing.domain.hardware import price_micro_usd
from packing.domain.rules import Rule
from packing.testing.exhaustive import exhaustive
from packing.verify import verify

FILES = sorted(Path(__file__).parent.glob("*.yaml"))
STRATEGIES = ("greedy", "cp_sat", "auto")
EXPECTATIONS = {
    "status", "cost_per_hour", "nodes", "endpoints", "copies", "hosting", "not_hosting", "instance_types", "zones", "apart", "unplaced",
}  # fmt: skip


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_every_rule_has_a_scenario():
    assert {read(path)["rule"] for path in FILES} == {str(rule) for rule in Rule}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_form(path):
    scenario = read(path)
    assert set(scenario) <= {"rule", "why", "problem", "expect", "greedy"}
    assert path.stem.startswith(scenario["rule"])
    assert scenario["why"].strip()
    assert {"status", "cost_per_hour", "nodes"} <= set(scenario["expect"]) <= EXPECTATIONS
    problem_from(scenario["problem"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_hand_computed_answer_is_the_optimum(path):
    """The exhaustive search, which shares nothing with the strategies, comes to the same cost, nodes and missing copies."""
    scenario = read(path)
    problem, expect = problem_from(scenario["problem"]), scenario["expect"]
    found = exhaustive(problem)
    kinds = {kind.name: kind for kind in problem.instance_types}
    price = {pool.label: price_micro_usd(pool, kinds[pool.instance_type]) for pool in problem.fleet}
    owned = {pool.label: pool.count or 0 for pool in problem.fleet if pool.owned}
    cost = sum(price[label] * count for label, count in owned.items())
    cost += sum(price[label] for label, _, _ in found.nodes if label not in owned)
    assert cost == round(expect["cost_per_hour"] * 10**6)
    assert len(found.nodes) == expect["nodes"]
    assert sum(found.missing) == sum(left["copies"] for left in expect.get("unplaced", {}).values())


class Seen:
    """What a placement does with each model."""

    def __init__(self, placement):
        nodes = {node.id: node for node in placement.nodes}
        endpoints = {endpoint.name: endpoint for endpoint in placement.endpoints}
        self.copies, self.on, self.hosting, self.kinds, self.zones = {}, {}, {}, {}, {}
        for copy in placement.copies:
            node = nodes[copy.node]
            self.copies[copy.model] = self.copies.get(copy.model, 0) + 1
            self.on.setdefault(copy.model, set()).add(node.id)
            self.hosting.setdefault(copy.model, set()).add(str(endpoints[node.endpoint].hosting))
            self.kinds.setdefault(copy.model, set()).add(node.instance_type)
            self.zones.setdefault(copy.model, set()).add(node.zone)


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scenario(path, strategy):
    scenario = read(path)
    expect = scenario["expect"]
    result = pk.solve_placement(problem_from(scenario["problem"]), strategy=strategy, time_limit=10.0)
    placement = result.placement
    checked = verify(result.expanded.problem, placement, result.digest)
    assert checked.violations == ()
    hard(expect, placement)
    if strategy == "greedy":
        unproven = {"optimal": {"optimal", "feasible"}, "infeasible": {"infeasible", "partial"}}
        assert str(result.status) in unproven.get(expect["status"], {expect["status"]})
        assert result.cost_per_hour <= scenario.get("greedy", {}).get("cost_at_most", expect["cost_per_hour"])
    else:
        assert str(result.status) == expect["status"]
        assert result.cost_per_hour == expect["cost_per_hour"]
        exact(expect, placement)


def hard(expect, placement):
    """What every valid answer has in common, however good it is."""
    seen = Seen(placement)
    assert {left.model: left.copies for left in placement.unplaced} == {name: left["copies"] for name, left in expect.get("unplaced", {}).items()}
    for left in placement.unplaced:
        assert expect["unplaced"][left.model]["rule"] in {reason.rule for reason in left.reasons}
    for one, other in expect.get("apart", ()):
        assert not seen.on[one] & seen.on[other]
    for name, options in expect.get("not_hosting", {}).items():
        assert not seen.hosting[name] & set(options)
    for name, count in expect.get("copies", {}).items():
        assert seen.copies.get(name, 0) == count


def exact(expect, placement):
    """What only the best answers have in common."""
    seen = Seen(placement)
    assert len(placement.nodes) == expect["nodes"]
    assert len(placement.endpoints) == expect.get("endpoints", len(placement.endpoints))
    for what, found in (("hosting", seen.hosting), ("instance_types", seen.kinds), ("zones", seen.zones)):
        for name, options in expect.get(what, {}).items():
            assert found[name] == set(options)
