"""Accelerators whose copies do not state a compute share: how slow they get, and whether they are asked for more than there is.

Requests/s of a mode without a `compute_share` are taken as stated (docs/design/compute-share.md), and were measured alone. This says,
after the fact, what that comes to where several such copies sit on one accelerator.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from packing.capacity.sharing import asked, slowdown
from packing.domain.placement import PlacedCopy, Placement
from packing.domain.problem import Problem
from packing.domain.words import Sharing


class Crowd(NamedTuple):
    """The copies of one accelerator, at least one of them without a share.

    Attributes
    ----------
    node, accelerator : where.
    models : of the copies, sorted; one of them for each copy.
    slowdown : the largest factor on the times of a copy while all that are active in one slot are busy.
    asked : how much of the accelerator they are asked for together in the busiest slot, as they state it; above 1 they cannot deliver.
    slot : the busiest one.
    """

    node: str
    accelerator: int
    models: tuple[str, ...]
    slowdown: float
    asked: float
    slot: int


def crowds(problem: Problem, placement: Placement) -> list[Crowd]:
    """Accelerators that copies share without a stated share, in the order of the placement's nodes.

    Parameters
    ----------
    problem : expanded.
    placement : its answer; partitioned nodes (``mig``) are left out: partitions have compute and bandwidth of their own.
    """
    kinds = {kind.name: kind for kind in problem.instance_types}
    parted = {node.id for node in placement.nodes if (kind := kinds.get(node.instance_type)) and kind.effective_sharing is Sharing.MIG}
    on: defaultdict[tuple[str, int], list[PlacedCopy]] = defaultdict(list)
    for copy in placement.copies:
        for accelerator in copy.accelerators:
            if copy.node not in parted:
                on[copy.node, accelerator].append(copy)
    loads = _loads(problem, placement)
    return [
        _crowd(node, accelerator, copies, loads, problem.slots)
        for (node, accelerator), copies in on.items()
        if len(copies) > 1 and any(copy.mode.compute_share == 0 for copy in copies)
    ]


def _loads(problem: Problem, placement: Placement) -> dict[str, tuple[float, ...]]:
    """Demand over what the placed copies state that they serve, by model and slot; 1 where nothing is stated."""
    served: defaultdict[str, int] = defaultdict(int)
    for copy in placement.copies:
        served[copy.model] += copy.mode.rps_micro or 0
    found = {}
    for model in problem.models:
        rates = model.rate_micro(problem.slots)
        if rates is None or not served[model.name]:
            found[model.name] = tuple(float(active) for active in model.active(problem.slots))
        else:
            found[model.name] = tuple(min(1.0, rate / served[model.name]) for rate in rates)
    return found


def _crowd(node: str, accelerator: int, copies: Sequence[PlacedCopy], loads: Mapping[str, Sequence[float]], slots: int) -> Crowd:
    shares = [copy.mode.compute_share for copy in copies]
    own = [loads.get(copy.model, (1.0,) * slots) for copy in copies]
    sums = [asked(shares, [load[slot] for load in own]) for slot in range(slots)]
    slot = max(range(slots), key=sums.__getitem__)
    active = [[load[each] > 0 for load in own] for each in range(slots)]
    slowest = max(
        (factor for busy in set(map(tuple, active)) for factor, works in zip(slowdown(shares, busy), busy, strict=True) if works), default=1.0
    )
    return Crowd(node, accelerator, tuple(sorted(copy.model for copy in copies)), slowest, sums[slot], slot)
