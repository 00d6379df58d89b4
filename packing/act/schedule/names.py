"""Names that hold over the day: one node is called the same in all groups, and so is one copy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from packing.act.schedule.thin import relisted
from packing.domain.placement import Endpoint, Placement
from packing.domain.same import needs_key
from packing.domain.words import Hosting


class Names:
    """Gives every node, endpoint and copy of the day a name of its own."""

    def __init__(self, placement: Placement) -> None:
        self._taken = {node.id for node in placement.nodes} | {endpoint.name for endpoint in placement.endpoints}
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._used: dict[str, set[int]] = {}
        for place, number in zip(_places(placement), (copy.copy_index for copy in placement.copies), strict=True):
            self._numbers[place] = number
            self._used.setdefault(place[0], set()).add(number)

    def fresh(self, prefix: str) -> str:
        """A name that nothing has had."""
        name = next(each for each in _counted(prefix) if each not in self._taken)
        self._taken.add(name)
        return name

    def numbered(self, placement: Placement) -> Placement:
        """The placement with the numbers of its copies: a place has the same number in every group."""
        copies = tuple(
            copy.model_copy(update={"copy_index": self._number(place)}) for copy, place in zip(placement.copies, _places(placement), strict=True)
        )
        return placement.model_copy(update={"copies": tuple(sorted(copies, key=lambda copy: (copy.model, copy.copy_index)))})

    def adopted(self, placement: Placement, current: Placement) -> Placement:
        """An answer that was made from `current`: what `current` does not have gets names that nothing in the day has."""
        known = {node.id: node for node in current.nodes}
        placement = self._separate(placement, {node.id: node.endpoint for node in current.nodes})
        names = {endpoint.name for endpoint in current.endpoints}
        changed = [node.id for node in placement.nodes if node.id not in known or known[node.id].endpoint != node.endpoint]
        endpoints = {endpoint.name: self.fresh("ep") for endpoint in placement.endpoints if endpoint.name not in names}
        return _renamed(placement, {node: self.fresh("n") for node in changed}, endpoints)

    def _separate(self, placement: Placement, before: dict[str, str]) -> Placement:
        """New multi-model nodes with endpoints of their own: they would have joined one whose nodes may be others meanwhile."""
        endpoints, moved = list[Endpoint](), dict[str, str]()
        for endpoint in placement.endpoints:
            endpoints.append(endpoint)
            if endpoint.hosting is Hosting.MULTI_MODEL:
                moved |= {node: self.fresh("ep") for node in endpoint.nodes if before.get(node) != endpoint.name}
                endpoints += (endpoint.model_copy(update={"name": moved[node]}) for node in endpoint.nodes if node in moved)
        nodes = tuple(node.model_copy(update={"endpoint": moved.get(node.id, node.endpoint)}) for node in placement.nodes)
        changed = placement.model_copy(update={"endpoints": tuple(endpoints), "nodes": nodes})
        return changed.model_copy(update={"endpoints": relisted(changed)})

    def apart(self, placement: Placement, nodes: Collection[str]) -> Placement:
        """The placement with other machines for some of its nodes; multi-model ones get endpoints of their own."""
        shared = {endpoint.name for endpoint in placement.endpoints if endpoint.hosting is Hosting.MULTI_MODEL}
        alone = {node.endpoint for node in placement.nodes if node.id in nodes and node.endpoint in shared}
        return _renamed(placement, {node: self.fresh("n") for node in sorted(nodes)}, {name: self.fresh("ep") for name in sorted(alone)})

    def meeting(self, placement: Placement, old: Placement, following: Placement) -> Placement:
        """The placement with the names of nodes of `following` that could go on from it: of one pool, hosting, and most content in common."""
        mine, theirs = _hosts(placement), _hosts(following)
        here, before = {node.id for node in placement.nodes}, {node.id for node in old.nodes}
        new = [node for node in placement.nodes if node.id not in before and node.id not in theirs]
        free = [node for node in following.nodes if node.id not in here and node.id not in before]
        content = _content(placement), _content(following)
        pairs = [
            (-_common(content[0][one.id], content[1][other.id]), one.id, other.id)
            for one in new
            for other in free
            if one.pool == other.pool and mine[one.id] == theirs[other.id]
        ]
        nodes, endpoints = dict[str, str](), dict[str, str]()
        end = {node.id: node.endpoint for node in (*placement.nodes, *following.nodes)}
        members = Counter(node.endpoint for node in placement.nodes)
        names = {endpoint.name for endpoint in (*placement.endpoints, *old.endpoints)}
        for common, one, other in sorted(pairs):
            if not common or one in nodes or other in nodes.values():
                continue
            if end[one] != end[other]:
                if members[end[one]] > 1 or end[other] in names or end[other] in endpoints.values():
                    continue
                endpoints[end[one]] = end[other]
            nodes[one] = other
        return _renamed(placement, nodes, endpoints)

    def _number(self, place: tuple[Any, ...]) -> int:
        found = self._numbers.get(place)
        if found is None:
            used = self._used.setdefault(place[0], set())
            found = self._numbers[place] = next(number for number in range(len(used) + 1) if number not in used)
            used.add(found)
        return found


def _renamed(placement: Placement, nodes: dict[str, str], endpoints: dict[str, str]) -> Placement:
    if not nodes and not endpoints:
        return placement
    changed = placement.model_copy(
        update={
            "nodes": tuple(
                node.model_copy(update={"id": nodes.get(node.id, node.id), "endpoint": endpoints.get(node.endpoint, node.endpoint)})
                for node in placement.nodes
            ),
            "copies": tuple(copy.model_copy(update={"node": nodes[copy.node]}) if copy.node in nodes else copy for copy in placement.copies),
            "endpoints": tuple(each.model_copy(update={"name": endpoints.get(each.name, each.name)}) for each in placement.endpoints),
        }
    )
    return changed.model_copy(update={"endpoints": relisted(changed)})


def _places(placement: Placement) -> Iterator[tuple[Any, ...]]:
    """Where each copy is, in the order of the copies; equal ones in one place are counted."""
    seen: Counter[tuple[Any, ...]] = Counter()
    keys: dict[int, Any] = {}
    for copy in placement.copies:
        key = keys.setdefault(id(copy.mode), needs_key(copy.mode))
        place = copy.model, copy.node, tuple(sorted(copy.accelerators)), key
        yield *place, seen[place]
        seen[place] += 1


def _hosts(placement: Placement) -> dict[str, object]:
    behind = {endpoint.name: (endpoint.hosting, endpoint.keep) for endpoint in placement.endpoints}
    return {node.id: behind[node.endpoint] for node in placement.nodes}


def _content(placement: Placement) -> dict[str, Counter[tuple[Any, ...]]]:
    found: dict[str, Counter[tuple[Any, ...]]] = {node.id: Counter() for node in placement.nodes}
    for copy in placement.copies:
        found[copy.node][copy.model, tuple(sorted(copy.accelerators))] += max(1, copy.mode.size)
    return found


def _common(one: Counter[tuple[Any, ...]], other: Counter[tuple[Any, ...]]) -> int:
    return (one & other).total()


def _counted(prefix: str) -> Iterator[str]:
    number = 0
    while True:
        yield f"{prefix}-{number}"
        number += 1


def joined_content(one: Placement, other: Placement, models: Iterable[str]) -> Placement:
    """`one`, and with it the copies that `other` has of some models, on the nodes where `other` has them."""
    wanted = set(models)
    here = {node.id: node.endpoint for node in one.nodes}
    added = [copy for copy in other.copies if copy.model in wanted]
    where = {node.id: node for node in other.nodes}
    added = [copy for copy in added if here.get(copy.node, where[copy.node].endpoint) == where[copy.node].endpoint]
    nodes = (*one.nodes, *(where[name] for name in dict.fromkeys(copy.node for copy in added) if name not in here))
    names = {endpoint.name for endpoint in one.endpoints}
    endpoints = (*one.endpoints, *(endpoint for endpoint in other.endpoints if endpoint.name not in names))
    both = one.model_copy(update={"nodes": nodes, "copies": (*one.copies, *added), "endpoints": endpoints})
    return both.model_copy(update={"endpoints": relisted(both)})
