"""What runs, as far as a placement that may be broken says it clearly: what a migration starts from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from packing.domain.placement import Endpoint, Node, PlacedCopy, Placement
from packing.domain.words import Hosting

T = TypeVar("T", Endpoint, Node)


def running(placement: Placement) -> Placement:
    """The placement with unambiguous names.

    Of endpoints and nodes of one name the first counts. A node behind an endpoint that is not there gets one for
    inference components. Copies on nodes that are not there are lost. Of copies with one number the first keeps it.
    """
    nodes = list(_first(placement.nodes, "id"))
    endpoints = list(_first(placement.endpoints, "name"))
    known = {endpoint.name for endpoint in endpoints}
    for node in nodes:
        if node.endpoint not in known:
            endpoints.append(
                Endpoint(name=node.endpoint, hosting=Hosting.INFERENCE_COMPONENT, instance_type=node.instance_type, nodes=(node.id,), models=())
            )
            known.add(node.endpoint)
    here = {node.id for node in nodes}
    copies = tuple(_numbered([copy for copy in placement.copies if copy.node in here]))
    return placement.model_copy(update={"endpoints": tuple(endpoints), "nodes": tuple(nodes), "copies": copies})


def _first(things: Iterable[T], name: str) -> Iterator[T]:
    seen: set[str] = set()
    for thing in things:
        if getattr(thing, name) not in seen:
            seen.add(getattr(thing, name))
            yield thing


def _numbered(copies: list[PlacedCopy]) -> Iterator[PlacedCopy]:
    seen: dict[str, set[int]] = {}
    highest: dict[str, int] = {}
    for copy in copies:
        highest[copy.model] = max(highest.get(copy.model, -1), copy.copy_index)
    for copy in copies:
        taken = seen.setdefault(copy.model, set())
        if copy.copy_index in taken:
            highest[copy.model] += 1
            copy = copy.model_copy(update={"copy_index": highest[copy.model]})  # noqa: PLW2901 - the same copy under another number
        taken.add(copy.copy_index)
        yield copy
