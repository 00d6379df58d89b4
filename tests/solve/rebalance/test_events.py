"""What holds whatever happens to a running fleet: what is in service stays in service, nodes that run are used, limits are limits."""

from __future__ import annotations

from collections import Counter

import pytest

import packing as pk
from packing.compile.current import footprint
from packing.describe import expand
from packing.domain.demand import missing_copies
from packing.verify import verify

from .random_events import after_an_event


def look(seed: int, time_limit: float) -> Counter[str]:
    """Check everything that holds of one event; what it was about, so that a test can say that enough of it was drawn."""
    problem, now, policy, lost = after_an_event(seed)
    expanded = expand(problem)
    result = pk.solve_placement(problem, current=now, policy=policy, time_limit=time_limit, processes=False)
    found = verify(expanded.problem, result.placement, expanded.digest)
    assert found.violations == (), seed
    kept = healthy(expanded.problem, now, lost, set(policy.drain) - set(result.change.blocked))
    assert tuple(count for _, count in found.missing) <= standing_still(expanded.problem, kept), f"{seed}: what runs was stopped"
    concessions_are_said(result)
    limits_hold(policy, now, lost, expanded.problem, result)
    seen = Counter({"conceded": len(result.placement.conceded), "blocked": len(result.change.blocked)})
    seen += reused(problem, now, policy, lost, result)
    plan = pk.plan_migration(problem, now, result.placement, by_name=True, options=pk.MigrationOptions(effort=300, remedies=False))
    seen[str(plan.status)] += 1  # a plan that the replay refuses would have been raised
    return seen


def healthy(problem, now, lost, drained):
    """Copies that could stay just where they are, by model, if nobody looked at the zones that they are in."""
    models, at = {model.name: model for model in problem.models}, {node.id: node for node in now.nodes}
    kept: Counter[str] = Counter()
    for copy in now.copies:
        model = models.get(copy.model)
        fits = model is not None and any(footprint(mode) == footprint(copy.mode) for mode in model.modes)
        kept[copy.model] += bool(fits and at[copy.node].pool not in lost and copy.node not in drained)
    return kept


def standing_still(problem, kept):
    """Missing copies by priority if these stay, and nothing else is done."""
    missing: Counter[int] = Counter()
    for model in problem.models:
        rate = kept[model.name] * (model.modes[0].rps_micro or 0)
        missing[model.priority] += missing_copies(model, kept[model.name], rate)
    return tuple(missing[priority] for priority in sorted(missing, reverse=True))


def concessions_are_said(result):
    placement = result.placement
    assert not placement.conceded or placement.status == "partial"
    assert placement.status != "partial" or placement.conceded or placement.unplaced


def limits_hold(policy, now, lost, problem, result):
    """Moves that nobody asked for may be forced; a drain is either carried out within the limits, or said to be blocked."""
    drained = {node.id for node in now.nodes} & set(policy.drain)
    new = {node.id for node in result.placement.nodes}
    blocked = set(result.change.blocked)
    assert blocked <= drained
    assert not (drained - blocked) & new
    assert len([notice for notice in result.change.notices if notice.code == "drain_blocked"]) == len(blocked)
    if policy.max_moves is not None:
        keeps = healthy(problem, now, lost, drained - blocked)
        forced = sum(max(0, count - keeps[name]) for name, count in Counter(copy.model for copy in now.copies).items())
        assert result.change.moved <= max(policy.max_moves, forced + spread_forces(problem, now, lost))


def spread_forces(problem, now, lost):
    """Copies that may have to leave since too many of their model are in one zone that is left."""
    at = {node.id: node for node in now.nodes}
    wide = {model.name for model in problem.models if model.min_zones > 1}
    return sum(copy.model in wide for copy in now.copies if at[copy.node].pool not in lost) if lost else 0


def reused(problem, now, policy, lost, result):
    """No node of a pool is started while one of it that runs under the same hosting option is stopped."""
    hosting = {each.name: each.hosting for each in (*now.endpoints, *result.placement.endpoints)}
    old, new = {node.id: node for node in now.nodes}, {node.id: node for node in result.placement.nodes}
    started = Counter((node.pool, hosting[node.endpoint]) for name, node in new.items() if name not in old)
    there = {each.name for each in result.placement.endpoints}
    stopped = [node for name, node in old.items() if name not in new and name not in policy.drain and node.pool not in lost]
    # A single-model endpoint that goes on with its own model cannot take another one in.
    free = [node for node in stopped if hosting[node.endpoint] == "inference_component" or node.endpoint not in there]
    twice = [node.id for node in free if started[node.pool, hosting[node.endpoint]]]
    assert not twice, twice
    running = {node.id for node in now.nodes if not any(copy.node == node.id for copy in now.copies)}
    return Counter({"warm nodes used": len(running & new.keys())})


@pytest.mark.parametrize("block", range(4))
def test_what_runs_goes_on_running(block: int):
    seen = sum((look(seed, 0.3) for seed in range(block * 15, block * 15 + 15)), Counter())
    assert seen["ordered"] > 5, seen


def test_what_it_is_about_is_drawn():
    """A drain that is blocked, a rule that is conceded, a warm node that is used."""
    seen = sum((look(seed, 0.3) for seed in (6, 12, 19, 25, *range(30, 45))), Counter())
    assert min(seen[each] for each in ("conceded", "blocked", "warm nodes used")) > 0, seen


@pytest.mark.campaign
def test_600_events():
    seen = sum((look(seed, 0.3) for seed in range(50_000, 50_600)), Counter())
    assert min(seen[each] for each in ("conceded", "blocked", "warm nodes used")) > 20, seen
