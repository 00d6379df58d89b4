"""The checker refuses what is not as said."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

import packing as pk
from packing.verify.schedule import verify_schedule

from .common import checked, two


@cache
def sound() -> pk.Schedule:
    return pk.solve_schedule(two(), time_limit=0, processes=False)


def refused(name: str, **changes: Any) -> None:
    found = checked(two(), sound().model_copy(update=changes)).violations
    assert name in {str(each.rule) for each in found}, found


def group(number: int, **changes: Any) -> tuple[Any, ...]:
    groups = list(sound().groups)
    groups[number] = groups[number].model_copy(update=changes)
    return tuple(groups)


def switch(number: int, **changes: Any) -> tuple[Any, ...]:
    switches = list(sound().switches)
    switches[number] = switches[number].model_copy(update=changes)
    return tuple(switches)


def test_sound():
    assert checked(two(), sound()).ok


@pytest.mark.parametrize("changes", [{"first": 1}, {"slots": 1}, {"slots": 3}])
def test_slots_without_a_group_or_with_two(changes: dict[str, int]):
    refused("coverage", groups=group(0, **changes))


def test_another_problem():
    refused("structure", problem="sha256:0")
    refused("structure", slots=5)


@pytest.mark.parametrize("field", ["cost_usd", "running_usd", "overlap_usd", "move_usd"])
def test_money(field: str):
    refused("cost", **{field: getattr(sound(), field) + 0.000001})


def test_money_of_a_switch():
    refused("cost", switches=switch(0, overlap_usd=0.0))
    refused("cost", switches=switch(0, move_usd=5.0))


def test_a_bound_above_the_cost():
    refused("cost", bound_usd=100.0, gap=0.0)
    refused("cost", bound_usd=20.0, gap=0.5)


def test_optimal_without_proof():
    refused("status", status=pk.Status.OPTIMAL)


def test_a_group_that_serves_too_little():
    refused("throughput", groups=group(0, placement=sound().groups[1].placement))


def test_switches_that_leave_something_out():
    refused("switch", switches=())
    refused("switch", switches=switch(0, starts=()))
    refused("switch", switches=switch(0, loads=()))
    refused("switch", switches=switch(1, stops=()))
    refused("switch", switches=switch(1, unloads=()))
    refused("switch", switches=switch(0, slot=1))


def test_too_late():
    (start,), (load,) = sound().switches[0].starts, sound().switches[0].loads
    refused("lead", switches=switch(0, starts=(start.model_copy(update={"before_s": 300.0}),)))
    refused("lead", switches=switch(0, loads=(load.model_copy(update={"before_s": 59.0}),)))
    refused("lead", switches=switch(0, lead_s=0.0))


def test_a_slot_too_short_to_start_in():
    problem = two().model_copy(update={"slot_hours": 0.05})
    found = verify_schedule(pk_expand(problem), sound().model_copy(update={"slot_hours": 0.05}))
    assert "lead" in {str(each.rule) for each in found.violations}


def test_another_place_under_the_same_number():
    """The copy that runs all day is on the other node in the second group."""
    last = sound().groups[1].placement
    other = next(node for node in sound().groups[0].placement.nodes if node.id not in {each.id for each in last.nodes})
    moved = last.model_copy(
        update={
            "nodes": (other,),
            "copies": tuple(copy.model_copy(update={"node": other.id}) for copy in last.copies),
            "endpoints": tuple(each.model_copy(update={"nodes": (other.id,)}) for each in last.endpoints),
        }
    )
    refused("switch", groups=group(1, placement=moved))


def test_more_nodes_at_a_time_than_there_are():
    """Nodes of other names in the second group: while it takes over, three boxes run, and the pool has two."""
    problem = two().model_copy(update={"fleet": tuple(pool.model_copy(update={"count": 2}) for pool in two().fleet)})
    whole = pk.solve_schedule(problem, time_limit=0, processes=False)
    last = whole.groups[1].placement
    renamed = last.model_copy(
        update={
            "nodes": tuple(node.model_copy(update={"id": "other"}) for node in last.nodes),
            "copies": tuple(copy.model_copy(update={"node": "other", "copy_index": 9}) for copy in last.copies),
            "endpoints": tuple(each.model_copy(update={"nodes": ("other",)}) for each in last.endpoints),
        }
    )
    groups = (whole.groups[0], whole.groups[1].model_copy(update={"placement": renamed}))
    found = checked(problem, whole.model_copy(update={"groups": groups})).violations
    assert "stock" in {str(each.rule) for each in found}


def pk_expand(problem: pk.Problem) -> pk.Problem:
    from packing.describe import expand

    return expand(problem).problem
