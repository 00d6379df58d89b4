"""A fleet that runs, a while later: what happens to its nodes as well as to its problem, and how it may change."""

from __future__ import annotations

from random import Random
from typing import Any

from packing.domain.change import Policy
from packing.domain.placement import Endpoint, Node, Placement
from packing.domain.problem import Problem
from packing.domain.words import AcceleratorKind, Hosting
from packing.testing.changes import changed_problem

Fleet = tuple[Problem, Placement]
MOVE_WEIGHTS = (0.0, 0.01, 0.1, 1.0)


def later(problem: Problem, current: Placement, random: Random, changes: int = 2) -> Fleet:
    """The problem after some random changes, and what runs after what may happen to nodes: warm ones without copies, a lost zone."""
    problem = changed_problem(problem, random, changes)
    for happens, chance in ((lose_zone, 0.25), (empty_node, 0.15), (warm_node, 0.25), (shrink_below, 0.15)):
        if random.random() < chance:
            problem, current = happens(problem, current, random)
    return problem, current


def warm_node(problem: Problem, current: Placement, random: Random) -> Fleet:
    """A node that runs, behind an endpoint of its own, with nothing on it."""
    pool = random.choice(problem.fleet)
    name, endpoint = _fresh("warm", {node.id for node in current.nodes}), _fresh("ep-warm", {each.name for each in current.endpoints})
    node = Node(id=name, instance_type=pool.instance_type, zone=pool.zone, endpoint=endpoint, pool=pool.label)
    kind = next((each for each in problem.instance_types if each.name == pool.instance_type), None)
    single = kind is not None and (not kind.accelerators or (kind.accelerators == 1 and kind.accelerator_kind is AcceleratorKind.GPU))
    hosting = random.choice([option for option in Hosting if single or option is not Hosting.MULTI_MODEL])
    behind = Endpoint(name=endpoint, hosting=hosting, instance_type=pool.instance_type, nodes=(name,), models=())
    return problem, current.model_copy(update={"nodes": (*current.nodes, node), "endpoints": (*current.endpoints, behind)})


def empty_node(problem: Problem, current: Placement, random: Random) -> Fleet:
    """A node that runs on without its copies."""
    if not current.nodes:
        return problem, current
    emptied = random.choice(current.nodes).id
    copies = tuple(copy for copy in current.copies if copy.node != emptied)
    return problem, current.model_copy(update={"copies": copies, "endpoints": listing(current.endpoints, current.nodes, copies)})


def lose_zone(problem: Problem, current: Placement, random: Random) -> Fleet:
    """A zone is gone, with its stock and its nodes; models that run elsewhere, too, may ask for two zones still."""
    zones = sorted({pool.zone for pool in problem.fleet})
    zone = random.choice([zone for zone in zones if any(node.zone != zone for node in current.nodes)] or zones)
    fleet = tuple(pool.model_copy(update={"count": 0}) if pool.zone == zone else pool for pool in problem.fleet)
    nodes = tuple(node for node in current.nodes if node.zone != zone)
    left = {node.id for node in nodes}
    copies = tuple(copy for copy in current.copies if copy.node in left)
    placed = {copy.model for copy in copies}
    models = tuple(
        model.model_copy(update={"min_zones": 2})
        if model.name in placed and (model.copies.max is None or model.copies.max >= 2) and random.random() < 0.5
        else model
        for model in problem.models
    )
    endpoints = tuple(each for each in listing(current.endpoints, nodes, copies) if each.nodes)
    return (
        problem.model_copy(update={"fleet": fleet, "models": models}),
        current.model_copy(update={"nodes": nodes, "copies": copies, "endpoints": endpoints}),
    )


def shrink_below(problem: Problem, current: Placement, random: Random) -> Fleet:
    """The stock of a pool falls below what runs of it."""
    if not current.nodes:
        return problem, current
    label = random.choice(current.nodes).pool
    running = sum(node.pool == label for node in current.nodes)
    fleet = tuple(pool.model_copy(update={"count": random.randint(0, running - 1)}) if pool.label == label else pool for pool in problem.fleet)
    return problem.model_copy(update={"fleet": fleet}), current


def random_policy(problem: Problem, current: Placement, random: Random, **always: Any) -> Policy:
    """How the fleet may change: every field of a policy, with names of what is there; `always`: what it has in any case."""
    policy: dict[str, Any] = {"move_weight": random.choice(MOVE_WEIGHTS), "use_error_bands": random.random() < 0.5}
    if current.nodes and random.random() < 0.3:
        policy["drain"] = sorted({random.choice(current.nodes).id for _ in range(random.randint(1, 3))})
    if random.random() < 0.1:
        policy["drain"] = [*policy.get("drain", ()), random.choice(problem.fleet).label]
    known = {model.name for model in problem.models}
    pinned = random.choice(current.copies) if current.copies and random.random() < 0.4 else None
    if pinned is not None and pinned.model in known:
        policy["pins"] = random.choice((f"{pinned.model}#{pinned.copy_index}", pinned.model, pinned.node))
    for limit in ("max_moves", "max_moves_per_node", "max_moves_per_model"):
        if random.random() < 0.25:
            policy[limit] = random.randint(0, 2)
    if current.copies and random.random() < 0.1:
        policy["in_flight"] = _in_flight(problem, current, random)
    return Policy(**{**policy, **always})


def _in_flight(problem: Problem, current: Placement, random: Random) -> list[dict[str, Any]]:
    """A copy on its way to some node that has as many accelerators as it takes, whatever is on them."""
    copy, node = random.choice(current.copies), random.choice(current.nodes)
    kind = next((each for each in problem.instance_types if each.name == node.instance_type), None)
    if kind is None or len(copy.accelerators) > kind.accelerators:
        return []
    goes = sorted(random.sample(range(kind.accelerators), len(copy.accelerators)))
    return [{"model": copy.model, "copy": copy.copy_index, "node": node.id, "accelerators": goes}]


def listing(endpoints: tuple[Endpoint, ...], nodes: tuple[Node, ...], copies: tuple[Any, ...]) -> tuple[Endpoint, ...]:
    """The endpoints, each listing the nodes behind it and the models on them."""
    behind = {node.id: node.endpoint for node in nodes}
    return tuple(
        each.model_copy(
            update={
                "nodes": tuple(node.id for node in nodes if node.endpoint == each.name),
                "models": tuple(sorted({copy.model for copy in copies if behind.get(copy.node) == each.name})),
            }
        )
        for each in endpoints
    )


def _fresh(name: str, taken: set[str]) -> str:
    return next(each for number in range(10_000) if (each := f"{name}-{number}") not in taken)
