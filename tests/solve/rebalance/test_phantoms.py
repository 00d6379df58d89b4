"""What is told about the current placement is true: taking a model out, or nodes, makes no copies break rules side by side."""

from __future__ import annotations

from random import Random

import pytest

import packing as pk
from packing.compile.current import compile_change
from packing.describe import expand, problem_from
from packing.domain.change import Policy
from packing.solve.rebalance.notices import broken_rules


def by_turns(rnd: Random):
    """Models that have their traffic in different slots, and share accelerators that would not carry them at one time."""
    slots = rnd.randint(2, 3)
    kind = {"name": "box", "accelerator": "A", "accelerators": 1, "memory_per_accelerator": "16GiB", "price_per_hour": 2, "accelerator_kind": "gpu"}
    models = []
    for number in range(rnd.randint(4, 7)):
        busy = rnd.randrange(slots)
        mode = {"accelerator": "A", "memory_per_accelerator": "6GiB", "compute_share": rnd.choice((0.6, 0.75, 0.9)), "requests_per_second": 1}
        traffic = [float(slot == busy) for slot in range(slots)]
        models.append({"name": f"m{number}", "hosting": "multi_model", "cold_start_s": 60, "traffic": traffic, "modes": [mode]})
    return {"slots": slots, "weights": {"cost": 1}, "instance_types": [kind], "fleet": [{"instance_type": "box", "count": 7}], "models": models}


@pytest.mark.parametrize("block", range(3))
def test_removed_models_and_nodes_break_no_rule(block: int):
    for seed in range(block * 10, block * 10 + 10):
        rnd = Random(f"by turns {seed}")
        data = by_turns(rnd)
        now = pk.solve_placement(problem_from(data), strategy="greedy", time_limit=0.0, processes=False).placement
        assert not now.unplaced
        data["models"].pop(rnd.randrange(len(data["models"])))
        data["fleet"][0]["count"] = len(now.nodes) - 1
        expanded = expand(problem_from(data))
        compiled, notices = compile_change(expanded.problem, now, Policy())
        assert any("left" in notice.cause for notice in notices), "the pool has fewer nodes than run"
        assert list(broken_rules(compiled, expanded, now)) == [], seed


def test_a_migration_finds_nothing_broken_either():
    """Without the old problem a model that departs is assumed to be the strictest there is: that is no fact that it breaks."""
    for seed in range(6):
        rnd = Random(f"by turns {seed}")
        data = by_turns(rnd)
        now = pk.solve_placement(problem_from(data), strategy="greedy", time_limit=0.0, processes=False).placement
        data["models"].pop(rnd.randrange(len(data["models"])))
        after = problem_from(data)
        new = pk.solve_placement(after, current=now, time_limit=0.0, processes=False).placement
        assert pk.plan_migration(after, now, new, by_name=True).found == (), seed
