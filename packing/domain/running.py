"""What runs, as far as a placement that may be broken says it clearly: what a migration starts from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from packing.domain.placement import Endpoint, Node, PlacedCopy, Placement
from packing.domain.problem import Problem
from packing.domain.same import needs_key
from packing.domain.words import Hosting
from packing.domain.workload import Mode

MANY = 10**6
"""More accelerators than any node has: of a type that the problem does not know."""
T = TypeVar("T", Endpoint, Node)


def running(placement: Placement, problem: Problem) -> Placement:
    """The placement with unambiguous names, and with the figures of the problem's modes.

    Of endpoints and nodes of one name the first counts. A node behind an endpoint that is not there gets one for
    inference components. Copies on nodes or accelerators that are not there are lost. Of copies with one number the first keeps it.
    A copy whose mode differs from one of its model's in its figures only (requests/s, latency, load time) runs in that
    one: it need not be loaded anew because something was measured again.
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
    width = {kind.name: kind.accelerators for kind in problem.instance_types}
    here = {node.id: width.get(node.instance_type, MANY) for node in nodes}
    there = [copy for copy in placement.copies if copy.node in here and all(0 <= each < here[copy.node] for each in copy.accelerators)]
    copies = tuple(_restated(_numbered(there), problem))
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


def _restated(copies: Iterable[PlacedCopy], problem: Problem) -> Iterator[PlacedCopy]:
    models = {model.name: model for model in problem.models}
    known: dict[tuple[str, int], Mode] = {}
    for copy in copies:
        model = models.get(copy.model)
        key = copy.model, id(copy.mode)
        if model is None:
            yield copy
            continue
        if key not in known:
            alike = [mode for mode in model.modes if needs_key(mode) == needs_key(copy.mode)]
            known[key] = copy.mode if not alike or copy.mode in alike else alike[0]
        yield copy if known[key] is copy.mode else copy.model_copy(update={"mode": known[key]})
