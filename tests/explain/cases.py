"""Small problems that have no complete placement, each for one known reason."""

from __future__ import annotations

from packing.domain.problem import Problem

GIB = 2**30
BOX = {"name": "box", "accelerator": "G", "accelerators": 1, "memory_per_accelerator": 16 * GIB, "price_per_hour": 2.0, "sharing": "memory"}
ALONE = {**BOX, "sharing": "exclusive"}
"""Two models share its accelerator behind a multi-model endpoint only."""
PAIR = {**BOX, "name": "pair", "accelerators": 2, "price_per_hour": 5.0}


def model(name, copies=1, gib=10, **more):
    """A model with one mode on one accelerator; two of them do not fit on one."""
    mode = {"accelerator": "G", "memory_per_accelerator": gib * GIB, **more.pop("mode", {})}
    return {"name": name, "copies": copies, "modes": [mode, *more.pop("modes", [])], **more}


def problem(models, fleet=({"instance_type": "box"},), kinds=(BOX, PAIR), **more):
    return Problem.model_validate({"weights": {"cost": 1}, "instance_types": list(kinds), "fleet": list(fleet), "models": list(models), **more})


ONE_BOX = ({"instance_type": "box", "count": 1},)
SERVES = {"requests_per_second": 4.0, "ttft_ms": 500.0, "tpot_ms": 50.0}
FAST = {"accelerator": "G", "memory_per_accelerator": 40 * GIB, "requests_per_second": 4.0, "ttft_ms": 100.0, "tpot_ms": 10.0}

LARGE = {"name": "A", "architecture": "llama-3.3-70b", "copies": 1}
"""In 8 bits larger than the accelerator of an ml.g6e.4xlarge."""

# name: (problem, the only minimal conflict set as (kind, target), the changes of each single repair as (kind, target, new))
CASES = {
    "copies and stock": (
        problem([model("A", copies={"min": 2})], ONE_BOX),
        {("copies", "A"), ("stock", "box")},
        {("copies", "A", 1), ("stock", "box", 2)},
    ),
    "fits nowhere": (problem([model("A", gib=20)]), {("copies", "A")}, {("copies", "A", 0)}),
    "two models, one node": (
        problem([model("A"), model("B")], ONE_BOX),
        {("copies", "A"), ("copies", "B"), ("stock", "box")},
        {("copies", "A", 0), ("copies", "B", 0), ("stock", "box", 2)},
    ),
    "throughput and stock": (
        problem([model("A", copies={"min": 0}, traffic=10, mode=SERVES)], ONE_BOX),
        {("throughput", "A"), ("stock", "box")},
        {("throughput", "A", 4.0), ("stock", "box", 3)},
    ),
    "throughput and max copies": (
        problem([model("A", copies={"min": 1, "max": 2}, traffic=10, mode=SERVES)]),
        {("throughput", "A"), ("max_copies", "A")},
        {("throughput", "A", 8.0), ("max_copies", "A", 3)},
    ),
    "ttft": (
        problem([model("A", slo={"ttft_ms": 400}, mode=SERVES, modes=[FAST])]),
        {("copies", "A"), ("ttft", "A")},
        {("copies", "A", 0), ("ttft", "A", 500.0)},
    ),
    "tpot": (
        problem([model("A", slo={"tpot_ms": 20}, mode=SERVES, modes=[FAST])]),
        {("copies", "A"), ("tpot", "A")},
        {("copies", "A", 0), ("tpot", "A", 50.0)},
    ),
    "copies per node": (
        problem([model("A", copies=3, gib=2, max_copies_per_node=1)], ({"instance_type": "box", "count": 1},)),
        {("copies", "A"), ("max_copies_per_node", "A"), ("stock", "box")},
        {("copies", "A", 1), ("max_copies_per_node", "A", 3), ("stock", "box", 3)},
    ),
    "models per node": (
        problem([model(name, gib=2) for name in "AB"], ({"instance_type": "box", "count": 1},), max_models_per_node=1),
        {("copies", "A"), ("copies", "B"), ("max_models_per_node", ""), ("stock", "box")},
        {("copies", "A", 0), ("copies", "B", 0), ("max_models_per_node", "", None), ("stock", "box", 2)},
    ),
    "zones": (
        problem([model("A", copies={"min": 2}, min_zones=2)], ({"instance_type": "box", "zone": "a"},)),
        {("copies", "A"), ("min_zones", "A")},
        {("copies", "A", 0), ("min_zones", "A", 1)},
    ),
    "reserve": (
        problem([model("A", survive="node")], ONE_BOX),
        {("copies", "A"), ("survive", "A"), ("stock", "box")},
        {("copies", "A", 0), ("survive", "A", "none"), ("stock", "box", 2)},
    ),
    "hosting": (
        problem([model("A", hosting="multi_model", cold_start_s=60)], ({"instance_type": "pair"},)),
        {("copies", "A"), ("hosting", "A")},
        {("copies", "A", 0), ("hosting", "A", ("single_model", "multi_model"))},
    ),
    "cold start": (
        problem([model("A", hosting="multi_model", cold_start_s=5, mode={"load_s": 30})]),
        {("copies", "A"), ("hosting", "A"), ("cold_start", "A")},
        {("copies", "A", 0), ("hosting", "A", ("single_model", "multi_model")), ("cold_start", "A", 30.0)},
    ),
    "streaming": (
        problem([model("A", hosting="multi_model", cold_start_s=5, streaming=True)]),
        {("copies", "A"), ("hosting", "A"), ("streaming", "A")},
        {("copies", "A", 0), ("hosting", "A", ("single_model", "multi_model")), ("streaming", "A", False)},
    ),
    "framework": (
        problem([model(name, gib=2, cold_start_s=5, framework=framework) for name, framework in (("A", "x"), ("B", "y"))], ONE_BOX, kinds=(ALONE,)),
        {("copies", "A"), ("copies", "B"), ("stock", "box"), ("framework", "")},
        {("copies", "A", 0), ("copies", "B", 0), ("stock", "box", 2), ("framework", "", False)},
    ),
    "size ratio": (
        problem([model(name, gib=gib, cold_start_s=5) for name, gib in (("A", 1), ("B", 10))], ONE_BOX, kinds=(ALONE,)),
        {("copies", "A"), ("copies", "B"), ("stock", "box"), ("size_ratio", "")},
        {("copies", "A", 0), ("copies", "B", 0), ("stock", "box", 2), ("size_ratio", "", 10.0)},
    ),
    "isolation of a model": (
        problem([model("A", gib=2, tenant="t", isolation="instance"), model("B", gib=2)], ONE_BOX, tenants=[{"name": "t"}]),
        {("copies", "A"), ("copies", "B"), ("stock", "box"), ("isolation", "A")},
        {("copies", "A", 0), ("copies", "B", 0), ("stock", "box", 2), ("isolation", "A", "shared")},
    ),
    "isolation of a tenant": (
        problem(
            [model("A", gib=2, tenant="t"), model("B", gib=2)],
            ({"instance_type": "pair", "count": 1},),
            tenants=[{"name": "t", "isolation": "endpoint"}],
        ),
        {("copies", "A"), ("copies", "B"), ("stock", "pair"), ("tenant_isolation", "t")},
        {("copies", "A", 0), ("copies", "B", 0), ("stock", "pair", 2), ("tenant_isolation", "t", "container")},
    ),
    "conflict of tenants": (
        problem(
            [model("A", gib=2, tenant="t"), model("B", gib=2, tenant="u")],
            ONE_BOX,
            tenants=[{"name": "t", "conflicts_with": ["u"]}, {"name": "u"}],
        ),
        {("copies", "A"), ("copies", "B"), ("stock", "box"), ("conflicts", "t and u")},
        {("copies", "A", 0), ("copies", "B", 0), ("stock", "box", 2), ("conflicts", "t and u", False)},
    ),
    "precision and pools": (
        problem([LARGE], ({"instance_type": "ml.g6e.4xlarge"},), kinds=()),
        {("copies", "A"), ("precision", "A"), ("pools", "")},
        {("copies", "A", 0), ("precision", "A", ("bf16", "int4"))},
    ),
    "named resource": (
        problem([model("A", mode={"resources": {"licence": 3}})], kinds=({**BOX, "resources": {"licence": 1}}, PAIR)),
        {("copies", "A"), ("resource", "licence of box")},
        {("copies", "A", 0), ("resource", "licence of box", 3.0)},
    ),
}
