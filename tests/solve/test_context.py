"""The search context: one clock, one incumbent, one record of what is proven."""

from __future__ import annotations

import threading
import time
from itertools import pairwise

import pytest

from packing.solve.context import SearchContext, relative_gap
from packing.solve.plan import Plan, Value


def plan(missing, objective):
    return Plan((), Value(tuple(missing), objective))


def test_better_plans_only():
    context = SearchContext(10)
    assert context.offer(plan([1, 0], 50), "a")
    assert not context.offer(plan([1, 0], 50), "same")
    assert not context.offer(plan([1, 1], 1), "more is missing")
    assert context.offer(plan([0, 5], 900), "the more important one is placed")
    assert context.offer(plan([0, 5], 899), "cheaper")
    assert context.incumbent.value == Value((0, 5), 899)


def test_bounds_only_rise_and_missing_counts_first():
    context = SearchContext(10)
    context.raise_bound((0,), 10, "a")
    context.raise_bound((0,), 7, "lower")
    assert (context.missing_bound, context.bound) == ((0,), 10)
    context.raise_bound((1,), 3, "more must be missing")
    assert (context.missing_bound, context.bound) == ((1,), 3)
    context.raise_bound((0,), 99, "speaks of plans that do not exist")
    assert (context.missing_bound, context.bound) == ((1,), 3)
    assert context.valid_bound(Value((1,), 5)) == 3
    assert context.valid_bound(Value((2,), 5)) is None


@pytest.mark.parametrize(
    ("gap", "objective", "bound", "closed"),
    [(0.0, 100, 100, True), (0.0, 100, 99, False), (0.01, 100, 99, True), (0.01, 100, 98, False), (0.0, 0, 0, True), (1.0, 100, 0, True)],
)
def test_closed(gap, objective, bound, closed):
    context = SearchContext(10, gap=gap)
    assert not context.closed()
    context.offer(plan([0], objective), "a")
    assert not context.closed()
    context.raise_bound((0,), bound, "b")
    assert context.closed() is closed
    assert context.limit() == ("gap" if closed else None)


def test_a_bound_on_other_plans_does_not_close():
    context = SearchContext(10)
    context.offer(plan([1], 5), "a")
    context.raise_bound((0,), 5, "b")
    assert not context.closed()


def test_limits_in_their_order():
    stop = threading.Event()
    context = SearchContext(0, cancel=stop)
    assert context.limit() == "time"
    context.offer(plan([0], 5), "a")
    context.raise_bound((0,), 5, "b")
    assert context.limit() == "gap"
    stop.set()
    assert context.limit() == "cancelled"


def test_the_wall_clock_is_not_asked(monkeypatch):
    context = SearchContext(5.0)
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert 0 <= context.elapsed() < 5
    assert 0 < context.remaining() <= 5
    jumps = iter((100.0, 50.0, 250.0))
    monkeypatch.setattr(time, "monotonic", lambda: next(jumps))
    late = SearchContext(60.0)
    assert late.remaining() == 60.0 + 50.0  # only a broken clock runs backwards; nothing negative or endless comes of it
    assert late.remaining() == 0.0


def test_progress_tells_what_is_known():
    seen = []
    context = SearchContext(10, on_progress=seen.append)
    context.raise_bound((0,), 250_000_000, "bound")
    context.offer(plan([0], 500_000_000), "greedy")
    context.offer(plan([0], 600_000_000), "worse")
    context.raise_bound((0,), 200_000_000, "lower")
    context.raise_bound((0,), 500_000_000, "proof")
    told = [(each.objective, each.bound, each.gap, each.unplaced, each.source) for each in seen]
    assert told == [(None, 0.25, None, None, "bound"), (0.5, 0.25, 0.5, 0, "greedy"), (0.5, 0.5, 0.0, 0, "proof")]
    assert all(one.elapsed_s <= other.elapsed_s for one, other in pairwise(seen))


def test_relative_gap():
    assert relative_gap(10, 10) == relative_gap(0, 0) == relative_gap(10, 11) == 0.0
    assert relative_gap(10, 0) == 1.0


def test_randomness_is_its_own():
    one, other = SearchContext(1, seed=3), SearchContext(1, seed=3)
    assert [one.random.random() for _ in range(5)] == [other.random.random() for _ in range(5)]
    assert one.random.random() != SearchContext(1, seed=4).random.random()
