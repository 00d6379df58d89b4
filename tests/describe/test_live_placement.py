"""Placements read from a live cluster: without what only this library makes, accepted by every verb."""

from __future__ import annotations

import copy as copies_of
import json
from pathlib import Path
from typing import Any

import pytest

import packing as pk
from packing.cli import main
from packing.describe import expand, placement_from, problem_from
from packing.describe.live_placement import FIGURES, OPTIONAL
from packing.errors import ProblemError
from packing.generate import random_problem, to_yaml
from packing.solve.check import with_figures
from packing.verify import verify

MODE = {"accelerator": "A", "memory_per_accelerator": "8GB", "requests_per_second": 1, "load_s": 5}
FLEET: dict[str, Any] = {
    "instance_types": [
        {"name": "box", "accelerator": "A", "accelerators": 2, "memory_per_accelerator": "20GB", "price_per_hour": 3, "sharing": "memory"},
        {"name": "lone", "accelerator": "A", "accelerators": 4, "memory_per_accelerator": "20GB", "price_per_hour": 5, "sharing": "exclusive"},
    ],
    "fleet": [{"instance_type": "box", "count": 3, "zone": "a"}, {"instance_type": "lone", "count": 1, "zone": "a"}],
    "models": [{"name": "chat", "modes": [MODE], "copies": 3}, {"name": "rank", "modes": [{**MODE, "memory_per_accelerator": "14GB"}]}],
}
LIVE = {
    "endpoints": [{"name": "ep", "hosting": "inference_component", "instance_type": "box", "nodes": ["n0", "n1"], "models": ["chat", "rank"]}],
    "nodes": [{"id": name, "instance_type": "box", "zone": "a", "endpoint": "ep"} for name in ("n0", "n1")],
    "copies": [
        {"model": "chat", "copy": 0, "node": "n0"},
        {"model": "rank", "copy": 0, "node": "n0"},
        {"model": "chat", "copy": 1, "node": "n0"},
        {"model": "chat", "copy": 2, "node": "n1"},
    ],
}


def read(live=LIVE, **changed):
    problem = problem_from({**FLEET, **changed})
    return problem, placement_from(live, problem)


def test_everything_that_only_we_make_is_inferred():
    problem, placement = read()
    assert {node.pool for node in placement.nodes} == {"box@a"}
    assert [copy.mode for copy in placement.copies if copy.model == "chat"] == 3 * list(expand(problem).problem.models[0].modes)
    on = {(copy.model, copy.copy_index): copy.accelerators for copy in placement.copies if copy.node == "n0"}
    # 14 GB and 8 GB do not share 20 GB: rank has a card to itself, and the two copies of chat the other one.
    assert on["chat", 0] == on["chat", 1] != on["rank", 0]
    assert placement.unstated == {*FIGURES, *OPTIONAL}
    expanded = expand(problem)
    assert verify(expanded.problem, placement, expanded.digest).violations == ()


def test_figures_are_computed_where_they_are_shown():
    problem, placement = read()
    known = with_figures(expand(problem), placement)
    assert known.cost_per_hour == 6.0
    assert known.status == "feasible"
    assert known.problem == problem.digest()
    assert not {"cost_per_hour", "fitness", "status"} & known.unstated


def test_what_is_stated_is_still_checked():
    problem, placement = read({**LIVE, "cost_per_hour": 5.0})
    expanded = expand(problem)
    assert [each.rule for each in verify(expanded.problem, placement, expanded.digest).violations] == ["cost"]


def test_a_figure_that_is_stated_later_is_checked_like_any_other():
    """The checker passes over what was not stated: once a figure is put in, that leave ends, and it does for that figure alone."""
    problem, placement = read()
    expanded = expand(problem)
    assert verify(expanded.problem, placement, expanded.digest).ok
    claimed = placement.model_copy(update={"cost_per_hour": 1.0})
    assert placement.unstated - claimed.unstated == {"cost_per_hour"}
    assert {each.rule for each in verify(expanded.problem, claimed, expanded.digest).violations} == {"cost"}
    stranger = placement.model_copy(update={"problem": "sha256:" + "0" * 64})
    assert not verify(expanded.problem, stranger, expanded.digest).ok
    assert placement.unstated == read()[1].unstated


def test_copies_that_do_not_run_are_missing_and_no_violation():
    problem, placement = read({**LIVE, "copies": LIVE["copies"][:2]})
    expanded = expand(problem)
    found = verify(expanded.problem, placement, expanded.digest)
    assert found.violations == ()
    assert found.missing == ((0, 2),)
    assert with_figures(expanded, placement).status == "partial"


def test_a_rule_that_is_broken_is_said():
    crowded = {**LIVE, "copies": [{"model": "rank", "copy": 0, "node": "n0"}, *({"model": "chat", "copy": each, "node": "n0"} for each in range(4))]}
    problem, placement = read(crowded, models=[{**FLEET["models"][0], "copies": 4}, FLEET["models"][1]])
    expanded = expand(problem)
    assert {each.rule for each in verify(expanded.problem, placement, expanded.digest).violations} == {"memory"}


@pytest.mark.parametrize(
    ("change", "where", "said"),
    [
        (
            lambda live, fleet: fleet["fleet"].append({"instance_type": "box", "zone": "a", "owned": True, "count": 1}),
            "nodes[0].pool",
            "box@a (owned)",
        ),
        (lambda live, fleet: live["copies"].append({"model": "gone", "copy": 0, "node": "?"}), "copies[4] 'gone'.accelerators", "accelerators"),
        (lambda live, fleet: fleet["models"][1].update(modes=[{**MODE, "accelerator": "B"}]), "copies[1].mode", "no mode that fits on box"),
        (lambda live, fleet: live["copies"][3].update(accelerators=[0, 1]), "copies[3].mode", "with 2 accelerators"),
    ],
)
def test_what_cannot_be_inferred_is_a_fault_with_the_choices(change, where, said):
    live, fleet = copies_of.deepcopy(LIVE), copies_of.deepcopy(FLEET)
    if "B" in said or "fits" in said:
        fleet["instance_types"].append({"name": "b", "accelerator": "B", "accelerators": 1, "memory_per_accelerator": "20GB", "price_per_hour": 1})
        fleet["fleet"].append({"instance_type": "b"})
    change(live, fleet)
    with pytest.raises(ProblemError) as error:
        placement_from(live, problem_from(fleet))
    fault = error.value.faults[0]
    assert fault.where == where
    assert said in str(fault)


def test_without_the_problem_the_missing_parts_are_named():
    with pytest.raises(ProblemError) as error:
        placement_from(LIVE)
    assert {fault.where.split(".")[-1] for fault in error.value.faults} >= {"pool", "mode"}


def bare(placement: pk.Placement) -> dict[str, Any]:
    """What a script would read from a cluster on which the placement runs."""
    data = json.loads(placement.to_json())
    for name in (*FIGURES, *OPTIONAL):
        data.pop(name, None)
    for node in data["nodes"]:
        del node["pool"]
    for each in data["copies"]:
        del each["accelerators"]
    return data


@pytest.mark.parametrize("seed", range(60))
def test_what_is_inferred_of_a_valid_placement_is_valid(seed: int):
    problem = random_problem(seed)
    labels = [(pool.instance_type, pool.zone) for pool in problem.fleet]
    if len(set(labels)) < len(labels):
        problem = problem.model_copy(update={"fleet": tuple(dict(zip(labels, problem.fleet, strict=True)).values())})
    solved = pk.solve_placement(problem, strategy="greedy", time_limit=0, processes=False)
    expanded = expand(problem)
    again = placement_from(bare(solved.placement), problem)
    found = verify(expanded.problem, again, expanded.digest)
    assert found.violations == ()
    assert found.cost_micro_usd == verify(expanded.problem, solved.placement, expanded.digest).cost_micro_usd
    assert placement_from(bare(solved.placement), problem) == again


VERBS = (
    ("check", "{f}", "{p}"),
    ("check", "{f}", "{p}", "--rules"),
    ("show", "{p}", "--problem", "{f}"),
    ("rebalance", "{f}", "{p}", "--time-limit", "1"),
    ("shortage", "{f}", "--current", "{p}", "--time-limit", "1"),
    ("schedule", "{f}", "--current", "{p}", "--time-limit", "1"),
    ("migrate", "{f}", "{p}", "{p}"),
    ("explain", "{f}", "{p}"),
    ("rehearse", "{f}", "{p}", "--hours", "0.01"),
    ("simulate", "{f}", "{p}", "{e}", "--time-limit", "1"),
    ("coldstart", "{f}", "{p}"),
)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: " ".join((verb[0], *verb[3:4])))
def test_every_verb_takes_it(verb, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    fleet, placement, events = tmp_path / "f.yaml", tmp_path / "p.json", tmp_path / "e.yaml"
    fleet.write_text(to_yaml(problem_from({**FLEET, "models": [{**model, "traffic": 0.5} for model in FLEET["models"]]})), encoding="utf-8")
    placement.write_text(json.dumps(LIVE), encoding="utf-8")
    events.write_text("events:\n  - {at: 60, kind: node_lost, node: n1}\n", encoding="utf-8")
    code = main([each.format(f=fleet, p=placement, e=events) for each in verb])
    said = capsys.readouterr()
    assert code in {0, 3}, said.err
    assert "error" not in said.err


def test_a_model_that_was_replaced_goes_and_its_node_stays():
    """Version 2 of a model, under another name, comes onto the node of version 1: nothing starts or stops, and it loads when the old one is gone."""
    kind = {"name": "l4", "accelerator": "L", "accelerators": 1, "memory_per_accelerator": "22GiB", "price_per_hour": 2}
    mode = {"accelerator": "L", "memory_per_accelerator": "18GiB", "load_s": 60}
    problem = problem_from(
        {
            "weights": {"cost": 1},
            "instance_types": [kind],
            "fleet": [{"instance_type": "l4", "count": 1}],
            "models": [{"name": "v2", "modes": [mode]}],
        }
    )
    live = {
        "endpoints": [{"name": "ep", "hosting": "inference_component", "instance_type": "l4", "nodes": ["n"], "models": ["v1"]}],
        "nodes": [{"id": "n", "instance_type": "l4", "endpoint": "ep"}],
        "copies": [{"model": "v1", "copy": 0, "node": "n"}],
    }
    current = placement_from(live, problem)
    assert current.copies[0].mode.memory_per_accelerator == 22 * 2**30
    result = pk.solve_placement(problem, current=live, time_limit=5, processes=False)
    assert [(copy.model, copy.node) for copy in result.placement.copies] == [("v2", "n")]
    migration = pk.plan_migration(problem, current, result.placement)
    assert migration.status == "ordered"
    assert not [step for wave in migration.waves for step in wave.steps if step.kind in {"start_node", "stop_node"}]
