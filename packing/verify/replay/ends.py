"""Whether the last state is the new placement, whatever things are called on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from packing.domain.migration import Migration, StepKind
from packing.domain.placement import PlacedCopy, Placement
from packing.domain.units import show_bytes
from packing.verify.facts import mode_key
from packing.verify.replay.fleet import Fleet
from packing.verify.violation import Violation

END = "end"
"""Name of violations of this kind: the last state is not the new placement."""
TOTALS = "totals"
"""Name of violations of this kind: bytes, loads or seconds do not add up."""


def differs(fleet: Fleet, new: Placement, migration: Migration) -> Iterator[Violation]:
    """Nodes, endpoints and copies of the last state against the new placement's."""
    nodes, endpoints = migration.names.nodes, migration.names.endpoints
    for what, renamed, all_names in (("nodes", nodes, [n.id for n in new.nodes]), ("endpoints", endpoints, [e.name for e in new.endpoints])):
        called = [renamed.get(name, name) for name in all_names]
        if len(set(called)) < len(set(all_names)):
            yield Violation(END, f"names.{what}", "two things have the same name on the way")
    kinds = {each.name: (each.hosting, each.instance_type, each.keep) for each in new.endpoints}
    wanted = {
        (nodes.get(node.id, node.id), node.pool, node.instance_type, node.zone, endpoints.get(node.endpoint, node.endpoint), kinds.get(node.endpoint))
        for node in new.nodes
    }
    there = {
        (
            node.id,
            node.pool,
            node.instance_type,
            node.zone,
            node.endpoint,
            (fleet.endpoints[node.endpoint].hosting, fleet.endpoints[node.endpoint].instance_type, fleet.endpoints[node.endpoint].keep),
        )
        for node in fleet.nodes.values()
    }
    for lacking in sorted(str(each[:5]) for each in wanted - there):
        yield Violation(END, "nodes", f"{lacking} is not there")
    for surplus in sorted(str(each[:5]) for each in there - wanted):
        yield Violation(END, "nodes", f"{surplus} is there and should not")
    renumbered = {node: dict(pairs) for node, pairs in migration.names.accelerators.items()}
    for node, numbers in renumbered.items():
        if len(set(numbers.values())) < len(numbers):
            yield Violation(END, f"names.accelerators[{node}]", "two accelerators have the same number on the way")
    asked = Counter(_place(copy, node := nodes.get(copy.node, copy.node), renumbered.get(node, {})) for copy in new.copies)
    placed = Counter(_place(running.copy, running.copy.node, {}) for running in fleet.copies.values())
    for place in (asked - placed) + (placed - asked):
        what = "is not there" if asked[place] > placed[place] else "is there and should not"
        yield Violation(END, "copies", f"{place[0]} on {place[1]} {list(place[2])} {what}")
    for (model, number), running in fleet.copies.items():
        if not running.serving:
            yield Violation(END, "copies", f"{model}#{number} does not serve")


def _place(copy: PlacedCopy, node: str, numbers: dict[int, int]) -> tuple[str, str, tuple[int, ...], object]:
    return copy.model, node, tuple(sorted(numbers.get(index, index) for index in copy.accelerators)), mode_key(copy.mode)


def _sizes(stated: int, found: int) -> str:
    """Two sizes that differ, in units in which that shows."""
    one, other = show_bytes(stated), show_bytes(found)
    return f"{one} is stated, {other} found" if one != other else f"{stated:,} B is stated, {found:,} B found"


def sums(migration: Migration) -> Iterator[Violation]:
    """Bytes of each load, and the totals."""
    loads = [step for wave in migration.waves for step in wave.steps if step.kind is StepKind.LOAD_COPY]
    for step in loads:
        if step.mode is not None and step.bytes != step.mode.size:
            yield Violation(TOTALS, f"{step.model}#{step.copy_index}", f"{_sizes(step.bytes, step.mode.size)}, the size of its mode")
    stated, steps = migration.totals, sum(len(wave.steps) for wave in migration.waves)
    true = {"bytes": sum(step.bytes for step in loads), "loads": len(loads), "steps": steps}
    for name, value in true.items():
        if getattr(stated, name) != value:
            yield Violation(
                TOTALS,
                f"totals.{name}",
                f"{getattr(stated, name)} is stated, {value} found" if name != "bytes" else f"{_sizes(stated.bytes, value)} in all",
            )
    if any(step.bytes and step.kind is not StepKind.LOAD_COPY for wave in migration.waves for step in wave.steps):
        yield Violation(TOTALS, "waves", "a step that loads nothing has bytes")
    seconds = sum(wave.seconds for wave in migration.waves)
    if abs(seconds - stated.seconds) > 1e-6 * max(1.0, seconds):
        yield Violation(TOTALS, "totals.seconds", f"{stated.seconds} is stated, {seconds} found")
    for number, wave in enumerate(migration.waves):
        longest = max((step.seconds for step in wave.steps), default=0.0)
        if wave.seconds < longest * (1 - 1e-9):
            yield Violation(TOTALS, f"waves[{number}]", f"{wave.seconds} s are stated, one of its steps takes {longest} s")
