"""Conflict sets and repairs of problems whose only reason is known, and of random ones."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import packing as pk
from packing.bench.infeasible import infeasible_problem
from packing.bench.suites.explain import conflict_faults, judged, repair_faults
from packing.describe import expand
from packing.domain.rules import Rule
from packing.explain.conditions import KINDS, Change, apply_changes, conditions, dropped
from packing.testing.strategies import tiny_problems

from .cases import BOX, CASES, ONE_BOX, SERVES, model, problem


@pytest.mark.parametrize("name", CASES)
def test_the_only_reason_is_found_and_each_member_has_its_least_repair(name):
    case, members, expected = CASES[name]
    found = pk.explain_placement(case)
    (conflict,) = found.conflicts
    assert {(each.kind, each.target) for each in conflict.conditions} == members
    assert conflict.irreducible
    single = {(change.kind, change.target, change.new) for repair in found.repairs if len(repair.changes) == 1 for change in repair.changes}
    assert expected <= single
    assert all(repair.least for repair in found.repairs if {(change.kind, change.target, change.new) for change in repair.changes} <= expected)
    assert [repair.price_per_hour for repair in found.repairs] == sorted(repair.price_per_hour for repair in found.repairs)
    assert not list(conflict_faults(case, conflict))
    assert not [fault for repair in found.repairs for fault in repair_faults(case, repair)]


def test_every_kind_has_a_case_and_a_rule():
    assert {kind for _, members, _ in CASES.values() for kind, _ in members} == set(KINDS)
    assert all(isinstance(kind.rule, Rule) for kind in KINDS.values())


def test_a_complete_problem_has_no_conflict_and_no_repairs():
    case = problem([model("A", copies=2)])
    assert pk.conflict_set(case) is None
    assert pk.conflict_set(problem([model("A", gib=20)])).members[0].sentence == "at least 1 copy of A"
    assert pk.cheapest_repairs(case) == ()


def test_nodes_are_added_as_cheaply_as_can_be():
    """Two copies on two accelerators each: two pairs at 5, though the boxes at 2 look cheaper; a third copy fits a box."""
    wide = {"accelerators": 2}
    case = problem(
        [model("W", copies=2, mode=wide), model("A", copies=1)],
        ({"instance_type": "box", "count": 0}, {"instance_type": "pair", "count": 1}, {"instance_type": "pair", "count": 0, "zone": "z"}),
    )
    nodes = next(repair for repair in pk.cheapest_repairs(case) if {change.kind for change in repair.changes} == {"stock"})
    assert {(change.target, change.new) for change in nodes.changes} in ({("box", 1), ("pair", 2)}, {("box", 1), ("pair@z", 1)})
    assert nodes.price_per_hour == 7.0
    assert nodes.least


def test_nodes_that_cost_nothing_are_not_added_for_fun():
    free = {**BOX, "price_per_hour": 0.0}
    case = problem([model("A", copies=3)], ({"instance_type": "box", "count": 1}, {"instance_type": "box", "count": 0, "zone": "z"}), kinds=(free,))
    nodes = next(repair for repair in pk.cheapest_repairs(case) if {change.kind for change in repair.changes} == {"stock"})
    assert (sum(change.new - change.old for change in nodes.changes), nodes.price_per_hour) == (2, 0.0)


def test_an_owned_node_is_paid_for():
    case = problem([model("A", copies=2)], ({"instance_type": "box", "count": 1, "owned": True},))
    before = pk.solve_placement(case).cost_per_hour
    (more,) = [repair for repair in pk.cheapest_repairs(case) if repair.price_per_hour]
    assert (before, more.price_per_hour, more.cost_per_hour) == (2.0, 2.0, 4.0)


def test_no_number_of_nodes_helps_is_said_only_where_it_is_so():
    short = pk.explain_placement(problem([model("A", copies=2)], ONE_BOX))
    assert short.more_nodes.helps is True
    nowhere = pk.explain_placement(problem([model("A", gib=20)], ONE_BOX))
    assert nowhere.more_nodes.helps is False


def test_conflicts_that_share_nothing_are_all_found():
    case = problem([model("A", gib=20), model("B", gib=30), model("C")])
    found = pk.explain_placement(case)
    assert [{each.target for each in conflict.conditions} for conflict in found.conflicts] == [{"B"}, {"A"}]
    assert [conflict.reasons[0][:2] for conflict in found.conflicts] == [("B", "memory"), ("A", "memory")]
    assert any({change.target for change in repair.changes} == {"A", "B"} for repair in found.repairs)


@pytest.mark.parametrize("name", ["copies and stock", "two models, one node", "conflict of tenants"])
def test_many_models_are_looked_at_a_few_at_a_time(name, monkeypatch):
    """What large problems do: those with missing copies first, two of them, four, …; the whole is never asked about."""
    monkeypatch.setattr("packing.explain.conflict.ALONE", 0)
    case, members, _ = CASES[name]
    crowd = [model(f"m{number}", gib=1) for number in range(4)]
    whole = case.model_copy(
        update={"models": (*problem(crowd).models, *case.models), "fleet": (*case.fleet, *problem(crowd, ({"instance_type": "lone"},)).fleet)}
    )
    lone = {**BOX, "name": "lone", "accelerator": "H"}
    models = tuple(
        each.model_copy(update={"modes": tuple(mode.model_copy(update={"accelerator": "H"}) for mode in each.modes)}) for each in whole.models[:4]
    )
    whole = whole.model_copy(
        update={"models": (*models, *case.models), "instance_types": (*case.instance_types, *problem([], kinds=(lone,)).instance_types)}
    )
    (conflict,) = pk.explain_placement(whole).conflicts
    assert {(each.kind, each.target) for each in conflict.conditions} == members
    assert conflict.irreducible


def test_pairs_where_no_single_change_is_enough():
    case = problem([model("A", copies={"min": 2}, min_zones=2), model("B", slo={"ttft_ms": 100}, mode=SERVES)])
    found = {frozenset((change.target, change.kind, change.new) for change in repair.changes) for repair in pk.cheapest_repairs(case)}
    assert {("A", "min_zones", 1), ("B", "ttft", 500.0)} in found
    assert all(len(each) > 1 for each in found)


def test_models_that_run_by_turns_are_not_said_to_be_in_each_others_way():
    """Dropping the traffic of one must not make it resident all day: at night A, by day B, on one accelerator; C fits nowhere."""
    turns = {"hosting": "multi_model", "cold_start_s": 60}
    night, day = ({"requests_per_second": rates} for rates in ([4, 0], [0, 4]))
    case = problem(
        [
            model("A", mode=SERVES, traffic=night, **turns),
            model("B", mode=SERVES, traffic=day, **turns),
            model("C", gib=2, isolation="instance", tenant="t", hosting="multi_model", cold_start_s=60),
        ],
        ONE_BOX,
        slots=2,
        tenants=[{"name": "t"}],
    )
    conflict = pk.conflict_set(case)
    assert len({each.target for each in conflict.conditions if each.kind in {"copies", "throughput"}}) == 2
    assert "C" in {each.target for each in conflict.conditions if each.kind == "copies"}


@pytest.mark.parametrize("seed", range(0, 8, 2))
def test_random_infeasible_problems(seed):
    """A sample of the bench suite `explain`."""
    case = infeasible_problem(seed + 1, tiny=True)
    if case is None:
        pytest.skip("still feasible")
    found = pk.explain_placement(case, time_limit=60)
    assert found.conflicts
    assert found.repairs
    assert not [fault for conflict in found.conflicts for fault in conflict_faults(case, conflict)]
    assert not [fault for repair in found.repairs for fault in repair_faults(case, repair)]


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(tiny_problems(), st.data())
def test_asking_for_less_never_makes_it_impossible(case, data):
    """Modes are given here, so that dropping a condition (or any step towards it) keeps every complete placement in reach."""
    expanded = expand(case)
    found = conditions(expanded)
    if not found or not judged(case):
        return
    chosen = data.draw(st.lists(st.sampled_from(found), unique=True, max_size=4))
    assert judged(apply_changes(case, [dropped(expanded, each) for each in chosen]))
    for each in chosen:
        step = data.draw(st.sampled_from(list(KINDS[each.kind].steps(expanded, each))))
        assert judged(apply_changes(case, [Change(each.kind, each.target, each.value, step)]))


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(tiny_problems(), st.randoms(use_true_random=False))
def test_changes_may_be_made_in_any_order(case, random):
    expanded = expand(case)
    changes = [dropped(expanded, each) for each in conditions(expanded)]
    shuffled = random.sample(changes, len(changes))
    assert apply_changes(case, changes) == apply_changes(case, shuffled)
    assert judged(apply_changes(case, changes)), "nothing is asked for any more"
