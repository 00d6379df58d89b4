"""The checker at the largest size: 100,000 copies on 10,000 nodes. Run with: pytest -m campaign tests/verify/test_large.py -s"""

from __future__ import annotations

import time

import pytest

from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.verify import verify

NODES, GIB = 10_000, 2**30
SLOTS, SHAPES = 24, 100


def fleet(shared: bool):
    """10 copies a node; `shared`: half of the nodes behind multi-model endpoints whose copies take turns in 24 slots."""
    models, endpoints, nodes, copies = [], [], [], []
    for shape in range(SHAPES):
        turns = shared and shape % 2
        mode = {"accelerator": "G", "memory_per_accelerator": (20 if turns else 10) * GIB, "compute_share": 0.1, "vcpus": 1, "host_memory": GIB}
        day = [1.0 if slot < 12 else 0.0 for slot in range(SLOTS)]
        night = [1.0 - rate for rate in day]
        for half, rates in enumerate((day, night)):
            model = {"name": f"m{shape}-{half}", "copies": NODES // SHAPES * 5, "cold_start_s": 9.0, "modes": [mode]}
            models.append({**model, "traffic": rates} if turns else model)
    for index in range(NODES):
        hosting = "multi_model" if shared and index % 2 else "inference_component"
        names = [f"m{index % SHAPES}-{half}" for half in range(2)]
        endpoints.append({"name": f"e{index}", "hosting": hosting, "instance_type": "lab", "nodes": [f"n{index}"], "models": names})
        nodes.append({"id": f"n{index}", "instance_type": "lab", "endpoint": f"e{index}", "pool": "lab"})
        for number in range(5):
            place = {"copy": index // SHAPES * 5 + number, "node": f"n{index}", "accelerators": [0]}
            copies += [{"model": name, **place, "mode": models[index % SHAPES * 2 + half]["modes"][0]} for half, name in enumerate(names)]
    kind = {"name": "lab", "accelerator": "G", "accelerators": 1, "memory_per_accelerator": 100 * GIB, "price_per_hour": 1.0}
    problem = Problem.model_validate({"slots": SLOTS, "instance_types": [kind], "fleet": [{"instance_type": "lab"}], "models": models})
    blank = dict.fromkeys(("model_size", "performance", "isolation", "cost", "scalability"), 0.0)
    whole = {"problem": "-", "status": "feasible", "cost_per_hour": float(NODES), "fitness": blank}
    return problem, Placement.model_validate({**whole, "endpoints": endpoints, "nodes": nodes, "copies": copies})


@pytest.mark.campaign
@pytest.mark.parametrize("shared", [False, True])
def test_large(shared):
    problem, placement = fleet(shared)
    start = time.perf_counter()
    found = verify(problem, placement)
    print(f"\n{len(placement.copies)} copies on {len(placement.nodes)} nodes, shared={shared}: {time.perf_counter() - start:.2f} s")
    assert {violation.rule for violation in found.violations} <= {"fitness", "objective"}
