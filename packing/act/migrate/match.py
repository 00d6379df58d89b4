"""Which nodes and endpoints of the new placement are the old ones, by their names; every other name is made unambiguous."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from packing.domain.migration import Names
from packing.domain.placement import Placement


def match_names(old: Placement, new: Placement) -> tuple[Names, frozenset[str]]:
    """What the new placement's names are on the way, and the ids (on the way) of the nodes that stay.

    A node stays if id and pool agree and its endpoint is the same: of the same hosting option and instance type, and
    of all such endpoints the one with which it shares most nodes (of equals the one of the same name). A node never
    goes from one endpoint to another: it is emptied, stopped, and started anew under another name.
    """
    endpoints = _endpoints(old, new)
    before = {node.id: node for node in old.nodes}
    stay = {
        node.id
        for node in new.nodes
        if node.id in before and _same(before[node.id], node) and endpoints.get(node.endpoint) == before[node.id].endpoint
    }
    nodes = _rename((node.id for node in new.nodes), {id_: id_ for id_ in stay}, before)
    names = _rename((endpoint.name for endpoint in new.endpoints), endpoints, {endpoint.name for endpoint in old.endpoints})
    return Names(nodes=nodes, endpoints=names), frozenset(stay)


def _same(one: object, other: object) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in ("pool", "instance_type", "zone"))


def _endpoints(old: Placement, new: Placement) -> dict[str, str]:
    """Endpoints of the new placement that are old ones."""
    kinds = {(side, each.name): (each.hosting, each.instance_type) for side, placement in enumerate((old, new)) for each in placement.endpoints}
    before = {node.id: node for node in old.nodes}
    shared: Counter[tuple[str, str]] = Counter()
    for node in new.nodes:
        here = before.get(node.id)
        if here is not None and here.pool == node.pool and kinds.get((0, here.endpoint), 0) == kinds.get((1, node.endpoint), 1):
            shared[here.endpoint, node.endpoint] += 1
    found: dict[str, str] = {}
    taken: set[str] = set()
    for (was, now), _ in sorted(shared.items(), key=lambda item: (-item[1], item[0][0] != item[0][1], item[0])):
        if was not in taken and now not in found:
            found[now] = was
            taken.add(was)
    for each in new.endpoints:  # no node in common: the name decides
        if each.name not in found and each.name not in taken and kinds.get((0, each.name)) == (each.hosting, each.instance_type):
            found[each.name] = each.name
            taken.add(each.name)
    return found


def _rename(names: Iterable[str], same: dict[str, str], taken: Iterable[str]) -> dict[str, str]:
    """Only names that change: those of the same thing, and new things whose name is taken."""
    listed = list(names)
    used = {*taken, *listed}
    renamed: dict[str, str] = {}
    before = set(taken)
    for name in listed:
        if name in same:
            if same[name] != name:
                renamed[name] = same[name]
        elif name in before:
            number = 2
            while f"{name}.{number}" in used:
                number += 1
            renamed[name] = f"{name}.{number}"
            used.add(renamed[name])
    return renamed
