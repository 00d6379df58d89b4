"""The smallest problems go to the exact formulation before anything else."""

from __future__ import annotations

import pytest

import packing as pk
from packing.compile.compiler import compile_problem
from packing.describe import expand
from packing.domain.words import Status
from packing.explain.oracle import strategy_for
from packing.generate import generate, random_problem
from packing.solve import portfolio
from packing.solve.sizes import EXACT_ALONE

from .common import kind, model, problem


def never(*_arguments, **_options):
    raise AssertionError("the exact formulation had proven it already")


@pytest.fixture
def nothing_else(monkeypatch):
    """Whatever `auto` would try after the exact formulation fails."""
    for name in ("ruin", "patterns", "node_patterns", "improve", "greedy", "linear_bound", "scarcity_prices", "repair", "shortage"):
        monkeypatch.setattr(portfolio, name, never)


def test_four_copies_on_two_nodes(nothing_else):
    fleet = problem([kind("box", 2.0, accelerators=2)], ["box"], [model(name, gib) for name, gib in (("a", 9), ("b", 9), ("c", 9), ("d", 7))])
    result = pk.solve_placement(fleet, processes=False)
    assert result.status is Status.OPTIMAL
    assert (len(result.placement.nodes), result.limit) == (2, None)


@pytest.mark.parametrize("seed", range(12))
def test_random_problems_are_proven_by_it_alone(nothing_else, seed):
    mine = random_problem(seed)
    assert compile_problem(expand(mine).problem).copies <= EXACT_ALONE
    result = pk.solve_placement(mine, processes=False, time_limit=120.0)
    assert result.gap == 0 or result.objective is None
    assert result.limit is None


def test_explanations_go_the_same_way_at_the_same_size():
    small, large = (expand(generate(copies=copies, models=10, seed=1)).problem for copies in (EXACT_ALONE, EXACT_ALONE + 1))
    assert (strategy_for(small), strategy_for(large)) == ("cp_sat", "auto")
