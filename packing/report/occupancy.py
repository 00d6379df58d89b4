"""How full each accelerator is, in the slot in which it is fullest."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from packing.domain.hardware import InstanceType
from packing.domain.placement import Node, PlacedCopy
from packing.domain.words import Hosting
from packing.report.account import Account


@dataclass(frozen=True, slots=True)
class NodeUse:
    """A node, its copies, and the share of each accelerator's memory that they need at the busiest time.

    `shares` has one value per accelerator; for CPU nodes a single one, of host memory; it is empty where
    the node's capacity is not known. Where models take turns and their hours are not known, as no problem is given,
    `shares` is of the largest copy alone, which is in memory at its own time whatever the others do, and `together` of all
    copies at once, which need not ever happen. Behind an over-committed endpoint, where they take turns within a slot, `shares` ends at 1,
    since no more than that is ever in memory, and `together` is of all that have traffic at the busiest time. Elsewhere `together` is empty.
    """

    node: Node
    hosting: Hosting
    copies: tuple[PlacedCopy, ...]
    shares: tuple[float, ...]
    together: tuple[float, ...] = ()

    def arrangement(self) -> tuple[object, ...]:
        """Two nodes with the same arrangement look the same in a report."""
        contents = tuple(sorted((copy.model, copy.accelerators) for copy in self.copies))
        return (self.node.instance_type, self.node.zone, self.hosting, contents, self.shares, self.together)


def node_uses(account: Account) -> list[NodeUse]:
    """Every node of the placement with its occupancy, in the order of the placement."""
    placement, kinds, models = account.placement, account.instance_types(), account.models()
    slots = account.problem.slots if account.problem else 1
    hosting = {endpoint.name: endpoint.hosting for endpoint in placement.endpoints}
    over_committed = {endpoint.name for endpoint in placement.endpoints if endpoint.keep}
    copies: defaultdict[str, list[PlacedCopy]] = defaultdict(list)
    for copy in placement.copies:
        copies[copy.node].append(copy)
    activity = {name: model.active(slots) for name, model in models.items()}
    uses = []
    for node in placement.nodes:
        option = hosting.get(node.endpoint, Hosting.INFERENCE_COMPONENT)
        kind, held = kinds.get(node.instance_type), copies[node.id]
        if option is Hosting.MULTI_MODEL and account.problem is None:
            together = _shares(kind, held, option, {}, slots)
            alone = [_shares(kind, [copy], option, {}, slots) for copy in held] or [together]
            uses.append(NodeUse(node, option, tuple(held), tuple(map(max, zip(*alone, strict=True))), together))
            continue
        asked = _shares(kind, held, option, activity, slots)
        in_turns = node.endpoint in over_committed
        uses.append(NodeUse(node, option, tuple(held), tuple(min(share, 1.0) for share in asked) if in_turns else asked, asked if in_turns else ()))
    return uses


def _shares(
    kind: InstanceType | None, copies: list[PlacedCopy], hosting: Hosting, activity: dict[str, tuple[bool, ...]], slots: int
) -> tuple[float, ...]:
    """Largest sum of memory over the slots / capacity, per accelerator (or of host memory on CPU nodes)."""
    if kind is None:
        return ()
    capacity = kind.memory_per_accelerator if kind.accelerators else kind.host_memory
    if not capacity:
        return ()
    always = [0] * max(kind.accelerators, 1)
    by_slot = [[0] * slots for _ in always]
    for copy in copies:
        pattern = activity.get(copy.model) if hosting is Hosting.MULTI_MODEL else None
        places = [place for place in copy.accelerators if place < len(always)] if kind.accelerators else [0]
        memory = copy.mode.memory_per_accelerator if kind.accelerators else copy.mode.host_memory
        for place in places:
            if pattern is None:
                always[place] += memory
                continue
            for slot, active in enumerate(pattern):
                by_slot[place][slot] += memory if active else 0
    return tuple((base + max(slot_sums)) / capacity for base, slot_sums in zip(always, by_slot, strict=True))
