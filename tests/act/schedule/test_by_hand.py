"""Days whose plan, times and costs can be worked out by hand."""

from __future__ import annotations

import threading

import pytest

import packing as pk
from packing.domain.units import exact
from packing.domain.words import Status

from .common import BOX, checked, day, model, two


def plan(problem: pk.Problem, **options: object) -> pk.Schedule:
    found = pk.solve_schedule(problem, **{"time_limit": 0.0, "processes": False, **options})
    assert checked(problem, found).ok
    return found


def test_a_node_is_there_only_while_it_is_needed():
    found = plan(two())
    assert [(group.first, group.slots, len(group.placement.nodes)) for group in found.groups] == [(0, 2, 2), (2, 2, 1)]
    # 1 box for 4 h and 1 for 2 h; 300 s to start and 60 s to load before slot 0, 30 s to drain in slot 2.
    assert found.running_usd == pytest.approx(21.6)
    assert found.overlap_usd == pytest.approx(0.36 + 0.03)
    assert found.cost_usd == pytest.approx(21.99)
    assert found.constant_usd == pytest.approx(28.8)
    up, down = found.switches
    assert (up.slot, up.lead_s, [start.before_s for start in up.starts], [load.before_s for load in up.loads]) == (0, 360.0, [360.0], [60.0])
    assert (down.slot, len(down.stops), [gone.model for gone in down.unloads], down.loads) == (2, 1, ["early"], ())


def test_what_stays_keeps_its_names():
    found = plan(two())
    (always,) = [{(copy.copy_index, copy.node) for group in found.groups for copy in group.placement.copies if copy.model == "always"}]
    assert len(always) == 1


def test_the_instance_type_says_how_long_it_takes_to_start():
    problem = two()
    kinds = tuple(kind.model_copy(update={"start_s": 1140.0}) for kind in problem.instance_types)
    found = plan(problem.model_copy(update={"instance_types": kinds}))
    assert found.switches[0].lead_s == 1200.0
    assert found.overlap_usd == pytest.approx(1.2 + 0.03)
    assert not any("Taken to need" in notice for notice in found.notices)
    assert any("Taken to need 300 s" in notice for notice in plan(problem).notices)


def test_the_bound_is_the_sum_of_what_each_slot_needs():
    found = plan(two(), time_limit=20.0)
    assert found.bound_usd == pytest.approx(21.6, abs=1e-4)
    assert found.gap == pytest.approx(1 - 21.6 / 21.99, abs=1e-4)


def test_slots_of_half_an_hour():
    problem = two().model_copy(update={"slot_hours": 0.5})
    assert plan(problem).running_usd == pytest.approx(10.8)


def test_constant_traffic_is_one_group_at_the_cost_of_the_ordinary_placement():
    problem = day(model("a", 10), model("b", [25, 25, 25, 25]))
    found = plan(problem)
    ordinary = pk.solve_placement(problem, time_limit=0, processes=False).placement
    assert len(found.groups) == 1
    assert not found.switches
    assert exact(found.cost_usd) == 4 * exact(ordinary.cost_per_hour)


def test_a_model_that_must_be_resident_stays():
    found = plan(day(model("always", 10), model("early", [10, 10, 0, 0], cold_start_s=0)))
    assert all({copy.model for copy in group.placement.copies} == {"always", "early"} for group in found.groups)


def test_copies_follow_the_traffic():
    found = plan(day(model("busy", [30, 30, 10, 10], cold_start_s=0)))
    assert [len(group.placement.copies) for group in found.groups] == [3, 1]


def test_no_traffic_at_all_costs_nothing():
    found = plan(day(model("quiet", [0, 0, 0, 0])))
    assert (len(found.groups), found.cost_usd, found.status) == (1, 0.0, Status.FEASIBLE)


def test_everything_in_one_slot():
    found = plan(day(model("once", [0, 0, 0, 30])))
    assert [(group.first, group.slots, len(group.placement.nodes)) for group in found.groups] == [(0, 3, 0), (3, 1, 3)]


def test_one_slot():
    found = plan(day(model("a", [10]), slots=1))
    assert (len(found.groups), found.cost_usd) == (1, 3.6)


def test_at_most_so_many_groups():
    assert len(plan(two(), groups=1).groups) == 1
    many = day(model("a", [10, 0, 10, 0, 10, 0]), slots=6)
    assert len(plan(many, groups=4).groups) <= 4


def test_a_slot_that_cannot_be_served_is_named():
    found = plan(day(model("a", [10, 10, 30, 10]), count=2))
    assert found.status is Status.PARTIAL
    assert [notice for notice in found.notices if "missing" in notice] == ["Slot 2: 1 copy is missing."]
    assert found.bound_usd is None


def test_a_switch_for_which_there_is_no_room_is_not_planned():
    """One box, and two models one after the other: for a while both would have to be there."""
    problem = day(model("first", [10, 10, 0, 0]), model("second", [0, 0, 10, 10]), count=1)
    assert plan(problem, time_limit=1.0).status is Status.PARTIAL
    enough = plan(problem.model_copy(update={"fleet": tuple(pool.model_copy(update={"count": 2}) for pool in problem.fleet)}), time_limit=1.0)
    assert enough.status is Status.FEASIBLE
    assert enough.running_usd == pytest.approx(14.4)


def test_what_takes_longer_than_a_slot_runs_all_day():
    found = plan(day(model("always", 10), model("slow", [10, 10, 0, 0], load_s=3400.0)))
    assert found.cost_usd == pytest.approx(28.8)
    assert any("need longer to start and load (up to 3,700 s) than a slot has" in notice for notice in found.notices)


def test_owned_nodes_are_paid_for_anyway():
    problem = day(model("early", [10, 10, 0, 0]))
    owned = problem.model_copy(update={"fleet": (pk.Pool(instance_type="box", count=2, owned=True),)})
    found = plan(owned)
    assert found.cost_usd == pytest.approx(28.8)
    assert found.overlap_usd == 0


def test_cancelled_at_once_still_answers():
    cancel = threading.Event()
    cancel.set()
    assert plan(two(), time_limit=30.0, cancel=cancel).status in (Status.FEASIBLE, Status.OPTIMAL)


def test_moves_that_pay_are_made():
    """Greedy's day has both small models of the night on nodes of their own; together they need one."""
    half = {"accelerator": "X", "memory_per_accelerator": 8 * 2**30, "requests_per_second": 10.0, "load_s": 60.0}
    models = [
        model(name, rates, modes=[half]) for name, rates in (("a", [10] * 8), ("b", [10] * 4 + [0] * 4), ("c", [10] * 8), ("d", [10] * 4 + [0] * 4))
    ]
    found = plan(day(*models, slots=8), time_limit=6.0)
    assert [len(group.placement.nodes) for group in found.groups] == [2, 1]


@pytest.mark.parametrize("wrong", [{"groups": 0}, {"move_weight": -1.0}, {"time_limit": -1.0}])
def test_options_out_of_range_are_refused(wrong: dict[str, float]):
    with pytest.raises(pk.ProblemError):
        pk.solve_schedule(two(), **{"time_limit": 0.0, "processes": False, **wrong})


def test_plain_data_will_do():
    data = {"slots": 2, "instance_types": [BOX], "fleet": [{"instance_type": "box"}], "models": [model("a", [10, 0])]}
    assert len(pk.solve_schedule(data, time_limit=0, processes=False).groups) == 2


def test_a_week_of_hours():
    """Five busy days and a quiet weekend: more slots than the dynamic programming looks at one by one."""
    week = ([0.0] * 8 + [10.0] * 10 + [0.0] * 6) * 5 + [0.0] * 48
    found = plan(day(model("always", 10), model("office", week), slots=168), groups=10)
    assert [(group.first, group.slots, len(group.placement.nodes)) for group in found.groups if len(group.placement.nodes) == 2] == [
        (8 + 24 * number, 10, 2) for number in range(5)
    ]
