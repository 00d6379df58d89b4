"""Copies as queues of which the answer is known in closed form, and cases by hand."""

from __future__ import annotations

import math
from array import array

import numpy as np
import pytest

from packing.act.rehearse.law import Law, constant, places_for, service_of_one, stated_law
from packing.act.rehearse.neighbours import Alone, Neighbours
from packing.act.rehearse.pool import feed, feed_least
from packing.act.rehearse.stations import Work, station
from packing.capacity.serving import late_wait
from packing.domain.placement import PlacedCopy
from packing.domain.workload import Mode

COUNT = 80_000
TOLERANCE = 0.07
"""Relative, of means over `COUNT` requests at a load of 0.7: about three standard errors."""


def arrivals(rate: float, seed: int = 1) -> np.ndarray:
    return np.cumsum(np.random.default_rng(seed).exponential(1 / rate, COUNT))


def exponential(mean: float, seed: int = 2) -> array:
    return array("d", np.random.default_rng(seed).exponential(mean, COUNT).tobytes())


def responses(law: Law, rate: float, tokens: array | float) -> tuple[float, float]:
    """Mean wait for a place and mean time until the end."""
    came, work = arrivals(rate), Work.of(COUNT, tokens, None)
    copy = station(law, work)
    feed(copy, came.tolist(), range(COUNT))
    copy.advance(math.inf)
    assert copy.served == COUNT
    return float((np.array(work.begun) - came).mean()), float((np.array(work.end) - came).mean())


def test_one_server_with_equal_services_is_m_d_1():
    wait, response = responses(constant(1, 1.0, 0.0), 0.7, 0.0)
    assert wait == pytest.approx(0.7 / (2 * 0.3), rel=TOLERANCE)
    assert response == pytest.approx(wait + 1)


def test_a_batch_of_one_is_m_d_1_too():
    whole = Law((0.0, 1.0), (0.0, 1.0), 0.0, whole=True)
    assert responses(whole, 0.7, 0.0)[0] == pytest.approx(0.7 / (2 * 0.3), rel=TOLERANCE)


def test_larger_batches_that_take_no_longer_wait_less_and_at_most_one_run():
    whole = Law((0.0, 1.0, 1.0, 1.0, 1.0), (0.0, 1.0, 1.0, 1.0, 1.0), 0.0, whole=True)
    wait, _ = responses(whole, 0.7, 0.0)
    assert wait < 0.6


def test_one_server_with_exponential_services_is_m_m_1():
    wait, _ = responses(constant(1, 0.0, 1.0), 0.7, exponential(1.0))
    assert wait == pytest.approx(0.7 / 0.3, rel=TOLERANCE)


@pytest.mark.parametrize("places", [2, 5])
def test_places_are_m_m_c(places: int):
    load = 0.7 * places
    wait, _ = responses(constant(places, 0.0, 1.0), load, exponential(1.0))
    blocked = load**places / math.factorial(places) / (1 - load / places)
    erlang_c = blocked / (sum(load**k / math.factorial(k) for k in range(places)) + blocked)
    assert wait == pytest.approx(erlang_c / (places - load), rel=2 * TOLERANCE)


@pytest.mark.parametrize("tokens", [1.0, "exponential"])
def test_a_step_that_grows_with_the_requests_in_flight_is_processor_sharing(tokens):
    """Mean response S / (1 - load), whatever the distribution of the services."""
    places = 200
    law = Law((1e-9,) * (places + 1), tuple(float(count) for count in range(places + 1)), 0.0)
    _, response = responses(law, 0.6, exponential(1.0) if tokens == "exponential" else tokens)
    assert response == pytest.approx(1 / 0.4, rel=TOLERANCE)


def test_the_copy_with_the_fewest_requests_is_better_than_any_and_no_better_than_one_line():
    came = arrivals(1.4)

    def mean(choose: str) -> float:
        work = Work.of(COUNT, exponential(1.0), None)
        copies = [station(constant(1, 0.0, 1.0), work) for _ in range(2)]
        if choose == "least":
            feed_least(came.tolist(), [0] * COUNT, range(COUNT), [[(each, Alone(each)) for each in copies]])
        else:
            for at, each in enumerate(copies):
                feed(each, came[at::2].tolist(), range(at, COUNT, 2))
        for each in copies:
            each.advance(math.inf)
        return float((np.array(work.begun) - came).mean())

    one_line = 0.7**2 / (1 - 0.7**2)  # M/M/2 with mean service 1
    assert one_line * 0.97 < mean("least") < mean("in turn") < 0.7 / 0.3


def placed(share: float) -> PlacedCopy:
    mode = Mode(accelerator="X", memory_per_accelerator=1, compute_share=share)
    return PlacedCopy(model="m", copy=0, node="n", accelerators=(0,), mode=mode)


def test_neighbours_without_a_share_take_turns():
    """One begins at 0, the other at 0.5; both have a second of work."""
    work = Work.of(2, 0.0, None)
    copies = [station(constant(1, 1.0, 0.0), work) for _ in range(2)]
    both = Neighbours([placed(0), placed(0)], copies)
    for at, time in enumerate((0.0, 0.5)):
        both.advance(time)
        copies[at].arrive(at)
        both.changed()
    both.advance(math.inf)
    assert list(work.end) == [1.5, 2.0]


def test_neighbours_with_shares_that_fit_do_not_slow_each_other():
    work = Work.of(2, 0.0, None)
    copies = [station(constant(1, 1.0, 0.0), work) for _ in range(2)]
    both = Neighbours([placed(0.5), placed(0.25)], copies)
    for at, time in enumerate((0.0, 0.5)):
        both.advance(time)
        copies[at].arrive(at)
        both.changed()
    both.advance(math.inf)
    assert list(work.end) == [1.0, 1.5]


def test_the_law_of_stated_figures():
    generating = stated_law(Mode(accelerator="X", requests_per_second=1.0, ttft_ms=500, tpot_ms=20), 126)
    assert generating is not None
    assert generating.places == places_for(3.0) == 6  # 3 in flight, and 1.645 standard deviations
    assert (generating.first_s[1], generating.step_s[6]) == (0.5, 0.02)
    single = stated_law(Mode(accelerator="X", requests_per_second=2.0, ttft_ms=375), 1)
    assert single is not None
    assert single.places == 1
    service = service_of_one(2.0, 0.375)
    assert service * (1 + late_wait(2.0 * service)) == pytest.approx(0.375)
    assert single.first_s[1] == pytest.approx(service)
    assert stated_law(Mode(accelerator="X"), 10) is None


def test_long_requests_take_longer():
    work = Work.of(2, array("d", [10.0, 20.0]), array("d", [1.0, 3.0]))
    copy = station(constant(2, 0.5, 0.1), work)
    copy.arrive(0)
    copy.arrive(1)
    copy.advance(math.inf)
    assert list(work.first) == pytest.approx([0.5, 1.5])
    assert list(work.end) == pytest.approx([1.5, 3.5])


def test_one_server_keeps_the_time_that_its_mode_states_for_95_in_100():
    law = stated_law(Mode(accelerator="X", requests_per_second=2.0, ttft_ms=900), 1)
    came, work = arrivals(2.0), Work.of(COUNT, 0.0, None)
    copy = station(law, work)
    feed(copy, came.tolist(), range(COUNT))
    copy.advance(math.inf)
    assert float((np.array(work.end) - came <= 0.9).mean()) == pytest.approx(0.95, abs=0.012)


def test_prompts_are_prefilled_one_after_the_other():
    work = Work.of(3, 10.0, None)
    copy = station(Law((0.0, 1.0, 1.1, 1.2), (0.0, 0.1, 0.1, 0.1), 1.0, prefill_s=0.8), work)
    for who in range(3):
        copy.arrive(who)
    copy.advance(math.inf)
    assert list(work.first) == pytest.approx([1.0, 1.8, 2.6])
    assert list(work.end) == pytest.approx([2.0, 2.8, 3.6])
