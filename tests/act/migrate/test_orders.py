"""Orders of small migrations, by hand: what must come first, and what may be done at the same time."""

from __future__ import annotations

import json

import pytest

from packing.act.migrate import plan_migration
from packing.domain.migration import Migration, Outcome, StepKind
from packing.errors import ProblemError

from .small import GIB, Platform, mode, said, steps


def test_nothing_to_do():
    fleet = Platform({"a": {}}, {"p": 1})
    old = fleet.place({"n0": "a"})
    migration = fleet.migrate(old, old)
    assert (migration.status, migration.waves, migration.totals.steps) == (Outcome.ORDERED, (), 0)


def test_make_before_break():
    fleet = Platform({"a": {}}, {"p": 2})
    migration = fleet.migrate(fleet.place({"n0": "a", "n1": ""}), fleet.place({"n0": "", "n1": "a"}))
    assert said(migration) == [["load a n1"], ["unload a n0"]]
    shift, drain = steps(migration, StepKind.SHIFT_TRAFFIC)[0], steps(migration, StepKind.DRAIN)[0]
    assert (shift.copy_index, shift.replaces, drain.copy_index) == (1, 0, 0)
    assert shift.starts_at <= drain.starts_at
    assert migration.totals.bytes == 10 * GIB


def test_what_does_not_depend_runs_in_one_wave():
    names = "abcd"
    fleet = Platform({name: {} for name in names}, {"p": 8})
    old = fleet.place({f"n{i}": name for i, name in enumerate(names)} | {f"m{i}": "" for i in range(4)})
    new = fleet.place({f"n{i}": "" for i in range(4)} | {f"m{i}": name for i, name in enumerate(names)})
    migration = fleet.migrate(old, new)
    assert len(migration.waves) == 2
    assert migration.totals.seconds == 50.0  # all loads together, then all drains
    assert fleet.migrate(old, new, options={"loads_per_node": 1}).totals.seconds == 50.0


def test_bandwidth_stretches_a_wave():
    fleet = Platform({name: {"mode": mode(load_s=None)} for name in "ab"}, {"p": 2}, {"accelerators": 2})
    old, new = fleet.place({"n0": "a@0 b@1", "n1": ""}), fleet.place({"n0": "", "n1": "a@0 b@1"})
    line = GIB / 10  # narrower than what a load reaches by itself: 10 GiB take 100 s
    quick = fleet.migrate(old, new, options={"node_bandwidth": line, "drain_s": 0.0})
    assert quick.totals.seconds == pytest.approx(200.0)  # one load draws all of the node's bandwidth
    assert quick.totals.peak_bytes_per_second == pytest.approx(line)
    shared = fleet.migrate(old, new, options={"node_bandwidth": 4.0 * GIB, "fleet_bandwidth": line, "drain_s": 0.0})
    assert shared.totals.seconds == pytest.approx(200.0)
    assert shared.totals.peak_bytes_per_second == pytest.approx(line)


def test_a_load_without_a_stated_time_follows_the_law_of_every_verb():
    fleet = Platform({"a": {"mode": mode(load_s=None)}}, {"p": 2}, {})
    migration = fleet.migrate(fleet.place({"n0": "a", "n1": ""}), fleet.place({"n0": "", "n1": "a"}), options={"drain_s": 0.0})
    (load,) = [step for wave in migration.waves for step in wave.steps if step.kind == "load_copy"]
    assert load.seconds == pytest.approx(5 + 10 * GIB / 0.21e9, abs=1e-3)


@pytest.mark.parametrize(("start_s", "options", "seconds"), [(45.0, {}, 45.0), (None, {}, 300.0), (45.0, {"start_node_s": 7.0}, 7.0)])
def test_nodes_start_as_their_type_says(start_s: float | None, options: dict, seconds: float):
    fleet = Platform({"a": {}}, {"p": 2}, {"start_s": start_s})
    migration = fleet.migrate(fleet.place({"n0": "a"}), fleet.place({"n1": "a"}), options=options)
    (start,) = [step for wave in migration.waves for step in wave.steps if step.kind == "start_node"]
    assert start.seconds == seconds


@pytest.mark.parametrize("sharing", ["exclusive", "memory"])
def test_swap_through_a_spare(sharing: str):
    fleet = Platform({"a": {}, "b": {}}, {"p": 3}, {"sharing": sharing})
    migration = fleet.migrate(fleet.place({"n0": "a", "n1": "b", "n2": ""}), fleet.place({"n0": "b", "n1": "a", "n2": ""}))
    assert [bounce.node for bounce in migration.bounces] == ["n2"]
    assert migration.totals.loads == 3


def test_the_smaller_model_makes_the_detour():
    fleet = Platform({"big": {"mode": mode(14)}, "small": {"mode": mode(4)}}, {"p": 3})
    migration = fleet.migrate(fleet.place({"n0": "big", "n1": "small", "n2": ""}), fleet.place({"n0": "small", "n1": "big", "n2": ""}))
    assert [bounce.model for bounce in migration.bounces] == ["small"]


def test_a_chain_needs_no_detour():
    fleet = Platform({name: {} for name in "abc"}, {"p": 4})
    migration = fleet.migrate(fleet.place({"n0": "a", "n1": "b", "n2": "c", "n3": ""}), fleet.place({"n0": "", "n1": "a", "n2": "b", "n3": "c"}))
    assert said(migration) == [["load c n3"], ["unload c n2"], ["load b n2"], ["unload b n1"], ["load a n1"], ["unload a n0"]]


def test_a_swap_in_a_full_fleet_is_impossible_and_what_helps_is_said():
    fleet = Platform({"a": {}, "b": {}}, {"p": 2})
    migration = fleet.migrate(fleet.place({"n0": "a", "n1": "b"}), fleet.place({"n0": "b", "n1": "a"}))
    assert migration.status is Outcome.IMPOSSIBLE
    assert {(each.pool, each.nodes, each.model, each.copies, each.smallest) for each in migration.remedies} == {
        ("p", 1, None, 0, True), (None, 0, "a", 1, True), (None, 0, "b", 1, True),
    }  # fmt: skip


def test_two_nodes_are_said_where_one_is_not_enough():
    fleet = Platform({"x": {"mode": mode(10, 2)}, "b": {}, "c": {}}, {"p": 2, "q": 0}, kinds={"p": {"accelerators": 2}})
    migration = fleet.migrate(fleet.place({"n0": "b@0 c@1", "n1": "x@0,1"}), fleet.place({"n0": "x@0,1", "n1": "b@0 c@1"}))
    assert migration.status is Outcome.IMPOSSIBLE
    assert all(remedy.smallest for remedy in migration.remedies)
    # A node of q has one accelerator, so it takes two; and if only b or only c dips, the other is still in the way.
    assert {(each.pool or each.model): each.nodes or each.copies for each in migration.remedies} == {"p": 1, "q": 2, "x": 1}


def test_break_before_make_only_where_allowed_and_named():
    fleet = Platform({"a": {}, "b": {"max_unavailable": 1}}, {"p": 2})
    migration = fleet.migrate(fleet.place({"n0": "a", "n1": "b"}), fleet.place({"n0": "b", "n1": "a"}))
    assert [(dip.model, dip.copies) for dip in migration.dips] == [("b", 1)]
    assert said(migration)[0] == ["unload b n1"]
    assert migration.totals.loads == 2


def test_room_is_preferred_to_a_dip():
    fleet = Platform({"a": {}, "b": {"max_unavailable": 1}}, {"p": 3})
    migration = fleet.migrate(fleet.place({"n0": "a", "n1": "b", "n2": ""}), fleet.place({"n0": "b", "n1": "a", "n2": ""}))
    assert not migration.dips
    assert migration.bounces


def test_a_node_is_replaced_within_the_stock():
    fleet = Platform({"a": {}, "b": {}}, {"p": 2, "q": 1})
    old = fleet.place({"n0": "a", "n1": "b"}, pools={"n0": "p", "n1": "p"})
    new = fleet.place({"n0": "a", "m0": "b"}, pools={"n0": "p", "m0": "q"})
    migration = fleet.migrate(old, new)
    assert said(migration) == [["start m0", "load b m0"], ["unload b n1", "stop n1"]]


def test_stock_lets_a_node_start_only_after_another_has_stopped():
    fleet = Platform({"a": {}, "b": {}}, {"p": 2})
    old = fleet.place({"n0": "a", "n1": ""})
    new = fleet.place({"n0": "a", "m0": "b"})
    migration = fleet.migrate(old, new)
    assert said(migration) == [["stop n1"], ["start m0", "load b m0"]]


def test_a_node_changes_its_hosting_by_being_emptied_and_started_anew():
    fleet = Platform({"a": {"hosting": ["single_model", "inference_component"]}}, {"p": 2})
    old = fleet.place({"n0": "a"}, endpoints={"n0": ("one", "single_model")})
    new = fleet.place({"n0": "a"}, endpoints={"n0": ("two", "inference_component")})
    migration = fleet.migrate(old, new)
    assert said(migration) == [["start n0.2", "load a n0.2"], ["unload a n0", "stop n0"]]
    assert migration.names.nodes == {"n0": "n0.2"}
    tight = Platform({"a": {"hosting": ["single_model", "inference_component"]}}, {"p": 1})
    old = tight.place({"n0": "a"}, endpoints={"n0": ("one", "single_model")})
    new = tight.place({"n0": "a"}, endpoints={"n0": ("two", "inference_component")})
    assert tight.migrate(old, new).status is Outcome.IMPOSSIBLE


def test_more_and_fewer_copies():
    fleet = Platform({"a": {"copies": {"min": 1, "max": 3}}, "b": {"copies": {"min": 1, "max": 3}}}, {"p": 4})
    old = fleet.place({"n0": "a", "n1": "a", "n2": "a", "n3": "b"})
    new = fleet.place({"n0": "a", "n1": "b", "n2": "b", "n3": "b"})
    migration = fleet.migrate(old, new)
    assert said(migration) == [["unload a n1", "unload a n2"], ["load b n1", "load b n2"]]


def test_a_copy_may_exceed_its_maximum_while_it_moves():
    fleet = Platform({"a": {"copies": 1}}, {"p": 2})
    assert fleet.migrate(fleet.place({"n0": "a", "n1": ""}), fleet.place({"n0": "", "n1": "a"})).status is Outcome.ORDERED


def test_a_mode_is_changed_in_place_where_the_accelerator_has_room_for_both():
    modes = {"modes": [mode(10), mode(4)]}
    fleet = Platform({"a": modes}, {"p": 1}, {"sharing": "memory"})
    migration = fleet.migrate(fleet.place({"n0": "a"}), fleet.place({"n0": "a:1"}))
    assert said(migration) == [["load a n0"], ["unload a n0"]]
    full = Platform({"a": {"modes": [mode(10), mode(8)]}}, {"p": 1}, {"sharing": "memory"})
    assert full.migrate(full.place({"n0": "a"}), full.place({"n0": "a:1"})).status is Outcome.IMPOSSIBLE


def test_throughput_is_kept_on_the_way():
    models = {
        "a": {"copies": {"min": 1, "max": 3}, "traffic": 10.0, "modes": [mode(10, requests_per_second=5.0), mode(12, requests_per_second=10.0)]}
    }
    fleet = Platform(models, {"p": 3})
    old, new = fleet.place({"n0": "a", "n1": "a", "n2": ""}), fleet.place({"n0": "", "n1": "", "n2": "a:1"})
    assert said(fleet.migrate(old, new)) == [["load a n2"], ["unload a n0", "unload a n1"]]
    back = said(fleet.migrate(new, old))
    assert back == [["load a n0", "load a n1"], ["unload a n2"]]


def test_zones_are_kept_on_the_way():
    fleet = Platform({"a": {"copies": 2, "min_zones": 2}}, {"p": 2, "q": 2}, zones={"p": "x", "q": "y"})
    pools = {"p0": "p", "p1": "p", "q0": "q", "q1": "q"}
    migration = fleet.migrate(
        fleet.place({"p0": "a", "q0": "a", "p1": "", "q1": ""}, pools=pools), fleet.place({"p0": "", "q0": "", "p1": "a", "q1": "a"}, pools=pools)
    )
    assert len(migration.waves) == 2


def test_copies_keep_their_place_whatever_they_are_called():
    fleet = Platform({"a": {"copies": 2}, "b": {}}, {"p": 3})
    old, new = fleet.place({"n0": "a", "n1": "a", "n2": "b"}), fleet.place({"x": "b", "y": "a", "z": "a"})
    migration = fleet.migrate(old, new, by_name=False)
    assert (migration.status, migration.waves) == (Outcome.ORDERED, ())
    assert sorted(migration.names.nodes) == ["x", "y", "z"]


def test_accelerators_are_numbered_as_they_run():
    fleet = Platform({"a": {}, "b": {}, "c": {}}, {"p": 1}, {"accelerators": 4})
    migration = fleet.migrate(fleet.place({"n0": "a@0 b@1"}), fleet.place({"m": "a@3 b@2 c@0"}), by_name=False)
    assert [(step.model, step.node) for step in steps(migration, StepKind.LOAD_COPY)] == [("c", "n0")]
    assert (3, 0) in migration.names.accelerators["n0"]
    assert Migration.model_validate(json.loads(migration.to_json())) == migration


def test_new_figures_load_nothing():
    slow, quick = Platform({"a": {"mode": mode(load_s=60.0)}}, {"p": 1}), Platform({"a": {"mode": mode(load_s=10.0)}}, {"p": 1})
    migration = quick.migrate(slow.place({"n0": "a"}), quick.place({"n0": "a"}))
    assert (migration.status, migration.waves) == (Outcome.ORDERED, ())


def test_a_placement_of_another_problem_is_refused():
    one, other = Platform({"a": {}}, {"p": 1}), Platform({"a": {"priority": 3}}, {"p": 1})
    with pytest.raises(ProblemError, match="another problem"):
        plan_migration(one.problem, one.place({"n0": "a"}), other.place({"n0": "a"}))


def test_an_invalid_goal_is_refused_with_all_its_faults():
    fleet = Platform({"a": {}, "b": {}, "c": {}}, {"p": 2})
    with pytest.raises(ProblemError) as refused:
        plan_migration(fleet.problem, fleet.place({"n0": "a", "n1": "b"}), fleet.place({"n0": "a b", "n1": "c", "n2": ""}))
    assert {fault.where.partition("[")[0] for fault in refused.value.faults} == {"new.nodes", "new.pools"}
