"""derive_modes: what is offered, for whom, with which figures."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from packing.capacity import derive_modes
from packing.capacity.calibration import calibration
from packing.capacity.choice import Option
from packing.capacity.modes import rounded, stepped
from packing.capacity.prune import MOST_MODES, undominated
from packing.catalog import Architecture, architectures
from packing.domain.words import Sharing, Source
from packing.errors import ProblemError

NAMES = [
    "llama-2-7b",
    "llama-2-70b",
    "llama-3.1-8b",
    "qwen-3-32b",
    "mixtral-8x7b",
    "flan-t5-xxl",
    "bge-large-en",
    "stable-diffusion-2",
    "knn-1m-384d",
]


def derived(model, name, targets):
    return derive_modes(model, architectures()[name], targets)


def test_a_large_model_takes_several_accelerators_and_meets_its_slo(model, fleet):
    modes = derived(model(4.0, prompt=1500, output=250, slo={"ttft_ms": 1500, "tpot_ms": 60}), "llama-2-70b", fleet)
    assert modes
    assert all(mode.ttft_ms <= 1500 and mode.tpot_ms <= 60 for mode in modes)
    assert min(mode.accelerators for mode in modes if mode.accelerator == "A100-80GB") >= 2
    assert {"A100-80GB", "H100"} <= {mode.accelerator for mode in modes}


def test_low_traffic_reserves_little_and_high_traffic_more(model, target):
    gpu = [target("A100-80GB", 8, 96.0, 1152)]
    low = next(mode for mode in derived(model(0.02), "llama-3.1-8b", gpu) if mode.accelerators == 1)
    high = next(mode for mode in derived(model(50.0), "llama-3.1-8b", gpu) if mode.accelerators == 1)
    assert low.requests_per_second >= 0.02
    assert low.memory_per_accelerator < high.memory_per_accelerator
    assert low.requests_per_second < high.requests_per_second


def test_the_least_number_of_copies_shares_the_traffic(model, target):
    gpu = [target("A10G", 4, 48.0, 192)]
    alone = derived(model(2.0), "llama-3.1-8b", gpu)
    spread = derived(model(2.0, copies={"min": 8}), "llama-3.1-8b", gpu)
    assert min(m.memory_per_accelerator for m in spread if m.accelerators == 1) < min(m.memory_per_accelerator for m in alone if m.accelerators == 1)
    assert all(mode.requests_per_second >= 0.25 for mode in spread if mode.accelerators == 1)


def test_parts_of_an_accelerator_only_where_it_is_shared(model, target):
    def shares(one):
        return {mode.compute_share for mode in derived(model(0.05), "llama-2-7b", [one])}

    assert shares(target("A100-80GB", 8, 96.0, 1152)) == {1.0}
    assert min(shares(target("A100-80GB", 8, 96.0, 1152, sharing=Sharing.MEMORY))) < 1.0
    assert min(shares(target("A10G", multi_model=True))) < 1.0


def test_a_part_is_slower_by_its_share(model, target):
    modes = derived(model(0.05), "llama-2-7b", [target("A100-80GB", sharing=Sharing.MEMORY)])
    whole = next(mode for mode in modes if mode.compute_share == 1.0)
    part = next(mode for mode in modes if mode.compute_share == 0.25)
    assert part.tpot_ms >= 3.9 * whole.tpot_ms
    assert part.ttft_ms >= 3.9 * whole.ttft_ms
    assert part.vcpus == 0.25


def test_fp8_only_where_servers_have_kernels(model, fleet):
    modes = derived(model(1.0, precision=("fp8",)), "llama-3.1-8b", fleet)
    assert {mode.accelerator for mode in modes} == {"A10G", "A100-40GB", "A100-80GB", "L4", "H100"}
    assert {mode.precision for mode in modes} == {"fp8"}


def test_neuron_counts_devices(model, target):
    modes = derived(model(0.5), "llama-3.1-70b", [target("Inferentia2", 12, 192.0, 384)])
    assert modes
    assert {mode.accelerators for mode in modes} <= {6, 8, 12}


def test_seven_billion_parameters_fit_the_smallest_instances(model, target):
    for name, architecture, precision in (("A10G", "llama-2-7b", "bf16"), ("T4", "llama-2-7b", "fp16"), ("T4", "llama-2-7b", "int4")):
        modes = derived(model(0.05, precision=(precision,)), architecture, [target(name, 1, 4.0, 16)])
        assert modes, (name, precision)
        assert all(mode.vcpus <= 4 and mode.host_memory <= 12 * 2**30 for mode in modes)


def test_nothing_where_nothing_fits_or_no_slo_can_be_met(model, target):
    assert derived(model(), "llama-2-70b", [target("T4")]) == ()
    assert derived(model(slo={"tpot_ms": 1}), "llama-2-7b", [target("A10G")]) == ()
    assert derived(model(), "llama-2-7b", []) == ()
    assert derived(model(), "llama-2-7b", [target(None)]) == ()  # too large for CPUs


def test_a_node_without_vcpus_or_host_memory_for_it_is_no_place(model, target):
    assert derived(model(), "llama-2-7b", [target("A10G", vcpus=0.1)]) == ()
    assert derived(model(), "llama-2-7b", [target("A10G", host=1)]) == ()


def test_other_kinds_of_models(model, fleet):
    encoder = derived(model(5.0, output=0), "bge-large-en", fleet)
    assert {mode.tpot_ms for mode in encoder} == {0.0}
    assert None in {mode.accelerator for mode in encoder}
    images = derived(model(0.2), "stable-diffusion-2", fleet)
    assert {mode.accelerators for mode in images} == {1}
    index = derived(model(2.0), "knn-1m-384d", fleet)
    assert {mode.accelerator for mode in index} == {None}
    # 10^6 vectors of 384 32-bit numbers at 3 GB/s and vCPU: 0.512 s a scan on one, plus 1 ms.
    assert index
    assert all(mode.ttft_ms >= 1 + 512 / mode.vcpus for mode in index)
    assert all(mode.host_memory > 1.5e9 for mode in index)


def test_load_time_is_bytes_over_bandwidth(model, target):
    slow, fast, unknown = (derived(model(), "llama-2-7b", [target("A10G", bandwidth=b)])[0].load_s for b in (1e8, 1e9, None))
    weights = 2 * architectures()["llama-2-7b"].parameters
    start = 115 + 0.5e-9 * weights
    assert slow == pytest.approx(start + weights / 0.34e8, rel=0.01)
    assert fast == pytest.approx(start + weights / 0.34e9, rel=0.01)
    assert unknown == pytest.approx(start + weights / 2.1e8, rel=0.01)


def test_source_and_band_say_what_was_measured(model, target):
    def one(architecture, target, rate=20.0, prompt=2000, least=1, **fields):
        modes = derived(model(rate, prompt=prompt, output=250, framework="vllm", **fields), architecture, [target])
        return next(mode for mode in modes if mode.compute_share == 1.0 and mode.accelerators >= least)

    known, h100, a100, l4 = calibration(), target("H100", 8, 192.0, 2048), target("A100-80GB", 8, 96.0, 1152), target("L4")
    itself, other = (one(name, h100, least=2) for name in ("qwen-3-32b", "llama-3.1-70b"))
    assert (itself.source, other.source) == (Source.CALIBRATED, Source.CALIBRATED)
    assert other.error_bands == known.bands["vllm"]
    assert itself.error_bands.ttft < other.error_bands.ttft
    outside = {
        "another server": (one("llama-3.1-8b", a100), "transferred"),
        "one accelerator": (one("llama-3.1-8b", h100), "transferred"),  # vLLM was measured on 2, 4 and 8
        "requests in flight": (one("llama-3.1-70b", h100, rate=0.05), "transferred"),
        "short prompts": (one("llama-3.1-70b", h100, prompt=500), "transferred"),
        "prompts that nobody measured": (one("llama-3.1-8b", h100, prompt=20_000), "derived"),
        "precision": (one("llama-3.1-8b", h100, precision=("int4",)), "derived"),
        "hardware": (one("llama-3.1-8b", l4), "derived"),
        "experts of a family that nobody measured": (one("mixtral-8x7b", h100), "mixture/H100"),
        "experts on a card without any": (one("mixtral-8x7b", a100), "mixture"),
        "Neuron": (one("llama-3.1-8b", target("Inferentia2", 12, 192.0, 384)), "assumed"),
        "an encoder": (one("bge-large-en", h100), "assumed"),
        "images": (one("stable-diffusion-2", h100, rate=0.2), "assumed"),
    }
    for name, (mode, band) in outside.items():
        assert mode.source is Source.DERIVED, name
        assert mode.error_bands == known.bands[band], name
        assert mode.error_band == max(mode.error_bands.model_dump().values()), name


def test_a_little_more_traffic_changes_the_modes_of_few_models(model, fleet):
    rates = [0.01 * 1.13**number for number in range(100)]
    changed = sum(derived(model(rate), "llama-3.1-8b", fleet) != derived(model(1.01 * rate), "llama-3.1-8b", fleet) for rate in rates)
    assert changed <= 5  # ln 1.01 / ln 1.5 is 2.5 %
    assert all(stepped(rate) >= rate * (1 - 1e-8) and stepped(rate) <= 1.5 * rate * (1 + 1e-8) for rate in rates)
    assert stepped(0.0) == 0.0
    assert stepped(1.5) == 1.5


def test_unknown_precisions_are_all_named(model, target):
    with pytest.raises(ProblemError) as caught:
        derived(model(precision=("bf16", "fp7", "int3")), "llama-2-7b", [target("A10G")])
    assert [fault.value for fault in caught.value.faults] == ["fp7", "int3"]
    assert {fault.code for fault in caught.value.faults} == {"bad_value"}


def test_order_of_targets_and_precisions_changes_nothing(model, fleet):
    for name in NAMES:
        base = derived(model(1.0, precision=("bf16", "int4")), name, fleet)
        assert base == derived(model(1.0, precision=("int4", "bf16")), name, tuple(reversed(fleet)))
        assert len(base) <= MOST_MODES


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    name=st.sampled_from(NAMES),
    rate=st.one_of(st.none(), st.floats(0.0, 500.0)),
    prompt=st.integers(1, 20000),
    output=st.integers(0, 4000),
    ttft=st.one_of(st.none(), st.floats(1, 60000)),
    tpot=st.one_of(st.none(), st.floats(1, 1000)),
)
def test_every_mode_keeps_its_promises(model, fleet, name, rate, prompt, output, ttft, tpot):
    it = model(rate, prompt=prompt, output=output, precision=("bf16", "fp8", "int4"), slo={"ttft_ms": ttft, "tpot_ms": tpot})
    modes = derived(it, name, fleet)
    assert len(modes) <= MOST_MODES
    for mode in modes:
        room = max((t.memory_per_accelerator for t in fleet if t.accelerator and t.accelerator.name == mode.accelerator), default=0)
        assert mode.memory_per_accelerator <= room
        assert ttft is None or mode.ttft_ms <= ttft
        assert tpot is None or mode.tpot_ms <= tpot
        assert mode.requests_per_second > 0
        assert mode.load_s > 0
        assert mode.error_band > 0
    for one, other in itertools.permutations(modes, 2):
        alike = (one.accelerator, one.accelerators) == (other.accelerator, other.accelerators)
        assert not (
            alike and one.model_dump(exclude={"precision", "source", "error_band"}) == other.model_dump(exclude={"precision", "source", "error_band"})
        )


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    kind=st.sampled_from(["decoder", "encoder_decoder", "encoder", "diffusion", "knn"]),
    parameters=st.floats(0, 1e13),
    active=st.floats(0, 1),
    whole=st.tuples(*[st.integers(0, 300)] * 5),
    hidden=st.integers(0, 30000),
    experts=st.tuples(st.integers(0, 512), st.integers(0, 600)),
    lengths=st.tuples(st.floats(0, 1e7), st.floats(0, 1e7)),
    rate=st.floats(0, 1e6),
)
def test_odd_architectures_give_sane_modes_or_none(model, fleet, kind, parameters, active, whole, hidden, experts, lengths, rate):
    layers, heads, kv_heads, head_dim, rank = whole
    odd = Architecture(
        name="odd", family="odd", kind=kind, parameters=parameters, active_parameters=active * parameters, layers=layers, hidden=hidden, heads=heads,
        kv_heads=kv_heads, head_dim=head_dim, kv_lora_rank=rank, experts=experts[0], experts_per_token=experts[1],
    )  # fmt: skip
    for mode in derive_modes(model(rate, prompt=lengths[0], output=lengths[1], precision=("bf16", "int4")), odd, fleet):
        assert 0 <= mode.ttft_ms <= 3_600_000
        assert mode.requests_per_second >= 0


def test_dominated_options_go():
    good = Option("A10G", 1, 10, 1.0, 1.0, 10, 2.0, 0.1, 0.01, 5.0, "bf16", "vllm", 4)
    worse = good._replace(memory=11, rate=1.9, batch=5)
    other = good._replace(memory=9, rate=1.0)
    elsewhere = worse._replace(accelerator="L4")
    assert set(undominated([worse, good, other, elsewhere])) == {good, other, elsewhere}


def test_rounding_is_to_three_digits_and_on_the_safe_side():
    assert rounded(123.4, up=True) == 124
    assert rounded(123.4, up=False) == 123
    assert rounded(0.0012341, up=True) == 0.00124
    assert rounded(0.0012341, up=False) == 0.00123
    assert rounded(5.0, up=True) == rounded(5.0, up=False) == 5.0
    assert rounded(0.0, up=True) == 0.0
