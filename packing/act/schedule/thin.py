"""What a group of slots needs of a placement that was made for more: the first schedule, in which nothing ever moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from packing.domain.demand import counted_micro, fewest_copies, missing_copies
from packing.domain.hardware import price_micro_usd
from packing.domain.placement import Endpoint, PlacedCopy, Placement
from packing.domain.problem import Problem
from packing.domain.words import Hosting, Survive
from packing.domain.workload import Model


def thinned(part: Problem, placement: Placement, always: Collection[str] = ()) -> Placement:
    """The placement without copies of models that ask for none, and without nodes all of whose copies are more than is asked for.

    `always`: nodes that stay as they are.
    """
    idle = {model.name for model in part.models if not fewest_copies(model)}
    kept = without(placement, always, models=idle)
    return without(kept, always, nodes=_surplus(part, kept) - set(always))


def without(placement: Placement, always: Collection[str], *, models: Collection[str] = (), nodes: Collection[str] = ()) -> Placement:
    """The placement without the copies of some models, without some nodes, and without what is empty then."""
    copies = tuple(copy for copy in placement.copies if copy.node in always or (copy.model not in models and copy.node not in nodes))
    used = {copy.node for copy in copies}
    return placement.model_copy(
        update={"copies": copies, "nodes": tuple(node for node in placement.nodes if node.id in used), "endpoints": relisted(placement, copies)}
    )


def relisted(placement: Placement, copies: tuple[PlacedCopy, ...] | None = None) -> tuple[Endpoint, ...]:
    """The endpoints that have copies, with just their nodes and models."""
    here = {node.id: node.endpoint for node in placement.nodes}
    models: dict[str, set[str]] = {}
    nodes: dict[str, set[str]] = {}
    for copy in placement.copies if copies is None else copies:
        name = here[copy.node]
        models.setdefault(name, set()).add(copy.model)
        nodes.setdefault(name, set()).add(copy.node)
    return tuple(
        each.model_copy(update={"nodes": tuple(sorted(nodes[each.name])), "models": tuple(sorted(models[each.name]))})
        for each in placement.endpoints
        if each.name in nodes
    )


def own_endpoints(placement: Placement) -> Placement:
    """The placement with an endpoint for every multi-model node: whom a node serves then concerns no other node."""
    names = {endpoint.name for endpoint in placement.endpoints}
    endpoints, renamed = list[Endpoint](), dict[str, str]()
    for endpoint in placement.endpoints:
        if endpoint.hosting is not Hosting.MULTI_MODEL:
            endpoints.append(endpoint)
            continue
        for number, node in enumerate(endpoint.nodes):
            name = endpoint.name if not number else next(each for each in _numbered(endpoint.name, number) if each not in names)
            names.add(name)
            renamed[node] = name
            endpoints.append(endpoint.model_copy(update={"name": name, "nodes": (node,)}))
    nodes = tuple(node.model_copy(update={"endpoint": renamed.get(node.id, node.endpoint)}) for node in placement.nodes)
    changed = placement.model_copy(update={"endpoints": tuple(endpoints), "nodes": nodes})
    return changed.model_copy(update={"endpoints": relisted(changed)})


def _numbered(name: str, number: int) -> Iterator[str]:
    while True:
        number += 1
        yield f"{name}.{number}"


def _surplus(part: Problem, placement: Placement) -> set[str]:
    """Nodes that can go, the dearest first, without a model going short."""
    supply = _Supply(part, placement)
    kinds = {kind.name: kind for kind in part.instance_types}
    price = {pool.label: price_micro_usd(pool, kinds[pool.instance_type]) for pool in part.fleet}
    on: dict[str, list[tuple[str, int]]] = {}
    for copy in placement.copies:
        on.setdefault(copy.node, []).append((copy.model, counted_micro(supply.models[copy.model], copy.mode)))
    gone = set[str]()
    for node in sorted(placement.nodes, key=lambda node: (-price[node.pool], node.id)):
        if supply.spares(on.get(node.id, []), node.zone or node.pool):
            gone.add(node.id)
    return gone


class _Supply:
    """What the copies of each model come to, and whether it would do without some of them."""

    def __init__(self, part: Problem, placement: Placement) -> None:
        self.models: dict[str, Model] = {model.name: model for model in part.models}
        zones = {node.id: node.zone or node.pool for node in placement.nodes}
        self.count, self.rate = Counter[str](), Counter[str]()
        self.zones: dict[str, Counter[str]] = {name: Counter() for name in self.models}
        for copy in placement.copies:
            self.count[copy.model] += 1
            self.rate[copy.model] += counted_micro(self.models[copy.model], copy.mode)
            self.zones[copy.model][zones[copy.node]] += 1

    def spares(self, copies: list[tuple[str, int]], zone: str) -> bool:
        """Take these copies of one node out if no model is the worse for it; returns whether it did."""
        out, rate = Counter(model for model, _ in copies), Counter[str]()
        for model, counted in copies:
            rate[model] += counted
        if not all(self._without(self.models[name], count, rate[name], zone) for name, count in out.items()):
            return False
        for name, count in out.items():
            self.count[name] -= count
            self.rate[name] -= rate[name]
            self.zones[name][zone] -= count
        return True

    def _without(self, model: Model, count: int, rate: int, zone: str) -> bool:
        if model.survive not in (None, Survive.NONE):
            return False  # the reserve counts copies by node and zone: it stays as it was made
        left = self.count[model.name] - count
        if missing_copies(model, left, self.rate[model.name] - rate):
            return False
        there = sum(number > (count if name == zone else 0) for name, number in self.zones[model.name].items())
        return there >= min(model.min_zones, left)
