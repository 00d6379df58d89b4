"""A zone is lost, and what runs in the other one asks for two: it gives up the spread, and no copy that runs."""

from __future__ import annotations

import packing as pk
from packing.describe import problem_from

BOX = {"name": "box", "accelerator": "A", "accelerators": 1, "memory_per_accelerator": "22GiB", "price_per_hour": 2}


def fleet(left: int, right: int):
    mode = {"accelerator": "A", "memory_per_accelerator": "18GiB", "requests_per_second": 5}
    pools = [{"name": name, "instance_type": "box", "zone": name, "count": count} for name, count in (("left", left), ("right", right))]
    model = {"name": "api", "copies": 6, "min_zones": 2, "hosting": "inference_component", "modes": [mode], "traffic": 24}
    return problem_from({"weights": {"cost": 1}, "instance_types": [BOX], "fleet": pools, "models": [model]})


def answered(left: int):
    now = pk.solve_placement(fleet(3, 3), time_limit=0, processes=False).placement
    after = fleet(left, 0)
    answer = pk.answer_shortage(after, current=now, time_limit=5.0, stock=False, processes=False)
    assert pk.conceded(after, answer.concessions).digest() == answer.placement.problem
    assert {node.pool for node in answer.placement.nodes} == {"left"}
    assert {node.id for node in now.nodes if node.pool == "left"} <= {node.id for node in answer.placement.nodes}
    return answer


def test_the_spread_comes_before_copies():
    answer = answered(6)
    assert [(each.stage, each.before, each.after) for each in answer.concessions] == [("spread", 2, 1)]
    assert len(answer.placement.copies) == 6


def test_what_runs_is_kept_where_there_is_no_room_for_more():
    answer = answered(3)
    assert [each.stage for each in answer.concessions if each.stage == "spread"] == ["spread"]
    assert len(answer.placement.copies) == 3


def test_who_starts_from_nothing_concedes_nothing():
    answer = pk.answer_shortage(fleet(6, 0), time_limit=5.0, stock=False, processes=False)
    assert "spread" not in {each.stage for each in answer.concessions}
