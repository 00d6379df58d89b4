"""Simulations whose every figure can be worked out by hand: a node starts in 300 s, a copy loads in 60 s, a drain takes 30 s."""

from __future__ import annotations

import threading

import pytest

from packing.act.simulate import Way, simulate
from packing.describe import expand
from packing.errors import ProblemError
from packing.verify import verify

from .common import GIB, model, placed, problem

UP = 300 + 60
"""Seconds until a copy on a new node serves."""


def run(given, events, placement=None, until=2, **options):
    timeline = events if isinstance(events, dict) else {"until": until, "events": events}
    return simulate(given, placement or placed(given), timeline, time_limit=0, processes=False, **options)


def test_nothing_happens():
    done = run(problem(), [])
    assert done.total.cost_usd == 2 * 3.6
    assert not any(done.total.model_dump(exclude={"cost_usd"}).values())
    assert done.models == ()
    assert [each.happened for each in done.episodes] == [("start",)]


def test_a_node_is_lost():
    done = run(problem(), [{"at": 1, "kind": "node_lost", "pool": "a"}])
    assert done.total.below_slo_s == UP
    assert done.total.refused_requests == 10 * UP
    assert done.total.cost_usd == 2 * 3.6  # the new node is paid for from its start
    assert (done.total.nodes_lost, done.total.copies_lost, done.total.nodes_started, done.total.loads) == (1, 1, 1, 1)
    assert done.total.bytes_loaded == 10 * GIB
    assert [each.account.cost_usd for each in done.episodes] == [3.6, 3.6]
    assert [(each.model, each.below_slo_s, each.refused_requests) for each in done.models] == [("m", UP, 10 * UP)]


def test_a_node_is_lost_by_its_name():
    given = problem()
    now = placed(given)
    by_name = run(given, [{"at": 1, "kind": "node_lost", "node": now.nodes[0].id}], now)
    assert by_name.total == run(given, [{"at": 1, "kind": "node_lost", "pool": "a"}], now).total
    nobody = run(given, [{"at": 1, "kind": "node_lost", "node": "n-77"}], now)
    assert nobody.total.nodes_lost == 0
    assert any("n-77" in notice for notice in nobody.episodes[-1].notices)


def test_what_is_refused_follows_the_slots():
    given = problem(model(traffic=[10.0, 0.0, 4.0, 0.0]), slots=4)
    events = {"until": 2, "slot_hours": 0.05, "events": [{"at": 1, "kind": "node_lost", "pool": "a"}]}  # slots of 180 s; 3600 s is the 20th
    done = run(given, events)
    assert done.total.refused_requests == 10 * 180
    assert done.total.below_slo_s == UP  # fewer than copies.min all the time
    events["events"][0]["at"] = 1.075  # 90 s before the end of a slot without traffic, then 4 requests/s for 180 s, then nothing for 90 s
    assert run(given, events).total.refused_requests == 4 * 180


def test_a_second_event_interrupts_the_migration():
    price = {"at": 1.025, "kind": "price", "pool": "a", "price_per_hour": 7.2}  # 90 s later
    done = run(problem(), [{"at": 1, "kind": "node_lost", "pool": "a"}, price])
    assert [each.interrupted for each in done.episodes] == [False, True, False]
    assert done.total.below_slo_s == 90 + UP  # the start is given up and begun anew
    assert done.total.nodes_started == 2
    assert done.total.loads == 1
    assert done.total.cost_usd == pytest.approx(1.025 * 3.6 + 0.975 * 7.2, abs=1e-12)


def test_a_node_that_is_up_already_is_kept_when_the_next_event_comes():
    price = {"at": 1.09, "kind": "price", "pool": "a", "price_per_hour": 7.2}  # 324 s later: the node is up, the copy is being loaded
    done = run(problem(), [{"at": 1, "kind": "node_lost", "pool": "a"}, price])
    assert done.total.nodes_started == 1
    assert done.total.loads == 2
    assert done.total.below_slo_s == 324 + 60


def test_stock_that_is_reclaimed_is_left_only_when_the_copy_serves_elsewhere():
    fleet = [{"name": "a", "instance_type": "box", "count": 1}, {"name": "b", "instance_type": "box", "count": 1, "price_per_hour": 7.2}]
    given = problem(fleet=fleet)
    done = run(given, [{"at": 1, "kind": "stock", "pool": "a", "count": 0}])
    assert done.total.below_slo_s == 0
    assert (done.total.nodes_started, done.total.nodes_stopped, done.total.loads) == (1, 1, 1)
    both = (UP + 30) / 3600  # hours: up, then the old one drains
    assert done.total.cost_usd == pytest.approx(3.6 * (1 + both) + 7.2, abs=1e-12)


def test_owned_nodes_cost_whether_used_or_not():
    given = problem(fleet=[{"name": "own", "instance_type": "box", "count": 3, "owned": True}])
    assert run(given, []).total.cost_usd == pytest.approx(2 * 3 * 3.6, abs=1e-12)
    lost = run(given, [{"at": 1, "kind": "node_lost", "pool": "own"}])
    assert lost.total.cost_usd == pytest.approx((3 + 2) * 3.6, abs=1e-12)


def test_what_cannot_be_placed_goes_short_until_it_can():
    given = problem(fleet=[{"name": "a", "instance_type": "box", "count": 1}])
    done = run(given, [{"at": 0.5, "kind": "node_lost", "pool": "a"}, {"at": 1.5, "kind": "node_back", "pool": "a"}])
    assert [each.missing for each in done.episodes] == [0, 1, 0]
    assert done.total.below_slo_s == 3600 + UP
    assert done.total.cost_usd == 2 * 0.5 * 3.6
    assert done.placement.status in {"optimal", "feasible"}


def test_models_come_and_go_and_traffic_grows():
    more = {"at": 1, "kind": "traffic", "model": "m", "factor": 2}
    done = run(problem(), [more])
    assert done.total.refused_requests == 10 * UP
    assert done.total.below_slo_s == UP
    given = problem(fleet=[{"name": "a", "instance_type": "box", "count": 4}])
    added = run(given, [{"at": 1, "kind": "model_added", "model": model("n")}, {"at": 1, "kind": "model_removed", "model": "m"}])
    assert [each.model for each in added.models] == ["n"]
    assert {copy.model for copy in added.placement.copies} == {"n"}


def test_a_broken_placement_is_mended_first():
    given = problem()
    now = placed(given)
    broken = now.model_copy(update={"copies": (*now.copies, now.copies[0].model_copy(update={"copy_index": 1}))})
    done = run(given, [], broken)
    assert done.episodes[0].happened == ("start: what runs is mended",)
    expanded = expand(given)
    assert verify(expanded.problem, done.placement, expanded.digest).ok


def test_the_same_input_gives_the_same_bytes_and_touches_nothing():
    given = problem(model(), model("n", traffic=3.0), fleet=[{"name": "a", "instance_type": "box", "count": 5}])
    now = placed(given)
    events = [
        {"at": 0.5, "kind": "node_lost", "pool": "a"},
        {"at": 0.7, "kind": "traffic", "factor": 1.7},
        {"at": 1, "kind": "node_lost", "pool": "a"},
    ]
    before = given.model_dump_json(), now.to_json()
    texts = {run(given, events, now, seed=3).to_json() for _ in range(3)}
    assert len(texts) == 1
    assert (given.model_dump_json(), now.to_json()) == before


def test_a_cancelled_simulation_says_so():
    cancel = threading.Event()
    cancel.set()
    done = run(problem(), [{"at": 1, "kind": "node_lost", "pool": "a"}], cancel=cancel)
    assert done.cancelled
    assert done.total.cost_usd == 3.6  # up to the event that was not answered


def test_a_policy_may_name_what_goes():
    given = problem(model(), model("n"), fleet=[{"name": "a", "instance_type": "box", "count": 4}])
    done = run(given, [{"at": 1, "kind": "model_removed", "model": "n"}], policy={"pins": ["n"]})
    assert any("n, which the policy names" in notice for notice in done.episodes[-1].notices)
    with pytest.raises(ProblemError) as caught:
        run(given, [], policy={"pins": ["ghost"], "drain": ["moon"]})
    assert [fault.code for fault in caught.value.faults] == ["unknown_name"] * 2


def test_every_event_is_answered_in_order():
    assert [each.way for each in run(problem(), [{"at": 1, "kind": "node_lost", "pool": "a"}]).episodes] == [Way.NONE, Way.ORDERED]
