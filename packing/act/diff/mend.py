"""Placements that contradict themselves: the old one is what it is, and is read as well as it can be; the new one is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeVar

from packing.domain.placement import PLACEMENT_SCHEMA_VERSION, Endpoint, Node, PlacedCopy, Placement
from packing.errors import Fault, ProblemError

T = TypeVar("T")
_REPAIR = "Solve anew, or correct the file."


def contradictions(placement: Placement, called: str) -> list[Fault]:
    """Everything in which a placement contradicts itself; `called`: what the message calls it, e.g. ``old``."""
    nodes, endpoints = {node.id for node in placement.nodes}, {endpoint.name for endpoint in placement.endpoints}
    faults = {fault.where: fault for fault in (*_dangling(placement, called, nodes, endpoints), *_ambiguous(placement, called))}
    return list(faults.values()) or list(_wrong_lists(placement, called))


def _dangling(placement: Placement, called: str, nodes: set[str], endpoints: set[str]) -> Iterator[Fault]:
    for what, names in (
        ("copies", [f"{copy.model}#{copy.copy_index}" for copy in placement.copies]),
        ("nodes", [node.id for node in placement.nodes]),
        ("endpoints", [endpoint.name for endpoint in placement.endpoints]),
    ):
        for name, count in _repeated(names):
            yield _fault(f"{called}.{what}[{name}]", f"This is listed {count} times.")
    for node in placement.nodes:
        if node.endpoint not in endpoints:
            yield _fault(f"{called}.nodes[{node.id}].endpoint", f"There is no endpoint {node.endpoint!r}.")
    for copy in placement.copies:
        if copy.node not in nodes:
            yield _fault(f"{called}.copies[{copy.model}#{copy.copy_index}].node", f"There is no node {copy.node!r}.")


def _wrong_lists(placement: Placement, called: str) -> Iterator[Fault]:
    listed = {endpoint.name: (sorted(endpoint.nodes), sorted(endpoint.models)) for endpoint in placement.endpoints}
    for endpoint in relisted(placement.endpoints, placement.nodes, placement.copies):
        if listed[endpoint.name] != (sorted(endpoint.nodes), sorted(endpoint.models)):
            yield _fault(f"{called}.endpoints[{endpoint.name}]", "It does not list exactly its nodes and the models on them.")


def mend(placement: Placement) -> Placement:
    """The same fleet with unique names and true lists: copies listed under one number get numbers of their own.

    A copy on a node that is not listed, and a node behind an endpoint that is not listed, stay as they are:
    there is no telling what they were.

    Raises
    ------
    ProblemError : where a name stands for two different nodes or endpoints, so that nothing says what runs where.
    """
    if faults := list(_ambiguous(placement, "old")):
        raise ProblemError(faults)
    nodes = tuple({node.id: node for node in placement.nodes}.values())
    endpoints = tuple({endpoint.name: endpoint for endpoint in placement.endpoints}.values())
    copies = tuple(_renumbered(placement.copies))
    return placement.model_copy(update={"nodes": nodes, "endpoints": relisted(endpoints, nodes, copies), "copies": copies})


def relisted(endpoints: Iterable[Endpoint], nodes: Iterable[Node], copies: Iterable[PlacedCopy]) -> tuple[Endpoint, ...]:
    """The endpoints, each with the nodes that are behind it and the models that have copies on them."""
    behind = {node.id: node.endpoint for node in nodes}
    members: dict[str, list[str]] = {endpoint.name: [] for endpoint in endpoints}
    models: dict[str, set[str]] = {name: set() for name in members}
    for node, name in behind.items():
        if name in members:
            members[name].append(node)
    for copy in copies:
        if (endpoint := behind.get(copy.node)) in models and endpoint is not None:
            models[endpoint].add(copy.model)
    return tuple(
        endpoint.model_copy(update={"nodes": tuple(members[endpoint.name]), "models": tuple(sorted(models[endpoint.name]))}) for endpoint in endpoints
    )


def _renumbered(copies: tuple[PlacedCopy, ...]) -> Iterator[PlacedCopy]:
    taken = {(copy.model, copy.copy_index) for copy in copies}
    seen: set[tuple[str, int]] = set()
    free: Counter[str] = Counter()
    for copy in copies:
        if (copy.model, copy.copy_index) not in seen:
            seen.add((copy.model, copy.copy_index))
            yield copy
            continue
        while (copy.model, free[copy.model]) in taken:
            free[copy.model] += 1
        taken.add((copy.model, free[copy.model]))
        yield copy.model_copy(update={"copy_index": free[copy.model]})


def _ambiguous(placement: Placement, called: str) -> Iterator[Fault]:
    """What no reading can mend."""
    if placement.schema_version != PLACEMENT_SCHEMA_VERSION:
        cause = f"This version knows placements of schema_version {PLACEMENT_SCHEMA_VERSION}."
        yield Fault("schema_version", f"{called}.schema_version", str(placement.schema_version), cause, "Write it anew with this version.")
    for name, count in _repeated(node.id for node in set(placement.nodes)):
        yield _fault(f"{called}.nodes[{name}]", f"{count} different nodes have this id.")
    for name, count in _repeated(each[0] for each in {(each.name, each.hosting, each.instance_type) for each in placement.endpoints}):
        yield _fault(f"{called}.endpoints[{name}]", f"{count} different endpoints have this name.")


def _repeated(names: Iterable[str]) -> Iterator[tuple[str, int]]:
    return ((name, count) for name, count in Counter(names).items() if count > 1)


def _fault(where: str, cause: str) -> Fault:
    return Fault("bad_placement", where, "", cause, _REPAIR)
