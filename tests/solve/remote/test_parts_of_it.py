"""The small pieces: frames, memory, roles, the pool, and the child's search context."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time

import pytest

import packing as pk
from packing.compile.compiler import compile_problem
from packing.describe import expand
from packing.domain.words import Hosting
from packing.generate import random_problem
from packing.solve.plan import NodePlan, Plan, Value
from packing.solve.remote import memory, pool
from packing.solve.remote.link import LinkedContext
from packing.solve.remote.roles import Role, roles
from packing.solve.remote.wire import Inbox, flat, frame, whole
from packing.solve.remote.work import Work, do


def plan(objective):
    return Plan((NodePlan(0, Hosting.SINGLE_MODEL, ((0, (0,)),)),), Value((0,), objective))


def test_frames_are_whole_whatever_pieces_arrive():
    messages = [("a", 1), list(range(1000)), None, b"", {"x": (1, 2)}]
    sent = b"".join(frame(each) for each in messages)
    for size in (1, 2, 7, 8, 9, 1000, len(sent)):
        inbox = Inbox()
        assert [each for start in range(0, len(sent), size) for each in inbox.feed(sent[start : start + size])] == messages


def test_plans_come_back_as_they_were():
    for seed in range(10):
        found = pk.solve_placement(random_problem(seed), time_limit=0)
        compiled = compile_problem(found.expanded.problem)
        result = do(Work(compiled, Role("greedy"), 0.0, 0, 0.0))
        again = whole(pickle.loads(pickle.dumps(result)).plan)
        assert flat(again) == result.plan
        assert hash(again) == hash(whole(result.plan))
    assert whole(flat(None)) is None


def test_roles():
    compiled = compile_problem(expand(random_problem(1)).problem)
    for strategy in pk.strategies():
        assert roles(compiled, strategy, 1) == [Role(strategy)]
        several = roles(compiled, strategy, 4)
        assert several[0] == Role(strategy)
        assert len(several) == len(set(several)) == 4
        assert all(each.strategy in pk.strategies() for each in several)
    assert "patterns" in {each.strategy for each in roles(compiled, "auto", 2)}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")
def test_memory_of_a_process_and_of_the_machine():
    held, stopped = memory.resident(os.getpid())
    assert 10 * 2**20 < held < memory.available() + held
    assert not stopped
    assert 0 < memory.default_limit() < memory.available() + 2**30
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as other:
        os.kill(other.pid, signal.SIGSTOP)
        end = time.monotonic() + 5
        while not memory.resident(other.pid)[1] and time.monotonic() < end:
            time.sleep(0.01)
        assert memory.resident(other.pid)[1]
        other.kill()
    assert memory.resident(other.pid) is None


def test_the_memory_of_a_container_counts_where_it_is_less(monkeypatch, tmp_path):
    (tmp_path / "memory.max").write_text("5000000\n")
    (tmp_path / "memory.current").write_text("2000000\n")
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    assert memory.available() == 3_000_000
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.available() > 3_000_000


def test_a_child_that_holds_much_is_not_kept(monkeypatch):
    pool.close()
    child = pool.take()
    pool.give_back(child)
    assert pool.take() is child
    monkeypatch.setattr(pool, "LARGEST_IDLE", 1)
    pool.give_back(child)
    assert not child.alive
    assert pool.take() is not child
    pool.close()


class Told:
    """In place of the connection: what the parent is told."""

    def __init__(self):
        self.news = []

    def post(self, context):
        news = context.take_news()
        if news is not None:
            self.news.append(news)


def test_a_child_tells_what_is_new_and_takes_over_what_it_hears():
    told = Told()
    compiled = compile_problem(expand(random_problem(1)).problem)
    context = LinkedContext(told, 1, Work(compiled, Role("ruin", seed=4), 60.0, 2, 0.0), time.monotonic() - 10)
    assert context.seed == 6
    assert 9.9 < context.elapsed() < 12
    context.offer(plan(100), "start")
    context.raise_bound((0,), 10, "start")
    context.connect()
    assert told.news == []
    context.offer(plan(90), "ruin")
    context.offer(plan(95), "ruin")
    context.raise_bound((0,), 20, "linear relaxation")
    assert told.news == [(flat(plan(90)), None, "ruin"), (None, ((0,), 20), "linear relaxation")]
    context.hear(flat(plan(80)), ((0,), 30))
    assert context.incumbent.value.objective == 90, "not before it looks"
    assert context.limit() is None
    assert (context.incumbent.value.objective, context.bound) == (80, 30)
    assert len(told.news) == 2, "who said so need not be told"
    context.hear(flat(plan(99)), ((0,), 5))
    assert context.limit() is None
    assert (context.incumbent.value.objective, context.bound) == (80, 30)
    context.hear(None, ((0,), 80))
    assert context.limit() == "gap"
    context.interrupt()
    assert context.limit() == "cancelled"
