"""The caller's process: nothing in it changes, whatever kind of process it is, and no child outlives it."""

from __future__ import annotations

import errno
import logging
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import packing as pk
from packing.solve.remote import pool, process
from packing.solve.remote.process import Child, living

from .common import awkward, gone, solved, working

ROOT = Path(__file__).parents[3]
HARD = f"""
import sys
sys.path[:0] = [{str(ROOT)!r}]
import random
import packing as pk
rng = random.Random(1)
sizes = [rng.randrange(12 * 2**30, 40 * 2**30) for _ in range(60)]
kinds = [{{"name": "a", "price_per_hour": 3.7, "accelerator": "G", "accelerators": 4, "memory_per_accelerator": "80GiB", "sharing": "memory"}}]
models = [{{"name": f"m{{i}}", "copies": 1, "modes": [{{"accelerator": "G", "memory_per_accelerator": size}}]}} for i, size in enumerate(sizes)]
problem = {{"weights": {{"cost": 1}}, "instance_types": kinds, "fleet": [{{"instance_type": "a"}}], "models": models}}
"""
PIDS = "from packing.solve.remote.process import living; pids = lambda: [child.pid for child in living if child.alive]\n"


@pytest.fixture(autouse=True, scope="module")
def none_is_left():
    yield
    pool.close()
    assert not working()


def run(script, **options):
    """A fresh interpreter with a script from standard input, as `python -` or a REPL has it; or from a file."""
    return subprocess.run([sys.executable, "-"], input=HARD + script, capture_output=True, text=True, timeout=60, check=False, cwd="/", **options)


def open_files():
    """What is open, the connections to children apart, and how many more connections there are than children."""
    found = {}
    for each in Path("/proc/self/fd").iterdir():
        try:
            found[each.name] = str(each.readlink())
        except OSError:
            continue  # the listing's own
    connections = [each for each, what in found.items() if what.startswith("socket:")]
    return {each: what for each, what in found.items() if each not in connections}, len(connections) - len(working())


def surroundings():
    return {
        "signals": {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGPIPE, signal.SIGALRM)},
        "mask": signal.pthread_sigmask(signal.SIG_BLOCK, []),
        "cwd": Path.cwd(),
        "environment": dict(os.environ),
        "random": random.getstate(),
        "numpy": [part.tolist() if isinstance(part, np.ndarray) else part for part in np.random.get_state()],  # noqa: NPY002 - what a caller may use
        "logging": (logging.getLogger().level, list(logging.getLogger().handlers)),
        "threads": threading.active_count(),
        "umask": os.umask(os.umask(0o022)),
        "path": list(sys.path),
        "files": open_files(),
        "group": (os.getpgrp(), os.getsid(0)),
    }


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="descriptors are listed by Linux alone")
@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_in_the_caller_changes(workers):
    os.umask(0o022)
    before = surroundings()
    result, _ = solved(awkward(12), strategy="cp_sat", time_limit=2, workers=workers)
    assert result.incidents == ()
    assert surroundings() == before


def test_a_child_that_is_gone_leaves_nothing_open():
    pool.close()
    before = open_files()
    solved(awkward(6), strategy="cp_sat", time_limit=20)
    pool.close()
    assert open_files() == before
    assert not living or not working()


def test_children_wait_for_the_next_solve():
    pool.close()
    seen = set()
    for _ in range(5):
        solved(awkward(6), strategy="cp_sat", time_limit=20)
        seen |= {child.pid for child in working()}
    assert len(seen) == 1


def test_a_time_limit_shorter_than_a_start_still_leaves_a_child_for_later():
    pool.close()
    first, seconds = solved(awkward(6), strategy="cp_sat", time_limit=0.1)
    assert seconds < 0.1 + 1
    (child,) = working()
    solved(awkward(6), strategy="cp_sat", time_limit=0.1)
    later, _ = solved(awkward(6), strategy="cp_sat", time_limit=20)
    assert working() == [child]
    assert (first.incidents, later.incidents) == ((), ())
    assert later.bound > first.bound


def test_solves_in_several_threads_at_once():
    expected = solved(awkward(6), strategy="cp_sat", time_limit=20)[0].placement.to_json()
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(solved(awkward(6), strategy="cp_sat", time_limit=20)[0]), daemon=number % 2 == 0)
        for number in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [each.placement.to_json() for each in found] == [expected] * 4
    assert all(each.incidents == () for each in found)


def test_a_script_without_a_guard(tmp_path):
    """What `spawn` would run again and again: no `if __name__`, a print that must come once, a folder that is gone."""
    script = tmp_path / "script.py"
    script.write_text(
        HARD + "print('once')\nresult = pk.solve_placement(problem, strategy='cp_sat', time_limit=2)\nprint(result.status, result.incidents)"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=True, cwd=tmp_path)
    assert done.stdout.split("\n")[:2] in (["once", "feasible ()"], ["once", "optimal ()"])
    assert done.stderr == ""


def test_a_script_from_standard_input():
    done = run("result = pk.solve_placement(problem, strategy='cp_sat', time_limit=1); print(result.status, result.incidents, sys.stdin.read())")
    assert done.stdout.split()[:2] in (["feasible", "()"], ["optimal", "()"]), done.stderr


def test_no_orphan_after_the_end_of_the_caller():
    """The ordinary end, with a child that waits."""
    done = run(PIDS + "pk.solve_placement(problem, strategy='cp_sat', time_limit=0.5); print(*pids())")
    (pid,) = done.stdout.split()
    assert gone(int(pid))


def test_no_orphan_after_the_caller_was_killed():
    """In the middle of a solver's call: nobody is left to tell the child."""
    script = HARD + PIDS + "pk.solve_placement(problem, strategy='cp_sat', time_limit=60, on_progress=lambda each: print(*pids(), flush=True))"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as caller:
        assert caller.stdout is not None
        pid = 0
        for line in caller.stdout:
            if line.split():
                pid = int(line.split()[0])
                break
        time.sleep(0.5)
        os.kill(caller.pid, signal.SIGKILL)
    assert pid
    assert gone(pid)


def test_a_child_that_dies_while_it_is_written_to_does_not_end_a_caller_with_plain_sigpipe():
    script = """
import signal, os, threading
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
from packing.solve.remote.process import Child
child = Child()
os.kill(child.pid, signal.SIGKILL)
child.obituary
child._process.wait()
for _ in range(3):
    child.send(b"x" * 10_000_000)
print("alive")
"""
    assert run(script).stdout.strip() == "alive"


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # a fork of a process with threads is what is tested
def test_a_fork_of_the_caller_leaves_its_children_alone():
    solved(awkward(6), strategy="cp_sat", time_limit=20)
    before = sorted(child.pid for child in working())
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            if not pool._idle and not working():
                result = pk.solve_placement(awkward(6), strategy="cp_sat", time_limit=20)
                code = 0 if result.incidents == () and working() else 2
            pool.close()
        finally:
            os._exit(code)
    assert os.waitpid(pid, 0)[1] == 0
    assert sorted(child.pid for child in working()) == before
    assert solved(awkward(6), strategy="cp_sat", time_limit=20)[0].incidents == ()


@pytest.mark.parametrize(
    ("what", "said"),
    [("", "no Python executable to start a child process with"), ("/nowhere/python", "no child process can be started: No such file or directory")],
)
def test_where_no_child_can_be_started_it_is_done_here(monkeypatch, what, said):
    pool.close()
    monkeypatch.setattr(sys, "executable", what)
    result, _ = solved(awkward(6), strategy="cp_sat", time_limit=20)
    assert result.incidents == (f"solved in the caller's process: {said}",)
    monkeypatch.undo()
    assert result.placement.to_json() == solved(awkward(6), strategy="cp_sat", time_limit=20, processes=False)[0].placement.to_json()


def test_where_nothing_more_can_be_opened_it_is_done_here(monkeypatch):
    def none_left():
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    pool.close()
    monkeypatch.setattr("socket.socketpair", none_left)
    result, _ = solved(awkward(6), strategy="cp_sat", time_limit=20)
    assert result.incidents == ("solved in the caller's process: no child process can be started: Too many open files",)


def test_where_only_one_of_two_can_be_started_that_one_works(monkeypatch):
    pool.close()
    started = process._start

    def once():
        if working():
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return started()

    monkeypatch.setattr(process, "_start", once)
    result, _ = solved(awkward(6), strategy="cp_sat", time_limit=20, workers=2)
    said = f"the child process for cp_sat was not started: no child process can be started: {os.strerror(errno.EAGAIN)}"
    assert result.incidents == (said,)


def test_where_a_child_does_not_come_up_it_is_done_here(monkeypatch):
    pool.close()
    monkeypatch.setattr(process, "BOOT", "raise SystemExit(3)")
    result, seconds = solved(awkward(6), strategy="cp_sat", time_limit=20)
    assert result.incidents == ("solved in the caller's process: a child process ended with code 3 before it could work",)
    assert seconds < 15


def test_in_process_on_request(monkeypatch):
    monkeypatch.setattr(Child, "__init__", None)
    result, _ = solved(awkward(6), strategy="cp_sat", time_limit=20, processes=False)
    assert result.incidents == ()


@pytest.mark.parametrize("strategy", pk.strategies())
def test_a_child_gives_the_same_bytes(strategy):
    for models in (3, 5):
        here, _ = solved(awkward(models), strategy=strategy, time_limit=30, seed=3, processes=False)
        there, _ = solved(awkward(models), strategy=strategy, time_limit=30, seed=3)
        assert here.limit == there.limit
        assert here.limit != "time"
        assert here.placement.to_json() == there.placement.to_json()
