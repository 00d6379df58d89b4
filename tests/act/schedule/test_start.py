"""A day's plan starts from the best placement that is known, and costs no more."""

from __future__ import annotations

import json
from pathlib import Path

import packing as pk
from packing.cli import main
from packing.describe import problem_from
from packing.generate import to_yaml

MODE = {"accelerator": "A", "memory_per_accelerator": "8GB", "requests_per_second": 1, "load_s": 10}
TYPE = {
    "name": "box",
    "accelerator": "A",
    "accelerators": 2,
    "memory_per_accelerator": "10GB",
    "price_per_hour": 1,
    "sharing": "exclusive",
    "start_s": 60,
}
DAY = {
    "slots": 4,
    "weights": {"cost": 1},
    "instance_types": [TYPE],
    "fleet": [{"instance_type": "box", "count": 6}],
    "models": [
        {"name": name, "modes": [MODE], "traffic": traffic, "hosting": "inference_component"}
        for name, traffic in (("a", [3, 3, 1, 1]), ("b", [1, 1, 1, 1]))
    ],
}


def test_the_day_keeps_what_runs_and_costs_no_more():
    problem = problem_from(DAY)
    known = pk.solve_placement(problem, time_limit=60, processes=False).placement
    schedule = pk.solve_schedule(problem, time_limit=5, processes=False, current=known)
    assert schedule.cost_usd <= known.cost_per_hour * 4
    assert schedule.constant_usd <= known.cost_per_hour * 4
    assert {node.id for node in schedule.groups[0].placement.nodes} & {node.id for node in known.nodes}


def test_a_known_placement_that_is_cheaper_than_the_first_search_is_the_constant_one():
    problem = problem_from(DAY)
    known = pk.solve_placement(problem, time_limit=60, processes=False).placement
    # With no time the greedy's answer is all there is to begin from; the known one is not lost for it.
    schedule = pk.solve_schedule(problem, time_limit=0, processes=False, current=known)
    assert schedule.cost_usd <= known.cost_per_hour * 4


def test_from_the_command_line(tmp_path: Path, capsys):
    fleet, placement, day = tmp_path / "f.yaml", tmp_path / "p.json", tmp_path / "d.json"
    fleet.write_text(to_yaml(problem_from(DAY)), encoding="utf-8")
    assert main(["solve", str(fleet), "-o", str(placement), "--quiet"]) == 0
    assert main(["schedule", str(fleet), "--current", str(placement), "-o", str(day), "--time-limit", "2", "--quiet"]) == 0
    assert json.loads(day.read_text(encoding="utf-8"))["cost_usd"] <= 4 * json.loads(placement.read_text(encoding="utf-8"))["cost_per_hour"]
