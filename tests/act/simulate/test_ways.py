"""Where no order keeps every model serving: with dips, or cold; and what there is when a course stops half way."""

from __future__ import annotations

import pytest

from packing.act.simulate import Way, course
from packing.describe import expand
from packing.domain.migration import MigrationOptions, Outcome
from packing.verify.replay.fleet import fleet_of, take

from .common import model, placed, problem

OPTIONS = MigrationOptions()
TWO = [{"name": "a", "instance_type": "box", "count": 1}, {"name": "b", "instance_type": "box", "count": 1}]


@pytest.fixture
def swap():
    """Two models on two nodes, with no room to change places."""
    given = problem(model("m", hosting=["inference_component"]), model("n", hosting=["inference_component"]), fleet=TWO)
    now = placed(given)
    one, other = now.copies
    copies = (one.model_copy(update={"node": other.node}), other.model_copy(update={"node": one.node}))
    swapped = now.model_copy(update={"copies": copies})
    models = {copy.node: copy.model for copy in copies}
    endpoints = tuple(each.model_copy(update={"models": tuple(sorted({models[node] for node in each.nodes}))}) for each in now.endpoints)
    return expand(given), now, swapped.model_copy(update={"endpoints": endpoints})


def serving(found, old):
    """Fewest copies that serve at any time, and the fleet at the end."""
    fleet, least = fleet_of(old), 99
    for moment in found.moments:
        take(fleet, moment.step)
        least = min(least, sum(copy.serving for copy in fleet.copies.values()))
    return least, fleet


def test_a_swap_without_room_needs_dips(swap):
    target, old, new = swap
    found = course.course_of(target, old, new, None, OPTIONS)
    assert found.way is Way.WITH_DIPS
    assert found.dips
    least, fleet = serving(found, old)
    assert least == 1
    assert {(copy.copy.model, copy.copy.node) for copy in fleet.copies.values()} == {(copy.model, copy.node) for copy in new.copies}


def test_without_any_plan_what_goes_is_stopped_first(swap, monkeypatch):
    target, old, new = swap
    real = course.plan_migration

    def none(*arguments, **more):
        return real(*arguments, **more).model_copy(update={"status": Outcome.NOT_FOUND, "waves": ()})

    monkeypatch.setattr(course, "plan_migration", none)
    found = course.course_of(target, old, new, None, OPTIONS)
    assert found.way is Way.COLD
    assert found.seconds == 30 + 60
    least, fleet = serving(found, old)
    assert least == 0
    assert {(copy.copy.model, copy.copy.node) for copy in fleet.copies.values()} == {(copy.model, copy.node) for copy in new.copies}


def test_a_cold_switch_touches_only_what_changes(monkeypatch):
    given = problem(model("m"), model("n"), fleet=[{"name": "a", "instance_type": "box", "count": 4}])
    old = placed(given)
    more = problem(model("m", traffic=20.0), model("n"), fleet=[{"name": "a", "instance_type": "box", "count": 4}])
    from packing.solve.api import solve_placement

    new = solve_placement(more, current=old, time_limit=0, processes=False).placement
    real = course.plan_migration
    monkeypatch.setattr(course, "plan_migration", lambda *a, **b: real(*a, **b).model_copy(update={"status": Outcome.NOT_FOUND, "waves": ()}))
    found = course.course_of(expand(more), old, new, None, OPTIONS)
    assert serving(found, old)[0] == 2
    assert found.seconds == 30 + 300 + 60


def test_stopped_half_way_loads_are_given_up_and_drains_taken_back(swap):
    target, old, new = swap
    found = course.course_of(target, old, new, None, OPTIONS)
    for stop in range(len(found.moments) + 1):
        fleet = fleet_of(old)
        for moment in found.moments[:stop]:
            take(fleet, moment.step)
        there = course.stopped(fleet, (), target.digest)
        assert {(copy.model, copy.node) for copy in there.copies} <= {(copy.model, copy.node) for copy in (*old.copies, *new.copies)}
        assert len({(copy.node, copy.accelerators) for copy in there.copies}) == len(there.copies)
        assert course.course_of(target, there, new, None, OPTIONS).way in set(Way)
