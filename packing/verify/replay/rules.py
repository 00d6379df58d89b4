"""Whether a state on the way breaks a rule: the checks of `packing.verify.checks` on the part of the fleet that has changed.

What was broken before the migration may stay so until it is mended: an accelerator, node, endpoint or pool that breaks a
rule is a violation only if something was added there. It can then not get worse: nothing may be added while it is broken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packing.domain.placement import Placement, Scores
from packing.domain.problem import Problem
from packing.domain.rules import Rule
from packing.domain.words import Hosting, Status
from packing.verify.checks import CHECKS
from packing.verify.facts import Facts
from packing.verify.replay.fleet import Fleet
from packing.verify.violation import Violation

ELSEWHERE = {Rule.COPIES, Rule.STOCK, Rule.MIN_ZONES}
"""Rules on the whole fleet: stock is counted by itself, how much serves is the floors' business (`packing.domain.floor`)."""
_NOTHING = Scores(model_size=0.0, performance=0.0, isolation=0.0, cost=0.0, scalability=0.0)


class Index:
    """The joined problem (`packing.domain.joined`) by name, so that the part that concerns a few nodes is found at once."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.models = {model.name: model for model in problem.models}
        self.kinds = {kind.name: kind for kind in problem.instance_types}
        self.pools = {pool.label: pool for pool in problem.fleet}

    def part(self, models: Iterable[str], kinds: Iterable[str], pools: Iterable[str]) -> Problem:
        """The problem with nothing but these."""
        return self.problem.model_copy(
            update={
                "models": tuple(self.models[name] for name in sorted(models) if name in self.models),
                "instance_types": tuple(self.kinds[name] for name in sorted(kinds) if name in self.kinds),
                "fleet": tuple(self.pools[name] for name in sorted(pools) if name in self.pools),
            }
        )


def broken(index: Index, fleet: Fleet, nodes: Iterable[str], where: str) -> Iterator[Violation]:
    """Violations at these nodes, on their accelerators and behind their endpoints, where something was added.

    Parameters
    ----------
    where : which state it is, for messages.
    """
    asked = [name for name in nodes if name in fleet.nodes and any(running.added for running in fleet.on.get(name, {}).values())]
    if not asked:
        return
    together = {
        fleet.nodes[name].endpoint for name in asked if fleet.endpoints[fleet.nodes[name].endpoint].hosting is not Hosting.INFERENCE_COMPONENT
    }
    looked = dict.fromkeys([*asked, *(node.id for node in fleet.nodes.values() if node.endpoint in together)]) if together else dict.fromkeys(asked)
    facts = Facts(*_part(index, fleet, list(looked)))
    touched = set(_touched(fleet, looked))
    for rule, check in CHECKS.items():
        if rule in ELSEWHERE:
            continue
        for each in check(facts):
            if each.where in touched:
                yield Violation(each.rule, f"{where}.{each.where}", each.detail)


def _touched(fleet: Fleet, nodes: Iterable[str]) -> Iterator[str]:
    """Paths of everything to which something was added."""
    for name in nodes:
        for (model, number), running in fleet.on.get(name, {}).items():
            if running.added:
                yield f"copies[{model}#{number}]"
                yield f"nodes[{name}]"
                yield f"endpoints[{fleet.nodes[name].endpoint}]"
                for index in running.copy.accelerators:
                    yield f"nodes[{name}].accelerators[{index}]"


def _part(index: Index, fleet: Fleet, nodes: list[str]) -> tuple[Problem, Placement]:
    """The nodes as a placement of their own, with what of the problem concerns them."""
    here = [fleet.nodes[name] for name in nodes]
    copies = [running.copy for name in nodes for running in fleet.on.get(name, {}).values()]
    small = index.part({copy.model for copy in copies}, {node.instance_type for node in here}, {node.pool for node in here})
    endpoints = {node.endpoint: fleet.endpoints[node.endpoint] for node in here}
    listed = tuple(
        each.model_copy(update={"nodes": tuple(node.id for node in here if node.endpoint == name), "models": ()}) for name, each in endpoints.items()
    )
    placement = Placement(
        problem="", status=Status.UNKNOWN, cost_per_hour=0.0, endpoints=listed, nodes=tuple(here), copies=tuple(copies), fitness=_NOTHING
    )
    return small, placement


def over_stock(index: Index, fleet: Fleet, pools: Iterable[str], where: str) -> Iterator[Violation]:
    """Pools with more nodes than they have, one of which was started on the way."""
    for label in pools:
        mine = [node for node in fleet.nodes.values() if node.pool == label]
        if not any(node.id in fleet.added for node in mine):
            continue
        pool = index.pools.get(label)
        if pool is None:
            yield Violation(Rule.STOCK, f"{where}.pools[{label}]", "there is no such pool")
        elif pool.count is not None and len(mine) > pool.count:
            yield Violation(Rule.STOCK, f"{where}.pools[{label}]", f"{len(mine)} nodes, the pool has {pool.count}")
        for node in mine:
            if node.id not in fleet.added:
                continue  # it was wrong before, and may run until it is replaced
            if pool is not None and (node.instance_type, node.zone) != (pool.instance_type, pool.zone):
                yield Violation(Rule.STOCK, f"{where}.nodes[{node.id}]", f"its pool {label} is of {pool.instance_type} in zone {pool.zone!r}")
