"""Group nodes into endpoints. It changes neither cost nor objective: the rules of a node already hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from packing.compile.data import Compiled
from packing.domain.words import Hosting
from packing.solve.node_state import CONTAINER, INSTANCE
from packing.solve.plan import NodePlan


def group_nodes(compiled: Compiled, nodes: Sequence[NodePlan]) -> list[list[int]]:
    """Positions of the nodes of each endpoint, in order of first node.

    Single-model: the nodes of one model and instance type. Inference components: the nodes of one instance type
    whose copies share no node with other tenants, tenant by tenant; and all others of the type. Multi-model: as
    many nodes of an instance type as their framework, sizes and isolation allow to be one.
    """
    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    containers: dict[tuple[int, int], list[Container]] = defaultdict(list)
    for position, node in enumerate(nodes):
        kind = compiled.pools[node.pool].kind
        if node.hosting is not Hosting.MULTI_MODEL:
            groups[node.hosting, kind, owner_key(compiled, node)].append(position)
        else:
            mine = Container(compiled, node)
            candidates = containers[kind, mine.container]
            number = next((index for index, container in enumerate(candidates) if container.takes(mine)), None)
            if number is None:
                candidates.append(mine)
                number = len(candidates) - 1
            else:
                candidates[number].absorb(mine)
            groups[node.hosting, kind, mine.container, number].append(position)
    return sorted(groups.values())


def owner_key(compiled: Compiled, node: NodePlan) -> tuple[Hosting, int]:
    """Whose endpoint it is: a model's, a tenant's that shares no node, or (-1) anybody's."""
    model = compiled.candidates[node.copies[0][0]].model
    if node.hosting is Hosting.SINGLE_MODEL:
        return node.hosting, model
    alone = any(compiled.models[compiled.candidates[index].model].isolation >= INSTANCE for index, _ in node.copies)
    return node.hosting, compiled.models[model].tenant if alone else -1


class Container:
    """What the models of one multi-model endpoint have in common."""

    def __init__(self, compiled: Compiled, node: NodePlan) -> None:
        self._compiled = compiled
        candidates = [compiled.candidates[index] for index, _ in node.copies]
        models = [compiled.models[candidate.model] for candidate in candidates]
        self.smallest = min(candidate.size for candidate in candidates)
        self.largest = max(candidate.size for candidate in candidates)
        self.tenants = {model.tenant for model in models}
        self.strict = any(model.isolation >= CONTAINER for model in models)
        self.container = candidates[0].container

    def takes(self, other: Container) -> bool:
        """Whether both may be one endpoint."""
        numerator, denominator = self._compiled.size_ratio
        if max(self.largest, other.largest) * denominator > min(self.smallest, other.smallest) * numerator:
            return False
        if (self.strict or other.strict) and len(self.tenants | other.tenants) > 1:
            return False
        conflicts = self._compiled.conflicts
        return not (conflicts and any((a, b) in conflicts for a in self.tenants for b in other.tenants))

    def absorb(self, other: Container) -> None:
        """Make both one."""
        self.smallest, self.largest = min(self.smallest, other.smallest), max(self.largest, other.largest)
        self.tenants |= other.tenants
        self.strict |= other.strict
