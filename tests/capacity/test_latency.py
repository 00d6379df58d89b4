"""Latency laws: how they move with hardware, batch, lengths and degree; anchors from the measured data."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packing.capacity.calibration import calibration, engine_name
from packing.capacity.latency import overlapped, roofline
from packing.capacity.serving import BATCHES, late_wait, overloaded, point, staffing
from packing.capacity.target import chip_of
from packing.catalog import accelerators, architectures

ENGINES = sorted(calibration().engines)
chips = st.sampled_from(["T4", "A10G", "L4", "A100-80GB", "H100", "Inferentia2"])
models = st.sampled_from(["llama-2-7b", "llama-3-8b", "llama-2-70b", "mixtral-8x7b", "deepseek-v3"])
degrees = st.sampled_from([1, 2, 4, 8])
engines = st.sampled_from(ENGINES)


def law(model, chip, parallel=1, precision="bf16", engine="vllm", **changes):
    return roofline(architectures()[model], precision, chip_of(accelerators()[chip])._replace(**changes), parallel, calibration().engines[engine])


@given(model=models, chip=chips, parallel=degrees, engine=engines, batch=st.integers(1, 256), context=st.integers(1, 8000))
def test_more_bandwidth_or_compute_is_not_slower(model, chip, parallel, engine, batch, context):
    plain = law(model, chip, parallel, engine=engine)
    bandwidth = 2 * accelerators()[chip].bandwidth
    flops = tuple((name, 2 * value) for name, value in chip_of(accelerators()[chip]).flops)
    for better in (law(model, chip, parallel, engine=engine, bandwidth=bandwidth), law(model, chip, parallel, engine=engine, flops=flops)):
        assert better.decode_s(batch, context) <= plain.decode_s(batch, context)
        assert better.prefill_s(context, context) <= plain.prefill_s(context, context)


@given(model=models, chip=chips, parallel=degrees, engine=engines, batch=st.integers(1, 255), context=st.integers(1, 8000))
def test_steps_grow_with_batch_and_lengths(model, chip, parallel, engine, batch, context):
    it = law(model, chip, parallel, engine=engine)
    assert 0 < it.decode_s(batch, context) <= it.decode_s(batch + 1, context)
    assert it.decode_s(batch, context) <= it.decode_s(batch, context + 1)
    assert it.prefill_s(context, context) <= it.prefill_s(context + 1, context + 1)


@given(model=models, chip=chips, parallel=degrees, engine=engines, prompt=st.integers(16, 4000), output=st.integers(1, 1000))
def test_larger_batches_serve_more_and_answer_later(model, chip, parallel, engine, prompt, output):
    it = law(model, chip, parallel, engine=engine)
    points = [point(it, calibration().engines[engine], batch, prompt, output) for batch in BATCHES]
    for small, large in itertools.pairwise(points):
        assert large.tpot_s >= small.tpot_s
        assert large.ttft_s >= small.ttft_s
    # Throughput may only stagnate (within 1 %) once prefill is what limits it.
    assert all(large.planned > 0.99 * small.planned for small, large in itertools.pairwise(points))
    assert points[3].throughput > points[0].throughput
    assert all(p.planned <= 0.8 * p.throughput + 1e-12 for p in points)


def test_int4_decodes_faster_than_bf16_and_fp8_needs_kernels():
    assert law("llama-3-8b", "A10G", precision="int4").decode_s(1, 500) < 0.5 * law("llama-3-8b", "A10G").decode_s(1, 500)
    assert law("llama-3-8b", "V100-16GB", precision="fp8") is None
    widened, half = law("llama-3-8b", "A10G", precision="fp8"), law("llama-3-8b", "A10G")
    assert widened.decode_s(1, 500) < 0.7 * half.decode_s(1, 500), "half the bytes are read"
    assert widened.prefill_s(4000, 4000) >= half.prefill_s(4000, 4000), "at 16-bit arithmetic"
    assert law("llama-3-8b", "L4", precision="fp8") is not None


def test_measured_anchors():
    """Medians of splitwise (Llama-2-70B on A100, batch 1, 512 tokens): 54.9, 45.0, 44.9 ms a token at TP 2, 4, 8."""
    steps = [1000 * law("llama-2-70b", "A100-80GB", parallel, "fp16", "eager").decode_s(1, 576) for parallel in (2, 4, 8)]
    assert steps == pytest.approx([54.9, 45.0, 44.9], rel=0.2)
    assert steps[2] > 0.9 * steps[1]  # no longer falls after TP 4, where a plain roofline would halve


def test_over_pcie_eight_accelerators_are_slower_than_four():
    """Measured (fmbench): Llama-2-13B at 20 users is slower on 8 A10G than on 4; over a fabric it would be faster."""
    engine = calibration().engines["vllm"]
    four, eight = (point(law("llama-2-13b", "A10G", n), engine, 20, 500, 200) for n in (4, 8))
    assert eight.tpot_s > four.tpot_s
    assert eight.throughput < four.throughput
    four, eight = (point(law("llama-2-13b", "A10G", n, link=300e9), engine, 20, 500, 200) for n in (4, 8))
    assert eight.tpot_s < four.tpot_s


def test_mixture_reads_few_experts_at_batch_one_and_all_at_large_ones():
    it = law("mixtral-8x7b", "H100", 2)
    dense_like = it.dense_read_s + it.expert_read_s
    assert it.read_s(1) < 0.35 * dense_like
    assert it.read_s(64) > 0.95 * dense_like


def test_clients_beyond_the_memory_wait_for_whole_residences():
    it, engine = law("llama-3-8b", "H100"), calibration().engines["vllm"]
    full = overloaded(it, engine, 10, 10, 500, 200)
    crowded = overloaded(it, engine, 30, 10, 500, 200)
    assert crowded.throughput == full.throughput
    assert crowded.ttft_s == pytest.approx(full.ttft_s + 2 * 10 / full.throughput)


def test_staffing_by_hand():
    assert staffing(1) == pytest.approx(0.05)  # one place is taken with probability a
    assert staffing(2) == pytest.approx((0.05 + (0.05**2 + 0.4) ** 0.5) / 2)  # Erlang C of two places: a² / (2 + a)
    assert staffing(256) == 0.8 * 256
    assert all(staffing(batch) < staffing(batch + 1) for batch in range(1, 100))


def test_the_wait_behind_others_by_hand():
    """M/D/1 at load 0.8 (Cramér-Lundberg): decay 0.4314 per service, so that 5 % wait longer than ln(0.87 / 0.05) / 0.4314 = 6.6."""
    assert late_wait(0.8) == pytest.approx(6.6, rel=0.05)
    assert late_wait(0.05) == late_wait(0.0) == 0.0


@given(first=st.floats(0, 1e3), second=st.floats(0, 1e3))
def test_overlap_lies_between_maximum_and_sum(first, second):
    assert max(first, second) * (1 - 1e-12) <= overlapped(first, second) <= (first + second) * (1 + 1e-12)


def test_frameworks_name_their_engine():
    assert [engine_name(name) for name in ("vLLM", "sglang", "tensorrt-llm", "pytorch", None, "something else")] == [
        "vllm", "sglang", "trtllm", "eager", "vllm", "vllm",
    ]  # fmt: skip


def test_no_engine_claims_more_than_the_hardware():
    for engine in calibration().engines.values():
        assert 0 < engine.bandwidth_efficiency <= 0.95
        assert 0 < engine.prefill_efficiency <= 0.9
