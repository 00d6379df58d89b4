"""A diff as it is read: what comes, goes and changes, with a count; long ones are counted."""

from __future__ import annotations

import random
from typing import Any

import pytest

from packing import diff
from packing.domain.placement import Endpoint, Node, PlacedCopy, Placement, Scores, Unplaced
from packing.domain.workload import Mode
from packing.report.diff import change_list, plan_line
from packing.report.page import Page

SCORES = Scores(model_size=0.5, performance=0.5, isolation=0.5, cost=0.5, scalability=0.5)
GIB = 2**30


def fleet(nodes: dict[str, list[tuple[str, tuple[int, ...], str]]], cost: float = 10.0, hosting: str = "inference_component") -> Placement:
    copies, numbers = [], dict.fromkeys((model for running in nodes.values() for model, _, _ in running), 0)
    for node, running in nodes.items():
        for model, accelerators, precision in running:
            mode = Mode(accelerator="X", accelerators=len(accelerators), memory_per_accelerator=4 * GIB, precision=precision)
            copies.append(PlacedCopy(model=model, copy=numbers[model], node=node, accelerators=accelerators, mode=mode))
            numbers[model] += 1
    endpoint = Endpoint(name="ep", hosting=hosting, instance_type="box", nodes=tuple(nodes), models=tuple(sorted(numbers)))
    machines = tuple(Node(id=name, instance_type="box", endpoint="ep", pool="box@a") for name in nodes)
    return Placement(
        problem="sha256:0", status="feasible", cost_per_hour=cost, endpoints=(endpoint,), nodes=machines, copies=tuple(copies), fitness=SCORES
    )


OLD = fleet({"n-1": [("chat", (0,), "bf16"), ("bot", (1,), "bf16")], "n-2": [("sum", (0, 1), "bf16"), ("bot", (2,), "bf16"), ("gone", (3,), "bf16")]})
NEW = fleet(
    {"n-1": [("chat", (0,), "bf16"), ("bot", (1,), "int8")], "n-2": [("sum", (0, 1), "bf16"), ("new", (2,), "bf16")], "n-3": [("bot", (0,), "bf16")]},
    cost=12.5,
)


def test_what_is_said():
    assert change_list(diff(OLD, NEW), OLD) == (
        "~ endpoint ep (components, box): 2 -> 3 nodes\n"
        "    node n-1 (box@a)\n"
        "      ~ bot#0 on 1, precision bf16 -> int8\n"
        "    node n-2 (box@a)\n"
        "      + new#0 on 2, 4 GiB\n"
        "      - bot#1 moves to n-3\n"
        "      - gone#0 on 3\n"
        "  + node n-3 (box@a)\n"
        "      ~ bot#1 on 0, from n-2\n"
        "\n"
        "Plan: 1 node to start, 0 to stop; 1 copy to add, 1 to move, 1 to change, 1 to remove.\n"
        "To load: 3 copies, 12 GiB; 2 stay as they are.\n"
        "Cost: 10.00 -> 12.50 USD/h\n"
    )


def test_colours_only_where_they_are_wanted():
    coloured = change_list(diff(OLD, NEW), OLD, Page(colour=True))
    assert "\x1b[32m  + node n-3" in coloured
    assert "\x1b[31m      - gone#0" in coloured
    assert "\x1b[33m~ endpoint ep" in coloured


def test_the_count_line():
    assert plan_line(diff(NEW, OLD)) == "Plan: 0 nodes to start, 1 to stop; 1 copy to add, 1 to move, 1 to change, 1 to remove."
    assert change_list(diff(OLD, OLD), OLD) == "No changes: both placements run the same.\n"


def test_another_hosting_is_named():
    old, new = fleet({"n-1": [("chat", (0,), "bf16")]}), fleet({"n-1": [("chat", (0,), "bf16")]}, hosting="single_model")
    text = change_list(diff(old, new), old)
    assert "- endpoint ep (components, box)" in text
    assert "+ endpoint ep-0 (single model, box)" in text
    assert "  ~ node n-1 (box@a) from endpoint ep, was components" in text
    assert "      ~ chat#0 on 0, components -> single model" in text


def test_long_ones_are_counted_unless_all_is_asked_for():
    rnd = random.Random(1)
    old, new = (
        fleet({f"n-{node}": [(f"m{rnd.randrange(30)}", (place,), "bf16") for place in range(8)] for node in range(nodes)}) for nodes in (40, 50)
    )
    found = diff(old, new)
    short, whole = change_list(found, old), change_list(found, old, Page(rows=None))
    assert len(short.splitlines()) < 40 < found.counts.loads < len(whole.splitlines())
    assert "  ~ ep: 40 -> 50 nodes\n" in short
    assert "  + 10 nodes of box@a\n" in short
    assert "  … and " in short
    assert "--all" in short
    assert max(len(line) for line in whole.splitlines() if not line.startswith("Plan: ")) <= 80
    for copy in found.copies.added:
        assert f"+ {copy.model}#{copy.copy_index} on" in whole


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"unplaced": (Unplaced(model="big", copies=2, reasons=()),)}, "leaves out 2 copies of 1 model"),
        ({"problem": "sha256:9"}, "answer different problems"),
        ({"cost_per_hour": 9.0}, "Cost: 10.00 -> 9.00 USD/h"),
    ],
)
def test_remarks(stated: dict[str, Any], said: str):
    text = change_list(diff(OLD, OLD.model_copy(update=stated)), OLD)
    assert text.startswith("No changes")
    assert said in text


def test_a_placement_that_names_no_problem_denies_none():
    live, blank, other = OLD.without_figures({"problem"}), OLD.model_copy(update={"problem": ""}), OLD.model_copy(update={"problem": "sha256:9"})
    for old, new in ((live, other), (blank, other), (other, blank)):
        assert "answer different problems" not in change_list(diff(old, new), old)
