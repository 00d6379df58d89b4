"""Copies of one model on unlike accelerators: requests go where the routing weights send them."""

from __future__ import annotations

from pathlib import Path

import pytest

from packing.act.rehearse import rehearse
from packing.cli import main
from packing.describe import expand, placement_from
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.solve.api import solve_placement
from packing.verify import verify


def kinds(*rates: float) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """An instance type of one accelerator for each rate, and the mode on it."""
    types = [
        {"name": f"box-{at}", "accelerator": f"X{at}", "accelerators": 1, "memory_per_accelerator": "10GiB", "price_per_hour": 1.0}
        for at in range(len(rates))
    ]
    modes = [
        {"accelerator": f"X{at}", "memory_per_accelerator": "8GiB", "requests_per_second": rate, "ttft_ms": 1900} for at, rate in enumerate(rates)
    ]
    return types, modes


def unlike(asked: float, *rates: float) -> Problem:
    """One model that needs a node of each type."""
    types, modes = kinds(*rates)
    traffic = {"requests_per_second": asked, "input_tokens": 100, "output_tokens": 1}
    models = [{"name": "m", "traffic": traffic, "slo": {"ttft_ms": 2000}, "modes": modes}]
    return Problem(instance_types=types, fleet=[{"instance_type": each["name"], "count": 1} for each in types], models=models)


def planned(problem: Problem) -> Placement:
    result = solve_placement(problem, strategy="greedy", time_limit=10)
    assert result.placement is not None
    return result.placement


def test_weights_are_part_of_the_plan_and_survive_a_file():
    placement = planned(unlike(11, 10, 2))
    assert [(each.model, each.copies, each.weight) for each in placement.routing_weights] == [("m", (0,), 10.0), ("m", (1,), 2.0)] or [
        (each.model, each.copies, each.weight) for each in placement.routing_weights
    ] == [("m", (0,), 2.0), ("m", (1,), 10.0)]
    import json

    assert placement_from(json.loads(placement.to_json())) == placement


def test_the_report_says_how_requests_are_divided(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "placement.json"
    path.write_text(planned(unlike(11, 9, 3)).to_json())
    assert main(["show", str(path)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "requests of m: " in shown
    assert "75.0% to copy " in shown
    assert "25.0% to copy " in shown


def test_copies_that_are_alike_need_no_weights():
    types, modes = kinds(4)
    models = [{"name": "m", "traffic": {"requests_per_second": 11}, "modes": modes}]
    placement = planned(Problem(instance_types=types, fleet=[{"instance_type": "box-0"}], models=models))
    assert len(placement.copies) == 3
    assert placement.routing_weights == ()
    assert '"routing_weights"' not in placement.to_json()


@pytest.mark.parametrize("routing", ["least_outstanding", "random"])
def test_equal_weights_miss_what_proportional_ones_keep(routing: str):
    problem = unlike(11, 10, 3)
    placement = planned(problem)
    kept = rehearse(problem, placement, hours=1, routing=routing).attainment
    equal = tuple(each.model_copy(update={"weight": 1.0}) for each in placement.routing_weights)
    missed = rehearse(problem, placement.model_copy(update={"routing_weights": equal}), hours=1, routing=routing).attainment
    assert kept is not None
    assert missed is not None
    assert kept > 0.94  # a mode is a server of which 95 % of the responses are within its TTFT
    assert missed < 0.9  # the slow one is asked for 5.5 requests/s, and serves 3


def test_weights_follow_the_copies_when_nodes_are_renamed():
    placement = planned(unlike(11, 10, 2))
    fewer = placement.model_copy(update={"copies": placement.copies[:1]})
    assert fewer.routing_weights == ()
    moved = placement.model_copy(update={"nodes": tuple(node.model_copy(update={"endpoint": "one"}) for node in placement.nodes)})
    assert {each.endpoint for each in moved.routing_weights} == {"one"}  # two modes: still two groups


@pytest.mark.parametrize("change", ["weight", "missing", "number", "twice"])
def test_the_checker_recomputes_them(change: str):
    problem = expand(unlike(11, 10, 2)).problem
    placement = planned(unlike(11, 10, 2))
    first, second = placement.routing_weights
    wrong = {
        "weight": (first.model_copy(update={"weight": first.weight * 1.01}), second),
        "missing": (first,),
        "number": (first.model_copy(update={"copies": (0, 1)}), second),
        "twice": (first, second, second),
    }[change]
    assert verify(problem, placement).ok
    assert {each.rule for each in verify(problem, placement.model_copy(update={"routing_weights": wrong})).violations} == {"routing_weights"}


def test_files_of_earlier_versions_state_none():
    problem = expand(unlike(11, 10, 2)).problem
    assert verify(problem, planned(unlike(11, 10, 2)).model_copy(update={"routing_weights": ()})).ok
