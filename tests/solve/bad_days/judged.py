"""What bad days have in common: an answer that the checker has passed, with a true status and figures that agree."""

from __future__ import annotations

import pytest

import packing as pk
from packing.domain.words import Status
from packing.solve import strategies
from packing.verify import verify

every_strategy = pytest.mark.parametrize("strategy", strategies())
COMPLETE = {Status.OPTIMAL, Status.FEASIBLE}


def solved(each, strategy, time_limit=3.0, **options):
    """A result whose answer has passed the checker and whose figures do not contradict each other."""
    result = pk.solve_placement(each, strategy=strategy, time_limit=time_limit, **options)
    found = verify(result.expanded.problem, result.placement, result.digest)
    assert found.violations == ()
    assert (result.status in COMPLETE) == (not result.unplaced)
    assert all(entry.reasons for entry in result.unplaced)
    assert not (result.complete_is_impossible and result.status in COMPLETE)
    assert result.bound is None or result.bound <= result.objective
    assert (result.gap is None) == (result.bound is None)
    if result.bound is not None and result.objective:
        assert result.gap == pytest.approx((result.objective - result.bound) / result.objective, abs=1e-6)
    assert result.status is not Status.OPTIMAL or result.gap == 0
    return result


def missing(result):
    """Missing copies by model."""
    return {entry.model: entry.copies for entry in result.unplaced}
