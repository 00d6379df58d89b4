"""The case of volcano-sh/volcano#3948: 7, 6 and 7 of 8 accelerators are in use on three nodes, and a copy that needs four waits.

Facts from the issue; the sizes of what runs are ours: four-, two- and one-accelerator copies, as there.
"""

from __future__ import annotations

from typing import Any

from packing.domain.hardware import InstanceType, Pool
from packing.domain.placement import Endpoint, Node, PlacedCopy, Placement, Scores
from packing.domain.problem import Problem
from packing.domain.words import Hosting, Sharing, Status
from packing.domain.workload import Mode, Model

GIB = 2**30
KIND = "lab.8gpu"
ON = (("a", (4, 2, 1)), ("b", (2, 2, 1, 1)), ("c", (4, 2, 1)))
"""Accelerators of the copies on each node."""
WAITS = Model(name="waits", modes=(Mode(accelerator="A100-80GB", accelerators=4, memory_per_accelerator=70 * GIB, load_s=60),))


def problem_and_current() -> tuple[Problem, Placement]:
    """The problem with the copy that waits, and what runs."""
    models, copies, nodes = [WAITS], [], []
    for node, widths in ON:
        nodes.append(Node(id=node, instance_type=KIND, zone="", endpoint="ep", pool=f"{KIND} (owned)"))
        start = 0
        for number, width in enumerate(widths):
            mode = Mode(accelerator="A100-80GB", accelerators=width, memory_per_accelerator=70 * GIB, load_s=60)
            models.append(Model(name=f"{node}{number}-{width}", modes=(mode,), hosting=(Hosting.INFERENCE_COMPONENT,)))
            on = tuple(range(start, start + width))
            copies.append(PlacedCopy.model_validate({"model": models[-1].name, "copy": 0, "node": node, "accelerators": on, "mode": mode}))
            start += width
    kind = InstanceType(
        name=KIND, accelerator="A100-80GB", accelerators=8, memory_per_accelerator=80 * GIB, price_per_hour=20, sharing=Sharing.EXCLUSIVE
    )
    problem = Problem(name="fragmented", instance_types=(kind,), fleet=(Pool(instance_type=KIND, count=3, owned=True),), models=tuple(models))
    endpoint = Endpoint(
        name="ep", hosting=Hosting.INFERENCE_COMPONENT, instance_type=KIND, nodes=tuple(node.id for node in nodes),
        models=tuple(sorted(copy.model for copy in copies)),
    )  # fmt: skip
    nothing = Scores(model_size=0, performance=0, isolation=0, cost=0, scalability=0)
    current = Placement(
        problem="", status=Status.FEASIBLE, cost_per_hour=60, endpoints=(endpoint,), nodes=tuple(nodes), copies=tuple(copies), fitness=nothing
    )
    return problem, current


def fragmented() -> dict[str, Any]:
    """Solve it, plan the moves and replay them."""
    from packing.act.migrate import plan_migration, replay_migration
    from packing.solve import solve_placement
    from packing.verify import verify

    problem, current = problem_and_current()
    result = solve_placement(problem, current=current)
    assert result.change is not None
    plan = plan_migration(problem, current, result.placement)
    return {
        "status": str(result.status),
        "moved": result.change.moved,
        "proven": result.change.proven,
        "stayed": result.change.stayed,
        "added": result.change.added,
        "unplaced": sum(entry.copies for entry in result.unplaced),
        "violations": len(verify(result.expanded.problem, result.placement, result.digest).violations),
        "waves": len(plan.waves),
        "replay": len(replay_migration(problem, current, result.placement, plan).violations),
    }
