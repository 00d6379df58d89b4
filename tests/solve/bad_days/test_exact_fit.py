"""Nothing over-commits by rounding: copies that fill a capacity to the last unit are placed, with one unit more they are not."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from packing.compile import compiler
from packing.solve import strategies
from packing.testing.exact_fit import DIMENSIONS, twins

from .judged import every_strategy, missing, solved

EXACT = {"auto", "cp_sat"}
"""Strategies that find the fewest missing copies of such small problems."""
SEEDS = 2_000


def judge(seed, strategy, time_limit=3.0):
    """The twins of a seed through one strategy."""
    pair = twins(seed)
    assert missing(solved(pair.fits, strategy, time_limit)) == {}, f"twins({seed}), {pair.dimension}: an exact fit is refused"
    short = sum(missing(solved(pair.over, strategy, time_limit)).values())
    assert short >= pair.missing, f"twins({seed}), {pair.dimension}: {pair.missing - short} copies more than fit"
    assert short == pair.missing or strategy not in EXACT, f"twins({seed}), {pair.dimension}: {short} missing, {pair.missing} must be"


@pytest.mark.parametrize("dimension", DIMENSIONS)
@every_strategy
def test_one_unit_over_is_refused_and_its_exact_twin_accepted(strategy, dimension):
    """A pair of twins for each strategy and dimension, others for every strategy; 2,000 for each in the campaign."""
    names, place = list(DIMENSIONS), strategies().index(strategy)
    seed = names.index(dimension) + len(names) * 2 * place
    assert twins(seed).dimension == dimension
    judge(seed, strategy)


@pytest.mark.campaign
@every_strategy
def test_one_unit_over_2000(strategy):
    for seed in range(10_000, 10_000 + SEEDS):
        judge(seed, strategy)


def test_twins_are_one_unit_apart():
    """Total needs of the two differ by one unit of the capacity, or the capacity does; sums reach 2^40 and are odd."""
    largest = 0
    for seed in range(0, 20 * len(DIMENSIONS), len(DIMENSIONS)):
        pair = twins(seed)
        assert pair.dimension == "memory"
        needs, room = zip(*((_memory(each), each.instance_types[0].memory_per_accelerator) for each in (pair.fits, pair.over)), strict=True)
        assert needs[0] == room[0]
        assert needs[1] == room[1] + 1
        largest = max(largest, needs[0])
    assert largest > 2**41


def _memory(problem):
    return sum(model.copies.min * model.modes[0].memory_per_accelerator for model in problem.models)


def test_a_compiler_that_rounds_needs_down_is_caught(monkeypatch):
    """The test can fail: needs that are a unit smaller than they are let the twin in, and the checker or the count refuses."""
    compile_problem = compiler.compile_problem

    def careless(problem, **options):
        compiled = compile_problem(problem, **options)
        smaller = [replace(each, demand=tuple(max(0, amount - 1) for amount in each.demand)) for each in compiled.candidates]
        return replace(compiled, candidates=type(compiled.candidates)(smaller))

    monkeypatch.setattr("packing.solve.api.compile_problem", careless)
    caught = 0
    for seed in random.Random("careless").sample(range(0, 900, len(DIMENSIONS)), 5):
        with pytest.raises(Exception, match=r"checker refused|copies more than fit"):
            judge(seed, "greedy")
        caught += 1
    assert caught == 5
