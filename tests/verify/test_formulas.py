"""The formulas of docs/fitness.md, by hand on an example small enough for paper.

Two models (N = 2), all five weights 0.2. One instance type with one accelerator of 16 GiB, shared by memory; a rented pool at
2 USD/h and an owned pool of one node at 1 USD/h.

Model a: exactly 2 copies; mode 0: 8 GiB, TTFT 100 ms, TPOT 10 ms; mode 1: 16 GiB, TTFT 100 ms, TPOT 20 ms; no traffic stated,
so 128 output tokens. One copy in each mode, each alone on a node, the first rented, the second owned, one inference-component endpoint.
Model b: one copy of 20 GiB, which fits nowhere: missing.

Baseline   a: mode 0, two copies a node, 1 node at the cheapest price 1; b: none.   C_ref = 1 owned + 1 = 2 USD/h, N_ref = 1.
Sizes      8 GiB = 3 octaves: 0.3;  16 GiB: 0.4.
Latency    mode 0: 100 + 1280 = 1380 ms; mode 1: 100 + 2560 = 2660 ms.  perf(0) = 0;  perf(1) = 0.7 (1 - 1380/2660) = 0.336842105...
Isolation  container: 1/3, loss 2/3.     n_a = 2 in both modes, 1/(N n) = 1/4.

a(0) = 1e9/4 * 0.2 * (0.7 + 0           + 0.666666667) =  68 333 333.3  ->  68 333 333
a(1) = 1e9/4 * 0.2 * (0.6 + 0.336842105 + 0.666666667) =  80 175 438.6  ->  80 175 439
b(rented) = 1e9 * (0.2 * 2/2 + 0.1/1)                  = 300 000 000
b(owned)  = 1e9 * 0.1/1                                = 100 000 000
e(b) = 1e9/(2*1) * (0.2 + 0.2 + 0.2 + 0.1)             = 350 000 000
d    = 1e9 * 0.2 * 1/2                                 = 100 000 000
objective                                              = 998 508 772

Whole      size 1 - (0.7 + 0.6)/4 - 1/2 = 0.175;  performance 1 - 0.336842105/4 - 1/2 = 0.415789;  isolation 1 - 2 (2/3)/4 - 1/2 = 0.166667;
           cost 1 - 3/2 -> 0;  scalability 1 - 1/2 (0 + 1/2) - 1/2 * 2/1 -> 0.
Model a    size 1 - 1.3/2 = 0.35;  performance 1 - 0.336842105/2 = 0.831579;  isolation 1/3;  cost 1 - 3/1 -> 0;  scalability 1 - 1/2 * 2/1 = 0.
Model b    0, 0, 0 (missing);  cost 1 (no reference);  scalability 1 - 1/2 = 0.5.
"""

from __future__ import annotations

from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.verify import verify

GIB = 2**30
A_MODES = [
    {"accelerator": "G", "accelerators": 1, "memory_per_accelerator": 8 * GIB, "ttft_ms": 100, "tpot_ms": 10},
    {"accelerator": "G", "accelerators": 1, "memory_per_accelerator": 16 * GIB, "ttft_ms": 100, "tpot_ms": 20},
]
PROBLEM = {
    "weights": dict.fromkeys(("model_size", "performance", "isolation", "cost", "scalability"), 7.0),
    "instance_types": [{"name": "lab", "accelerator": "G", "accelerators": 1, "memory_per_accelerator": 16 * GIB, "price_per_hour": 2.0}],
    "fleet": [{"name": "rented", "instance_type": "lab"}, {"name": "own", "instance_type": "lab", "count": 1, "owned": True, "price_per_hour": 1.0}],
    "models": [
        {"name": "a", "copies": 2, "modes": A_MODES},
        {"name": "b", "modes": [{"accelerator": "G", "memory_per_accelerator": 20 * GIB}]},
    ],
}
PLACEMENT = {
    "problem": "-",
    "status": "partial",
    "objective": 0.998508772,
    "cost_per_hour": 3.0,
    "endpoints": [{"name": "e", "hosting": "inference_component", "instance_type": "lab", "nodes": ["n0", "n1"], "models": ["a"]}],
    "nodes": [
        {"id": "n0", "instance_type": "lab", "endpoint": "e", "pool": "rented"},
        {"id": "n1", "instance_type": "lab", "endpoint": "e", "pool": "own"},
    ],
    "copies": [{"model": "a", "copy": index, "node": f"n{index}", "accelerators": [0], "mode": A_MODES[index]} for index in range(2)],
    "unplaced": [{"model": "b", "copies": 1, "reasons": [{"rule": "memory", "detail": "20 GiB of 16 GiB"}]}],
    "fitness": {"model_size": 0.175, "performance": 0.415789, "isolation": 0.166667, "cost": 0.0, "scalability": 0.0},
}


def test_by_hand():
    found = verify(Problem.model_validate(PROBLEM), Placement.model_validate(PLACEMENT))
    assert found.violations == ()
    assert found.objective_units == 998_508_772
    assert found.cost_micro_usd == 3_000_000
    assert found.scores.model_dump() == PLACEMENT["fitness"]
    assert list(found.model_scores["a"].model_dump().values()) == [0.35, 0.831579, 0.333333, 0.0, 0.0]
    assert list(found.model_scores["b"].model_dump().values()) == [0.0, 0.0, 0.0, 1.0, 0.5]
    assert found.missing == ((0, 1),)


# The same model a behind other endpoints, everything placed (N = 1), on the two nodes as before; weights 0.2 each; N_ref = 1, C_ref = 2.
# Common: nodes 300 000 000 + 100 000 000, d 100 000 000. Each copy 1e9/(1*2) * 0.2 = 1e8 times:
# single-model:  0.7 + 0           + 0.1 + 0 + 1/2       = 1.3          -> 130 000 000   (isolation 1, operations 1, scaling 0.1)
#                0.6 + 0.336842105 + 0.1 + 0 + 1/2       = 1.536842105  -> 153 684 211   sum 783 684 211
# multi-model:   0.7 + 0           + 0.2 + 1 + 1/2 * 1/4 = 2.025        -> 202 500 000   (isolation 0, operations 1/4, cold 0.2)
#                0.6 + 0.336842105 + 0.2 + 1 + 1/8       = 2.261842105  -> 226 184 211   sum 928 684 211
def test_by_hand_behind_other_endpoints():
    problem = Problem.model_validate({**PROBLEM, "models": [{**PROBLEM["models"][0], "cold_start_s": 9.0}]})
    for hosting, units in (("single_model", 783_684_211), ("multi_model", 928_684_211)):
        endpoint = {**PLACEMENT["endpoints"][0], "hosting": hosting}
        changed = {**PLACEMENT, "endpoints": [endpoint], "unplaced": [], "status": "feasible"}
        found = verify(problem, Placement.model_validate(changed))
        assert found.objective_units == units
        assert {violation.rule for violation in found.violations} == {"objective", "fitness"}
