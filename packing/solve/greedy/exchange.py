"""Exchange each node for a cheaper pool that takes all its copies, and empty nodes that others have room for."""

from __future__ import annotations

from packing.compile.data import Candidate, Compiled
from packing.solve.node_state import NodeState
from packing.solve.plan import NodePlan, Plan, make_plan


def exchange_nodes(compiled: Compiled, plan: Plan) -> Plan:
    """A plan that is at least as good, in which no single node could be replaced by a cheaper one as it is."""
    used = [0] * len(compiled.pools)
    for node in plan.nodes:
        used[node.pool] += 1
    nodes: list[NodePlan] = []
    remembered: dict[NodePlan, NodePlan] = {}
    for node in plan.nodes:
        better = remembered.get(node)
        if better is None or used[better.pool] >= compiled.pools[better.pool].stock:
            better = _cheaper(compiled, node, used)
            remembered[node] = better
        used[node.pool] -= 1
        used[better.pool] += 1
        nodes.append(better)
    return make_plan(compiled, nodes)


def _cheaper(compiled: Compiled, node: NodePlan, used: list[int]) -> NodePlan:
    """The cheapest single node that carries the same models in the same zone under the same hosting option."""
    best, best_cost = node, _cost(compiled, node)
    here = compiled.pools[node.pool]
    for index, pool in enumerate(compiled.pools):
        if index == node.pool or pool.zone != here.zone or used[index] >= pool.stock or pool.coefficient >= best_cost:
            continue
        other = _refilled(compiled, node, index)
        if other is not None and (cost := _cost(compiled, other)) < best_cost:
            best, best_cost = other, cost
    return best


def _cost(compiled: Compiled, node: NodePlan) -> int:
    return compiled.pools[node.pool].coefficient + sum(compiled.candidates[index].coefficient for index, _ in node.copies)


def _refilled(compiled: Compiled, node: NodePlan, pool: int) -> NodePlan | None:
    """The node's copies on one node of another pool, each with at least its requests/s; None if they do not fit."""
    kind = compiled.pools[pool].kind
    state = NodeState(compiled, pool, node.hosting)
    copies = sorted((compiled.candidates[index] for index, _ in node.copies), key=lambda each: (-each.width, -each.size, each.index))
    for copy in copies:
        for candidate in _equivalents(compiled, copy, kind):
            spot = state.fits(candidate)
            if spot is not None:
                state.add(candidate, spot)
                break
        else:
            return None
    return state.plan()


def _equivalents(compiled: Compiled, copy: Candidate, kind: int) -> list[Candidate]:
    """Candidates of the same model on the instance type that serve at least as much, the cheapest first."""
    found = [compiled.candidates[index] for index in compiled.models[copy.model].candidates]
    found = [each for each in found if each.kind == kind and each.hosting is copy.hosting and each.rate >= copy.rate]
    return sorted(found, key=lambda each: (each.coefficient, each.width, each.demand, each.index))
