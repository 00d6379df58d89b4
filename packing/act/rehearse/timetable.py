"""Which placement is in force when: stages, and what each node costs over them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from packing.domain.durations import load_ms, start_ms
from packing.domain.hardware import InstanceType, price_micro_usd
from packing.domain.placement import Node, PlacedCopy, Placement
from packing.domain.problem import Problem
from packing.domain.schedule import DRAIN_S
from packing.domain.units import MICRO, MILLI
from packing.domain.words import Hosting

HOUR_S = 3600.0
Entry = tuple[int, Placement]
"""First slot, and what runs from then on."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A copy as it stays over stages: the same model in the same mode on the same accelerators of the same node.

    Parameters
    ----------
    node : its node, as `node_key` tells nodes apart.
    number : which of several that are alike on the node.
    """

    model: str
    node: tuple[str, ...]
    accelerators: tuple[int, ...]
    number: int


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """A stretch of time with one placement.

    Parameters
    ----------
    begin_s, end_s : seconds since the beginning.
    seats : its copies; nodes : its nodes; hosting : how each node is used; all by key.
    """

    begin_s: float
    end_s: float
    placement: Placement
    seats: dict[Seat, PlacedCopy]
    nodes: dict[tuple[str, ...], Node]
    hosting: dict[tuple[str, ...], Hosting]


def node_key(node: Node, hosting: Hosting) -> tuple[str, ...]:
    """A node is the same one in two placements if its name, type, pool and use are."""
    return node.id, node.instance_type, node.pool, str(hosting)


def stages(problem: Problem, entries: Sequence[Entry], seconds: float, first_slot: int = 0) -> list[Stage]:
    """The stages of so many seconds; the entries repeat with the slots, and those before the first one belong to the last.

    Parameters
    ----------
    entries : ascending by slot.
    first_slot : slot of the cycle in which the story begins.
    """
    slot_s = problem.slot_hours * HOUR_S
    firsts = [slot for slot, _ in entries]
    found: list[tuple[float, int]] = []
    for slot in range(math.ceil(seconds / slot_s - 1e-9) or 1):
        at = (first_slot + slot) % problem.slots
        entry = max((number for number, first in enumerate(firsts) if first <= at), default=len(entries) - 1)
        if not found or found[-1][1] != entry:
            found.append((slot * slot_s, entry))
    parts = [_parts(placement) for _, placement in entries]
    ends = [begin for begin, _ in found[1:]] + [seconds]
    return [Stage(begin, end, entries[entry][1], *parts[entry]) for (begin, entry), end in zip(found, ends, strict=True)]


def _parts(placement: Placement) -> tuple[dict[Seat, PlacedCopy], dict[tuple[str, ...], Node], dict[tuple[str, ...], Hosting]]:
    hosting = {endpoint.name: endpoint.hosting for endpoint in placement.endpoints}
    nodes, ways, keys = {}, {}, {}
    for node in placement.nodes:
        key = node_key(node, hosting[node.endpoint])
        nodes[key], ways[key], keys[node.id] = node, hosting[node.endpoint], key
    seats: dict[Seat, PlacedCopy] = {}
    for copy in sorted(placement.copies, key=lambda each: (each.model, each.copy_index)):
        number = 0
        while (seat := Seat(copy.model, keys[copy.node], copy.accelerators, number)) in seats:
            number += 1
        seats[seat] = copy
    return seats, nodes, ways


def cost_usd(problem: Problem, plan: Sequence[Stage], seconds: float) -> float:
    """What the nodes cost: rented ones from when they are asked for until `DRAIN_S` after their last stage, owned ones all the time.

    The story is one round of many: what runs at the beginning and not at the end was asked for before.
    """
    types = {kind.name: kind for kind in problem.instance_types}
    pools = {pool.label: pool for pool in problem.fleet}
    prices = {label: price_micro_usd(pool, types[pool.instance_type]) for label, pool in pools.items()}
    total = sum((pool.count or 0) * prices[label] * seconds for label, pool in pools.items() if pool.owned)
    leads = {id(stage): _leads(stage, types) for stage in plan}
    for at, stage in enumerate(plan):
        before = plan[at - 1].nodes  # of the first stage: those at the end of the round before
        total += sum(prices[node.pool] * DRAIN_S for key, node in before.items() if key not in stage.nodes and not pools[node.pool].owned)
        for key, node in stage.nodes.items():
            if not pools[node.pool].owned:
                early = leads[id(stage)][key] if key not in before else 0.0
                total += (stage.end_s - stage.begin_s + early) * prices[node.pool]
    return total / HOUR_S / MICRO


def _leads(stage: Stage, types: dict[str, InstanceType]) -> dict[tuple[str, ...], float]:
    """Seconds before the stage at which a new node is asked for, so that its copies are ready in time; copies load side by side."""
    loads = dict.fromkeys(stage.nodes, 0.0)
    for seat, copy in stage.seats.items():
        loads[seat.node] = max(loads[seat.node], load_ms(copy.mode) / MILLI)
    return {key: start_ms(types[node.instance_type]) / MILLI + loads[key] for key, node in stage.nodes.items()}
