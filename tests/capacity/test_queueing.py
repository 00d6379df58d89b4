"""What a copy promises at the 95th percentile, judged by a simulation that knows step times only (benchmarks/capacity/server.py)."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from packing.capacity.calibration import calibration
from packing.capacity.latency import roofline
from packing.capacity.serving import curve, point, promised
from packing.capacity.target import chip_of
from packing.catalog import accelerators, architectures

PATH = Path(__file__).parents[2] / "benchmarks/capacity/server.py"
SPEC = importlib.util.spec_from_file_location("capacity_server", PATH)
assert SPEC is not None
assert SPEC.loader is not None
server = importlib.util.module_from_spec(SPEC)
sys.modules[SPEC.name] = server
SPEC.loader.exec_module(server)

ENGINE = calibration().engines["vllm"]


def law(model="llama-3.1-8b", chip="H100", parallel=1):
    return roofline(architectures()[model], "bf16", chip_of(accelerators()[chip]), parallel, ENGINE)


@pytest.mark.parametrize(("prompt", "output"), [(500, 120), (2000, 250), (2000, 20)])
@pytest.mark.parametrize("places", [1, 2, 8, 16])
def test_the_promise_holds_at_random_arrivals(prompt, output, places):
    promise = promised(law(), ENGINE, places, prompt, output)
    seen = server.simulate(law(), places, prompt, server.arrivals(promise.planned, output, 500, 1, fixed=True))
    assert seen.late(1.1 * promise.ttft_s) <= 0.07  # 5 %, and what chance adds with so few requests
    assert seen.tpot_s <= 1.15 * promise.tpot_s


@pytest.mark.parametrize(("prompt", "output"), [(64, 60), (128, 20), (300, 30)])
@pytest.mark.parametrize("places", [8, 32, 64])
def test_the_promise_holds_where_short_prompts_are_prefilled_together(prompt, output, places):
    promise = promised(law(), ENGINE, places, prompt, output)
    seen = server.simulate(law(), places, prompt, server.arrivals(promise.planned, output, 1500, 1, fixed=True))
    assert seen.late(1.1 * promise.ttft_s) <= 0.07
    assert seen.tpot_s <= 1.15 * promise.tpot_s


def test_short_prompts_are_not_planned_one_after_the_other():
    """One prefill and one step for each of them would be 0.8 / (P + D) requests/s: a server prefills all that wait at once."""
    it = law()
    promise = promised(it, ENGINE, 64, 64, 4)
    assert promise.planned > 1.3 * 0.8 / (it.prefill_s(64, 64) + it.decode_s(64, 66))


@pytest.mark.parametrize("prompt", [32, 256, 1024, 6000])
@pytest.mark.parametrize("output", [1, 20, 600])
def test_more_places_never_plan_less(prompt, output):
    rates = [each.planned for each in curve(law(), ENGINE, prompt, output, 256)]
    assert rates == sorted(rates)
    assert rates


def test_more_traffic_than_planned_breaks_the_promise():
    """The judge can say no: at the rate of a closed loop, requests queue for whole residences."""
    promise, closed = promised(law(), ENGINE, 4, 500, 120), point(law(), ENGINE, 4, 500, 120)
    seen = server.simulate(law(), 4, 500, server.arrivals(0.95 * closed.throughput, 120, 500, 1, fixed=True))
    assert seen.ttft_s > 5 * promise.ttft_s
    assert seen.waited > 0.5


def test_the_simulated_server_by_hand():
    """One request alone: TTFT is its prefill; each further token one step."""
    it = law()
    seen = server.simulate(it, 4, 1000, [(0.0, 3)])
    assert seen.ttft_s == pytest.approx(it.prefill_s(1000, 1000))
    assert seen.tpot_s == pytest.approx((it.decode_s(1, 1001) + it.decode_s(1, 1002)) / 2)
    first, second = it.prefill_s(1000, 1000), [(0.0, 2), (1e-6, 2)]
    queued = server.simulate(it, 1, 1000, second)  # one place: the second waits for the whole first one
    assert queued.ttft_s == pytest.approx(2 * first + it.decode_s(1, 1001), rel=1e-3)
