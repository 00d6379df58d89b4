"""A current placement that is broken in any way: a verified answer all the same, what could not stay is said, and nothing is touched."""

from __future__ import annotations

import threading
from functools import cache
from random import Random

import pytest

from packing.describe import expand
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.errors import ProblemError
from packing.generate import random_problem
from packing.solve.api import solve_placement
from packing.testing.changes import changed_problem
from packing.testing.corruptions import CORRUPTIONS, spoiled
from packing.verify import verify

from .random_changes import a_while_later

SEEDS = (4, 11)
STRUCTURAL = {
    "a_copy_listed_twice", "another_copy_of_the_same_number", "a_copy_on_a_node_that_does_not_exist", "a_copy_of_a_model_that_does_not_exist",
    "a_mode_that_nobody_offers", "a_node_of_a_pool_that_does_not_exist", "a_node_of_another_type",
}  # fmt: skip
"""Corruptions after which something cannot stay, whatever the placement is (the node or copy that is hit has copies on it)."""


@cache
def running(seed: int) -> tuple[Problem, Placement]:
    """A problem of which something runs."""
    problem = random_problem(seed)
    placement = solve_placement(problem, time_limit=0, processes=False).placement
    assert placement.copies, "choose another seed"
    return problem, placement


def insist(problem: Problem, current: Placement, **options) -> object:
    """The answer is verified from outside, and neither argument has changed."""
    before, text = problem.model_dump_json(), current.to_json()
    result = solve_placement(problem, current=current, processes=False, **options)
    assert (problem.model_dump_json(), current.to_json()) == (before, text)
    expanded = expand(problem)
    found = verify(expanded.problem, result.placement, expanded.digest)
    assert found.ok, found.violations
    assert result.change is not None
    assert {notice.code for notice in result.change.notices} <= {"current_placement", "drain_blocked", "held_back"}
    names = [node.id for node in result.placement.nodes] + [endpoint.name for endpoint in result.placement.endpoints]
    assert len(names) == len(set(names))
    copies = [(copy.model, copy.copy_index) for copy in result.placement.copies]
    assert len(copies) == len(set(copies))
    return result


@pytest.mark.parametrize(("name", "seed"), [(name, SEEDS[number % len(SEEDS)]) for number, name in enumerate(CORRUPTIONS)])
def test_one_corruption(name: str, seed: int) -> None:
    problem, placement = running(seed)
    result = insist(problem, spoiled(placement, [name], Random(seed)), time_limit=0)
    if name in STRUCTURAL:
        assert result.change.notices
    if name in {"nothing_at_all", "no_nodes"}:
        assert result.change.stayed == result.change.moved == 0


def bad_day(seed: int, time_limit: float = 0) -> None:
    """Several corruptions at once, and a problem that has moved on or is another one altogether."""
    rnd = Random(seed)
    problem = random_problem(seed, tiny=rnd.random() < 0.3)
    placement = solve_placement(problem, time_limit=0, processes=False).placement
    broken = spoiled(placement, rnd.sample(list(CORRUPTIONS), rnd.randint(1, 5)), rnd)
    wanted = rnd.choice((problem, changed_problem(problem, rnd, 3), random_problem(seed + 10_000)))
    try:
        expand(wanted)
    except ProblemError:
        return  # the change made a problem with faults: not what is tried here
    policy = {"move_weight": rnd.choice((0.0, 0.1, 1.0)), "max_moves": rnd.choice((None, 0, 2)), "use_error_bands": rnd.random() < 0.5}
    insist(wanted, broken, time_limit=time_limit, policy=policy, seed=seed)


@pytest.mark.parametrize("seed", range(20))
def test_several_at_once(seed: int) -> None:
    bad_day(seed, time_limit=0.05 if seed % 8 == 0 else 0)


@pytest.mark.campaign
def test_a_thousand_bad_days() -> None:
    for seed in range(1_000):
        bad_day(seed, time_limit=0.1 if seed % 5 == 0 else 0)


def test_the_placement_of_another_problem() -> None:
    problem, _ = running(SEEDS[0])
    _, placement = running(SEEDS[1])
    result = insist(problem, placement, time_limit=0)
    assert len(result.change.notices) >= len(placement.copies) - result.change.stayed


def test_a_current_placement_of_the_wrong_form_is_refused_with_all_its_faults() -> None:
    problem, placement = running(SEEDS[0])
    data = placement.model_dump(mode="json", by_alias=True)
    data["copies"][0]["copy"] = -1
    data["nodes"] = "none"
    with pytest.raises(ProblemError) as caught:
        solve_placement(problem, current=data, time_limit=0, processes=False)
    assert len(caught.value.faults) >= 2
    assert {fault.code for fault in caught.value.faults} == {"bad_placement"}


def test_a_policy_that_names_what_is_not_there_is_refused_with_all_its_faults() -> None:
    problem, placement = running(SEEDS[0])
    with pytest.raises(ProblemError) as caught:
        solve_placement(problem, current=placement, policy={"pins": "ghost", "drain": ["n-77", "moon"]}, time_limit=0, processes=False)
    assert [fault.code for fault in caught.value.faults] == ["unknown_name"] * 3


@pytest.mark.parametrize("seed", SEEDS)
def test_time_limit_zero_from_a_sound_placement_keeps_it(seed: int) -> None:
    problem, placement = running(seed)
    result = insist(problem, placement, time_limit=0)
    assert result.change.moved == 0
    assert result.change.notices == ()


def test_a_cancelled_search_leaves_what_runs_as_it_is() -> None:
    problem, placement = running(14)  # one that is not solved before anybody can cancel
    cancel = threading.Event()
    cancel.set()
    broken = spoiled(placement, ["a_node_of_another_type", "a_copy_listed_twice"], Random(0))
    result = insist(problem, broken, time_limit=30, cancel=cancel)
    assert result.limit == "cancelled"
    assert result.elapsed_s < 10


def test_an_empty_node_that_cannot_go_on_is_named():
    """Of a node with copies these say it; of one without, nobody else would."""
    problem, now, _ = a_while_later(3)
    node = now.nodes[0].model_copy(update={"id": "warm", "pool": "nowhere"})
    endpoints = tuple(each.model_copy(update={"nodes": (*each.nodes, "warm")}) if each.name == node.endpoint else each for each in now.endpoints)
    current = now.model_copy(update={"nodes": (*now.nodes, node), "endpoints": endpoints})
    result = solve_placement(problem, current=current, time_limit=0.0, processes=False)
    assert [notice.cause for notice in result.change.notices if notice.where == "current.nodes[warm]"] == [
        "The node is one whose pool, nowhere, is not in the fleet."
    ]
