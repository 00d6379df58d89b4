"""A hand-made platform and a valid placement of it, with every hosting option, sharing kind and level of isolation."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.verify import Verification, verify

GIB = 2**30

MIG = {
    "compute_slices": 7,
    "memory_slices": 8,
    "profiles": [
        {"name": "1g", "compute_slices": 1, "memory_slices": 1, "memory": 5 * GIB},
        {"name": "2g", "compute_slices": 2, "memory_slices": 2, "memory": 10 * GIB},
        {"name": "3g", "compute_slices": 3, "memory_slices": 4, "memory": 20 * GIB},
        {"name": "4g", "compute_slices": 4, "memory_slices": 4, "memory": 20 * GIB},
        {"name": "7g", "compute_slices": 7, "memory_slices": 8, "memory": 40 * GIB},
    ],
}


def _type(name: str, count: int, price: float, **more: Any) -> dict[str, Any]:
    gpu = {"accelerator": "G", "accelerators": count, "memory_per_accelerator": 16 * GIB} if count else {}
    return {"name": name, "vcpus": 8, "host_memory": 64 * GIB, "price_per_hour": price, **gpu, **more}


def _gpu(gib: float, count: int = 1, **more: Any) -> dict[str, Any]:
    fixed = {"accelerator": "G", "accelerators": count, "memory_per_accelerator": int(gib * GIB)}
    return {**fixed, "compute_share": 0.3, "vcpus": 2, "host_memory": 8 * GIB, "requests_per_second": 5.0, "ttft_ms": 100, "tpot_ms": 20, **more}


def _chat(name: str, gib: float, rates: list[float], tenant: str | None) -> dict[str, Any]:
    mode = _gpu(gib, load_s=20.0)
    return {"name": name, "tenant": tenant, "framework": "vllm", "traffic": {"requests_per_second": rates}, "cold_start_s": 60.0, "modes": [mode]}


def _problem() -> dict[str, Any]:
    return {
        "name": "hand-made",
        "slots": 2,
        "tenants": [
            {"name": "acme", "isolation": "instance", "conflicts_with": ["globex"]},
            {"name": "globex"},
            {"name": "initech", "isolation": "container"},
            {"name": "hospital", "isolation": "endpoint"},
        ],
        "instance_types": [
            _type("lab.1gpu", 1, 1.0),
            _type("lab.2gpu", 2, 1.9),
            _type("lab.4gpu", 4, 4.0, sharing="exclusive", resources={"licence": 2}),
            _type("lab.mig", 2, 6.0, accelerator="A", memory_per_accelerator=40 * GIB, sharing="mig", mig=MIG),
            _type("lab.cpu", 0, 0.5),
        ],
        "fleet": [
            {"name": "one-a", "instance_type": "lab.1gpu", "zone": "a", "count": 3},
            {"name": "two-a", "instance_type": "lab.2gpu", "zone": "a"},
            {"name": "four-a", "instance_type": "lab.4gpu", "zone": "a", "count": 2},
            {"name": "four-b", "instance_type": "lab.4gpu", "zone": "b", "price_per_hour": 4.25},
            {"name": "mig-a", "instance_type": "lab.mig", "zone": "a", "count": 3, "owned": True},
            {"name": "cpu-a", "instance_type": "lab.cpu", "zone": "a"},
        ],
        "models": [
            _chat("chat-day", 10, [4.0, 0.0], "globex"),
            _chat("chat-night", 10, [0.0, 4.0], "globex"),
            _chat("chat-mini", 4, [1.0, 1.0], None),
            {"name": "summary", "tenant": "hospital", "traffic": 6.0, "slo": {"ttft_ms": 100, "tpot_ms": 25}, "streaming": True,
             "copies": {"min": 2, "max": 2}, "min_zones": 2, "max_copies_per_node": 1, "modes": [_gpu(15, 4), _gpu(9, 2)]},
            {"name": "big", "tenant": "acme", "copies": 2, "modes": [_gpu(8, 2, resources={"licence": 1})]},
            {"name": "safe", "tenant": "initech", "copies": 2, "modes": [_gpu(8)]},
            {"name": "easy", "tenant": "globex", "copies": 1, "hosting": ["inference_component"], "modes": [_gpu(8)]},
            {"name": "slim", "copies": 2, "modes": [_gpu(4, accelerator="A", compute_share=0.1)]},
            {"name": "mid", "tenant": "globex", "modes": [_gpu(18, accelerator="A", compute_share=0.4)]},
            {"name": "wide", "tenant": "globex", "modes": [_gpu(30, 2, accelerator="A")]},
            {"name": "search", "modes": [{"accelerator": "cpu", "vcpus": 4, "host_memory": 10 * GIB}]},
            {"name": "giant", "tenant": "globex", "priority": -5, "modes": [_gpu(20, 4)]},
        ],
    }  # fmt: skip


NODES = (("n1", "one-a", "chats"), ("s1", "four-a", "summaries"), ("s2", "four-b", "summaries"), ("b1", "four-a", "big"), ("t1", "two-a", "shared"),
         ("m1", "mig-a", "parts"), ("m2", "mig-a", "parts"), ("c1", "cpu-a", "cpus"))  # fmt: skip
COPIES = (("chat-day", "n1", [0]), ("chat-night", "n1", [0]), ("chat-mini", "n1", [0]), ("summary", "s1", [0, 1, 2, 3]), ("summary", "s2", [3, 2, 1, 0]),
          ("big", "b1", [0, 1]), ("big", "b1", [2, 3]), ("safe", "t1", [0]), ("safe", "t1", [0]), ("easy", "t1", [1]), ("slim", "m1", [0]),
          ("slim", "m1", [0]), ("mid", "m1", [0]), ("wide", "m2", [0, 1]), ("search", "c1", []))  # fmt: skip
HOSTING = {"chats": "multi_model", "summaries": "single_model"}
BLANK = dict.fromkeys(("model_size", "performance", "isolation", "cost", "scalability"), 0.0)


class Case:
    """Problem and placement as plain data, free to be changed."""

    def __init__(self) -> None:
        self.problem = deepcopy(_problem())
        self.placement: dict[str, Any] = {"problem": "-", "status": "partial", "cost_per_hour": 0.0, "fitness": BLANK}
        pools = {pool["name"]: pool for pool in self.problem["fleet"]}
        self.placement["nodes"] = [
            {"id": id_, "pool": pool, "endpoint": endpoint, "instance_type": pools[pool]["instance_type"], "zone": pools[pool]["zone"]}
            for id_, pool, endpoint in NODES
        ]
        self.placement["copies"] = []
        for model, node, accelerators in COPIES:
            self.add(model, node, accelerators)
        self.placement["unplaced"] = [{"model": "giant", "copies": 1, "reasons": [{"rule": "memory", "detail": "needs 20 GiB of 16 GiB"}]}]

    def add(self, model: str, node: str, accelerators: list[int], mode: int = 0) -> dict[str, Any]:
        """One more copy; its mode is the model's own object, so that a change of one is a change of both."""
        number = sum(copy["model"] == model for copy in self.placement["copies"])
        chosen = self.model(model)["modes"][mode]
        copy = {"model": model, "copy": number, "node": node, "accelerators": accelerators, "mode": chosen}
        self.placement["copies"].append(copy)
        return copy

    def list_endpoints(self) -> None:
        """Endpoints as nodes and copies make them (unless the case has written its own)."""
        nodes = self.placement["nodes"]
        kinds = {node["endpoint"]: node["instance_type"] for node in reversed(nodes)}
        behind = {name: list(dict.fromkeys(n["id"] for n in nodes if n["endpoint"] == name)) for name in kinds}
        self.placement["endpoints"] = [
            {
                "name": name,
                "hosting": HOSTING.get(name, "inference_component"),
                "instance_type": kinds[name],
                "nodes": ids,
                "models": list(dict.fromkeys(copy["model"] for copy in self.placement["copies"] if copy["node"] in ids)),
            }
            for name, ids in behind.items()
        ]

    def model(self, name: str) -> dict[str, Any]:
        return next(model for model in self.problem["models"] if model["name"] == name)

    def mode(self, name: str, index: int = 0) -> dict[str, Any]:
        return self.model(name)["modes"][index]

    def kind(self, name: str) -> dict[str, Any]:
        return next(kind for kind in self.problem["instance_types"] if kind["name"] == name)

    def node(self, id_: str) -> dict[str, Any]:
        return next(node for node in self.placement["nodes"] if node["id"] == id_)

    def copies(self, model: str) -> list[dict[str, Any]]:
        return [copy for copy in self.placement["copies"] if copy["model"] == model]

    def parsed(self) -> tuple[Problem, Placement]:
        if "endpoints" not in self.placement:
            self.list_endpoints()
        return Problem.model_validate(deepcopy(self.problem)), Placement.model_validate(deepcopy(self.placement))

    def verify(self, digest: str | None = None, **stated: Any) -> Verification:
        """Verify with the true figures filled in, except those in `stated`, so that only the intended lie is left."""
        problem, placement = self.parsed()
        found = verify(problem, placement)
        true = {"cost_per_hour": found.cost_micro_usd / 10**6, "fitness": found.scores}
        if found.objective_units is not None:
            true["objective"] = found.objective_units / 10**9
        return verify(problem, placement.model_copy(update={**true, **stated}), digest)


@pytest.fixture
def case() -> Case:
    return Case()
