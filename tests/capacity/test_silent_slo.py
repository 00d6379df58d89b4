"""A silent SLO is no limit: none never costs more than a lax one, and a laxer one never more than a stricter."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import packing as pk
from packing.describe import expand

LONG = {"requests_per_second": 1.0, "input_tokens": 6000, "output_tokens": 300}


def problem(architecture: str, traffic: dict[str, Any], slo: dict[str, float], kind: str = "ml.g5.2xlarge") -> pk.Problem:
    """One model on as many nodes of one type as it needs; only cost counts."""
    model = {"name": "m", "architecture": architecture, "traffic": traffic, "slo": slo}
    return pk.Problem.model_validate({"weights": {"cost": 1}, "fleet": [{"instance_type": kind}], "models": [model]})


def nodes(asked: pk.Problem) -> int | None:
    """Nodes of the cheapest plan: copies of the best mode of one whole accelerator, on nodes that have one; None: no mode."""
    (model,) = expand(asked).problem.models
    assert model.traffic is not None
    rate = model.traffic.requests_per_second[0]
    served = [mode.requests_per_second for mode in model.modes if mode.compute_share in (0.0, 1.0) and mode.requests_per_second]
    return min((-(-rate // each) for each in served), default=None)  # type: ignore[return-value]


def test_long_prompts_without_slo_cost_no_more_than_with_a_lax_one() -> None:
    """6,000 + 300 tokens on A10G: one prefill takes longer than 5 s at any batch but the smallest; that is no reason to buy 326 nodes."""
    silent = pk.solve_placement(problem("llama-3.1-8b", LONG, {}), time_limit=5.0)
    lax = pk.solve_placement(problem("llama-3.1-8b", LONG, {"ttft_ms": 10000, "tpot_ms": 200}), time_limit=5.0)
    assert len(silent.placement.nodes) <= len(lax.placement.nodes) <= 20


def test_images_without_slo_cost_no_more_than_with_a_lax_one() -> None:
    images = {"requests_per_second": 1.0, "input_tokens": 77, "output_tokens": 1}
    silent, lax = nodes(problem("stable-diffusion-xl", images, {})), nodes(problem("stable-diffusion-xl", images, {"ttft_ms": 60_000}))
    assert silent is not None
    assert lax is not None
    assert silent <= lax


def test_a_silence_that_decides_is_noted() -> None:
    notices = expand(problem("llama-3.1-8b", LONG, {})).notices
    assert any(notice.startswith("slo: where it is silent nothing limits latency") and "(m: TTFT up to" in notice for notice in notices)
    assert not any(notice.startswith("slo:") for notice in expand(problem("llama-3.1-8b", LONG, {"ttft_ms": 10_000, "tpot_ms": 500})).notices)


@settings(max_examples=30, deadline=None)
@given(
    architecture=st.sampled_from(["llama-3.1-8b", "mistral-7b", "stable-diffusion-xl", "bert-base"]),
    rate=st.sampled_from([0.1, 1.0, 7.0, 40.0]),
    prompt=st.sampled_from([100, 500]),
    output=st.sampled_from([1, 30, 400]),
    ttft=st.none() | st.floats(50, 20_000),
    tpot=st.none() | st.floats(10, 400),
    laxer=st.floats(1, 50),
)
def test_a_laxer_slo_never_costs_more(
    architecture: str, rate: float, prompt: int, output: int, ttft: float | None, tpot: float | None, laxer: float
) -> None:
    traffic = {"requests_per_second": rate, "input_tokens": prompt, "output_tokens": output}
    stated = {name: value for name, value in (("ttft_ms", ttft), ("tpot_ms", tpot)) if value is not None}
    strict, lax, silent = (
        nodes(problem(architecture, traffic, slo)) for slo in (stated, {name: value * laxer for name, value in stated.items()}, {})
    )
    order = [float("inf") if count is None else count for count in (silent, lax, strict)]
    assert order == sorted(order)
