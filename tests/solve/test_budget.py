"""Counted work: what is left of a share follows from the work alone, and what the clock cuts short is remembered."""

from __future__ import annotations

import time

import pytest

from packing.domain.words import Limit
from packing.solve.budget import clock_part
from packing.solve.context import SearchContext
from packing.solve.plan import Plan, Value


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is set."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_a_share_is_a_part_of_the_work_that_is_left(clock):
    context = SearchContext(100.0)
    context.spend(20.0)
    share = context.share(0.5)
    assert share() == 40.0
    context.spend(10.0)
    assert share() == 30.0
    assert share.part(0.5)() == 15.0
    assert share.but(10.0)() == 20.0
    context.spend(30.0)
    assert share() == 0.0
    assert context.limit() is None
    assert context.ended_by() is Limit.WORK


def test_parts_within_parts_end_with_the_nearer_one(clock):
    context = SearchContext(100.0)
    with context.part(0.5):
        with context.part(0.5):
            context.spend(25.0)
            assert context.limit() is Limit.WORK
        assert context.limit() is None
        context.spend(25.0)
        assert context.limit() is Limit.WORK
    assert context.limit() is None
    assert context.work_left() == 50.0


@pytest.mark.parametrize(("part", "more"), [(0.1, 0.3), (0.5, 0.75), (0.8, 0.9), (1.0, 1.0)])
def test_a_part_of_the_work_has_some_more_of_the_clock(part, more):
    assert clock_part(part) == pytest.approx(more)


def test_work_ends_a_part_before_the_clock_where_it_takes_as_long_as_it_should(clock):
    context = SearchContext(100.0)
    with context.part(0.5):
        clock[0] += 74.0
        assert context.limit() is None
        context.spend(50.0)
        assert context.limit() is Limit.WORK
    assert context.ended_by() is Limit.WORK


def test_what_the_clock_cuts_short_is_said_though_the_search_goes_on(clock):
    context = SearchContext(100.0)
    with context.part(0.5):
        clock[0] += 76.0
        assert context.limit() is Limit.TIME
    assert context.limit() is None
    assert context.ended_by() is Limit.TIME
    context.offer(Plan((), Value((0,), 5)), "a")
    context.raise_bound((0,), 5, "b")
    assert context.limit() is Limit.GAP
    assert context.ended_by() is Limit.TIME, "proven, and another run may yet find another plan as good"


def test_the_clock_that_nobody_asked_has_cut_nothing(clock):
    context = SearchContext(100.0)
    assert context.limit() is None
    clock[0] += 101.0
    assert context.ended_by() is None


def test_a_context_within_a_context_has_the_same_work_and_the_same_clock(clock):
    context = SearchContext(100.0)
    inner = context.inner()
    with context.part(0.5):
        inner.spend(50.0)
        assert inner.limit() is Limit.WORK
    assert context.work_left() == 50.0
    context.interrupt()
    assert inner.limit() is Limit.CANCELLED


@pytest.mark.parametrize(("gap", "bound", "ended"), [(0.0, 100, None), (0.5, 100, None), (0.5, 60, Limit.GAP), (0.5, 10, None)])
def test_a_proof_is_no_gap_that_was_asked_for(gap, bound, ended):
    context = SearchContext(100.0, gap=gap)
    context.offer(Plan((), Value((0,), 100)), "a")
    context.raise_bound((0,), bound, "b")
    assert context.ended_by() is ended


def test_what_ended_a_part_elsewhere_is_taken_over():
    context = SearchContext(100.0)
    context.follow(None)
    assert context.ended_by() is None
    context.follow(Limit.WORK)
    assert context.ended_by() is Limit.WORK
    context.follow(Limit.TIME)
    assert context.ended_by() is Limit.TIME
