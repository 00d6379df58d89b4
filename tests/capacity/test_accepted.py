"""Degrees, precisions and processes that servers accept, against public reports of refused and accepted starts."""

from __future__ import annotations

from typing import Any

import pytest

import packing as pk
from packing.capacity.accepted import has_kernels, refused_degree, served
from packing.capacity.target import chip_of
from packing.catalog.facts import architecture_from_facts
from packing.describe import expand
from packing.describe.known import accelerators
from packing.domain.dropped import Cause, DroppedWay


def shape(heads: int, kv_heads: int, intermediate: int = 0, **more: Any) -> Any:
    return architecture_from_facts(
        {"layers": 40, "hidden": heads * 128, "heads": heads, "kv_heads": kv_heads, "intermediate": intermediate, "parameters": "14B", **more}
    )


MIXTURE = {"experts": 128, "experts_per_token": 8}


@pytest.mark.parametrize(
    ("architecture", "precision", "degree", "cause"),
    [
        (shape(52, 52), "fp16", 8, Cause.DEGREE),  # LLaMA-30B: vLLM #2652
        (shape(64, 8), "fp16", 5, Cause.DEGREE),  # Llama-2-70B: vLLM #596
        (shape(28, 4), "bf16", 8, Cause.DEGREE),  # Qwen2-7B: vLLM #11797
        (shape(40, 10), "bf16", 4, Cause.KV_HEADS),  # Phi-4: vLLM #16021
        (shape(40, 10), "bf16", 2, None),
        (shape(128, 8), "fp8", 16, None),  # Llama-3.1-405B: key/value heads are replicated
        (shape(96, 8, 2560, **MIXTURE), "fp8", 8, Cause.GROUP),  # Qwen3-Coder-480B-FP8: vLLM recipes
        (shape(48, 8, 1536, **MIXTURE), "fp8", 8, Cause.GROUP),  # MiniMax-M2
        (shape(48, 8, 1536, **MIXTURE), "fp8", 4, None),
        (shape(64, 4, 1536, **MIXTURE), "bf16", 8, None),
        (shape(64, 8, 29568), "awq", 2, Cause.GROUP),  # Qwen2.5-VL-72B: vLLM #13640
        (shape(64, 8, 29568), "awq", 4, Cause.GROUP),
        (shape(64, 8, 29568), "bf16", 4, None),
        (shape(40, 40, 13696), "gptq", 2, Cause.GROUP),  # Qwen-14B: vLLM #2699
        (shape(40, 40, 13696), "gptq", 1, None),
    ],
)
def test_degrees(architecture: Any, precision: str, degree: int, cause: Cause | None) -> None:
    refused = refused_degree(architecture, precision, degree)
    assert (refused and refused[0]) == cause


@pytest.mark.parametrize(
    ("precision", "name", "accepted"),
    [
        ("awq", "V100-16GB", False),  # vLLM #4202
        ("gptq", "V100-16GB", True),
        ("awq", "T4", True),
        ("fp8", "V100-16GB", False),
        ("fp8", "T4", False),
        ("fp8", "A10G", True),  # SGLang #3007
        ("fp8", "A100-80GB", True),
        ("fp4", "H100", True),
        ("fp4", "A100-80GB", True),
    ],
)
def test_kernels(precision: str, name: str, accepted: bool) -> None:
    assert has_kernels(precision, chip_of(accelerators()[name])) is accepted


def test_sixteen_bits_are_fp16_on_turing_and_volta() -> None:
    assert [served("bf16", chip_of(accelerators()[name])) for name in ("T4", "V100-32GB", "A10G")] == ["fp16", "fp16", "bf16"]


def test_a_refused_degree_is_not_offered_and_said() -> None:
    facts = {"layers": 40, "hidden": 5120, "heads": 40, "kv_heads": 10, "intermediate": 17920, "vocabulary": 100352}
    fleet = [{"instance_type": "g6.12xlarge"}]
    model = {"name": "writer", "architecture": facts}
    expanded = expand(pk.Problem.model_validate({"fleet": fleet, "models": [model]}))
    assert {mode.accelerators for mode in expanded.problem.models[0].modes} == {2}
    slow = pk.Problem.model_validate({"fleet": fleet, "models": [{**model, "slo": {"tpot_ms": 30}}]})
    (way,) = expand(slow).dropped["writer"]
    assert (way.accelerators, way.not_over) == (2, (4,))
    assert "it cannot be split over 4" in way.detail


def test_refusals_say_what_does_not_divide() -> None:
    said = [DroppedWay("L4", 4, "bf16", cause, 4, figure).detail for cause, figure in ((Cause.KV_HEADS, 10), (Cause.GROUP, 1536))]
    assert said == [
        "bf16 on 4 x L4: 10 key/value heads cannot be split over 4 accelerators",
        "bf16 on 4 x L4: a feed-forward layer 1,536 wide cannot be split over 4 accelerators without cutting its quantisation groups",
    ]


def test_a_neuron_core_belongs_to_one_process() -> None:
    """Inferentia2 has two cores: of five models two run on one device."""
    models = [
        {
            "name": name,
            "architecture": "tinyllama-1.1b",
            "copies": 1,
            "traffic": {"requests_per_second": 0.01, "input_tokens": 100, "output_tokens": 50},
        }
        for name in "abcde"
    ]
    problem = pk.Problem.model_validate({"fleet": [{"instance_type": "inf2.8xlarge", "count": 1}], "models": models})
    assert len(pk.solve_placement(problem, time_limit=5.0).placement.copies) == 2
