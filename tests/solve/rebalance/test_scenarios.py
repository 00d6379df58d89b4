"""Scenarios as data: a problem, what runs, a policy, and what has to come out, worked out by hand.

`expect` has `status` (default: a complete placement), the account of the change (`moved`, `added`, `removed`, `stayed`,
`move_price`, `objective`), `nodes`, `endpoints`, `where` (nodes of a model's copies), `unplaced`, `conceded` (zones that models are in which
ask for more), `blocked` (nodes that are not drained) and `notices` (a place and a word of the cause; absent: none). Every answer has to be proven the best, and is judged by looking at everything, unless it is `limited`
by the policy (`limited: unproven`: that keeps it from the proof, not from the best), has error `bands`, or is `too_large` to look at everything.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml

import packing as pk
from packing.describe import expand, problem_from
from packing.domain.change import Policy
from packing.testing.exhaustive_change import exhaustive_change, stated_price
from packing.verify import verify

from .now import placement_of

FILES = sorted((Path(__file__).parent / "scenarios").glob("*.yaml"))
FIELDS = {
    "status", "moved", "added", "removed", "stayed", "move_price", "objective", "nodes", "where", "unplaced", "notices", "limited", "bands",
    "too_large", "conceded", "blocked", "endpoints",
}  # fmt: skip


def read(path):
    """(scenario, problem, what runs, policy)."""
    scenario = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {"why", "problem", "current", "expect"} <= set(scenario) <= {"why", "problem", "current", "expect", "policy", "modes"}
    assert {"moved", "added", "removed", "stayed"} <= set(scenario["expect"]) <= FIELDS
    problem = problem_from(scenario["problem"])
    return scenario, problem, placement_of(problem, scenario["current"], scenario.get("modes")), Policy(**scenario.get("policy", {}))


@cache
def solved(path):
    """The answer, found once."""
    _, problem, current, policy = read(path)
    return pk.solve_placement(problem, current=current, policy=policy, time_limit=20.0, processes=False)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scenario(path):
    expect, result = read(path)[0]["expect"], solved(path)
    valid(result)
    change, placement = result.change, result.placement
    assert {name: getattr(change, name) for name in ("moved", "added", "removed", "stayed")} == {
        name: expect[name] for name in ("moved", "added", "removed", "stayed")
    }
    assert change.proven or "limited" in expect
    assert str(result.status) in ({expect["status"]} if "status" in expect else {"optimal", "feasible"})
    for name in ("move_price", "objective"):
        if name in expect:
            assert getattr(change, name) == pytest.approx(expect[name], abs=1e-8)
    if "nodes" in expect:
        assert sorted(node.id for node in placement.nodes) == expect["nodes"]
    for model, nodes in expect.get("where", {}).items():
        assert sorted(copy.node for copy in placement.copies if copy.model == model) == nodes
    assert [left.model for left in placement.unplaced] == expect.get("unplaced", [])
    assert {each.model: each.kept for each in placement.conceded} == expect.get("conceded", {})
    assert list(change.blocked) == expect.get("blocked", [])
    if "endpoints" in expect:
        assert [endpoint.name for endpoint in placement.endpoints] == expect["endpoints"]
    told = expect.get("notices", {})
    for where, word in told.items():
        assert any(where in notice.where and word in notice.cause for notice in change.notices), change.notices
    assert all(any(where in notice.where for where in told) for notice in change.notices), change.notices


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_better_exists(path):
    """The exhaustive search, which shares neither the formulation nor its prices, comes to the same value."""
    scenario, problem, current, policy = read(path)
    expect = scenario["expect"]
    if "too_large" in expect:
        with pytest.raises(ValueError, match="too large"):
            exhaustive_change(problem, current, policy)
        return
    result = solved(path)
    policy = policy.model_copy(update={"drain": tuple(name for name in policy.drain if name not in expect.get("blocked", ()))})
    best = exhaustive_change(problem, current, policy, expect.get("conceded", {}))
    if best is None:
        assert "pinned" in "".join(expect["notices"].values()), "pins that can be held have to be"
        return
    found = valid(result)
    reached = tuple(count for _, count in found.missing), found.objective_units + stated_price(problem, current, policy, result.placement)
    if expect.get("limited") is True or "bands" in expect:
        assert reached > (best.missing, best.objective_units), "the policy keeps it from the best"
    else:
        assert reached == (best.missing, best.objective_units)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_without_time_it_is_mended_all_the_same(path):
    scenario, problem, current, policy = read(path)
    result = pk.solve_placement(problem, current=current, policy=policy, time_limit=0.0, processes=False)
    valid(result)
    assert result.change.moved + result.change.added + result.change.stayed == len(result.placement.copies)
    assert result.change.removed >= scenario["expect"]["removed"] or result.placement.unplaced
    assert not {node.id for node in result.placement.nodes} & (set(policy.drain) - set(result.change.blocked))
    drained_pools = {node.pool for node in result.placement.nodes} & set(policy.drain)
    assert not drained_pools


def valid(result):
    """What the checker makes of it, of what the result says of itself."""
    expanded = expand(result.expanded.problem)
    found = verify(result.expanded.problem, result.placement, result.digest)
    assert found.violations == ()
    assert expanded.problem == result.expanded.problem
    assert found.objective_units == round((result.change.objective - result.change.move_price) * 10**9)
    return found
