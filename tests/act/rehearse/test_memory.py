"""Multi-model nodes: by hand, and beside the simulator of `packing.coldstart`."""

from __future__ import annotations

import math

import numpy as np
import pytest

from packing.act.rehearse.law import constant
from packing.act.rehearse.memory import Cache, Tenant
from packing.act.rehearse.stations import Work, station
from packing.coldstart.endpoint import Member, SharedNode
from packing.coldstart.simulate import simulate_endpoint


def node(capacity: int, count: int, *, service: float = 1.0, load: float = 10.0, requests: int = 4) -> tuple[Cache, list[Work]]:
    works = [Work.of(requests, 0.0, None) for _ in range(count)]
    tenants = [Tenant(f"m{at}", 1, load, station(constant(1, service, 0.0), work)) for at, work in enumerate(works)]
    return Cache(capacity, tenants), works


def test_requests_wait_for_their_load_and_loads_for_each_other():
    cache, works = node(2, 2)
    cache.run([0.0, 1.0, 2.0], [0, 1, 0], [0, 0, 1])
    cache.finish()
    assert list(works[0].end[:2]) == [11.0, 12.0]
    assert works[1].end[0] == 21.0
    assert cache.tenants[0].cold == [(0, 10.0), (1, 8.0)]
    assert cache.tenants[1].cold == [(0, 19.0)]
    assert cache.spans == [(0.0, 10.0), (10.0, 20.0)]


def test_a_model_with_requests_is_not_evicted():
    cache, works = node(1, 2, service=5.0)
    cache.run([0.0, 11.0], [0, 1], [0, 0])
    cache.finish()
    assert works[0].end[0] == 15.0
    assert works[1].begun[0] == 25.0  # the load begins when the other one falls idle
    assert cache.tenants[0].evictions == 1


def test_the_least_recently_used_one_goes():
    cache, _ = node(2, 3)
    cache.run([0.0, 20.0, 40.0, 60.0], [0, 1, 0, 2], [0, 0, 1, 0])
    cache.finish()
    assert [tenant.evictions for tenant in cache.tenants] == [0, 1, 0]
    assert [tenant.loaded for tenant in cache.tenants] == [True, False, True]


def test_what_is_preloaded_is_there():
    cache, works = node(1, 2)
    cache.preload([1, 0])
    cache.run([0.0], [1], [0])
    cache.finish()
    assert works[1].end[0] == 1.0
    assert not cache.spans


@pytest.mark.parametrize("seed", [0, 1])
def test_the_same_hit_rate_as_the_simulator_of_cold_starts(seed: int):
    rates = [0.02 / (1 + at) for at in range(12)]
    sizes = [1 + at % 3 for at in range(12)]
    seconds, random = 1e6, np.random.default_rng(seed)
    times = [np.sort(random.random(random.poisson(rate * seconds)) * seconds) for rate in rates]
    works = [Work.of(len(each), 0.0, None) for each in times]
    # Places for all, so that a request holds its model for as long as in the other simulator.
    tenants = [Tenant(f"m{at}", sizes[at], 8.0, station(constant(1000, 2.0, 0.0), work)) for at, work in enumerate(works)]
    cache = Cache(12, tenants)
    joined, who = np.concatenate(times), np.repeat(np.arange(12), [len(each) for each in times])
    numbers = np.concatenate([np.arange(len(each)) for each in times])
    order = np.argsort(joined)
    cache.run(joined[order].tolist(), who[order].tolist(), numbers[order].tolist())
    cache.finish()
    mine = 1 - sum(len(tenant.cold) for tenant in tenants) / len(joined)
    members = tuple(Member(f"m{at}", sizes[at], (rates[at],), load_s=8.0, service_s=2.0) for at in range(12))
    other = simulate_endpoint(SharedNode(12, members), requests=60_000, seed=seed)
    assert 0.3 < mine < 0.95
    assert mine == pytest.approx(other.total.hit, abs=0.015)
    assert math.isfinite(max(max(work.end) for work in works))
