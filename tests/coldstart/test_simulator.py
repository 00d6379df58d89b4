"""The simulator against a plain replay, and what it promises: seeds, service, several slots."""

import numpy as np
import pytest

from packing.coldstart import Member, SharedNode, simulate_endpoint
from packing.coldstart.arrivals import drawn
from packing.coldstart.simulate import Machine

from .chain import replay


def random_node(seed, *, slots=1):
    random = np.random.default_rng(seed)
    sizes = random.integers(1, 9, 7).tolist()
    rates = random.exponential(0.05, (7, slots)).round(6)
    members = tuple(Member(f"m{at}", sizes[at], tuple(rates[at].tolist()), float(random.uniform(0.5, 9))) for at in range(7))
    return SharedNode(max(*sizes, 14), members, 600.0)


@pytest.mark.parametrize("seed", range(6))
def test_every_wait_is_that_of_a_plain_replay(seed):
    node = random_node(seed, slots=3)
    times, who = next(drawn(node, 2, seed))
    machine = Machine(node)
    machine.feed(times.tolist(), who.tolist())
    machine.finish()
    wanted = replay(
        list(zip(times.tolist(), who.tolist(), strict=True)),
        [each.size for each in node.members],
        [each.load_s for each in node.members],
        node.capacity,
    )
    late = {(member, time): wait for member, time, wait in machine.log.delayed}
    assert [late.get((member, time), 0.0) for time, member in zip(times.tolist(), who.tolist(), strict=True)] == pytest.approx(wanted)
    assert len(late) > 20


def test_same_seed_same_answer_other_seed_another():
    node = random_node(1)
    one, again, other = (simulate_endpoint(node, requests=3_000, seed=seed) for seed in (5, 5, 6))
    assert one == again
    assert one.models != other.models


def test_requests_arrive_at_the_rates_of_their_slots():
    node = SharedNode(10, (Member("a", 5, (0.5, 0.0, 2.0), 1.0), Member("b", 5, (0.0, 0.0, 0.1), 1.0)), 100.0)
    seen = simulate_endpoint(node, requests=30_000)
    for model, member in zip(seen.models, node.members, strict=True):
        assert [slot.requests_per_second for slot in model.slots] == pytest.approx(member.rates, rel=0.06)
        assert [slot.hit is None for slot in model.slots] == [rate == 0 for rate in member.rates]


@pytest.mark.parametrize("burst", [1.0, 4.0, 20.0])
def test_times_between_requests_have_the_mean_and_spread_asked_for(burst):
    node = SharedNode(10, (Member("a", 5, (0.5,), 1.0, burstiness=burst),), 1e6)
    times, _ = next(drawn(node, 1, 0))
    gaps = np.diff(times)
    assert gaps.mean() == pytest.approx(2.0, rel=0.04)
    assert gaps.var() / gaps.mean() ** 2 == pytest.approx(burst, rel=0.12)


def test_a_model_in_service_is_not_evicted():
    """One place: b waits until a's service is over, then loads."""
    node = SharedNode(10, (Member("a", 10, (1.0,), 1.0, service_s=50.0), Member("b", 10, (1.0,), 1.0)))
    machine = Machine(node)
    machine.feed([0.0, 3.0, 20.0], [0, 1, 0])
    machine.finish()
    assert machine.log.delayed == [(0, 0.0, 1.0), (1, 3.0, 20.0 + 50.0 + 1.0 - 3.0)]


def test_requests_for_a_model_that_loads_wait_for_the_same_load():
    node = SharedNode(10, (Member("a", 10, (1.0,), 8.0), Member("b", 10, (1.0,), 8.0)))
    machine = Machine(node)
    machine.feed([0.0, 3.0, 5.0, 30.0], [0, 0, 1, 1])
    machine.finish()
    assert machine.log.delayed == [(0, 0.0, 8.0), (0, 3.0, 5.0), (1, 5.0, 11.0)]
    assert machine.log.loads == [(0, 0.0, 0.0, 8.0), (1, 5.0, 8.0, 16.0)]


def test_the_least_recently_used_goes_first():
    node = SharedNode(20, tuple(Member(name, 10, (1.0,), 0.0) for name in "abc"))
    machine = Machine(node)
    machine.feed([1, 2, 3, 4, 5, 6], [0, 1, 0, 2, 0, 1])  # c evicts b, not a; b evicts c
    machine.finish()
    assert [member for member, *_ in machine.log.loads] == [0, 1, 2, 1]


def test_bytes_and_loading_time_are_those_of_the_loads():
    node = random_node(4)
    seen = simulate_endpoint(node, requests=20_000)
    cold = {model.name: model.total.cold_starts_per_hour / 3600 for model in seen.models}
    assert seen.total.reload_bytes_per_s == pytest.approx(sum(cold[each.name] * each.size for each in node.members))
    assert seen.total.loading_share == pytest.approx(sum(cold[each.name] * each.load_s for each in node.members), rel=0.02)
