"""A running fleet for the suite `rebalance`: 10,000 copies on about 1,000 nodes, and what happens to it."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import Any

from packing.bench.scale_rows import FEW_SHAPES
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.workload import Copies
from packing.generate import Knobs, generate

FLEET = replace(FEW_SHAPES, size_skew=0.3)
"""As row c of the target table, with fewer small copies."""
CHANGED, LOST = 0.01, 0.05
"""Shares of the models that change, and of the nodes that are lost."""
FACTORS = (0.5, 1.5, 2.0)
"""What the number of copies of a changed model is multiplied by."""
SMALL = replace(FLEET, models=60, copies=300, shapes=20, tenants=8)


def running(seed: int, seconds: float, *, small: bool = False) -> tuple[Problem, Placement]:
    """A problem and the placement that runs: solved from nothing, once."""
    from packing.solve import solve_placement

    problem = generate(knobs(small), seed=seed)
    return problem, solve_placement(problem, time_limit=seconds).placement


def knobs(small: bool) -> Knobs:
    """Those of the fleet; `small`: to see that it runs."""
    return SMALL if small else FLEET


def with_changed_models(problem: Problem, seed: int) -> Problem:
    """One model in a hundred gets half, one and a half or two times its copies."""
    rng = random.Random(f"changed {seed}")
    models = list(problem.models)
    for index in rng.sample(range(len(models)), max(1, round(CHANGED * len(models)))):
        count = max(1, round(models[index].copies.min * rng.choice(FACTORS)))
        models[index] = models[index].model_copy(update={"copies": Copies(min=count, max=count)})
    return problem.model_copy(update={"models": tuple(models)})


def without_nodes(current: Placement, seed: int) -> Placement:
    """One node in twenty is gone, with all that was on it."""
    rng = random.Random(f"lost {seed}")
    gone = {node.id for node in rng.sample(current.nodes, max(1, round(LOST * len(current.nodes))))}
    kept = tuple(node for node in current.nodes if node.id not in gone)
    return current.model_copy(update={"nodes": kept, "copies": tuple(copy for copy in current.copies if copy.node not in gone)})


def with_stock(problem: Problem, nodes: Placement) -> Problem:
    """No pool has a node more than runs in this placement."""
    count = Counter(node.pool for node in nodes.nodes)
    return problem.model_copy(update={"fleet": tuple(pool.model_copy(update={"count": count[pool.label]}) for pool in problem.fleet)})


def rebalanced(problem: Problem, current: Placement, seconds: float, workers: int) -> dict[str, Any]:
    """Figures of one re-solve from what runs."""
    from packing.solve import solve_placement
    from packing.verify import verify

    result = solve_placement(problem, current=current, time_limit=seconds, workers=workers)
    change = result.change
    assert change is not None
    violations = verify(result.expanded.problem, result.placement, result.digest).violations
    return {
        "status": str(result.status),
        "usd_per_hour": result.cost_per_hour,
        "moved": change.moved,
        "added": change.added,
        "removed": change.removed,
        "stayed": change.stayed,
        "gib_loaded": change.loaded_bytes / 2**30,
        "unplaced": sum(entry.copies for entry in result.unplaced),
        "violations": len(violations),
        "nodes": len(result.placement.nodes),
        "proven": change.proven,
    }


def from_nothing(problem: Problem, seconds: float, workers: int) -> dict[str, Any]:
    """Cost and missing copies of a solve that knows nothing of what runs."""
    from packing.solve import solve_placement

    result = solve_placement(problem, time_limit=seconds, workers=workers)
    return {"usd_per_hour": result.cost_per_hour, "unplaced": sum(entry.copies for entry in result.unplaced)}
