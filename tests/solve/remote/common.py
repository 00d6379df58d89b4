"""What the tests of children and executors need."""

from __future__ import annotations

import os
import random
import threading
import time
from contextlib import suppress

import packing as pk
from packing.solve.remote.process import living
from packing.verify import verify

from ..common import GIB, kind, problem  # noqa: TID252 - tests are not installed


def awkward(models=70, kinds=1):
    """Models of awkward sizes: every strategy is busy with it for a while, CP-SAT for minutes. Each kind of accelerator is a part of its own."""
    rng = random.Random("awkward")
    names = [f"G{number}" for number in range(kinds)]
    types, fleet, each = [], [], []
    for name in names:
        types += [
            {**kind(f"{name}.large", 3.7, accelerators=4, gib=80, vcpus=40), "accelerator": name},
            {**kind(f"{name}.small", 1, gib=47, vcpus=9), "accelerator": name},
        ]
        fleet += [f"{name}.large", f"{name}.small"]
        for number in range(models):
            mode = {"accelerator": name, "memory_per_accelerator": rng.randrange(12 * GIB, 40 * GIB), "vcpus": rng.randrange(1, 9)}
            each.append({"name": f"{name}.m{number}", "copies": 1 + number % 2, "modes": [mode]})
    return problem(types, fleet, each)


def working():
    """Children that there are, at work or waiting."""
    return [child for child in living if child.alive]


def when_working(action, delay=0.3, times=1, patience=20):
    """In a thread: each time that a child has begun to work, after a delay, do something to its process; returns the list of those it was done to."""
    done = []

    def run():
        end = time.monotonic() + patience
        while len(done) < times and time.monotonic() < end:
            fresh = [child.pid for child in list(living) if child.busy and child.pid not in done]
            if not fresh:
                time.sleep(0.01)
                continue
            time.sleep(delay)
            with suppress(ProcessLookupError):
                action(fresh[0])
            done.append(fresh[0])

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return done


def gone(pid, seconds=3.0):
    """Whether a process has ended within so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def solved(each, **options):
    """(result, seconds) of a solve whose answer has passed the checker and whose figures do not contradict one another."""
    start = time.monotonic()
    result = pk.solve_placement(each, **options)
    seconds = time.monotonic() - start
    found = verify(result.expanded.problem, result.placement, result.digest)
    assert found.violations == ()
    assert (result.status in {pk.Status.OPTIMAL, pk.Status.FEASIBLE}) == (not result.unplaced)
    assert result.bound is None or result.bound <= result.objective
    assert result.status is not pk.Status.OPTIMAL or result.gap == 0
    return result, seconds
