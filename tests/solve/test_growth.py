"""How work grows with size, counted in lines of Python that are executed: in step with the input, whatever there is much of."""

from __future__ import annotations

import sys
from functools import partial

import pytest

import packing as pk
from packing.bench.odd_shapes import ODD_SHAPES

COUNTS = {"copies": 2_000, "models": 100, "slots": 150, "conflicts": 30, "combinations": 12, "accelerators": 16, "containers": 120}
"""The smallest of the three counts of each shape; the others are twice and four times as large. (`huge` is another fleet at each count.)"""
SLACK = 1.08
"""The second half of a line may be so much steeper than its first; of a parabola it is twice as steep."""
MOST = {"copies": 300, "models": 10_500, "slots": 1_900, "conflicts": 130, "combinations": 800, "accelerators": 1_300, "containers": 7_500}
"""Lines for each copy, model, slot, pair or combination: a third more than they are."""


def lines_executed(call):
    """Lines of Python in `call`: deterministic, and the same on any machine."""
    count = 0

    def local(_frame, event, _argument):
        nonlocal count
        count += event == "line"
        return local

    before = sys.gettrace()
    sys.settrace(lambda *_: local)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


def solve(problem):
    """Everything that every call does: describe, compile, greedy, quick bounds, naming, checking."""
    result = pk.solve_placement(problem, strategy="greedy", time_limit=0, processes=False)
    assert result.has_placement


@pytest.mark.parametrize("name", COUNTS)
def test_work_grows_with_the_input(name):
    shape = ODD_SHAPES[name]
    counts = [COUNTS[name] * factor for factor in (1, 2, 4)]
    solve(shape.make(counts[0]))  # what is imported or read once is not counted
    work = [lines_executed(partial(solve, shape.make(count))) for count in counts]
    sizes = [shape.size(count) for count in counts]
    steps = [(work[at + 1] - work[at]) / (sizes[at + 1] - sizes[at]) for at in (0, 1)]
    assert steps[1] <= SLACK * steps[0], f"{work} lines for {sizes}"
    assert max(steps) <= MOST[name]


@pytest.mark.campaign
@pytest.mark.parametrize("name", COUNTS)
def test_work_grows_with_the_input_also_at_sixteen_times_the_size(name):
    """The same line, further out: what is quadratic with a small factor shows only here."""
    shape = ODD_SHAPES[name]
    counts = [COUNTS[name] * factor for factor in (1, 4, 16)]
    solve(shape.make(counts[0]))
    work = [lines_executed(partial(solve, shape.make(count))) for count in counts]
    sizes = [shape.size(count) for count in counts]
    steps = [(work[at + 1] - work[at]) / (sizes[at + 1] - sizes[at]) for at in (0, 1)]
    assert steps[1] <= 1.25 * steps[0], f"{work} lines for {sizes}"
