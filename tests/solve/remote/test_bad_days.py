"""What may happen to a child process, and that none of it reaches the caller."""

from __future__ import annotations

import _thread
import os
import random
import signal
import threading
import time
from functools import partial

import pytest

import packing as pk
from packing.solve.remote import pool
from packing.solve.remote.children import Children
from packing.solve.remote.roles import Role

from ..common import kind, model, problem  # noqa: TID252 - tests are not installed
from .common import awkward, gone, solved, when_working, working

SLACK_S = 1.0
"""Beyond the time limit, or after a cancellation, on a machine that does nothing else; tests allow for one that does."""


@pytest.fixture(autouse=True)
def one_child_waits():
    """One warm child: what is measured is not how long Python takes to start."""
    if len(working()) > 1:
        pool.close()
    solved(awkward(6), strategy="cp_sat", time_limit=20)
    (child,) = working()
    return child


@pytest.fixture(autouse=True, scope="module")
def none_is_left():
    yield
    pool.close()
    assert not working()


def kill(pid, number=signal.SIGKILL):
    os.kill(pid, number)


def test_killed_once_costs_a_retry():
    done = when_working(kill)
    result, seconds = solved(awkward(), strategy="cp_sat", time_limit=2)
    assert len(done) == 1
    assert seconds < 2 + SLACK_S
    assert result.incidents == ("the child process for cp_sat was ended by signal 9 (SIGKILL); it was done again",)
    assert result.gap is not None


def test_killed_twice_falls_back_to_the_incumbent():
    done = when_working(kill, times=2)
    result, seconds = solved(awkward(), strategy="cp_sat", time_limit=20)
    assert len(done) == 2
    assert seconds < 10
    assert [each.rpartition("; ")[2] for each in result.incidents] == ["it was done again", "its work was given up"]
    assert result.status is pk.Status.FEASIBLE


def test_stopped_by_a_signal_for_good():
    """A child that hangs at the very end of the time: the answer is there all the same."""
    done = when_working(partial(kill, number=signal.SIGSTOP), delay=0.2)
    result, seconds = solved(awkward(), strategy="cp_sat", time_limit=1)
    assert seconds < 1 + SLACK_S
    assert result.status is pk.Status.FEASIBLE
    assert gone(done[0])


def test_stopped_with_time_left_costs_a_retry():
    done = when_working(partial(kill, number=signal.SIGSTOP), delay=0.2)
    result, seconds = solved(awkward(), strategy="cp_sat", time_limit=3)
    assert seconds < 3 + SLACK_S
    assert result.incidents == ("the child process for cp_sat had been stopped by a signal; it was done again",)
    assert gone(done[0])


def test_memory_is_watched():
    """With less than the solvers themselves need: both tries are ended, the caller is unharmed, and greedy's answer stands."""
    result, seconds = solved(awkward(), strategy="cp_sat", time_limit=10, memory_limit="60MB")
    assert seconds < 10
    assert [each.rpartition("; ")[2] for each in result.incidents] == ["it was done again with less", "its work was given up"]
    assert "MiB of memory where all may hold 57 MiB" in result.incidents[0]
    assert result.status is pk.Status.FEASIBLE


def test_after_too_much_memory_something_leaner_goes_on(monkeypatch, one_child_waits):
    """A limit that a child reaches once it works, and that its successor is spared."""
    crews = []
    started = Children.start

    def start(self, job, work, began):
        started(self, job, work, began)
        crews.append(work.role.strategy)
        self._limit = 20 * 2**20 if len(crews) == 1 else None

    monkeypatch.setattr(Children, "start", start)
    result, _ = solved(awkward(12), strategy="cp_sat", time_limit=3)
    assert crews == ["cp_sat", "ruin"]
    assert len(result.incidents) == 1
    assert result.bound is not None


def test_one_of_two_is_killed():
    done = when_working(kill)
    result, seconds = solved(awkward(), time_limit=2, workers=2)
    assert len(done) == 1
    assert seconds < 2 + SLACK_S
    assert len(result.incidents) == 1
    assert result.bound is not None


@pytest.mark.parametrize("strategy", ["cp_sat", "patterns", "auto"])
def test_cancelled_inside_a_long_call_of_a_solver(strategy):
    cancel = threading.Event()
    when = []

    def stop():
        when.append(time.monotonic())
        cancel.set()

    threading.Timer(0.6, stop).start()
    result, _ = solved(awkward(), strategy=strategy, time_limit=60, cancel=cancel)
    assert time.monotonic() - when[0] < 0.5 + 0.5  # half a second, and the checks of the answer
    assert result.limit == "cancelled"
    assert result.incidents == ()


def test_keyboard_interrupt_returns_the_best_so_far():
    when = []

    def interrupt():
        when.append(time.monotonic())
        _thread.interrupt_main()

    threading.Timer(0.6, interrupt).start()
    result, _ = solved(awkward(), strategy="cp_sat", time_limit=60)
    assert time.monotonic() - when[0] < 0.5 + 0.5
    assert result.limit == "cancelled"
    assert result.status is pk.Status.FEASIBLE


def test_an_observer_that_fails_leaves_nothing_behind():
    for source in ("greedy", "cp_sat"):

        def fails(progress, source=source):
            if progress.source == source:
                raise RuntimeError(f"at {source}")

        with pytest.raises(RuntimeError, match=f"at {source}"):
            pk.solve_placement(awkward(20), strategy="cp_sat", time_limit=20, on_progress=fails)
    solved(awkward(6), strategy="cp_sat", time_limit=20)


def test_what_children_find_reaches_the_observer():
    seen = []
    solved(awkward(20), strategy="cp_sat", time_limit=5, on_progress=seen.append)
    assert {"greedy", "cp_sat"} <= {each.source for each in seen}


def test_an_answer_is_proven_here_where_that_is_quick(monkeypatch):
    """No child is asked where greedy and the quick bounds are enough."""
    monkeypatch.setattr(pool, "take", None)
    result, _ = solved(problem([kind("a", 1)], ["a"], [model("m", 16, copies=3)]), time_limit=20)
    assert result.status is pk.Status.OPTIMAL
    assert result.incidents == ()


def test_an_error_in_a_strategy_is_an_incident(monkeypatch):
    """A defect of ours in a child: the caller has greedy's answer and is told; the tests of this library would be stopped by it."""
    monkeypatch.setattr("packing.solve.remote.search.roles", lambda *_: [Role("no such strategy")])
    with pytest.raises(pk.InternalError, match="There is no such strategy"):
        pk.solve_placement(awkward(6), strategy="cp_sat", time_limit=20)
    monkeypatch.setattr("packing.solve.remote.gather.RAISE_ERRORS", False)
    result, _ = solved(awkward(6), strategy="cp_sat", time_limit=20)
    assert len(result.incidents) == 2
    assert all("ProblemError" in each for each in result.incidents)
    assert result.status is pk.Status.FEASIBLE
    assert result.bound is not None


@pytest.mark.campaign
def test_children_killed_and_stopped_at_any_moment():
    """Sixty solves in a row, each with something done to its children at a random moment: verified, in time, and true."""
    rng = random.Random("chaos")
    happened = 0
    for number in range(60):
        strategy = rng.choice(pk.strategies())
        action = partial(kill, number=rng.choice([signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM]))
        limit, workers = rng.choice([0.5, 1.0, 1.5]), rng.choice([1, 1, 2])
        when_working(action, delay=rng.random() * limit, times=rng.choice([1, 2]), patience=limit)
        result, seconds = solved(awkward(rng.choice([6, 20, 70])), strategy=strategy, time_limit=limit, workers=workers, seed=number)
        assert seconds < limit + SLACK_S, (number, strategy, limit, seconds)
        happened += bool(result.incidents)
        time.sleep(limit)  # until the last action has found nobody
    assert happened > 5
