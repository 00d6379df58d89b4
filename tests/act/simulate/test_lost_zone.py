"""A zone is lost on the way: what runs in the other one goes on, though it cannot be in two zones any more."""

from __future__ import annotations

from packing.act.simulate import simulate

from .common import model, placed, problem


def test_nothing_that_runs_is_stopped_for_a_rule_that_the_fleet_broke():
    pools = [{"name": name, "instance_type": "box", "zone": name, "count": 4} for name in ("a", "b")]
    given = problem(model(copies=4, min_zones=2, traffic=40.0), fleet=pools)
    now = placed(given)
    lost = sum(node.pool == "b" for node in now.nodes)
    events = [{"at": 1, "kind": "node_lost", "pool": "b", "count": lost}, {"at": 1, "kind": "stock", "pool": "b", "count": 0}]
    done = simulate(given, now, {"until": 2, "events": events}, time_limit=0, processes=False)
    assert {each.model for each in done.placement.conceded} == {"m"}
    assert sum(node.pool == "a" for node in done.placement.nodes) == 4
    assert done.total.nodes_stopped == 0
    assert done.episodes[-1].missing == 0


def test_the_start_costs_what_its_nodes_cost_and_not_what_the_file_says():
    given = problem()
    now = placed(given).model_copy(update={"cost_per_hour": 0.0})
    done = simulate(given, now, [{"at": 1, "kind": "price", "pool": "a", "price_per_hour": 5.0}], time_limit=0, processes=False)
    assert done.episodes[0].cost_per_hour == 3.6
