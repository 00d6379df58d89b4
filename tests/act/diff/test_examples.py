"""Diffs worked out by hand."""

from __future__ import annotations

import random

import pytest

from packing import Mode, Placement, ProblemError, apply_diff, diff
from packing.act.diff.content import FIGURES
from packing.act.diff.types import Figures, Seat
from packing.domain.placement import PlacedCopy

from .common import GIB, placement

A, B, C = ("a", [0], 4), ("b", [1], 8), ("c", [0, 1], 16)


def counted(old, new, **options) -> dict[str, int]:
    """What is not zero, without what stays."""
    counts = diff(old, new, **options).counts.model_dump(exclude={"copies_kept", "endpoints_opened", "endpoints_closed", "endpoints_resized"})
    return {name: count for name, count in counts.items() if count}


def components(**nodes):
    return placement({"ep": ("inference_component", nodes)})


def test_names_do_not_count():
    old = components(x=[A, B], y=[C])
    new = placement({"other": ("inference_component", {"y": [("b", [5], 8), ("a", [3], 4)], "z": [C]})})
    assert diff(old, new).is_empty
    assert apply_diff(old, diff(old, new)).state_digest() == old.state_digest()


def test_a_copy_is_added_to_the_node_that_has_the_rest():
    found = diff(components(x=[A], y=[B]), components(p=[B, C], q=[A]))
    assert [(copy.model, copy.node) for copy in found.copies.added] == [("c", "y")]
    assert found.counts.loads == 1
    assert found.counts.bytes_loaded == 32 * GIB
    assert found.nodes.opened == found.nodes.closed == ()


def test_fewest_copies_come_before_bytes():
    # x as p keeps one copy of 40 GiB, x as q two small ones.
    old = components(x=[("large", [0], 40), ("s", [1], 1), ("t", [2], 1)])
    new = components(p=[("large", [0], 40)], q=[("s", [1], 1), ("t", [2], 1)])
    found = diff(old, new)
    assert (found.counts.copies_kept, found.counts.loads, found.counts.bytes_loaded) == (2, 1, 40 * GIB)
    assert [(change.model, change.before.node, change.after.node) for change in found.copies.moved] == [("large", "x", "p")]


def test_bytes_decide_among_equals():
    found = diff(components(x=[("large", [0], 40), ("small", [1], 1)]), components(p=[("small", [0], 1)], q=[("large", [0], 40)]))
    assert found.counts.bytes_loaded == GIB


def test_a_move_closes_one_node_and_opens_another_of_another_pool():
    old, new = components(**{"x@p1": [A]}), components(**{"x@p2": [A]})
    assert counted(old, new) == {"nodes_opened": 1, "nodes_closed": 1, "copies_moved": 1, "loads": 1, "bytes_loaded": 4 * GIB}
    assert [node.id for node in diff(old, new).nodes.opened] == ["n-0"], "x is the name of the node that stops"


def test_same_mode_elsewhere_is_a_move_any_mode_a_move_with_a_change():
    old = components(x=[A, ("a", [1], 4, "int8")], y=[])
    new = components(x=[], y=[("b", [0], 4), A, ("a", [1], 9)])
    found = diff(
        placement({"ep": ("single_model", {"x@p": [A, ("a", [1], 4, "int8")]})}), placement({"ep": ("single_model", {"x@q": [A, ("a", [1], 9)]})})
    )
    moves = {change.copy_index: (change.before.mode == change.after.mode, change.after.mode.size // GIB) for change in found.copies.moved}
    assert moves == {0: (True, 4), 1: (False, 9)}
    assert diff(old, new).counts.copies_added == 1


def test_another_mode_in_the_same_place_is_a_change():
    found = diff(components(x=[A, B]), components(x=[("a", [0], 4, "int8"), B]))
    (change,) = found.copies.changed
    assert (change.before.mode.precision, change.after.mode.precision) == (None, "int8")
    assert found.counts.loads == 1


def test_another_hosting_of_a_node_changes_every_copy_on_it():
    old, new = placement({"ep": ("single_model", {"x": [A, ("a", [1], 4)]})}), components(x=[A, ("a", [1], 4)])
    assert counted(old, new) == {"nodes_changed": 1, "copies_changed": 2, "loads": 2, "bytes_loaded": 8 * GIB}
    found = diff(old, new)
    assert [each.name for each in found.endpoints.closed] == ["ep"]
    assert [each.name for each in found.endpoints.opened] == ["ep-0"], "an endpoint has one hosting option, and ep is taken until it is gone"


def test_other_figures_load_nothing():
    old = components(x=[A, B])
    faster = tuple(copy.model_copy(update={"mode": copy.mode.model_copy(update={"requests_per_second": 9.0})}) for copy in old.copies[:1])
    new = old.model_copy(update={"copies": (*faster, *old.copies[1:])})
    found = diff(old, new)
    assert (found.counts.loads, found.counts.copies_restated, found.counts.copies_kept) == (0, 1, 2)
    assert not found.is_empty
    assert apply_diff(old, found).copies == new.copies


def test_sharing_an_accelerator_counts_its_number_does_not():
    together, apart = components(x=[("a", [0], 1), ("b", [0], 1)]), components(x=[("a", [3], 1), ("b", [2], 1)])
    assert counted(together, apart) == {"copies_moved": 1, "loads": 1, "bytes_loaded": GIB}
    assert diff(together, components(x=[("a", [7], 1), ("b", [7], 1)])).is_empty


def test_a_copy_on_two_accelerators_carries_its_neighbours_along():
    # The pair's two accelerators carry different small copies: swapping their numbers keeps all three.
    old = components(x=[("pair", [0, 1], 4), ("a", [0], 1), ("b", [1], 1)])
    assert diff(old, components(x=[("pair", [4, 6], 4), ("a", [6], 1), ("b", [4], 1)])).is_empty
    assert diff(old, components(x=[("pair", [0, 1], 4), ("a", [0], 1), ("b", [0], 1)])).counts.loads == 1


def test_nodes_of_one_endpoint_stay_together():
    twin = {"x1": [A], "x2": [B]}, {"y1": [A], "y2": [C]}
    old = placement({"one": ("inference_component", twin[0]), "two": ("inference_component", twin[1])})
    new = placement({"two": ("inference_component", {"x1": [C], "x2": [A]}), "one": ("inference_component", {"y1": [B], "y2": [A]})})
    assert diff(old, new).is_empty


def test_resized_endpoints():
    old, new = components(x=[A]), components(x=[A], y=[B], z=[B])
    (resize,) = diff(old, new).endpoints.resized
    assert (resize.name, resize.nodes_before, resize.nodes_after, resize.added, resize.removed) == ("ep", 1, 3, ("y", "z"), ())


def test_by_name_a_drained_node_is_not_its_twin():
    old, new = components(broken=[A], other=[B]), components(fresh=[A], other=[B])
    assert diff(old, new).is_empty
    found = diff(old, new, by_name=True)
    assert ([node.id for node in found.nodes.closed], [node.id for node in found.nodes.opened]) == (["broken"], ["fresh"])
    assert [(change.before.node, change.after.node) for change in found.copies.moved] == [("broken", "fresh")]
    other_place = components(broken=[("a", [1], 4)], other=[B])
    assert diff(old, other_place).is_empty
    assert diff(old, other_place, by_name=True).counts.copies_moved == 1


def test_only_for_the_state_that_it_was_made_for():
    old, new = components(x=[A]), components(x=[A, B])
    found = diff(old, new)
    with pytest.raises(ProblemError, match="made for another state") as caught:
        apply_diff(components(x=[A, C]), found)
    assert [fault.code for fault in caught.value.faults] == ["stale_state"]
    with pytest.raises(ProblemError, match="applied already") as caught:
        apply_diff(apply_diff(old, found), found)
    assert [fault.code for fault in caught.value.faults] == ["stale_state"]
    tampered = found.model_copy(update={"copies": found.copies.model_copy(update={"added": ()})})
    with pytest.raises(ProblemError, match="changed after it was made") as caught:
        apply_diff(old, tampered)
    assert [fault.code for fault in caught.value.faults] == ["bad_diff"]


def test_figures_come_along():
    old, new = components(x=[A]), components(x=[A]).model_copy(update={"cost_per_hour": 7.5, "objective": 0.25, "problem": "sha256:1"})
    found = diff(old, new)
    assert found.is_empty
    assert apply_diff(old, found) == new.model_copy(update={"endpoints": old.endpoints})
    assert (found.cost_per_hour_before, found.after.cost_per_hour) == (1.0, 7.5)


def test_the_state_does_not_depend_on_order_or_figures():
    old = components(x=[A, B], y=[C])
    turned = old.model_copy(update={"copies": old.copies[::-1], "nodes": old.nodes[::-1], "cost_per_hour": 9.0, "problem": "sha256:9"})
    assert turned.state_digest() == old.state_digest()
    for part in ("copies", "nodes", "endpoints"):
        assert old.model_copy(update={part: getattr(old, part)[1:]}).state_digest() != old.state_digest()


def test_nothing_of_a_placement_is_forgotten():
    """A field that is added to a placement has to come along, too."""
    assert set(Figures.model_fields) | {"schema_version", "endpoints", "nodes", "copies"} == set(Placement.model_fields)
    assert set(Seat.model_fields) - {"hosting"} | {"model", "copy_index"} == set(PlacedCopy.model_fields)
    assert set(FIGURES) < set(Mode.model_fields)


def test_two_modes_with_the_same_needs_are_told_apart():
    slow, fast = (Mode(accelerator="X", accelerators=2, memory_per_accelerator=GIB, ttft_ms=ttft) for ttft in (900, 100))

    def fleet(*running):
        plain = components(x=[("pair", places, 1) for places, _ in running])
        copies = (copy.model_copy(update={"mode": mode}) for copy, (_, mode) in zip(plain.copies, running, strict=True))
        return plain.model_copy(update={"copies": tuple(copies)})

    old = fleet(([0, 1], slow), ([1, 2], slow), ([2, 3], fast))
    assert diff(old, fleet(([0, 1], fast), ([1, 2], slow), ([2, 3], slow))).is_empty, "numbered from the other end"
    found = diff(old, fleet(([0, 1], slow), ([1, 2], fast), ([2, 3], slow)))
    assert (found.counts.loads, found.counts.copies_restated) == (0, 2)


def test_a_node_with_very_many_copies_is_read_all_the_same():
    rnd = random.Random(1)
    old, new = (components(x=[("m", rnd.sample(range(16), 3), 1) for _ in range(600)]) for _ in range(2))
    found = diff(old, new)
    assert found.counts.copies_kept > 100
    assert not found.smallest
    assert diff(apply_diff(old, found), new).counts.loads <= found.counts.loads
