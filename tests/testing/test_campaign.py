"""The campaigns of issue 2 in full: ``pytest -m campaign tests/testing/test_campaign.py`` (about two hours on two cores)."""

from __future__ import annotations

import pytest

from packing.bench.options import Options
from packing.bench.report import show
from packing.bench.suites import run_suite

pytestmark = pytest.mark.campaign


@pytest.mark.parametrize(("strategy", "time_limit"), [("greedy", 0.0), ("auto", 0.3)])
def test_ten_thousand_random_small_fleets_have_no_violation(strategy: str, time_limit: float) -> None:
    report = run_suite("random", Options(count=10_000, strategy=strategy, time_limit=time_limit, workers=1))
    assert not report.failed, show(report)


def test_two_thousand_tiny_fleets_equal_exhaustive_search() -> None:
    report = run_suite("tiny", Options(count=2_000, strategy="auto", time_limit=20.0, workers=1))
    assert report.rows[0]["too_large"] == 0
    assert report.rows[0]["equal"] == 2_000, show(report)


@pytest.mark.parametrize("name", ["platform", "exact", "greedy", "startup", "determinism"])
def test_every_figure_is_reached(name: str) -> None:
    report = run_suite(name, Options())
    assert all(target.reached for target in report.targets), show(report)
