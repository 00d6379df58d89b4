"""A current placement from a few words: nodes with their copies, each on some accelerators."""

from __future__ import annotations

from packing.domain.placement import Endpoint, Node, PlacedCopy, Placement, Scores
from packing.domain.problem import Problem
from packing.domain.words import Status
from packing.domain.workload import Mode

BLANK = Scores(model_size=0, performance=0, isolation=0, cost=0, scalability=0)


def placement_of(problem: Problem, nodes, modes=None) -> Placement:
    """What runs, from ``{node: {pool, zone, type, hosting, endpoint, copies: [[model, accelerator, ...], ...]}}``.

    A copy has the first mode of its model, or the one in `modes`; copies are numbered as they come. Each node has an
    endpoint of its own unless it names one.
    """
    first = {model.name: model.modes[0] for model in problem.models}
    first.update({name: Mode.model_validate(mode) for name, mode in (modes or {}).items()})
    pools = {pool.label: pool for pool in problem.fleet}
    machines, copies, behind, numbers = [], [], {}, {}
    for name, node in nodes.items():
        pool = pools.get(node["pool"])
        kind = node.get("type") or pool.instance_type
        endpoint = node.get("endpoint", f"ep-{name}")
        machines.append(Node(id=name, instance_type=kind, zone=node.get("zone", ""), endpoint=endpoint, pool=node["pool"]))
        behind.setdefault((endpoint, node.get("hosting", "inference_component"), kind), []).append(name)
        for model, *accelerators in node["copies"]:
            numbers[model] = numbers.get(model, -1) + 1
            copies.append(PlacedCopy(model=model, copy=numbers[model], node=name, accelerators=accelerators, mode=first[model]))
    endpoints = [
        Endpoint(name=name, hosting=hosting, instance_type=kind, nodes=mine, models=sorted({copy.model for copy in copies if copy.node in mine}))
        for (name, hosting, kind), mine in behind.items()
    ]
    return Placement(
        problem="-", status=Status.FEASIBLE, cost_per_hour=0.0, endpoints=endpoints, nodes=machines, copies=copies, fitness=BLANK
    )  # fmt: skip
