"""The openb cluster with tasks on it, as a current placement: where an online rule has put each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from benchmarks.public.openb import Task, Trace, instance_type, kinds_told_apart, mode_of, problem_of, task_name
from packing.domain.placement import Endpoint, Node, PlacedCopy, Placement, Scores
from packing.domain.problem import Problem
from packing.domain.words import Hosting, Status
from packing.solve.greedy.online import Spot


def equally_important(trace: Trace, tasks: Sequence[Task]) -> Problem:
    """All these tasks on the nodes of the trace, none more important than another: what runs is not dropped for what waits."""
    problem = problem_of(Trace(trace.nodes, tuple(tasks)))
    return problem.model_copy(update={"models": tuple(model.model_copy(update={"priority": 0}) for model in problem.models)})


def running_tasks(trace: Trace, tasks: Sequence[Task], spots: Sequence[Spot | None], problem: Problem) -> Placement:
    """The placed tasks as copies on named nodes, one endpoint for each kind of node."""
    kinds = kinds_told_apart(Trace(trace.nodes, tuple(tasks)))
    names = {task: task_name(index) for index, task in enumerate(sorted(set(tasks)))}
    types = {node: instance_type(node, index, kinds).name for index, node in enumerate(sorted(set(trace.nodes)))}
    labels = {pool.instance_type: pool.label for pool in problem.fleet}
    modes = {(task, gpu): mode_of(task, gpu if task.gpus else None) for task in names for gpu in set(kinds.values())}
    number: Counter[str] = Counter()
    models: defaultdict[str, set[str]] = defaultdict(set)
    copies = []
    used: dict[int, None] = {}
    for task, spot in zip(tasks, spots, strict=True):
        if spot is None:
            continue
        host, model = trace.nodes[spot.node], names[task]
        copies.append(
            PlacedCopy.model_validate(
                {
                    "model": model,
                    "copy": number[model],
                    "node": f"host-{spot.node}",
                    "accelerators": tuple(sorted(spot.accelerators)),
                    "mode": modes[task, kinds[host.gpu]],
                }
            )
        )
        number[model] += 1
        models[types[host]].add(model)
        used[spot.node] = None
    nodes = [_node(index, types[trace.nodes[index]], labels) for index in sorted(used)]
    endpoints = tuple(
        Endpoint(
            name=f"on {name}", hosting=Hosting.INFERENCE_COMPONENT, instance_type=name, models=tuple(sorted(mine)),
            nodes=tuple(node.id for node in nodes if node.instance_type == name),
        )
        for name, mine in sorted(models.items())
    )  # fmt: skip
    nothing = Scores(model_size=0, performance=0, isolation=0, cost=0, scalability=0)
    return Placement(
        problem="", status=Status.PARTIAL, cost_per_hour=0, endpoints=endpoints, nodes=tuple(nodes), copies=tuple(copies), fitness=nothing
    )


def _node(index: int, kind: str, labels: dict[str, str]) -> Node:
    return Node(id=f"host-{index}", instance_type=kind, zone="", endpoint=f"on {kind}", pool=labels[kind])


def gpu_demand(placement: Placement) -> int:
    """Thousandths of a GPU that are given to tasks."""
    return sum(copy.mode.accelerators * copy.mode.memory_per_accelerator for copy in placement.copies)
