"""What must hold in between: isolation, conflicts, endpoints, exclusive accelerators, departing tenants, broken starts."""

from __future__ import annotations

import pytest

from packing.domain.migration import Outcome, StepKind
from packing.domain.placement import Placement

from .small import Platform, mode, said, steps

TWO = {"accelerators": 2}


def test_isolation_holds_while_copies_pass():
    tenants = [{"name": "strict", "isolation": "instance"}, {"name": "other"}]
    fleet = Platform({"s": {"tenant": "strict"}, "o": {"tenant": "other"}}, {"p": 3}, TWO, tenants=tenants)
    old, new = fleet.place({"n0": "s@0", "n1": "o@0", "n2": ""}), fleet.place({"n0": "o@0", "n1": "s@0", "n2": ""})
    migration = fleet.migrate(old, new)
    # Both nodes have a free accelerator, but neither may be shared: one copy has to wait elsewhere.
    assert [bounce.node for bounce in migration.bounces] == ["n2"]
    free = Platform({"s": {"tenant": "strict"}, "o": {"tenant": "other"}}, {"p": 3}, TWO, tenants=[{"name": "strict"}, {"name": "other"}])
    relaxed = free.migrate(free.place({"n0": "s@0", "n1": "o@0", "n2": ""}), free.place({"n0": "o@0", "n1": "s@0", "n2": ""}))
    assert relaxed.totals.loads == 3  # accelerator 0 of each is taken, so a detour it is here, too, but on any free one


def test_conflicts_hold_while_copies_pass():
    tenants = [{"name": "x", "conflicts_with": ["y"]}, {"name": "y"}]
    fleet = Platform({"a": {"tenant": "x"}, "b": {"tenant": "y"}}, {"p": 2}, TWO, tenants=tenants)
    old, new = fleet.place({"n0": "a@0", "n1": "b@0"}), fleet.place({"n0": "b@1", "n1": "a@1"})
    assert fleet.migrate(old, new).status is Outcome.IMPOSSIBLE
    peaceful = Platform({"a": {"tenant": "x"}, "b": {"tenant": "y"}}, {"p": 2}, TWO, tenants=[{"name": "x"}, {"name": "y"}])
    assert len(peaceful.migrate(peaceful.place({"n0": "a@0", "n1": "b@0"}), peaceful.place({"n0": "b@1", "n1": "a@1"})).waves) == 2


def test_an_exclusive_accelerator_takes_no_second_copy_though_memory_would_do():
    small = {"mode": mode(4)}
    exclusive = Platform({"a": small, "b": small}, {"p": 2})
    assert exclusive.migrate(exclusive.place({"n0": "a", "n1": "b"}), exclusive.place({"n0": "b", "n1": "a"})).status is Outcome.IMPOSSIBLE
    shared = Platform({"a": small, "b": small}, {"p": 2}, {"sharing": "memory"})
    assert shared.migrate(shared.place({"n0": "a", "n1": "b"}), shared.place({"n0": "b", "n1": "a"})).totals.loads == 2


def test_max_copies_per_node_counts_both_ends():
    fleet = Platform({"a": {"max_copies_per_node": 1}}, {"p": 2}, TWO)
    migration = fleet.migrate(fleet.place({"n0": "a@0", "n1": ""}), fleet.place({"n0": "a@1", "n1": ""}))
    assert [bounce.node for bounce in migration.bounces] == ["n1"]


@pytest.mark.parametrize("stated", ["problem", "instance type"])
def test_two_pairs_cannot_change_partners_where_no_node_may_have_a_third_model(stated):
    limit, models = {"max_models_per_node": 2}, {name: {} for name in "abcd"}
    placements = {"n0": "a@0 b@1", "n1": "c@0 d@1"}, {"n0": "c@2 b@1", "n1": "a@2 d@1"}
    kind = {"accelerators": 4, **(limit if stated == "instance type" else {})}
    fleet = Platform(models, {"p": 2}, kind, **(limit if stated == "problem" else {}))
    migration = fleet.migrate(*map(fleet.place, placements))
    assert migration.status is Outcome.IMPOSSIBLE
    assert {(each.pool or each.model, each.nodes or each.copies) for each in migration.remedies} == {("p", 1), ("a", 1), ("c", 1)}
    free = Platform(models, {"p": 2}, {"accelerators": 4})
    assert free.migrate(*map(free.place, placements)).totals.loads == 2


def test_a_multi_model_endpoint_keeps_one_framework_and_its_size_ratio():
    common = {"hosting": ["multi_model"], "cold_start_s": 60.0, "framework": "vllm"}
    models = {"s": {**common, "mode": mode(2)}, "m": {**common, "mode": mode(6)}, "l": {**common, "mode": mode(11)}}
    fleet = Platform(models, {"p": 3}, {"sharing": "memory"})
    one, other = ("one", "multi_model"), ("two", "multi_model")
    old = fleet.place({"n0": "s m", "n1": "l"}, endpoints={"n0": one, "n1": other})
    # s (2 GiB) and l (11 GiB) are too unequal for one endpoint: s cannot come before l has gone elsewhere.
    new = fleet.place({"n0": "l", "n1": "s m"}, endpoints={"n0": one, "n1": other})
    migration = fleet.migrate(old, new)
    assert migration.status is Outcome.ORDERED
    assert migration.bounces


def test_departing_tenants_make_room_first():
    before = Platform({"gone": {"tenant": "old"}, "stays": {}}, {"p": 2}, tenants=[{"name": "old", "isolation": "instance"}])
    after = Platform({"arrives": {"tenant": "new"}, "stays": {}}, {"p": 2}, tenants=[{"name": "new"}])
    old, new = before.place({"n0": "gone", "n1": "stays"}), after.place({"n0": "arrives", "n1": "stays"})
    assert said(after.migrate(old, new, old_problem=before.problem)) == [["unload gone n0"], ["load arrives n0"]]
    assert said(after.migrate(old, new)) == [["unload gone n0"], ["load arrives n0"]]


def test_isolation_of_a_departing_tenant_holds_until_it_is_gone():
    before = Platform({"gone": {"tenant": "old"}, "stays": {}}, {"p": 2}, TWO, tenants=[{"name": "old", "isolation": "instance"}])
    lenient = Platform({"gone": {"tenant": "old"}, "stays": {}}, {"p": 2}, TWO, tenants=[{"name": "old"}])
    after = Platform({"stays": {}}, {"p": 2}, TWO)
    nodes = {"n0": "gone@0", "n1": "stays@0"}
    new = after.place({"n0": "stays@1", "n1": ""})
    assert said(after.migrate(before.place(nodes), new, old_problem=before.problem))[0] == ["unload gone n0"]
    assert said(after.migrate(lenient.place(nodes), new, old_problem=lenient.problem))[0] == ["load stays n0", "unload gone n0"]
    assert said(after.migrate(before.place(nodes), new))[0] == ["unload gone n0"]  # nothing known of it: the strictest


def test_a_broken_start_is_listed_and_mended_before_anything_is_added_to_it():
    fleet = Platform({"a": {}, "b": {}, "c": {}}, {"p": 3}, {"sharing": "memory"})
    old, new = fleet.place({"n0": "a b", "n1": "c", "n2": ""}), fleet.place({"n0": "a", "n1": "b", "n2": "c"})
    migration = fleet.migrate(old, new)
    assert [sentence.partition(":")[0] for sentence in migration.found] == ["nodes[n0].accelerators[0]"]
    assert said(migration) == [["load c n2"], ["unload c n1"], ["load b n1"], ["unload b n0"]]


def test_a_start_that_contradicts_itself_is_read_as_well_as_it_can_be():
    fleet = Platform({"a": {"copies": 2}, "b": {}}, {"p": 3})
    old = fleet.place({"n0": "a", "n1": "a", "n2": "b"})
    twice = [copy.model_copy(update={"copy_index": 0}) for copy in old.copies]
    broken: Placement = old.model_copy(update={"copies": tuple(twice), "nodes": (old.nodes[0], old.nodes[1])})
    migration = fleet.migrate(broken, fleet.place({"n0": "a", "n1": "a", "m": "b"}))
    assert any("there 2 times" in sentence for sentence in migration.found)
    assert any("n2" in sentence for sentence in migration.found)
    assert said(migration) == [["start m", "load b m"]]  # b ran on a node that is lost


def test_a_pool_over_its_stock_starts_nothing_until_it_is_mended():
    wide, narrow = Platform({"a": {"copies": 2}}, {"p": 3, "q": 1}), Platform({"a": {"copies": 2}}, {"p": 1, "q": 1})
    old = wide.place({"n0": "a", "n1": "a"}, pools={"n0": "p", "n1": "p"})
    new = narrow.place({"m0": "a", "n1": "a"}, pools={"m0": "q", "n1": "p"})
    migration = narrow.migrate(old, new)
    assert any("stock" in sentence for sentence in migration.found)
    assert [(step.node, step.pool) for step in steps(migration, StepKind.START_NODE)] == [("m0", "q")]


def test_memory_counts_a_moving_copy_at_both_ends():
    fleet = Platform({"a": {"mode": mode(9)}, "b": {"mode": mode(8)}, "c": {"mode": mode(7)}}, {"p": 3}, {"sharing": "memory"})
    old, new = fleet.place({"n0": "a", "n1": "b", "n2": "c"}), fleet.place({"n0": "a c", "n1": "b", "n2": ""})
    assert said(fleet.migrate(old, new))[0] == ["load c n0"]
    tight = Platform({"a": {"mode": mode(9)}, "b": {"mode": mode(8)}, "c": {"mode": mode(7)}}, {"p": 2}, {"sharing": "memory"})
    old, new = tight.place({"n0": "a", "n1": "b c"}), tight.place({"n0": "b c", "n1": "a"})
    assert tight.migrate(old, new).status is Outcome.IMPOSSIBLE


def test_several_nodes_are_stopped_before_a_pool_over_its_stock_starts_one():
    hosting = {"hosting": ["single_model", "inference_component"]}
    wide, narrow = Platform({"a": hosting}, {"p": 3, "q": 1}), Platform({"a": hosting}, {"p": 1, "q": 1})
    old = wide.place({"n0": "", "n1": "", "n2": "", "m": "a"}, pools={"n0": "p", "n1": "p", "n2": "p", "m": "q"})
    new = narrow.place({"x": "a"}, pools={"x": "p"}, endpoints={"x": ("own", "single_model")})
    migration = narrow.migrate(old, new)
    assert said(migration) == [["stop n0", "stop n1", "stop n2"], ["start x", "load a x"], ["unload a m", "stop m"]]
