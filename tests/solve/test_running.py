"""Running a solver beside the caller: it stops when told to, and leaves the process as it was."""

from __future__ import annotations

import _thread
import logging
import math
import os
import random
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from ortools.sat.python import cp_model

import packing as pk
from packing.compile.compiler import compile_problem
from packing.domain.words import Hosting, Limit, Status
from packing.generate import generate, random_problem
from packing.solve import strategies
from packing.solve.bounds.linear import LinearRelaxation
from packing.solve.budget import End
from packing.solve.context import SearchContext
from packing.solve.cp_sat.formulation import Formulation
from packing.solve.cp_sat.solver import run
from packing.solve.cp_sat.strategy import MOST_VARIABLES, _size, cp_sat
from packing.solve.strategies import begin
from packing.solve.task import whole_task
from packing.verify import verify

from .common import GIB, kind, problem

STRATEGIES = strategies()


def awkward(models=70):
    """Models of awkward sizes on nodes of four and of one: CP-SAT is busy with it for minutes."""
    rng = random.Random("awkward")
    sizes = [rng.randrange(12 * GIB, 40 * GIB) for _ in range(models)]
    each = [
        {"name": f"m{index}", "copies": 1 + index % 2, "modes": [{"accelerator": "G", "memory_per_accelerator": size, "vcpus": rng.randrange(1, 9)}]}
        for index, size in enumerate(sizes)
    ]
    return problem([kind("a", 3.7, accelerators=4, gib=80, vcpus=40), kind("b", 1, gib=47, vcpus=9)], ["a", "b"], each)


@pytest.fixture(scope="module")
def hard():
    """A formulation that CP-SAT does not finish in the time of these tests."""
    compiled = compile_problem(awkward())
    formulation = Formulation(compiled, whole_task(compiled), {})
    formulation.minimize_blend()
    return formulation


def solver_threads():
    return [thread for thread in threading.enumerate() if thread.name == "packing-cp-sat" and thread.is_alive()]


def test_cancel_from_another_thread_stops_within_a_second(hard):
    stop = threading.Event()
    context = SearchContext(60.0, cancel=stop)
    threading.Timer(0.3, stop.set).start()
    start = time.monotonic()
    outcome = run(hard.model, context)
    assert time.monotonic() - start < 0.3 + 1.0
    assert not outcome.optimal
    assert solver_threads() == []


def test_single_model_nodes_do_not_make_a_formulation_look_too_large():
    """A hundred copies on pools without limit: they are a few counts, not a thousand nodes for each candidate."""
    compiled = compile_problem(awkward())
    task = whole_task(compiled)
    limits = {(each, hosting): 20 for each in range(2) for hosting in Hosting}
    formulation = Formulation(compiled, task, limits)
    assert len(formulation.model.proto.variables) / 3 < _size(compiled, task, limits) < MOST_VARIABLES


def test_a_formulation_that_would_take_all_the_work_to_make_is_not_made(monkeypatch):
    """Nothing interrupts the making of it: it would end long after the limit."""

    def never(*_arguments, **_options):
        raise AssertionError("made")

    compiled = compile_problem(awkward())
    context = SearchContext(60.0)
    begin(compiled, context)
    context.budget.end = End(context.budget.work + 0.05, 60.0)
    monkeypatch.setattr("packing.solve.cp_sat.strategy.Formulation", never)
    cp_sat(compiled, context)
    assert context.ended_by() is Limit.WORK


def test_time_limit_is_kept_though_the_wall_clock_stands_still(hard, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 0.0)
    start = time.monotonic()
    run(hard.model, SearchContext(0.5))
    assert time.monotonic() - start < 0.5 + 1.0


def test_a_jump_of_the_wall_clock_cannot_end_the_solver(hard, monkeypatch):
    """CP-SAT's own time limit follows that clock: there is none, only work and the watchdog, which stops it at the limit and says so."""
    given = []
    solve = cp_model.CpSolver.solve

    def recorded(self, *arguments):
        given.append((self.parameters.max_time_in_seconds, self.parameters.max_deterministic_time))
        return solve(self, *arguments)

    monkeypatch.setattr(cp_model.CpSolver, "solve", recorded)
    context = SearchContext(0.5)
    context.budget.end = End(1e6, 0.5)
    outcome = run(hard.model, context)
    ((seconds, work),) = given
    assert math.isinf(seconds)
    assert math.isfinite(work)
    assert not outcome.optimal
    assert context.ended_by() is Limit.TIME


def test_counted_work_ends_the_solver_at_the_same_place_every_time(hard):
    def outcome():
        context = SearchContext(3600.0)
        found = run(hard.model, context, work=0.7)
        assert context.ended_by() is None, "what was asked for is done: nothing of the search was cut short"
        return found.found, found.objective, found.bound, found.work, context.budget.work

    assert outcome() == outcome()


def test_keyboard_interrupt_in_the_caller_stops_the_solver(hard):
    threading.Timer(0.3, _thread.interrupt_main).start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run(hard.model, SearchContext(60.0))
    assert time.monotonic() - start < 0.3 + 1.0
    assert solver_threads() == []


def test_an_error_in_the_callback_reaches_the_caller():
    compiled = compile_problem(random_problem(4))
    formulation = Formulation(compiled, whole_task(compiled), {}, missing_variables=True)
    formulation.minimize_blend()

    def fails(_value):
        raise RuntimeError("from the callback")

    with pytest.raises(RuntimeError, match="from the callback"):
        run(formulation.model, SearchContext(20.0), on_solution=fails)
    assert solver_threads() == []


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_cancel_returns_the_best_so_far(strategy):
    stop = threading.Event()
    timer = threading.Timer(0.5, stop.set)
    timer.start()
    start = time.monotonic()
    result = pk.solve_placement(awkward(), strategy=strategy, time_limit=120.0, cancel=stop)
    assert time.monotonic() - start < 0.5 + 3.0
    timer.cancel()
    assert verify(result.expanded.problem, result.placement, result.digest).ok
    assert result.limit in {"cancelled", None}
    # A strategy that does not support the problem has nothing to be cancelled in, and says so.
    not_run = any("was not run" in incident for incident in result.incidents)
    assert strategy == "greedy" or not_run or result.status is Status.OPTIMAL or result.limit == "cancelled"


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_cancelled_beforehand_still_gives_the_first_answer(strategy):
    stop = threading.Event()
    stop.set()
    result = pk.solve_placement(random_problem(2), strategy=strategy, cancel=stop)
    assert result.limit in {"cancelled", None}
    assert verify(result.expanded.problem, result.placement, result.digest).ok


@pytest.mark.parametrize("limit", [0, 1e-9, 0.001, 0.02])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_tiny_limits(strategy, limit):
    for seed in range(6):
        result = pk.solve_placement(random_problem(seed), strategy=strategy, time_limit=limit)
        assert verify(result.expanded.problem, result.placement, result.digest).ok
        assert result.limit in {"time", "work", "gap", None}
        assert (result.status in {Status.OPTIMAL, Status.FEASIBLE}) == (not result.unplaced)
        assert result.bound is None or result.bound <= result.objective
        assert result.status is not Status.OPTIMAL or result.gap == 0


def surroundings():
    root = logging.getLogger()
    return (
        {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGUSR1)},
        Path.cwd(),
        dict(os.environ),
        random.getstate(),
        [part.tolist() if isinstance(part, np.ndarray) else part for part in np.random.get_state()],  # noqa: NPY002 - what a caller may use
        root.level,
        list(root.handlers),
        sorted(name for name in logging.Logger.manager.loggerDict if name.startswith("packing")),
        threading.active_count(),
        os.umask(os.umask(0o022)),
    )


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_caller_is_left_alone(strategy, capfd):
    os.umask(0o022)
    mine = random_problem(7)
    told, before = mine.model_dump_json(), surroundings()
    pk.solve_placement(mine, strategy=strategy, time_limit=2.0, seed=11)
    assert surroundings() == before
    assert mine.model_dump_json() == told
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_signal_handler_of_the_caller_still_works_afterwards(strategy):
    seen = []
    old = signal.signal(signal.SIGINT, lambda *_: seen.append(1))
    try:
        pk.solve_placement(random_problem(7), strategy=strategy, time_limit=2.0)
        signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, old)
    assert seen == [1]


def test_plain_data_are_not_changed():
    data = random_problem(5).model_dump(mode="json")
    before = repr(data)
    with suppress(pk.ProblemError):
        pk.solve_placement(data, time_limit=1.0)
    assert repr(data) == before
    parts = {"models": data["models"], "instances": data["fleet"], "tenants": data["tenants"]}
    with suppress(pk.ProblemError):  # the parts name instance types that only the whole defines
        pk.solve_placement(**parts, time_limit=1.0)
    assert repr(data) == before


def test_it_works_off_the_main_thread():
    found = []
    mine = random_problem(7)
    thread = threading.Thread(target=lambda: found.append(pk.solve_placement(mine, strategy="cp_sat", time_limit=60.0).status))
    thread.start()
    thread.join(30)
    assert found == [pk.solve_placement(mine, strategy="cp_sat", time_limit=60.0).status]


def test_the_relaxation_gives_up_in_time():
    fleet = generate(models=300, shapes=200, copies=3000, pools=6, slots=6, seed=1)
    compiled = compile_problem(pk.solve_placement(fleet, strategy="greedy", time_limit=0).expanded.problem)
    relaxation = LinearRelaxation(compiled, whole_task(compiled))
    start = time.monotonic()
    relaxation.prices(SearchContext(0.01).share())
    assert time.monotonic() - start < 1.0
