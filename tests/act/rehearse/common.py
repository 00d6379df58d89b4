"""Small problems and placements, written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from packing.describe import expand
from packing.domain.placement import Placement
from packing.domain.problem import Problem

BOX = {"name": "box", "accelerator": "X", "accelerators": 1, "memory_per_accelerator": "10GiB", "price_per_hour": 2.0, "sharing": "memory"}
MODE = {"accelerator": "X", "memory_per_accelerator": "4GiB", "requests_per_second": 4, "ttft_ms": 400, "load_s": 20}


def model(name: str, rates: object, **fields: object) -> dict[str, object]:
    """A model that answers at once (one token), with one mode."""
    traffic = {"requests_per_second": rates, "input_tokens": 100, "output_tokens": 1}
    return {"name": name, "traffic": traffic, "slo": {"ttft_ms": 1000}, "modes": [MODE], **fields}


def problem(models: Sequence[Mapping[str, object]], **fields: object) -> Problem:
    """A problem on boxes of one accelerator."""
    return Problem(**{"instance_types": [BOX], "fleet": [{"instance_type": "box"}], "models": list(models), **fields})


def placement(of: Problem, nodes: Sequence[Sequence[str]], hosting: str = "inference_component") -> Placement:
    """One node for each list of models; a copy of each on its accelerator."""
    expanded = expand(of)
    modes = {model.name: model.modes[0] for model in expanded.problem.models}
    kind, pool = expanded.problem.instance_types[0], expanded.problem.fleet[0]
    counts: dict[str, int] = {}
    copies = []
    for number, names in enumerate(nodes):
        for name in names:
            at = counts[name] = counts.get(name, -1) + 1
            copies.append({"model": name, "copy": at, "node": f"n-{number}", "accelerators": [0], "mode": modes[name]})
    names = sorted({name for node in nodes for name in node})
    ids = [f"n-{number}" for number in range(len(nodes))]
    nothing = dict.fromkeys(("model_size", "performance", "isolation", "cost", "scalability"), 0.0)
    return Placement(
        problem=expanded.digest, status="feasible", cost_per_hour=2.0 * len(nodes), fitness=nothing, copies=copies,
        endpoints=[{"name": "ep-0", "hosting": hosting, "instance_type": kind.name, "nodes": ids, "models": names}],
        nodes=[{"id": each, "instance_type": kind.name, "endpoint": "ep-0", "pool": pool.label} for each in ids],
    )  # fmt: skip
