"""Any executor: the same answer as without, nothing lost with a worker, and nothing awaited after the end."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
import warnings
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial

import pytest

import packing as pk
from packing.compile.compiler import compile_problem
from packing.describe import expand
from packing.generate import random_problem
from packing.solve.context import SearchContext
from packing.solve.plan import evaluate
from packing.solve.remote.parts import large_parts, part_of
from packing.solve.remote.rounds import together
from packing.solve.strategies import strategy_of
from packing.solve.task import independent_parts

from .common import awkward, gone, solved


class Inline(Executor):
    """Does the work at once, in the caller's thread; `spoil` may make something else of it."""

    def __init__(self, spoil=None):
        self.spoil, self.calls = spoil, 0

    def submit(self, fn, /, *args, **kwargs):
        self.calls += 1
        future = Future()
        try:
            future.set_result((self.spoil or (lambda _number, work: work()))(self.calls, partial(fn, *args, **kwargs)))
        except Exception as error:  # noqa: BLE001 - a future carries whatever it is
            future.set_exception(error)
        return future


def plain(strategy="ruin", problem=None, **options):
    """Options under which the clock decides nothing: the strategies end long before the limit."""
    result, _ = solved(problem or awkward(4), strategy=strategy, time_limit=60, **options)
    assert result.limit is None
    return result


def test_thread_pool_process_pool_and_inline_agree():
    with ThreadPoolExecutor(2) as threads, ProcessPoolExecutor(2) as processes:
        answers = [plain(executor=each).placement.to_json() for each in (Inline(), threads, processes)]
    assert answers[0] == answers[1] == answers[2]


def test_findings_count_in_the_order_of_the_work():
    """With three pieces of work at a time, the last one first: the same bytes."""

    class Backwards(ThreadPoolExecutor):
        def submit(self, fn, /, *args, **kwargs):
            self.waits = getattr(self, "waits", 4) - 1
            return super().submit(_after, max(0, self.waits) * 0.2, fn, *args, **kwargs)

    with Backwards(3) as backwards:
        assert (
            plain(problem=awkward(2), executor=backwards, workers=3).placement.to_json()
            == plain(problem=awkward(2), executor=Inline(), workers=3).placement.to_json()
        )


def _after(seconds, fn, *args):
    time.sleep(seconds)
    return fn(*args)


def test_lost_work_is_done_again():
    def first_is_lost(number, work):
        if number == 1:
            raise RuntimeError("a worker is no more")
        return work()

    result = plain("greedy", executor=Inline(first_is_lost))
    assert result.incidents == ("piece 1 of 1 (greedy) was lost by the executor (RuntimeError: a worker is no more); it was done again",)
    assert result.placement.to_json() == plain("greedy", executor=Inline()).placement.to_json()


def test_an_executor_that_is_broken_for_good():
    """Everything is done in child processes of this machine, with the same answer."""

    def broken(_number, _work):
        raise RuntimeError("broken")

    expected = plain("greedy", executor=Inline()).placement.to_json()
    result = plain("greedy", executor=Inline(broken))
    assert [each.rpartition("; ")[2] for each in result.incidents] == ["it was done again", "it was done on this machine"]
    assert result.placement.to_json() == expected
    ended = ThreadPoolExecutor(1)
    ended.shutdown()
    result = plain("greedy", executor=ended)
    assert "after shutdown" in result.incidents[0]
    assert result.placement.to_json() == expected


def test_a_process_pool_that_loses_a_worker():
    """The pool of the standard library is then broken for good: the rest is done on this machine."""
    with ProcessPoolExecutor(1) as executor:
        executor.submit(pow, 1, 1).result()
        (pid,) = executor._processes
        timer = threading.Timer(0.5, os.kill, (pid, signal.SIGKILL))
        timer.start()
        result, seconds = solved(awkward(60), strategy="cp_sat", time_limit=4, executor=executor)
        timer.join()
    assert seconds < 4 + 1
    assert "BrokenProcessPool" in result.incidents[0]
    assert result.bound is not None


def test_what_comes_after_the_end_is_ignored():
    """Work that takes far longer than it may: the caller has its answer, and the executor is left as it is."""
    release = threading.Event()

    class Slow(ThreadPoolExecutor):
        def submit(self, fn, /, *args, **kwargs):
            return super().submit(lambda: (release.wait(20), fn(*args, **kwargs))[1])

    with Slow(2) as slow:
        result, seconds = solved(awkward(20), strategy="cp_sat", time_limit=1, executor=slow)
        before = result.placement.to_json()
        assert seconds < 1 + 1
        release.set()
        assert slow.submit(pow, 2, 5).result(10) == 32
    assert result.placement.to_json() == before
    assert result.limit == "time"


def test_cancelled_while_an_executor_works():
    cancel = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        timer = threading.Timer(0.5, cancel.set)
        timer.start()
        start = time.monotonic()
        result, _ = solved(awkward(30), strategy="cp_sat", time_limit=3, executor=threads, cancel=cancel)
        assert time.monotonic() - start < 0.5 + 1
    assert result.limit == "cancelled"


def test_parts_are_problems_of_their_own():
    """A part's plan and bound, added up, are the whole's."""
    compiled = compile_problem(expand(awkward(70, kinds=3)).problem)
    parts = large_parts(compiled)
    assert [len(part.compiled.models) for part in parts] == [70, 70, 70]
    nodes, proofs = [], []
    for part in parts:
        context = SearchContext(20)
        strategy_of("greedy").solve(part.compiled, context)
        assert context.incumbent is not None
        here = part.nodes_in_whole(context.incumbent)
        nodes += here
        proofs.append(context.proof)
        again = part.plan_in_part(type(context.incumbent)(here, context.incumbent.value))
        assert again == context.incumbent
    assert evaluate(compiled, nodes).objective >= together(compiled, proofs)[1]
    whole = SearchContext(20)
    strategy_of("greedy").solve(compiled, whole)
    assert together(compiled, proofs)[0] == whole.missing_bound
    assert abs(together(compiled, proofs)[1] - whole.bound) <= len(parts)


def test_bounds_of_parts_hold_against_exhaustive_search():
    from packing.testing.exhaustive import exhaustive

    several = 0
    for seed in range(60):
        each = random_problem(seed, tiny=True)
        compiled = compile_problem(expand(each).problem)
        groups = independent_parts(compiled)
        several += len(groups) > 1
        proofs = []
        for models in groups:
            context = SearchContext(20)
            strategy_of("cp_sat").solve(part_of(compiled, models).compiled, context)
            proofs.append(context.proof)
        if None not in proofs:
            best = exhaustive(expand(each).problem)
            missing, bound = together(compiled, proofs)
            assert (missing, bound) <= (tuple(best.missing), best.objective_units), seed
    assert several > 10


def test_independent_parts_on_an_executor():
    executor = Inline()
    result = plain("greedy", awkward(70, kinds=3), executor=executor)
    assert executor.calls == 9
    assert result.status in {pk.Status.FEASIBLE, pk.Status.OPTIMAL}
    assert result.bound is not None


@pytest.fixture(scope="module")
def cluster():
    """A client of a local Dask cluster of two processes."""
    distributed = pytest.importorskip("distributed")
    logging.disable(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with (
            distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
            distributed.Client(cluster) as client,
        ):
            yield client
    logging.disable(logging.NOTSET)


def test_dask_loses_a_worker_and_nothing_else(cluster):
    """One of two workers is killed while it works: the same bytes, and nobody need know."""
    mine = awkward(4)
    executor = cluster.get_executor()
    before = plain("ruin", mine, workers=2, executor=executor)
    pids, killed = cluster.run(os.getpid), []

    def kill_one_that_works():
        while not killed:
            busy = [worker for worker, tasks in cluster.processing().items() if tasks]
            if busy:
                killed.append(pids[busy[0]])
                os.kill(killed[0], signal.SIGKILL)
            time.sleep(0.02)

    thread = threading.Thread(target=kill_one_that_works, daemon=True)
    thread.start()
    after = plain("ruin", mine, workers=2, executor=executor)
    thread.join(10)
    assert gone(killed[0])
    assert after.placement.to_json() == before.placement.to_json()
    assert after.incidents == ()  # the cluster gave the work to the other worker by itself
