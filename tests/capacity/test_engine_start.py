"""Starts of servers against what public logs say of them (docs/load-time.md names the sources)."""

from __future__ import annotations

import math

import pytest

from packing.capacity.engine_start import STARTS, engine_start, starts
from packing.capacity.load_time import Store, load_time
from packing.describe import expand, problem_from
from packing.domain.workload import Model

FACTS = [
    # (engine, accelerators, weights GB, cache filled, seconds from process start to ready without the weights)
    ("vllm", 1, 15.3, False, 129.0),  # Qwen2-7B, A100, 0.10.1
    ("vllm", 1, 15.3, True, 59.3),
    ("vllm", 2, 15.3, True, 74.4),
    ("vllm", 2, 15.3, True, 137.0),  # the cache on a cold network disk
    ("vllm", 1, 23.4, False, 259.0),  # Qwen3.6-35B-A3B, nvfp4, RTX 5090, 0.22
    ("vllm", 4, 352.0, False, 705.0),  # Nemotron-3-Ultra, nvfp4, GB300
    ("trtllm", 2, 0.0, True, 81.0),  # Llama-3-8B, A10G, with weights from a file system
    ("vllm", 1, 16.1, False, 120.0),  # Llama-3.1-8B, image and extraction taken off
]


@pytest.mark.parametrize(("engine", "accelerators", "weights", "cached", "measured"), FACTS)
def test_each_fact_lies_in_the_band(engine: str, accelerators: int, weights: float, cached: bool, measured: float) -> None:
    said = engine_start(engine, accelerators, weights * 1e9, cached=cached)
    assert said.seconds / (1 + said.band) <= measured <= said.seconds * (1 + said.band)


def test_medians_are_where_the_facts_are() -> None:
    errors = sorted(
        math.log(engine_start(engine, count, size * 1e9, cached=cached).seconds / seconds) for engine, count, size, cached, seconds in FACTS
    )
    assert abs((errors[3] + errors[4]) / 2) < math.log(1.25)


def test_a_filled_cache_and_fewer_accelerators_start_sooner() -> None:
    for engine in STARTS:
        assert engine_start(engine, cached=True).seconds <= engine_start(engine).seconds < engine_start(engine, 8).seconds
    assert engine_start("triton").seconds == engine_start(None).seconds == 5.0


def test_sums_lie_in_both_bands() -> None:
    start, whole = engine_start("vllm", 1, 16e9), load_time(16e9, Store.LOCAL_DISK, engine="vllm")
    assert whole.seconds == pytest.approx(start.seconds + 5.0)
    assert 0.35 < whole.band < start.band


@pytest.mark.parametrize(
    ("fields", "server"),
    [
        ({}, "vllm"),
        ({"framework": "TGI"}, "tgi"),
        ({"framework": "triton"}, None),
        ({"cold_start_s": 60}, None),  # loaded into the server of a multi-model endpoint
        ({"cold_start_s": 60, "streaming": True}, "vllm"),
        ({"cold_start_s": 60, "hosting": ["inference_component"]}, "vllm"),
        ({"cold_start_s": 60, "framework": "vllm"}, "vllm"),
    ],
)
def test_whose_start_a_copy_waits_for(fields: dict[str, object], server: str | None) -> None:
    assert starts(Model(name="m", architecture="llama-3.1-8b", **fields), "decoder") == server
    assert starts(Model(name="m"), "encoder") is None


def loads(**kind: object) -> float:
    lab = {"name": "lab", "accelerator": "H100", "accelerators": 1, "memory_per_accelerator": "80GiB", "price_per_hour": 1, **kind}
    models = [
        {
            "name": "m",
            "architecture": "llama-3.1-8b",
            "precision": "bf16",
            "traffic": {"requests_per_second": 1, "input_tokens": 100, "output_tokens": 100},
        }
    ]
    problem = expand(problem_from({"instance_types": [lab], "fleet": [{"instance_type": "lab"}], "models": models})).problem
    load = problem.models[0].modes[0].load_s
    assert load is not None
    return load


def test_rates_of_own_types_set_the_load() -> None:
    """16.06 GB: engine 115 + 8.03 s; object storage at 0.34 of the smaller rate; a disk alone as it is, up to what loaders reach."""
    engine = 115 + 8.03
    for kind, seconds in (
        ({}, 16.06 / 0.21),
        ({"network_gb_per_s": 12.5}, 16.06 / (0.34 * 12.5)),
        ({"network_gb_per_s": 12.5, "storage_gb_per_s": 1}, 16.06 / 0.34),
        ({"storage_gb_per_s": 1}, 16.06 / 1),
        ({"storage_gb_per_s": 14}, 16.06 / 3.2),
    ):
        assert loads(**kind) == pytest.approx(engine + seconds, abs=1.5), kind
