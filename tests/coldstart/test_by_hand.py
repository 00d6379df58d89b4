"""Cases with an exact answer: two models in memory for one, and least recently used as a Markov chain."""

import math

import numpy as np
import pytest

from packing.coldstart import Member, SharedNode, predict, simulate_endpoint
from packing.coldstart.room import _grid, _subsets

from .chain import lru_chain


def two(a, b, load_s):
    return SharedNode(10, (Member("a", 10, (a,), load_s), Member("b", 10, (b,), load_s)))


def exactly(a, b, load_s):
    """Hit rates, share of the time loading, and loads per second of two models of which one fits.

    A cycle: a loads, stays until b is asked for (at once, if it was during the load), b loads, stays until a is asked for.
    """
    stay_a, stay_b = math.exp(-b * load_s) / b, math.exp(-a * load_s) / a
    cycle = stay_a + stay_b + 2 * load_s
    return stay_a / cycle, stay_b / cycle, 2 * load_s / cycle


@pytest.mark.parametrize(("a", "b", "load_s"), [(0.1, 0.1, 1), (0.1, 0.1, 5), (0.1, 0.02, 20), (0.1, 0.1, 50), (1.0, 0.01, 0.5)])
def test_simulator_agrees_with_the_formula_of_two_models(a, b, load_s):
    seen = simulate_endpoint(two(a, b, load_s), requests=60_000, seed=3)
    hit_a, hit_b, share = exactly(a, b, load_s)
    for model, hit in zip(seen.models, (hit_a, hit_b), strict=True):
        assert model.total.hit == pytest.approx(hit, abs=4.5 * model.total.hit_error + 1e-4)
    loads = 60_000 / (a + b) * share / load_s
    assert seen.total.loading_share == pytest.approx(share, rel=4.5 / math.sqrt(loads))


@pytest.mark.parametrize("load_s", [0.001, 0.1, 1.0])
def test_predictor_agrees_with_the_formula_of_two_equal_models(load_s):
    told = predict(two(0.1, 0.1, load_s))
    hit, _, share = exactly(0.1, 0.1, load_s)
    assert [model.total.hit for model in told.models] == pytest.approx([hit, hit], abs=0.002)
    assert told.total.loading_share == pytest.approx(share, rel=0.01)


@pytest.mark.parametrize(("rates", "sizes", "capacity"), [
    ((0.5, 0.2, 0.1, 0.05), (10, 10, 10, 10), 10),
    ((0.5, 0.2, 0.1, 0.05), (10, 10, 10, 10), 20),
    ((0.5, 0.2, 0.1, 0.05), (10, 10, 10, 10), 30),
    ((0.3, 0.3, 0.2), (4, 4, 4), 8),
    ((0.3, 0.25, 0.2, 0.15, 0.1), (2, 9, 5, 3, 7), 14),
    ((0.9, 0.5, 0.3, 0.1), (7, 1, 4, 2), 9),
])  # fmt: skip
def test_without_load_times_the_law_is_exact(rates, sizes, capacity):
    node = SharedNode(capacity, tuple(Member(f"m{at}", size, (rate,), 0.0) for at, (rate, size) in enumerate(zip(rates, sizes, strict=True))))
    wanted = lru_chain(rates, sizes, capacity)
    assert [model.total.hit for model in predict(node).models] == pytest.approx(wanted, abs=0.002)
    seen = simulate_endpoint(node, requests=40_000, seed=1)
    for model, hit in zip(seen.models, wanted, strict=True):
        assert model.total.hit == pytest.approx(hit, abs=4.5 * model.total.hit_error)


def test_many_small_models_on_the_grid_agree_with_the_chain_of_two_kinds():
    """Twelve models (the grid, not all subsets): the hit rate over all requests is that of the simulation without loads."""
    node = SharedNode(4001, tuple(Member(f"m{at}", 700 + 83 * at, (1 / (at + 1),), 0.0) for at in range(12)))
    seen, told = simulate_endpoint(node, requests=100_000), predict(node)
    assert told.total.hit == pytest.approx(seen.total.hit, abs=0.006)


def test_waits_of_a_model_that_never_finds_itself_loaded():
    """Two models asked for in turn so often that each load is followed by the other: waits are between nothing and two loads."""
    seen = simulate_endpoint(two(10.0, 10.0, 5.0), requests=20_000)
    waits = seen.models[0].total.waits
    assert seen.total.loading_share == pytest.approx(1.0, abs=1e-3)
    assert waits.quantile(1.0) <= 10.0 + 1e-6
    assert waits.mean == pytest.approx(5.0, rel=0.02)


def test_everything_fits_then_nothing_is_ever_loaded_again():
    node = SharedNode(30, (Member("a", 10, (0.1,), 5.0), Member("b", 20, (0.001,), 5.0)))
    for figures in (predict(node), simulate_endpoint(node, requests=5_000)):
        assert [model.total.hit for model in figures.models] == [1.0, 1.0]
        assert figures.total.cold_starts_per_hour == 0.0
        assert figures.models[0].total.waits.quantile(0.999) == 0.0
        assert not figures.thrashing


def test_bursts_find_their_model_loaded_more_often():
    members = [Member(f"m{at}", 10, (0.02,), 1.0) for at in range(8)]
    calm = SharedNode(30, tuple(members))
    bursty = SharedNode(30, tuple(Member(each.name, 10, each.rates, 1.0, burstiness=6.0) for each in members))
    assert predict(bursty).total.hit > predict(calm).total.hit + 0.1
    assert predict(bursty).total.hit == pytest.approx(simulate_endpoint(bursty, requests=100_000).total.hit, abs=0.02)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("rate", [1e-9, 1e-3, 10.0, 1e4, 1e8])
def test_rates_from_hardly_any_to_absurd(rate):
    """Two models that exclude each other: as good as no loads at the one end, hardly a hit and long waits at the other."""
    told = predict(two(rate, rate, 5.0))
    hit, _, share = exactly(rate, rate, 5.0)
    assert told.total.hit == pytest.approx(hit, abs=0.02)
    assert told.thrashing == ((0,) if share > 0.2 else ())
    assert told.models[0].total.waits.quantile(0.5) >= (2.5 if share > 0.9 else 0.0)


@pytest.mark.parametrize("spread", [1.0, 1.003, 1.03, 1.2, 5.0])
def test_the_grid_of_sizes_agrees_with_all_subsets(spread):
    """Also where sizes are nearly equal, so that a grid could round all of them the same way."""
    random = np.random.default_rng(7)
    size = np.floor(1e9 * np.exp(random.uniform(0, math.log(spread), 13)))
    used = random.uniform(0.3, 1.0, (40, 13))
    for room_for in (3.5, 6.3, 9.76):
        capacity = math.floor(room_for * size.mean())
        error = np.abs(_grid(used, size, capacity) - _subsets(used, size, capacity))
        assert error.mean() < 0.008
        assert error.max() < 0.05
