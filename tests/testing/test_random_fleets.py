"""Generate, solve with each strategy, verify: the part of the campaign that belongs to every test run."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from packing.bench.options import Options
from packing.bench.suites.random_fleets import judge
from packing.bench.suites.tiny import run as run_tiny
from packing.domain.problem import Problem
from packing.generate import random_problem
from packing.solve import strategies
from packing.testing.strategies import problems

SHORT_S = 0.05


@pytest.mark.parametrize("start", range(0, 100, 10))
def test_a_hundred_random_fleets_without_a_violation(start: int) -> None:
    for seed in range(start, start + 10):
        strategy = strategies()[seed % len(strategies())]
        _, fault = judge(random_problem(seed), strategy, SHORT_S)
        assert fault is None, f"random_problem({seed}), {strategy}: {fault}"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problems())
def test_whatever_hypothesis_thinks_of(problem: Problem) -> None:
    _, fault = judge(problem, "auto", SHORT_S)
    assert fault is None


def test_tiny_fleets_equal_exhaustive_search() -> None:
    report = run_tiny(Options(count=25, strategy="cp_sat", workers=1))
    assert not report.failed, report.notes
    assert report.rows[0]["equal"] == 25
