"""The whole search: valid, never dearer than the start, reproducible, and optimal where everything can be tried."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from benchmarks.public.reassignment_check import costs, violations
from benchmarks.reassign import Machine, Process, Reassignment, Resource, Service, Weights, reassign
from benchmarks.reassign.arrays import arrays
from benchmarks.reassign.combine import combine
from packing.errors import ProblemError
from packing.solve.context import SearchContext
from tests.benchmarks.reassign.instances import random_reassignment


@pytest.mark.parametrize("seed", range(8))
def test_answers_are_valid_and_never_dearer_than_the_start(seed: int):
    problem = random_reassignment(seed, machines=8, services=9, tight=1.2)
    outcome = reassign(problem, steps=800, seed=seed)
    assert not violations(problem, outcome.places)
    assert outcome.cost == costs(problem, outcome.places).total <= outcome.start_cost == costs(problem, problem.start).total


@pytest.mark.parametrize("seed", range(6))
def test_small_problems_are_solved_as_well_as_by_trying_everything(seed: int):
    problem = random_reassignment(seed, machines=3, services=3, tight=1.6)
    everything = product(range(3), repeat=len(problem.processes))
    valid = [costs(problem, places).total for places in everything if not violations(problem, places)]
    assert reassign(problem, steps=2000).cost == min(valid)


def test_the_same_seed_gives_the_same_answer():
    problem = random_reassignment(3, machines=8, services=9)
    assert reassign(problem, steps=600, seed=5) == reassign(problem, steps=600, seed=5)


def test_without_time_the_start_comes_back():
    problem = random_reassignment(1)
    for outcome in (reassign(problem, clock=SearchContext(0.0)), reassign(problem, steps=0)):
        assert outcome.places == problem.start
        assert outcome.cost == outcome.start_cost


def test_a_clock_ends_the_search():
    problem = random_reassignment(1)
    context = SearchContext(0.3)
    reassign(problem, clock=context)
    assert context.remaining() == 0
    context = SearchContext(1000.0)
    context.interrupt()
    assert reassign(problem, clock=context).places == problem.start


def test_a_search_without_limit_is_refused():
    with pytest.raises(ProblemError, match="bad_option"):
        reassign(random_reassignment(0))


def crossed() -> Reassignment:
    """Two full machines whose processes should change places, which no valid single move does; the third is too small for either."""
    return Reassignment(
        (Resource(transient=False, weight=10),),
        (Machine(0, 0, (10,), (6,), (0, 1, 1)), Machine(0, 1, (10,), (10,), (1, 0, 1)), Machine(0, 2, (3,), (3,), (1, 1, 0))),
        (Service(1, ()), Service(1, ())),
        (Process(0, (10,), 1), Process(1, (6,), 1)),
        (),
        Weights(1, 1, 1),
        (0, 1),
    )


def test_processes_change_places():
    outcome = reassign(crossed(), steps=200)
    # Load 40 becomes 0; two process moves, one move in the service with most, two machine moves: 5.
    assert (outcome.start_cost, outcome.cost, outcome.places) == (40, 5, (1, 0))


def test_transient_use_at_both_ends_forbids_the_same_swap():
    problem = replace(crossed(), resources=(Resource(transient=True, weight=10),))
    assert reassign(problem, steps=200).places == (0, 1)


@pytest.mark.parametrize(
    "change", [{"start": (0, 2)}, {"services": (Service(2, ()), Service(1, ()))}, {"services": (Service(1, ()), Service(1, (0, 7)))}]
)
def test_a_start_that_breaks_a_rule_is_refused(change: dict):
    problem = replace(crossed(), **change)
    if "services" in change and len(change["services"][1].needs) == 2:  # service 0 is needed where it is not
        machines = (problem.machines[0], replace(problem.machines[1], neighbourhood=1), problem.machines[2])
        problem = replace(problem, machines=machines, services=(Service(1, ()), Service(1, (0,))))
    with pytest.raises(ProblemError, match="contradiction"):
        reassign(problem, steps=10)


@pytest.mark.parametrize("seed", range(6))
def test_combining_is_as_good_as_trying_every_choice(seed: int):
    problem = random_reassignment(seed, machines=4, services=4, tight=1.3)
    other = [(place + process) % 4 for process, place in enumerate(problem.start)]
    differing = [process for process, pair in enumerate(zip(problem.start, other, strict=True)) if pair[0] != pair[1]][:8]
    other = [other[process] if process in differing else place for process, place in enumerate(problem.start)]
    found = combine(arrays(problem), list(problem.start), other, 5.0, None, 0)
    assert not violations(problem, found)
    best = None
    for choice in product((0, 1), repeat=len(differing)):
        places = list(problem.start)
        for process, taken in zip(differing, choice, strict=True):
            if taken:
                places[process] = other[process]
        if not violations(problem, places):
            now = costs(problem, places)
            cost = now.total - now.service_move
            best = cost if best is None else min(best, cost)
    now = costs(problem, found)
    assert now.total - now.service_move == best
