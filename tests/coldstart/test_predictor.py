"""The predictor against the simulator on a few nodes, and what must hold between predictions."""

import dataclasses
import itertools
import math

import pytest

from packing.bench.coldstart_cases import random_node
from packing.coldstart import Member, SharedNode, Waits, predict, simulate_endpoint


@pytest.mark.parametrize("seed", [0, 2, 4, 5, 9])
def test_close_to_the_simulation(seed):
    """Over all requests of a model: four standard errors, and two points for what the law leaves out."""
    node = random_node(seed)
    told, seen = predict(node), simulate_endpoint(node, requests=60_000, seed=9)
    for mine, theirs in zip(told.models, seen.models, strict=True):
        assert mine.total.hit == pytest.approx(theirs.total.hit, abs=4 * theirs.total.hit_error + 0.02), mine.name
    assert told.total.hit == pytest.approx(seen.total.hit, abs=0.02)
    assert told.total.loading_share == pytest.approx(seen.total.loading_share, rel=0.06, abs=0.002)
    assert told.total.reload_bytes_per_s == pytest.approx(seen.total.reload_bytes_per_s, rel=0.08)
    assert told.total.cold_starts_per_hour == pytest.approx(seen.total.cold_starts_per_hour, rel=0.06)


def day(rates, *, size=10, load_s=6.0, capacity=30):
    return SharedNode(capacity, tuple(Member(f"m{at}", size, tuple(each), load_s) for at, each in enumerate(rates)), 600.0)


def test_what_was_used_in_the_slot_before_is_still_there():
    """Three models in turns of a slot, room for all three: nothing is loaded again. Room for two: each slot begins with one load."""
    rates = [(0.05, 0, 0), (0, 0.05, 0), (0, 0, 0.05)]
    assert predict(day(rates)).total.hit == 1.0
    tight = predict(day(rates, capacity=20))
    seen = simulate_endpoint(day(rates, capacity=20), requests=30_000)
    for told, truth in zip(tight.slots, seen.slots, strict=True):
        assert told.cold_starts_per_hour == pytest.approx(6.0, rel=0.07)  # few looks at the time after a slot begins
        assert truth.cold_starts_per_hour == pytest.approx(6.0, rel=0.02)
        assert told.hit == pytest.approx(truth.hit, abs=0.01)


def test_a_slot_is_warmer_when_the_slot_before_had_the_same_traffic():
    """Two pairs in room for one pair: the first slot of each pair begins cold, the second finds all it needs."""
    figures = predict(day([(0.02, 0.02, 0, 0)] * 2 + [(0, 0, 0.02, 0.02)] * 2, capacity=20))
    for cold, warm in ((0, 1), (2, 3)):
        assert figures.slots[cold].hit < 0.95
        assert figures.slots[warm].hit == pytest.approx(1.0, abs=1e-4)


def test_slots_without_traffic_say_nothing_of_hits():
    figures = predict(day([(0.05, 0.0), (0.0, 0.05)], capacity=10))
    assert figures.models[0].slots[1].hit is None
    assert figures.models[0].slots[1].waits is None
    assert figures.models[0].slots[1].cold_starts_per_hour == 0.0
    assert figures.models[0].total.hit == figures.models[0].slots[0].hit


@pytest.mark.parametrize("seed", [3, 5, 6])
def test_more_memory_is_not_fewer_hits(seed):
    node = random_node(seed)
    hits = [predict(dataclasses.replace(node, capacity=round(node.capacity * factor))).total.hit for factor in (1.0, 1.1, 1.4, 2.0, 6.0)]
    assert all(more >= less - 0.002 for less, more in itertools.pairwise(hits))
    assert hits[-1] == 1.0


@pytest.mark.parametrize("seed", [0, 3])
def test_scaling_time_changes_waits_and_nothing_else(seed):
    node = random_node(seed)
    slow = dataclasses.replace(
        node,
        slot_s=node.slot_s * 4,
        members=tuple(dataclasses.replace(each, rates=tuple(rate / 4 for rate in each.rates), load_s=each.load_s * 4) for each in node.members),
    )
    one, other = predict(node), predict(slow)
    for mine, theirs in zip(one.models, other.models, strict=True):
        assert theirs.total.hit == pytest.approx(mine.total.hit, abs=1e-9)
        assert theirs.total.waits.quantile(0.97) == pytest.approx(4 * mine.total.waits.quantile(0.97), rel=1e-6, abs=1e-6)
        assert theirs.total.cold_starts_per_hour == pytest.approx(mine.total.cold_starts_per_hour / 4)


def test_names_and_order_do_not_matter():
    node = random_node(4)
    turned = dataclasses.replace(node, members=tuple(dataclasses.replace(each, name=f"x{at}") for at, each in enumerate(node.members))[::-1])
    for mine, theirs in zip(predict(node).models, predict(turned).models[::-1], strict=True):
        assert theirs.total.hit == pytest.approx(mine.total.hit, abs=1e-3)


def test_scaling_all_sizes_changes_nothing_but_the_bytes():
    node = random_node(7)
    large = dataclasses.replace(
        node, capacity=node.capacity * 8, members=tuple(dataclasses.replace(each, size=each.size * 8) for each in node.members)
    )
    one, other = predict(node), predict(large)
    assert [each.total.hit for each in other.models] == pytest.approx([each.total.hit for each in one.models], abs=1e-9)
    assert other.total.reload_bytes_per_s == pytest.approx(8 * one.total.reload_bytes_per_s)


def test_che_is_close_where_many_small_models_share():
    node = SharedNode(4_000, tuple(Member(f"m{at}", 20 + at % 7, (1 / (at + 1),), 0.0) for at in range(300)))
    che, seen = predict(node), simulate_endpoint(node, requests=150_000)
    assert che.how == "che"
    assert che.total.hit == pytest.approx(seen.total.hit, abs=0.01)


def test_the_hits_are_those_of_the_waits():
    for figures in predict(random_node(3)).models:
        assert figures.total.waits.within(0.0) == pytest.approx(figures.total.hit, abs=1e-6)
        assert figures.total.waits.promise(0.99) >= figures.total.waits.quantile(0.99)


def test_a_node_that_thrashes_says_so():
    node = SharedNode(20, tuple(Member(f"m{at}", 10, (0.0, 0.05), 10.0) for at in range(6)))
    figures = predict(node)
    assert figures.thrashing == (1,)
    assert figures.slots[1].loading_share > 0.9
    assert not predict(dataclasses.replace(node, loading_limit=1.0)).thrashing


def test_waits_as_a_distribution():
    waits = Waits((0.0, 4.0, 4.0, 8.0), (0.4, 0.2, 0.1, 0.0))
    assert [waits.within(each) for each in (-1.0, 0.0, 2.0, 4.0, 6.0, 9.0)] == pytest.approx([0.0, 0.6, 0.7, 0.9, 0.95, 1.0])
    assert [waits.quantile(each) for each in (0.5, 0.6, 0.7, 0.85, 0.95, 1.0)] == pytest.approx([0.0, 0.0, 2.0, 4.0, 6.0, 8.0])
    assert waits.mean == pytest.approx(0.3 * 4 + 0.05 * 4)
    with pytest.raises(ValueError, match=r"0\.\.1"):
        waits.quantile(1.5)


def test_load_times_longer_than_a_slot_are_said():
    node = SharedNode(20, tuple(Member(f"m{at}", 10, (0.001, 0.002), 900.0) for at in range(4)), 600.0)
    figures = predict(node)
    assert any("longer than a slot" in notice for notice in figures.notices)
    assert all(math.isfinite(each.total.waits.quantile(0.99)) for each in figures.models)


def test_no_traffic_all_day():
    node = SharedNode(20, tuple(Member(f"m{at}", 15, (0.0, 0.0), 9.0) for at in range(4)))
    for figures in (predict(node), simulate_endpoint(node)):
        assert figures.total.hit is None
        assert figures.total.loading_share == 0.0
        assert any("No model has any traffic" in notice for notice in figures.notices)


def test_unknown_load_times_leave_waits_open_and_are_said():
    node = SharedNode(10, (Member("a", 10, (0.1,)), Member("b", 10, (0.1,), 5.0)))
    for figures in (predict(node), simulate_endpoint(node, requests=2_000)):
        assert figures.models[0].total.waits is None
        assert figures.models[1].total.waits is not None
        assert figures.models[0].total.hit is not None
        assert any("load time of a is not known" in notice for notice in figures.notices)
