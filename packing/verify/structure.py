"""Checks that the placement's parts fit together: names unique, references exist, lists complete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from packing.domain.placement import PLACEMENT_SCHEMA_VERSION, Node
from packing.verify.facts import Facts
from packing.verify.violation import STRUCTURE, Violation


def structure(facts: Facts, digest: str | None) -> Iterator[Violation]:
    """Everything that must hold before the rules mean anything; `digest` None: not compared."""
    placement = facts.placement
    if placement.schema_version != PLACEMENT_SCHEMA_VERSION:
        yield _wrong("schema_version", f"{placement.schema_version}, this checker reads {PLACEMENT_SCHEMA_VERSION}")
    if digest is not None and not placement.answers(digest):
        yield _wrong("problem", f"answers {placement.problem}, not {digest}")
    yield from _unique("fleet", (pool.label for pool in facts.problem.fleet))
    yield from _unique("endpoints", (endpoint.name for endpoint in placement.endpoints))
    yield from _unique("nodes", (node.id for node in placement.nodes))
    yield from _unique("copies", (f"{copy.model}#{copy.copy_index}" for copy in placement.copies))
    yield from _unique("unplaced", (left.model for left in placement.unplaced))
    for node in placement.nodes:
        yield from _node(facts, node)
    for copy in placement.copies:
        if copy.model not in facts.models or copy.node not in facts.sites:
            what = f"model {copy.model!r}" if copy.model not in facts.models else f"node {copy.node!r}"
            yield _wrong(f"copies[{copy.model}#{copy.copy_index}]", f"its {what} does not exist")
    for left in placement.unplaced:
        if left.model not in facts.models:
            yield _wrong(f"unplaced[{left.model}]", "no such model")
    yield from _lists(facts)


def _wrong(where: str, detail: str) -> Violation:
    return Violation(STRUCTURE, where, detail)


def _unique(what: str, names: Iterable[str]) -> Iterator[Violation]:
    for name, count in Counter(names).items():
        if count > 1:
            yield _wrong(f"{what}[{name}]", f"there {count} times")


def _node(facts: Facts, node: Node) -> Iterator[Violation]:
    where, pool = f"nodes[{node.id}]", facts.pools.get(node.pool)
    if node.instance_type not in facts.kinds:
        yield _wrong(where, f"its instance type {node.instance_type!r} does not exist")
    if pool is None:
        yield _wrong(where, f"its pool {node.pool!r} does not exist")
        return
    if (node.instance_type, node.zone) != (pool.instance_type, pool.zone):
        stated, true = f"{node.instance_type} in zone {node.zone!r}", f"{pool.instance_type} in zone {pool.zone!r}"
        yield _wrong(where, f"{stated}, but its pool {node.pool} is of {true}")


def _lists(facts: Facts) -> Iterator[Violation]:
    """An endpoint lists its nodes and the models with copies on them, each once."""
    for endpoint in facts.endpoints.values():
        sites = facts.behind[endpoint.name]
        true_nodes = {site.node.id for site in sites}
        true_models = {seat.copy.model for site in sites for seat in site.seats}
        for what, listed, true in (("nodes", endpoint.nodes, true_nodes), ("models", endpoint.models, true_models)):
            where = f"endpoints[{endpoint.name}].{what}"
            yield from _unique(where, listed)
            if set(listed) != true:
                wrong, lacking = sorted(set(listed) - true)[:5], sorted(true - set(listed))[:5]
                yield _wrong(where, f"lists {wrong}, which are not behind it, and lacks {lacking}")
