"""Generate, plan, check: whatever comes out has passed a checker that knows nothing of the planner."""

from __future__ import annotations

import pytest

import packing as pk
from packing.domain.units import exact
from packing.domain.words import Status

from .common import checked, random_day


def lawful(seed: int, time_limit: float) -> None:
    problem = random_day(seed)
    found = pk.solve_schedule(problem, time_limit=time_limit, processes=False, groups=1 + seed % 5)
    seen = checked(problem, found)
    assert seen.ok, seen.violations[:3]
    assert len(found.groups) <= 1 + seed % 5
    assert len(found.placements()) == len(found.groups)
    if found.constant_usd is not None:
        assert exact(found.cost_usd) <= exact(found.constant_usd) + exact("0.000001")
    if found.bound_usd is not None:
        assert found.bound_usd <= found.cost_usd
        assert found.status in (Status.FEASIBLE, Status.OPTIMAL)


@pytest.mark.parametrize("seed", range(12))
def test_thinned_out(seed: int):
    lawful(seed, 0.0)


@pytest.mark.parametrize("seed", [3, 5])
def test_with_moves(seed: int):
    lawful(seed, 1.0)


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(100, 400))
def test_many(seed: int):
    lawful(seed, 0.5 if seed % 2 else 0.0)


def test_the_same_bytes():
    one, other = (pk.solve_schedule(random_day(7), time_limit=0, processes=False).to_json() for _ in range(2))
    assert one == other
