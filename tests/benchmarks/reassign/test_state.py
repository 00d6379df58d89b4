"""The incremental arithmetic beside the benchmark's checker, which shares nothing with it but the data."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from benchmarks.public.reassignment_check import costs, violations
from benchmarks.reassign import Reassignment, Resource
from benchmarks.reassign.arrays import arrays
from benchmarks.reassign.state import State
from packing.errors import ProblemError
from tests.benchmarks.reassign.instances import random_reassignment


def swapped(places: list[int], process: int, column: int) -> list[int]:
    """The assignment after the swap."""
    count = len(places)
    there = places[column] if column < count else column - count
    after = list(places)
    if column < count:
        after[column] = places[process]
    after[process] = there
    return after


def related(problem: Reassignment, *processes: int) -> bool:
    """Whether the services of two processes, or what they need or are needed by, have anything to do with each other."""
    circles = []
    for process in processes:
        own = problem.processes[process].service
        circles.append({own, *problem.services[own].needs, *(index for index, each in enumerate(problem.services) if own in each.needs)})
    return bool(circles[0] & circles[1])


@pytest.mark.parametrize("seed", range(12))
def test_every_swap_costs_what_the_checker_says_and_breaks_nothing(seed: int):
    problem = random_reassignment(seed, tight=1.8)
    built, random = arrays(problem), Random(seed)
    state = State(built, list(problem.start), strict=True)
    count, done = len(problem.processes), 0
    for _ in range(60):
        process = random.randrange(count)
        changes = state.changes(process)
        before, places = costs(problem, state.places[:count]), state.places[:count]
        for column in np.flatnonzero(np.isfinite(changes)).tolist():
            after = swapped(places, process, column)
            found = violations(problem, after)
            assert state.permits(process, column) == (not found), found
            if found:
                continue
            now = costs(problem, after)
            assert changes[column] == (now.total - now.service_move) - (before.total - before.service_move)
        open_to = [column for column in np.flatnonzero(np.isfinite(changes)).tolist() if state.permits(process, column)]
        if open_to:
            column = random.choice(open_to)
            service = state.swap(process, column)
            done += 1
            now = costs(problem, state.places[:count])
            assert service == now.service_move - before.service_move
            assert state.cost == now.total == built.cost(state.places[:count])
            assert not violations(problem, state.places[:count])
            assert not state.exceeded
    assert done


@pytest.mark.parametrize("seed", range(6))
def test_no_valid_move_to_a_vacancy_is_overlooked(seed: int):
    problem = random_reassignment(seed, tight=2.0)
    state = State(arrays(problem), list(problem.start), strict=True)
    count, seen = len(problem.processes), 0
    for process in range(count):
        changes = state.changes(process)
        for machine in range(len(problem.machines)):
            after = swapped(list(problem.start), process, count + machine)
            if machine != problem.start[process] and not violations(problem, after):
                assert math.isfinite(changes[count + machine])
                assert state.permits(process, count + machine)
                seen += 1
    assert seen


@pytest.mark.parametrize("seed", range(6))
def test_overload_has_its_price_where_it_is_allowed(seed: int):
    problem = random_reassignment(seed, tight=1.1)
    built, random = arrays(problem), Random(seed)
    state = State(built, list(problem.start), strict=False)
    state.reprice(7.0, 5.0, 11.0)
    count, exceeded = len(problem.processes), 0

    def felt(places: list[int]) -> int:
        above = np.maximum(built.levels(places), 0)
        away = sum(before != now for before, now in zip(problem.start, places, strict=True))
        now = costs(problem, places)
        lacking = sum(each.startswith("Dependency") for each in violations(problem, places))
        return now.total - now.service_move + 7 * int(above[:, built.soft :].sum()) + 5 * away + 11 * lacking

    for _ in range(60):
        process = random.randrange(count)
        changes, places = state.changes(process), state.places[:count]
        for column in np.flatnonzero(np.isfinite(changes)).tolist():
            after = swapped(places, process, column)
            both = column < count and related(problem, process, column)
            # Two services of which one needs the other are seen one by one: what they break together may be less or more.
            assert both or changes[column] == pytest.approx(felt(after) - felt(places), abs=0.5)
        open_to = [column for column in np.flatnonzero(np.isfinite(changes)).tolist() if state.permits(process, column)]
        if open_to:
            state.swap(process, random.choice(open_to))
            found = violations(problem, state.places[:count])
            assert all(each.startswith(("Capacity", "Dependency")) for each in found)
            assert state.exceeded == bool(found)
            exceeded += any(each.startswith("Capacity") for each in found)
            assert state.cost == costs(problem, state.places[:count]).total
    assert exceeded


def test_sums_that_are_not_exact_are_refused():
    problem = random_reassignment(0)
    heavy = replace(problem, resources=tuple(Resource(each.transient, 2**52) for each in problem.resources))
    with pytest.raises(ProblemError, match="too_large"):
        arrays(heavy)
