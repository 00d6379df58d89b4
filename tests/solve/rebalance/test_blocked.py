"""Drains that take more moves than are allowed, by name of a pool, one by one, and as the command tells it."""

from __future__ import annotations

import json

import pytest

import packing as pk
from packing.cli import main
from packing.describe import expand, problem_from
from packing.domain.change import Policy
from packing.solve.context import SearchContext
from packing.solve.rebalance.prepare import prepare
from packing.solve.rebalance.quick import Solver

from .now import placement_of

BOX = {"name": "box", "accelerator": "A", "accelerators": 4, "memory_per_accelerator": "16GiB", "price_per_hour": 2, "sharing": "exclusive"}
ONE = {"accelerator": "A", "memory_per_accelerator": "10GiB"}
DATA = {
    "weights": {"cost": 1},
    "instance_types": [BOX],
    "fleet": [
        {"name": "old", "instance_type": "box", "count": 2, "owned": True},
        {"name": "new", "instance_type": "box", "count": 2, "owned": True, "price_per_hour": 3},
    ],
    "models": [
        {"name": "wide", "hosting": "inference_component", "modes": [{**ONE, "accelerators": 4}]},
        {"name": "small", "hosting": "inference_component", "modes": [ONE]},
        {"name": "one", "copies": 3, "hosting": "inference_component", "modes": [ONE]},
    ],
}
NOW = {
    "n-0": {"pool": "old", "copies": [["wide", 0, 1, 2, 3]]},
    "n-1": {"pool": "old", "copies": [["small", 0]]},
    "n-2": {"pool": "new", "copies": [["one", 0], ["one", 1]]},
    "n-3": {"pool": "new", "copies": [["one", 0]]},
}


def solved(**policy):
    problem = problem_from(DATA)
    return pk.solve_placement(problem, current=placement_of(problem, NOW), policy=policy, time_limit=5.0, processes=False)


@pytest.mark.parametrize("limits", [{"max_moves": 1}, {"max_moves_per_node": 1}])
def test_of_a_pool_the_nodes_that_can_be_emptied_are(limits):
    """small moves by itself; wide by one move more, of whoever makes room for it."""
    result = solved(drain="old", **limits)
    assert result.status in {"optimal", "feasible"}
    assert result.change.blocked == ("n-0",)
    assert {node.id for node in result.placement.nodes} == {"n-0", "n-2", "n-3"}
    assert [(notice.code, notice.where) for notice in result.change.notices] == [("drain_blocked", "policy.drain[n-0]")]


def test_as_many_nodes_as_go_together():
    """wide moves to n-1 once small has left it: two moves. To empty n-1 as well would take a third."""
    result = solved(drain="old", max_moves=2)
    assert (result.change.blocked, result.change.moved) == (("n-1",), 2)


def test_a_way_within_another_limit_is_found():
    """The one copy on n-3 joins the others, so that no model moves twice."""
    result = solved(drain="old", max_moves_per_model=1)
    assert (result.change.blocked, result.change.moved) == ((), 3)
    assert {node.id for node in result.placement.nodes} == {"n-2", "n-3"}


def test_without_a_limit_nothing_is_blocked():
    result = solved(drain="n-0")
    assert (result.change.blocked, result.change.moved) == ((), 2)  # wide takes the place of small, which has room beside the others
    assert not result.unplaced


def test_what_has_no_place_anyhow_does_not_block():
    """Nothing makes room for wide: it is left out whatever is allowed, as without a limit."""
    data = {**DATA, "models": [*DATA["models"][:2], {**DATA["models"][2], "copies": 8}]}
    problem = problem_from(data)
    full = {"pool": "new", "copies": [["one", number] for number in range(4)]}
    now = placement_of(problem, {**NOW, "n-2": full, "n-3": full})
    free, limited = (
        pk.solve_placement(problem, current=now, policy={"drain": "n-0", **limits}, time_limit=5.0, processes=False)
        for limits in ({}, {"max_moves": 9})
    )
    assert free.change.blocked == limited.change.blocked == ()
    assert [left.model for left in free.unplaced] == [left.model for left in limited.unplaced]


def test_an_interrupt_while_it_is_asked_how_many_moves_are_needed_ends_the_solve():
    """As anywhere in the search: what is known by then is the answer."""

    def interrupted(_compiled, _context):
        raise KeyboardInterrupt

    context = SearchContext(10.0)
    problem = problem_from(DATA)
    policy = Policy(drain="old", max_moves=1)
    ready = prepare(expand(problem).problem, placement_of(problem, NOW), policy, Solver(interrupted, context))
    assert context.limit() == "cancelled"
    assert ready.blocked == ("n-0",)


def test_the_command_says_it_and_does_not_say_done(tmp_path, capsys):
    problem = problem_from(DATA)
    fleet, now, new = tmp_path / "fleet.json", tmp_path / "now.json", tmp_path / "new.json"
    fleet.write_text(json.dumps(DATA))
    now.write_text(placement_of(problem, NOW).to_json())
    arguments = ["rebalance", str(fleet), str(now), "--drain", "old", "--max-moves", "1", "--time-limit", "5", "-o", str(new)]
    assert main(arguments) == 3
    shown = capsys.readouterr()
    assert "policy.drain[n-0]: It is not drained: 2 moves are" in shown.err
    assert "1 allowed (max_moves)" in shown.err
    assert "not drained for want of moves: n-0" in shown.out
    assert main(["check", str(fleet), str(new)]) == 0  # nothing is wrong with the placement: it is not what was asked for
    assert "Cost:" not in shown.out  # two nodes of each pool are paid for, whatever the file of what runs says


@pytest.mark.parametrize("limits", [{}, {"max_moves": 1}, {"max_moves": 2}, {"max_moves_per_node": 1}])
def test_of_a_pool_that_is_to_be_emptied_no_node_is_started(limits):
    """Whatever of it has to go on serving: the pool has 2 nodes more than run, and `new` is too small for all copies."""
    data = {**DATA, "fleet": [{**DATA["fleet"][0], "count": 4, "price_per_hour": 0}, {**DATA["fleet"][1], "count": 2}]}
    problem = problem_from(data)
    result = pk.solve_placement(problem, current=placement_of(problem, NOW), policy={"drain": "old", **limits}, time_limit=5.0, processes=False)
    of_old = {node.id for node in result.placement.nodes if node.pool == "old"}
    assert of_old == set(result.change.blocked) <= {"n-0", "n-1"}
