"""Running fleets to which something has happened, drawn small and with all that goes wrong at once: zones, warm nodes, other models."""

from __future__ import annotations

from random import Random

import packing as pk
from packing.describe import problem_from
from packing.domain.change import Policy
from packing.domain.placement import Endpoint, Node

GIB = 2**30


def fleet(rnd: Random):
    """Two or three zones of one or two pools each, some of them of one price; models that ask for one to three zones."""
    kinds = [
        {"name": "one", "accelerator": "X", "accelerators": 1, "memory_per_accelerator": 16 * GIB, "price_per_hour": 1, "sharing": "memory"},
        {"name": "four", "accelerator": "X", "accelerators": 4, "memory_per_accelerator": 16 * GIB, "price_per_hour": rnd.choice((3, 4)),
         "sharing": rnd.choice(("exclusive", "memory"))},
    ]  # fmt: skip
    zones = ["a", "b", "c"][: rnd.randint(2, 3)]
    pools = [
        {"name": f"{kind}-{zone}", "instance_type": kind, "zone": zone, "count": rnd.randint(1, 5)}
        for zone in zones
        for kind in rnd.sample(["one", "four"], rnd.randint(1, 2))
    ]
    models = []
    for number in range(rnd.randint(1, 4)):
        mode = {
            "accelerator": "X",
            "memory_per_accelerator": rnd.choice((5, 7, 10, 14)) * GIB,
            "load_s": rnd.choice((20, 60)),
            "requests_per_second": 2,
        }
        copies = rnd.randint(1, 6)
        if number == 0 and rnd.random() < 0.5:
            mode |= {"accelerators": rnd.randint(2, 4)}
            copies = min(copies, 2)
        models.append({
            "name": f"m{number}", "copies": copies, "min_zones": rnd.randint(1, min(copies, len(zones))), "priority": rnd.choice((0, 0, 5)),
            "hosting": rnd.choice((["inference_component"], ["inference_component"], ["single_model"])), "modes": [mode],
            **({"traffic": 2 * copies} if rnd.random() < 0.5 else {}), **({"max_copies_per_node": 1} if rnd.random() < 0.2 else {}),
        })  # fmt: skip
    return {"weights": {"cost": 1}, "instance_types": kinds, "fleet": pools, "models": models}


def after_an_event(seed: int):
    """(problem, what runs, policy, pools that are lost as a whole)."""
    rnd = Random(f"event-{seed}")
    data = fleet(rnd)
    now = pk.solve_placement(problem_from(data), strategy="greedy", time_limit=0.0, processes=False).placement
    if tight := rnd.random() < 0.4:  # just the nodes that run: whatever moves needs room that others have
        for pool in data["fleet"]:
            pool["count"] = sum(node.pool == pool["name"] for node in now.nodes)
    lost = set()
    if not tight and rnd.random() < 0.6:
        zone = rnd.choice(sorted({pool["zone"] for pool in data["fleet"]}))
        lost = {pool["name"] for pool in data["fleet"] if pool["zone"] == zone}
        for pool in data["fleet"]:
            if pool["zone"] == zone:
                pool["count"] = 0
    for model in data["models"] if not tight else ():
        happens = rnd.random()
        if happens < 0.15:
            model["name"] += "-v2"  # replaced by another model
        elif happens < 0.3:
            model["modes"][0]["memory_per_accelerator"] += GIB  # measured anew
        elif happens < 0.45:
            model["copies"] += rnd.randint(1, 2)
            if "traffic" in model:
                model["traffic"] = 2 * model["copies"]
    if not tight and rnd.random() < 0.7:
        now = with_warm_nodes(now, data, rnd)
    policy = {"move_weight": rnd.choice((0, 0.1))}
    if now.nodes and rnd.random() < (0.8 if tight else 0.3):
        policy["drain"] = sorted({rnd.choice(now.nodes).id for _ in range(rnd.randint(1, 2))})
    if rnd.random() < (0.8 if tight else 0.4):
        policy["max_moves"] = rnd.randint(0, 3)
    if rnd.random() < 0.15:
        policy["max_moves_per_model"] = rnd.randint(0, 2)
    return problem_from(data), now, Policy(**policy), lost


def with_warm_nodes(now, data, rnd):
    """Up to two nodes more, on which nothing runs: as many as the stock of their pool leaves."""
    used = {pool["name"]: sum(node.pool == pool["name"] for node in now.nodes) for pool in data["fleet"]}
    nodes, endpoints = list(now.nodes), {each.name: each for each in now.endpoints}
    for number in range(rnd.randint(1, 2)):
        pool = rnd.choice(data["fleet"])
        if used[pool["name"]] >= pool["count"]:
            continue
        used[pool["name"]] += 1
        node = f"warm-{number}"
        behind = next((each for each in endpoints.values() if each.instance_type == pool["instance_type"]), None)
        if behind is None or rnd.random() < 0.5:
            behind = Endpoint(name=f"spare-{number}", hosting="inference_component", instance_type=pool["instance_type"], nodes=(), models=())
        endpoints[behind.name] = behind.model_copy(update={"nodes": (*behind.nodes, node)})
        nodes.append(Node(id=node, instance_type=pool["instance_type"], zone=pool["zone"], endpoint=behind.name, pool=pool["name"]))
    return now.model_copy(update={"nodes": tuple(nodes), "endpoints": tuple(endpoints.values())})
