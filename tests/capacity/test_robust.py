"""Plans at a confidence: what they promise holds wherever in the band the truth lies."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import packing as pk
from packing.capacity.robust import factors, robust_mode
from packing.describe import expand, problem_from
from packing.domain.bands import Bands, bands_of
from packing.domain.workload import ErrorBands, Mode

FIGURES = st.floats(1e-3, 1e6)
BANDS = st.one_of(st.just(0.0), st.floats(0.01, 3.0))


def test_factors_by_hand() -> None:
    assert factors(Bands(0.5, 0.2, 0.0), 0.95) == pytest.approx((1.5, 1.2, 1.0))
    assert factors(Bands(0.5, 0.2, 0.0), 0.5) == (1.0, 1.0, 1.0)
    assert factors(Bands(0.5, 0.5, 0.5), 0.9).ttft == pytest.approx(1.5 ** (1.2816 / 1.6449), rel=1e-4)


def test_a_mode_by_hand() -> None:
    mode = Mode(
        accelerator="H100", requests_per_second=3.0, ttft_ms=100, tpot_ms=10, error_bands=ErrorBands(ttft=0.5, tpot=0.25, requests_per_second=0.1)
    )
    worse = robust_mode(mode, 0.95)
    assert (worse.requests_per_second, worse.ttft_ms, worse.tpot_ms) == (2.72, 150.0, 12.5)
    silent = Mode(accelerator="H100", requests_per_second=3.0)
    assert robust_mode(silent, 0.95) is silent


@given(FIGURES, FIGURES, FIGURES, BANDS, st.floats(0.5, 0.999))
def test_rounding_is_on_the_safe_side(rate: float, ttft: float, tpot: float, band: float, confidence: float) -> None:
    mode = Mode(accelerator="H100", requests_per_second=rate, ttft_ms=ttft, tpot_ms=tpot, error_band=band)
    worse, by = robust_mode(mode, confidence), factors(bands_of(mode), confidence)
    assert rate / by.requests_per_second * 0.98 <= worse.requests_per_second <= rate / by.requests_per_second * (1 + 1e-8)
    assert ttft * by.ttft * (1 - 1e-8) <= worse.ttft_ms <= ttft * by.ttft * 1.02
    assert tpot * by.tpot * (1 - 1e-8) <= worse.tpot_ms <= tpot * by.tpot * 1.02


def _problem(seed: int, confidence: float | None) -> pk.Problem:
    """A few models on three kinds of node: modes derived, or given with a band."""
    draw = random.Random(seed)
    models = []
    for number in range(3):
        rates = [round(draw.uniform(0.1, 6.0), 2) for _ in range(2)]
        model = {
            "name": f"m{number}",
            "traffic": {"requests_per_second": rates, "input_tokens": 600, "output_tokens": 150},
            "slo": {"ttft_ms": draw.choice([1500, 4000]), "tpot_ms": draw.choice([60, 120])},
        }
        if draw.random() < 0.6:
            model |= {"architecture": draw.choice(["llama-3.1-8b", "mistral-7b"]), "framework": draw.choice(["vllm", "trtllm"])}
        else:
            bands = {"ttft": 0.4, "tpot": 0.2, "requests_per_second": draw.choice([0.1, 0.6])}
            mode = {"accelerator": "H100", "memory_per_accelerator": "20GiB", "requests_per_second": 2.5, "ttft_ms": 400, "tpot_ms": 30}
            model["modes"] = [{**mode, "error_bands": bands}]
        models.append(model)
    data = {"slots": 2, "fleet": [{"instance_type": name} for name in ("p5.48xlarge", "g5.2xlarge", "g6e.2xlarge")], "models": models}
    return problem_from(data if confidence is None else {**data, "robust": confidence})


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.5, 0.99), st.randoms(use_true_random=False))
def test_a_robust_plan_holds_inside_the_band(seed: int, confidence: float, draw: random.Random) -> None:
    """Plan at a confidence, draw the truth from that part of the band: demand and SLO still hold."""
    problem = _problem(seed, confidence)
    result = pk.solve_placement(problem, time_limit=0.0, strategy="greedy", processes=False)
    assert pk.verify_placement(problem, result.placement).ok
    models = {model.name: model for model in result.expanded.problem.models}
    missing = {left.model for left in result.placement.unplaced}
    served: dict[str, float] = dict.fromkeys(models, 0.0)
    for copy in result.placement.copies:
        by = factors(bands_of(copy.mode), confidence)
        # What the figure was before it was made worse, and from there a truth that is no worse than planned for.
        rate, ttft, tpot = copy.mode.requests_per_second, copy.mode.ttft_ms, copy.mode.tpot_ms
        served[copy.model] += rate * by.requests_per_second * by.requests_per_second ** draw.uniform(-1, 1)
        slo = models[copy.model].slo
        assert ttft / by.ttft * by.ttft ** draw.uniform(-1, 1) <= slo.ttft_ms
        assert tpot / by.tpot * by.tpot ** draw.uniform(-1, 1) <= slo.tpot_ms
    for name, model in models.items():
        assert name in missing or served[name] >= max(model.traffic.requests_per_second) * (1 - 1e-9)


def test_derived_modes_are_made_for_the_stricter_slo() -> None:
    """Scaling what was derived for the SLO itself would leave few modes, or none."""
    fleet = [{"instance_type": "p5.48xlarge"}]
    model = {"name": "m", "architecture": "llama-3.1-70b", "slo": {"ttft_ms": 2000, "tpot_ms": 45}, "traffic": 40.0}
    plain = expand(problem_from({"fleet": fleet, "models": [model]})).problem.models[0]
    robust = expand(problem_from({"fleet": fleet, "models": [model], "robust": 0.95})).problem.models[0]

    def within(mode: Mode) -> bool:
        return mode.ttft_ms <= 2000 and mode.tpot_ms <= 45

    assert robust.modes
    assert all(within(mode) for mode in robust.modes)
    scaled = [worse for mode in plain.modes if within(worse := robust_mode(mode, 0.95))]
    assert max((mode.requests_per_second for mode in scaled), default=0) < max(mode.requests_per_second for mode in robust.modes)


def test_the_more_confident_the_dearer() -> None:
    costs = [
        pk.solve_placement(_problem(3, q), time_limit=0.0, strategy="greedy", processes=False).placement.cost_per_hour for q in (None, 0.5, 0.95)
    ]
    assert costs[0] <= costs[2]
    assert costs[1] <= costs[2]


def test_what_is_solved_has_been_seen_to() -> None:
    """Expanding what was expanded changes nothing: figures are not made worse twice."""
    once = expand(_problem(5, 0.9)).problem
    assert once.robust is None
    assert expand(once).problem.models == once.models


def test_modes_without_a_band_are_named() -> None:
    data = {
        "robust": 0.9,
        "fleet": [{"instance_type": "p5.48xlarge"}],
        "models": [{"name": name, "modes": [{"accelerator": "H100", "requests_per_second": 2}], "traffic": 1.0} for name in "abcde"],
    }
    expanded = expand(problem_from(data))
    assert len(expanded.notices) == 1
    assert "a, b, c and 2 more" in expanded.notices[0]
    assert expanded.problem.models[0].modes[0].requests_per_second == 2
    assert expand(problem_from({**data, "robust": None})).notices == ()


def test_the_digest_says_that_figures_changed() -> None:
    assert expand(_problem(5, 0.9)).digest != expand(_problem(5, None)).digest
