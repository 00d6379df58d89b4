"""Plan → placement: indices back to names, nodes grouped into endpoints, what is missing with its reasons."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from packing.compile.data import Compiled
from packing.describe.expand import Expanded
from packing.domain.fitness import OBJECTIVE_UNITS
from packing.domain.overcommit import LEVELS
from packing.domain.placement import Endpoint, Node, PlacedCopy, Placement
from packing.domain.words import Status
from packing.solve.context import relative_gap
from packing.solve.endpoints import group_nodes
from packing.solve.plan import NodePlan, Plan
from packing.solve.reasons import unplaced
from packing.solve.rebalance.concede import concessions
from packing.solve.rebalance.names import copy_numbers, in_order, keep_groups, name_groups, node_names
from packing.solve.scores import cost_micro_usd, plan_scores, usd


@dataclass(frozen=True, slots=True)
class Figures:
    """Objective, bound and gap as they are shown; None where unknown."""

    objective: float
    bound: float | None
    gap: float | None


def figures(objective: int, bound: int | None) -> Figures:
    """Integer units to the scale of 0..1."""
    if bound is None:
        return Figures(objective / OBJECTIVE_UNITS, None, None)
    bound = min(bound, objective)
    return Figures(objective / OBJECTIVE_UNITS, bound / OBJECTIVE_UNITS, relative_gap(objective, bound))


def assemble(compiled: Compiled, expanded: Expanded, plan: Plan, status: Status, bound: int | None, *, cut: bool = False) -> Placement:
    """The placement of a plan, in canonical order: the same plan gives the same bytes. `cut`: as in `packing.solve.reasons.unplaced`."""
    nodes = [plan.nodes[position] for position in in_order(range(len(plan.nodes)), plan.nodes)]
    groups = group_nodes(compiled, nodes) if compiled.home is None else keep_groups(compiled, nodes)
    identifiers, names = node_names(compiled, nodes), name_groups(compiled, nodes, groups)
    endpoint_of: dict[int, str] = {}
    endpoints = []
    for name, members in zip(names, groups, strict=True):
        first = nodes[members[0]]
        models = sorted({compiled.models[compiled.candidates[index].model].name for member in members for index, _ in nodes[member].copies})
        endpoint_of.update(dict.fromkeys(members, name))
        endpoints.append(
            Endpoint(
                name=name,
                hosting=first.hosting,
                instance_type=compiled.kinds[compiled.pools[first.pool].kind].name,
                nodes=tuple(identifiers[member] for member in members),
                models=tuple(models),
                keep=LEVELS[level].name if (level := compiled.candidates[first.copies[0][0]].keep) >= 0 else None,
            )
        )
    shown = figures(plan.value.objective, bound)
    return Placement(
        problem=expanded.digest,
        status=status,
        objective=shown.objective,
        bound=shown.bound,
        gap=shown.gap,
        cost_per_hour=usd(cost_micro_usd(compiled, expanded.problem, plan)),
        endpoints=tuple(endpoints),
        nodes=tuple(_node(compiled, node, identifiers[index], endpoint_of[index]) for index, node in enumerate(nodes)),
        copies=_copies(compiled, expanded, nodes, identifiers),
        unplaced=unplaced(compiled, plan, expanded.dropped, cut=cut),
        conceded=concessions(compiled, expanded.problem, plan),
        fitness=plan_scores(compiled, expanded.problem, plan),
    ).routed()


def _node(compiled: Compiled, node: NodePlan, identifier: str, endpoint: str) -> Node:
    pool = compiled.pools[node.pool]
    return Node(id=identifier, instance_type=compiled.kinds[pool.kind].name, zone=compiled.zones[pool.zone], endpoint=endpoint, pool=pool.label)


def _copies(compiled: Compiled, expanded: Expanded, nodes: list[NodePlan], identifiers: list[str]) -> tuple[PlacedCopy, ...]:
    by_model: dict[int, list[tuple[int, int, tuple[int, ...]]]] = defaultdict(list)
    for position, node in enumerate(nodes):
        for index, accelerators in node.copies:
            by_model[compiled.candidates[index].model].append((position, index, accelerators))
    copies = []
    for model in sorted(by_model):
        record = expanded.problem.models[model]
        numbers = copy_numbers(compiled, nodes, by_model[model])
        for (position, index, accelerators), number in sorted(zip(by_model[model], numbers, strict=True), key=lambda each: each[1]):
            mode = record.modes[compiled.candidates[index].mode]
            copies.append(PlacedCopy.of_valid(record.name, number, identifiers[position], accelerators, mode))
    return tuple(copies)
